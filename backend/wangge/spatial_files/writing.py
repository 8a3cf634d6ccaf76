"""Exports: GeoJSON, zipped Shapefile, GeoPackage, KML, CSV points. Always EPSG:4326, lon/lat; what a format cannot hold is said.

Shapefile and GeoPackage are written by GDAL (pyogrio), on files of its own in a temporary folder; the rest is text.
Pure and synchronous as seen from outside: call it in a thread or process.
"""

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from shapely.geometry.base import BaseGeometry

from wangge.spatial_files.errors import FormatCannotHold
from wangge.spatial_files.layers import Attributes, Value
from wangge.spatial_files.texts import storable

Format = Literal["geojson", "shapefile", "geopackage", "kml", "csv"]
TextEncoding = Literal["UTF-8", "GBK"]
"""Of a Shapefile's attribute table. GBK is for programs that know nothing else; signs outside it are replaced."""
FORMATS: dict[Format, tuple[str, str]] = {
    "geojson": (".geojson", "application/geo+json"),
    "shapefile": (".zip", "application/zip"),
    "geopackage": (".gpkg", "application/geopackage+sqlite3"),
    "kml": (".kml", "application/vnd.google-earth.kml+xml"),
    "csv": (".csv", "text/csv; charset=utf-8"),
}
_DBF_NAME_BYTES, _DBF_TEXT_BYTES = 10, 254
_DBF_LARGEST = 1e15
_NOTES_FILE = "README.txt"
_DBF_ODD = re.compile(r"[^\w-]")
_ZIP_DATE = (2000, 1, 1, 0, 0, 0)  # the same features give the same archive
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_KINDS = {"Point": "points", "MultiPoint": "points", "Polygon": "areas", "MultiPolygon": "areas"}
_XML_FORBIDDEN = {code: "\ufffd" for code in [*range(0x20), 0xFFFE, 0xFFFF] if code not in (9, 10, 13)}


@dataclass(frozen=True, slots=True)
class OutFeature:
    """One feature to write: EPSG:4326 geometry, or None, and plain values."""

    geometry: BaseGeometry | None
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the format could not keep as it was."""

    code: Literal["field_renamed", "text_cut"]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Export:
    """A finished file."""

    filename: str
    media_type: str
    data: bytes
    notes: tuple[Note, ...] = ()


def write_spatial_file(features: Sequence[OutFeature], format_: Format, name: str, *, encoding: TextEncoding = "UTF-8") -> Export:
    """Write features to a file of the given format.

    Args:
        features: EPSG:4326; every feature may have other attributes, absent ones are empty.
        format_: One of ``FORMATS``.
        name: Layer and file name without extension.
        encoding: Of a Shapefile's texts.

    Returns:
        The bytes, and notes on what had to change: a Shapefile's names have 10 bytes (three Chinese characters in UTF-8, five
        in GBK) and its texts 254, cut between characters; both are listed inside the zip too. A CSV has points in two columns;
        anything else as well-known text in one.

    Raises:
        FormatCannotHold: lines, or collections, to Shapefile; null geometry alone.
    """
    columns = list(dict.fromkeys(key for feature in features for key in feature.attributes))
    extension, media_type = FORMATS[format_]
    notes: list[Note] = []
    match format_:
        case "geojson":
            data = _geojson(features)
        case "kml":
            data = _kml(features, name)
        case "csv":
            data = _csv(features, columns)
        case "geopackage":
            data = _geopackage(features, columns, name)
        case "shapefile":
            data = _shapefile(features, columns, name, notes, encoding)
    return Export(f"{name}{extension}", media_type, data, tuple(notes))


def _geojson(features: Sequence[OutFeature]) -> bytes:
    """RFC 7946: lon/lat, no crs member, shells counter-clockwise. Coordinates in full, so that shared borders stay shared."""
    documents = [
        {
            "type": "Feature",
            "properties": {key: storable(value) if isinstance(value, str) else value for key, value in feature.attributes.items()},
            "geometry": None if feature.geometry is None else shapely.geometry.mapping(_right_handed(feature.geometry)),
        }
        for feature in features
    ]
    text = json.dumps({"type": "FeatureCollection", "features": documents}, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _right_handed(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.orient_polygons(geometry)


def _csv(features: Sequence[OutFeature], columns: list[str]) -> bytes:
    """UTF-8 with a byte order mark, as Excel needs it; texts that begin like formulas are guarded by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    are_points = all(f.geometry is None or (f.geometry.geom_type == "Point" and not f.geometry.is_empty) for f in features)
    writer.writerow([*(_guarded(column) for column in columns), *(("经度", "纬度") if are_points else ("WKT",))])
    for feature in features:
        place = _lon_lat(feature.geometry) if are_points else [_wkt(feature.geometry)]
        writer.writerow([*(_guarded(feature.attributes.get(column)) for column in columns), *place])
    return out.getvalue().encode("utf-8-sig")


