"""Tables of the territory and of who holds which part of it."""

from datetime import date
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import Ltree, id_field


class Grid(SQLModel, table=True):
    """A grid (网格) of level 1 city, 2 county or zone, 3 street, 4 community; those of one level tile their parent."""

    __tablename__ = "grids"
    __table_args__ = (
        CheckConstraint("level between 1 and 4", name="level"),
        CheckConstraint("nlevel(path) = level", name="path_depth"),
        CheckConstraint("ST_IsValid(geom)", name="geom_valid"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        Index("uq_grids_code_current", "code", unique=True, postgresql_where=text("valid_to is null")),
        Index("ix_grids_path_gist", "path", postgresql_using="gist"),
        Index("ix_grids_path", "path"),
    )
    id: UUID = id_field()
    code: str
    name: str
    level: int
    parent_id: UUID | None = Field(default=None, foreign_key="grids.id", index=True)
    path: str = Field(sa_type=Ltree, nullable=False)
    division_code: str | None = None
    geom: Any = Field(sa_column=Column(Geometry("MULTIPOLYGON", srid=4326), nullable=False))
    label: Any = Field(sa_column=Column(Geometry("POINT", srid=4326, spatial_index=False), nullable=False))
    is_synthetic: bool = False
    valid_from: date
    valid_to: date | None = None


class Duty(SQLModel, table=True):
    """A duty (四定): this person answers for this grid, from a day to a day; ``duty`` says what for, ``tasks`` what to do.

    Its first day needs a valid certificate (``duty_needs_certificate``); a grid has one main owner at a time
    (``ex_duties_main_owner``) and any number of others.
    """

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity"),
        Index("ix_duties_person_id_valid_from", "person_id", "valid_from"),
        Index("ix_duties_grid_id_valid_from", "grid_id", "valid_from"),
        Index("ix_duties_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="people.id")
    grid_id: UUID = Field(foreign_key="grids.id")
    grid_path: str = Field(sa_type=Ltree, nullable=False)
    duty: str
    tasks: str = Field(default="", sa_column_kwargs={"server_default": ""})
    is_main: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    valid_from: date
    valid_to: date | None = None
    end_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
