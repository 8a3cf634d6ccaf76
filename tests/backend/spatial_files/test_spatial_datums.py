"""Coordinate systems: the right numbers, guessed only to ask, and never converted in silence."""

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from shapely.affinity import translate
from spatial_builders import ask, codes, geojson, point, polygon, read, shapefile, shp, shp_polygon, square

from wangge.core.geodesy import EARTH
from wangge.spatial_files import datums, gcj02
from wangge.spatial_files.datums import (
    BD09,
    CGCS2000,
    GCJ02,
    WGS84,
    candidates,
    contradiction,
    from_wgs84,
    parse_datum,
    parse_wkt,
    to_wgs84,
)
from wangge.spatial_files.errors import CoordinateSystemUnknown
from wangge.spatial_files.features import KnownBoundary
from wangge.spatial_files.suspicion import suspect_datum

WEIFANG = np.array([[119.1619, 36.7069], [118.2, 35.9], [119.9, 37.2], [118.74, 36.88]])
BOX = (118.1, 35.6, 120.1, 37.4)


@pytest.mark.parametrize("code", [code for code in datums._NAMED if code.startswith("EPSG")])
def test_our_names_of_zones_are_the_registrys(code: str) -> None:
    name, ours = pyproj.CRS.from_user_input(code).name, datums._NAMED[code].en
    if "Gauss" not in name:
        return
    assert ("Krüger 3°" in ours) == ("3-degree" in name)
    meridian = name.rsplit("CM ", 1)[-1].rstrip("E") if "CM " in name else None
    zone = name.rsplit("zone ", 1)[-1] if "zone" in name else None
    assert f"meridian {meridian}°" in ours if meridian else f"zone {zone} " in ours


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CGCS2000", "EPSG:4490"),
        ("国家2000", "EPSG:4490"),
        ("4490", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("http://www.opengis.net/def/crs/EPSG/0/4549", "EPSG:4549"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("wgs-84", "EPSG:4326"),
        ("GCJ-02", "GCJ-02"),
        ("gcj02", "GCJ-02"),
        ("百度", "BD-09"),
        ("epsg:3857", "EPSG:3857"),
        ("EPSG:2364", "EPSG:2364"),
    ],
)
def test_a_coordinate_system_has_many_names(text: str, code: str) -> None:
    assert parse_datum(text).code == code


@pytest.mark.parametrize("text", ["", "mars", "EPSG:999999", "EPSG:4479", "EPSG:5773", "潍坊独立坐标系"])
def test_an_unknown_coordinate_system_is_refused_by_name(text: str) -> None:
    with pytest.raises(CoordinateSystemUnknown):
        parse_datum(text)


@pytest.mark.parametrize("wkt", ["", "PROJCS[", 'GEOGCS["x"]', "((((", 'LOCAL_CS["site",UNIT["m",1]]'])
def test_a_broken_prj_is_no_coordinate_system(wkt: str) -> None:
    with pytest.raises(CoordinateSystemUnknown):
        parse_wkt(wkt)


def test_gcj02_lies_where_it_was_measured_to_lie(odd_files: Path) -> None:
    wgs84, gcj = (
        np.concatenate(
            [np.array(f["geometry"]["coordinates"][0]) for f in json.loads((odd_files / name).read_text("utf-8-sig"))["features"]]
        )
        for name in ("bom_utf8.geojson", "gcj02_undeclared.geojson")
    )
    ours = gcj02.wgs84_to_gcj02(wgs84)
    assert np.abs(ours - gcj).max() < 5.01e-7  # the file's last digit
    assert np.abs(gcj02.gcj02_to_wgs84(gcj) - wgs84).max() < 5.01e-7
    azimuth, _, metres = EARTH.inv(*wgs84.T, *ours.T)
    east, north = metres * np.sin(np.radians(azimuth)), metres * np.cos(np.radians(azimuth))
    assert (east > 459).all() and (east < 536).all() and (north > -24).all() and (north < 98).all()  # as over all borders of the city


