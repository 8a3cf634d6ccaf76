"""Which area each feature belongs into, and whether the features fill those areas."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.features import Feature, KnownBoundary
from wangge.spatial_files.measure import area_m2, polygons_of
from wangge.spatial_files.tiling import check_codes, check_points, check_tiling
from wangge.spatial_imports.jobs import KnownArea, Row

_POLYGONS = ("Polygon", "MultiPolygon")


def place_areas(
    features: Sequence[Feature], parents: Sequence[KnownArea], columns: dict[str, str | None], rows: dict[int, Row]
) -> tuple[list[Defect], list[dict[str, Any]]]:
    """Give every area its parent (in ``rows``), and say what keeps the areas of each parent from tiling it.

    The parent is the one that the parent column names, else the one that the area lies in with most of itself. A parent
    that receives nothing stays as it is.

    Returns:
        The defects, and for each parent that receives something its id, code, name and how many areas.
    """
    defects = check_codes(features, columns["code"]) if columns["code"] else []
    shapes = [shapely.from_wkb(parent.wkb) for parent in parents]
    by_key: dict[str, list[int]] = defaultdict(list)
    for nth, parent in enumerate(parents):
        for key in {parent.code, parent.name}:
            by_key[key].append(nth)
    groups: dict[int, list[Feature]] = defaultdict(list)
    tree = shapely.STRtree(shapes)
    place: int | None
    for feature in features:
        place = _named_parent(feature, columns["parent"], by_key) if len(parents) > 1 else 0
        if place is None:
            place = _holding(feature, shapes, tree)
        if place is not None:
            groups[place].append(feature)
            rows[feature.index].parent_id = parents[place].id
        elif feature.geometry is not None:
            defects.append(describe("outside_all_parents", feature.index, position=rows[feature.index].spot))
    for nth, group in groups.items():
        defects.extend(
            check_tiling([_lying(feature) for feature in group], KnownBoundary(parents[nth].code, parents[nth].name, shapes[nth]))
        )
    told = [
        {"id": parents[nth].id, "code": parents[nth].code, "name": parents[nth].name, "features": len(group)}
        for nth, group in sorted(groups.items())
    ]
    return defects, told


def _named_parent(feature: Feature, column: str | None, by_key: dict[str, list[int]]) -> int | None:
    value = feature.attributes.get(column) if column else None
    found = by_key.get(str(value).strip(), []) if value is not None else []
    return found[0] if len(found) == 1 else None


def _holding(feature: Feature, shapes: Sequence[Any], tree: shapely.STRtree) -> int | None:
    """The area that holds most of a feature."""
    geometry = feature.geometry
    if geometry is None or geometry.is_empty or geometry.geom_type not in _POLYGONS:
        return None
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry)  # only to see where it lies
    near = tree.query(geometry, predicate="intersects")
    if len(near) < 2:
        return int(near[0]) if len(near) else None
    shared = shapely.area(shapely.intersection(geometry, np.array(shapes, dtype=object)[near]))
    return int(near[int(np.argmax(shared))]) if shared.max() > 0 else None


def _lying(feature: Feature) -> Feature:
    """A feature with a shape that can be laid beside others. Broken ones would otherwise count as gaps as large as they are."""
    geometry = feature.geometry
    if geometry is None or geometry.geom_type not in _POLYGONS or geometry.is_valid:
        return feature
    pieces = polygons_of(shapely.make_valid(geometry))
    return replace(feature, geometry=shapely.union_all(pieces)) if pieces else feature


def place_points(
    features: Sequence[Feature], parents: Sequence[KnownArea], match_column: str | None
) -> tuple[list[Defect], list[dict[str, Any]]]:
    """Say which points lie outside the area chosen, and which rows name the same employer, or none."""
    defects = check_codes(features, match_column) if match_column else [describe("no_match_column")]
    told: list[dict[str, Any]] = []
    for parent in parents[:1]:
        shape = shapely.from_wkb(parent.wkb)
        defects.extend(check_points(features, KnownBoundary(parent.code, parent.name, shape)))
        told.append({"id": parent.id, "code": parent.code, "name": parent.name, "features": len(features), "km2": area_m2(shape) / 1e6})
    return defects, told
