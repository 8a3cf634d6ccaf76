"""Wire shapes of grids."""

from typing import Any
from uuid import UUID

from msgspec import Struct


class Owner(Struct):
    """Somebody who answers for a grid today."""

    id: UUID
    name: str


class GridRead(Struct):
    """A grid; ``label`` is ``[lon, lat]``, ``employers`` the count of files in its subtree, ``has_children`` for trees."""

    id: UUID
    code: str
    name: str
    level: int
    path: str
    parent_id: UUID | None
    label: list[float]
    area_km2: float
    employers: int
    owners: list[Owner]
    synthetic: bool
    has_children: bool


class GridDetail(GridRead):
    """A grid with its area as GeoJSON, EPSG:4326."""

    geom: dict[str, Any]
