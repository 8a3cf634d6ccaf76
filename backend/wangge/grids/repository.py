"""SQL of grids."""

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


async def grids_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of grids with their counts and owners."""
    select = SELECT.replace("{order}", order)
    return await fetch_page(db, select, "select count(*) from grids g where {where}", where, page, page_size)


async def grid_or_none(db: AsyncSession, grid_id: UUID) -> dict[str, Any] | None:
    """One grid with its area."""
    sql = "select " + COLUMNS + ", ST_AsGeoJSON(g.geom, 6)::json as geom from grids g where g.id = :id"
    row = (await db.execute(text(sql), {"id": grid_id})).mappings().first()
    return dict(row) if row else None


async def path_of(db: AsyncSession, grid_id: UUID) -> str | None:
    """The path of a grid in the acting scope, or None."""
    path: str | None = await db.scalar(text("select path::text from grids where id = :id"), {"id": grid_id})
    return path
