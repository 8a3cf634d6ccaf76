"""Wire shapes of coverage."""

from typing import Any
from uuid import UUID

from msgspec import Struct


class UncoveredQuery(Struct, forbid_unknown_fields=True):
    """What to look for; ``bbox`` is ``[west, south, east, north]`` degrees, ``polygon`` a GeoJSON Polygon or MultiPolygon."""

    grid_id: UUID | None = None
    reason: str | None = None
    bbox: list[float] | None = None
    polygon: dict[str, Any] | None = None
    q: str = ""
    sort: str | None = None
    page: int = 1
    page_size: int = 50


class GridCount(Struct):
    """Counts of one grid's subtree."""

    id: UUID
    code: str
    name: str
    level: int


class ChildCount(Struct):
    """A child grid with how many employers it has and how many nobody covers."""

    grid: GridCount
    total: int
    uncovered: int


class CoverageCounts(Struct):
    """How well a subtree is covered today; an employer with two reasons counts under both."""

    total: int
    covered: int
    uncovered: int
    by_reason: dict[str, int]
    children: list[ChildCount]
