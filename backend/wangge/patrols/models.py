"""Tables of patrols and their stops."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class Patrol(SQLModel, table=True):
    """A patrol (巡查) of one person on one day. ``grid_id`` is the smallest grid that holds all its stops."""

    __tablename__ = "patrols"
    __table_args__ = (
        CheckConstraint("status in ('planned', 'started', 'finished', 'cancelled')", name="status"),
        Index("ix_patrols_assignee_id_planned_on", "assignee_id", "planned_on"),
        Index("ix_patrols_planned_on", "planned_on"),
        Index("ix_patrols_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    title: str
    note: str = ""
    assignee_id: UUID = Field(foreign_key="people.id")
    planned_on: date
    planned_by: UUID = Field(foreign_key="people.id", index=True)
    planned_at: datetime = moment(default_now=True)
    status: str = "planned"
    started_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
    closing_note: str = ""
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    version: int = 1


class PatrolStop(SQLModel, table=True):
    """A stop (巡查点) of a patrol. While its patrol is open, its assignee may see the employer wherever it lies."""

    __tablename__ = "patrol_stops"
    __table_args__ = (
        CheckConstraint("status in ('planned', 'visited', 'skipped')", name="status"),
        UniqueConstraint("patrol_id", "employer_id"),
        Index("ix_patrol_stops_assignee_id", "assignee_id", "is_open"),
        Index("ix_patrol_stops_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    patrol_id: UUID = Field(foreign_key="patrols.id")
    employer_id: UUID = Field(foreign_key="employers.id", index=True)
    seq: int
    status: str = "planned"
    assignee_id: UUID = Field(foreign_key="people.id")
    is_open: bool = True
    grid_path: str = grid_path_field()


class PatrolPause(SQLModel, table=True):
    """A break of a patrol: not on duty, and nothing of her way is kept. ``resumed_at`` null: it lasts, or lasted until the end."""

    __tablename__ = "patrol_pauses"
    __table_args__ = (
        CheckConstraint("resumed_at >= paused_at", name="resumed_at"),
        Index("ix_patrol_pauses_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    patrol_id: UUID = Field(foreign_key="patrols.id", index=True)
    person_id: UUID = Field(foreign_key="people.id", index=True)
    paused_at: datetime = moment()
    resumed_at: datetime | None = moment(nullable=True)
    received_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
