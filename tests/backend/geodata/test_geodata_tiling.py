"""The grids of every level tile the city exactly, proved in whole micro-degrees."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import shapely
from shapely.geometry import Point

Ring = list[tuple[int, int]]


def rings_of(geometry: dict[str, Any]) -> list[Ring]:
    """Closed rings in micro-degrees; fails on a coordinate finer than the grid."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    found = []
    for part in parts:
        for ring in part:
            points = [(round(x * 1e6), round(y * 1e6)) for x, y in ring]
            assert [(x / 1e6, y / 1e6) for x, y in points] == [(x, y) for x, y in ring]
            found.append(points)
    return found


def twice_area(rings: list[Ring]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for ring in rings for a, b in pairwise(ring))


def border(many: list[list[Ring]]) -> Counter[tuple[tuple[int, int], tuple[int, int]]]:
    """Directed edges that no other shape runs back along. Fails when two shapes lie on the same side of an edge."""
    edges = Counter(edge for rings in many for ring in rings for edge in pairwise(ring))
    assert max(edges.values()) == 1
    return Counter(e for e in edges if (e[1], e[0]) not in edges)


@pytest.fixture(scope="module")
def rings(grids: list[dict[str, Any]]) -> dict[str, list[Ring]]:
    return {g["properties"]["code"]: rings_of(g["geometry"]) for g in grids}


def test_counts_by_level_and_kind(props: dict[str, Any]) -> None:
    found = Counter((p["level"], p["kind"]) for p in props.values())
    assert found == {(1, "city"): 1, (2, "county"): 12, (2, "zone"): 3, (3, "street"): 122, (4, "community"): 7060}


def test_each_grid_is_valid_and_has_an_area(geoms: dict[str, Any], props: dict[str, Any]) -> None:
    assert all(shapely.is_valid(list(geoms.values())))
    assert min(p["area_km2"] for p in props.values()) > 0.05


def test_each_community_and_each_street_is_one_piece_without_holes(geoms: dict[str, Any], props: dict[str, Any]) -> None:
    small = [geoms[c] for c, p in props.items() if p["level"] >= 3]
    assert {g.geom_type for g in small} == {"Polygon"}
    assert not any(g.interiors for g in small)


def test_outer_rings_run_counter_clockwise(rings: dict[str, list[Ring]], props: dict[str, Any]) -> None:
    assert all(twice_area(rings[c]) > 0 for c in props)
    assert all(twice_area(rings[c]) > 0 and len(rings[c]) == 1 for c, p in props.items() if p["level"] == 4)


@pytest.mark.parametrize("level", [2, 3, 4])
def test_a_level_covers_the_city_once_with_shared_vertices(
    level: int, rings: dict[str, list[Ring]], props: dict[str, Any], geoms: dict[str, Any]
) -> None:
    members = [c for c, p in props.items() if p["level"] == level]
    # Valid rings that use each directed edge once, with every inner edge run back along, and the city's ring left over:
    # there is no gap and no overlap.
    assert border([rings[c] for c in members]) == border([rings["370700"]])
    assert sum(twice_area(rings[c]) for c in members) == twice_area(rings["370700"])
    assert shapely.coverage_is_valid([geoms[c] for c in members])


@pytest.mark.parametrize("level", [1, 2, 3])
def test_children_cover_their_parent_exactly(level: int, rings: dict[str, list[Ring]], props: dict[str, Any]) -> None:
    children: dict[str, list[str]] = {}
    for code, p in props.items():
        children.setdefault(p["parent_code"], []).append(code)
    for code, p in props.items():
        if p["level"] == level:
            assert border([rings[c] for c in children[code]]) == border([rings[code]]), code
            assert sum(twice_area(rings[c]) for c in children[code]) == twice_area(rings[code]), code


def test_the_proof_notices_a_vertex_moved_by_one_step(rings: dict[str, list[Ring]], props: dict[str, Any]) -> None:
    members = {c: rings[c] for c, p in props.items() if p["parent_code"] == "370705001"}
    assert border(list(members.values())) == border([rings["370705001"]])
    code, [ring] = next(iter(members.items()))
    moved = [ring[0], (ring[1][0] + 1, ring[1][1]), *ring[2:]]
    assert border([*(r for c, r in members.items() if c != code), [moved]]) != border([rings["370705001"]])


def test_each_label_lies_strictly_inside(geoms: dict[str, Any], props: dict[str, Any]) -> None:
    outside = [c for c, p in props.items() if not geoms[c].contains(Point(p["label_lon"], p["label_lat"]))]
    assert outside == []


def test_areas_add_up(props: dict[str, Any]) -> None:
    for level in (2, 3, 4):
        total = sum(p["area_km2"] for p in props.values() if p["level"] == level)
        assert total == pytest.approx(props["370700"]["area_km2"], abs=0.4 if level == 4 else 0.01)
