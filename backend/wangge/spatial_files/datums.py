"""Coordinate systems (坐标系) of files: what they are called, how they become EPSG:4326, and what unnamed numbers could be.

GCJ-02 and BD-09 have no EPSG code and are no geodetic datum; they are converted by ``gcj02``. Everything else goes
through PROJ, always in the order x (east), y (north). CGCS2000 is taken as WGS 84: they differ by less than a metre,
less than any phone knows (design, section 9).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pyproj
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from wangge.spatial_files import gcj02
from wangge.spatial_files.errors import CoordinateSystemUnknown
from wangge.spatial_files.measure import Coordinates

_CHINA = (73.0, 3.0, 136.0, 54.0)  # lon, lat, lon, lat
_ALIASES = {
    "wgs84": "EPSG:4326", "wgs1984": "EPSG:4326", "crs84": "EPSG:4326", "gps": "EPSG:4326",
    "cgcs2000": "EPSG:4490", "国家2000": "EPSG:4490", "2000国家大地坐标系": "EPSG:4490", "大地2000": "EPSG:4490",
    "gcj02": "GCJ-02", "火星坐标系": "GCJ-02", "火星坐标": "GCJ-02", "高德": "GCJ-02", "腾讯": "GCJ-02",
    "bd09": "BD-09", "bd09ll": "BD-09", "百度": "BD-09", "百度坐标系": "BD-09",
    "xian80": "EPSG:4610", "西安80": "EPSG:4610", "beijing54": "EPSG:4214", "北京54": "EPSG:4214",
}  # fmt: skip
_EPSG = re.compile(r"(?:^|[:/])(?:epsg)[:/]{1,2}(?:[0-9.]*[:/])?(\d{4,6})$", re.IGNORECASE)
_CUSTOM_WKT_CHARS = 20_000
_GOOD_ACCURACY_M = 2.0


@dataclass(frozen=True, slots=True)
class Datum:
    """A coordinate system; ``code`` is ``EPSG:n``, ``GCJ-02``, ``BD-09``, or ``WKT`` when only ``wkt`` describes it."""

    code: str
    zh: str
    en: str
    in_degrees: bool
    wkt: str | None = None


WGS84 = Datum("EPSG:4326", "WGS84 经纬度", "WGS 84, lon/lat", True)
CGCS2000 = Datum("EPSG:4490", "CGCS2000 经纬度（国家2000）", "CGCS2000, lon/lat", True)
GCJ02 = Datum("GCJ-02", "GCJ-02 经纬度（高德、腾讯地图）", "GCJ-02, lon/lat (Amap, Tencent)", True)
BD09 = Datum("BD-09", "BD-09 经纬度（百度地图）", "BD-09, lon/lat (Baidu)", True)
_LIKE_WGS84 = {WGS84.code, CGCS2000.code}


def _zones() -> dict[str, Datum]:
    """The Gauss-Krüger zones of CGCS2000: 3° and 6°, with the zone's number before the easting and without.

    Source: EPSG:4491-4554, as numbered by the registry; GB/T 17278 on zones.
    """
    out: dict[str, Datum] = {}
    for width, first_zone, with_zone, without in ((6, 13, 4491, 4502), (3, 25, 4513, 4534)):
        for step in range(61 // width + 1):
            cm, zone = 75 + width * step, first_zone + step
            base_zh, base_en = f"CGCS2000 高斯-克吕格 {width}° 带", f"CGCS2000 Gauss-Krüger {width}°"
            code = f"EPSG:{with_zone + step}"
            out[code] = Datum(
                code, f"{base_zh}第 {zone} 带（带号加在横坐标前）", f"{base_en} zone {zone} (number before the easting)", False
            )
            code = f"EPSG:{without + step}"
            out[code] = Datum(code, f"{base_zh}，中央经线 {cm}°（无带号）", f"{base_en}, central meridian {cm}° E (no zone number)", False)
    return out


_NAMED: dict[str, Datum] = {datum.code: datum for datum in (WGS84, CGCS2000, GCJ02, BD09)} | _zones()
_NAMED["EPSG:3857"] = Datum("EPSG:3857", "Web 墨卡托（米）", "Web Mercator (metres)", False)


@lru_cache(maxsize=256)
def parse_datum(text: str) -> Datum:
    """The coordinate system that a name or code means: ``EPSG:4549``, ``urn:ogc:def:crs:EPSG::4490``, ``CGCS2000``, ``GCJ-02``.

    Raises:
        CoordinateSystemUnknown: no such system, or none that maps to longitude and latitude.
    """
    plain = text.strip()
    if plain in _NAMED:
        return _NAMED[plain]
    short = re.sub(r"[\s_\-‑]", "", plain.lower())
    if short in _ALIASES:
        return _NAMED.get(_ALIASES[short]) or _of_crs(_crs(_ALIASES[short]), text)
    if short.endswith("crs84") or short in ("4326", "4490"):
        return CGCS2000 if short == "4490" else WGS84
    match = _EPSG.search(plain)
    if match is None:
        raise CoordinateSystemUnknown(declared=plain[:60])
    code = f"EPSG:{int(match[1])}"
    return _NAMED.get(code) or _of_crs(_crs(code), code)


@lru_cache(maxsize=64)
def parse_wkt(wkt: str) -> Datum:
    """The coordinate system of a .prj file or a GeoPackage's definition.

    Raises:
        CoordinateSystemUnknown: not WKT, or not a system on the ground.
    """
    if re.search(r"gcj[-_ ]?02", wkt, re.IGNORECASE):
        return GCJ02
    if re.search(r"bd[-_ ]?09", wkt, re.IGNORECASE):
        return BD09
    try:
        crs = pyproj.CRS.from_wkt(wkt[:_CUSTOM_WKT_CHARS])
    except (CRSError, ProjError, ValueError) as exc:
        raise CoordinateSystemUnknown(declared=wkt[:60]) from exc
    return _of_crs(crs, wkt)


def _crs(code: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(code)
    except (CRSError, ProjError, ValueError) as exc:
        raise CoordinateSystemUnknown(declared=code[:60]) from exc


def _of_crs(crs: pyproj.CRS, text: str) -> Datum:
    if crs.is_compound and crs.sub_crs_list:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise CoordinateSystemUnknown(declared=text[:60])
    if crs.is_geographic:
        name = crs.name.lower()
        if "china_geodetic" in name or "china geodetic" in name or "cgcs" in name or "china 2000" in name:
            return CGCS2000
        if "wgs_1984" in name or name == "wgs 84":
            return WGS84
    number = crs.to_epsg(min_confidence=70)
    code = f"EPSG:{number}" if number else "WKT"
    if code in _NAMED:
        return _NAMED[code]
    return Datum(code, crs.name, crs.name, crs.is_geographic, None if number else crs.to_wkt())


@lru_cache(maxsize=64)
def _transformer(datum: Datum) -> pyproj.Transformer:
    crs = pyproj.CRS.from_user_input(datum.wkt or datum.code)
    base = crs.geodetic_crs or crs
    name = base.name.lower()
    # CGCS2000 stays CGCS2000: asking PROJ for WGS 84 would only add its null transformation.
    target = base if "2000" in name or "cgcs" in name else pyproj.CRS.from_epsg(4326)
    return pyproj.Transformer.from_crs(crs, target, always_xy=True)


def to_wgs84(datum: Datum, positions: Coordinates) -> Coordinates:
    """Positions of a coordinate system as lon, lat in EPSG:4326.

    Args:
        datum: Where they are from.
        positions: ``(n, 2)`` float64, x (east) and y (north), in degrees or metres.

    Returns:
        ``(n, 2)`` float64 in degrees; NaN where a position was not finite or has no counterpart.
    """
    if datum.code in _LIKE_WGS84:
        return positions
    if datum.code == GCJ02.code:
        return gcj02.gcj02_to_wgs84(positions)
    if datum.code == BD09.code:
        return gcj02.bd09_to_wgs84(positions)
    try:
        lon, lat = _transformer(datum).transform(positions[:, 0], positions[:, 1], errcheck=False)
    except (ProjError, CRSError) as exc:
        raise CoordinateSystemUnknown(declared=datum.en[:60]) from exc
    found: Coordinates = np.column_stack([lon, lat])
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


def from_wgs84(datum: Datum, lonlat: Coordinates) -> Coordinates:
    """The inverse of ``to_wgs84``: ``(n, 2)`` lon, lat in degrees to x, y of the coordinate system."""
    if datum.code in _LIKE_WGS84:
        return lonlat
    if datum.code == GCJ02.code:
        return gcj02.wgs84_to_gcj02(lonlat)
    if datum.code == BD09.code:
        return gcj02.wgs84_to_bd09(lonlat)
    x, y = _transformer(datum).transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE", errcheck=False)
    found: Coordinates = np.column_stack([x, y])
    return found


@lru_cache(maxsize=64)
def accuracy_m(datum: Datum) -> float | None:
    """How far positions may be off after conversion, in metres; None when nobody published it. 0 for what is exact."""
    if datum.code in _NAMED:
        return 0.0
    crs = pyproj.CRS.from_user_input(datum.wkt or datum.code)
    name = (crs.geodetic_crs or crs).name.lower()
    if "2000" in name or "cgcs" in name or "wgs" in name:
        return 0.0
    group = TransformerGroup(crs, pyproj.CRS.from_epsg(4326), always_xy=True)
    found = [t.accuracy for t in group.transformers if t.accuracy is not None and t.accuracy >= 0]
    return max(found) if found else None


def is_exact(datum: Datum) -> bool:
    """Whether conversion keeps positions to a few metres."""
    known = accuracy_m(datum)
    return known is not None and known <= _GOOD_ACCURACY_M


@dataclass(frozen=True, slots=True)
class Candidate:
    """What undeclared numbers could be: where the middle of the data would then lie (lon, lat)."""

    datum: Datum
    is_swapped: bool
    """The file has y (north) before x (east)."""
    lon: float
    lat: float

    @property
    def axes(self) -> Literal["xy", "yx"]:
        """The order that this reading takes the file's numbers in."""
        return "yx" if self.is_swapped else "xy"


