"""KML and the KML inside a KMZ. Nothing outside the file is fetched, and no entity is ever expanded.

Source: OGC 12-007r2 (KML 2.3); coordinates are lon,lat[,height] in WGS 84.
"""

import math
import re
from xml.parsers import expat

import numpy as np

from wangge.spatial_files.defects import describe
from wangge.spatial_files.drawn import Drawn
from wangge.spatial_files.errors import FileDamaged, TooManyVertices, XmlEntitiesRefused
from wangge.spatial_files.layers import Attributes, Counter, RawFeature, RawLayer
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.measure import Coordinates
from wangge.spatial_files.texts import decode_text, storable

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_COMMA = re.compile(r"\s*,\s*")
_MAX_DEPTH = 100
_MAX_TEXT = 20_000_000


def read_kml(data: bytes, name: str, limits: Limits, *, asked_encoding: str | None = None) -> RawLayer:
    """Every Placemark of every folder as one layer; the folders' names are the attribute ``folder``.

    Raises:
        XmlEntitiesRefused: the file has a DOCTYPE.
        FileDamaged: not XML to its end, or not KML.
        TextUndecodable: neither the declared encoding nor UTF-8 nor GB18030.
        TooManyFeatures, TooManyVertices: more than the limits.
    """
    declared = _DECLARED.match(data[:400].lstrip(b"\xef\xbb\xbf"))
    text, encoding = decode_text(data, declared[1].decode() if declared else None, asked=asked_encoding, is_utf8_by_rule=True)
    reader = _Reader(limits)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as exc:
        raise FileDamaged(
            what_zh=f"第 {exc.lineno} 行第 {exc.offset} 列不是完整的 XML",
            what_en=f"the XML ends or breaks at line {exc.lineno}, column {exc.offset}",
        ) from exc
    if not reader.is_kml:
        raise FileDamaged(what_zh="是 XML，但不是 KML", what_en="it is XML but not KML")
    layer = RawLayer("kml", name, reader.features, list(reader.fields), encoding, "EPSG:4326", by_format=True)
    if encoding.contradicted:
        layer.defects.append(describe("encoding_contradicted", declared=encoding.declared or "", found=encoding.shown))
    if reader.replaced:
        layer.defects.append(describe("attribute_unstorable", count=reader.replaced))
    return layer


def _refuse_doctype(*_: object) -> None:
    raise XmlEntitiesRefused()


