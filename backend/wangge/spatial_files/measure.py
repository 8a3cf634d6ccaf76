"""Square metres and metres on the ellipsoid (GRS 80), never from degrees."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.core.geodesy import EARTH

Coordinates = npt.NDArray[np.float64]


def ring_area_m2(ring: Coordinates) -> float:
    """Signed area of a ring in m²: positive when counter-clockwise.

    Args:
        ring: ``(n, 2)`` lon, lat in degrees; closed or not.
    """
    if len(ring) < 3:
        return 0.0
    area, _ = EARTH.polygon_area_perimeter(ring[:, 0], ring[:, 1])
    return float(area)


def area_m2(geometry: BaseGeometry | None) -> float:
    """Area of the polygons of a geometry in m²; holes are subtracted, crossings net as drawn. 0 without polygons.

    Source: Karney, Algorithms for geodesics (2013), as in PROJ.
    """
    if geometry is None or geometry.is_empty:
        return 0.0
    total = 0.0
    for polygon in polygons_of(geometry):
        holes = sum(abs(ring_area_m2(shapely.get_coordinates(hole))) for hole in polygon.interiors)
        total += abs(ring_area_m2(shapely.get_coordinates(polygon.exterior))) - holes
    return max(total, 0.0)


def length_m(geometry: BaseGeometry) -> float:
    """Length of all lines, and of all rings of polygons, in metres."""
    return float(abs(EARTH.geometry_length(geometry))) if geometry.geom_type != "Point" else 0.0


def width_m(geometry: BaseGeometry) -> float:
    """Mean width in metres: twice the area over the perimeter, which is exact for a long thin strip."""
    perimeter = sum(length_m(ring) for polygon in polygons_of(geometry) for ring in (polygon.exterior, *polygon.interiors))
    return 2 * area_m2(geometry) / perimeter if perimeter else 0.0


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of two positions (lon, lat in degrees) in metres."""
    return float(EARTH.inv(a[0], a[1], b[0], b[1])[2])


def polygons_of(geometry: BaseGeometry) -> list[Any]:
    """Every polygon in a geometry, at any depth."""
    if geometry.geom_type == "Polygon":
        return [] if geometry.is_empty else [geometry]
    return [polygon for part in getattr(geometry, "geoms", ()) for polygon in polygons_of(part)]
