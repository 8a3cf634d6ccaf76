"""Tiles of the web map: which there are, where they lie, what each zoom shows."""

from dataclasses import dataclass
from math import atan, degrees, pi, sinh

MAX_ZOOM = 20
POINTS_FROM_ZOOM = 13


@dataclass(frozen=True)
class TileBox:
    """The edges of a tile in degrees (EPSG:4326); a point on the east or south edge belongs to the next tile."""

    west: float
    south: float
    east: float
    north: float


def is_tile(z: int, x: int, y: int) -> bool:
    """Whether the web map has such a tile, as far down as we serve it."""
    return 0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z


def _latitude(y: int, z: int) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * y / 2**z))))


def tile_box(z: int, x: int, y: int) -> TileBox:
    """Where a tile lies.

    Source: web Mercator tiles with the origin in the north-west (OGC 17-083r2, WebMercatorQuad).
    """
    return TileBox(x / 2**z * 360 - 180, _latitude(y + 1, z), (x + 1) / 2**z * 360 - 180, _latitude(y, z))


def levels_at(zoom: int) -> list[int]:
    """Which levels of grids a zoom shows: the ones whose outlines can be told apart there."""
    if zoom < 9:
        return [1, 2]
    if zoom < 11:
        return [2, 3]
    return [3] if zoom == 11 else [3, 4]
