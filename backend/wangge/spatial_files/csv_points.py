"""Tables of points in CSV: any separator, UTF-8 or GBK, Chinese column names, angles as people type them; or a WKT column."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import shapely

from wangge.spatial_files.angles import parse_angle
from wangge.spatial_files.defects import describe
from wangge.spatial_files.drawn import Drawn, of_shapely
from wangge.spatial_files.errors import FileDamaged, FileIsEmpty, FileKindUnknown
from wangge.spatial_files.layers import ColumnsUnclear, Counter, RawFeature, RawLayer, unique_names
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.texts import Encoding, folded, storable

_SEPARATORS = ",;\t|，；"
_LON = re.compile(r"(经度|longitude|东经)|^(lon|lng|long|x|x坐标|gpslon|gpslng|coordx|pointx)$|[_-](lon|lng|x)$")
_LAT = re.compile(r"(纬度|latitude|北纬)|^(lat|y|y坐标|gpslat|coordy|pointy)$|[_-](lat|y)$")
_BOTH = re.compile(r"^(经纬度|坐标|位置坐标|lnglat|lonlat|latlng|latlon|coordinates?|location)$")
_WKT = re.compile(r"^(wkt|geom|geometry|thegeom|shape)$")
_WKT_VALUE = re.compile(r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)", re.IGNORECASE)
_HINTS = (
    (re.compile("百度|baidu|bd-?09"), "BD-09"),
    (re.compile("高德|腾讯|火星|amap|gcj"), "GCJ-02"),
    (re.compile("2000|cgcs"), "EPSG:4490"),
)
_FORMULA = re.compile(r"[=+\-@\t\r]")
_PAIR = re.compile(r"[,，;；\s]+")
_SAMPLE_ROWS = 200
_CELL_CHARACTERS = 20_000_000


def read_csv(
    text: str, encoding: Encoding, name: str, limits: Limits, *, columns: tuple[str, str] | None = None, certain: bool = True
) -> RawLayer:
    """One layer of points (or of whatever a WKT column draws).

    Args:
        text: The file's text.
        encoding: How it was decoded.
        name: The file's name without extension.
        limits: Bounds.
        columns: Names of the longitude (or easting) and the latitude (or northing) column, when a person said so.
        certain: The file is known to be a CSV by its name; otherwise a text without a table is of unknown kind.

    Raises:
        ColumnsUnclear: which columns hold the position cannot be told.
        FileIsEmpty, FileKindUnknown, FileDamaged, TooManyFeatures, TooManyVertices.
    """
    if not text.strip():
        raise FileIsEmpty()
    separator = _separator_of(text)
    if separator is None:
        if not certain:
            raise FileKindUnknown(hint_zh="（不是文字表格）", hint_en=" (it is no table)")
        separator = ","
    counter = Counter(limits)
    rows = _rows(text, separator)
    header = next(rows, None)
    if header is None:
        raise FileIsEmpty()
    layer = RawLayer("csv", name, [], [], encoding)
    if encoding.contradicted:
        layer.defects.append(describe("encoding_contradicted", declared=encoding.declared or "", found=encoding.shown))
    counter.check_table(1, len(header))
    table: list[list[str]] = []
    headless = sum(parse_angle(cell) is not None for cell in header) >= 2
    if headless:
        table.append(header)
        header = [""] * len(header)
    for row in rows:
        counter.add_feature()
        counter.check_table(len(table) + 1, max(len(row), len(header)))
        table.append(row)
    layer.fields = unique_names([storable(cell.strip()) for cell in header], layer.defects)
    picked = _picked(layer.fields, table, columns, headless)
    layer.datum_hint = _hint_of([layer.fields[column] for column in picked[1]])
    for index, row in enumerate(table):
        layer.features.append(_feature(index, row, layer.fields, picked, counter))
    return layer


def _separator_of(text: str) -> str | None:
    """The separator that the first lines agree on; None when there is none."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in islice(io.StringIO(text[:100_000]), 20) if line.strip()]
    best, best_score = None, 0
    for separator in _SEPARATORS:
        counts = [line.count(separator) for line in lines]
        score = counts[0] * 100 + sum(count == counts[0] for count in counts) if counts and counts[0] else 0
        if score > best_score:
            best, best_score = separator, score
    return best


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    """Rows that are not blank; one cell may hold a coast as well-known text."""
    csv.field_size_limit(_CELL_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as exc:
        raise FileDamaged(
            what_zh=f"第 {reader.line_num} 行不是有效的表格行（引号不成对或单元格过长）",
            what_en=f"line {reader.line_num} is no table row (an unpaired quote, or a cell that is too long)",
        ) from exc


_Picked = tuple[str, tuple[int, ...]]  # "wkt" | "both" | "pair", columns


def _picked(fields: Sequence[str], table: Sequence[Sequence[str]], asked: tuple[str, str] | None, headless: bool) -> _Picked:
    if asked is not None:
        if asked[0] in fields and asked[1] in fields:
            return "pair", (fields.index(asked[0]), fields.index(asked[1]))
        raise ColumnsUnclear(fields, ())
    names = [folded(field) for field in fields]
    sample = table[:_SAMPLE_ROWS]
    for column, name in enumerate(names):
        if _WKT.search(name) and any(column < len(row) and _WKT_VALUE.match(row[column]) for row in sample):
            return "wkt", (column,)
    lons = [i for i, name in enumerate(names) if _LON.search(name) and not _LAT.search(name)]
    lats = [i for i, name in enumerate(names) if _LAT.search(name) and not _LON.search(name)]
    if len(lons) == 1 and len(lats) == 1:
        return "pair", (lons[0], lats[0])
    both = [i for i, name in enumerate(names) if _BOTH.search(name)]
    if len(both) == 1 and not lons and not lats:
        return "both", (both[0],)
    pairs = list(zip(lons, lats, strict=False)) if len(lons) == len(lats) and lons else _pairs_by_numbers(sample, len(fields))
    if headless and len(pairs) == 1:
        return "pair", pairs[0]
    raise ColumnsUnclear(fields, [(fields[a], fields[b]) for a, b in pairs])


def _pairs_by_numbers(sample: Sequence[Sequence[str]], width: int) -> list[tuple[int, int]]:
    """Pairs of columns whose numbers look like longitudes and latitudes of China."""

    def share(column: int, low: float, high: float) -> float:
        values = [parse_angle(row[column]) for row in sample if column < len(row)]
        return sum(value is not None and low <= value <= high for value in values) / max(len(sample), 1)

    lons = [i for i in range(min(width, 60)) if share(i, 73, 136) > 0.8]
    lats = [i for i in range(min(width, 60)) if i not in lons and share(i, 3, 54) > 0.8]
    return [(a, b) for a in lons for b in lats if abs(a - b) == 1] or [(a, b) for a in lons for b in lats][:10]


def _hint_of(names: Sequence[str]) -> str | None:
    joined = " ".join(folded(name) for name in names)
    return next((datum for pattern, datum in _HINTS if pattern.search(joined)), None)


def _feature(index: int, row: Sequence[str], fields: Sequence[str], picked: _Picked, counter: Counter) -> RawFeature:
    feature = RawFeature(index, {}, None)
    if len(row) != len(fields):
        feature.defects.append(describe("row_length", index, count=len(row), expected=len(fields)))
    kind, columns = picked
    for column, field in enumerate(fields):
        cell = row[column] if column < len(row) else ""
        if column not in columns:
            feature.attributes[field] = _attribute(cell, feature)
    for surplus in range(len(fields), len(row)):
        feature.attributes[f"列{surplus + 1}"] = _attribute(row[surplus], feature)
    cells = [row[column].strip() if column < len(row) else "" for column in columns]
    if kind == "wkt":
        feature.drawn = _of_wkt(cells[0], feature, counter)
        return feature
    if kind == "both":
        cells = _PAIR.split(cells[0].strip("()（）[] "), maxsplit=1) if cells[0] else ["", ""]
        cells = cells if len(cells) == 2 else [cells[0], ""]
    if not any(cells):
        return feature  # no position at all: null geometry
    counter.add_vertices(1)
    numbers: list[float] = []
    for cell in cells:
        number = parse_angle(cell) if "," not in cell else parse_angle(cell.replace(",", "."))
        if number is None and cell.strip().lower() not in ("nan", "inf", "-inf"):
            feature.defects.append(describe("coordinate_unreadable", index, text=storable(cell)))
            return feature
        numbers.append(math.nan if number is None else number)
    feature.drawn = Drawn("Point", ((np.array([numbers]),),))
    return feature


def _attribute(cell: str, feature: RawFeature) -> str | None:
    """A cell's text. An apostrophe that guards against formulas, as our own export writes it, is taken off."""
    text = storable(cell.strip())
    if text.startswith("'") and _FORMULA.match(text[1:]):
        return text[1:]
    if text[:1] in ("=", "@") and len(text) > 1:
        feature.defects.append(describe("formula_text", feature.index, text=text))
    return text or None


def _of_wkt(text: str, feature: RawFeature, counter: Counter) -> Drawn | None:
    if not text:
        return None
    try:
        drawn = of_shapely(shapely.from_wkt(re.sub(r"^\s*SRID=\d+;", "", text, flags=re.IGNORECASE)))
    except (shapely.GEOSException, ValueError):
        feature.defects.append(describe("invalid_geometry", feature.index, reason="WKT"))
        return None
    if drawn is not None:
        counter.add_vertices(drawn.vertices)
    return drawn
