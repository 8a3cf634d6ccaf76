"""What each format brings from other people's programs."""

import json
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from spatial_builders import (
    SQUARE,
    WGS84_PRJ,
    ask,
    codes,
    dbf,
    geojson,
    geopackage,
    gpkg_blob,
    point,
    polygon,
    read,
    shapefile,
    shp,
    shp_polygon,
    square,
    zipped,
)

from wangge.spatial_files.angles import parse_angle
from wangge.spatial_files.errors import (
    FileDamaged,
    FileIsEmpty,
    FileKindUnknown,
    FileTooLarge,
    NoLayer,
    ShapefileIncomplete,
    SpatialFileRefused,
    TooManyFeatures,
    TooManyVertices,
    XmlEntitiesRefused,
    ZipEncrypted,
    ZipPathUnsafe,
    ZipTooLarge,
)
from wangge.spatial_files.limits import Limits

NAME = [("名称".encode(), "C", 12)]
SQUARE_SHAPE = shapely.Polygon(SQUARE)


def named(*values: bytes, driver: int = 0) -> bytes:
    return dbf(NAME, [[value] for value in values], driver=driver)


class TestGeoJson:
    def test_a_bare_geometry_a_feature_and_lines_are_layers_too(self) -> None:
        feature = {"type": "Feature", "properties": {"a": 1}, "geometry": point(119.1, 36.7)}
        assert len(read(json.dumps(point(119.1, 36.7)).encode()).features) == 1
        assert read(json.dumps(feature).encode()).features[0].attributes == {"a": 1}
        lines = "\n".join([json.dumps(feature)] * 3)
        assert len(read(lines.encode()).features) == 3
        assert len(read(lines.replace('{"type": "Feature"', '\x1e{"type": "Feature"').encode()).features) == 3

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "utf-8"])
    def test_every_usual_encoding_is_read(self, encoding: str) -> None:
        data = geojson(point(119.1, 36.7), properties=[{"名称": "鄌郚镇"}]).decode().encode(encoding)
        assert read(data).features[0].attributes == {"名称": "鄌郚镇"}

    @pytest.mark.parametrize("text", ["{", "[]", "{}", "null", "1", '{"type":"Topology"}', "[" * 100_000, '{"a":' + "9" * 5000 + "}"])
    def test_what_is_not_geojson_is_refused(self, text: str) -> None:
        with pytest.raises(FileDamaged):
            read(text.encode())

    @pytest.mark.parametrize(
        ("coordinates", "code"),
        [
            ([None, 36.7], "nan_coordinate"),
            ([1e999, 36.7], "nan_coordinate"),
            (["119.1", 36.7], "coordinate_unreadable"),
            ([119.1], "coordinate_unreadable"),
            ([True, 36.7], "coordinate_unreadable"),
            ({}, "coordinate_unreadable"),
            ([], "empty_geometry"),
            ([36.7, 119.1], "swapped_axes_suspected"),
            ([10**400, 1], "nan_coordinate"),
        ],
    )
    def test_odd_positions_are_named(self, coordinates: object, code: str) -> None:
        assert codes(read(geojson({"type": "Point", "coordinates": coordinates}))) == [code]

    def test_odd_features_do_not_stop_the_others(self) -> None:
        document = {
            "type": "FeatureCollection",
            "features": [
                1,
                {"type": "Feature", "properties": [], "geometry": {"type": "Circle"}},
                {"type": "Feature", "geometry": point(119.1, 36.7)},
            ],
        }
        found = read(json.dumps(document).encode())
        assert len(found.features) == 3 and found.features[2].geometry == shapely.Point(119.1, 36.7)
        assert codes(found) == ["attributes_not_an_object", "null_geometry", "coordinate_unreadable"]

    def test_texts_that_no_database_holds_are_replaced_and_said(self) -> None:
        found = read(b'{"type":"Feature","properties":{"a":"x\\u0000\\ud800"},"geometry":{"type":"Point","coordinates":[119.1,36.7]}}')
        assert found.features[0].attributes == {"a": "x\ufffd\ufffd"} and codes(found) == ["attribute_unstorable"]

    def test_mixed_two_and_three_dimensions_in_one_ring(self) -> None:
        ring = [[*p, 5.0] if i % 2 else list(p) for i, p in enumerate(SQUARE)]
        found = read(geojson(polygon(ring)))
        assert codes(found) == ["height_dropped"] and found.features[0].geometry == SQUARE_SHAPE


