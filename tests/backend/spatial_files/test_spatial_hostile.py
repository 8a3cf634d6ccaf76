"""Whatever the bytes, the answer is a file, a question or a refusal: never another exception, never a hang."""

import random
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spatial_builders import SQUARE, WGS84_PRJ, dbf, geojson, geopackage, gpkg_blob, kml_of, polygon, shp, shp_polygon, square, zipped

from wangge.spatial_files.datums import parse_datum, parse_wkt
from wangge.spatial_files.errors import SpatialFileRefused
from wangge.spatial_files.features import NeedsAnswer, SpatialFile
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.reading import read_spatial_file
from wangge.spatial_files.repairs import ORDER, apply_repairs
from wangge.spatial_files.tiling import check_tiling

SMALL = Limits(max_bytes=2_000_000, max_unpacked_bytes=2_000_000, max_features=2_000, max_vertices=50_000, max_query_s=1.0)
NAMES = ["a.geojson", "a.zip", "a.gpkg", "a.kml", "a.csv", "a", "a.shp"]
ROOT = Path(__file__).resolve().parents[3]


def survives(data: bytes, name: str, datum: str | None = None) -> None:
    """Reads, and goes on with what came out as an importer would."""
    try:
        found = read_spatial_file(data, name, datum, limits=SMALL)
        if isinstance(found, NeedsAnswer) and found.question == "datum" and datum is None and found.choices:
            choice = found.choices[0]
            found = read_spatial_file(data, name, choice.value, axes=choice.axes, limits=SMALL)
    except SpatialFileRefused as refusal:
        assert refusal.sentence("zh") and refusal.sentence("en")
        return
    if isinstance(found, SpatialFile):
        mended = [apply_repairs(feature, ORDER, found.datum) for feature in found.features[:50]]
        assert all(defect.zh and defect.en for defect in found.all_defects())
        check_tiling(mended)
        for text in (str(value) for feature in found.features for value in feature.attributes.values()):
            text.encode("utf-8")


def samples() -> dict[str, tuple[str, bytes]]:
    """One small valid file of each kind."""
    table = dbf([("名称".encode(), "C", 12), (b"n", "N", 6)], [["甲".encode(), b"1"], ["乙".encode(), b"2"]])
    shapes = shp(shp_polygon(SQUARE[::-1], square(119.104, 36.704, 0.001)), shp_polygon(square(119.2)[::-1], kind=15))
    areas = "CREATE TABLE areas (fid INTEGER PRIMARY KEY, geom BLOB, 名称 TEXT);"
    row = ("INSERT INTO areas (geom, 名称) VALUES (?, ?)", (gpkg_blob(shapely.to_wkb(shapely.Polygon(SQUARE))), "潍坊"))
    return {
        "shapefile": ("a.zip", zipped({"a.shp": shapes, "a.dbf": table, "a.prj": WGS84_PRJ.encode(), "a.cpg": b"UTF-8"})),
        "geojson": ("a.geojson", geojson(polygon(SQUARE, square(119.104, 36.704, 0.001)), properties=[{"名称": "鄌郚镇"}])),
        "kml": ("a.kml", kml_of(SQUARE).encode()),
        "csv": ("a.csv", "名称,经度,纬度\n鄌郚镇,119.1,36.7\n乙,119°6′,36.8\n".encode("gbk")),
        "geopackage": ("a.gpkg", geopackage(areas, [row])),
    }


def inner(kind: str) -> Iterator[tuple[str, bytes, dict[str, bytes]]]:
    """The members of the Shapefile, to be broken one by one behind a sound zip."""
    import io
    import zipfile

    archive = zipfile.ZipFile(io.BytesIO(samples()[kind][1]))
    files = {name: archive.read(name) for name in archive.namelist()}
    for name, data in files.items():
        yield name, data, files


@pytest.mark.parametrize("kind", ["geojson", "kml", "csv", "shapefile"])
def test_a_file_cut_anywhere_is_survived(kind: str) -> None:
    name, data = samples()[kind]
    for end in range(len(data)):
        survives(data[:end], name)


def test_a_geopackage_cut_anywhere_is_survived() -> None:
    name, data = samples()["geopackage"]
    for end in [*range(0, 600, 7), *range(600, len(data), 257)]:
        survives(data[:end], name)


def test_every_member_of_a_shapefile_cut_anywhere_is_survived() -> None:
    for name, data, files in inner("shapefile"):
        for end in range(0, len(data), 5):
            survives(zipped({**files, name: data[:end]}), "a.zip")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from(NAMES), st.sampled_from([None, "EPSG:4326", "EPSG:4549", "GCJ-02", "BD-09"]))
