"""Read vector tiles (Mapbox Vector Tile 2.1) in tests: just enough of protobuf to see which features are in them."""

from collections.abc import Iterator
from struct import unpack
from typing import Any


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
        else:
            size, at = _varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            yield number, data[at : at + size]
            at += size


def _value(data: bytes) -> Any:
    number, raw = next(_fields(data))
    match number:
        case 1:
            return raw.decode()
        case 2:
            return unpack("<f", raw)[0]
        case 3:
            return unpack("<d", raw)[0]
        case 6:
            return (raw >> 1) ^ -(raw & 1)
        case 7:
            return bool(raw)
        case _:
            return raw


def _numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        number, at = _varint(data, at)
        found.append(number)
    return found


def features_of(tile: bytes, layer: str) -> list[dict[str, Any]]:
    """The properties of each feature of a layer, with its drawing commands as ``_geometry``."""
    found = []
    for number, raw in _fields(tile):
        if number != 3:
            continue
        fields = list(_fields(raw))
        if next(v for n, v in fields if n == 1).decode() != layer:
            continue
        keys = [v.decode() for n, v in fields if n == 3]
        values = [_value(v) for n, v in fields if n == 4]
        for _, feature in (f for f in fields if f[0] == 2):
            tags = _numbers(b"".join(v for n, v in _fields(feature) if n == 2))
            properties = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
            geometry = _numbers(b"".join(v for n, v in _fields(feature) if n == 4))
            found.append({**properties, "_geometry": geometry})
    return found


def point_of(feature: dict[str, Any]) -> tuple[int, int]:
    """Where in the tile a point stands, 0 to 4095 from the north-west."""
    x, y = feature["_geometry"][1:3]
    return (x >> 1) ^ -(x & 1), (y >> 1) ^ -(y & 1)