class TestShapefile:
    def test_names_of_companions_may_be_in_any_case_and_folder(self) -> None:
        files = {"数据/A.SHP": shp(shp_polygon(SQUARE[::-1])), "数据/a.DBF": named("甲".encode()), "数据/A.Prj": WGS84_PRJ.encode()}
        found = read(zipped({**files, "__MACOSX/数据/._A.SHP": b"x", "数据/.DS_Store": b"x", "说明.txt": b"x"}), "a.zip")
        assert found.features[0].attributes == {"名称": "甲"} and found.features[0].geometry.equals(SQUARE_SHAPE)
        assert codes(found) == []

    def test_an_archive_with_gbk_names_is_read(self) -> None:
        data = zipped({"AAAA.shp": shp(shp_polygon(SQUARE[::-1])), "AAAA.prj": WGS84_PRJ.encode()})
        found = read(data.replace(b"AAAA", "网格".encode("gbk")), "a.zip")
        assert found.layer == "网格"

    def test_several_layers_are_asked_about(self) -> None:
        one = shp(shp_polygon(SQUARE[::-1]))
        data = zipped({"a.shp": one, "a.prj": WGS84_PRJ.encode(), "街道.shp": one, "街道.prj": WGS84_PRJ.encode()})
        question = ask(data, "a.zip")
        assert question.question == "layer" and [choice.value for choice in question.choices] == ["a", "街道"]
        assert read(data, "a.zip", layer="街道").layer == "街道"
        with pytest.raises(NoLayer):
            read(data, "a.zip", layer="b")

    @pytest.mark.parametrize(
        ("text", "cpg", "driver", "warning"),
        [
            ("utf-8", None, 0, []),
            ("gbk", None, 0, []),
            ("gbk", None, 0x4D, []),
            ("gbk", "936", 0, []),
            ("gbk", "ANSI 936", 0, []),
            ("utf-8", "65001", 0, []),
            ("gbk", "UTF-8", 0, ["encoding_contradicted"]),
            ("utf-8", "GBK", 0, ["encoding_contradicted"]),
            ("utf-8", None, 0x4D, ["encoding_contradicted"]),
            ("utf-8", "OEM", 0, []),
            ("gbk", "\x00\xff", 0, []),
        ],
    )
    def test_the_table_is_read_in_its_true_encoding(self, text: str, cpg: str | None, driver: int, warning: list[str]) -> None:
        table = dbf([("名称".encode(text), "C", 30)], [["潍城区鄌郚镇".encode(text)]], driver=driver)
        found = read(shapefile(table=table, cpg=cpg), "a.zip")
        assert found.features[0].attributes == {"名称": "潍城区鄌郚镇"}
        assert codes(found) == warning

    def test_a_person_may_name_the_encoding(self) -> None:
        table = dbf([(b"name", "C", 30)], [["潍坊".encode("big5", "replace")]])
        assert read(shapefile(table=table), "a.zip", encoding="GBK").encoding is not None

    def test_a_value_cut_inside_a_character_loses_only_that(self) -> None:
        table = dbf([(b"name", "C", 10)], [["潍坊市潍".encode()[:10]]])
        found = read(shapefile(table=table), "a.zip")
        assert found.features[0].attributes == {"name": "潍坊市"} and codes(found) == ["text_cut"]

    def test_numbers_dates_truths_and_blanks(self) -> None:
        fields = [(b"n", "N", 9), (b"f", "N", 9), (b"d", "D", 8), (b"l", "L", 1), (b"b", "N", 4), (b"s", "N", 4), (b"m", "M", 10)]
        table = dbf(fields, [[b"       42", b"   1.5000", b"20260503", b"T", b"    ", b"****", b"0000000001"]])
        assert read(shapefile(table=table), "a.zip").features[0].attributes == {
            "n": 42, "f": 1.5, "d": "2026-05-03", "l": True, "b": None, "s": None, "m": None,
        }  # fmt: skip

    def test_deleted_rows_go_with_their_shapes(self) -> None:
        shapes = shp(shp_polygon(SQUARE[::-1]), shp_polygon(square(119.2)[::-1]))
        found = read(shapefile(shapes, dbf(NAME, [[b"a"], [b"b"]], deleted=[0])), "a.zip")
        assert [(f.index, f.attributes) for f in found.features] == [(1, {"名称": "b"})] and codes(found) == ["rows_deleted"]

    def test_a_table_of_another_length_is_an_error(self) -> None:
        assert codes(read(shapefile(table=named(b"a", b"b")), "a.zip")) == ["attributes_mismatch"]
        assert "attributes_unreadable" in codes(read(shapefile(table=named(b"a", b"b")[:-10]), "a.zip"))
        assert codes(read(shapefile(table=b"\x03"), "a.zip")) == ["attributes_unreadable"]

    def test_repeated_field_names_are_told_apart(self) -> None:
        table = dbf([(b"name", "C", 4), (b"name", "C", 4)], [[b"a", b"b"]])
        found = read(shapefile(table=table), "a.zip")
        assert found.features[0].attributes == {"name": "a", "name_2": "b"} and codes(found) == ["field_name_repeated"]

    def test_null_shapes_points_and_heights(self) -> None:
        null, at = struct.pack("<i", 0), struct.pack("<i2d", 1, 119.1, 36.7)
        found = read(shapefile(shp(null, at, shp_polygon(SQUARE[::-1], kind=15), struct.pack("<i", 31))), "a.zip")
        assert codes(found) == ["attributes_missing", "null_geometry", "height_dropped", "wrong_geometry_type"]
        assert found.features[1].geometry == shapely.Point(119.1, 36.7)

    def test_holes_go_to_the_smallest_shell_around_them(self) -> None:
        big, hole = square(119.0, 36.0, 1.0), square(119.1, 36.1, 0.5)
        island, lake = square(119.2, 36.2, 0.2), square(119.25, 36.25, 0.05)
        found = read(shapefile(shp(shp_polygon(big[::-1], hole, island[::-1], lake))), "a.zip").features[0].geometry
        expected = shapely.MultiPolygon([(big, [hole]), (island, [lake])])
        assert found.is_valid and found.equals(expected)

    def test_a_hole_in_no_shell_is_found_and_not_moved(self) -> None:
        found = read(shapefile(shp(shp_polygon(SQUARE[::-1], square(119.5)))), "a.zip")
        assert "hole_outside_shell" in codes(found)

    def test_rings_are_neither_closed_nor_turned(self) -> None:
        assert "ring_unclosed" in codes(read(shapefile(shp(shp_polygon(SQUARE[::-1][:-1]))), "a.zip"))
        assert "clockwise_shell" in codes(read(shapefile(shp(shp_polygon(SQUARE))), "a.zip"))

    def test_a_cut_shapefile_is_refused_and_says_where(self) -> None:
        whole = shp(*[shp_polygon(square(119 + i)[::-1]) for i in range(3)])
        with pytest.raises(FileDamaged) as refusal:
            read(shapefile(whole[:-40]), "a.zip")
        assert "3" in refusal.value.sentence("zh")

    def test_an_absent_or_unreadable_prj_is_asked_about(self) -> None:
        assert ask(shapefile(prj=None), "a.zip").question == "datum"
        assert ask(shapefile(prj="PROJCS[garbage"), "a.zip").question == "datum"
        assert ask(shapefile(prj="  \n"), "a.zip").question == "datum"
        assert read(shapefile(prj=None), "a.zip", "CGCS2000").datum_basis == "asked"

    @pytest.mark.parametrize(
        "geometry_type", ["Polygon", "MultiPolygon", "Point", "LineString", "MultiLineString", "MultiPoint", "Polygon Z"]
    )
    def test_we_read_what_gdal_reads(self, tmp_path: Path, geometry_type: str) -> None:
        shapes = {
            "Polygon": shapely.Polygon(square(119, 36, 1), [square(119.1, 36.1, 0.2), square(119.5, 36.5, 0.2)]),
            "MultiPolygon": shapely.MultiPolygon(
                [shapely.Polygon(square(119, 36, 1), [square(119.1, 36.1, 0.5)]), shapely.Polygon(square(119.2, 36.2, 0.1))]
            ),
            "Point": shapely.Point(119, 36),
            "LineString": shapely.LineString(SQUARE[:3]),
            "MultiLineString": shapely.MultiLineString([SQUARE[:2], SQUARE[2:4]]),
            "MultiPoint": shapely.MultiPoint(SQUARE[:3]),
            "Polygon Z": shapely.Polygon([(*p, 7.0) for p in SQUARE]),
        }
        path = f"{tmp_path}/a.shp"
        pyogrio.raw.write(
            path, np.array([shapely.to_wkb(shapes[geometry_type])] * 2, dtype=object), [np.array(["潍坊", None], dtype=object)],
            np.array(["名称"], dtype=object), geometry_type=geometry_type, crs="EPSG:4490", encoding="UTF-8",
        )  # fmt: skip
        files = {f"a.{part}": (tmp_path / f"a.{part}").read_bytes() for part in ("shp", "dbf", "prj", "cpg", "shx")}
        _, _, theirs, values = pyogrio.raw.read(path)
        ours = read(zipped(files), "a.zip")
        assert ours.datum.code == "EPSG:4490"
        assert [f.attributes["名称"] for f in ours.features] == list(values[0])
        for feature, wkb in zip(ours.features, theirs, strict=True):
            assert feature.geometry.equals(shapely.force_2d(shapely.from_wkb(wkb)))


