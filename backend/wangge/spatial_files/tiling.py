"""Between features: codes that repeat, areas that overlap, gaps nobody covers, what lies outside the parent. In m²."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.core.geodesy import EARTH
from wangge.spatial_files.defects import Defect, Position, describe
from wangge.spatial_files.drawn import POLYGONS
from wangge.spatial_files.features import Feature, KnownBoundary
from wangge.spatial_files.measure import area_m2, polygons_of, width_m


@dataclass(frozen=True, slots=True)
class TilingTolerance:
    """What is too small to name (arithmetic), and what is a sliver rather than a mistake in drawing."""

    ignore_area_m2: float = 0.01
    sliver_width_m: float = 5.0


def check_codes(features: Sequence[Feature], code_field: str) -> list[Defect]:
    """Features without a code, and codes that several features have."""
    rows: dict[str, list[int]] = defaultdict(list)
    defects: list[Defect] = []
    for feature in features:
        value = feature.attributes.get(code_field)
        text = "" if value is None else str(value).strip()
        if text:
            rows[text].append(feature.index)
        else:
            defects.append(describe("missing_code", feature.index, position=_spot(feature.geometry), field=code_field))
    at = {feature.index: _spot(feature.geometry) for feature in features}
    for text, indexes in rows.items():
        if len(indexes) > 1:
            shown = _numbers(indexes)
            defects.extend(
                describe(
                    "duplicate_code",
                    index,
                    position=at[index],
                    other_indexes=tuple(i for i in indexes if i != index),
                    value=text,
                    count=len(indexes),
                    rows=shown,
                )
                for index in indexes
            )
    return sorted(defects, key=lambda defect: defect.feature_index or 0)


def check_tiling(
    features: Sequence[Feature], parent: KnownBoundary | None = None, tolerance: TilingTolerance | None = None
) -> list[Defect]:
    """Overlaps between areas, gaps between them, and what lies outside the parent; each with its area and its spot.

    Args:
        features: In EPSG:4326. Areas with errors of their own are left out: mend them first.
        parent: The area that the features should tile. Without it only gaps that features enclose are found.
        tolerance: In m² and m; defaults without.
    """
    limits = tolerance or TilingTolerance()
    areas = [f for f in features if f.geometry is not None and f.drawn is not None and f.drawn.kind in POLYGONS and f.geometry.is_valid]
    if not areas:
        return []
    geometries = np.array([feature.geometry for feature in areas], dtype=object)
    tree = shapely.STRtree(geometries)
    defects = _overlaps(areas, geometries, tree, limits)
    covered = shapely.union_all(geometries)
    if parent is not None:
        defects.extend(_outside(areas, geometries, parent, limits))
        missing = shapely.difference(parent.geometry, covered)
    else:
        missing = shapely.difference(_filled(covered), covered)
    defects.extend(_gaps(areas, missing, tree, limits))
    return defects


def check_points(features: Sequence[Feature], parent: KnownBoundary) -> list[Defect]:
    """Points outside the area that they should lie in, with their distance from its border in metres."""
    defects: list[Defect] = []
    shapely.prepare(parent.geometry)
    border = shapely.boundary(parent.geometry)
    for feature in features:
        geometry = feature.geometry
        if geometry is None or geometry.geom_type != "Point" or parent.geometry.intersects(geometry):
            continue
        line = shapely.get_coordinates(shapely.shortest_line(geometry, border))
        away = float(EARTH.inv(*line[0], *line[1])[2]) if len(line) == 2 else 0.0
        at = (float(geometry.x), float(geometry.y))
        defects.append(describe("point_outside_parent", feature.index, position=at, parent=parent.name, distance_m=away))
    return defects


def _overlaps(
    areas: Sequence[Feature], geometries: np.ndarray[tuple[int], np.dtype[np.object_]], tree: shapely.STRtree, limits: TilingTolerance
) -> list[Defect]:
    first, second = tree.query(geometries, predicate="intersects")
    ordered = first < second
    first, second = first[ordered], second[ordered]
    crossing = ~shapely.touches(geometries[first], geometries[second])
    first, second = first[crossing], second[crossing]
    shared = shapely.intersection(geometries[first], geometries[second])
    defects: list[Defect] = []
    for a, b, piece in zip(first, second, shared, strict=True):
        area = area_m2(piece)
        if area < limits.ignore_area_m2:
            continue
        one, other = areas[a].index, areas[b].index
        width = max(width_m(polygon) for polygon in polygons_of(piece))
        code = "sliver_overlap" if width < limits.sliver_width_m else "overlap"
        defects.append(describe(code, one, position=_spot(piece), other_indexes=(other,), area_m2=area, width_m=width, other=other + 1))
    return defects


def _outside(
    areas: Sequence[Feature], geometries: np.ndarray[tuple[int], np.dtype[np.object_]], parent: KnownBoundary, limits: TilingTolerance
) -> list[Defect]:
    shapely.prepare(parent.geometry)
    defects: list[Defect] = []
    for place in np.flatnonzero(~shapely.covers(parent.geometry, geometries)).tolist():
        feature, piece = areas[place], shapely.difference(geometries[place], parent.geometry)
        area = area_m2(piece)
        if area < limits.ignore_area_m2:
            continue
        percent = 100 * area / max(area_m2(feature.geometry), 1e-9)
        width = max(width_m(polygon) for polygon in polygons_of(piece))
        defects.append(
            describe(
                "outside_parent",
                feature.index,
                position=_spot(piece),
                area_m2=area,
                width_m=width,
                share_percent=percent,
                parent=parent.name,
            )
        )
    return defects


def _filled(geometry: BaseGeometry) -> BaseGeometry:
    """Without its holes."""
    return shapely.union_all([shapely.Polygon(polygon.exterior) for polygon in polygons_of(geometry)])


def _gaps(areas: Sequence[Feature], missing: BaseGeometry, tree: shapely.STRtree, limits: TilingTolerance) -> list[Defect]:
    defects: list[Defect] = []
    for piece in polygons_of(missing):
        area = area_m2(piece)
        if area < limits.ignore_area_m2:
            continue
        near = sorted(areas[i].index for i in tree.query(piece, predicate="intersects"))
        width = width_m(piece)
        code = "sliver_gap" if width < limits.sliver_width_m else "gap"
        defects.append(
            describe(
                code,
                near[0] if near else None,
                position=_spot(piece),
                other_indexes=tuple(near[1:]),
                area_m2=area,
                width_m=width,
                others=_numbers(near) or "—",
            )
        )
    return defects


def _spot(geometry: BaseGeometry | None) -> Position | None:
    """A position on the geometry, inside where it has an inside; None without one."""
    if geometry is None or geometry.is_empty:
        return None
    inside = polygons_of(geometry)
    point = max(inside, key=lambda polygon: polygon.area).representative_point() if inside else geometry.representative_point()
    return (float(point.x), float(point.y)) if not point.is_empty else None


def _numbers(indexes: Iterable[int]) -> str:
    """Features as people count them, from 1; at most eight."""
    shown = [str(index + 1) for index in indexes]
    return "、".join(shown[:8]) + ("…" if len(shown) > 8 else "")