def candidates(middle: tuple[float, float], near: Sequence[float] | None = None) -> list[Candidate]:
    """The coordinate systems that the magnitudes of a typical position allow, most plausible first.

    Args:
        middle: A typical position, in the file's order and units.
        near: Where the data should lie: ``[min_lon, min_lat, max_lon, max_lat]`` in degrees; orders the candidates.

    Returns:
        Candidates inside China; for degrees all of WGS 84, CGCS2000, GCJ-02 and BD-09, since magnitudes cannot tell them
        apart.
    """
    found: list[Candidate] = []
    for is_swapped in (False, True):
        x, y = (middle[1], middle[0]) if is_swapped else middle
        for datum in _by_magnitude(x, y):
            lon, lat = to_wgs84(datum, np.array([[x, y]]))[0]
            if _CHINA[0] <= lon <= _CHINA[2] and _CHINA[1] <= lat <= _CHINA[3]:
                found.append(Candidate(datum, is_swapped, float(lon), float(lat)))
    if near is None:
        return found

    def degrees_away(candidate: Candidate) -> float:
        east = max(near[0] - candidate.lon, 0, candidate.lon - near[2])
        north = max(near[1] - candidate.lat, 0, candidate.lat - near[3])
        return round(max(east, north), 1)

    return sorted(found, key=degrees_away)


