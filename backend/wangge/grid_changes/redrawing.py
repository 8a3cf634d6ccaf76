"""Giving faces of the ground to other grids, at every level at once: the border of a street is the border of its communities."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from wangge.grid_changes.geometry import Edge, area_m2, edges_of, joined, length_m, with_nodes
from wangge.grid_changes.ground import Faces, Grid, Ground, NewGrid, Redrawn
from wangge.grid_changes.refusals import in_parts, nothing_changes, too_small, would_vanish

UnitOf = Callable[[BaseGeometry, Grid], UUID]


class Borders:
    """Which faces touch along which edges."""

    def __init__(self, faces: Sequence[BaseGeometry]) -> None:
        self.edges = [edges_of(face) for face in faces]
        self._faces: dict[Edge, list[int]] = defaultdict(list)
        for index, edges in enumerate(self.edges):
            for one in edges:
                self._faces[one].append(index)

    def lengths(self, face: int) -> dict[int, float]:
        """Metres of common border with each neighbouring face."""
        shared: dict[int, list[Edge]] = defaultdict(list)
        for one in self.edges[face]:
            for other in self._faces[one]:
                if other != face:
                    shared[other].append(one)
        return {other: length_m(edges) for other, edges in shared.items()}

    def patches(self, barrier: set[Edge]) -> list[list[int]]:
        """Groups of faces that can be walked through without crossing a barrier."""
        group = [-1] * len(self.edges)
        found: list[list[int]] = []
        for start in range(len(group)):
            if group[start] < 0:
                group[start], stack = len(found), [start]
                found.append([])
                while stack:
                    face = stack.pop()
                    found[-1].append(face)
                    for one in self.edges[face]:
                        for other in () if one in barrier else self._faces[one]:
                            if group[other] < 0:
                                group[other] = group[start]
                                stack.append(other)
        return found


def redraw(
    ground: Ground, units: Sequence[Grid], cut: Faces, units_after: Sequence[UUID], new: dict[UUID, tuple[str, UUID | None]],
    field: str, min_m2: float,
) -> Redrawn:  # fmt: skip
    """The ground with every face in the unit it is given to.

    Args:
        ground: what there is.
        units: the grids of one level whose ground ``cut`` holds.
        cut: faces of the deepest grids below the units.
        units_after: for each face the unit that has it then, an old or a new one.
        new: names and origins of new units, by id; they have nothing below them.
        field: of the input, for refusals.
        min_m2: the least area of a grid whose ground changes.

    Raises:
        Refused: a grid would vanish, fall apart, or be too small; or nothing changes.
    """
    unit_of = {leaf.id: unit.id for unit in units for leaf in ground.leaves(unit)}
    leaf_after = _leaves_after(ground, units, cut, unit_of, units_after)
    moved = [i for i, leaf in enumerate(leaf_after) if leaf != cut.owners[i]]
    if not moved:
        raise nothing_changes(field)
    result = Redrawn(chains=cut.noded.chains)
    result.boxes = [tuple(b) for b in shapely.bounds([cut.faces[i] for i in moved]).tolist()]
    touched = {cut.owners[i] for i in moved} | {leaf_after[i] for i in moved}
    faces_after: dict[UUID, list[BaseGeometry]] = defaultdict(list)
    for face, leaf in zip(cut.faces, leaf_after, strict=True):
        faces_after[leaf].append(face)
    for unit in units:
        for grid in ground.below(unit):
            leaves = {leaf.id for leaf in ground.leaves(grid)}
            lost_or_won = any((cut.owners[i] in leaves) != (leaf_after[i] in leaves) for i in moved)
            if lost_or_won and leaves & touched:
                faces = [face for leaf in leaves for face in faces_after[leaf]]
                if not faces:
                    raise would_vanish(field, grid.name, grid.geom)
                shape = joined(faces)
                allowed = len(shapely.get_parts(grid.geom))
                check_shape(field, grid.name, shape, min_m2, allowed, grid.geom)
                result.shapes[grid.id] = shape
            elif (noded := with_nodes(grid.geom, cut.noded.chains)) is not grid.geom:
                result.shapes[grid.id] = noded
    for unit_id, (name, origin) in new.items():
        shape = joined(faces_after[unit_id])
        check_shape(field, name, shape, min_m2, 1, None)
        result.new.append(NewGrid(unit_id, name, shape, origin))
    return result


def _leaves_after(ground: Ground, units: Sequence[Grid], cut: Faces, unit_of: dict[UUID, UUID], units_after: Sequence[UUID]) -> list[UUID]:
    """The deepest grid of each face: its own while the unit keeps it; else of the new unit the one with the longest border."""
    leaves = {unit.id: [leaf.id for leaf in ground.leaves(unit)] for unit in units}
    after: list[UUID | None] = []
    for owner, unit_id in zip(cut.owners, units_after, strict=True):
        below = leaves.get(unit_id, [unit_id])
        after.append(owner if unit_of[owner] == unit_id else below[0] if len(below) == 1 else None)
    waiting = [i for i, leaf in enumerate(after) if leaf is None]
    if waiting:
        borders = Borders(cut.faces)
        common = {i: borders.lengths(i) for i in waiting}
    while waiting:
        best: tuple[float, int, UUID] | None = None
        for i in waiting:
            below = leaves[units_after[i]]
            metres: dict[UUID, float] = defaultdict(float)
            for other, length in common[i].items():
                leaf = after[other]
                if leaf in below:
                    metres[leaf] += length
            for leaf, length in metres.items():
                if best is None or length > best[0]:
                    best = (length, i, leaf)
        if best is None:  # an island: no grid of the new unit is next to it, and the shape's check will say so
            best = (0.0, waiting[0], leaves[units_after[waiting[0]]][0])
        after[best[1]] = best[2]
        waiting.remove(best[1])
    return [leaf for leaf in after if leaf is not None]


def check_shape(field: str, name: str, shape: BaseGeometry, min_m2: float, parts_allowed: int, before: BaseGeometry | None) -> None:
    """Refuse a grid that falls apart or is too small.

    Raises:
        Refused: it does. A grid that was in several parts, or small, before may stay so.
    """
    parts = len(shapely.get_parts(shape))
    if parts > max(parts_allowed, 1):
        raise in_parts(field, name, parts, shape)
    size = area_m2(shape)
    if size < min_m2 and (before is None or size < area_m2(before)):
        raise too_small(field, name, size, min_m2, shape)


def in_reading_order(shapes: Iterable[tuple[UUID, BaseGeometry]]) -> list[UUID]:
    """Ids from west to east, and from north to south where the longitude is the same."""
    return [i for i, s in sorted(shapes, key=lambda pair: (round(pair[1].centroid.x, 5), -pair[1].centroid.y))]
