"""Attribute tables of Shapefiles (dBASE III): the encoding as declared where that is true, values cut inside a character.

Source: dBASE III file structure; the language driver byte as listed by ESRI and GDAL.
"""

import re
import struct
from dataclasses import dataclass

from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.errors import TooManyFeatures
from wangge.spatial_files.layers import Attributes, Counter, Value, unique_names
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.texts import Encoding, best_codec, codec_named, decodes, storable

_DESCRIPTOR_BYTES = 32
_LANGUAGE_DRIVERS = {0x4D: "GBK", 0x7A: "GBK", 0x4F: "Big5", 0x78: "Big5", 0x03: "1252", 0x58: "1252", 0x59: "1252"}
_MAX_SAMPLES = 5_000
_NUMBER = re.compile(r"[+-]?\d{1,18}")
_DELETED = ord("*")


@dataclass(slots=True)
class Table:
    """The rows of a table in order; None for a row that is marked as deleted."""

    fields: list[str]
    rows: list[Attributes | None]
    encoding: Encoding | None
    defects: list[Defect]


@dataclass(frozen=True, slots=True)
class _Field:
    raw_name: bytes
    kind: str
    offset: int
    width: int


def read_table(data: bytes, limits: Limits, *, declared: str | None = None, asked: str | None = None) -> Table:
    """A whole .dbf.

    Args:
        data: Its bytes.
        limits: Bounds.
        declared: Content of the .cpg.
        asked: What a person chose as encoding; followed.

    Returns:
        The table; a damaged one has as many rows as could be read and the defect ``attributes_unreadable``.

    Raises:
        TooManyFeatures, TooManyVertices: more rows or columns than the limits.
    """
    table = Table([], [], None, [])
    try:
        version_count, header, width = struct.unpack_from("<IHH", data, 4)
        driver = data[29]
    except (struct.error, IndexError):
        table.defects.append(describe("attributes_unreadable", what="…"))
        return table
    if version_count > limits.max_features:
        raise TooManyFeatures(limit=limits.max_features)
    columns = _columns(data, header)
    Counter(limits).check_table(version_count, len(columns))
    used = sum(column.width for column in columns) + 1
    if not columns or width < used or header < _DESCRIPTOR_BYTES:
        table.defects.append(describe("attributes_unreadable", what=f"{len(columns)} × {width}"))
        return table
    available = max(len(data) - header, 0) // width
    if version_count and available < version_count and max(len(data) - header, 0) - available * width >= used:
        available += 1  # the last row lacks only its padding
    rows = min(version_count, available)
    if rows < version_count:
        table.defects.append(describe("attributes_unreadable", what=f"{rows} / {version_count}"))
    codec, table.encoding = _encoding(data, header, width, rows, columns, driver, declared, asked)
    if table.encoding and table.encoding.contradicted:
        table.defects.append(
            describe("encoding_contradicted", declared=table.encoding.declared or "", found=table.encoding.shown),
        )
    names: list[str] = []
    for column in columns:
        name, cut = _text(column.raw_name, codec)
        if cut:
            table.defects.append(describe("field_name_cut", name=name))
        names.append(name)
    table.fields = unique_names(names, table.defects)
    cut_values, odd_values = dict[str, int](), dict[str, int]()
    for number in range(rows):
        start = header + number * width
        if data[start] == _DELETED:
            table.rows.append(None)
            continue
        row: Attributes = {}
        for name, column in zip(table.fields, columns, strict=True):
            raw = data[start + column.offset : start + column.offset + column.width]
            value, was_cut = _value(raw, column.kind, codec)
            row[name] = value
            if was_cut:
                cut_values[name] = cut_values.get(name, 0) + 1
            if isinstance(value, str) and "\ufffd" in value:
                odd_values[name] = odd_values.get(name, 0) + 1
        table.rows.append(row)
    table.defects.extend(describe("text_cut", field=name, count=count) for name, count in cut_values.items())
    table.defects.extend(describe("text_unreadable", field=name, count=count) for name, count in odd_values.items())
    return table


def _columns(data: bytes, header: int) -> list[_Field]:
    columns: list[_Field] = []
    offset, position = 1, _DESCRIPTOR_BYTES
    while position + _DESCRIPTOR_BYTES <= min(header, len(data)) and data[position] != 0x0D:
        raw = data[position : position + _DESCRIPTOR_BYTES]
        width = raw[16]
        kind = chr(raw[11])
        if kind == "C":
            width += raw[17] << 8  # long text, as FoxPro and Clipper write it
        columns.append(_Field(raw[:11].split(b"\x00")[0], kind, offset, width))
        offset += width
        position += _DESCRIPTOR_BYTES
    return columns


def _encoding(
    data: bytes, header: int, width: int, rows: int, columns: list[_Field], driver: int, declared: str | None, asked: str | None
) -> tuple[str, Encoding]:
    """.cpg first, then the language driver byte, then what the bytes look like."""
    said = declared if codec_named(declared) else _LANGUAGE_DRIVERS.get(driver)
    chosen = codec_named(asked)
    if chosen:
        return chosen, Encoding(chosen, "asked", said)
    samples = [column.raw_name for column in columns]
    texts = [column for column in columns if column.kind == "C"]
    step = max(1, rows * max(len(texts), 1) // _MAX_SAMPLES)
    for number in range(0, rows, step):
        start = header + number * width
        samples.extend(data[start + c.offset : start + c.offset + c.width].rstrip(b" \x00") for c in texts)
    named = codec_named(said)
    codec = best_codec(samples, named)
    if all(sample.isascii() for sample in samples):
        return codec, Encoding(codec, "declared" if named else "plain_ascii", said)
    return codec, Encoding(codec, "declared" if named == codec else "detected", said, named not in (None, codec))


def _text(raw: bytes, codec: str) -> tuple[str, bool]:
    found = decodes(raw, codec)
    if found is None:
        return storable(raw.decode(codec, "replace")), False
    return storable(found[0]), found[1]


def _value(raw: bytes, kind: str, codec: str) -> tuple[Value, bool]:
    if kind in "NF":
        text = raw.decode("ascii", "replace").strip(" \x00")
        return (None if not text.strip("*") else _number_of(text)), False
    if kind == "L":
        return {"T": True, "Y": True, "F": False, "N": False}.get(raw[:1].decode("ascii", "replace").upper()), False
    if kind == "D":
        text = raw.decode("ascii", "replace").strip(" \x00")
        if len(text) == 8 and text.isdigit():
            return (f"{text[:4]}-{text[4:6]}-{text[6:]}" if text != "00000000" else None), False
        return text or None, False
    if kind != "C":
        return None, False  # memo and binary fields point into files that Shapefiles do not have
    text, cut = _text(raw.rstrip(b" \x00"), codec)
    return text.strip(" \x00") or None, cut


def _number_of(text: str) -> Value:
    if _NUMBER.fullmatch(text):
        return int(text)
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return storable(text)
    return value if abs(value) < float("inf") else None
