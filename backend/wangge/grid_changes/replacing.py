"""A whole layer in the place of a parent's children: matched, its edges shared with the parent's, small gaps and overlaps mended."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.core.ids import new_id
from wangge.grid_changes.drawing import read_polygon, rings_of
from wangge.grid_changes.geometry import (
    area_m2,
    distinct,
    faces_of,
    joined,
    node,
    pieces_of,
    same_ground,
    segments_of,
    tile_exactly,
    with_nodes,
)
from wangge.grid_changes.ground import Grid, Ground, NewGrid, Redrawn
from wangge.grid_changes.redrawing import Borders, check_shape
from wangge.grid_changes.refusals import Refused, has_children, nothing_changes
from wangge.grid_changes.schemas import Mend, Replace

Limits = dict[str, float]
OUTSIDE = -2
GAP = -1


def replace(ground: Ground, command: Replace, limits: Limits) -> Redrawn:
    """All children of a parent by a layer."""
    shapes = [read_polygon(f.polygon, f"features.{i}.polygon") for i, f in enumerate(command.features)]
    for child in ground.children(ground.parent.id):
        if ground.children(child.id):
            raise has_children("parent_id", child.name)
    codes = [f.code.strip() if f.code and f.code.strip() else None for f in command.features]
    given = [c for c in codes if c]
    if len(given) > len(set(given)):
        raise Refused("features", "duplicate_code", "图层里有重复的网格编码。", "The layer has a code twice.")
    for i, code in enumerate(codes):
        if code and not (code.isascii() and code.isalnum()):
            raise Refused(f"features.{i}.code", "code_invalid", f"网格编码“{code}”只能用字母和数字。", f"{code}: letters and digits only.")
    return _laid_out(ground, shapes, [f.name.strip() for f in command.features], codes, command.mend_m2, limits, "features")


def mend(ground: Ground, command: Mend, limits: Limits) -> Redrawn:
    """Close the small gaps and overlaps between the children that are there."""
    children = ground.children(ground.parent.id)
    for child in children:
        if ground.children(child.id):
            raise has_children("parent_id", child.name)
    if not children or tile_exactly([c.geom for c in children], ground.parent.geom):
        raise nothing_changes("parent_id")
    return _laid_out(ground, [c.geom for c in children], [c.name for c in children], [c.code for c in children], command.mend_m2, limits,
                     "parent_id")  # fmt: skip


def _laid_out(
    ground: Ground, shapes: list[BaseGeometry], names: list[str], codes: list[str | None], mend_m2: float, limits: Limits, field: str
) -> Redrawn:
    parent = ground.parent
    result = Redrawn()
    if not tile_exactly(shapes, parent.geom):
        shapes = _tiled(parent, shapes, codes, mend_m2, result, names, field)
    children = ground.children(parent.id)
    matched = _matches(children, shapes, codes)
    for index, shape in enumerate(shapes):
        before = children[matched[index]].geom if index in matched else None
        check_shape(field, names[index], shape, limits["grid_min_area_m2"], len(shapely.get_parts(shape)), before)
    changed = False
    for index, shape in enumerate(shapes):
        if index not in matched:
            result.new.append(NewGrid(new_id(), names[index], shape, _largest(children, shape), codes[index] or ""))
            result.boxes.append(shape.bounds)
            continue
        child = children[matched[index]]
        if child.name != names[index]:
            result.names[child.id] = names[index]
        if not same_ground([with_nodes(child.geom, result.chains)], [shape]):
            result.shapes[child.id] = shape
            result.boxes += [shape.bounds, child.geom.bounds]
        elif child.name != names[index]:
            result.shapes[child.id] = with_nodes(child.geom, result.chains)
        changed = changed or child.id in result.shapes
    kept = {children[c].id for c in matched.values()}
    heirs = [(children[c].id, shapes[i]) for i, c in matched.items()] + [(n.id, n.geom) for n in result.new]
    tree = shapely.STRtree([shape for _, shape in heirs])
    for child in children:
        if child.id not in kept:
            near = tree.query(child.geom).tolist() or [0]
            heir = max(near, key=lambda k: shapely.intersection(heirs[k][1], child.geom).area)
            result.retired[child.id] = heirs[heir][0]
            result.boxes.append(child.geom.bounds)
    if not (changed or result.new or result.retired):
        raise nothing_changes(field)
    if not children:
        result.boxes = [parent.geom.bounds]
    return result


def _matches(children: Sequence[Grid], shapes: Sequence[BaseGeometry], codes: Sequence[str | None]) -> dict[int, int]:
    """Which shape goes on as which child: by code, else by covering more than half of it."""
    by_code = {c.code: n for n, c in enumerate(children)}
    matched = {i: by_code[code] for i, code in enumerate(codes) if code in by_code}
    free = set(range(len(children))) - set(matched.values())
    if free and len(matched) < len(shapes):
        tree = shapely.STRtree([c.geom for c in children])
        shares = []
        for index, shape in enumerate(shapes):
            if index not in matched and codes[index] is None:
                for n in tree.query(shape).tolist():
                    if n in free:
                        share = shapely.intersection(children[n].geom, shape).area / children[n].geom.area
                        if share > 0.5:
                            shares.append((share, index, n))
        for _, index, n in sorted(shares, reverse=True):
            if index not in matched and n in free:
                matched[index] = n
                free.discard(n)
    return matched


def _largest(children: Sequence[Grid], shape: BaseGeometry) -> UUID | None:
    """The child that a new grid takes most of its ground from."""
    near = [c for c in children if c.geom.intersects(shape)]
    return max(near, key=lambda c: shapely.intersection(c.geom, shape).area).id if near else None


def _tiled(
    parent: Grid, shapes: list[BaseGeometry], codes: Sequence[str | None], mend_m2: float, result: Redrawn, names: Sequence[str], field: str
) -> list[BaseGeometry]:
    """The shapes with shared edges and nothing between them, where that takes no more than ``mend_m2`` at each place.

    Raises:
        Refused: something larger is left; carries the largest places.
    """
    edges = distinct(segments_of(parent.geom))
    noded = node([ring for shape in shapes for ring in rings_of(shape)], edges)
    result.chains = noded.chains
    faces = faces_of(pieces_of(edges, noded))
    spots = shapely.point_on_surface(np.asarray(faces, dtype=object))
    shapely.prepare(parent.geom)
    inside = shapely.intersects(parent.geom, spots)
    holders: dict[int, list[int]] = defaultdict(list)
    for spot, shape in shapely.STRtree(shapes).query(spots, predicate="intersects").T.tolist():
        holders[spot].append(shape)
    rank = sorted(range(len(shapes)), key=lambda i: (codes[i] or "~", i))
    place = {shape: n for n, shape in enumerate(rank)}
    owner: list[int] = []
    faults: list[tuple[float, str, int]] = []
    for i, face in enumerate(faces):
        held = sorted(holders[i], key=place.__getitem__)
        owner.append(OUTSIDE if not inside[i] else held[0] if held else GAP)
        if (bool(held) and not inside[i]) or (inside[i] and len(held) != 1):
            size = area_m2(face)
            if size > mend_m2:
                faults.append((size, "outside" if not inside[i] else "overlap" if held else "gap", i))
    if faults:
        raise _not_tiling(field, faults, faces, holders, names)
    _fill(owner, Borders(faces))
    made = []
    for n, name in enumerate(names):
        mine = [faces[i] for i, o in enumerate(owner) if o == n]
        if not mine:
            raise Refused(field, "grid_would_vanish", f"“{name}”与其他网格完全重叠，没有自己的范围。",
                          f"{name} lies wholly under other grids and has no ground of its own.", shapes[n])  # fmt: skip
        made.append(joined(mine))
    return made


def _fill(owner: list[int], borders: Borders) -> None:
    """Give each gap to the neighbour with the longest common border, the outermost first."""
    waiting = [i for i, o in enumerate(owner) if o == GAP]
    while waiting:
        left = []
        for i in waiting:
            metres: dict[int, float] = defaultdict(float)
            for other, length in borders.lengths(i).items():
                if owner[other] >= 0:
                    metres[owner[other]] += length
            if metres:
                owner[i] = max(metres, key=lambda n: (metres[n], -n))
            else:
                left.append(i)
        if len(left) == len(waiting):
            return
        waiting = left


def _not_tiling(
    field: str, faults: list[tuple[float, str, int]], faces: Sequence[BaseGeometry], holders: dict[int, list[int]], names: Sequence[str]
) -> Refused:
    faults.sort(reverse=True)
    refused = Refused(
        field, "not_tiling",
        f"有 {len(faults)} 处空隙、重叠或超出上级网格的部分大于可自动修补的面积，最大的一处约 {faults[0][0]:,.0f} 平方米。",
        f"{len(faults)} gap(s), overlap(s) or part(s) outside the parent exceed what may be mended; "
        f"the largest measures about {faults[0][0]:,.0f} m².",
        shapely.MultiPolygon([faces[i] for _, _, i in faults[:200]]),
    )  # fmt: skip
    refused.faults = [
        {"kind": kind, "names": [names[h] for h in holders[i]], "area_m2": size, "geom": shapely.geometry.mapping(faces[i])}
        for size, kind, i in faults[:200]
    ]
    refused.faults_total = len(faults)
    return refused
