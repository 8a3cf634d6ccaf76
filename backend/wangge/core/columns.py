"""Column types and shapes that every domain's tables use."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Column, DateTime, func
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field

from wangge.core.ids import new_id


class Ltree(UserDefinedType[str]):
    """PostgreSQL ``ltree``: the path of a grid from the city down, ``370700.370705.370705001.370705001001001``."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL."""
        return "ltree"


ischema_names["ltree"] = Ltree


def id_field() -> Any:
    """Primary key: UUIDv7, made where the thing is born."""
    return Field(default_factory=new_id, primary_key=True)


def moment(*, nullable: bool = False, default_now: bool = False, index: bool = False) -> Any:
    """A UTC moment; ``default_now`` lets the database stamp it."""
    default = None if nullable or default_now else ...
    return Field(
        default=default,
        sa_type=DateTime(timezone=True),
        nullable=nullable,
        index=index,
        sa_column_kwargs={"server_default": func.now()} if default_now else {},
    )


def grid_path_field() -> Any:
    """The scope key of row-level security: the path of the grid that the row belongs to."""
    return Field(sa_type=Ltree, nullable=False)


def position_column() -> Any:
    """A point, EPSG:4326 lon/lat degrees, or null; GiST-indexed."""
    return Field(default=None, sa_column=Column(Geometry("POINT", srid=4326), nullable=True))
