"""Shapefiles in a zip: shapes ring by ring as drawn, without closing, turning or moving any.

Read here and not through GDAL, which closes rings and moves holes between shells before anybody could be told; the
tests compare the two on whatever GDAL writes.
Source: ESRI Shapefile Technical Description (July 1998).
"""

import struct
from itertools import pairwise
from pathlib import PurePosixPath

import numpy as np
import shapely

from wangge.spatial_files.archive import Archive
from wangge.spatial_files.dbf import Table, read_table
from wangge.spatial_files.defects import describe
from wangge.spatial_files.drawn import Drawn, Kind, plane
from wangge.spatial_files.errors import FileDamaged, NoLayer, ShapefileIncomplete
from wangge.spatial_files.layers import Counter, LayerChoice, RawFeature, RawLayer, SeveralLayers
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.measure import Coordinates

FILE_CODE = struct.pack(">i", 9994)
_HEADER_BYTES = 100
_NULL, _MULTIPATCH = 0, 31
_POINTS, _LINES, _POLYGONS, _MULTIPOINTS = {1, 11, 21}, {3, 13, 23}, {5, 15, 25}, {8, 18, 28}
_WITH_Z = {11, 13, 15, 18}
_MAX_WKT_BYTES = 20_000


def read_shapefile(archive: Archive, limits: Limits, *, layer: str | None = None, asked_encoding: str | None = None) -> RawLayer:
    """One Shapefile of an archive.

    Args:
        archive: Where the .shp and its companions are, in any folder, with names in any case.
        limits: Bounds.
        layer: Path without ``.shp``, needed when there are several.
        asked_encoding: What a person said the attribute table is in.

    Raises:
        ShapefileIncomplete: no .shp.
        FileDamaged: the .shp is cut off or contradicts itself.
        NoLayer, SeveralLayers: ``layer`` is not there, or is needed.
        TooManyFeatures, TooManyVertices, ZipTooLarge: more than the limits.
    """
    shapes = {path[: -len(".shp")]: path for path in archive.paths if path.lower().endswith(".shp")}
    if not shapes:
        found = "、".join(PurePosixPath(path).name for path in archive.paths[:8])[:200] or "—"
        raise ShapefileIncomplete(found=found)
    if layer is None and len(shapes) > 1:
        raise SeveralLayers([LayerChoice(stem, None) for stem in sorted(shapes)])
    stem = layer if layer is not None else next(iter(shapes))
    if stem not in shapes:
        raise NoLayer(layer=f" {stem[:60]}", found="、".join(sorted(shapes))[:300])
    companions = {PurePosixPath(path).suffix.lower(): path for path in archive.paths if _stem_of(path).lower() == stem.lower()}

    def companion(suffix: str) -> bytes | None:
        return archive.read(companions[suffix]) if suffix in companions else None

    raw = RawLayer("shapefile", stem, [], [])
    drawn = read_shapes(archive.read(shapes[stem]), limits)
    prj = companion(".prj")
    if prj is not None and prj.strip() and len(prj) <= _MAX_WKT_BYTES:
        raw.declared, raw.declared_is_wkt = prj.decode("utf-8-sig", "replace").strip("\x00 \r\n\t"), True
    cpg, dbf = companion(".cpg"), companion(".dbf")
    table: Table | None = None
    if dbf is None:
        raw.defects.append(describe("attributes_missing"))
    else:
        declared = cpg.decode("ascii", "replace").strip() if cpg is not None else None
        table = read_table(dbf, limits, declared=declared, asked=asked_encoding)
        raw.encoding, raw.fields = table.encoding, table.fields
        raw.defects.extend(table.defects)
        if len(table.rows) != len(drawn) and not any(d.code == "attributes_unreadable" for d in table.defects):
            raw.defects.append(describe("attributes_mismatch", rows=len(table.rows), shapes=len(drawn)))
    deleted = 0
    for index, shape in enumerate(drawn):
        row = table.rows[index] if table is not None and index < len(table.rows) else {}
        if row is None:
            deleted += 1
            continue
        raw.features.append(RawFeature(index, row, shape))
    if deleted:
        raw.defects.append(describe("rows_deleted", count=deleted))
    return raw


def _stem_of(path: str) -> str:
    pure = PurePosixPath(path)
    return path[: len(path) - len(pure.suffix)]


def read_shapes(data: bytes, limits: Limits) -> list[Drawn | None]:
    """The shapes of a .shp in order; None for null shapes, ``Other`` for multipatches.

    A Shapefile's shells run clockwise; here they come counter-clockwise, as everywhere else, and a ring drawn against
    the Shapefile's rule comes against ours.

    Raises:
        FileDamaged, TooManyFeatures, TooManyVertices.
    """
    if len(data) < _HEADER_BYTES or not data.startswith(FILE_CODE):
        raise FileDamaged(what_zh=".shp 文件头不完整或不是 Shapefile", what_en="the .shp has no proper header")
    counter = Counter(limits)
    out: list[Drawn | None] = []
    position = _HEADER_BYTES
    while position < len(data):
        if len(data) - position < 12:
            if not any(data[position:]):
                break  # padding
            raise _cut(len(out))
        (words,) = struct.unpack_from(">i", data, position + 4)
        end = position + 8 + 2 * words
        if words < 2 or end > len(data):
            raise _cut(len(out))
        counter.add_feature()
        try:
            out.append(_shape(data[position + 8 : end], counter))
        except (struct.error, ValueError, IndexError) as exc:
            raise _cut(len(out)) from exc
        position = end
    return out


