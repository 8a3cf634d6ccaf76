"""Each defect is found at its spot, with its numbers; a repair is made only when agreed to."""

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from spatial_builders import SQUARE, codes, geojson, point, polygon, read, square

from wangge.spatial_files.datums import GCJ02, WGS84, from_wgs84
from wangge.spatial_files.defects import CATALOGUE, Defect
from wangge.spatial_files.features import Feature, KnownBoundary
from wangge.spatial_files.measure import area_m2, width_m
from wangge.spatial_files.repairs import apply_repairs, propose_repairs
from wangge.spatial_files.tiling import check_codes, check_points, check_tiling

BOW_TIE = [(119.1, 36.7), (119.12, 36.72), (119.12, 36.7), (119.1, 36.72), (119.1, 36.7)]
PARENT = KnownBoundary("1", "城关街道", shapely.box(119.0, 36.0, 119.1, 36.1))


def one(geometry: dict[str, Any], **more: Any) -> Feature:
    return read(geojson(geometry), **more).features[0]


def found(feature: Feature) -> dict[str, Defect]:
    return {defect.code: defect for defect in feature.defects}


def areas(*shapes: Any) -> tuple[Feature, ...]:
    return read(geojson(*(json.loads(shapely.to_geojson(shape)) for shape in shapes))).features


class TestOneFeature:
    def test_a_bow_tie_is_found_where_it_crosses(self) -> None:
        defect = found(one(polygon(BOW_TIE)))["self_intersection"]
        assert defect.position == pytest.approx((119.11, 36.71)) and defect.severity == "error"
        assert "119.110000, 36.710000" in defect.zh and "119.110000, 36.710000" in defect.en

    def test_every_broken_part_is_named(self) -> None:
        shapes = {"type": "MultiPolygon", "coordinates": [[[list(p) for p in BOW_TIE]], [[[p[0] + 1, p[1]] for p in BOW_TIE]]]}
        assert [d.code for d in one(shapes).defects] == ["self_intersection"] * 2

    def test_an_unclosed_ring_says_how_far_and_is_not_closed(self) -> None:
        feature = one(polygon(SQUARE[:-1]))
        assert "1,110" in found(feature)["ring_unclosed"].zh and feature.geometry is None

    @pytest.mark.parametrize(
        ("rings", "code"),
        [
            ([SQUARE, square(119.2)], "hole_outside_shell"),
            ([SQUARE, square(119.102, 36.702, 0.006), square(119.104, 36.704, 0.001)], "holes_nested"),
            ([SQUARE, square(119.105, 36.705, 0.01)], "self_intersection"),
            ([SQUARE, SQUARE], "self_intersection"),
            ([[*SQUARE[:3], SQUARE[2], *SQUARE[3:]]], "duplicate_vertices"),
            ([[(119.1, 36.7), (119.2, 36.7), (119.1, 36.7)]], "too_few_points"),
            ([[(119.1, 36.7)] * 5], "too_few_points"),
            ([SQUARE, []], None),
            ([[(119.1, 36.7), (119.2, 36.7), (119.2, 36.8), (119.15, 36.7), (119.1, 36.8), (119.1, 36.7)]], "ring_touches_itself"),
            ([[*SQUARE[:1], (119.105, 36.7), (119.105, 36.6), (119.105000001, 36.7), *SQUARE[1:]]], "spike"),
            ([[(119.1, 36.7), (119.2, 36.7), (119.2, 36.700005), (119.1, 36.700005), (119.1, 36.7)]], "sliver"),
        ],
    )
    def test_rings_that_are_wrong(self, rings: list[Any], code: str | None) -> None:
        feature = one(polygon(*rings))
        assert (code in found(feature)) if code else not found(feature)
        assert all(defect.position is not None for defect in feature.defects)

    def test_a_sliver_has_area_and_width(self) -> None:
        sliver = found(one(polygon([(119.1, 36.7), (119.2, 36.7), (119.2, 36.700005), (119.1, 36.700005), (119.1, 36.7)])))["sliver"]
        assert sliver.area_m2 == pytest.approx(4955, rel=0.01) and sliver.width_m == pytest.approx(0.555, rel=0.01)

    def test_the_kind_that_is_wanted(self) -> None:
        data = geojson(point(119.1, 36.7), polygon(SQUARE), {"type": "GeometryCollection", "geometries": [point(119.1, 36.7)]})
        assert [len(f.defects) for f in read(data, wanted="areas").features] == [1, 0, 1]
        assert [len(f.defects) for f in read(data, wanted="points").features] == [0, 1, 1]

    def test_areas_are_metres_on_the_ellipsoid(self) -> None:
        # EPSG:4549 on a square kilometre near its central meridian keeps area to 1e-6.
        from wangge.spatial_files.datums import parse_datum, to_wgs84

        corners = np.array([[500_000, 4_060_000], [501_000, 4_060_000], [501_000, 4_061_000], [500_000, 4_061_000], [500_000, 4_060_000.0]])
        assert area_m2(shapely.Polygon(to_wgs84(parse_datum("EPSG:4549"), corners))) == pytest.approx(1e6, rel=1e-6)
        assert width_m(shapely.box(119.1, 36.7, 119.2, 36.700009)) == pytest.approx(1.0, rel=0.01)

    def test_every_sentence_of_the_catalogue_is_whole(self) -> None:
        for code, words in CATALOGUE.items():
            assert code == "suspicious_datum" or words.zh[-1] in "。�", code
            named = [
                {name.removesuffix("_zh").removesuffix("_en") for name in re.findall(r"{(\w+)}", text)} for text in (words.zh, words.en)
            ]
            assert named[0] == named[1] or code == "suspicious_datum", code


