"""What each command makes of the ground. Pure: shapes in, shapes out; a refusal says where and why."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.core.ids import new_id
from wangge.grid_changes.drawing import read_line, read_polygon, rings_of
from wangge.grid_changes.geometry import (
    METRES_A_DEGREE,
    NEAR,
    Point,
    distinct,
    edges_of,
    joined,
    length_m,
    segments_of,
    snapped,
    with_nodes,
)
from wangge.grid_changes.ground import Faces, Grid, Ground, NewGrid, Redrawn, cut
from wangge.grid_changes.redrawing import Borders, check_shape, in_reading_order, redraw
from wangge.grid_changes.refusals import (
    has_children,
    line_does_not_cut,
    not_neighbours,
    not_siblings,
    nothing_changes,
    polygon_invalid,
    unknown_grid,
)
from wangge.grid_changes.schemas import Draw, Merge, MoveBoundary, Reshape, Split

Limits = dict[str, float]


def _must_be_leaf(ground: Ground, grid: Grid, field: str) -> None:
    if ground.children(grid.id):
        raise has_children(field, grid.name)


def split(ground: Ground, command: Split, limits: Limits) -> Redrawn:
    """Divide a grid along a line."""
    grid = ground.grids[command.grid_id]
    _must_be_leaf(ground, grid, "grid_id")
    faces = cut([grid], [read_line(command.line, "line")])
    parts_before = len(shapely.get_parts(grid.geom))
    if len(faces.faces) <= parts_before:
        raise line_does_not_cut("line", grid.name)
    # islands that the line leaves whole stay with the largest piece
    whole = [shapely.normalize(p) for p in shapely.get_parts(grid.geom)]
    islands = {i for i, f in enumerate(faces.faces) if any(shapely.equals_exact(shapely.normalize(f), w) for w in whole)}
    largest = max((i for i in range(len(faces.faces)) if i not in islands), key=lambda i: faces.faces[i].area)
    pieces = {new_id(): i for i in range(len(faces.faces)) if i not in islands and i != largest}
    order = in_reading_order((piece, faces.faces[i]) for piece, i in pieces.items())
    names = {piece: f"{grid.name}{number}" for number, piece in enumerate(order, start=2)}
    names |= dict(zip(order, command.names, strict=False))
    units_after = [grid.id] * len(faces.faces)
    for piece, i in pieces.items():
        units_after[i] = piece
    new: dict[UUID, tuple[str, UUID | None]] = {piece: (names[piece].strip(), grid.id) for piece in order}
    return redraw(ground, [grid], faces, units_after, new, "line", limits["grid_min_area_m2"])


def merge(ground: Ground, command: Merge, limits: Limits) -> Redrawn:
    """Put neighbours together."""
    ids = list(dict.fromkeys(command.grid_ids))
    if command.keep_id not in ids or len(ids) < 2:
        raise unknown_grid("keep_id")
    grids = [ground.grids[i] for i in ids]
    if len({g.parent_id for g in grids}) > 1:
        raise not_siblings("grid_ids")
    for grid in grids:
        _must_be_leaf(ground, grid, "grid_ids")
    kept = ground.grids[command.keep_id]
    shape = joined([part for g in grids for part in shapely.get_parts(g.geom)])
    islands = sum(len(shapely.get_parts(g.geom)) - 1 for g in grids)
    if len(shapely.get_parts(shape)) > 1 + islands:
        raise not_neighbours("grid_ids")
    ended = [g for g in grids if g.id != kept.id]
    result = Redrawn({kept.id: shape}, retired={g.id: kept.id for g in ended}, boxes=[g.geom.bounds for g in ended])
    if command.name and command.name.strip():
        result.names[kept.id] = command.name.strip()
    return result


def move_boundary(ground: Ground, command: MoveBoundary, limits: Limits) -> Redrawn:
    """A new border between two neighbours."""
    first, second = (ground.grids[i] for i in command.grid_ids)
    if first.parent_id != second.parent_id or first.id == second.id:
        raise not_siblings("grid_ids")
    border = set(edges_of(first.geom)) & set(edges_of(second.geom))
    if not border:
        raise not_neighbours("grid_ids")
    degree: dict[Point, int] = defaultdict(int)
    for a, b in border:
        degree[a] += 1
        degree[b] += 1
    line = read_line(command.line, "line")
    ends = sorted(p for p, n in degree.items() if n % 2)
    line = [_at_end(line[0], ends, limits["grid_border_snap_m"]), *line[1:-1], _at_end(line[-1], ends, limits["grid_border_snap_m"])]
    leaves = ground.leaves(first) + ground.leaves(second)
    of_first = {leaf.id for leaf in ground.leaves(first)}
    faces = cut(leaves, [line])
    patches = Borders(faces.faces).patches(faces.noded.drawn)
    if len(patches) < 2:
        raise line_does_not_cut("line", f"{first.name} + {second.name}")

    def share(patch: list[int]) -> float:
        size = {i: faces.faces[i].area for i in patch}
        return float(sum(a for i, a in size.items() if faces.owners[i] in of_first) / sum(size.values()))

    shares = [share(patch) for patch in patches]
    two = len(patches) == 2  # one each, whichever keeps more of what was
    to_first = {int(shares[1] > shares[0])} if two else {n for n, s in enumerate(shares) if s >= 0.5}
    units_after = [second.id] * len(faces.faces)
    for n in to_first:
        for i in patches[n]:
            units_after[i] = first.id
    return redraw(ground, [first, second], faces, units_after, {}, "line", limits["grid_min_area_m2"])


def _at_end(point: Point, ends: list[Point], within_m: float) -> Point:
    """Where the old border ended, if that is near."""
    scale = np.cos(np.radians(point[1]))
    away = {e: float(np.hypot((e[0] - point[0]) * scale, e[1] - point[1])) * METRES_A_DEGREE for e in ends}
    nearest = min(away, key=away.__getitem__, default=point)
    return nearest if away.get(nearest, np.inf) <= within_m else point


def _area(polygon: dict[str, Any], units: list[Grid], ground: Ground, snap_m: float) -> BaseGeometry:
    """An area that was drawn, its vertices on old vertices and edges where these are near."""
    area = read_polygon(polygon, "polygon")
    edges = distinct(segments_of([leaf.geom for unit in units for leaf in ground.leaves(unit)]))
    parts = []
    for part in shapely.get_parts(area):
        shell, *holes = (snapped(ring, edges, snap_m) for ring in rings_of(part))
        if len(shell) < 4 or any(len(hole) < 4 for hole in holes):
            raise polygon_invalid("polygon", "no area", area)
        parts.append(shapely.Polygon(shell, holes))
    placed: BaseGeometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    if not placed.is_valid:
        raise polygon_invalid("polygon", shapely.is_valid_reason(placed), area)
    return placed


def _drawn_over(units: list[Grid], ground: Ground, area: BaseGeometry) -> tuple[Faces, list[bool]]:
    """The faces that an area makes of grids, and which of these lie in it."""
    faces = cut([leaf for unit in units for leaf in ground.leaves(unit)], rings_of(area))
    shapely.prepare(area)
    return faces, shapely.intersects(area, shapely.point_on_surface(np.asarray(faces.faces, dtype=object))).tolist()


def reshape(ground: Ground, command: Reshape, limits: Limits) -> Redrawn:
    """A grid's new outline."""
    grid = ground.grids[command.grid_id]
    siblings = [g for g in ground.children(ground.parent.id) if g.id != grid.id]
    if command.give_to is not None and command.give_to not in {g.id for g in siblings}:
        raise not_siblings("give_to")
    if not siblings:
        raise nothing_changes("polygon")
    area = _area(command.polygon, [grid, *siblings], ground, command.snap_m)
    near = [g for g in siblings if g.id == command.give_to or shapely.dwithin(g.geom, grid.geom, NEAR) or g.geom.intersects(area)]
    units = [grid, *near]
    faces, inside = _drawn_over(units, ground, area)
    unit_of = {leaf.id: unit.id for unit in units for leaf in ground.leaves(unit)}
    units_after: list[UUID] = []
    for i, owner in enumerate(faces.owners):
        if inside[i]:
            units_after.append(grid.id)
        elif unit_of[owner] != grid.id:
            units_after.append(unit_of[owner])
        else:
            units_after.append(command.give_to or _longest_border(faces.faces[i], near, faces))
    return redraw(ground, units, faces, units_after, {}, "polygon", limits["grid_min_area_m2"])


