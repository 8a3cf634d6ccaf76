"""SQL of coverage."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where
from wangge.employers.reasons import CONDITIONS, COUNTED, UNCOVERED

REASON_COUNTS = ", ".join(f"count(*) filter (where {sql}) as {name}" for name, sql in CONDITIONS.items())
TOTALS = f"select count(*) as total, count(*) filter (where {UNCOVERED}) as uncovered, {REASON_COUNTS} from employers e where "
CHILDREN = f"""
    -- one pass over the subtree, counted by the grid that each employer lies in
    with counts as materialized (
        select e.grid_path, count(*) as total, count(*) filter (where {UNCOVERED}) as uncovered
        from employers e where e.grid_path <@ cast(:path as ltree) and {COUNTED} group by e.grid_path
    ),
    -- then summed up to the level below the parent; what lies in the parent itself belongs to no child
    sums as materialized (
        select subpath(grid_path, 0, nlevel(cast(:path as ltree)) + 1) as child_path, sum(total) as total, sum(uncovered) as uncovered
        from counts where nlevel(grid_path) > nlevel(cast(:path as ltree)) group by 1
    )
    select json_build_object('id', g.id, 'code', g.code, 'name', g.name, 'level', g.level) as grid,
           coalesce(s.total, 0)::bigint as total, coalesce(s.uncovered, 0)::bigint as uncovered
    from grids p join grids g on g.parent_id = p.id and g.valid_to is null left join sums s on s.child_path = g.path
    where p.path = cast(:path as ltree) and p.valid_to is null
    order by g.code
"""


async def totals(db: AsyncSession, where: Where) -> dict[str, Any]:
    """Counts of what the conditions hold for."""
    row = dict((await db.execute(text(TOTALS + str(where)), where.values)).mappings().one())
    return {"total": row.pop("total"), "uncovered": row.pop("uncovered"), "by_reason": row}


async def child_counts(db: AsyncSession, path: str | None) -> list[dict[str, Any]]:
    """Counts of each child grid of a path; none without one (a supervisor with several grids)."""
    if path is None:
        return []
    return [dict(r) for r in (await db.execute(text(CHILDREN), {"path": path})).mappings()]


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
