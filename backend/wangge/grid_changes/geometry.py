"""Territory as an exact arrangement: edges that are shared to the last bit, and faces between them.

Points are ``(lon, lat)`` degrees, EPSG:4326; new ones lie on a raster of 1e-7 degree (about a centimetre). Old vertices never
move: a line that is drawn is cut at the edges it meets, and these are given the same new vertices. Everything after that only
takes edges apart and puts them together again, so that what tiled before tiles afterwards, without any tolerance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
Edge = tuple[Point, Point]
Segments = npt.NDArray[np.float64]
Chains = dict[Edge, list[Point]]

DECIMALS = 7
NEAR = 1.0e-6
"""Degrees around a drawn line within which edges are looked at (about 10 cm)."""
TOUCHING = 0.75e-7
"""Degrees within which a vertex lies on an edge: half a step of the raster's diagonal, and a little."""
SAME = 1.0e-7
METRES_A_DEGREE = 111_320.0
_ROUNDS = 12


class TangledLines(ValueError):
    """The lines lie so close to each other that the raster cannot tell them apart."""


def on_raster(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry with every vertex on the raster."""
    moved: BaseGeometry = shapely.transform(geometry, lambda c: np.round(c, DECIMALS))
    return moved


def edge(a: Point, b: Point) -> Edge:
    """An edge without direction."""
    return (a, b) if a < b else (b, a)


def segments_of(geometries: BaseGeometry | Sequence[BaseGeometry]) -> Segments:
    """``(n, 4)``: the directed segments of polygons, shells counter-clockwise, holes clockwise."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(np.atleast_1d(np.asarray(geometries, dtype=object)))))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    segments: Segments = np.hstack([coordinates[:-1], coordinates[1:]])[ring[1:] == ring[:-1]]
    return segments


def canonical(segments: Segments) -> tuple[Segments, npt.NDArray[np.int64]]:
    """``(n, 4)`` with the lower end first, and ``(n,)`` 1 where that was the direction, else -1."""
    turned = (segments[:, 0] > segments[:, 2]) | ((segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3]))
    return np.where(turned[:, None], segments[:, [2, 3, 0, 1]], segments), np.where(turned, -1, 1)


def _rows(segments: Segments) -> npt.NDArray[Any]:
    """Each row as one value, for sorting and counting."""
    plain = np.ascontiguousarray(segments + 0.0)  # -0.0 is 0.0
    return plain.view([("", plain.dtype)] * 4).ravel()


def distinct(segments: Segments) -> Segments:
    """Every edge once, without direction."""
    edges, _ = canonical(segments)
    return edges[np.unique(_rows(edges), return_index=True)[1]] if len(edges) else edges


def same_ground(some: Sequence[BaseGeometry], others: Sequence[BaseGeometry]) -> bool:
    """Whether two sets of polygons cover the same ground the same number of times: their oriented boundaries add up alike."""
    inner, outer = segments_of(list(some)), segments_of(list(others))
    edges, signs = canonical(np.vstack([inner, outer]))
    signs[len(inner) :] *= -1
    _, place = np.unique(_rows(edges), return_inverse=True)
    return not np.bincount(place, weights=signs).any()


def tile_exactly(parts: Sequence[BaseGeometry], whole: BaseGeometry) -> bool:
    """Whether parts tile a whole, as the database's ``tiles`` says it."""
    return same_ground(parts, [whole])


def edges_of(geometry: BaseGeometry | Sequence[BaseGeometry]) -> list[Edge]:
    """The edges of polygons, without direction, repeated where they repeat."""
    return [((ax, ay), (bx, by)) for ax, ay, bx, by in canonical(segments_of(geometry))[0].tolist()]


