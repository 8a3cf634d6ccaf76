"""The territory as a change sees it, and what a change makes of it; no database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.grid_changes.geometry import Chains, Noded, distinct, faces_of, node, pieces_of, segments_of

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Grid:
    """A current grid. ``version`` is that of its state; ``geom`` EPSG:4326."""

    id: UUID
    code: str
    name: str
    level: int
    parent_id: UUID | None
    path: str
    geom: BaseGeometry
    version: int
    in_scope: bool = True


@dataclass
class Ground:
    """The grids around a change: a parent, its children, and what lies below those that may be touched."""

    parent: Grid
    grids: dict[UUID, Grid]

    def children(self, grid_id: UUID) -> list[Grid]:
        """The grids right below one, by code."""
        return sorted((g for g in self.grids.values() if g.parent_id == grid_id), key=lambda g: g.code)

    def leaves(self, grid: Grid) -> list[Grid]:
        """The deepest grids of one: itself when nothing lies below it."""
        below = self.children(grid.id)
        return [leaf for child in below for leaf in self.leaves(child)] if below else [grid]

    def below(self, grid: Grid) -> Iterator[Grid]:
        """A grid and all that lies below it."""
        yield grid
        for child in self.children(grid.id):
            yield from self.below(child)


@dataclass(frozen=True)
class NewGrid:
    """A grid that a change makes; ``origin`` is the one it was cut from."""

    id: UUID
    name: str
    geom: BaseGeometry
    origin: UUID | None = None
    code: str = ""


@dataclass
class Redrawn:
    """What a change makes of the ground: shapes of grids that stay, new ones, and what ends with who takes its place.

    ``boxes`` are where the ground changes hands, ``chains`` the edges that were divided, for whoever else has them.
    """

    shapes: dict[UUID, BaseGeometry] = field(default_factory=dict)
    new: list[NewGrid] = field(default_factory=list)
    retired: dict[UUID, UUID | None] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    boxes: list[Box] = field(default_factory=list)
    chains: Chains = field(default_factory=dict)


@dataclass
class Faces:
    """The ground of some grids, cut by drawn lines: ``faces[i]`` belongs to the deepest grid ``owners[i]``."""

    faces: list[BaseGeometry]
    owners: list[UUID]
    noded: Noded


def cut(leaves: list[Grid], lines: list[list[tuple[float, float]]]) -> Faces:
    """The faces into which lines cut grids. What the lines enclose outside of them is left out."""
    edges = distinct(segments_of([leaf.geom for leaf in leaves]))
    noded = node(lines, edges)
    faces = np.asarray(faces_of(pieces_of(edges, noded)), dtype=object)
    tree = shapely.STRtree([leaf.geom for leaf in leaves])
    which, holder = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    owner = dict(zip(which.tolist(), holder.tolist(), strict=True))
    inside = sorted(owner)
    return Faces([faces[i] for i in inside], [leaves[owner[i]].id for i in inside], noded)
