"""Where the tiles of the web map lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.maps.rules import MAX_ZOOM, is_tile, levels_at, tile_box


def test_the_first_tile_is_the_world_of_the_web_map() -> None:
    box = tile_box(0, 0, 0)

    assert (box.west, box.east) == (-180, 180)
    assert (box.south, box.north) == (pytest.approx(-85.0511287798), pytest.approx(85.0511287798))


@given(st.integers(0, MAX_ZOOM).flatmap(lambda z: st.tuples(st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1))))
def test_neighbours_share_their_edges_to_the_last_bit(tile: tuple[int, int, int]) -> None:
    z, x, y = tile
    box = tile_box(z, x, y)

    assert box.west < box.east and box.south < box.north
    assert box.east == tile_box(z, x + 1, y).west
    assert box.south == tile_box(z, x, y + 1).north


@pytest.mark.parametrize(
    ("z", "x", "y", "there"),
    [(0, 0, 0, True), (0, 1, 0, False), (9, 511, 511, True), (9, 512, 0, False), (9, 0, 512, False), (20, 0, 0, True), (21, 0, 0, False),
     (-1, 0, 0, False), (3, -1, 0, False)],
)  # fmt: skip
def test_which_tiles_there_are(z: int, x: int, y: int, there: bool) -> None:
    assert is_tile(z, x, y) is there


def test_every_zoom_shows_some_level_and_finer_ones_further_down() -> None:
    shown = [levels_at(z) for z in range(MAX_ZOOM + 1)]

    assert all(shown)
    assert [max(levels) for levels in shown] == sorted(max(levels) for levels in shown)
    assert shown[-1] == [3, 4]
