"""Table of what is known about the tiling of each grid's children."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, moment


class GridTiling(SQLModel, table=True):
    """Whether the children of a grid tile it, as last looked at; ``is_stale`` after any change of their shapes.

    ``gap_m2`` and ``overlap_m2`` are square metres on the ellipsoid, 0 where the tiling is exact; ``children`` is their count.
    """

    __tablename__ = "grid_tilings"
    __table_args__ = (
        Index("ix_grid_tilings_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_grid_tilings_stale", "parent_id", postgresql_where=text("is_stale")),
        Index("ix_grid_tilings_broken", "parent_id", postgresql_where=text("not is_exact")),
    )
    parent_id: UUID = Field(primary_key=True, foreign_key="grids.id")
    grid_path: str = grid_path_field()
    is_exact: bool = True
    children: int = 0
    gap_m2: float = 0
    overlap_m2: float = 0
    is_stale: bool = True
    checked_at: datetime | None = moment(nullable=True)
