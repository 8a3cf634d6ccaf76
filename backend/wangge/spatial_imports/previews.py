"""Small drawings of shapes for the wizard's map: exact enough to recognise, light enough to send."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.spatial_files.errors import SpatialFileRefused
from wangge.spatial_files.features import NeedsAnswer, SpatialFile

Box = tuple[float, float, float, float]
_DRAWN_CHOICES, _DRAWN_SHAPES = 6, 80
_STEPS_ACROSS = 3_000  # simplified to this part of the layer's width
_PLACES = 6


def bounds_of_shapes(shapes: Sequence[BaseGeometry | None]) -> Box | None:
    """``(min_lon, min_lat, max_lon, max_lat)`` of what lies on the earth; None without any."""
    boxes = [shape.bounds for shape in shapes if shape is not None and not shape.is_empty]
    boxes = [box for box in boxes if np.isfinite(box).all() and max(map(abs, box)) <= 360]
    if not boxes:
        return None
    west, south, east, north = (np.array(side) for side in zip(*boxes, strict=True))
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def drawn_small(shape: BaseGeometry | None, extent: Box | None) -> dict[str, Any] | None:
    """A shape as GeoJSON with few vertices and six decimals (a decimetre); None where there is nothing to draw."""
    if shape is None or extent is None or shape.is_empty:
        return None
    tolerance = max(extent[2] - extent[0], extent[3] - extent[1]) / _STEPS_ACROSS
    small = shape
    if shapely.get_num_coordinates(shape) > 20:
        try:
            small = shapely.simplify(shape, tolerance, preserve_topology=shape.is_valid)
        except shapely.errors.GEOSException:
            small = shape
    small = shape if small.is_empty else small
    geometry = shapely.geometry.mapping(small)
    return {"type": geometry["type"], "coordinates": _rounded(geometry.get("coordinates", ()))}


def _rounded(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return round(float(value), _PLACES)
    return [_rounded(one) for one in value]


def question_previews(choices: list[dict[str, Any]], read: Callable[..., SpatialFile | NeedsAnswer]) -> None:
    """Add to each choice of a coordinate system where the layer would lie: ``bounds`` and a sketch, ``shapes``."""
    for choice in choices[:_DRAWN_CHOICES]:
        try:
            found = read(choice["value"], choice["axes"], ())
        except SpatialFileRefused:
            continue
        if isinstance(found, NeedsAnswer):
            continue
        shapes = [feature.geometry for feature in found.features if feature.geometry is not None]
        choice["bounds"] = bounds_of_shapes(shapes)
        shown = shapes[:: max(1, -(-len(shapes) // _DRAWN_SHAPES))]
        choice["shapes"] = [sketch for shape in shown if (sketch := drawn_small(shape, choice["bounds"])) is not None]
