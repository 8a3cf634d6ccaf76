"""Tables of what became of the grids."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, grid_path_field, id_field, moment


class GridChange(SQLModel, table=True):
    """One change of the grids (网格调整). ``grid_id``/``grid_path`` is the grid within which it took place."""

    __tablename__ = "grid_changes"
    __table_args__ = (
        CheckConstraint("kind in ('split', 'merge', 'move_boundary', 'reshape', 'draw', 'rename', 'replace', 'mend', 'undo')", name="kind"),
        CheckConstraint("(kind = 'undo') = (undoes is not null)", name="undo"),
        Index("ix_grid_changes_made_at", "made_at", "id"),
        Index("ix_grid_changes_grid_path", "grid_path", postgresql_using="gist"),
        Index("uq_grid_changes_undoes", "undoes", unique=True),
    )
    id: UUID = id_field()
    kind: str
    made_by: UUID = Field(foreign_key="people.id", index=True)
    made_at: datetime = moment(default_now=True)
    effective_on: date
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    note: str = ""
    summary: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    undoes: UUID | None = Field(default=None, foreign_key="grid_changes.id")
    undone_by: UUID | None = Field(default=None, foreign_key="grid_changes.id", index=True)


class GridVersion(SQLModel, table=True):
    """One state of a grid, from a moment to a moment; the open one is the grid as it stands in ``grids``."""

    __tablename__ = "grid_versions"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        Index("uq_grid_versions_open", "grid_id", unique=True, postgresql_where=text("valid_to is null")),
        Index("ix_grid_versions_grid_id_valid_from", "grid_id", "valid_from"),
        Index("ix_grid_versions_path", "path", postgresql_using="gist"),
        Index("ix_grid_versions_parent_id_valid_from", "parent_id", "valid_from"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    grid_id: UUID = Field(foreign_key="grids.id")
    code: str
    name: str
    level: int
    parent_id: UUID | None = Field(default=None, foreign_key="grids.id")
    path: str = Field(sa_type=Ltree, nullable=False)
    geom: Any = Field(sa_column=Column(Geometry("MULTIPOLYGON", srid=4326), nullable=False))
    label: Any = Field(sa_column=Column(Geometry("POINT", srid=4326, spatial_index=False), nullable=False))
    is_synthetic: bool = False
    valid_from: datetime = moment()
    valid_to: datetime | None = moment(nullable=True)
    opened_by: UUID | None = Field(default=None, foreign_key="grid_changes.id", index=True)
    closed_by: UUID | None = Field(default=None, foreign_key="grid_changes.id", index=True)


class EmployerMove(SQLModel, table=True):
    """An employer's file went from one grid to another, at a moment; by a change of the grids or otherwise."""

    __tablename__ = "employer_moves"
    __table_args__ = (
        Index("ix_employer_moves_employer_id_moved_at", "employer_id", "moved_at"),
        Index("ix_employer_moves_from_path", "from_path", postgresql_using="gist"),
        Index("ix_employer_moves_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    employer_id: UUID = Field(foreign_key="employers.id")
    change_id: UUID | None = Field(default=None, foreign_key="grid_changes.id", index=True)
    moved_at: datetime = moment()
    from_grid_id: UUID = Field(foreign_key="grids.id", index=True)
    from_path: str = Field(sa_type=Ltree, nullable=False)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()


class TilingCheck(SQLModel, table=True):
    """A parent whose tiling a running transaction still has to prove; empty whenever nobody is writing."""

    __tablename__ = "tiling_checks"
    tx: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    parent_id: UUID = Field(primary_key=True)
