"""Wire shapes of coverage."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from wangge.employers.schemas import GridName


class UncoveredQuery(Struct, forbid_unknown_fields=True, kw_only=True):
    """What to look for among the uncovered; all that is given must hold.

    ``bbox`` is ``[west, south, east, north]`` degrees, ``polygon`` a GeoJSON Polygon or MultiPolygon. ``near`` (``[lon, lat]``)
    keeps the ``nearest`` so many of the matches, by metres. ``industry`` is the beginning of a GB/T 4754 code, ``grade`` a grade or
    ``ungraded``, ``not_visited_days`` the age of the last visit in whole days at least (one never visited has none).
    """

    grid_id: UUID | None = None
    reason: str | None = None
    bbox: list[float] | None = None
    polygon: dict[str, Any] | None = None
    near: list[float] | None = None
    nearest: int | None = None
    industry: str | None = None
    grade: str | None = None
    key_list: bool | None = None
    not_visited_days: int | None = None
    q: str = ""
    sort: str | None = None
    page: int = 1
    page_size: int = 50


class UncoveredItem(Struct):
    """An employer that nobody covers, with every reason. ``employer_id`` is null where there is no file to open yet.

    ``visit_due_on`` is the last day on which its next visit is in time; ``distance_m`` metres from the point asked about.
    """

    id: UUID
    employer_id: UUID | None
    name: str
    uscc: str | None
    address: str
    grid: GridName | None
    position: list[float] | None
    industry_code: str | None
    employees: int | None
    grade: str | None
    on_key_list: bool
    review_state: Literal["accepted", "waiting_review"]
    last_visited_at: datetime | None
    visit_due_on: date | None
    reasons: list[str]
    distance_m: float | None = None


class GridCount(Struct):
    """A grid that was counted."""

    id: UUID
    code: str
    name: str
    level: int


class ChildCount(Struct):
    """A child grid with how many employers it has, how many nobody covers, and why."""

    grid: GridCount
    total: int
    uncovered: int
    by_reason: dict[str, int]


class CoverageCounts(Struct):
    """How well a subtree is covered today; an employer with two reasons counts under both.

    ``pending``: how many grids have changed and are not counted anew yet (a moment's work of the background).
    """

    total: int
    covered: int
    uncovered: int
    by_reason: dict[str, int]
    children: list[ChildCount]
    pending: int


class TrendDay(Struct):
    """How it stood as a day began in China."""

    day: date
    total: int
    uncovered: int
    by_reason: dict[str, int]


class CoverageTrend(Struct):
    """The kept days of a subtree, the oldest first; days on which nothing was kept are missing. Now is asked of the counts."""

    days: list[TrendDay]


ExportFormat = Literal["xlsx", "geojson", "gpkg", "csv"]