def _cut(count: int) -> FileDamaged:
    return FileDamaged(
        what_zh=f".shp 在第 {count + 1} 个图形处中断或数据矛盾", what_en=f"the .shp ends or contradicts itself at shape {count + 1}"
    )


def _shape(content: bytes, counter: Counter) -> Drawn | None:
    """One record's content; ValueError or struct.error when it is shorter than it says."""
    (kind,) = struct.unpack_from("<i", content)
    if kind == _NULL:
        return None
    if kind == _MULTIPATCH:
        return Drawn("Other")
    with_z = kind in _WITH_Z
    if kind in _POINTS:
        counter.add_vertices(1)
        values = _doubles(content, 4, 3 if with_z else 2)
        return Drawn("Point", ((values.reshape(1, -1),),))
    if kind in _MULTIPOINTS:
        (count,) = struct.unpack_from("<i", content, 36)
        points = _points(content, 40, count, with_z, counter)
        return Drawn("MultiPoint", tuple((points[i : i + 1],) for i in range(len(points))))
    if kind not in _LINES | _POLYGONS:
        raise ValueError(kind)
    part_count, count = struct.unpack_from("<ii", content, 36)
    if part_count < 0 or count < 0 or 44 + 4 * part_count > len(content):
        raise ValueError(part_count)
    counter.check_rings(part_count)
    starts = [*struct.unpack_from(f"<{part_count}i", content, 44), count]
    points = _points(content, 44 + 4 * part_count, count, with_z, counter)
    if any(not 0 <= a <= b <= count for a, b in pairwise(starts)):
        raise ValueError(starts[:3])
    pieces = [points[a:b] for a, b in pairwise(starts)]
    if kind in _LINES:
        name: Kind = "LineString" if part_count == 1 else "MultiLineString"
        return Drawn(name, tuple((piece,) for piece in pieces))
    parts = _polygons_of([piece[::-1] for piece in pieces])
    return Drawn("Polygon" if len(parts) <= 1 else "MultiPolygon", tuple(tuple(part) for part in parts))


def _doubles(content: bytes, offset: int, count: int) -> Coordinates:
    if count < 0 or offset + 8 * count > len(content):
        raise ValueError(count)
    return np.frombuffer(content, dtype="<f8", count=count, offset=offset).astype(np.float64)


def _points(content: bytes, offset: int, count: int, with_z: bool, counter: Counter) -> Coordinates:
    if count < 0 or offset + 16 * count > len(content):
        raise ValueError(count)
    counter.add_vertices(count)
    points = _doubles(content, offset, 2 * count).reshape(-1, 2)
    if not with_z:
        return points
    heights = _doubles(content, offset + 16 * count + 16, count)
    return np.column_stack([points, heights])


def _polygons_of(rings: list[Coordinates]) -> list[list[Coordinates]]:
    """Rings to polygons: a counter-clockwise ring is a shell, a clockwise one the hole of the smallest shell around it.

    A hole in no shell stays with the last shell before it, where it is then found as a defect. When no ring is a shell,
    each ring is one, drawn against the rule.
    """
    areas = [_signed_area(ring) for ring in rings]
    if len(rings) <= 1 or not any(area > 0 for area in areas):
        return [[ring] for ring in rings]
    shells = [i for i, area in enumerate(areas) if area >= 0]
    parts = {i: [rings[i]] for i in shells}
    holes = [i for i, area in enumerate(areas) if area < 0]
    if len(shells) == 1:
        parts[shells[0]].extend(rings[i] for i in holes)
        return list(parts.values())
    owner = dict[int, int]()
    usable = [i for i in shells if len(rings[i]) >= 4 and np.isfinite(plane(rings[i])).all()]
    usable_holes = [i for i in holes if len(rings[i]) and np.isfinite(plane(rings[i])).all()]
    if usable and usable_holes:
        tree = shapely.STRtree([shapely.Polygon(plane(rings[i])) for i in usable])
        firsts = shapely.points([plane(rings[i])[0] for i in usable_holes])
        for hole, shell in tree.query(firsts, predicate="intersects").T:
            candidate, known = usable[shell], owner.get(usable_holes[hole])
            if known is None or areas[candidate] < areas[known]:
                owner[usable_holes[hole]] = candidate
    for i in holes:
        before = [shell for shell in shells if shell < i]
        parts[owner.get(i, before[-1] if before else shells[0])].append(rings[i])
    return list(parts.values())


def _signed_area(ring: Coordinates) -> float:
    """Twice the signed area in the file's own units; only its sign and order matter."""
    if len(ring) < 3:
        return 0.0
    with np.errstate(all="ignore"):
        x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
        area = float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) + x[-1] * y[0] - x[0] * y[-1])
    return area if np.isfinite(area) else 0.0