def test_gcj02_agrees_with_published_positions() -> None:
    # Shanghai, Shenzhen, Beijing, from the tests of googollee/eviltransform, whose ellipsoid is 108 m smaller.
    wgs84 = np.array([[121.5272106, 31.1774276], [113.912316, 22.543847], [116.377817, 39.911954]])
    gcj = np.array([[121.531541859, 31.175303984], [113.917176481, 22.540796132], [116.384047225, 39.913345455]])
    assert np.abs(gcj02.wgs84_to_gcj02(wgs84) - gcj).max() < 1e-5


@pytest.mark.parametrize(
    "datum", [WGS84, CGCS2000, GCJ02, BD09, *(parse_datum(f"EPSG:{n}") for n in (4549, 4528, 4509, 4498, 3857, 32650))]
)
def test_conversions_are_undone_to_a_millimetre(datum: datums.Datum) -> None:
    back = to_wgs84(datum, from_wgs84(datum, WEIFANG))
    assert np.abs(back - WEIFANG).max() < 1e-8


def test_the_offset_ends_outside_china() -> None:
    london = np.array([[-0.12, 51.5]])
    assert (gcj02.wgs84_to_gcj02(london) == london).all() and (gcj02.gcj02_to_wgs84(london) == london).all()


def test_nan_and_the_absurd_stay_harmless() -> None:
    odd = np.array([[np.nan, 36.0], [1e300, -1e300], [np.inf, 0.0]])
    for datum in (GCJ02, BD09, parse_datum("EPSG:4549")):
        assert not np.isfinite(to_wgs84(datum, odd.copy())[[0, 2]]).all()


@pytest.mark.parametrize("code", ["EPSG:4549", "EPSG:4528", "EPSG:4509", "EPSG:4498", "EPSG:3857"])
@pytest.mark.parametrize("is_swapped", [False, True])
def test_undeclared_metres_are_recognised_by_their_size(code: str, is_swapped: bool) -> None:
    x, y = from_wgs84(parse_datum(code), np.array([[119.1, 36.7]]))[0]
    found = candidates((y, x) if is_swapped else (x, y), BOX)
    assert (code, is_swapped) in [(c.datum.code, c.is_swapped) for c in found[:3]]
    assert abs(found[0].lon - 119.1) < 0.3 and abs(found[0].lat - 36.7) < 0.3


def test_a_shapefile_without_prj_in_metres_asks_for_its_zone(streets: list[KnownBoundary]) -> None:
    ring = from_wgs84(parse_datum("EPSG:4549"), np.array(square()))
    data = shapefile(shp(shp_polygon([tuple(p) for p in ring[::-1]])), prj=None)
    question = ask(data, "a.zip", known=streets)
    assert question.question == "datum" and question.choices[0].value == "EPSG:4549"
    found = read(data, "a.zip", question.choices[0].value, axes=question.choices[0].axes)
    assert shapely.hausdorff_distance(found.features[0].geometry, shapely.Polygon(square())) < 1e-9


def test_metres_with_north_first_can_be_answered() -> None:
    x, y = from_wgs84(parse_datum("EPSG:4549"), np.array([[119.1, 36.7]]))[0]
    data = f"名称,X坐标,Y坐标\n甲,{y},{x}\n".encode()
    choice = next(c for c in ask(data, "a.csv").choices if c.value == "EPSG:4549")
    assert choice.axes == "yx"
    found = read(data, "a.csv", choice.value, axes=choice.axes).features[0].geometry
    assert (found.x, found.y) == pytest.approx((119.1, 36.7), abs=1e-9)


def test_a_declaration_that_the_numbers_contradict_is_asked_about() -> None:
    x, y = from_wgs84(parse_datum("EPSG:4528"), np.array([[119.1, 36.7]]))[0]
    assert contradiction(parse_datum("EPSG:4549"), (x, y)) and not contradiction(parse_datum("EPSG:4528"), (x, y))
    question = ask(geojson(point(x, y)))  # metres in a GeoJSON that says nothing
    assert question.choices[0].value == "EPSG:4528"
    question = ask(geojson(point(119.1, 36.7), crs={"type": "name", "properties": {"name": "EPSG:4549"}}))
    assert question.choices[0].value == "EPSG:4326"
    assert ask(geojson(point(119.1, 36.7)), datum="EPSG:4549").question == "datum"


