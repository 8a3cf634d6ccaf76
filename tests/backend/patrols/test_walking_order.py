"""In which order to walk."""

from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wangge.patrols.rules import Point, distance_m, walking_order

MAX_STOPS = 60


def length_m(points: list[Point], order: list[int]) -> float:
    return sum(distance_m(points[a], points[b]) for a, b in pairwise(order))


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        ((119.1, 36.7), (119.1, 36.7), 0),
        ((119.0, 36.0), (119.0, 37.0), 111_195),
        ((119.0, 36.7), (120.0, 36.7), 89_153),
        ((179.9, 0.0), (-179.9, 0.0), 22_239),
        ((0.0, -90.0), (77.0, 90.0), 20_015_115),
    ],
)
def test_distances_are_metres_on_the_ground(a: Point, b: Point, metres: float) -> None:
    assert distance_m(a, b) == pytest.approx(metres, rel=1e-4)


def test_stops_along_a_road_are_walked_from_one_end_to_the_other() -> None:
    road: list[Point | None] = [(119.0 + i / 1000, 36.7) for i in (3, 0, 4, 1, 2)]

    assert walking_order(road) in ([1, 3, 4, 0, 2], [2, 0, 4, 3, 1])


def test_the_way_does_not_cross_itself_in_a_ring() -> None:
    ring: list[Point] = [(119.0, 36.0), (119.1, 36.1), (119.1, 36.0), (119.0, 36.1)]
    order = walking_order(ring)

    assert length_m(ring, order) == pytest.approx(min(length_m(ring, list(p)) for p in permutations(range(4))))


@pytest.mark.parametrize("seed", range(20))
def test_seven_stops_are_walked_almost_as_short_as_can_be(seed: int) -> None:
    random = Random(seed)
    points: list[Point] = [(119 + random.random() / 10, 36.7 + random.random() / 10) for _ in range(7)]

    best = min(length_m(points, list(p)) for p in permutations(range(7)))

    assert length_m(points, walking_order(points)) <= 1.15 * best


def test_stops_without_a_position_come_last_as_given() -> None:
    assert walking_order([None, (119.0, 36.0), None, (119.1, 36.0)])[-2:] == [0, 2]


@pytest.mark.parametrize("points", [[], [None], [(119.0, 36.0)], [(119.0, 36.0), (119.1, 36.0)], [None, None]])
def test_few_stops_keep_their_order(points: list[Point | None]) -> None:
    assert walking_order(points) == list(range(len(points)))


spots = st.one_of(st.none(), st.tuples(st.floats(-180, 180), st.floats(-90, 90)))


@settings(max_examples=60, deadline=None)
@given(st.lists(spots, max_size=25))
def test_every_stop_is_walked_once_and_the_order_is_repeatable(points: list[Point | None]) -> None:
    order = walking_order(points)

    assert sorted(order) == list(range(len(points)))
    assert order == walking_order(points)


def test_all_stops_in_one_house_end_too() -> None:
    assert sorted(walking_order([(119.0, 36.0)] * MAX_STOPS)) == list(range(MAX_STOPS))
