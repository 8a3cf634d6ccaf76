"""GeoPackages, read as the SQLite databases they are: plain feature tables only, within a time, from memory.

Views, virtual tables and triggers of a stranger's database are never run; a view could recurse without end.
Source: OGC 12-128r18 (GeoPackage 1.3), clauses 2.1.3 (geometry blob) and 2.1.5 (geometry columns).
"""

import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import shapely

from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.drawn import Drawn, of_shapely
from wangge.spatial_files.errors import FileDamaged, NoLayer
from wangge.spatial_files.layers import Attributes, Counter, LayerChoice, RawFeature, RawLayer, SeveralLayers, Value, unique_names
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.texts import storable

MAGIC = b"SQLite format 3\x00"
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_CHECK_EVERY_STEPS = 10_000
_WAL_BYTES = slice(18, 20)  # file format versions: 2 is WAL, which a database in memory cannot be
_MAX_VALUE_BYTES = 50_000_000


def read_geopackage(data: bytes, name: str, limits: Limits, *, layer: str | None = None) -> RawLayer:
    """One feature table of a GeoPackage.

    Args:
        data: The file.
        name: Its name without extension.
        limits: Bounds, ``max_query_s`` among them.
        layer: Table name, needed when there are several.

    Raises:
        FileDamaged: not a database, damaged, or slower than the limit.
        NoLayer, SeveralLayers: ``layer`` is not there, or is needed.
        TooManyFeatures, TooManyVertices: more than the limits.
    """
    with _opened(data, limits) as db:
        tables = _layers(db)
        if not tables:
            raise NoLayer(layer="", found="—")
        if layer is None and len(tables) > 1:
            raise SeveralLayers([LayerChoice(table, _count(db, table)) for table in tables])
        table = layer if layer is not None else next(iter(tables))
        if table not in tables:
            raise NoLayer(layer=f" {table[:60]}", found="、".join(tables)[:300])
        return _read_table(db, table, *tables[table], limits)


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[sqlite3.Connection]:
    deadline = time.monotonic() + limits.max_query_s
    copy = bytearray(data)
    if len(copy) > 20 and copy[_WAL_BYTES] == b"\x02\x02":
        copy[_WAL_BYTES] = b"\x01\x01"
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
            db.deserialize(bytes(copy))
            db.set_progress_handler(lambda: time.monotonic() > deadline, _CHECK_EVERY_STEPS)
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
            db.text_factory = lambda raw: storable(raw.decode("utf-8", "replace"))
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA query_only = ON")
            yield db
    except (sqlite3.Error, MemoryError, OverflowError, ValueError) as exc:
        interrupted = "interrupted" in str(exc)
        raise FileDamaged(
            what_zh="GeoPackage 读取超时" if interrupted else "GeoPackage 数据库无法读取",
            what_en="the GeoPackage takes too long to read" if interrupted else "the GeoPackage's database cannot be read",
        ) from exc


def _layers(db: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Plain feature tables with their geometry column and srs_id."""
    plain = {
        str(name).lower()
        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if sql and not str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
    }
    if "gpkg_geometry_columns" not in plain:
        return {}
    rows = db.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name LIMIT 1000").fetchall()
    return {str(table): (str(column), _whole(srs)) for table, column, srs in rows if str(table).lower() in plain}


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _count(db: sqlite3.Connection, table: str) -> int | None:
    try:
        return int(db.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])
    except sqlite3.Error:
        return None


def _read_table(db: sqlite3.Connection, table: str, column: str, srs_id: int, limits: Limits) -> RawLayer:
    raw = RawLayer("geopackage", table, [], [])
    raw.declared, raw.declared_is_wkt = _declared(db, srs_id)
    counter = Counter(limits)
    info = db.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    columns = [str(row[1]) for row in info]
    keys = {str(row[1]) for row in info if row[5]}
    if column not in columns:
        raise NoLayer(layer=f" {table[:60]}", found="—")
    kept = [name for name in columns if name != column and not (name in keys and name.lower() in ("fid", "ogc_fid", "id"))]
    counter.check_table(1, len(kept))
    raw.fields = unique_names(kept, raw.defects)
    selected = ", ".join(_quoted(name) for name in [column, *kept])
    replaced = 0
    for row in db.execute(f"SELECT {selected} FROM {_quoted(table)} ORDER BY rowid"):
        counter.add_feature()
        index = len(raw.features)
        counter.check_table(index + 1, len(kept))
        attributes: Attributes = {name: _value(value) for name, value in zip(raw.fields, row[1:], strict=True)}
        replaced += sum(isinstance(value, str) and "\ufffd" in value for value in attributes.values())
        drawn, defect = _geometry(row[0], index)
        if drawn is not None:
            counter.add_vertices(drawn.vertices)
            counter.check_rings(sum(len(part) for part in drawn.parts) if "Polygon" in drawn.kind else 1)
        raw.features.append(RawFeature(index, attributes, drawn, [defect] if defect else []))
    if replaced:
        raw.defects.append(describe("attribute_unstorable", count=replaced))
    return raw


def _declared(db: sqlite3.Connection, srs_id: int) -> tuple[str | None, bool]:
    """Name or WKT of the coordinate system; -1 and 0 are the standard's «undefined»."""
    if srs_id <= 0:
        return None, False
    try:
        row = db.execute(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs_id,)
        ).fetchone()
    except sqlite3.Error:
        row = None
    if row is None:
        return f"EPSG:{srs_id}", False
    organization, number, definition = row
    if str(organization).upper() == "EPSG" and isinstance(number, int) and number > 0:
        return f"EPSG:{number}", False
    return str(definition)[:20_000], True


def _value(value: Any) -> Value:
    if isinstance(value, bytes):
        return None
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, (str, int)):
        return value
    return str(value)


def _geometry(blob: Any, index: int) -> tuple[Drawn | None, Defect | None]:
    if blob is None:
        return None, None
    wkb = _wkb_of(blob) if isinstance(blob, bytes) else None
    if wkb is None:
        return None, describe("invalid_geometry", index, reason="GeoPackage blob")
    try:
        return of_shapely(shapely.from_wkb(wkb)), None
    except shapely.GEOSException as exc:
        if "closed" not in str(exc):
            return None, describe("invalid_geometry", index, reason=str(exc)[:60])
    opened = _open_rings(wkb)
    return opened, None if opened else describe("invalid_geometry", index, reason="ring")


def _wkb_of(blob: bytes) -> bytes | None:
    """The well-known binary behind a GeoPackage header; None when the header is wrong."""
    if len(blob) < 8 or blob[:2] != b"GP":
        return None
    envelope = _ENVELOPE_BYTES.get((blob[3] >> 1) & 7)
    return None if envelope is None else blob[8 + envelope :]


def _open_rings(wkb: bytes) -> Drawn | None:
    """A polygon whose rings do not close, which GEOS refuses to hold, read ring by ring."""
    from wangge.spatial_files.wkb import read_polygons

    try:
        return read_polygons(wkb)
    except (struct.error, ValueError):
        return None
