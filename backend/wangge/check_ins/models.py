"""Table of check-ins: facts, append-only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment, position_column


class CheckIn(SQLModel, table=True):
    """A check-in (签到) at an employer. ``distance_m`` is metres on the ellipsoid from the employer's point, or null.

    ``captured_at`` is the phone's clock; ``happened_at`` the best estimate of the true moment (its known offset applied).
    """

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("accuracy_m >= 0", name="accuracy"),
        Index("ix_check_ins_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_check_ins_happened_at", "happened_at"),
    )
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id", index=True)
    person_id: UUID = Field(foreign_key="people.id", index=True)
    device_id: UUID
    patrol_id: UUID | None = Field(default=None, foreign_key="patrols.id", index=True)
    position: Any = position_column()
    accuracy_m: float | None = None
    age_s: float | None = None
    distance_m: float | None = None
    is_on_site: bool
    flags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    captured_at: datetime = moment()
    happened_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
