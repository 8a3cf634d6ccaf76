"""SQL of coverage."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where
from wangge.employers.reasons import COUNTED, OWNER_STATES, REASONS, REASONS_OF
from wangge.employers.repository import GRID_NAME
from wangge.maps.repository import BOX, CELLS_ACROSS, INSIDE, SIMPLIFY_TO

# What one row of grid_coverage says of each reason: the files' own counts, and all of them where nobody looks after the grid.
OF_GRID = {
    name: f"case when c.owner_state = '{OWNER_STATES[name]}' then c.total else 0 end" if name in OWNER_STATES else f"c.{name}"
    for name in REASONS
} | {"total": "c.total", "uncovered": "case when c.owner_state = 'owned' then c.uncovered else c.total end"}  # fmt: skip
SUMS = ", ".join(f"coalesce(sum({sql}), 0)::bigint as {name}" for name, sql in OF_GRID.items())
TOTALS = f"select {SUMS} from grid_coverage c where {{where}}"
# Summed up to the level below the parent; what lies in the parent itself belongs to no child.
CHILDREN = f"""
    with sums as materialized (
        select subpath(c.grid_path, 0, nlevel(cast(:parent as ltree)) + 1) as child_path, {SUMS} from grid_coverage c
        where {{where}} and nlevel(c.grid_path) > nlevel(cast(:parent as ltree)) group by 1
    )
    select json_build_object('id', g.id, 'code', g.code, 'name', g.name, 'level', g.level) as grid,
           {", ".join(f"coalesce(s.{name}, 0) as {name}" for name in OF_GRID)}
    from grids p join grids g on g.parent_id = p.id and g.valid_to is null left join sums s on s.child_path = g.path
    where p.path = cast(:parent as ltree) and p.valid_to is null
    order by g.code
"""
TREND = f"""
    select d.day, {", ".join(f"sum(d.{name})::bigint as {name}" for name in OF_GRID)}
    from coverage_days d join grids g on g.id = d.grid_id
    where g.path = any(cast(cast(:paths as text[]) as ltree[])) and g.valid_to is null and d.day > china_today() - cast(:days as int)
    group by d.day order by d.day
"""
ITEM = f"""
    e.id, e.employer_id, e.name, e.uscc, e.address, {GRID_NAME},
    case when e.position is not null then array[ST_X(e.position), ST_Y(e.position)] end as position, e.industry_code, e.employees,
    e.grade, e.on_key_list, e.review_state, e.last_visited_at, e.visit_due_on, {REASONS_OF} as reasons,
    case when cast(:lon as float8) is not null and e.position is not null
         then ST_Distance(e.position::geography, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography) end as distance_m
"""
POINT = "ST_SetSRID(ST_MakePoint(cast(:near_lon as float8), cast(:near_lat as float8)), 4326)"
METRES = f"ST_Distance(e.position::geography, {POINT}::geography)"
# The box around a point that holds everything within so many metres.
REACH = f"""
    select ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)
    from (select ST_Expand(ST_Buffer({POINT}::geography, cast(:metres as float8) * 1.01 + 1)::geometry, 1e-6) as b) s
"""
POINTS = f"""
    select ST_AsMVT(t, 'uncovered', 4096, 'geom') from (
        select e.id::text as id, e.name, ({REASONS_OF})[1] as reason, e.on_key_list,
               ST_AsMVTGeom(ST_Transform(e.position, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 0, false) as geom
        from coverage_subjects e where e.position && {BOX} and {INSIDE} and {{where}}
    ) t where t.geom is not null
"""
# As the employers' tile counts its cells (maps/repository.py): each point read once, cells told apart by one number.
CELLS = f"""
    select ST_AsMVT(t, 'uncovered', 4096, 'geom') from (
        select n, ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857), ST_TileEnvelope(:z, :x, :y),
                               4096, 0, false) as geom
        from (
            select count(*) as n, avg(lon) as lon, avg(lat) as lat
            from (select ST_X(e.position) as lon, ST_Y(e.position) as lat from coverage_subjects e
                  where e.position && {BOX} and {{where}} offset 0) points
            where lon < :east and lat > :south
            group by (floor((lon - :west) * :cells_a_degree_lon) * {CELLS_ACROSS + 1} + floor((lat - :south) * :cells_a_degree_lat))::int
        ) cells
    ) t where t.geom is not null
"""
# Each grid of a level with the counts of all that lies below it; ``share`` is of the uncovered, null without employers.
CHOROPLETH = f"""
    with shown as materialized (
        select g.id, g.name, g.level, g.path, g.geom, g.label from grids g where g.geom && {BOX} and g.level = :level and g.valid_to is null
    ),
    sums as materialized (select s.id, {SUMS} from shown s join grid_coverage c on c.grid_path <@ s.path group by s.id)
    select ST_AsMVT(t, 'coverage', 4096, 'geom') from (
        select s.id::text as id, s.name, s.level, {", ".join(f"n.{name}" for name in OF_GRID)},
               n.uncovered::float4 / nullif(n.total, 0) as share,
               ST_AsMVTGeom(ST_Transform(ST_SimplifyPreserveTopology(s.geom, :tolerance_deg), 3857), ST_TileEnvelope(:z, :x, :y),
                            4096, 64, true) as geom
        from shown s join sums n using (id)
    ) t where t.geom is not null
