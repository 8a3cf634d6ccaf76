"""SQL of vector tiles (Mapbox Vector Tile 2.1 by ``ST_AsMVT``).

The box of the tile comes as numbers and ``&&`` stands first: with constants the planner knows how many rows to expect, and
``&&`` is marked LEAKPROOF, so the spatial index is used under row-level security too (cluster/bootstrap.sql).
"""

from dataclasses import asdict

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.employers.reasons import COUNTED, REASONS_OF, UNCOVERED
from wangge.maps.rules import POINTS_FROM_ZOOM, levels_at, tile_box

CELLS_ACROSS = 32
BOX = "ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
# A point on the edge between two tiles is in one of them only, so that no employer is counted twice.
INSIDE = "ST_X(e.position) < :east and ST_Y(e.position) > :south"
OWNED_GRID = """exists (select from duties d where d.grid_id = g.id and d.valid_from <= china_today()
    and (d.valid_to is null or d.valid_to >= china_today()))"""

# Shapes are simplified to half a pixel of a 512 px tile, in degrees, before they are cut to the tile.
SIMPLIFY_TO = 1 / 1024
GRIDS = f"""
    select ST_AsMVT(t, 'grids', 4096, 'geom') from (
        select g.id::text as id, g.code, g.name, g.level, {OWNED_GRID} as has_owner,
               ST_AsMVTGeom(ST_Transform(ST_SimplifyPreserveTopology(g.geom, :tolerance_deg), 3857),
                            ST_TileEnvelope(:z, :x, :y), 4096, 64, true) as geom
        from grids g
        where g.geom && {BOX} and g.level = any(:levels) and g.valid_to is null
    ) t where t.geom is not null
"""
EMPLOYER_POINTS = f"""
    select ST_AsMVT(t, 'employers', 4096, 'geom') from (
        select e.id::text as id, e.name, not {UNCOVERED} as covered, ({REASONS_OF})[1] as reason, e.review_state, e.on_key_list, e.grade,
               e.on_key_list and exists (select from key_list_entries k where k.employer_id = e.id and k.left_on is null
                                         and k.must_acknowledge) as is_pressing,
               ST_AsMVTGeom(ST_Transform(e.position, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 0, false) as geom
        from employers e
        where e.position && {BOX} and {INSIDE} and {COUNTED}
    ) t where t.geom is not null
"""
# Low zooms: points counted in a lattice of cells over the tile, each cell drawn at the middle of its points. Each point is
# read once ("offset 0" keeps the planner from asking for it again in every expression), and cells are told apart by one
# number, so that they are hashed and not sorted. A point on the north edge is one row further up: hence the "+ 1".
EMPLOYER_CELLS = f"""
    select ST_AsMVT(t, 'employers', 4096, 'geom') from (
        select n, uncovered, waiting,
               ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857), ST_TileEnvelope(:z, :x, :y),
                            4096, 0, false) as geom
        from (
            select count(*) as n, count(*) filter (where is_uncovered) as uncovered, count(*) filter (where is_waiting) as waiting,
                   avg(lon) as lon, avg(lat) as lat
            from (
                select ST_X(e.position) as lon, ST_Y(e.position) as lat, {UNCOVERED} as is_uncovered,
                       e.review_state = 'waiting_review' as is_waiting
                from employers e
                where e.position && {BOX} and {COUNTED} offset 0
            ) points
            where lon < :east and lat > :south
            group by (floor((lon - :west) * :cells_a_degree_lon) * {CELLS_ACROSS + 1} + floor((lat - :south) * :cells_a_degree_lat))::int
        ) cells
    ) t where t.geom is not null
"""


async def grid_tile(db: AsyncSession, z: int, x: int, y: int) -> bytes:
    """The grids of a tile, of the levels that its zoom shows."""
    values = {"z": z, "x": x, "y": y, "levels": levels_at(z), "tolerance_deg": 360 / 2**z * SIMPLIFY_TO, **asdict(tile_box(z, x, y))}
    return bytes(await db.scalar(text(GRIDS), values) or b"")


async def employer_tile(db: AsyncSession, z: int, x: int, y: int) -> bytes:
    """The employers of a tile: points from zoom 13, cells with counts below."""
    box = tile_box(z, x, y)
    values = {"z": z, "x": x, "y": y, **asdict(box)}
    if z >= POINTS_FROM_ZOOM:
        return bytes(await db.scalar(text(EMPLOYER_POINTS), values) or b"")
    values["cells_a_degree_lon"] = CELLS_ACROSS / (box.east - box.west)
    values["cells_a_degree_lat"] = CELLS_ACROSS / (box.north - box.south)
    return bytes(await db.scalar(text(EMPLOYER_CELLS), values) or b"")


async def extent(db: AsyncSession, paths: list[str]) -> list[float] | None:
    """``[west, south, east, north]`` of these grids, degrees."""
    sql = """
        select array[ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)]
        from (select ST_Extent(geom) as b from grids where path = any(cast(:paths as ltree[])) and valid_to is null) s
        where b is not null
    """
    box: list[float] | None = await db.scalar(text(sql), {"paths": paths})
    return box
