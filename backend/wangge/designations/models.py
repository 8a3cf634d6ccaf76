"""Table of designations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class EmployerDesignation(SQLModel, table=True):
    """That an employer is non-local or key, from a day to a day; two of one kind never overlap (an exclusion constraint)."""

    __tablename__ = "employer_designations"
    __table_args__ = (
        CheckConstraint("kind in ('non_local', 'key')", name="kind"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        Index("ix_employer_designations_employer_id", "employer_id", "kind"),
        Index("ix_employer_designations_kind", "kind", "employer_id"),
        Index("ix_employer_designations_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id")
    grid_path: str = grid_path_field()
    kind: str
    valid_from: date
    valid_to: date | None = None
    reason: str
    source: str
    set_by: UUID = Field(foreign_key="people.id", index=True)
    set_at: datetime = moment(default_now=True)
    ended_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    ended_at: datetime | None = moment(nullable=True)
    end_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
