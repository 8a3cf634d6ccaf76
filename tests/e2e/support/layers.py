"""Layers as departments send them, cut from the demo city's own grids: ``python layers.py FOLDER DATABASE_URL STREET_CODE``.

Writes into the folder:
- ``gbk_no_prj.zip``: the street's communities as a Shapefile in GBK, without .prj, in Gauss-Krüger metres (EPSG:4549);
- ``gcj02.geojson``: the same shifted to GCJ-02, with a coordinate reference that nobody declared;
- ``faulty.geojson``: the same with a bow tie in the first and an overlap into the second.
"""

import asyncio
import io
import json
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import asyncpg
import numpy as np
import pyogrio.raw
import shapely

from wangge.spatial_files.datums import GCJ02, from_wgs84, parse_datum


async def communities(url: str, street: str) -> list[tuple[str, str, shapely.Geometry]]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        """select c.code, c.name, ST_AsBinary(c.geom) as g from grids c join grids s on s.id = c.parent_id
           where s.code = $1 and c.valid_to is null order by c.code""",
        street,
    )
    await connection.close()
    return [(row["code"], row["name"], shapely.from_wkb(bytes(row["g"]))) for row in rows]


def collection(rows: list[tuple[str, str, shapely.Geometry]], **more: object) -> bytes:
    features = [
        {"type": "Feature", "properties": {"网格编码": code, "网格名称": name}, "geometry": shapely.geometry.mapping(shape)}
        for code, name, shape in rows
    ]
    return json.dumps({"type": "FeatureCollection", **more, "features": features}, ensure_ascii=False).encode()


def shapefile(rows: list[tuple[str, str, shapely.Geometry]]) -> bytes:
    packed = io.BytesIO()
    warnings.simplefilter("ignore")  # that it has no coordinate system is what we want
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as archive:
        path = Path(folder) / "社区.shp"
        pyogrio.raw.write(
            str(path),
            geometry=np.array([shapely.to_wkb(shape) for _, _, shape in rows], dtype=object),
            field_data=[np.array([r[0] for r in rows], dtype=object), np.array([r[1] for r in rows], dtype=object)],
            fields=np.array(["网格编码", "网格名称"], dtype=object),
            field_mask=[None, None],
            geometry_type="MultiPolygon",
            crs=None,
            driver="ESRI Shapefile",
            encoding="GBK",
        )
        for part in sorted(Path(folder).iterdir()):
            if part.suffix not in (".prj", ".cpg"):
                archive.writestr(part.name, part.read_bytes())
    return packed.getvalue()


def main(folder: Path, url: str, street: str) -> None:
    rows = asyncio.run(communities(url, street))
    metres = parse_datum("EPSG:4549")

    def to(datum: object) -> list[tuple[str, str, shapely.Geometry]]:
        return [(c, n, shapely.transform(s, lambda xy: from_wgs84(datum, np.ascontiguousarray(xy)))) for c, n, s in rows]  # type: ignore[arg-type]

    (folder / "gbk_no_prj.zip").write_bytes(shapefile(to(metres)))
    (folder / "gcj02.geojson").write_bytes(collection(to(GCJ02)))
    code, name, shape = rows[0]
    ring = shapely.get_coordinates(shapely.get_parts(shape)[0].exterior).tolist()
    # a loop thrown over a vertex, and a tongue of 30 m into whatever lies next to it
    x, y = ring[2]
    ring[2:3] = [[x, y], [x + 3e-4, y + 3e-4], [x + 3e-4, y - 3e-4], [x - 1e-4, y + 2e-4]]
    others = [r for r in rows[1:]]
    faulty = [(code, name, shapely.Polygon(ring)), *others]
    other_code, other_name, other = faulty[1]
    faulty[1] = (other_code, other_name, shapely.union(other, shapely.buffer(shapely.centroid(rows[2][2]), 4e-4)))
    (folder / "faulty.geojson").write_bytes(collection(faulty))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
