"""What is written is read back the same, by us and by GDAL; what a format cannot keep is said."""

import io
import json
import zipfile
from pathlib import Path

import pyogrio.raw
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from spatial_builders import SQUARE, codes, read, square

from wangge.spatial_files.errors import FormatCannotHold
from wangge.spatial_files.features import KnownBoundary
from wangge.spatial_files.tiling import check_tiling
from wangge.spatial_files.writing import FORMATS, Export, Format, OutFeature, write_spatial_file

AREAS: list[Format] = ["geojson", "shapefile", "geopackage", "kml", "csv"]
HOLED = shapely.Polygon(square(119, 36, 1), [square(119.2, 36.2, 0.1)])


def written(shapes: list[shapely.Geometry], format_: Format, **attributes: object) -> Export:
    return write_spatial_file([OutFeature(s, {"名称": "鄌郚镇", "n": 7, **attributes}) for s in shapes], format_, "网格")  # type: ignore[arg-type]


@pytest.mark.parametrize("format_", AREAS)
def test_areas_come_back_as_they_went(streets: list[KnownBoundary], format_: Format) -> None:
    shapes = [street.geometry for street in streets] + [HOLED, shapely.MultiPolygon([HOLED, shapely.Polygon(square(121, 36))])]
    back = read(written(shapes, format_).data, f"网格{FORMATS[format_][0]}", None if format_ != "csv" else "EPSG:4326")
    assert back.datum.code == "EPSG:4326" and len(back.features) == len(shapes)
    assert all(feature.geometry.equals(shape) for feature, shape in zip(back.features, shapes, strict=True))
    assert back.features[0].attributes["名称"] == "鄌郚镇" and str(back.features[0].attributes["n"]) == "7"
    assert check_tiling(back.features[: len(streets)]) == []  # shared borders are still shared, to the last bit


@pytest.mark.parametrize("format_", FORMATS)
def test_points_come_back_as_they_went(format_: Format) -> None:
    export = written([shapely.Point(119.1234567, 36.7654321)] * 2, format_)
    datum = None if format_ != "csv" else "EPSG:4326"
    back = read(export.data, export.filename, datum, wanted="points")
    assert [f.geometry for f in back.features] == [shapely.Point(119.1234567, 36.7654321)] * 2 and codes(back) == []


def test_geojson_follows_rfc_7946() -> None:
    document = json.loads(written([shapely.Polygon(SQUARE[::-1])], "geojson").data)
    assert "crs" not in document
    assert shapely.geometry.shape(document["features"][0]["geometry"]).exterior.is_ccw


@pytest.mark.parametrize("format_", ["shapefile", "geopackage", "kml", "geojson"])
def test_gdal_reads_what_we_write(format_: Format, tmp_path: Path) -> None:
    export = written([HOLED, shapely.Polygon(SQUARE)], format_)
    path = tmp_path / f"a{FORMATS[format_][0]}"
    path.write_bytes(export.data)
    meta, _, shapes, _ = pyogrio.raw.read(f"/vsizip/{path}" if format_ == "shapefile" else str(path))
    assert [shapely.force_2d(s).equals(t) for s, t in zip(shapely.from_wkb(shapes), [HOLED, shapely.Polygon(SQUARE)], strict=True)] == [
        True,
        True,
    ]
    assert "4326" in str(meta["crs"])


def test_a_shapefile_says_its_encoding_and_explains_its_names() -> None:
    export = write_spatial_file(
        [OutFeature(HOLED, {"网格名称全称": "a", "网格名称简称": "潍" * 200, "code": "370702001001001"})], "shapefile", "网格"
    )
    archive = zipfile.ZipFile(io.BytesIO(export.data))
    assert archive.read("网格.cpg") == b"UTF-8" and b"GEOGCS" in archive.read("网格.prj")
    back = read(export.data, "a.zip").features[0].attributes
    assert back == {"网格名": "a", "网格_2": "潍" * 84, "code": "370702001001001"}
    assert [note.code for note in export.notes] == ["field_renamed", "field_renamed", "text_cut"]
    assert all(note.zh in archive.read("README.txt").decode("utf-8-sig") for note in export.notes)


