"""GeoJSON as people really write it: with a byte order mark, in GBK, with the old ``crs`` member, NaN, ragged positions.

Source: RFC 7946; the ``crs`` member of the 2008 specification; RFC 8142 (text sequences).
"""

import json
import math
from typing import Any

import numpy as np

from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.drawn import Drawn
from wangge.spatial_files.errors import FileDamaged, TooManyVertices
from wangge.spatial_files.layers import Attributes, Counter, RawFeature, RawLayer, Value
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.measure import Coordinates
from wangge.spatial_files.texts import Encoding, storable

_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_MAX_COLLECTION_DEPTH = 20
_SEPARATOR = "\x1e"  # RFC 8142


class _UnreadableCoordinate(Exception):
    def __init__(self, value: Any) -> None:
        self.text = str(value)[:40]


def read_geojson(text: str, encoding: Encoding, name: str, limits: Limits) -> RawLayer:
    """One layer from the text of a GeoJSON file; a bare geometry or feature is a layer of one.

    Raises:
        FileDamaged: not JSON to its end, or JSON that is not GeoJSON.
        TooManyFeatures, TooManyVertices: more than the limits.
    """
    # Each list of JSON takes far more memory than its text: count before parsing.
    if text.count("[") > 2 * limits.max_vertices or text.count(",") > 4 * limits.max_vertices + 64 * limits.max_features:
        raise TooManyVertices(limit=limits.max_vertices, what_zh="顶点", what_en="vertices")
    layer = RawLayer("geojson", name, [], [], encoding)
    documents = _parse(text)
    counter, fields = Counter(limits), dict[str, None]()
    odd_properties = unstorable = 0
    for document in documents:
        items = _features_of(document)
        _declared(document, layer)
        for item in items:
            counter.add_feature()
            index = len(layer.features)
            feature = RawFeature(index, {}, None)
            layer.features.append(feature)
            if not isinstance(item, dict):
                odd_properties += 1
                continue
            is_feature = item.get("type") == "Feature" or ("geometry" in item and "coordinates" not in item)
            properties = item.get("properties") if is_feature else None
            if properties is not None and not isinstance(properties, dict):
                odd_properties += 1
                properties = None
            feature.attributes, replaced = _attributes(properties or {}, item.get("id") if is_feature else None)
            unstorable += replaced
            fields.update(dict.fromkeys(feature.attributes))
            counter.check_table(1, len(fields))
            feature.drawn, defect = _drawn(item.get("geometry") if is_feature else item, index, counter)
            if defect:
                feature.defects.append(defect)
    if odd_properties:
        layer.defects.append(describe("attributes_not_an_object", count=odd_properties))
    if unstorable:
        layer.defects.append(describe("attribute_unstorable", count=unstorable))
    layer.fields = list(fields)
    return layer


def _parse(text: str) -> list[Any]:
    """The JSON documents of a text: one, or one a line."""
    try:
        try:
            return [json.loads(text)]
        except json.JSONDecodeError as exc:
            lines = [line for line in text.replace(_SEPARATOR, "\n").splitlines() if line.strip()]
            if len(lines) < 2 or not all(line.strip()[0] == "{" and line.strip()[-1] == "}" for line in lines):
                raise
            try:
                return [json.loads(line) for line in lines]
            except json.JSONDecodeError:
                raise exc from None
    except json.JSONDecodeError as exc:
        at_end = exc.pos >= len(text.rstrip()) - 1 or exc.msg.startswith("Unterminated")
        if at_end:
            zh, en = f"内容在第 {exc.lineno} 行第 {exc.colno} 列中断", f"it ends at line {exc.lineno}, column {exc.colno}"
        else:
            zh = f"第 {exc.lineno} 行第 {exc.colno} 列不是有效的 JSON"
            en = f"line {exc.lineno}, column {exc.colno} is not JSON"
        raise FileDamaged(what_zh=zh, what_en=en) from exc
    except (RecursionError, ValueError) as exc:  # absurd nesting; a number of thousands of digits
        raise FileDamaged(what_zh="JSON 嵌套过深或数字过长", what_en="the JSON nests too deeply or has absurd numbers") from exc


