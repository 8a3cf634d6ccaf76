"""Looking at one feature: everything that is wrong with its geometry, each at its spot. Changes nothing."""

import re
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.spatial_files.defects import Defect, Position, describe
from wangge.spatial_files.drawn import POINTS, POLYGONS, Drawn, plane, to_shapely
from wangge.spatial_files.features import Wanted
from wangge.spatial_files.measure import Coordinates, area_m2, distance_m, width_m

_CHINA_LON, _CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
_DEG_M = 111_195.0  # metres of a degree of the meridian, for angles and lengths of a few metres only
_SPOT = re.compile(r"^(?P<reason>[^\[]+?)\s*\[(?P<x>\S+) (?P<y>[^\s\]]+)")
_REASONS = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "ring_touches_itself",
    "Hole lies outside shell": "hole_outside_shell",
    "Holes are nested": "holes_nested",
    "Nested holes": "holes_nested",
    "Interior is disconnected": "interior_cut",
    "Nested shells": "parts_overlap",
    "Duplicate Rings": "rings_equal",
}
_WANTED_WORDS = {"areas": ("面", "an area"), "points": ("点", "a point"), "any": ("点、线或面", "a point, a line or an area")}
_MAX_SPOTS = 10


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something small is worth a word."""

    sliver_width_m: float = 2.0
    spike_angle_deg: float = 1.0
    spike_length_m: float = 5.0


def inspect_drawn(
    drawn: Drawn | None, index: int, wanted: Wanted = "any", thresholds: Thresholds | None = None
) -> tuple[BaseGeometry | None, list[Defect]]:
    """The geometry as drawn, if shapely can hold it, and its defects.

    Args:
        drawn: Coordinates in EPSG:4326, lon/lat degrees.
        index: The feature's place in its file.
        wanted: What kind of geometry the importer needs.
        thresholds: In metres and degrees; defaults without.
    """
    limits = thresholds or Thresholds()
    if drawn is None:
        return None, [describe("null_geometry", index)]
    if drawn.kind == "Other":
        return None, [_wrong_kind(drawn, index, wanted)]
    if drawn.is_empty:
        return None, [describe("empty_geometry", index)]
    defects = [_wrong_kind(drawn, index, wanted)] if not _is_wanted(drawn, wanted) else []
    everything = np.concatenate([plane(array) for array in drawn.arrays() if len(array)])
    impossible = _impossible(everything, index)
    if impossible:
        return None, [*defects, impossible]
    heights = drawn.heights_m
    if heights.size and heights.any():
        defects.append(describe("height_dropped", index, low_m=float(heights.min()), high_m=float(heights.max())))
    span = float(np.ptp(everything[:, 0]))
    if span > 180:
        spot = (float(everything[0, 0]), float(everything[0, 1]))
        defects.append(describe("crosses_antimeridian", index, position=spot, span_deg=span))
        return to_shapely(drawn), defects
    for piece in _pieces(drawn):
        if piece.kind in POLYGONS:
            _inspect_rings(piece, index, limits, defects)
    geometry = to_shapely(drawn)
    if geometry is not None:
        for piece in _pieces(drawn):
            if piece.kind in POLYGONS:
                held = geometry if piece is drawn else to_shapely(piece)
                if held is not None:
                    _inspect_validity(held, index, defects)
        if not any(defect.severity == "error" for defect in defects) and drawn.kind in POLYGONS:
            # Degrees only spare most shapes the exact measure; ten times the threshold covers their meaning less east to west.
            roughly_m = 2 * geometry.area / (geometry.length or 1.0) * _DEG_M
            width = width_m(geometry) if roughly_m < 10 * limits.sliver_width_m else roughly_m
            if width < limits.sliver_width_m:
                spot = _inside(geometry)
                defects.append(describe("sliver", index, position=spot, area_m2=area_m2(geometry), width_m=width))
    return geometry, defects


def _pieces(drawn: Drawn) -> list[Drawn]:
    return [piece for member in drawn.members for piece in _pieces(member)] if drawn.members else [drawn]


def _is_wanted(drawn: Drawn, wanted: Wanted) -> bool:
    if wanted == "areas":
        return drawn.kind in POLYGONS
    if wanted == "points":
        return drawn.kind in POINTS and len(drawn.parts) == 1
    return drawn.kind != "GeometryCollection"


def _wrong_kind(drawn: Drawn, index: int, wanted: Wanted) -> Defect:
    zh, en = _WANTED_WORDS[wanted]
    return describe("wrong_geometry_type", index, kind=drawn.kind, wanted_zh=zh, wanted_en=en)


def _impossible(positions: Coordinates, index: int) -> Defect | None:
    """Coordinates that are no place: not finite, swapped, out of range."""
    finite = np.isfinite(positions).all(axis=1)
    if not finite.all():
        first = positions[finite][0] if finite.any() else None
        at = (float(first[0]), float(first[1])) if first is not None and _in_range(first[None]).all() else None
        return describe("nan_coordinate", index, position=at, count=int((~finite).sum()))
    x, y = positions[:, 0], positions[:, 1]
    if (x >= _CHINA_LAT[0]).all() and (x <= _CHINA_LAT[1]).all() and (y >= _CHINA_LON[0]).all() and (y <= _CHINA_LON[1]).all():
        return describe("swapped_axes_suspected", index, x=float(x[0]), y=float(y[0]))
    outside = positions[~_in_range(positions)]
    if len(outside):
        return describe("out_of_range", index, x=f"{outside[0, 0]:.6g}", y=f"{outside[0, 1]:.6g}")
    return None


def _in_range(positions: Coordinates) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (np.abs(positions[:, 0]) <= 180) & (np.abs(positions[:, 1]) <= 90)
    return found


def _at(row: Coordinates) -> Position:
    return float(row[0]), float(row[1])


def _inside(geometry: BaseGeometry) -> Position:
    point = geometry.representative_point()
    return float(point.x), float(point.y)


def _inspect_rings(drawn: Drawn, index: int, limits: Thresholds, defects: list[Defect]) -> None:
    """Closure, size, direction, repeated points and spikes, ring by ring."""
    repeated: list[Coordinates] = []
    spikes: list[Defect] = []
    for part in drawn.parts:
        for place, array in enumerate(part):
            ring = plane(array)
            if not len(ring):
                continue
            is_closed = len(ring) > 1 and bool((ring[0] == ring[-1]).all())
            same = (ring[1:] == ring[:-1]).all(axis=1)
            clean = ring if not same.any() else np.concatenate([ring[:1], ring[1:][~same]])
            clean = clean[:-1] if is_closed and len(clean) > 1 else clean
            distinct = _distinct(clean)
            if distinct < 3:
                defects.append(describe("too_few_points", index, position=_at(ring[0]), count=distinct))
                continue
            if not is_closed:
                gap = distance_m(_at(ring[0]), _at(ring[-1]))
                defects.append(describe("ring_unclosed", index, position=_at(ring[-1]), gap_m=gap))
            if clean is not ring and same.any():
                repeated.extend(ring[1:][same][:_MAX_SPOTS])
            if place == 0 and _is_clockwise(clean):
                defects.append(describe("clockwise_shell", index, position=_at(ring[0])))
            if len(spikes) < _MAX_SPOTS:
                spikes.extend(_spikes(clean, index, limits))
    if repeated:
        defects.append(describe("duplicate_vertices", index, position=_at(repeated[0]), count=len(repeated)))
    defects.extend(spikes[:_MAX_SPOTS])


def _distinct(ring: Coordinates) -> int:
    """How many different positions, counted up to three."""
    found: set[tuple[float, float]] = set()
    for x, y in ring.tolist():
        found.add((x, y))
        if len(found) == 3:
            break
    return len(found)


def _is_clockwise(ring: Coordinates) -> bool:
    """By the sign of the plane's area, which is the same on the ellipsoid."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(x[:-1] @ y[1:] - x[1:] @ y[:-1]) < 0


