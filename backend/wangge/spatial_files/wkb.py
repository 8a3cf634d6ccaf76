"""Polygons of well-known binary whose rings do not close: GEOS does not hold them, and mending needs consent.

Source: OGC 06-103r4, clause 8; the Z flag of both ISO (1000 added) and EWKB (0x80000000).
"""

import struct

import numpy as np

from wangge.spatial_files.drawn import Drawn
from wangge.spatial_files.measure import Coordinates

_POLYGON, _MULTIPOLYGON = 3, 6
_EWKB_Z, _EWKB_M = 0x80000000, 0x40000000


def read_polygons(wkb: bytes) -> Drawn | None:
    """A polygon or multipolygon as drawn; None for any other kind.

    Raises:
        ValueError, struct.error: the bytes end early or contradict themselves.
    """
    kind, _, _, _ = _header(wkb, 0)
    if kind == _POLYGON:
        return Drawn("Polygon", (_polygon(wkb, 0)[0],))
    if kind != _MULTIPOLYGON:
        return None
    _, _, order, position = _header(wkb, 0)
    (count,) = struct.unpack_from(f"{order}I", wkb, position)
    position += 4
    parts: list[tuple[Coordinates, ...]] = []
    for _ in range(min(count, len(wkb))):
        part, position = _polygon(wkb, position)
        parts.append(part)
    return Drawn("MultiPolygon", tuple(parts))


def _header(wkb: bytes, position: int) -> tuple[int, int, str, int]:
    """Kind without flags, values per position, byte order, and where the body begins."""
    order = "<" if wkb[position : position + 1] == b"\x01" else ">"
    (code,) = struct.unpack_from(f"{order}I", wkb, position + 1)
    plain = code & 0x0FFFFFFF
    width = 2 + bool(code & _EWKB_Z) + bool(code & _EWKB_M) + (0, 1, 1, 2)[min(plain // 1000, 3)]
    return plain % 1000, width, order, position + 5


def _polygon(wkb: bytes, position: int) -> tuple[tuple[Coordinates, ...], int]:
    kind, width, order, position = _header(wkb, position)
    if kind != _POLYGON:
        raise ValueError(kind)
    (rings,) = struct.unpack_from(f"{order}I", wkb, position)
    position += 4
    out: list[Coordinates] = []
    for _ in range(rings):
        (count,) = struct.unpack_from(f"{order}I", wkb, position)
        position += 4
        if position + 8 * width * count > len(wkb):
            raise ValueError(count)
        values = np.frombuffer(wkb, dtype=f"{order}f8", count=width * count, offset=position).reshape(count, width)
        out.append(values[:, : min(width, 3)].astype(np.float64))
        position += 8 * width * count
    return tuple(out), position
