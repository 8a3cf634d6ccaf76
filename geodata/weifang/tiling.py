"""Cuts streets into community cells so that the whole city is one exact tiling.

Each street gets one cell for each of its villages: weighted Voronoi cells, smaller near the seat, with bent edges. The
lines of the whole city are then noded at once on the 1e-6 degree grid (snap rounding), so neighbours share every
vertex, also across a street or county border; each face goes to one cell; larger areas are unions of cells and nothing
else. Random numbers are seeded by name, and only + - * / and square roots touch coordinates here: every run draws the
same cells.
"""

import itertools
import random
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry import LineString, MultiPoint, Polygon, box
from shapely.geometry.base import BaseGeometry

from .shapes import GRID_DEG, MICRO, MicroPoint, canonical, micro

LON_SCALE = 0.804  # cosine of 36.5° N: makes a degree of longitude as long as one of latitude
SAMPLES_PER_CELL = 80
LLOYD_ROUNDS = 4  # more would turn villages into honeycomb
BEND = 0.10  # largest sideways displacement of an edge's inner points, as a share of its length
BEND_MIN_DEG = 0.0025  # shorter edges stay straight

Line = list[MicroPoint]


@dataclass(frozen=True)
class StreetPlan:
    """What is wanted of a street: its outline, where its seat is, how many cells."""

    code: str
    geom: BaseGeometry
    seat: tuple[float, float]
    cells: int


def tile(plans: list[StreetPlan]) -> dict[str, list[BaseGeometry]]:
    """Cells for every street, in canonical form; together they cover the streets exactly and share all vertices.

    Raises:
        ValueError: A cell came out empty or in more than one piece.
    """
    drafts = {plan.code: _draft_cells(plan) for plan in plans}
    lines: list[BaseGeometry] = []
    for plan in plans:
        lines.append(plan.geom.boundary)
        lines.extend(_inner_lines(plan, drafts[plan.code][1]))
    noded = shapely.unary_union(lines, grid_size=GRID_DEG)
    faces = [f for f in shapely.polygonize([noded]).geoms if f.area > 0]
    by_street = _faces_by_street(plans, faces)
    return {plan.code: _cells_from_faces(plan, drafts[plan.code][0], by_street[plan.code]) for plan in plans}


def _faces_by_street(plans: list[StreetPlan], faces: list[BaseGeometry]) -> dict[str, list[BaseGeometry]]:
    inner = shapely.point_on_surface(faces)
    face_of, street_of = STRtree([p.geom for p in plans]).query(inner, predicate="within")
    if len(set(face_of.tolist())) != len(faces) or len(face_of) != len(faces):
        raise ValueError("a face lies in no street or in two")
    found: dict[str, list[BaseGeometry]] = defaultdict(list)
    for face, street in sorted(zip(face_of.tolist(), street_of.tolist(), strict=True)):
        found[plans[street].code].append(faces[face])
    return found