"""


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    return {"total": row["total"], "uncovered": row["uncovered"], "by_reason": {name: row[name] for name in REASONS}}


async def totals(db: AsyncSession, where: Where) -> dict[str, Any]:
    """Counts of the grids (``c``) that the conditions hold for."""
    return _counts(dict((await db.execute(text(TOTALS.format(where=where)), where.values)).mappings().one()))


async def child_counts(db: AsyncSession, where: Where, parent: str | None) -> list[dict[str, Any]]:
    """Counts of each child grid of a path; none without one (a supervisor with several grids)."""
    if parent is None:
        return []
    rows = await db.execute(text(CHILDREN.format(where=where)), {**where.values, "parent": parent})
    return [{"grid": r["grid"], **_counts(dict(r))} for r in rows.mappings()]


async def trend(db: AsyncSession, paths: list[str], days: int) -> list[dict[str, Any]]:
    """The kept days of these grids together, the last ``days`` of them."""
    rows = await db.execute(text(TREND), {"paths": paths, "days": days})
    return [{"day": r["day"], **_counts(dict(r))} for r in rows.mappings()]


async def count(db: AsyncSession, where: Where) -> int:
    """How many match."""
    return int(await db.scalar(text(f"select count(*) from coverage_subjects e where {where}"), where.values) or 0)


def _of_both(columns: str, where: Where, order: str) -> str:
    """The first ``:reach`` of the files and of what has no file yet, each in its own order: no index orders a union."""
    return " union all ".join(
        f"(select {columns} from {source} e where {held} order by {order} limit cast(:reach as bigint))"
        for source, held in (("employers", f"{COUNTED} and {where}"), ("coverage_besides", str(where)))
    )


async def ids(db: AsyncSession, where: Where, order: str, limit: int | None = None, offset: int = 0) -> list[UUID]:
    """The ids of all of them, in order, or of a stretch; ``order`` is one of ``order_by``."""
    expression, *direction = order.rsplit(" ", 3)
    sql = f"""
        select id from ({_of_both(f"e.id, {expression} as sorted", where, f"{order}, e.id")}) s
        order by sorted {" ".join(direction)}, id limit cast(:limit as bigint) offset :offset
    """
    reach = None if limit is None else limit + offset
    return list(await db.scalars(text(sql), {**where.values, "limit": limit, "offset": offset, "reach": reach}))


async def by_id(db: AsyncSession, wanted: list[UUID], near: list[float] | None = None) -> list[dict[str, Any]]:
    """These, in the order of the ids; one that may not be seen (any more) is left out."""
    sql = f"select {ITEM} from coverage_subjects e where e.id = any(cast(:ids as uuid[]))"
    lon, lat = near or (None, None)
    found = {r["id"]: dict(r) for r in (await db.execute(text(sql), {"ids": wanted, "lon": lon, "lat": lat})).mappings()}
    return [found[i] for i in wanted if i in found]


async def nearest(db: AsyncSession, where: Where, lon: float, lat: float, limit: int) -> list[UUID]:
    """The ids of the nearest matches, by metres.

    The index orders by degrees, of which those of longitude are shorter: so many by degrees tell how far to look, and among all
    that lie within that distance the nearest are chosen.
    """
    values = {**where.values, "near_lon": lon, "near_lat": lat}
    placed = Where(*where.conditions, "e.position is not null")
    by_degrees = _of_both(f"{METRES} as m", placed, f"e.position <-> {POINT}")
    roughly = f"select max(m) from (select m from ({by_degrees}) u order by m limit :limit) s"
    reach = await db.scalar(text(roughly), {**values, "limit": limit, "reach": limit})
    if reach is None:
        return []
    sql = f"""
        select e.id from coverage_subjects e
        where e.position && ST_MakeEnvelope(:near_west, :near_south, :near_east, :near_north, 4326) and {where}
        order by {METRES}, e.id limit :limit
    """
    box = await db.execute(text(REACH), {"near_lon": lon, "near_lat": lat, "metres": reach})
    west, south, east, north = box.one()
    values |= {"limit": limit, "near_west": west, "near_south": south, "near_east": east, "near_north": north}
    return list(await db.scalars(text(sql), values))


async def uncovered_tile(db: AsyncSession, where: Where, values: dict[str, Any], as_points: bool) -> bytes:
    """The matches of a tile, as points or as counts per cell."""
    sql = (POINTS if as_points else CELLS).format(where=where)
    return bytes(await db.scalar(text(sql), {**where.values, **values}) or b"")


async def choropleth_tile(db: AsyncSession, values: dict[str, Any]) -> bytes:
    """The grids of a level in a tile, with their counts."""
    return bytes(await db.scalar(text(CHOROPLETH), {**values, "tolerance_deg": 360 / 2 ** values["z"] * SIMPLIFY_TO}) or b"")


async def shape_or_none(db: AsyncSession, geojson: str) -> bytes | None:
    """A GeoJSON geometry as EWKB when PostGIS can read it, it is valid, and its degrees are degrees; else None."""
    sql = """
        select ST_AsEWKB(ST_SetSRID(shape, 4326)) from (select ST_Force2D(ST_GeomFromGeoJSON(:geojson)) as shape) s
        where ST_IsValid(shape) and not ST_IsEmpty(shape)
          and shape && ST_MakeEnvelope(-180, -90, 180, 90, ST_SRID(shape)) and ST_XMin(shape) >= -180 and ST_XMax(shape) <= 180
          and ST_YMin(shape) >= -90 and ST_YMax(shape) <= 90
    """
    try:
        async with db.begin_nested():
            found: bytes | None = await db.scalar(text(sql), {"geojson": geojson})
            return found
    except DBAPIError:
        return None