def _spikes(ring: Coordinates, index: int, limits: Thresholds) -> list[Defect]:
    """Vertices where the boundary goes out and straight back; ``ring`` without its closing vertex."""
    metres = (ring - ring[0]) * (np.cos(np.radians(ring[0, 1])) * _DEG_M, _DEG_M)
    steps = np.concatenate([metres[1:], metres[:1]]) - metres
    after, before = steps, -np.concatenate([steps[-1:], steps[:-1]])
    along = before[:, 0] * after[:, 0] + before[:, 1] * after[:, 1]
    if (along <= 0).all():
        return []
    across = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
    angle = np.degrees(np.arctan2(across, along))
    lengths = np.minimum(np.hypot(before[:, 0], before[:, 1]), np.hypot(after[:, 0], after[:, 1]))
    found = np.flatnonzero((angle < limits.spike_angle_deg) & (lengths > limits.spike_length_m))
    return [
        describe("spike", index, position=_at(ring[i]), angle_deg=float(angle[i]), length_m=float(lengths[i])) for i in found[:_MAX_SPOTS]
    ]


def _inspect_validity(geometry: BaseGeometry, index: int, defects: list[Defect]) -> None:
    """What makes the polygons invalid: first every ring by itself, then holes in their shell, then parts together."""
    if geometry.is_valid:
        return
    found: list[Defect] = []
    polygons = list(geometry.geoms) if geometry.geom_type == "MultiPolygon" else [geometry]
    for polygon in polygons:
        if polygon.is_valid:
            continue
        rings = [shapely.Polygon(polygon.exterior), *(shapely.Polygon(hole) for hole in polygon.interiors)]
        broken = [ring for ring in rings if not ring.is_valid]
        if broken:
            found.extend(_of_reason(ring, index) for ring in broken)
            continue
        shell, holes = rings[0], np.array(rings[1:], dtype=object)
        shapely.prepare(shell)
        outside = holes[shapely.disjoint(shell, holes) | shapely.touches(shell, holes)] if len(holes) else holes
        found.extend(describe("hole_outside_shell", index, position=_inside(hole), area_m2=area_m2(hole)) for hole in outside)
        if not len(outside):
            found.append(_of_reason(polygon, index))
    if not found:
        found.append(_overlap_of_parts(geometry, polygons, index))
    defects.extend(found[:_MAX_SPOTS])


def _of_reason(geometry: BaseGeometry, index: int) -> Defect:
    reason = shapely.is_valid_reason(geometry)
    match = _SPOT.match(reason)
    at = (float(match["x"]), float(match["y"])) if match else None
    words = match["reason"] if match else reason
    code = _REASONS.get(words)
    if code == "hole_outside_shell":  # a hole that crosses its shell
        return describe("self_intersection", index, position=at)
    if code is None or code == "parts_overlap":
        return describe("invalid_geometry", index, position=at, reason=words[:60])
    return describe(code, index, position=at)


def _overlap_of_parts(geometry: BaseGeometry, polygons: list[BaseGeometry], index: int) -> Defect:
    merged = shapely.union_all(polygons)
    overlap = max(sum(area_m2(polygon) for polygon in polygons) - area_m2(merged), 0.0)
    match = _SPOT.match(shapely.is_valid_reason(geometry))
    at = (float(match["x"]), float(match["y"])) if match else None
    return describe("parts_overlap", index, position=at, area_m2=overlap)