def test_random_bytes_are_survived(data: bytes, name: str, datum: str | None) -> None:
    survives(data, name, datum)


@pytest.mark.parametrize("kind", sorted(samples()))
def test_flipped_bytes_are_survived(kind: str) -> None:
    name, data = samples()[kind]
    chance = random.Random(7)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 8])):
            broken[chance.randrange(len(broken))] = chance.choice([0, 255, 127, 128, chance.randrange(256)])
        survives(bytes(broken), name)


def test_flipped_bytes_behind_a_sound_zip_are_survived() -> None:
    chance = random.Random(8)
    for name, data, files in inner("shapefile"):
        for _ in range(40):
            broken = bytearray(data)
            for _ in range(chance.choice([1, 2, 6])):
                broken[chance.randrange(len(broken))] = chance.choice([0, 255, 127, chance.randrange(256)])
            survives(zipped({**files, name: bytes(broken)}), "a.zip")


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.floats(), st.integers(-(10**30), 10**30), st.text(max_size=5), st.sampled_from(["Polygon", "Point"])
    ),
    lambda inside: st.one_of(
        st.lists(inside, max_size=5), st.dictionaries(st.sampled_from(["type", "coordinates", "geometries", "x"]), inside, max_size=4)
    ),
    max_leaves=25,
)
KINDS = ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(KINDS), JSON, JSON)
def test_json_of_any_shape_is_survived(kind: str, coordinates: object, properties: object) -> None:
    survives(geojson({"type": kind, "coordinates": coordinates, "geometries": coordinates}, properties=[properties]), "a.geojson")  # type: ignore[list-item]


POSITION = st.tuples(st.floats(-200, 200), st.floats(-100, 100)) | st.tuples(
    st.integers(1190, 1194).map(lambda n: n / 10), st.integers(365, 369).map(lambda n: n / 10)
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(POSITION, max_size=8), max_size=3), st.sampled_from([None, "GCJ-02", "EPSG:4549", "EPSG:3857"]))
def test_rings_of_any_shape_are_survived(rings: list[list[tuple[float, float]]], datum: str | None) -> None:
    survives(geojson(polygon(*rings)), "a.geojson", datum)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_names_of_coordinate_systems_are_survived(text: str) -> None:
    for parse in (parse_datum, parse_wkt):
        with suppress(SpatialFileRefused):
            parse(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_tables_of_any_text_are_survived(text: str, encoding: str) -> None:
    survives(text.encode(encoding, "replace"), "a.csv", "EPSG:4326")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"[" * 1_900_000, "a.geojson"),
        (b'{"type":"FeatureCollection","features":[' + b"[],", "a.geojson"),
        (b'{"type":"FeatureCollection","features":[' + b"{}," * 600_000 + b"{}]}", "a.geojson"),
        (b'{"type":"MultiPoint","coordinates":[' + b"[1,1]," * 300_000 + b"[1,1]]}", "a.geojson"),
        (b'{"a":' * 300_000, "a.geojson"),
        (b"<kml>" + b"<Folder>" * 200_000, "a.kml"),
        (b"<kml><Placemark><name>" + b"a" * 1_900_000 + b"</name></Placemark></kml>", "a.kml"),
        (b"a," * 900_000, "a.csv"),
        (b"a,b\n" * 400_000, "a.csv"),
        (b'"' * 1_900_000, "a.csv"),
        (b"\n" * 1_900_000, "a.csv"),
        (b"119.1," * 300_000 + b"\n", "a.csv"),
        ("经度,纬度\n".encode() + b"1" * 1_900_000, "a.csv"),
        ("名称,经度,纬度\n".encode() + "°".encode() * 900_000, "a.csv"),
        (b"PK\x03\x04" * 400_000, "a.zip"),
        (b"SQLite format 3\x00" + b"\xff" * 1_900_000, "a.gpkg"),
        (zipped({"a.shp": shp(*[b"\0\0\0\0"] * 100_000)}), "a.zip"),
        (zipped({"a.shp": shp(shp_polygon(*[square(119, 36, 0.001)] * 1_000)), "a.prj": WGS84_PRJ.encode()}), "a.zip"),
    ],
    ids=range(18),
)  # fmt: skip
def test_large_nonsense_takes_little_time_and_memory(data: bytes, name: str) -> None:
    tracemalloc.start()
    began = time.monotonic()
    survives(data, name)
    took_s, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert took_s < 30  # tracing itself is slow, and the machine is shared
    assert peak < 300_000_000