class TestZip:
    def test_archives_of_single_files_are_opened(self) -> None:
        assert read(zipped({"网格.geojson": geojson(polygon(SQUARE))}), "a.zip").format == "geojson"
        assert read(zipped({"doc.kml": KML.encode(), "files/x.png": b"x"}), "a.kmz").format == "kml"
        assert ask(zipped({"a.csv": "经度,纬度\n119.1,36.7".encode()}), "a.zip").question == "datum"

    @pytest.mark.parametrize("path", ["../a.shp", "a/../../b.shp", "/etc/a.shp", "C:/a.shp", "..\\a.shp", "\\a.shp"])
    def test_paths_that_leave_the_archive_are_refused(self, path: str) -> None:
        with pytest.raises(ZipPathUnsafe):
            read(zipped({path: b"x", "b.shp": shp()}), "a.zip")

    def test_links_are_refused(self) -> None:
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            link = zipfile.ZipInfo("a.shp")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(ZipPathUnsafe):
            read(out.getvalue(), "a.zip")

    def test_bombs_of_every_kind_are_refused(self) -> None:
        with pytest.raises(ZipTooLarge):
            read(zipped({"a.shp": b"\0" * 5_000_000}), "a.zip")
        with pytest.raises(ZipTooLarge):
            read(zipped({f"{i}.txt": b"x" for i in range(600)}), "a.zip")
        with pytest.raises(ZipTooLarge):
            read(zipped({"a.shp": b"ab" * 400_000, "b.shp": b"ab" * 400_000}), "a.zip", limits=Limits(max_unpacked_bytes=1_000_000))

    def test_a_size_that_lies_is_found_while_unpacking(self) -> None:
        data = bytearray(zipped({"a.shp": b"\0" * 3_000_000}))
        true, small = struct.pack("<I", 3_000_000), struct.pack("<I", 1000)
        with pytest.raises(SpatialFileRefused):
            read(bytes(data).replace(true, small), "a.zip")

    def test_a_password_is_said(self) -> None:
        data = bytearray(shapefile())
        for mark in (b"PK\x03\x04", b"PK\x01\x02"):
            offset = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}[mark]
            start = -1
            while (start := data.find(mark, start + 1)) >= 0:
                data[start + offset] |= 1
        with pytest.raises(ZipEncrypted):
            read(bytes(data), "a.zip")

    def test_damage_and_absence(self) -> None:
        with pytest.raises(ShapefileIncomplete):
            read(zipped({"a.dbf": named(b"a"), "a.shx": b""}), "a.zip")
        with pytest.raises(ShapefileIncomplete):
            read(zipped({"inner.zip": shapefile()}), "a.zip")
        with pytest.raises(ShapefileIncomplete):
            read(zipped({}), "a.zip")
        with pytest.raises(FileDamaged):
            read(shapefile()[:-30], "a.zip")
        whole = bytearray(shapefile())
        whole[60] ^= 0xFF
        with pytest.raises(FileDamaged):
            read(bytes(whole), "a.zip")


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>街道</name>
<Placemark><name>甲</name><ExtendedData><Data name="编码"><value>1</value></Data>
<SchemaData><SimpleData name="备注">乙</SimpleData></SchemaData>
</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>119.1,36.7,0 119.11,36.7,0 119.11,36.71,0 119.1,36.71,0 119.1,36.7,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


