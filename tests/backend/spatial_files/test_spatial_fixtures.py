"""Every odd file of the fixtures: read, read with defects, asked about or refused, and why."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from wangge.spatial_files.errors import SpatialFileRefused
from wangge.spatial_files.features import KnownBoundary, NeedsAnswer, SpatialFile
from wangge.spatial_files.measure import area_m2
from wangge.spatial_files.reading import read_spatial_file

CLEAN: list[str] = []
EXPECTED: dict[str, str | list[str]] = {
    "antimeridian.geojson": ["crosses_antimeridian"],
    "bom_utf8.geojson": CLEAN,
    "bowtie.geojson": ["self_intersection"],
    "cgcs2000_4490.zip": CLEAN,
    "clockwise_shell.geojson": ["clockwise_shell"],
    "cnname_gbk_cpg936.zip": CLEAN,
    "encoded_gb18030.geojson": CLEAN,
    "gbk_no_cpg_ldid4d.zip": CLEAN,
    "gbk_with_cpg.zip": CLEAN,
    "gcj02_undeclared.geojson": "asks datum",
    "gk3_cm120_4549.zip": CLEAN,
    "gk3_zone40_4528.zip": CLEAN,
    "hole_outside.geojson": ["hole_outside_shell"],
    "kml_entity_expansion.kml": "refused spatial_file_xml_entities",
    "legacy_crs_member_4490.geojson": CLEAN,
    "mixed_types_3d.geojson": ["height_dropped", "wrong_geometry_type", "wrong_geometry_type", "parts_overlap"],
    "nan_number.geojson": ["wrong_geometry_type", "nan_coordinate"],
    "no_dbf.zip": ["attributes_missing"],
    "no_prj.zip": "asks datum",
    "null_and_empty.geojson": ["null_geometry", "empty_geometry", "empty_geometry"],
    "out_of_range.geojson": ["out_of_range"],
    "points_gbk.csv": "asks datum",
    "truncated.geojson": "refused spatial_file_damaged",
    "two_point_ring.geojson": ["too_few_points"],
    "unclosed_ring.geojson": ["ring_unclosed"],
    "utf8_field_name_cut_mid_character.zip": ["field_name_cut"],
    "utf8_no_cpg_ldid00.zip": ["field_name_cut"],
    "zip_ratio_1000.zip": "refused spatial_file_zip_too_large",
    "zip_without_shp.zip": "refused shapefile_incomplete",
}
DRAWN_ALIKE = {
    "cgcs2000_4490.zip": [
        "cnname_gbk_cpg936.zip", "gbk_no_cpg_ldid4d.zip", "gbk_with_cpg.zip", "gk3_cm120_4549.zip", "gk3_zone40_4528.zip", "no_dbf.zip",
        "utf8_field_name_cut_mid_character.zip", "utf8_no_cpg_ldid00.zip",
    ],
    "bom_utf8.geojson": ["encoded_gb18030.geojson", "legacy_crs_member_4490.geojson"],
}  # fmt: skip


def test_every_fixture_is_expected(odd_files: Path) -> None:
    assert {path.name for path in odd_files.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fixture_ends_as_it_should(odd_files: Path, streets: list[KnownBoundary], name: str) -> None:
    try:
        found = read_spatial_file(odd_files / name, name, wanted="areas", known=streets)
    except SpatialFileRefused as refusal:
        assert EXPECTED[name] == f"refused {refusal.code}"
        assert refusal.sentence("zh") and refusal.sentence("en")
        return
    if isinstance(found, NeedsAnswer):
        assert EXPECTED[name] == f"asks {found.question}"
        assert found.choices and found.sentence("zh") and found.sentence("en")
        return
    defects = [defect for defect in found.all_defects() if defect.code != "suspicious_datum"]
    assert sorted(defect.code for defect in defects) == sorted(EXPECTED[name])
    assert all(defect.zh and defect.en for defect in defects)


@pytest.mark.parametrize(("reference", "name"), [(one, other) for one, others in DRAWN_ALIKE.items() for other in others])
def test_the_same_counties_come_out_whatever_the_encoding_and_datum(odd_files: Path, reference: str, name: str) -> None:
    original, found = (read_spatial_file(odd_files / file, file) for file in (reference, name))
    assert isinstance(original, SpatialFile) and isinstance(found, SpatialFile)
    for one, other in zip(original.features, found.features, strict=True):
        a, b = (shapely.get_coordinates(feature.geometry) for feature in (one, other))
        assert np.abs(a - b).max() < 1e-8  # a millimetre
        assert area_m2(one.geometry) == pytest.approx(area_m2(other.geometry), rel=1e-6)
    if name != "no_dbf.zip":
        assert "潍城区" in found.features[0].attributes.values()


@pytest.mark.parametrize("name", ["cnname_gbk_cpg936.zip", "gbk_no_cpg_ldid4d.zip", "gbk_with_cpg.zip", "utf8_no_cpg_ldid00.zip"])
def test_rare_characters_of_place_names_survive(odd_files: Path, name: str) -> None:
    found = read_spatial_file(odd_files / name, name)
    assert isinstance(found, SpatialFile)
    assert "潍坊市潍城区鄌郚寿光岞山" in found.features[0].attributes.values()


def test_an_undeclared_gcj02_file_is_asked_about_with_numbers(odd_files: Path, streets: list[KnownBoundary]) -> None:
    found = read_spatial_file(odd_files / "gcj02_undeclared.geojson", "a.geojson", known=streets)
    assert isinstance(found, NeedsAnswer)
    assert found.choices[0].value == "GCJ-02"
    assert "+524" in found.zh and "+48" in found.zh and "+524" in found.en


def test_the_answer_gives_the_right_place(odd_files: Path, streets: list[KnownBoundary]) -> None:
    original = read_spatial_file(odd_files / "bom_utf8.geojson", "a.geojson")
    found = read_spatial_file(odd_files / "gcj02_undeclared.geojson", "a.geojson", "GCJ-02", known=streets)
    assert isinstance(found, SpatialFile) and isinstance(original, SpatialFile)
    assert found.datum_basis == "asked" and not list(found.all_defects())
    for one, other in zip(original.features, found.features, strict=True):
        assert shapely.hausdorff_distance(one.geometry, other.geometry) < 2e-6


def test_a_wrong_answer_is_followed_and_said_to_be_suspicious(odd_files: Path, streets: list[KnownBoundary]) -> None:
    found = read_spatial_file(odd_files / "gcj02_undeclared.geojson", "a.geojson", "EPSG:4326", known=streets)
    assert isinstance(found, SpatialFile)
    assert [defect.code for defect in found.defects] == ["suspicious_datum"]


def test_points_in_gbk_keep_commas_quotes_and_what_looks_like_a_formula(odd_files: Path) -> None:
    found = read_spatial_file(odd_files / "points_gbk.csv", "points_gbk.csv", "EPSG:4490", wanted="points")
    assert isinstance(found, SpatialFile)
    assert [f.attributes["单位名称"] for f in found.features] == ["潍坊示例机械有限公司", '寿光,逗号"引号"合作社', "=cmd|calc"]
    assert found.features[0].geometry == shapely.Point(119.101, 36.706)
    assert [defect.code for defect in found.all_defects()] == ["formula_text"]
