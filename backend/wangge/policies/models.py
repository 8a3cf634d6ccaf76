"""Table of limits and policies: law and policy are data, dated, with their source."""

from datetime import date
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Policy(SQLModel, table=True):
    """One limit (参数): its value from a day on, its unit, and where it comes from."""

    __tablename__ = "policies"
    key: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    value: Any = Field(sa_column=Column(JSONB, nullable=False))
    unit: str = ""
    source: str
