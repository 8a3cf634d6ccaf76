"""SQL of coverage."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where
from wangge.employers.reasons import CONDITIONS, COUNTED, UNCOVERED

REASON_COUNTS = ", ".join(f"count(*) filter (where {sql}) as {name}" for name, sql in CONDITIONS.items())
TOTALS = f"select count(*) as total, count(*) filter (where {UNCOVERED}) as uncovered, {REASON_COUNTS} from employers e where "
# Counted by the child's own path: one pass over the subtree, then grouped by the label below the parent.
CHILDREN = f"""
    with parent as (select path, level from grids where path = cast(:path as ltree) and valid_to is null),
    counts as (
        select subpath(e.grid_path, 0, p.level + 1) as child_path, count(*) as total, count(*) filter (where {UNCOVERED}) as uncovered
        from parent p join employers e on e.grid_path <@ p.path
        where nlevel(e.grid_path) > p.level and {COUNTED} group by 1
    )
    select json_build_object('id', g.id, 'code', g.code, 'name', g.name, 'level', g.level) as grid,
           coalesce(c.total, 0) as total, coalesce(c.uncovered, 0) as uncovered
    from parent p
    join grids g on g.path <@ p.path and g.level = p.level + 1 and g.valid_to is null
    left join counts c on c.child_path = g.path
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