def test_a_shapefile_in_gbk_holds_longer_names_and_says_what_it_is() -> None:
    export = write_spatial_file([OutFeature(HOLED, {"上级网格码": "370702", "名称": "鄌郚镇😀"})], "shapefile", "网格", encoding="GBK")
    archive = zipfile.ZipFile(io.BytesIO(export.data))
    assert "鄌郚镇?".encode("gbk") in archive.read("网格.dbf") and export.notes == ()
    back = read(export.data, "a.zip")
    assert back.features[0].attributes == {"上级网格码": "370702", "名称": "鄌郚镇?"}
    assert back.encoding is not None and back.encoding.shown.upper().startswith(("GBK", "GB18030", "CP936"))


@pytest.mark.filterwarnings("error")
def test_numbers_of_every_size_keep_their_value_in_a_shapefile() -> None:
    values = [0.1, -1234567890.123, 1e14, 2.5e-9, 1e191, -1e300]
    for value in values:
        back = read(write_spatial_file([OutFeature(HOLED, {"n": value})], "shapefile", "a").data, "a.zip").features[0].attributes["n"]
        assert float(str(back)) == pytest.approx(value, rel=1e-9, abs=1e-12)


def test_areas_and_points_become_two_shapefiles() -> None:
    export = written([HOLED, shapely.Point(119, 36)], "shapefile")
    assert {"网格_areas.shp", "网格_points.shp"} <= set(zipfile.ZipFile(io.BytesIO(export.data)).namelist())


def test_what_a_format_cannot_hold_is_refused() -> None:
    for shapes, format_ in (
        ([shapely.LineString(SQUARE)], "shapefile"),
        ([None], "shapefile"),
        ([HOLED, None], "shapefile"),
    ):
        with pytest.raises(FormatCannotHold):
            written(shapes, format_)  # type: ignore[arg-type]


@pytest.mark.parametrize("format_", ["geojson", "geopackage", "kml", "csv"])
def test_features_without_a_place_keep_their_attributes(format_: Format) -> None:
    export = write_spatial_file([OutFeature(None, {"a": "x"}), OutFeature(shapely.Point(119, 36), {"b": "y"})], format_, "a")
    back = read(export.data, export.filename, "EPSG:4326")
    assert [f.attributes.get("a") for f in back.features] == ["x", None] and codes(back) == ["null_geometry"]


def test_a_spreadsheet_runs_no_formula_of_ours() -> None:
    values = ["=1+1", "+86 536", "-x", "@a", "'", "普通"]
    export = write_spatial_file([OutFeature(shapely.Point(119, 36), {"a": value}) for value in values], "csv", "a")
    cells = [line.split(",")[0] for line in export.data.decode("utf-8-sig").splitlines()[1:]]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert [f.attributes["a"] for f in read(export.data, "a.csv", "EPSG:4326").features] == values


def test_the_same_features_give_the_same_bytes() -> None:
    for format_ in ("geojson", "kml", "shapefile"):
        assert written([HOLED], format_).data == written([HOLED], format_).data  # type: ignore[arg-type]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


VALUES = st.one_of(TEXT, st.integers(-(2**53), 2**53), st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
ROWS = st.lists(st.dictionaries(TEXT.filter(str.strip), VALUES, max_size=4), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from(sorted(FORMATS)))
def test_any_attributes_can_be_written_and_read(rows: list[dict[str, object]], format_: Format) -> None:
    export = write_spatial_file([OutFeature(shapely.Point(119.1, 36.7), row) for row in rows], format_, "a")  # type: ignore[arg-type]
    back = read(export.data, export.filename, "EPSG:4326", columns=("经度", "纬度") if format_ == "csv" else None)
    assert [f.geometry for f in back.features] == [shapely.Point(119.1, 36.7)] * len(rows)
    if format_ == "geojson":
        assert [f.attributes for f in back.features] == rows