def with_nodes(geometry: BaseGeometry, chains: Mapping[Edge, Sequence[Point]]) -> BaseGeometry:
    """The same area with the vertices that its edges were given; the very same object when none of them was."""
    touched = False

    def ring(coordinates: Segments) -> list[Point]:
        nonlocal touched
        points: list[Point] = [(x, y) for x, y in coordinates.tolist()]
        made = [points[0]]
        for a, b in pairwise(points):
            chain = chains.get(edge(a, b))
            if chain:
                touched = True
                made += list(chain)[1:-1] if a < b else list(chain)[-2:0:-1]
            made.append(b)
        return made

    polygons = [
        shapely.Polygon(ring(shapely.get_coordinates(p.exterior)), [ring(shapely.get_coordinates(hole)) for hole in p.interiors])
        for p in shapely.get_parts(geometry)
    ]
    return shapely.MultiPolygon(polygons) if touched else geometry


@dataclass(frozen=True)
class Noded:
    """Edges and drawn lines cut at each other. ``chains``: each edge that was divided, with its vertices from end to end."""

    chains: Chains
    drawn: set[Edge]


def _insert(chain: list[Point], points: Iterable[Point]) -> list[Point]:
    """A chain with more vertices, each where it lies along the straight way."""
    (ax, ay), (bx, by) = chain[0], chain[-1]
    along = {p: (p[0] - ax) * (bx - ax) + (p[1] - ay) * (by - ay) for p in {*chain[1:-1], *points} - {chain[0], chain[-1]}}
    return [chain[0], *sorted(along, key=along.__getitem__), chain[-1]]


def node(lines: Sequence[Sequence[Point]], edges: Segments) -> Noded:
    """Cut drawn lines and edges at each other, on the raster.

    Args:
        lines: each a sequence of points on the raster.
        edges: ``(n, 4)``, every edge once; they touch each other in vertices only.

    Raises:
        TangledLines: no arrangement on the raster is found.
    """
    drawn = [(a, b) for line in lines for a, b in pairwise(line) if a != b]
    if not drawn:
        return Noded({}, set())
    strokes = shapely.linestrings(np.asarray(drawn))
    tree = shapely.STRtree(shapely.linestrings(edges.reshape(-1, 2, 2)))
    near = np.unique(tree.query(strokes, predicate="dwithin", distance=NEAR)[1])
    old: list[Edge] = [((ax, ay), (bx, by)) for ax, ay, bx, by in edges[near].tolist()]
    chains: list[list[Point]] = [list(s) for s in [*drawn, *old]]
    for _ in range(_ROUNDS):
        if not _cut_once(chains):
            break
    else:
        raise TangledLines()
    divided = {e: chain for e, chain in zip(old, chains[len(drawn) :], strict=True) if len(chain) > 2}
    return Noded(divided, {edge(a, b) for chain in chains[: len(drawn)] for a, b in pairwise(chain)})


def _cut_once(chains: list[list[Point]]) -> bool:
    """Give every chain the vertices it passes and the crossings it has; whether there were any."""
    pieces = [(i, a, b) for i, chain in enumerate(chains) for a, b in pairwise(chain)]
    shapes = shapely.linestrings(np.asarray([(a, b) for _, a, b in pieces]))
    vertices = sorted({p for _, a, b in pieces for p in (a, b)})
    points = shapely.points(np.asarray(vertices))
    vertex_tree, piece_tree = shapely.STRtree(points), shapely.STRtree(shapes)
    wanted: dict[int, set[Point]] = {}
    for k, v in vertex_tree.query(shapes, predicate="dwithin", distance=TOUCHING).T.tolist():
        i, a, b = pieces[k]
        if vertices[v] not in (a, b):
            wanted.setdefault(i, set()).add(vertices[v])
    if not wanted:
        pairs = piece_tree.query(shapes, predicate="intersects")
        pairs = pairs[:, pairs[0] < pairs[1]]
        pairs = pairs[:, [not ({*pieces[j][1:]} & {*pieces[k][1:]}) for j, k in pairs.T.tolist()]]
        met = shapely.intersection(shapes[pairs[0]], shapes[pairs[1]])
        for (j, k), where in zip(pairs.T.tolist(), met, strict=True):
            for x, y in np.round(shapely.get_coordinates(where), DECIMALS).tolist():
                spot = (x, y)
                close = vertex_tree.query(shapely.Point(spot), predicate="dwithin", distance=SAME)
                if len(close):
                    spot = min((vertices[v] for v in close.tolist()), key=lambda p: (p[0] - x) ** 2 + (p[1] - y) ** 2)
                for i, a, b in (pieces[j], pieces[k]):
                    if spot not in (a, b):
                        wanted.setdefault(i, set()).add(spot)
    cut = False
    for i, more in wanted.items():
        longer = _insert(chains[i], more)
        cut, chains[i] = cut or len(longer) > len(chains[i]), longer
    return cut