class TestBetweenFeatures:
    def test_codes_that_repeat_or_are_absent(self) -> None:
        rows = [{"code": "a"}, {"code": " a "}, {"code": None}, {"code": "b"}, {}]
        defects = check_codes(read(geojson(*[point(119.1, 36.7)] * 5, properties=rows)).features, "code")
        assert [(d.code, d.feature_index, d.other_indexes) for d in defects] == [
            ("duplicate_code", 0, (1,)), ("duplicate_code", 1, (0,)), ("missing_code", 2, ()), ("missing_code", 4, ()),
        ]  # fmt: skip

    def test_an_exact_tiling_has_no_defects(self) -> None:
        cells = [shapely.box(119 + i / 50, 36 + j / 50, 119 + (i + 1) / 50, 36 + (j + 1) / 50) for i in range(5) for j in range(5)]
        assert check_tiling(areas(*cells), PARENT) == []

    def test_an_overlap_has_its_area_and_both_features(self) -> None:
        defects = check_tiling(areas(shapely.box(119, 36, 119.06, 36.1), shapely.box(119.05, 36, 119.1, 36.1)), PARENT)
        assert [(d.code, d.feature_index, d.other_indexes) for d in defects] == [("overlap", 0, (1,))]
        assert defects[0].area_m2 == pytest.approx(area_m2(shapely.box(119.05, 36, 119.06, 36.1)), rel=1e-6)
        assert "第 2 条" in defects[0].zh

    def test_a_gap_has_its_area_and_its_neighbours(self) -> None:
        defects = check_tiling(areas(shapely.box(119, 36, 119.04, 36.1), shapely.box(119.05, 36, 119.1, 36.1)), PARENT)
        assert [(d.code, d.feature_index, d.other_indexes) for d in defects] == [("gap", 0, (1,))]
        assert defects[0].position is not None and 119.04 < defects[0].position[0] < 119.05

    def test_slivers_are_told_from_mistakes(self) -> None:
        left, right = shapely.box(119, 36, 119.05, 36.1), shapely.box(119.05 + 1e-6, 36, 119.1, 36.1)
        gap = check_tiling(areas(left, right), PARENT)
        assert [d.code for d in gap] == ["sliver_gap"] and gap[0].width_m == pytest.approx(0.09, abs=0.01)
        overlap = check_tiling(areas(shapely.box(119, 36, 119.05 + 1e-6, 36.1), shapely.box(119.05, 36, 119.1, 36.1)), PARENT)
        assert [d.code for d in overlap] == ["sliver_overlap"] and overlap[0].area_m2 == pytest.approx(1000, rel=0.01)

    def test_what_lies_outside_the_parent(self) -> None:
        defects = check_tiling(areas(shapely.box(119, 36, 119.2, 36.1)), PARENT)
        assert [d.code for d in defects] == ["outside_parent"] and "50.00%" in defects[0].zh

    def test_without_a_parent_only_enclosed_gaps_are_gaps(self) -> None:
        ring = shapely.Polygon(square(119, 36, 0.1), [square(119.04, 36.04, 0.01)])
        assert [d.code for d in check_tiling(areas(ring))] == ["gap"]
        assert check_tiling(areas(shapely.box(119, 36, 119.01, 36.1), shapely.box(119.02, 36, 119.03, 36.1))) == []

    def test_points_outside_their_area_have_a_distance(self) -> None:
        defects = check_points(read(geojson(point(119.05, 36.05), point(119.05, 36.11), point(119.1, 36.1))).features, PARENT)
        assert [d.feature_index for d in defects] == [1] and "1,110" in defects[0].zh

    def test_the_streets_tile_as_the_sources_say(self, streets: list[KnownBoundary]) -> None:
        assert check_tiling(areas(*(street.geometry for street in streets))) == []

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=6, unique=True), st.integers(0, 4), st.floats(-0.004, 0.004))
    def test_a_moved_border_shows_as_its_own_area(self, cuts: list[float], which: int, moved: float) -> None:
        edges = [119.0, *sorted(119 + 0.1 * cut for cut in cuts), 119.1]
        strips = [shapely.box(a, 36, b, 36.1) for a, b in pairwise(edges)]
        which %= len(strips) - 1
        a, b = edges[which], edges[which + 1] + moved
        if not edges[which] < b < edges[which + 2]:
            return
        strips[which] = shapely.box(a, 36, b, 36.1)
        expected = area_m2(shapely.box(min(b, edges[which + 1]), 36, max(b, edges[which + 1]), 36.1))
        defects = check_tiling(areas(*strips), PARENT)
        if expected < 0.02:
            return
        assert len(defects) == 1 and defects[0].area_m2 == pytest.approx(expected, rel=1e-3, abs=0.02)
        assert defects[0].code.endswith("overlap" if moved > 0 else "gap")