def kml(inner: str) -> bytes:
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark>{inner}</Placemark></kml>'.encode()


class TestKml:
    def test_names_folders_and_data_become_attributes(self) -> None:
        found = read(KML.encode(), "a.kml")
        assert found.features[0].attributes == {"name": "甲", "编码": "1", "备注": "乙", "folder": "街道"}
        assert found.features[0].geometry == SQUARE_SHAPE and codes(found) == []

    def test_gbk_is_read_as_declared_and_when_declared_wrongly(self) -> None:
        assert read(KML.replace("UTF-8", "GBK").encode("gbk"), "a.kml").features[0].attributes["name"] == "甲"
        found = read(KML.encode("gbk"), "a.kml")
        assert found.features[0].attributes["name"] == "甲" and codes(found) == ["encoding_contradicted"]

    @pytest.mark.parametrize(
        ("inner", "wkt"),
        [
            ("<Point><coordinates>119.1,36.7</coordinates></Point>", "POINT (119.1 36.7)"),
            ("<Point><coordinates>\n 119.1 , 36.7 \n</coordinates></Point>", "POINT (119.1 36.7)"),
            ("<LineString><coordinates>119.1,36.7 119.2,36.7</coordinates></LineString>", "LINESTRING (119.1 36.7, 119.2 36.7)"),
            (
                "<MultiGeometry><Point><coordinates>119,36</coordinates></Point>"
                "<Point><coordinates>120,36</coordinates></Point></MultiGeometry>",
                "MULTIPOINT (119 36, 120 36)",
            ),
            ("<Track><coord>119 36 5</coord><coord>120 36 5</coord></Track>", "LINESTRING (119 36, 120 36)"),
        ],
    )
    def test_geometries_of_every_kind(self, inner: str, wkt: str) -> None:
        assert read(kml(inner), "a.kml").features[0].geometry == shapely.from_wkt(wkt)

    def test_heights_and_mixed_collections_are_named(self) -> None:
        assert codes(read(kml("<Point><coordinates>119,36,12.5</coordinates></Point>"), "a.kml")) == ["height_dropped"]
        line = "<LineString><coordinates>119,36 120,36</coordinates></LineString>"
        mixed = f"<MultiGeometry><Point><coordinates>119,36</coordinates></Point>{line}</MultiGeometry>"
        assert codes(read(kml(mixed), "a.kml")) == ["wrong_geometry_type"]
        assert codes(read(kml("<Point><coordinates>东,北</coordinates></Point>"), "a.kml")) == ["coordinate_unreadable"]
        assert codes(read(kml("<name>x</name>"), "a.kml")) == ["null_geometry"]
        assert codes(read(kml("<Polygon></Polygon>"), "a.kml")) == ["empty_geometry"]

    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE k [<!ENTITY a "b">]>',
            '<!DOCTYPE k SYSTEM "file:///etc/passwd">',
            '<!DOCTYPE k [<!ENTITY % a SYSTEM "http://x/">%a;]>',
        ],
    )
    def test_entities_are_never_read(self, doctype: str) -> None:
        with pytest.raises(XmlEntitiesRefused):
            read(f"{doctype}<kml/>".encode(), "a.kml")

    @pytest.mark.parametrize("text", ["<kml>", "<html></html>", "<kml><a></b></kml>", "<kml>" + "<a>" * 5000, "<kml>&a;</kml>", "kml"])
    def test_what_is_no_kml_is_refused(self, text: str) -> None:
        with pytest.raises(FileDamaged):
            read(text.encode(), "a.kml")


