"""SQL of vector tiles (Mapbox Vector Tile 2.1 by ``ST_AsMVT``). ``&&`` comes first, so that the spatial index is used."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.employers.reasons import COUNTED, REASONS_OF, UNCOVERED

POINTS_FROM_ZOOM = 13
CELLS_ACROSS = 64
ENVELOPE = "ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)"
OWNED_GRID = """exists (select from duties d where d.grid_id = g.id and d.valid_from <= china_today()
    and (d.valid_to is null or d.valid_to >= china_today()))"""

# Geometry is simplified to half a pixel of the zoom, in degrees.
GRIDS = f"""
    with box as (select {ENVELOPE} as wgs84, ST_TileEnvelope(:z, :x, :y) as web)
    select ST_AsMVT(t, 'grids', 4096, 'geom') from (
        select g.id::text as id, g.code, g.name, g.level, {OWNED_GRID} as has_owner,
               ST_AsMVTGeom(ST_Transform(ST_SimplifyPreserveTopology(g.geom, 0.35 / (2 ^ :z)), 3857), box.web, 4096, 64, true) as geom
        from grids g, box
        where g.geom && box.wgs84 and g.level = any(:levels) and g.valid_to is null
    ) t where t.geom is not null
"""
EMPLOYER_POINTS = f"""
    with box as (select {ENVELOPE} as wgs84, ST_TileEnvelope(:z, :x, :y) as web)
    select ST_AsMVT(t, 'employers', 4096, 'geom') from (
        select e.id::text as id, e.name, not {UNCOVERED} as covered, ({REASONS_OF})[1] as reason, e.review_state,
               ST_AsMVTGeom(ST_Transform(e.position, 3857), box.web, 4096, 64, true) as geom
        from employers e, box
        where e.position && box.wgs84 and {COUNTED}
    ) t where t.geom is not null
"""
# Low zooms: points counted in a lattice of cells over the tile, each cell drawn at the middle of its points.
EMPLOYER_CELLS = f"""
    with box as (select {ENVELOPE} as wgs84, ST_TileEnvelope(:z, :x, :y) as web),
    size as (select (ST_XMax(wgs84) - ST_XMin(wgs84)) / {CELLS_ACROSS} as lon,
             (ST_YMax(wgs84) - ST_YMin(wgs84)) / {CELLS_ACROSS} as lat from box)
    select ST_AsMVT(t, 'employers', 4096, 'geom') from (
        select count(*) as n, count(*) filter (where {UNCOVERED}) as uncovered,
               count(*) filter (where e.review_state = 'waiting_review') as waiting,
               ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(avg(ST_X(e.position)), avg(ST_Y(e.position))), 4326), 3857),
                            (select web from box), 4096, 64, true) as geom
        from employers e, box, size
        where e.position && box.wgs84 and {COUNTED}
        group by floor(ST_X(e.position) / size.lon), floor(ST_Y(e.position) / size.lat)
    ) t where t.geom is not null
"""


async def grid_tile(db: AsyncSession, z: int, x: int, y: int, levels: list[int]) -> bytes:
    """Grids of these levels in a tile."""
    return bytes(await db.scalar(text(GRIDS), {"z": z, "x": x, "y": y, "levels": levels}) or b"")


async def employer_tile(db: AsyncSession, z: int, x: int, y: int) -> bytes:
    """Employers in a tile: points from zoom 13, cells with counts below."""
    sql = EMPLOYER_POINTS if z >= POINTS_FROM_ZOOM else EMPLOYER_CELLS
    return bytes(await db.scalar(text(sql), {"z": z, "x": x, "y": y}) or b"")


async def extent(db: AsyncSession, paths: list[str]) -> list[float] | None:
    """``[west, south, east, north]`` of these grids, degrees."""
    sql = """
        select array[ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)]
        from (select ST_Extent(geom) as b from grids where path = any(cast(:paths as ltree[]))) s where b is not null
    """
    box: list[float] | None = await db.scalar(text(sql), {"paths": paths})
    return box