def test_an_explicit_null_crs_is_asked_about() -> None:
    assert ask(geojson(point(119.1, 36.7), crs=None)).question == "datum"
    assert ask(geojson(point(119.1, 36.7), crs={"type": "name", "properties": {"name": "EPSG:潍坊"}})).question == "datum"


def test_old_systems_are_converted_with_a_warning() -> None:
    x, y = pyproj.Transformer.from_crs(4610, 2364, always_xy=True).transform(119.1, 36.7)
    found = read(geojson(point(x, y), crs={"type": "name", "properties": {"name": "EPSG:2364"}}))
    assert codes(found) == ["datum_inexact"]
    assert found.features[0].geometry.distance(shapely.Point(119.1, 36.7)) < 0.01


def test_column_names_hint_at_a_datum_and_are_only_asked_about() -> None:
    question = ask("名称,百度经度,百度纬度\n甲,119.1,36.7\n".encode(), "a.csv")
    assert question.choices[0].value == "BD-09" and "BD-09" in question.zh


@pytest.mark.parametrize(("datum", "count"), [(GCJ02, 40), (BD09, 40), (GCJ02, 1), (WGS84, 40), (CGCS2000, 1)])
def test_streets_betray_their_datum(streets: list[KnownBoundary], datum: datums.Datum, count: int) -> None:
    shapes = [shapely.transform(s.geometry, lambda lonlat: from_wgs84(datum, lonlat)) for s in streets[:count]]
    found = suspect_datum(read(geojson(*(json.loads(shapely.to_geojson(s)) for s in shapes))).features, streets)
    assert found is not None
    assert found.is_suspicious == (datum in (GCJ02, BD09))
    assert found.fits == (datum.code if found.is_suspicious else None)
    assert 465 < found.expected_gcj02_m[0] < 540


def test_a_plain_shift_is_measured(streets: list[KnownBoundary]) -> None:
    shapes = [translate(s.geometry, 300 / 89_300, -200 / 111_000) for s in streets[:20]]
    found = suspect_datum(read(geojson(*(json.loads(shapely.to_geojson(s)) for s in shapes))).features, streets)
    assert found is not None and found.is_suspicious and found.fits is None
    assert found.east_m == pytest.approx(300, abs=5) and found.north_m == pytest.approx(-200, abs=5)


def test_new_areas_inside_a_street_are_not_suspicious(streets: list[KnownBoundary]) -> None:
    cells = [square(119.1 + i * 0.01, 36.7 + j * 0.01) for i in range(4) for j in range(4)]
    found = suspect_datum(read(geojson(*(polygon(cell) for cell in cells))).features, streets)
    assert found is not None and not found.is_suspicious


def test_the_wrong_zone_is_told_by_the_distance(streets: list[KnownBoundary]) -> None:
    ring = from_wgs84(parse_datum("EPSG:4549"), np.array(square()))
    data = shapefile(shp(shp_polygon([tuple(p) for p in ring[::-1]])), prj=pyproj.CRS.from_epsg(4548).to_wkt("WKT1_ESRI"))
    question = ask(data, "a.zip", known=streets)
    assert question.choices[0].value == "EPSG:4549" and "公里" in question.zh


def test_points_that_name_their_street_betray_gcj02(streets: list[KnownBoundary]) -> None:
    rng = np.random.default_rng(3)
    spots, names = [], []
    for street in streets[:60]:
        x0, y0, x1, y1 = street.geometry.bounds
        border = shapely.get_coordinates(street.geometry.boundary)
        for corner in border[:: max(1, len(border) // 20)]:
            inside = corner + (np.array([(x0 + x1) / 2, (y0 + y1) / 2]) - corner) * rng.uniform(0.01, 0.05)
            if street.geometry.contains(shapely.Point(inside)):
                spots.append(inside)
                names.append({"街道": street.name})
    shifted = gcj02.wgs84_to_gcj02(np.array(spots))
    found = suspect_datum(read(geojson(*(point(*p) for p in shifted.tolist()), properties=names)).features, streets)
    assert found is not None and found.is_suspicious and found.fits == "GCJ-02" and found.share_best > found.share_as_read
    right = suspect_datum(read(geojson(*(point(*map(float, p)) for p in spots), properties=names)).features, streets)
    assert right is not None and not right.is_suspicious