class TestGeoPackage:
    AREAS = "CREATE TABLE areas (fid INTEGER PRIMARY KEY, geom BLOB, 名称 TEXT, n REAL);"
    INSERT = "INSERT INTO areas (geom, 名称, n) VALUES (?, ?, ?)"

    def rows(self, *shapes: shapely.Geometry) -> list[tuple[str, tuple[object, ...]]]:
        return [(self.INSERT, (gpkg_blob(shapely.to_wkb(shape)), "潍坊", 1.5)) for shape in shapes]

    def test_a_table_is_read_with_its_attributes(self) -> None:
        found = read(geopackage(self.AREAS, self.rows(SQUARE_SHAPE)), "a.gpkg")
        assert found.features[0].attributes == {"名称": "潍坊", "n": 1.5}
        assert found.features[0].geometry == SQUARE_SHAPE and found.datum.code == "EPSG:4326"

    def test_several_tables_are_asked_about_with_their_counts(self) -> None:
        more = "CREATE TABLE b (geom BLOB); INSERT INTO gpkg_geometry_columns VALUES ('b', 'geom', 'POINT', 4326, 0, 0);"
        question = ask(geopackage(self.AREAS + more, self.rows(SQUARE_SHAPE)), "a.gpkg")
        assert question.question == "layer" and [c.label("zh") for c in question.choices] == ["areas（1 条）", "b（0 条）"]

    def test_views_and_triggers_are_not_run(self) -> None:
        endless = "CREATE VIEW areas AS WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x AS geom FROM t;"
        with pytest.raises(NoLayer):
            read(geopackage(endless), "a.gpkg")

    def test_computed_columns_are_not_computed(self) -> None:
        slow = "CREATE TABLE areas (geom BLOB, n GENERATED ALWAYS AS (length(hex(zeroblob(20000000)))) VIRTUAL);"
        assert read(geopackage(slow, [("INSERT INTO areas (geom) VALUES (?)", (None,))]), "a.gpkg").features[0].attributes == {}

    def test_a_slow_database_is_stopped(self) -> None:
        rows = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t LIMIT 5000) INSERT INTO areas (n) SELECT x FROM t;"
        with pytest.raises(FileDamaged) as refusal:
            read(geopackage(self.AREAS + rows), "a.gpkg", limits=Limits(max_query_s=0))
        assert "超时" in refusal.value.sentence("zh")

    def test_unclosed_rings_nulls_and_bad_blobs(self) -> None:
        wkb = shapely.to_wkb(SQUARE_SHAPE)
        unclosed = wkb[:9] + struct.pack("<I", 4) + wkb[13:-16]
        rows = [(self.INSERT, (blob, "a", 1)) for blob in (None, b"", b"GP", gpkg_blob(b"\x01\x03"), gpkg_blob(unclosed), "text")]
        found = read(geopackage(self.AREAS, rows), "a.gpkg")
        assert codes(found) == ["null_geometry", *["invalid_geometry"] * 3, "ring_unclosed", "invalid_geometry"]

    def test_other_and_undefined_coordinate_systems(self) -> None:
        metres = shapely.Polygon(square(419_000, 4_064_000, 500))
        assert read(geopackage(self.AREAS, self.rows(metres), srs_id=4549), "a.gpkg").datum.code == "EPSG:4549"
        assert ask(geopackage(self.AREAS, self.rows(SQUARE_SHAPE), srs_id=-1), "a.gpkg").question == "datum"
        assert ask(geopackage(self.AREAS, self.rows(SQUARE_SHAPE), srs_id=99), "a.gpkg").question == "datum"

    def test_a_database_left_in_wal_mode_opens(self) -> None:
        data = bytearray(geopackage(self.AREAS, self.rows(SQUARE_SHAPE)))
        data[18:20] = b"\x02\x02"
        assert len(read(bytes(data), "a.gpkg").features) == 1

    def test_what_is_no_geopackage_is_refused(self) -> None:
        with pytest.raises(FileDamaged):
            read(b"SQLite format 3\x00" + b"\x01" * 200, "a.gpkg")
        with pytest.raises(FileDamaged):
            read(b"hello", "a.gpkg")


