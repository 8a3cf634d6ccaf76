"""Tables of hand-overs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class HandOver(SQLModel, table=True):
    """A hand-over (交接): ``person_id`` gave; ``ends_on`` is her last day."""

    __tablename__ = "hand_overs"
    __table_args__ = (
        CheckConstraint("cause in ('leaving', 'post_change')", name="cause"),
        Index("ix_hand_overs_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="people.id", index=True)
    cause: str
    reason: str
    ends_on: date
    done_by: UUID = Field(foreign_key="people.id", index=True)
    done_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class HandOverItem(SQLModel, table=True):
    """One thing handed over: a duty or a patrol, to whom, or why to nobody. ``details`` is what it was called that day."""

    __tablename__ = "hand_over_items"
    __table_args__ = (
        CheckConstraint("kind in ('duty', 'patrol')", name="kind"),
        CheckConstraint("outcome in ('moved', 'ended', 'cancelled', 'kept')", name="outcome"),
        CheckConstraint("(outcome = 'moved') = (receiver_id is not null)", name="receiver"),
        Index("ix_hand_over_items_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    hand_over_id: UUID = Field(foreign_key="hand_overs.id", index=True)
    kind: str
    subject_id: UUID
    outcome: str
    receiver_id: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    reason: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}"))
    grid_path: str = grid_path_field()