def _lon_lat(geometry: Any) -> list[str]:
    return ["", ""] if geometry is None else [repr(float(geometry.x)), repr(float(geometry.y))]


def _wkt(geometry: BaseGeometry | None) -> str:
    """Well-known text in full, so that shared borders stay shared."""
    return "" if geometry is None else shapely.to_wkt(_right_handed(geometry), rounding_precision=-1)


def _guarded(value: Value) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        text = storable(value)
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return value


def _kml(features: Sequence[OutFeature], name: str) -> bytes:
    out = ['<?xml version="1.0" encoding="UTF-8"?>', '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>']
    out.append(f"<name>{_xml(name)}</name>")
    for feature in features:
        out.append("<Placemark>")
        if isinstance(title := feature.attributes.get("name"), str):
            out.append(f"<name>{_xml(title)}</name>")
        data = [
            f"<Data name={quoteattr(_xml_text(key))}><value>{_xml(str(value))}</value></Data>"
            for key, value in feature.attributes.items()
            if value is not None and not (key == "name" and isinstance(value, str))
        ]
        if data:
            out.append(f"<ExtendedData>{''.join(data)}</ExtendedData>")
        if feature.geometry is not None and not feature.geometry.is_empty:
            out.append(_kml_geometry(_right_handed(feature.geometry)))
        out.append("</Placemark>")
    out.append("</Document></kml>\n")
    return "\n".join(out).encode("utf-8")


def _xml_text(text: str) -> str:
    return storable(text).translate(_XML_FORBIDDEN)


def _xml(text: str) -> str:
    return escape(_xml_text(text))


def _kml_geometry(geometry: Any) -> str:
    def coordinates(piece: BaseGeometry) -> str:
        pairs = (f"{x!r},{y!r}" for x, y in shapely.get_coordinates(piece).tolist())
        return f"<coordinates>{' '.join(pairs)}</coordinates>"

    match geometry.geom_type:
        case "Point" | "LineString":
            return f"<{geometry.geom_type}>{coordinates(geometry)}</{geometry.geom_type}>"
        case "Polygon":
            holes = "".join(
                f"<innerBoundaryIs><LinearRing>{coordinates(hole)}</LinearRing></innerBoundaryIs>" for hole in geometry.interiors
            )
            shell = f"<outerBoundaryIs><LinearRing>{coordinates(geometry.exterior)}</LinearRing></outerBoundaryIs>"
            return f"<Polygon>{shell}{holes}</Polygon>"
        case _:
            return f"<MultiGeometry>{''.join(_kml_geometry(piece) for piece in geometry.geoms)}</MultiGeometry>"


def _geopackage(features: Sequence[OutFeature], columns: list[str], name: str) -> bytes:
    kinds = {feature.geometry.geom_type for feature in features if feature.geometry is not None}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        _write_with_gdal(path, "GPKG", features, columns, columns, _common_kind(kinds), layer=_layer_name(name))
        return path.read_bytes()


def _layer_name(name: str) -> str:
    kept = "".join(c for c in storable(name) if c.isalnum() or c in "_-")[:60]
    return kept if kept and not kept.lower().startswith(("gpkg", "sqlite", "rtree")) else f"layer_{kept}"