class TestCsv:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
    def test_every_separator_and_encoding(self, separator: str, encoding: str) -> None:
        text = separator.join(["名称", "经度", "纬度"]) + "\r\n" + separator.join(["鄌郚镇", "119.1", "36.7"]) + "\r\n"
        found = read(text.encode(encoding), "a.csv", "EPSG:4326")
        assert found.features[0].attributes == {"名称": "鄌郚镇"} and found.features[0].geometry == shapely.Point(119.1, 36.7)

    @pytest.mark.parametrize(
        "header",
        [
            "经度,纬度",
            "lon,lat",
            "Longitude,Latitude",
            "lng,lat",
            "X,Y",
            "gps_lon,gps_lat",
            "企业经度,企业纬度",
            "东经,北纬",
            " 经 度 ,纬度",
        ],
    )
    def test_columns_are_known_by_many_names(self, header: str) -> None:
        assert read(f"{header}\n119.1,36.7".encode(), "a.csv", "EPSG:4326").features[0].geometry == shapely.Point(119.1, 36.7)

    def test_swapped_columns_are_asked_about_or_named(self) -> None:
        data = "名称,经度,纬度\n甲,36.7,119.1\n".encode()
        assert {choice.axes for choice in ask(data, "a.csv").choices} == {"yx"}
        assert codes(read(data, "a.csv", "EPSG:4326")) == ["swapped_axes_suspected"]
        assert read(data, "a.csv", "EPSG:4326", axes="yx").features[0].geometry == shapely.Point(119.1, 36.7)

    def test_unclear_columns_are_asked_about(self) -> None:
        data = "名称,a,b\n甲,119.1,36.7\n".encode()
        question = ask(data, "a.csv", "EPSG:4326")
        assert question.question == "columns" and question.choices[0].columns == ("a", "b")
        assert read(data, "a.csv", "EPSG:4326", columns=("a", "b")).features[0].geometry == shapely.Point(119.1, 36.7)
        two = "注册经度,注册纬度,经营经度,经营纬度\n119.1,36.7,119.2,36.8\n".encode()
        assert [c.columns for c in ask(two, "a.csv").choices] == [("注册经度", "注册纬度"), ("经营经度", "经营纬度")]

    def test_a_table_without_header_one_cell_for_both_and_wkt(self) -> None:
        assert len(read(b"a,119.1,36.7\nb,119.2,36.8\n", "a.csv", "EPSG:4326").features) == 2
        assert read('名称,坐标\n甲,"119.1, 36.7"\n'.encode(), "a.csv", "EPSG:4326").features[0].geometry == shapely.Point(119.1, 36.7)
        assert read(f'名称,wkt\n甲,"{SQUARE_SHAPE.wkt}"\n'.encode(), "a.csv", "EPSG:4326").features[0].geometry == SQUARE_SHAPE
        assert codes(read('名称,wkt\n甲,"POLYGON ((1"\n乙,POINT (119 36)\n'.encode(), "a.csv", "EPSG:4326")) == ["invalid_geometry"]

    def test_rows_that_are_odd(self) -> None:
        text = "名称,经度,纬度\n甲,不详,36.7\n乙,,\n丙,119.1,36.7,多,余\n丁,119.1\n\n戊,NaN,36.7\n己,119°9′42″E,36.7N\n"
        found = read(text.encode(), "a.csv", "EPSG:4326")
        assert codes(found) == [
            "coordinate_unreadable",
            "null_geometry",
            "row_length",
            "row_length",
            "coordinate_unreadable",
            "nan_coordinate",
        ]
        assert found.features[5].geometry.x == pytest.approx(119.161667, abs=1e-6)
        assert found.features[2].attributes == {"名称": "丙", "列4": "多", "列5": "余"}

    @pytest.mark.parametrize("text", ["", " \n\n", "\ufeff"])
    def test_emptiness_is_said(self, text: str) -> None:
        with pytest.raises(FileIsEmpty):
            read(text.encode(), "a.csv")

    @pytest.mark.parametrize(
        ("text", "degrees"),
        [
            ("119.1619", 119.1619),
            ("119°09′42.84″E", 119.1619),
            ("东经119度9分42.84秒", 119.1619),
            ("36°42.5′", 36.708333),
            ("36 42 30", 36.708333),
            ("119:09:42.84", 119.1619),
            ("-1.5", -1.5),
            ("119.5W", -119.5),
            ("南纬36.7", -36.7),
            ("１１９．５", 119.5),
            ("119°60′", None),
            ("", None),
            ("abc", None),
            ("119.1.2", None),
            ("--1", None),
            ("1" * 100, None),
            ("1e999", None),
            ("nan", None),
        ],
    )
    def test_angles_as_people_type_them(self, text: str, degrees: float | None) -> None:
        assert parse_angle(text) == (pytest.approx(degrees, abs=1e-6) if degrees is not None else None)