def _longest_border(face: BaseGeometry, siblings: list[Grid], faces: Faces) -> UUID:
    """The sibling with the longest common border with a face; else the nearest."""
    edges = set(edges_of(face))
    near = [g for g in siblings if shapely.dwithin(g.geom, face, NEAR)]
    metres = {g.id: length_m(edges & set(edges_of(with_nodes(g.geom, faces.noded.chains)))) for g in near}
    if metres and max(metres.values()) > 0:
        return max(metres, key=metres.__getitem__)
    return min(siblings, key=lambda g: float(shapely.distance(g.geom, face))).id


def draw(ground: Ground, command: Draw, limits: Limits) -> Redrawn:
    """A new grid inside a parent."""
    parent = ground.parent
    children = ground.children(parent.id)
    this = new_id()
    if not children:
        return _draw_first(ground, command, limits, this)
    area = _area(command.polygon, children, ground, command.snap_m)
    children = [g for g in children if g.geom.intersects(area)]
    if not children:
        raise nothing_changes("polygon")
    faces, inside = _drawn_over(children, ground, area)
    unit_of = {leaf.id: unit.id for unit in children for leaf in ground.leaves(unit)}
    lost: dict[UUID, float] = defaultdict(float)
    for i, owner in enumerate(faces.owners):
        if inside[i]:
            lost[unit_of[owner]] += faces.faces[i].area
    if not lost:
        raise nothing_changes("polygon")
    units_after = [this if inside[i] else unit_of[owner] for i, owner in enumerate(faces.owners)]
    new: dict[UUID, tuple[str, UUID | None]] = {this: (command.name.strip(), max(lost, key=lost.__getitem__))}
    return redraw(ground, children, faces, units_after, new, "polygon", limits["grid_min_area_m2"])


def _draw_first(ground: Ground, command: Draw, limits: Limits, this: UUID) -> Redrawn:
    """The first grid in a parent, and a second of what is left."""
    parent = ground.parent
    faces, inside = _drawn_over([parent], ground, _area(command.polygon, [parent], ground, command.snap_m))
    if not any(inside):
        raise nothing_changes("polygon")
    result = Redrawn(chains=faces.noded.chains, boxes=[parent.geom.bounds])
    for grid_id, name, is_inside in ((this, command.name.strip(), True), (new_id(), f"{parent.name}其余", False)):
        mine = [f for f, i in zip(faces.faces, inside, strict=True) if i is is_inside]
        if mine:
            shape = joined(mine)
            check_shape("polygon", name, shape, limits["grid_min_area_m2"], len(shapely.get_parts(parent.geom)), None)
            result.new.append(NewGrid(grid_id, name, shape))
    return result
