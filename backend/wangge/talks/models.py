"""Tables of talks: facts, append-only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment, position_column


class Talk(SQLModel, table=True):
    """A talk (宣传) at an employer or at a place without one (a square, a village hall).

    ``captured_at`` is the phone's clock; ``happened_at`` the best estimate of the true moment (its known offset applied).
    """

    __tablename__ = "talks"
    __table_args__ = (
        CheckConstraint("people_count between 0 and 100000", name="people_count"),
        Index("ix_talks_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_talks_happened_at", "happened_at"),
    )
    id: UUID = id_field()
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    person_id: UUID = Field(foreign_key="people.id", index=True)
    device_id: UUID
    patrol_id: UUID | None = Field(default=None, foreign_key="patrols.id", index=True)
    place: str = ""
    audience: str = ""
    people_count: int = 0
    topics: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    note: str = ""
    position: Any = position_column()
    accuracy_m: float | None = None
    evidence_expected: int = 0
    flags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    captured_at: datetime = moment()
    happened_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()


class TalkMaterial(SQLModel, table=True):
    """How many of one material were handed out at a talk."""

    __tablename__ = "talk_materials"
    __table_args__ = (
        CheckConstraint("count between 1 and 100000", name="count"),
        Index("ix_talk_materials_grid_path", "grid_path", postgresql_using="gist"),
    )
    talk_id: UUID = Field(foreign_key="talks.id", primary_key=True)
    kind: str = Field(foreign_key="material_kinds.code", primary_key=True, index=True)
    count: int
    grid_path: str = grid_path_field()
