"""Small spatial files made by hand, byte by byte where a library would not write what people send."""

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Sequence
from typing import Any

from wangge.spatial_files.features import NeedsAnswer, SpatialFile
from wangge.spatial_files.reading import read_spatial_file

Ring = Sequence[tuple[float, float]]
WGS84_PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
SQUARE: Ring = [(119.1, 36.7), (119.11, 36.7), (119.11, 36.71), (119.1, 36.71), (119.1, 36.7)]


def square(lon: float = 119.1, lat: float = 36.7, side: float = 0.01) -> list[tuple[float, float]]:
    """A counter-clockwise closed ring."""
    return [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat)]


def geojson(*geometries: Any, properties: Sequence[dict[str, Any]] | None = None, **extra: Any) -> bytes:
    rows = properties or [{"code": str(i)} for i in range(len(geometries))]
    features = [{"type": "Feature", "properties": row, "geometry": geometry} for row, geometry in zip(rows, geometries, strict=True)]
    return json.dumps({"type": "FeatureCollection", **extra, "features": features}, ensure_ascii=False).encode()


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(position) for position in ring] for ring in rings]}


def kml_of(ring: Ring) -> str:
    text = " ".join(f"{x},{y},0" for x, y in ring)
    shell = f"<outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>鄌郚镇</name><Polygon>{shell}</Polygon></Placemark></kml>'


def point(*position: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(position)}


def shp(*records: bytes, kind: int = 5) -> bytes:
    body = b"".join(struct.pack(">ii", i + 1, len(r) // 2) + r for i, r in enumerate(records))
    return struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + struct.pack("<ii8d", 1000, kind, *[0.0] * 8) + body


def shp_polygon(*rings: Ring, kind: int = 5) -> bytes:
    """Rings in the order given: clockwise ones are shells to a Shapefile."""
    points = [p for ring in rings for p in ring]
    starts, total = [], 0
    for ring in rings:
        starts.append(total)
        total += len(ring)
    record = struct.pack("<i4dii", kind, 0, 0, 0, 0, len(rings), total) + struct.pack(f"<{len(starts)}i", *starts)
    record += b"".join(struct.pack("<2d", *p[:2]) for p in points)
    if kind == 15:
        record += struct.pack("<2d", 0, 0) + b"".join(struct.pack("<d", 12.5) for _ in points)
    return record


def dbf(
    fields: Sequence[tuple[bytes, str, int]], rows: Sequence[Sequence[bytes]], *, driver: int = 0, deleted: Sequence[int] = ()
) -> bytes:
    width = 1 + sum(size for _, _, size in fields)
    head = struct.pack("<B3BIHH", 3, 124, 1, 1, len(rows), 33 + 32 * len(fields), width) + b"\0" * 17 + bytes([driver]) + b"\0\0"
    for name, kind, size in fields:
        head += name.ljust(11, b"\0")[:11] + kind.encode() + b"\0" * 4 + bytes([size]) + b"\0" * 15
    body = b""
    for number, row in enumerate(rows):
        body += b"*" if number in deleted else b" "
        body += b"".join(value.ljust(size)[:size] for value, (_, _, size) in zip(row, fields, strict=True))
    return head + b"\r" + body + b"\x1a"


def zipped(files: dict[str, bytes], *, mark_utf8: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def shapefile(
    shapes: bytes | None = None, table: bytes | None = None, *, stem: str = "a", prj: str | None = WGS84_PRJ, cpg: str | None = None
) -> bytes:
    files = {f"{stem}.shp": shp(shp_polygon(SQUARE[::-1])) if shapes is None else shapes}
    if table is not None:
        files[f"{stem}.dbf"] = table
    if prj is not None:
        files[f"{stem}.prj"] = prj.encode()
    if cpg is not None:
        files[f"{stem}.cpg"] = cpg.encode()
    return zipped(files)


def geopackage(statements: str, rows: Sequence[tuple[str, tuple[Any, ...]]] = (), *, srs_id: int = 4326, table: str = "areas") -> bytes:
    """A minimal GeoPackage; ``statements`` make further things."""
    with sqlite3.connect(":memory:") as db:
        db.executescript(
            f"""
            CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
              organization_coordsys_id INTEGER, definition TEXT, description TEXT);
            INSERT INTO gpkg_spatial_ref_sys VALUES ('a', 4326, 'EPSG', 4326, '', ''), ('b', 4549, 'EPSG', 4549, '', '');
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z, m);
            INSERT INTO gpkg_geometry_columns VALUES ('{table}', 'geom', 'POLYGON', {srs_id}, 0, 0);
            {statements}
            """
        )
        for sql, values in rows:
            db.execute(sql, values)
        db.commit()
        return db.serialize()


def gpkg_blob(wkb: bytes) -> bytes:
    return b"GP\0\x01" + struct.pack("<i", 4326) + wkb


def read(data: bytes, name: str = "a.geojson", datum: str | None = None, **more: Any) -> SpatialFile:
    """The file; a question fails the test."""
    found = read_spatial_file(data, name, datum, **more)
    assert isinstance(found, SpatialFile), found
    return found


def ask(data: bytes, name: str = "a.geojson", datum: str | None = None, **more: Any) -> NeedsAnswer:
    """The question; an answer fails the test."""
    found = read_spatial_file(data, name, datum, **more)
    assert isinstance(found, NeedsAnswer), found
    return found


def codes(file: SpatialFile) -> list[str]:
    return [defect.code for defect in file.all_defects()]
