"""SQL of grids."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where

COLUMNS = """
    g.id, g.code, g.name, g.level, g.path::text as path, g.parent_id, array[ST_X(g.label), ST_Y(g.label)] as label,
    round((ST_Area(g.geom::geography) / 1e6)::numeric, 3)::float8 as area_km2,
    {employers} as employers,
    coalesce((select json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name)
              from duties d join people p on p.id = d.person_id
              where d.grid_id = g.id and d.valid_from <= china_today() and (d.valid_to is null or d.valid_to >= china_today())),
             '[]') as owners,
    g.is_synthetic as synthetic, g.level < 4 as has_children
"""
PAGE = """
    with shown as materialized (select * from grids g where {where} order by {order}, g.id limit :limit offset :offset),
    -- employers are counted in one pass, by the grid they lie in, and summed up for each grid shown
    below as materialized (select s.id as top_id, x.id as grid_id from shown s join grids x on x.path <@ s.path),
    counted as materialized (
        select e.grid_id, count(*) as n from employers e where e.grid_id in (select grid_id from below) group by e.grid_id
    ),
    sums as materialized (select b.top_id, sum(c.n)::bigint as n from below b join counted c using (grid_id) group by b.top_id)
    select {columns} from shown g left join sums on sums.top_id = g.id order by {order}, g.id
"""


async def grids_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of grids with their counts and owners."""
    total = await db.scalar(text(f"select count(*) from grids g where {where}"), where.values)
    sql = PAGE.format(where=where, order=order, columns=COLUMNS.format(employers="coalesce(sums.n, 0)"))
    rows = await db.execute(text(sql), {**where.values, "limit": page_size, "offset": (page - 1) * page_size})
    return Page([dict(r) for r in rows.mappings()], total or 0, page, page_size)


async def grid_or_none(db: AsyncSession, grid_id: UUID) -> dict[str, Any] | None:
    """One grid with its area."""
    columns = COLUMNS.format(employers="(select count(*) from employers e where e.grid_path <@ g.path)")
    sql = f"select {columns}, ST_AsGeoJSON(g.geom, 6)::json as geom from grids g where g.id = :id"
    row = (await db.execute(text(sql), {"id": grid_id})).mappings().first()
    return dict(row) if row else None


async def path_of(db: AsyncSession, grid_id: UUID) -> str | None:
    """The path of a grid in the acting scope, or None."""
    path: str | None = await db.scalar(text("select path::text from grids where id = :id"), {"id": grid_id})
    return path
