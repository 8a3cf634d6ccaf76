"""What a person drew, read: lines and areas from the wire, on the raster."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from wangge.grid_changes.geometry import DECIMALS, Point, on_raster
from wangge.grid_changes.refusals import line_invalid, polygon_invalid


def read_line(coordinates: Sequence[Sequence[float]], field: str) -> list[Point]:
    """A line on the raster, repeated points left out.

    Raises:
        Refused: fewer than two different points, or degrees out of range.
    """
    points: list[Point] = []
    for x, y in coordinates:
        if not (isfinite(x) and isfinite(y) and -180 <= x <= 180 and -90 <= y <= 90):
            raise line_invalid(field)
        point = (round(x, DECIMALS), round(y, DECIMALS))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) < 2:
        raise line_invalid(field)
    return points


def read_polygon(geojson: dict[str, Any], field: str) -> BaseGeometry:
    """An area on the raster.

    Raises:
        Refused: not a polygon, crossing itself, or without an area.
    """
    try:
        if geojson.get("type") not in ("Polygon", "MultiPolygon"):
            raise polygon_invalid(field, "not a Polygon")
        shape = shapely.geometry.shape(geojson)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as exc:
        raise polygon_invalid(field, "unreadable") from exc
    bounds = shape.bounds
    if shape.is_empty or not all(isfinite(b) for b in bounds) or min(bounds) < -180 or max(bounds) > 180:
        raise polygon_invalid(field, "empty or out of range")
    shape = on_raster(shapely.force_2d(shape))
    if not shape.is_valid:
        raise polygon_invalid(field, shapely.is_valid_reason(shape), None)
    if shape.area == 0:
        raise polygon_invalid(field, "no area")
    return shape


def rings_of(shape: BaseGeometry) -> list[list[Point]]:
    """The rings of an area, as lines."""
    return [
        [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
        for polygon in shapely.get_parts(shape)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