class TestKindsAndLimits:
    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b"Rar!\x1a\x07\x00", "a.zip"),
            (b"7z\xbc\xaf\x27\x1c", "a.zip"),
            (b"\x89PNG\r\n\x1a\n\0\0\0", "a.png"),
            (b"%PDF-1.7\n1 0 obj", "a.pdf"),
            (shp(), "a.shp"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls"),
            (zipped({"xl/workbook.xml": b"<x/>"}), "a.xlsx"),
            (b"hello", "a"),
            (b"\x00\x01\x02\x03", "a.bin"),
        ],
    )
    def test_what_we_do_not_read_is_said(self, data: bytes, name: str) -> None:
        with pytest.raises(FileKindUnknown):
            read(data, name)

    def test_content_goes_before_the_name(self) -> None:
        assert read(geojson(point(119.1, 36.7)), "a.csv.txt.shp").format == "geojson"
        assert read(KML.encode(), "a.json").format == "kml"

    def test_limits_are_refusals(self) -> None:
        with pytest.raises(FileTooLarge):
            read(geojson(point(119.1, 36.7)), limits=Limits(max_bytes=10))
        many = geojson(*[point(119.1, 36.7)] * 20)
        with pytest.raises(TooManyFeatures):
            read(many, limits=Limits(max_features=10))
        with pytest.raises(TooManyVertices):
            read(many, limits=Limits(max_vertices=10))
        with pytest.raises(TooManyVertices):
            read(geojson(polygon(*[SQUARE] * 20)), limits=Limits(max_rings_per_feature=10))
        with pytest.raises(TooManyVertices):
            read(b"a,b,c\n1,2,3\n", "a.csv", limits=Limits(max_fields=2))
        shapes = shp(*[shp_polygon(SQUARE[::-1])] * 20)
        with pytest.raises(TooManyFeatures):
            read(shapefile(shapes), "a.zip", limits=Limits(max_features=10))
        with pytest.raises(TooManyVertices):
            read(shapefile(shapes), "a.zip", limits=Limits(max_vertices=10))

    def test_text_in_no_known_encoding_is_refused(self) -> None:
        with pytest.raises(SpatialFileRefused) as refusal:
            read(b'{"type":"Point","coordinates":[119,36],"a":"\xff\xff\xff\xff"}' + b" " * 50)
        assert refusal.value.code == "spatial_file_text_undecodable"
