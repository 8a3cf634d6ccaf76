"""Geometry on the 1e-6 degree grid: whole micro-degrees, one way to write each shape, areas on the ellipsoid."""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

GRID_DEG = 1e-6
MICRO = 1_000_000

# WGS84. The authalic latitude turns areas on the ellipsoid into plane areas of (longitude, sine of it): J. P. Snyder,
# Map Projections: A Working Manual, USGS PP 1395, equations 3-11 to 3-13.
_A_KM = 6378.137
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_E = math.sqrt(_E2)

MicroPoint = tuple[int, int]


def _q(lat_deg: float) -> float:
    s = math.sin(math.radians(lat_deg))
    return (1 - _E2) * (s / (1 - _E2 * s * s) - math.log((1 - _E * s) / (1 + _E * s)) / (2 * _E))


def micro(x: float, y: float) -> MicroPoint:
    """A position in whole micro-degrees."""
    return round(x * MICRO), round(y * MICRO)


def rings(geom: BaseGeometry) -> Iterator[list[MicroPoint]]:
    """Every closed ring of a polygon or multipolygon, in micro-degrees, outer rings counter-clockwise as stored."""
    for part in getattr(geom, "geoms", [geom]):
        for ring in [part.exterior, *part.interiors]:
            yield [micro(x, y) for x, y in ring.coords]


def _canonical_ring(coords: Any, ccw: bool) -> list[tuple[float, float]]:
    points = [micro(x, y) for x, y in coords][:-1]
    points = [p for i, p in enumerate(points) if p != points[i - 1]]
    twice_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True))
    if (twice_area > 0) != ccw:
        points.reverse()
    first = points.index(min(points))
    points = points[first:] + points[:first]
    return [(x / MICRO, y / MICRO) for x, y in [*points, points[0]]]


def canonical(geom: BaseGeometry) -> Polygon | MultiPolygon:
    """The same area, written the one way: on the grid, RFC 7946 ring order, lowest vertex first, parts in order."""
    parts = []
    for part in getattr(geom, "geoms", [geom]):
        holes = sorted(_canonical_ring(hole.coords, ccw=False) for hole in part.interiors)
        parts.append(Polygon(_canonical_ring(part.exterior.coords, ccw=True), holes))
    parts.sort(key=lambda p: p.exterior.coords[0])
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def area_km2(geom: BaseGeometry) -> float:
    """Area on the WGS84 ellipsoid in km², edges straight in the equal-area plane; parts of a tiling add up."""
    total = 0.0
    for ring in rings(geom):
        plane = [(math.radians(x / MICRO), _q(y / MICRO)) for x, y in ring]
        x0, y0 = plane[0]
        total += sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in itertools.pairwise(plane))
    return total / 2 * _A_KM * _A_KM / 2


def label_inside(geom: BaseGeometry, wished: tuple[float, float] | None = None) -> tuple[float, float]:
    """A point on the grid strictly inside: the wished one, the centroid, the middle of the widest part, or any."""
    candidates = [Point(wished)] if wished else []
    candidates.append(geom.centroid)
    for candidate in candidates:
        if (rounded := _inside(geom, candidate)) is not None:
            return rounded
    widest = Point(shapely.maximum_inscribed_circle(geom).coords[0])
    for candidate in (widest, geom.representative_point()):
        if (rounded := _inside(geom, candidate)) is not None:
            return rounded
    raise ValueError("no point of the grid lies inside this shape")


def _inside(geom: BaseGeometry, point: Point) -> tuple[float, float] | None:
    x, y = micro(point.x, point.y)
    x_deg, y_deg = x / MICRO, y / MICRO
    return (x_deg, y_deg) if geom.contains(Point(x_deg, y_deg)) else None


def geojson(geom: BaseGeometry) -> dict[str, Any]:
    """GeoJSON geometry with at most six decimals."""
    if geom.geom_type == "Point":
        return {"type": "Point", "coordinates": [round(geom.x, 6), round(geom.y, 6)]}
    if geom.geom_type == "LineString":
        return {"type": "LineString", "coordinates": [[round(x, 6), round(y, 6)] for x, y in geom.coords]}
    parts = [
        [[[round(x, 6), round(y, 6)] for x, y in ring.coords] for ring in [part.exterior, *part.interiors]]
        for part in getattr(geom, "geoms", [geom])
    ]
    if geom.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}
