"""In which order to walk: a short open round by nearest neighbour, bettered by 2-opt."""

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8
Point = tuple[float, float]


def distance_m(a: Point, b: Point) -> float:
    """Metres along the great circle between two ``(lon, lat)`` points (mean radius, IUGG); good to 0.5 %, enough to order stops."""
    lon_a, lat_a, lon_b, lat_b = (radians(x) for x in (*a, *b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))


def _length(order: Sequence[int], apart: Sequence[Sequence[float]]) -> float:
    return sum(apart[a][b] for a, b in pairwise(order))


def _nearest_neighbour(start: int, apart: Sequence[Sequence[float]]) -> list[int]:
    order, left = [start], set(range(len(apart))) - {start}
    while left:
        nearest = min(left, key=lambda i: (apart[order[-1]][i], i))
        order.append(nearest)
        left.remove(nearest)
    return order


def _two_opt(order: list[int], apart: Sequence[Sequence[float]]) -> list[int]:
    """Turn stretches round while that shortens the way; the first stop may change too, for the round is open."""
    better = True
    while better:
        better = False
        for i in range(len(order) - 1):
            for j in range(i + 1, len(order)):
                before = apart[order[i - 1]][order[i]] if i else 0.0
                after = apart[order[j]][order[j + 1]] if j + 1 < len(order) else 0.0
                turned_before = apart[order[i - 1]][order[j]] if i else 0.0
                turned_after = apart[order[i]][order[j + 1]] if j + 1 < len(order) else 0.0
                if turned_before + turned_after < before + after - 1e-6:
                    order[i : j + 1] = reversed(order[i : j + 1])
                    better = True
    return order


def walking_order(points: Sequence[Point | None]) -> list[int]:
    """The indexes of the stops in a short order; stops without a position come last, as they were given.

    ``points``: ``(n,)`` of ``(lon, lat)`` degrees. O(n²) a round; meant for a day's stops (n <= 60).
    """
    placed = [i for i, p in enumerate(points) if p is not None]
    unplaced = [i for i, p in enumerate(points) if p is None]
    spots = [p for p in points if p is not None]
    if len(spots) > 2:
        apart = [[distance_m(a, b) for b in spots] for a in spots]
        west = min(range(len(spots)), key=lambda i: spots[i])
        start = max(range(len(spots)), key=lambda i: apart[west][i])
        order = min((_two_opt(_nearest_neighbour(s, apart), apart) for s in {west, start}), key=lambda o: _length(o, apart))
        placed = [placed[i] for i in order]
    return placed + unplaced
