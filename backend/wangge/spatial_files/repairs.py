"""Repairs somebody may agree to: each proposed with its areas before and after, none made unasked."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.spatial_files.datums import Datum, from_wgs84, to_wgs84
from wangge.spatial_files.drawn import POLYGONS, Drawn, of_shapely, plane, to_shapely
from wangge.spatial_files.features import Feature, Wanted
from wangge.spatial_files.inspecting import Thresholds, inspect_drawn
from wangge.spatial_files.measure import Coordinates, area_m2, polygons_of, ring_area_m2

RepairCode = Literal["swap_axes", "force_2d", "close_ring", "remove_repeated", "make_valid", "reorient"]
ORDER: tuple[RepairCode, ...] = ("swap_axes", "force_2d", "close_ring", "remove_repeated", "make_valid", "reorient")
"""Each repair may be what makes the next one possible."""

_FOR: dict[RepairCode, frozenset[str]] = {
    "swap_axes": frozenset({"swapped_axes_suspected"}),
    "force_2d": frozenset({"height_dropped"}),
    "close_ring": frozenset({"ring_unclosed"}),
    "remove_repeated": frozenset({"duplicate_vertices"}),
    "make_valid": frozenset(
        {
            "self_intersection",
            "ring_touches_itself",
            "hole_outside_shell",
            "holes_nested",
            "interior_cut",
            "parts_overlap",
            "rings_equal",
            "invalid_geometry",
        }
    ),
    "reorient": frozenset({"clockwise_shell"}),
}
_WORDS: dict[RepairCode, tuple[str, str]] = {
    "swap_axes": ("交换经纬度", "Swap longitude and latitude"),
    "force_2d": ("舍去高程", "Leave the heights out"),
    "close_ring": ("闭合边界", "Close the boundary"),
    "remove_repeated": ("去掉重复点", "Remove repeated points"),
    "make_valid": ("修复图形", "Make the geometry valid"),
    "reorient": ("统一方向（外边界逆时针）", "Reorient (shell counter-clockwise)"),
}
_MAX_CROSSINGS = 200_000


def repair_for(defect_code: str) -> tuple[RepairCode, str, str] | None:
    """The repair that a kind of defect calls for, with its name in Chinese and in English."""
    code = next((code for code, codes in _FOR.items() if defect_code in codes), None)
    return None if code is None else (code, *_WORDS[code])


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair and what it would do. Areas of crossing rings net as drawn, so a bow tie may begin at 0."""

    code: RepairCode
    zh: str
    en: str
    before_m2: float
    after_m2: float
    geometry: BaseGeometry | None
    """The geometry after this repair and those before it; None when it still cannot be held."""


def propose_repairs(feature: Feature, datum: Datum, wanted: Wanted = "any") -> list[Repair]:
    """The repairs that would lessen a feature's defects, each on top of those before it. Changes nothing.

    Args:
        feature: As read.
        datum: The file's; swapped axes have to be swapped before they are converted.
        wanted: What kind the importer needs.
    """
    proposals: list[Repair] = []
    drawn, defects = feature.drawn, {defect.code for defect in feature.defects}
    for code in ORDER:
        if drawn is None or not defects & _FOR[code]:
            continue
        changed = _repaired(code, drawn, datum)
        if changed is None:
            continue
        before, after = _area_of(drawn), _area_of(changed)
        geometry, found = inspect_drawn(changed, feature.index, wanted)
        zh, en = _WORDS[code]
        proposals.append(
            Repair(
                code,
                f"{zh}：面积由 {before:,.2f} 平方米变为 {after:,.2f} 平方米。" if drawn.kind in POLYGONS else f"{zh}。",
                f"{en}: its area goes from {before:,.2f} m² to {after:,.2f} m²." if drawn.kind in POLYGONS else f"{en}.",
                before,
                after,
                geometry,
            )
        )
        drawn, defects = changed, {defect.code for defect in found}
    return proposals


