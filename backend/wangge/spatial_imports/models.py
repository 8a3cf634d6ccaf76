"""Tables of imports and of what was found in their files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, CheckConstraint, Column, Float, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment

STATES = ("reading", "needs_answer", "ready", "applying", "applied", "failed", "withdrawn")


class SpatialImport(SQLModel, table=True):
    """A file that somebody wants to import (导入): the file by its hash, the answers given, what reading found.

    ``grid_id`` is the grid that it belongs into; ``level`` the level of the grids that its areas become. ``attempt`` is the
    secret of the reading (or applying) under way, ``alive_at`` its last sign of life.
    """

    __tablename__ = "spatial_imports"
    __table_args__ = (
        CheckConstraint("target in ('grids', 'employer_points')", name="target"),
        CheckConstraint(f"state in {STATES}", name="state"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("(state in ('reading', 'applying')) = (attempt is not null)", name="attempt"),
        Index("ix_spatial_imports_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_spatial_imports_made_at", "made_at", "id"),
        Index("ix_spatial_imports_under_way", "alive_at", postgresql_where=text("state in ('reading', 'applying')")),
        Index("uq_spatial_imports_attempt", "attempt", unique=True, postgresql_where=text("attempt is not null")),
    )
    id: UUID = id_field()
    target: str
    level: int | None = None
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    file_name: str
    sha256: str = Field(index=True)
    size_bytes: int
    state: str
    stage: str = ""
    attempt: UUID | None = None
    alive_at: datetime = moment(default_now=True)
    answers: Any = Field(sa_column=Column(JSONB, nullable=False))
    report: Any = Field(sa_column=Column(JSONB, nullable=True))
    problem: Any = Field(sa_column=Column(JSONB, nullable=True))
    result: Any = Field(sa_column=Column(JSONB, nullable=True))
    version: int = 1
    made_by: UUID = Field(foreign_key="people.id", index=True)
    made_at: datetime = moment(default_now=True)
    updated_at: datetime = moment(default_now=True)
    applied_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    applied_at: datetime | None = moment(nullable=True)


class SpatialImportFeature(SQLModel, table=True):
    """One feature of an import's file with its defects, and what would become of it.

    ``shape`` is WKB, EPSG:4326, with the agreed repairs made; it may still be invalid. ``spot`` is where to look for it.
    """

    __tablename__ = "spatial_import_features"
    __table_args__ = (
        CheckConstraint("severity in ('error', 'warning', 'none')", name="severity"),
        Index("ix_spatial_import_features_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_spatial_import_features_severity", "import_id", "severity", "position"),
        Index("ix_spatial_import_features_codes", "codes", postgresql_using="gin"),
    )
    import_id: UUID = Field(foreign_key="spatial_imports.id", primary_key=True)
    position: int = Field(primary_key=True)
    grid_path: str = grid_path_field()
    code: str
    name: str
    severity: str
    left_out: bool = False
    codes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    defects: Any = Field(sa_column=Column(JSONB, nullable=False))
    repairs: Any = Field(sa_column=Column(JSONB, nullable=False))
    attributes: Any = Field(sa_column=Column(JSONB, nullable=False))
    parent_id: UUID | None = Field(default=None, foreign_key="grids.id", index=True)
    area_m2: float | None = None
    shape: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    preview: Any = Field(sa_column=Column(JSONB, nullable=True))
    spot: Any = Field(sa_column=Column(Geometry("POINT", srid=4326), nullable=True))
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    moved_m: float | None = None
    accuracy_m: float | None = None
    outcome: str | None = None
    old_position: list[float] | None = Field(default=None, sa_column=Column(ARRAY(Float), nullable=True))
