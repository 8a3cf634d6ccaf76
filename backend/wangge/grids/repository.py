"""SQL of grids."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

COLUMNS = """
    g.id, g.code, g.name, g.level, g.path::text as path, g.parent_id, array[ST_X(g.label), ST_Y(g.label)] as label,
    round((ST_Area(g.geom::geography) / 1e6)::numeric, 3)::float8 as area_km2,
    (select count(*) from employers e where e.grid_path <@ g.path) as employers,
    coalesce((select json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name)
              from duties d join people p on p.id = d.person_id
              where d.grid_id = g.id and d.valid_from <= china_today() and (d.valid_to is null or d.valid_to >= china_today())),
             '[]') as owners,
    g.is_synthetic as synthetic, g.level < 4 as has_children
"""
SELECT = "select " + COLUMNS + " from grids g where {where} order by {order}, g.id"
# The grids as they stood when a day ended. An employer counts where it lay then: where it lies now, less what came since, and
# what has gone since; files that were opened later do not count.
AS_OF = """
    (select grid_id as id, code, name, level, path, parent_id, geom, label, is_synthetic from grid_versions
     where valid_from <= cast(:at as timestamptz) and (valid_to is null or valid_to > cast(:at as timestamptz))) g
"""
EMPLOYERS_THEN = """
    (select count(*) from employers e where e.grid_path <@ g.path and e.registered_at <= cast(:at as timestamptz))
    + (select count(*) filter (where m.from_path <@ g.path) - count(*) filter (where m.grid_path <@ g.path)
       from employer_moves m join employers e on e.id = m.employer_id and e.registered_at <= cast(:at as timestamptz)
       where m.moved_at > cast(:at as timestamptz) and (m.from_path <@ g.path or m.grid_path <@ g.path))
"""
COLUMNS_THEN = COLUMNS.replace("(select count(*) from employers e where e.grid_path <@ g.path)", EMPLOYERS_THEN).replace(
    "china_today()", "cast(:on as date)"
)
HISTORY = """
    select v.id as version, v.code, v.name, v.level, v.path::text as path, v.valid_from, v.valid_to,
           round((ST_Area(v.geom::geography) / 1e6)::numeric, 3)::float8 as area_km2,
           array[ST_X(v.label), ST_Y(v.label)] as label, ST_AsGeoJSON(v.geom, 6)::json as geom,
           v.opened_by as change_id, c.kind as change_kind, (select p.name from people p where p.id = c.made_by) as made_by
    from grid_versions v left join grid_changes c on c.id = v.opened_by where {where} order by v.valid_from desc, v.id desc
"""


async def grids_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of grids with their counts and owners."""
    select = SELECT.replace("{order}", order)
    return await fetch_page(db, select, "select count(*) from grids g where {where}", where, page, page_size)


async def grids_page_then(
    db: AsyncSession, where: Where, order: str, page: int, page_size: int, on: date, at: datetime
) -> Page[dict[str, Any]]:
    """A page of the grids as they stood on a day, whose end is ``at``."""
    select = f"select {COLUMNS_THEN} from {AS_OF} where {{where}} order by {order}, g.id"
    where.values |= {"on": on, "at": at}
    return await fetch_page(db, select, f"select count(*) from {AS_OF} where {{where}}", where, page, page_size)


async def grid_or_none(db: AsyncSession, grid_id: UUID) -> dict[str, Any] | None:
    """One grid with its area."""
    sql = "select " + COLUMNS + ", ST_AsGeoJSON(g.geom, 6)::json as geom from grids g where g.id = :id"
    row = (await db.execute(text(sql), {"id": grid_id})).mappings().first()
    return dict(row) if row else None


async def grid_then(db: AsyncSession, grid_id: UUID, on: date, at: datetime) -> dict[str, Any] | None:
    """One grid as it stood on a day, or None where there was none yet, or none any more."""
    sql = f"select {COLUMNS_THEN}, ST_AsGeoJSON(g.geom, 6)::json as geom from {AS_OF} where g.id = :id"
    row = (await db.execute(text(sql), {"id": grid_id, "on": on, "at": at})).mappings().first()
    return dict(row) if row else None


async def history_page(db: AsyncSession, grid_id: UUID, page: int, page_size: int) -> Page[dict[str, Any]]:
    """The states of a grid, the newest first."""
    where = Where("v.grid_id = :id", id=grid_id)
    return await fetch_page(db, HISTORY, "select count(*) from grid_versions v where {where}", where, page, page_size)


async def path_of(db: AsyncSession, grid_id: UUID) -> str | None:
    """The path of a grid in the acting scope, or None."""
    path: str | None = await db.scalar(text("select path::text from grids where id = :id"), {"id": grid_id})
    return path
