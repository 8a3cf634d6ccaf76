"""The exact arithmetic of borders, and the numbering of new grids; no database."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from wangge.core.ids import new_id
from wangge.grid_changes.geometry import (
    TangledLines,
    distinct,
    faces_of,
    joined,
    node,
    pieces_of,
    segments_of,
    snapped,
    tile_exactly,
    with_nodes,
)
from wangge.grid_changes.numbering import next_codes
from wangge.grid_changes.redrawing import in_reading_order

LEFT = shapely.Polygon([(0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)])
RIGHT = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1, 0.5)])
on_the_raster = st.integers(-2_000_000, 22_000_000).map(lambda n: n / 1e7)


@given(st.lists(st.tuples(on_the_raster, on_the_raster), min_size=2, max_size=8, unique=True))
def test_any_line_divides_two_neighbours_into_faces_that_tile_them(line: list[tuple[float, float]]) -> None:
    edges = distinct(segments_of([LEFT, RIGHT]))
    noded = node([line], edges)
    whole = with_nodes(joined([LEFT, RIGHT]), noded.chains)
    inside = [f for f in faces_of(pieces_of(edges, noded)) if whole.intersects(shapely.point_on_surface(f))]

    assert tile_exactly(inside, whole)
    assert whole.is_valid
    assert whole.area == pytest.approx(2, abs=1e-6)


def test_a_missing_vertex_on_one_side_is_no_tiling() -> None:
    whole = shapely.box(0, 0, 2, 1)

    assert not tile_exactly([LEFT, RIGHT], whole)
    assert tile_exactly([LEFT, RIGHT], joined([LEFT, RIGHT]))
    assert not tile_exactly([LEFT, shapely.box(1, 0, 2, 1)], joined([LEFT, RIGHT]))
    assert not tile_exactly([LEFT, RIGHT, RIGHT], joined([LEFT, RIGHT]))


def test_a_hole_and_what_fills_it_tile() -> None:
    hole = shapely.box(1, 1, 2, 2)
    assert tile_exactly([shapely.box(0, 0, 3, 3) - hole, hole], shapely.box(0, 0, 3, 3))
    assert not tile_exactly([shapely.box(0, 0, 3, 3) - hole], shapely.box(0, 0, 3, 3))


def test_vertices_go_into_an_edge_whichever_way_it_is_walked() -> None:
    chains = {((1.0, 0.0), (1.0, 0.5)): [(1.0, 0.0), (1.0, 0.2), (1.0, 0.4), (1.0, 0.5)]}

    left, right = with_nodes(LEFT, chains), with_nodes(RIGHT, chains)

    assert tile_exactly([left, right], joined([LEFT, RIGHT]))
    assert with_nodes(shapely.box(5, 5, 6, 6), chains).bounds == (5, 5, 6, 6)


def test_points_snap_to_vertices_before_edges_and_only_when_near() -> None:
    edges = distinct(segments_of([LEFT, RIGHT]))

    placed = snapped([(1.00001, 0.50001), (1.00001, 0.25), (0.5, 0.5)], edges, within_m=5)

    assert placed == [(1.0, 0.5), (1.0, 0.25), (0.5, 0.5)]


def test_lines_within_a_step_of_each_other_end_or_are_refused() -> None:
    edges = distinct(segments_of([LEFT, RIGHT]))
    beside = [(1.0000001, y / 20) for y in range(-1, 22)]
    try:
        noded = node([beside], edges)
    except TangledLines:
        return
    assert all(len(chain) > 2 for chain in noded.chains.values())


@pytest.mark.parametrize(
    ("level", "parent", "origin", "taken", "expected"),
    [
        (4, "370702001", "370702001004001", {"370702001004001"}, ["370702001004002", "370702001004003"]),
        (4, "370702001", "370702001004001", {"370702001004001", "370702001004007"}, ["370702001004008", "370702001004009"]),
        (4, "370702001", "370702001004", {"370702001004"}, ["370702001004002", "370702001004003"]),
        (4, "370702001", None, set(), ["370702001900001", "370702001900002"]),
        (3, "370702", None, {"370702001", "370702120"}, ["370702901", "370702902"]),
        (3, "370700G1", None, {"370700G1901"}, ["370700G1902", "370700G1903"]),
        (2, "370700", None, {"370700G1", "370702"}, ["370700N1", "370700N2"]),
    ],
)
def test_new_codes_go_on_from_the_highest_ever_used(
    level: int, parent: str, origin: str | None, taken: set[str], expected: list[str]
) -> None:
    assert next_codes(level, parent, origin, taken, 2) == expected


def test_pieces_are_numbered_from_west_to_east_then_north_to_south() -> None:
    east, north_west, south_west = new_id(), new_id(), new_id()
    shapes = [(east, shapely.box(2, 0, 3, 1)), (south_west, shapely.box(0, 0, 1, 1)), (north_west, shapely.box(0, 1, 1, 2))]

    assert in_reading_order(shapes) == [north_west, south_west, east]