def pieces_of(edges: Segments, noded: Noded) -> Segments:
    """``(n, 4)``: every edge, in pieces where it was divided, and the drawn lines; each once."""
    if not noded.chains and not noded.drawn:
        return edges
    divided = set(noded.chains)
    whole = [row for row in edges.tolist() if ((row[0], row[1]), (row[2], row[3])) not in divided]
    parts = [(*a, *b) for chain in noded.chains.values() for a, b in pairwise(chain)]
    return distinct(np.asarray([*whole, *parts, *((*a, *b) for a, b in noded.drawn)], dtype=np.float64).reshape(-1, 4))


def faces_of(pieces: Segments) -> list[BaseGeometry]:
    """The faces between edges that meet in vertices only; ends that hang loose bound nothing."""
    return list(shapely.get_parts(shapely.polygonize(shapely.linestrings(pieces.reshape(-1, 2, 2)))))


def joined(faces: Sequence[BaseGeometry]) -> BaseGeometry:
    """Faces put together: what two of them share is gone, every other edge stays as it is."""
    union: BaseGeometry = faces[0] if len(faces) == 1 else shapely.coverage_union_all(list(faces))
    return union


def area_m2(geometry: BaseGeometry) -> float:
    """Square metres, good to 0.5 %: degrees scaled at the shape's own latitude. For judging, never for reports."""
    if geometry.is_empty:
        return 0.0
    return float(geometry.area * METRES_A_DEGREE**2 * cos(radians(geometry.centroid.y)))


def length_m(pieces: Iterable[Edge]) -> float:
    """Metres along edges, good to 0.5 %."""
    return sum(
        METRES_A_DEGREE * float(np.hypot((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1])) for a, b in pieces
    )  # fmt: skip


def snapped(line: Sequence[Point], edges: Segments, within_m: float) -> list[Point]:
    """A line whose points lie on old vertices, else on old edges, where these are nearer than ``within_m`` metres."""
    points: list[Point] = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in line]
    if within_m > 0 and len(edges):
        squeeze = np.asarray([cos(radians(points[0][1])), 1.0])
        flat = edges.reshape(-1, 2, 2) * squeeze
        distance = within_m / METRES_A_DEGREE
        ends = edges.reshape(-1, 2)
        vertex_tree, edge_tree = shapely.STRtree(shapely.points(ends * squeeze)), shapely.STRtree(shapely.linestrings(flat))
        for n, point in enumerate(points):
            spot = shapely.Point(np.asarray(point) * squeeze)
            index = vertex_tree.query_nearest(spot, max_distance=distance)
            if len(index):
                points[n] = (float(ends[index[0]][0]), float(ends[index[0]][1]))
                continue
            index = edge_tree.query_nearest(spot, max_distance=distance)
            if len(index):
                x, y = shapely.get_coordinates(shapely.line_interpolate_point(edge_tree.geometries[index[0]],
                                               shapely.line_locate_point(edge_tree.geometries[index[0]], spot)))[0] / squeeze  # fmt: skip
                points[n] = (round(float(x), DECIMALS), round(float(y), DECIMALS))
    return [p for n, p in enumerate(points) if n == 0 or p != points[n - 1]]
