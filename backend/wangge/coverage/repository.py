"""SQL of coverage."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where
from wangge.employers.reasons import CONDITIONS

# Whether a grid has an owner is asked once a grid; everything else of a row is told by the row alone.
OF_THE_ROW = {name: sql for name, sql in CONDITIONS.items() if name != "grid_without_owner"}
PER_GRID = f"""
    with counted as materialized (
        select e.grid_id, count(*) as total, count(*) filter (where {" or ".join(OF_THE_ROW.values())}) as uncovered,
               {", ".join(f"count(*) filter (where {sql}) as {name}" for name, sql in OF_THE_ROW.items())}
        from employers e where {{where}} group by e.grid_id
    ),
    per_grid as materialized (
        select g.path, c.total, {", ".join(f"c.{name}" for name in OF_THE_ROW)},
               case when o.ownerless then c.total else c.uncovered end as uncovered,
               case when o.ownerless then c.total else 0 end as grid_without_owner
        from counted c join grids g on g.id = c.grid_id
        cross join lateral (select g.level = 4 and not exists (
            select from duties d where d.grid_id = g.id and d.valid_from <= china_today()
            and (d.valid_to is null or d.valid_to >= china_today())) as ownerless) o
    )
"""
TOTALS = (
    PER_GRID
    + f"""
    select {", ".join(f"coalesce(sum({name}), 0)::bigint as {name}" for name in ("total", "uncovered", *CONDITIONS))} from per_grid
"""
)
# Summed up to the level below the parent; what lies in the parent itself belongs to no child.
CHILDREN = (
    PER_GRID
    + """
    , sums as materialized (
        select subpath(path, 0, nlevel(cast(:parent as ltree)) + 1) as child_path, sum(total) as total, sum(uncovered) as uncovered
        from per_grid where nlevel(path) > nlevel(cast(:parent as ltree)) group by 1
    )
    select json_build_object('id', g.id, 'code', g.code, 'name', g.name, 'level', g.level) as grid,
           coalesce(s.total, 0)::bigint as total, coalesce(s.uncovered, 0)::bigint as uncovered
    from grids p join grids g on g.parent_id = p.id and g.valid_to is null left join sums s on s.child_path = g.path
    where p.path = cast(:parent as ltree) and p.valid_to is null
    order by g.code
"""
)


async def totals(db: AsyncSession, where: Where) -> dict[str, Any]:
    """Counts of what the conditions hold for."""
    row = dict((await db.execute(text(TOTALS.format(where=where)), where.values)).mappings().one())
    return {"total": row.pop("total"), "uncovered": row.pop("uncovered"), "by_reason": row}


async def child_counts(db: AsyncSession, where: Where, parent: str | None) -> list[dict[str, Any]]:
    """Counts of each child grid of a path; none without one (a supervisor with several grids)."""
    if parent is None:
        return []
    return [dict(r) for r in (await db.execute(text(CHILDREN.format(where=where)), {**where.values, "parent": parent})).mappings()]


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