class _Reader:
    """Follows the elements; a stack of geometries under way, innermost last."""

    def __init__(self, limits: Limits) -> None:
        self.features: list[RawFeature] = []
        self.fields = dict[str, None]()
        self.is_kml = False
        self.replaced = 0
        self._counter = Counter(limits)
        self._path: list[str] = []
        self._text: list[str] = []
        self._text_length = 0
        self._folders: list[str] = []
        self._attributes: Attributes | None = None
        self._field: str | None = None
        self._collected: list[list[Drawn]] = []
        self._rings: list[Coordinates] = []
        self._outer: list[tuple[bool, Coordinates]] = []
        self._track: list[str] = []
        self._unreadable: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        if not self._path and name == "kml":
            self.is_kml = True
        self._path.append(name)
        if len(self._path) > _MAX_DEPTH:
            raise FileDamaged(what_zh="XML 嵌套过深", what_en="the XML nests too deeply")
        self._text, self._text_length = [], 0
        if name == "Folder":
            self._folders.append("")
        elif name == "Placemark":
            self._counter.add_feature()
            self._attributes, self._collected, self._unreadable = {}, [[]], None
        elif name in ("Data", "SimpleData"):
            self._field = attributes.get("name")
        elif name == "MultiGeometry" and self._collected:
            self._collected.append([])
        elif name == "Polygon":
            self._outer = []
        elif name in ("LineString", "LinearRing", "Point"):
            self._rings = []
        elif name in ("Track", "MultiTrack"):
            self._track = []

    def characters(self, text: str) -> None:
        self._text_length += len(text)
        if self._text_length > _MAX_TEXT:
            raise TooManyVertices(limit=_MAX_TEXT, what_zh="字符", what_en="characters")
        self._text.append(text)

    def end(self, tag: str) -> None:
        name = tag.rsplit(" ", 1)[-1]
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        text, self._text, self._text_length = "".join(self._text).strip(), [], 0
        if name == "Placemark":
            self._finish()
        elif name == "Folder" and self._folders:
            self._folders.pop()
        elif self._attributes is not None:
            self._end_in_placemark(name, parent, text)
        elif name == "name" and parent == "Folder" and self._folders:
            self._folders[-1] = text

    def _end_in_placemark(self, name: str, parent: str, text: str) -> None:
        if name in ("name", "description", "address") and parent == "Placemark":
            self._put(name, text)
        elif (name == "value" and parent == "Data") or name == "SimpleData":
            if self._field:
                self._put(self._field, text)
        elif name == "coordinates":
            self._rings.append(self._coordinates(text))
        elif name == "coord":
            self._track.append(_COMMA.sub(",", ",".join(text.split())))
        elif name in ("Point", "LineString") or (name == "LinearRing" and parent not in ("outerBoundaryIs", "innerBoundaryIs")):
            self._add(Drawn("Point" if name == "Point" else "LineString", tuple((ring,) for ring in self._rings[:1] if len(ring))))
        elif name == "LinearRing":
            self._outer.append((parent == "outerBoundaryIs", self._rings[0] if self._rings else np.empty((0, 2))))
        elif name == "Polygon":
            self._add(self._polygon())
        elif name == "Track":
            line = self._coordinates(" ".join(self._track))
            self._add(Drawn("LineString", ((line,),) if len(line) else ()))
        elif name == "Model":
            self._add(Drawn("Other"))
        elif name == "MultiGeometry" and len(self._collected) > 1:
            self._add(_together(self._collected.pop()))

    def _put(self, field: str, text: str) -> None:
        if self._attributes is not None:
            kept = storable(text)
            self._attributes[storable(field)] = kept or None
            self.replaced += kept != text

    def _add(self, drawn: Drawn) -> None:
        if self._collected:
            self._collected[-1].append(drawn)

    def _polygon(self) -> Drawn:
        self._counter.check_rings(len(self._outer))
        parts: list[list[Coordinates]] = []
        for is_shell, ring in sorted(self._outer, key=lambda pair: not pair[0]):
            if is_shell or not parts:
                parts.append([ring])
            else:
                parts[-1].append(ring)
        filled = tuple(tuple(part) for part in parts if any(len(ring) for ring in part))
        return Drawn("Polygon" if len(filled) <= 1 else "MultiPolygon", filled)

    def _coordinates(self, text: str) -> Coordinates:
        """``lon,lat[,height]`` separated by blanks; blanks around commas are forgiven."""
        rows: list[list[float]] = []
        for token in _COMMA.sub(",", text).split():
            numbers = [_number(part) for part in token.split(",")]
            if len(numbers) < 2 or any(number is None for number in numbers[:3]):
                self._unreadable = self._unreadable or token
                return np.empty((0, 2))
            rows.append([n for n in numbers[:3] if n is not None])
        self._counter.add_vertices(len(rows))
        if not rows:
            return np.empty((0, 2))
        width = max(map(len, rows))
        return np.array([row if len(row) == width else [*row, math.nan] for row in rows])

    def _finish(self) -> None:
        index = len(self.features)
        attributes = self._attributes or {}
        folders = " / ".join(name for name in self._folders if name)
        if folders and "folder" not in attributes:
            attributes["folder"] = storable(folders)
        self.fields.update(dict.fromkeys(attributes))
        self._counter.check_table(1, len(self.fields))
        pieces = self._collected[0] if self._collected else []
        drawn = None if not pieces else pieces[0] if len(pieces) == 1 else _together(pieces)
        feature = RawFeature(index, attributes, None if self._unreadable is not None else drawn)
        if self._unreadable is not None:
            feature.defects.append(describe("coordinate_unreadable", index, text=self._unreadable))
        self.features.append(feature)
        self._attributes, self._collected = None, []


def _together(pieces: list[Drawn]) -> Drawn:
    """Pieces of one kind as a multi geometry, mixed ones as a collection."""
    kinds = {piece.kind for piece in pieces}
    parts = tuple(part for piece in pieces for part in piece.parts)
    if kinds and kinds <= {"Polygon", "MultiPolygon"}:
        return Drawn("MultiPolygon", parts)
    if kinds and kinds <= {"Point", "MultiPoint"}:
        return Drawn("MultiPoint", parts)
    if kinds and kinds <= {"LineString", "MultiLineString"}:
        return Drawn("MultiLineString", parts)
    return Drawn("GeometryCollection", members=tuple(pieces))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