def _features_of(document: Any) -> list[Any]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        found: list[Any] = document["features"]
        return found
    if kind == "Feature" or kind in _DEPTH or kind == "GeometryCollection":
        return [document]
    if kind == "Topology":
        raise FileDamaged(what_zh="这是 TopoJSON，请另存为 GeoJSON", what_en="it is TopoJSON; save it as GeoJSON")
    raise FileDamaged(what_zh="是 JSON，但不是 GeoJSON（没有 features）", what_en="it is JSON but not GeoJSON (no features)")


def _declared(document: Any, layer: RawLayer) -> None:
    """The coordinate system: the old crs member if there is one, else WGS 84 by RFC 7946."""
    if layer.declared is not None and not layer.by_format:
        return
    if "crs" not in document:
        layer.declared, layer.by_format = "EPSG:4326", True
        return
    crs = document["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    name = properties.get("name") or (f"EPSG:{properties['code']}" if "code" in properties else None)
    # An explicit null, or a link that we do not follow, says that it is not WGS 84 and not what it is.
    layer.declared, layer.by_format = (str(name)[:200] if name else None), False


def _attributes(properties: dict[str, Any], id_: Any) -> tuple[Attributes, int]:
    out: Attributes = {}
    replaced = 0

    def clean(value: str) -> str:
        nonlocal replaced
        kept = storable(value)
        replaced += kept != value
        return kept

    for key, value in properties.items():
        out[clean(str(key))] = _value(value, clean)
    if id_ is not None and "id" not in out and isinstance(id_, (str, int, float)):
        out["id"] = _value(id_, clean)
    return out, replaced


def _value(value: Any, clean: Any) -> Value:
    if isinstance(value, str):
        return str(clean(value))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    return str(clean(json.dumps(value, ensure_ascii=False)))


def _drawn(geometry: Any, index: int, counter: Counter) -> tuple[Drawn | None, Defect | None]:
    if geometry is None:
        return None, None
    try:
        return _geometry(geometry, counter, 0), None
    except _UnreadableCoordinate as exc:
        return None, describe("coordinate_unreadable", index, text=exc.text)


def _geometry(geometry: Any, counter: Counter, depth: int) -> Drawn:
    if not isinstance(geometry, dict):
        raise _UnreadableCoordinate(geometry)
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list) or depth >= _MAX_COLLECTION_DEPTH:
            raise _UnreadableCoordinate(kind)
        counter.check_rings(len(members))
        return Drawn("GeometryCollection", members=tuple(_geometry(member, counter, depth + 1) for member in members if member))
    if not isinstance(kind, str) or kind not in _DEPTH:
        raise _UnreadableCoordinate(kind)
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise _UnreadableCoordinate(coordinates)
    if not coordinates:
        return Drawn(kind)  # type: ignore[arg-type]  # a key of _DEPTH
    match kind:
        case "Point":
            parts = [[_positions([coordinates], counter)]]
        case "MultiPoint":
            parts = [[_positions([position], counter)] for position in coordinates]
        case "LineString":
            parts = [[_positions(coordinates, counter)]]
        case "MultiLineString":
            parts = [[_positions(line, counter)] for line in coordinates]
        case "Polygon":
            parts = [_rings(coordinates, counter)]
        case _:
            parts = [_rings(polygon, counter) for polygon in coordinates]
    counter.check_rings(sum(len(part) for part in parts) if _DEPTH[kind] > 1 else 1)
    return Drawn(kind, tuple(tuple(part) for part in parts if part))  # type: ignore[arg-type]


def _rings(rings: Any, counter: Counter) -> list[Coordinates]:
    if not isinstance(rings, list):
        raise _UnreadableCoordinate(rings)
    return [_positions(ring, counter) for ring in rings]


def _positions(positions: Any, counter: Counter) -> Coordinates:
    """Positions as an array ``(n, 2)`` or ``(n, 3)``; a null is NaN."""
    if not isinstance(positions, list):
        raise _UnreadableCoordinate(positions)
    counter.add_vertices(len(positions))
    if not positions:
        return np.empty((0, 2))
    widths = set()
    for position in positions:
        if not isinstance(position, list) or len(position) < 2:
            raise _UnreadableCoordinate(position)
        widths.add(min(len(position), 3))
    width = max(widths)
    rows: list[list[float]] = []
    for position in positions:
        row = [_number(value) for value in position[:width]]
        rows.append(row if len(row) == width else [*row, math.nan])
    return np.array(rows, dtype=np.float64)


def _number(value: Any) -> float:
    if type(value) is float:
        return value
    if value is None:
        return math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    raise _UnreadableCoordinate(value)