def _common_kind(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    for single in ("Point", "LineString", "Polygon"):
        if kinds and kinds <= {single, f"Multi{single}"}:
            return f"Multi{single}"
    return "Unknown"


def _shapefile(features: Sequence[OutFeature], columns: list[str], name: str, notes: list[Note], encoding: TextEncoding) -> bytes:
    """One Shapefile for areas and one for points, when there are both; each with .prj and .cpg, in one zip."""
    groups: dict[str, list[OutFeature]] = {}
    for feature in features:
        if feature.geometry is None:
            continue
        kind = _KINDS.get(feature.geometry.geom_type)
        if kind is None:
            raise FormatCannotHold(
                format="Shapefile", why_zh=f"含有 {feature.geometry.geom_type}", why_en=f"there is a {feature.geometry.geom_type}"
            )
        groups.setdefault(kind, []).append(feature)
    if not groups:
        raise FormatCannotHold(format="Shapefile", why_zh="没有图形", why_en="there are no geometries")
    if dropped := len(features) - sum(map(len, groups.values())):
        raise FormatCannotHold(format="Shapefile", why_zh=f"{dropped} 条没有图形", why_en=f"{dropped} have no geometry")
    names, written = _dbf_names(columns, encoding), list[str]()
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, group in groups.items():
            stem = _layer_name(name) if len(groups) == 1 else f"{_layer_name(name)}_{kind}"
            path = Path(folder) / f"{kind}.shp"
            kinds = {feature.geometry.geom_type for feature in group if feature.geometry is not None}
            fitting = _fitting(group, notes, encoding)
            _write_with_gdal(path, "ESRI Shapefile", fitting, columns, names, _common_kind(kinds), encoding=encoding)
            written = [str(field) for field in pyogrio.read_info(str(path), encoding=encoding)["fields"]] if columns else []
            for part in sorted(Path(folder).glob(f"{kind}.*")):
                archive.writestr(_entry(f"{stem}{part.suffix}"), part.read_bytes())
        notes[:0] = _renamings(columns, written)
        if notes:
            text = "\r\n".join(f"{note.zh}\r\n{note.en}" for note in notes)
            archive.writestr(_entry(_NOTES_FILE), ("\ufeff" + text + "\r\n").encode("utf-8"))
    return packed.getvalue()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _cut(text: str, most_bytes: int, encoding: TextEncoding = "UTF-8") -> str:
    """At most so many bytes of the encoding, ending between characters."""
    return text.encode(encoding, "replace")[:most_bytes].decode(encoding, "ignore")


def _dbf_names(columns: list[str], encoding: TextEncoding) -> list[str]:
    """Distinct names of at most ten bytes, told apart without regard to case, as dBASE does."""
    taken: set[str] = set()
    names: list[str] = []
    for column in columns:
        plain = _DBF_ODD.sub("_", storable(column))
        name, turn = _cut(plain, _DBF_NAME_BYTES, encoding) or "field", 1
        while name.upper() in taken:
            turn += 1
            name = _cut(plain, _DBF_NAME_BYTES - len(str(turn)) - 1, encoding) + f"_{turn}"
        taken.add(name.upper())
        names.append(name)
    return names


def _renamings(columns: list[str], written: list[str]) -> list[Note]:
    """What GDAL made of the names, whoever changed them."""
    return [
        Note(
            "field_renamed",
            f"字段“{column}”在 Shapefile 中写作“{name}”（字段名最多 10 字节，且不含特殊符号）。",
            f"The field “{column}” is called “{name}” in the Shapefile (names have at most 10 bytes and no special signs).",
        )
        for column, name in zip(columns, written, strict=True)
        if column != name
    ]


def _fitting(features: Sequence[OutFeature], notes: list[Note], encoding: TextEncoding) -> list[OutFeature]:
    """Texts cut to what a .dbf field holds, in characters that its encoding has."""
    cut: dict[str, int] = {}
    out: list[OutFeature] = []
    for feature in features:
        attributes: Attributes = {}
        for key, value in feature.attributes.items():
            if isinstance(value, str):
                whole = storable(value).encode(encoding, "replace")
                value = _cut(whole.decode(encoding), _DBF_TEXT_BYTES, encoding)
                cut[key] = cut.get(key, 0) + (len(whole) > _DBF_TEXT_BYTES)
            if isinstance(value, float) and abs(value) >= _DBF_LARGEST:
                value = repr(value)  # a text, rather than a number that the field's width cannot hold
            attributes[key] = value
        out.append(OutFeature(feature.geometry, attributes))
    notes.extend(
        Note(
            "text_cut",
            f"字段“{key}”有 {count} 个值超过 254 字节，已在整字处截断。",
            f"{count} value(s) of “{key}” exceed 254 bytes and are cut between characters.",
        )
        for key, count in cut.items()
        if count
    )
    return out


def _write_with_gdal(
    path: Path,
    driver: str,
    features: Sequence[OutFeature],
    columns: list[str],
    names: list[str],
    kind: str,
    **options: Any,
) -> None:
    geometries = [None if feature.geometry is None else _of_kind(_right_handed(feature.geometry), kind) for feature in features]
    data, masks = zip(*(_column([f.attributes.get(column) for f in features]) for column in columns), strict=True) if columns else ((), ())
    pyogrio.raw.write(
        str(path),
        geometry=np.array([None if g is None else shapely.to_wkb(g) for g in geometries], dtype=object),
        field_data=list(data),
        fields=np.array(names, dtype=object),
        field_mask=list(masks),
        geometry_type=kind,
        crs="EPSG:4326",
        driver=driver,
        **options,
    )


def _of_kind(geometry: BaseGeometry, kind: str) -> BaseGeometry:
    if kind.startswith("Multi") and not geometry.geom_type.startswith("Multi"):
        return {"MultiPoint": shapely.MultiPoint, "MultiLineString": shapely.MultiLineString, "MultiPolygon": shapely.MultiPolygon}[kind](
            [geometry]
        )
    return geometry


def _column(values: list[Value]) -> tuple[Any, Any]:
    """An array for one column and its nulls: whole numbers, decimals, or text when the column mixes."""
    present = [value for value in values if value is not None]
    mask = np.array([value is None for value in values])
    if present and all(isinstance(value, bool) for value in present):
        return np.array([bool(value) for value in values]), mask
    if present and all(isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 for value in present):
        return np.array([value or 0 for value in values], dtype=np.int64), mask
    if present and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in present):
        return np.array([float(value or 0) for value in values]), mask
    return np.array([None if value is None else storable(str(value)) for value in values], dtype=object), mask