def _by_magnitude(x: float, y: float) -> list[Datum]:
    if abs(x) <= 180 and abs(y) <= 90:
        return [WGS84, CGCS2000, GCJ02, BD09]
    out: list[Datum] = []
    if 300_000 < y < 6_100_000:
        zone, easting = divmod(x, 1_000_000)
        off_centre = abs(easting - 500_000)
        if 25 <= zone <= 45 and off_centre < 200_000:
            out.append(_NAMED[f"EPSG:{4488 + int(zone)}"])
        if 13 <= zone <= 23 and off_centre < 400_000:
            out.append(_NAMED[f"EPSG:{4478 + int(zone)}"])
        if zone == 0 and off_centre < 200_000:
            out.extend(_NAMED[f"EPSG:{4534 + step}"] for step in range(21))
        if zone == 0 and off_centre < 400_000:
            out.extend(_NAMED[f"EPSG:{4502 + step}"] for step in range(11))
    if 8_100_000 < x < 15_200_000 and 330_000 < y < 7_200_000:
        out.append(_NAMED["EPSG:3857"])
    return out


def contradiction(datum: Datum, middle: tuple[float, float]) -> bool:
    """Whether a typical position cannot be of this coordinate system: metres for degrees, degrees for metres, another zone.

    Degrees out of range, or swapped, are the features' own defects and no contradiction; swapped metres are one.
    """
    x, y = middle
    if datum.in_degrees:
        return max(abs(x), abs(y)) > 1000
    if abs(x) <= 360 and abs(y) <= 360:
        return True
    lon, lat = to_wgs84(datum, np.array([[x, y]]))[0]
    if not (np.isfinite(lon) and np.isfinite(lat)) or abs(lat) > 84:
        return True
    back = from_wgs84(datum, np.array([[lon, lat]]))[0]
    return bool(np.abs(back - (x, y)).max() > 10) or abs(lon - _central_meridian(datum)) > 10


@lru_cache(maxsize=64)
def _central_meridian(datum: Datum) -> float:
    """Of a transverse Mercator, in degrees; for others one that never objects."""
    crs = pyproj.CRS.from_user_input(datum.wkt or datum.code)
    operation = crs.coordinate_operation
    if operation is None or ("Transverse" not in operation.method_name and "Gauss" not in operation.method_name):
        return float("nan")
    return next((float(p.value) for p in operation.params if "ongitude" in p.name), float("nan"))