def _seeds(plan: StreetPlan) -> np.ndarray:
    """Seed points in scaled degrees, n × 2: k-means on points of the street that weigh more near the seat."""
    rng = random.Random(f"wangge-seeds-{plan.code}")  # noqa: S311 - synthetic data, not secrets
    west, south, east, north = plan.geom.bounds
    wanted = max(2000, SAMPLES_PER_CELL * plan.cells)
    samples = np.empty((0, 2))
    while len(samples) < wanted:
        draw = np.array([[west + (east - west) * rng.random(), south + (north - south) * rng.random()] for _ in range(wanted)])
        samples = np.vstack([samples, draw[shapely.contains_xy(plan.geom, draw[:, 0], draw[:, 1])]])
    points = samples[:wanted] * [LON_SCALE, 1.0]
    area = plan.geom.area * LON_SCALE
    from_seat2 = ((points - np.array(plan.seat) * [LON_SCALE, 1.0]) ** 2).sum(axis=1)
    falloff = 1.0 / (1.0 + from_seat2 / (0.06 * area)) ** 2
    crowding = 60.0 if area / plan.cells > 8e-4 else 15.0  # sparse streets: most people live at the seat
    weights = 1.0 + crowding * falloff
    seeds = points[_weighted_picks(rng, weights, plan.cells)]
    for _ in range(LLOYD_ROUNDS):
        nearest = ((points[:, None, :] - seeds[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        mass = np.bincount(nearest, weights, plan.cells)
        for axis in (0, 1):
            moved = np.bincount(nearest, weights * points[:, axis], plan.cells)
            seeds[:, axis] = np.where(mass > 0, moved / np.maximum(mass, 1e-12), seeds[:, axis])
        inside = shapely.contains_xy(plan.geom, seeds[:, 0] / LON_SCALE, seeds[:, 1])
        for i in np.flatnonzero(~inside):  # a bent street's centroid can fall outside it
            seeds[i] = points[((points - seeds[i]) ** 2).sum(axis=1).argmin()]
    return seeds


def _weighted_picks(rng: random.Random, weights: np.ndarray, count: int) -> list[int]:
    """`count` different indexes, heavier ones more likely."""
    cumulative = np.cumsum(weights)
    picked: dict[int, None] = {}
    while len(picked) < count:
        picked.setdefault(int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")))
    return list(picked)


def _draft_cells(plan: StreetPlan) -> tuple[list[Polygon], list[Line]]:
    """Cells over and beyond the street, not yet cut to it, and the lines between them."""
    west, south, east, north = plan.geom.bounds
    margin = max(east - west, north - south)
    if plan.cells == 1:
        return [box(west - margin, south - margin, east + margin, north + margin)], []
    seeds = _seeds(plan)
    frame = box((west - margin) * LON_SCALE, south - margin, (east + margin) * LON_SCALE, north + margin)
    raw = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=frame, ordered=True)
    rings: list[Line] = []
    for cell in raw.geoms:
        ring = [micro(x / LON_SCALE, y) for x, y in cell.exterior.coords]
        rings.append([p for i, p in enumerate(ring) if i == 0 or p != ring[i - 1]])
    sides: dict[tuple[MicroPoint, MicroPoint], list[int]] = defaultdict(list)
    for cell, ring in enumerate(rings):
        for a, b in itertools.pairwise(ring):
            sides[min(a, b), max(a, b)].append(cell)
    rng = random.Random(f"wangge-bends-{plan.code}")  # noqa: S311
    bent = {edge: _bend(edge, [seeds[c] for c in cells], rng) if len(cells) == 2 else list(edge) for edge, cells in sorted(sides.items())}
    polygons = []
    for ring in rings:
        outline: Line = []
        for a, b in itertools.pairwise(ring):
            line = bent[min(a, b), max(a, b)]
            outline.extend((line if line[0] == a else line[::-1])[:-1])
        polygons.append(Polygon([(x / MICRO, y / MICRO) for x, y in outline]))
    return polygons, [bent[edge] for edge, cells in sorted(sides.items()) if len(cells) == 2]


def _bend(edge: tuple[MicroPoint, MicroPoint], seeds: list[np.ndarray], rng: random.Random) -> Line:
    """The edge with up to three inner points pushed sideways.

    Each stays within half of the triangle that the edge spans with the seed on that side. Those triangles lie in their
    cells and do not overlap, so bent edges can never cross.
    """
    start, end = (np.array([p[0] / MICRO * LON_SCALE, p[1] / MICRO]) for p in edge)
    along = end - start
    length = float(np.sqrt((along**2).sum()))
    if length < BEND_MIN_DEG:
        return list(edge)
    normal = np.array([-along[1], along[0]]) / length
    shares = [0.5] if length < 3 * BEND_MIN_DEG else [0.25, 0.5, 0.75]
    line = [edge[0]]
    for share in shares:
        reach = (share + (rng.random() - 0.5) * 0.12) * length
        wish = (2 * rng.random() - 1) * BEND * length
        limit = min(_triangle_height(reach, length, start, along, normal, s, wish > 0) for s in seeds)
        push = max(-0.5 * limit, min(0.5 * limit, wish))
        x, y = start + along * (reach / length) + normal * push
        line.append(micro(x / LON_SCALE, y))
    return [*line, edge[1]]


def _triangle_height(
    reach: float, length: float, start: np.ndarray, along: np.ndarray, normal: np.ndarray, seed: np.ndarray, left: bool
) -> float:
    """How far sideways, at `reach` along the edge, one may go within the triangle of edge and seed."""
    offset = seed - start
    height = float((offset * normal).sum())
    if (height > 0) != left:
        return float("inf")  # the seed on the other side sets no limit
    foot = float((offset * along).sum()) / length
    limits = []
    if foot > 0:
        limits.append(reach * abs(height) / foot)
    if foot < length:
        limits.append((length - reach) * abs(height) / (length - foot))
    return min(limits)


def _inner_lines(plan: StreetPlan, lines: list[Line]) -> list[BaseGeometry]:
    drawn = [LineString([(x / MICRO, y / MICRO) for x, y in line]) for line in lines]
    if not drawn:
        return []
    shapely.prepare(plan.geom)
    cut = [line if plan.geom.contains(line) else line.intersection(plan.geom) for line in drawn]
    return [line for line in cut if not line.is_empty]


def _cells_from_faces(plan: StreetPlan, drafts: list[Polygon], faces: list[BaseGeometry]) -> list[BaseGeometry]:
    """One connected cell for each draft: its largest face; splinters go to the neighbour they share most with."""
    owner = [_draft_at(drafts, face) for face in faces]
    largest: dict[int, int] = {}
    for i in sorted(range(len(faces)), key=lambda i: (-faces[i].area, i)):
        largest.setdefault(owner[i], i)
    if len(largest) != plan.cells:
        raise ValueError(f"street {plan.code}: {plan.cells - len(largest)} cells came out empty")
    groups = {cell: [face] for cell, face in largest.items()}
    splinters = [i for i in range(len(faces)) if largest[owner[i]] != i]
    while splinters:
        left = []
        for i in splinters:
            shared = {c: sum(_shared_length(faces[i], faces[j]) for j in group) for c, group in groups.items()}
            best = max(shared, key=lambda c: (shared[c], -c))
            if shared[best] > 0:
                groups[best].append(i)
            else:
                left.append(i)
        if len(left) == len(splinters):
            raise ValueError(f"street {plan.code}: a face touches no cell")
        splinters = left
    cells = [canonical(shapely.coverage_union_all([faces[i] for i in groups[c]])) for c in range(plan.cells)]
    if any(cell.geom_type != "Polygon" for cell in cells):
        raise ValueError(f"street {plan.code}: a cell is in pieces")
    return cells


def _draft_at(drafts: list[Polygon], face: BaseGeometry) -> int:
    point = face.representative_point()
    holding = [i for i, draft in enumerate(drafts) if draft.intersects(point)]
    return holding[0] if holding else min(range(len(drafts)), key=lambda i: (drafts[i].distance(point), i))


def _shared_length(a: BaseGeometry, b: BaseGeometry) -> float:
    return a.boundary.intersection(b.boundary).length if a.envelope.intersects(b.envelope) else 0.0


def neighbours(cells: list[BaseGeometry]) -> list[set[int]]:
    """For each cell the indexes of the cells that share a stretch of border with it."""
    holder: dict[tuple[MicroPoint, MicroPoint], int] = {}
    found: list[set[int]] = [set() for _ in cells]
    for i, cell in enumerate(cells):
        ring = [micro(x, y) for x, y in cell.exterior.coords]
        for a, b in itertools.pairwise(ring):
            other = holder.setdefault((min(a, b), max(a, b)), i)
            if other != i:
                found[i].add(other)
                found[other].add(i)
    return found