def apply_repairs(
    feature: Feature, agreed: Collection[RepairCode], datum: Datum, wanted: Wanted = "any", thresholds: Thresholds | None = None
) -> Feature:
    """The feature with those repairs made that somebody agreed to and that its defects call for, and looked at again.

    A repair that was not agreed to is not made, even where it would be needed for the next one.
    """
    for code in ORDER:
        if code not in agreed or feature.drawn is None or not {defect.code for defect in feature.defects} & _FOR[code]:
            continue
        changed = _repaired(code, feature.drawn, datum)
        if changed is None:
            continue
        geometry, found = inspect_drawn(changed, feature.index, wanted, thresholds)
        kept = [defect for defect in feature.defects if defect.code in ("row_length", "formula_text")]
        feature = replace(feature, geometry=geometry, drawn=changed, defects=(*kept, *found), repairs=(*feature.repairs, code))
    return feature


def _repaired(code: RepairCode, drawn: Drawn, datum: Datum) -> Drawn | None:
    match code:
        case "swap_axes":
            return drawn.changed(lambda array: _swapped(array, datum))
        case "force_2d":
            return drawn.changed(lambda array: plane(array).copy())
        case "close_ring":
            return drawn.changed(_closed)
        case "remove_repeated":
            return drawn.changed(_without_repeated)
        case "reorient":
            return _reoriented(drawn)
        case "make_valid":
            geometry = to_shapely(drawn)
            return None if geometry is None else of_shapely(_made_valid(geometry))


def _swapped(array: Coordinates, datum: Datum) -> Coordinates:
    """Back to the file's numbers, swapped, and converted again."""
    filed = from_wgs84(datum, np.ascontiguousarray(plane(array)))
    lonlat = to_wgs84(datum, np.ascontiguousarray(filed[:, ::-1]))
    return np.column_stack([lonlat, array[:, 2:]])


def _closed(ring: Coordinates) -> Coordinates:
    return ring if len(ring) and (plane(ring)[0] == plane(ring)[-1]).all() else np.concatenate([ring, ring[:1]])


def _without_repeated(array: Coordinates) -> Coordinates:
    if len(array) < 2:
        return array
    same = (plane(array)[1:] == plane(array)[:-1]).all(axis=1)
    return np.concatenate([array[:1], array[1:][~same]])


def _reoriented(drawn: Drawn) -> Drawn:
    """Shells counter-clockwise, holes clockwise (RFC 7946, section 3.1.6)."""

    def turned(ring: Coordinates, is_shell: bool) -> Coordinates:
        return ring if (ring_area_m2(plane(ring)) >= 0) == is_shell else ring[::-1]

    parts = tuple(tuple(turned(ring, place == 0) for place, ring in enumerate(part)) for part in drawn.parts)
    return Drawn(drawn.kind, parts, tuple(_reoriented(member) for member in drawn.members))


def _made_valid(geometry: BaseGeometry) -> BaseGeometry | None:
    """Valid polygons that keep the most area: lobes of a bow tie stay, what lies twice lies once. None if too tangled."""
    if _crossings(geometry) > _MAX_CROSSINGS:
        return None
    polygons = polygons_of(geometry)
    if all(polygon.is_valid for polygon in polygons):
        return shapely.orient_polygons(shapely.union_all(polygons))  # only the parts overlap
    options = [
        shapely.make_valid(geometry, method="linework"),
        shapely.make_valid(geometry, method="structure", keep_collapsed=False),
    ]
    cleaned = [shapely.union_all(polygons_of(option)) for option in options]
    best = max(cleaned, key=area_m2)
    return None if best.is_empty else shapely.orient_polygons(best)


def _crossings(geometry: BaseGeometry) -> int:
    """How often segments' boxes meet, counted up to a bound: repairing a tangle takes memory with its crossings."""
    pieces: list[Coordinates] = []
    for polygon in polygons_of(geometry):
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)
            pieces.append(np.stack([points[:-1], points[1:]], axis=1))
    segments = shapely.linestrings(np.concatenate(pieces)) if pieces else np.array([])
    tree = shapely.STRtree(segments)
    found = 0
    for start in range(0, len(segments), 500):
        found += len(tree.query(segments[start : start + 500])[0]) - 3 * len(segments[start : start + 500])
        if found > _MAX_CROSSINGS:
            break
    return found


def _area_of(drawn: Drawn) -> float:
    """In m², also of rings that do not close."""
    total = sum(_area_of(member) for member in drawn.members)
    if drawn.kind in POLYGONS:
        for part in drawn.parts:
            areas = [abs(ring_area_m2(plane(ring))) for ring in part]
            total += areas[0] - sum(areas[1:]) if areas and np.isfinite(areas).all() else 0.0
    return max(total, 0.0)
