"""Wire shapes of grids."""

from datetime import datetime
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


class GridState(Struct):
    """A state of a grid from a moment until another (None: it stands); ``change_id`` is the change that began it, if one did."""

    version: int
    code: str
    name: str
    level: int
    path: str
    valid_from: datetime
    valid_to: datetime | None
    area_km2: float
    label: list[float]
    geom: dict[str, Any]
    change_id: UUID | None
    change_kind: str | None
    made_by: str | None
