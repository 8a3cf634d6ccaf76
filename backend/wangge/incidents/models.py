"""Table of incidents. What was reported is a fact; what the desk does about it are its own columns."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment, position_column


class Incident(SQLModel, table=True):
    """An incident (突发事件) as reported from the field, and its short life at the desk.

    ``employer_id`` is null where the report named none, or one that the server did not know yet: a report waits for nothing.
    ``captured_at`` is the phone's clock; ``happened_at`` the best estimate of the true moment (its known offset applied).
    """

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("severity in ('normal', 'serious', 'critical')", name="severity"),
        CheckConstraint("status in ('open', 'acknowledged', 'closed')", name="status"),
        CheckConstraint("people_count between 0 and 1000000", name="people_count"),
        CheckConstraint(
            "(status = 'open') = (acknowledged_at is null) and (acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged"
        ),
        CheckConstraint("(status = 'closed') = (closed_at is not null) and (closed_at is null) = (closed_by is null)", name="closed"),
        Index("ix_incidents_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_incidents_happened_at", "happened_at"),
        Index("ix_incidents_open", "happened_at", postgresql_where=text("status <> 'closed'")),
    )
    id: UUID = id_field()
    kind: str = Field(foreign_key="incident_kinds.code", index=True)
    severity: str
    people_count: int | None = None
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    place: str = ""
    note: str = ""
    person_id: UUID = Field(foreign_key="people.id", index=True)
    device_id: UUID
    position: Any = position_column()
    accuracy_m: float | None = None
    evidence_expected: int = 0
    flags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    captured_at: datetime = moment()
    happened_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    status: str = "open"
    acknowledged_at: datetime | None = moment(nullable=True)
    acknowledged_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    closed_at: datetime | None = moment(nullable=True)
    closed_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    closing_note: str = ""
    version: int = 1
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
