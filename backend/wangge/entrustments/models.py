"""Tables of entrustments."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, grid_path_field, id_field, moment


class Entrustment(SQLModel, table=True):
    """An entrustment (委托): ``principal`` has ``agent`` exercise these powers in these matters, for a term.

    It reaches over an area (``grid_id``) or over the employers it names. ``grid_path`` is the area's path, for a list of
    employers the agent's. ``ended_on`` is its last day where it ended before ``valid_to``. The trigger ``entrustments_hold``
    refuses whatever the principal does not hold by its own power: what was entrusted is never entrusted on.
    """

    __tablename__ = "entrustments"
    __table_args__ = (
        CheckConstraint("reach in ('area', 'employers')", name="reach"),
        CheckConstraint("(reach = 'area') = (grid_id is not null)", name="area"),
        CheckConstraint("state in ('draft', 'in_force', 'ended', 'revoked')", name="state"),
        CheckConstraint("valid_to >= valid_from", name="term"),
        CheckConstraint("principal_id <> agent_id", name="two_units"),
        CheckConstraint("cardinality(matters) > 0 and cardinality(powers) > 0", name="content"),
        CheckConstraint("ended_on is null or ended_on <= valid_to", name="ended_within_term"),
        CheckConstraint("state in ('draft', 'in_force') or (ended_at is not null and end_reason <> '')", name="ended_why"),
        CheckConstraint(
            "state in ('draft', 'revoked') or (put_in_force_at is not null and published_on is not null and published_where <> '' "
            "and document_name <> '')",
            name="published",
        ),
        Index("ix_entrustments_principal_id", "principal_id", "state"),
        Index("ix_entrustments_agent_id", "agent_id", "state"),
        Index("ix_entrustments_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_entrustments_agent_path", "agent_path", postgresql_using="gist"),
        Index("ix_entrustments_valid_to", "valid_to", postgresql_where=text("state = 'in_force'")),
        Index("uq_entrustments_follows", "follows_id", unique=True, postgresql_where=text("state <> 'revoked'")),
    )
    id: UUID = id_field()
    principal_id: UUID = Field(foreign_key="units.id")
    principal_path: str = Field(sa_type=Ltree, nullable=False)
    agent_id: UUID = Field(foreign_key="units.id")
    agent_path: str = Field(sa_type=Ltree, nullable=False)
    matters: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    powers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reach: str
    grid_id: UUID | None = Field(default=None, foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    valid_from: date
    valid_to: date
    document_name: str = ""
    document_number: str = ""
    document_sha256: str | None = None
    document_media_type: str | None = None
    document_bytes: int | None = None
    published_on: date | None = None
    published_where: str = ""
    overlap_reason: str = ""
    note: str = ""
    state: str = "draft"
    follows_id: UUID | None = Field(default=None, foreign_key="entrustments.id", index=True)
    created_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    created_at: datetime = moment(default_now=True)
    put_in_force_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    put_in_force_at: datetime | None = moment(nullable=True)
    ended_on: date | None = None
    ended_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    ended_at: datetime | None = moment(nullable=True)
    end_reason: str = ""
    version: int = 1


class EntrustmentEmployer(SQLModel, table=True):
    """An employer that an entrustment names; ``grid_path`` follows the employer."""

    __tablename__ = "entrustment_employers"
    __table_args__ = (
        Index("ix_entrustment_employers_employer_id", "employer_id"),
        Index("ix_entrustment_employers_grid_path", "grid_path", postgresql_using="gist"),
    )
    entrustment_id: UUID = Field(foreign_key="entrustments.id", primary_key=True)
    employer_id: UUID = Field(foreign_key="employers.id", primary_key=True)
    grid_path: str = grid_path_field()