class TestRepairs:
    def repaired(self, feature: Feature, *agreed: Any) -> Feature:
        return apply_repairs(feature, agreed, WGS84)

    def test_a_bow_tie_keeps_both_lobes(self) -> None:
        feature = one(polygon(BOW_TIE))
        (proposal,) = propose_repairs(feature, WGS84)
        assert proposal.code == "make_valid" and proposal.before_m2 == pytest.approx(0, abs=500)
        assert proposal.after_m2 == pytest.approx(area_m2(shapely.box(119.1, 36.7, 119.12, 36.72)) / 2, rel=1e-3)
        after = self.repaired(feature, "make_valid")
        assert after.geometry.is_valid and not after.has_errors and after.repairs == ("make_valid",)
        assert area_m2(after.geometry) == pytest.approx(proposal.after_m2)

    def test_nothing_is_repaired_unless_agreed(self) -> None:
        for geometry in (
            polygon(BOW_TIE),
            polygon(SQUARE[:-1]),
            polygon(SQUARE[::-1]),
            point(36.7, 119.1),
            polygon([(*p, 5.0) for p in SQUARE]),
        ):
            feature = one(geometry)
            assert propose_repairs(feature, WGS84)
            assert self.repaired(feature) == feature

    def test_repairs_come_one_on_top_of_the_other(self) -> None:
        feature = one(polygon([(lat, lon, 7.0) for lon, lat in SQUARE[::-1][:-1]]))
        assert {d.code for d in feature.defects} == {"swapped_axes_suspected"}
        assert [p.code for p in propose_repairs(feature, WGS84)] == ["swap_axes", "force_2d", "close_ring", "reorient"]
        after = self.repaired(feature, "swap_axes", "force_2d", "close_ring", "reorient")
        assert after.geometry.equals(shapely.Polygon(SQUARE)) and not after.defects
        partly = self.repaired(feature, "swap_axes")
        assert "ring_unclosed" in found(partly) and partly.geometry is None

    def test_swapped_axes_of_another_datum_are_converted_after_the_swap(self) -> None:
        lon, lat = from_wgs84(GCJ02, np.array([[119.1, 36.7]]))[0]
        feature = one(point(lat, lon), datum="GCJ-02")
        after = apply_repairs(feature, ["swap_axes"], GCJ02)
        assert (after.geometry.x, after.geometry.y) == pytest.approx((119.1, 36.7), abs=1e-7)

    def test_overlapping_parts_are_merged_and_a_stray_hole_goes(self) -> None:
        parts = {"type": "MultiPolygon", "coordinates": [[[list(p) for p in SQUARE]], [[[p[0] + 0.005, p[1]] for p in SQUARE]]]}
        after = self.repaired(one(parts), "make_valid")
        assert area_m2(after.geometry) == pytest.approx(1.5 * area_m2(shapely.Polygon(SQUARE)), rel=1e-6)
        kept = self.repaired(one(polygon(SQUARE, square(119.2))), "make_valid")
        assert kept.geometry.contains(shapely.Polygon(SQUARE).centroid) and kept.geometry.is_valid

    def test_repeated_points_and_direction(self) -> None:
        feature = one(polygon([*SQUARE[::-1][:2], SQUARE[::-1][1], *SQUARE[::-1][2:]]))
        after = self.repaired(feature, "remove_repeated", "reorient")
        assert not after.defects and shapely.get_num_coordinates(after.geometry) == 5 and after.geometry.exterior.is_ccw

    def test_a_hopeless_tangle_is_not_repaired_at_any_price(self) -> None:
        rng = np.random.default_rng(1)
        tangle = rng.uniform([119, 36], [120, 37], (3000, 2)).tolist()
        feature = one(polygon([*tangle, tangle[0]]))
        assert "make_valid" not in [p.code for p in propose_repairs(feature, WGS84)]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=10))
    def test_any_ring_ends_valid_or_with_an_error(self, corners: list[tuple[int, int]]) -> None:
        ring = [(119 + x / 100, 36 + y / 100) for x, y in corners]
        feature = one(polygon(ring))
        after = self.repaired(feature, "close_ring", "remove_repeated", "make_valid", "reorient")
        assert after.has_errors or (after.geometry is not None and after.geometry.is_valid)
        if feature.geometry is not None and feature.geometry.is_valid:
            assert area_m2(after.geometry) == pytest.approx(area_m2(feature.geometry), rel=1e-9)


def test_the_file_counts_all_its_defects() -> None:
    file = read(geojson(polygon(BOW_TIE), polygon(SQUARE)))
    assert file.has_errors and codes(file) == ["self_intersection"]
