"""A geometry as it was drawn: rings that do not close, heights, NaN and all, before anybody decides what it means."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.spatial_files.measure import Coordinates

Kind = Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection", "Other"]
POLYGONS: frozenset[Kind] = frozenset({"Polygon", "MultiPolygon"})
POINTS: frozenset[Kind] = frozenset({"Point", "MultiPoint"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """Coordinates by part: a polygon's part is its shell and its holes, any other part is one line or one point.

    Arrays are ``(n, 2)`` or ``(n, 3)`` float64, in the axis order x (east), y (north), height in metres.
    """

    kind: Kind
    parts: tuple[tuple[Coordinates, ...], ...] = ()
    members: tuple["Drawn", ...] = field(default=())
    """Of a collection."""

    def arrays(self) -> Iterator[Coordinates]:
        """Every ring, line and point."""
        for part in self.parts:
            yield from part
        for member in self.members:
            yield from member.arrays()

    def changed(self, change: Callable[[Coordinates], Coordinates]) -> "Drawn":
        """The same drawing with every array changed."""
        return Drawn(
            self.kind,
            tuple(tuple(change(array) for array in part) for part in self.parts),
            tuple(member.changed(change) for member in self.members),
        )

    @property
    def is_empty(self) -> bool:
        """No coordinate at all."""
        return not any(len(array) for array in self.arrays())

    @property
    def vertices(self) -> int:
        """How many positions."""
        return sum(len(array) for array in self.arrays())

    @property
    def heights_m(self) -> Coordinates:
        """All heights that are numbers."""
        found = [array[:, 2] for array in self.arrays() if array.shape[1] > 2]
        heights = np.concatenate(found) if found else np.empty(0)
        return heights[np.isfinite(heights)]


def plane(array: Coordinates) -> Coordinates:
    """Without heights."""
    return array[:, :2]


def of_shapely(geometry: BaseGeometry | None) -> Drawn | None:
    """What a shapely geometry draws; curves and the like become ``Other``."""
    if geometry is None:
        return None

    def array(piece: BaseGeometry) -> Coordinates:
        found: Coordinates = shapely.get_coordinates(piece, include_z=bool(geometry.has_z))
        return found

    def part(piece: Any) -> tuple[Coordinates, ...]:
        if piece.geom_type == "Polygon":
            return (array(piece.exterior), *(array(hole) for hole in piece.interiors)) if not piece.is_empty else ()
        return (array(piece),)

    kind = geometry.geom_type
    if kind == "GeometryCollection":
        members = (of_shapely(piece) for piece in geometry.geoms)
        return Drawn("GeometryCollection", members=tuple(member for member in members if member is not None))
    if kind == "LinearRing":
        return Drawn("LineString", (part(geometry),))
    if kind in ("Point", "LineString", "Polygon"):
        return Drawn(kind, () if geometry.is_empty else (part(geometry),))
    if kind in ("MultiPoint", "MultiLineString", "MultiPolygon"):
        return Drawn(kind, tuple(part(piece) for piece in geometry.geoms if not piece.is_empty))
    return Drawn("Other")


def to_shapely(drawn: Drawn) -> BaseGeometry | None:
    """The geometry exactly as drawn, in two dimensions; None when no shapely geometry can say it.

    That is: a ring that does not close or has fewer than four positions, a line of one, a coordinate that is not finite.
    """
    pieces: list[BaseGeometry] = []
    if drawn.members:
        found = [to_shapely(member) for member in drawn.members]
        return None if any(piece is None for piece in found) else shapely.GeometryCollection([p for p in found if p is not None])
    for part in drawn.parts:
        rings = [plane(array) for array in part]
        if not all(len(ring) and np.isfinite(ring).all() for ring in rings) or not rings:
            return None
        if drawn.kind in POLYGONS:
            if any(len(ring) < 4 or (ring[0] != ring[-1]).any() for ring in rings):
                return None
            pieces.append(shapely.Polygon(rings[0], rings[1:]))
        elif drawn.kind in POINTS:
            pieces.extend(shapely.points(rings[0]))
        elif len(rings[0]) < 2:
            return None
        else:
            pieces.append(shapely.LineString(rings[0]))
    if not pieces:
        return None
    match drawn.kind:
        case "Point" | "LineString" | "Polygon":
            return pieces[0]
        case "MultiPoint":
            return shapely.MultiPoint(pieces)
        case "MultiLineString":
            return shapely.MultiLineString(pieces)
        case "MultiPolygon":
            return shapely.MultiPolygon(pieces)
        case _:
            return None
