"""SQL of exports."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where

GRIDS = """
    select g.code, g.name, g.level, parent.code as parent_code, parent.name as parent_name, g.is_synthetic, g.valid_from::text,
           round((ST_Area(g.geom::geography) / 1e6)::numeric, 6)::float8 as area_km2, ST_AsBinary(g.geom) as shape
    from grids g left join grids parent on parent.id = g.parent_id
    where {where} order by g.level, g.code
"""
EMPLOYERS = """
    select e.id::text, e.uscc, e.name, e.address, e.industry_code, e.employees, g.code as grid_code, g.name as grid_name, e.review_state,
           e.accuracy_m, e.position_source, (e.last_visited_at at time zone 'Asia/Shanghai')::date::text as last_visited,
           ST_AsBinary(e.position) as shape
    from employers e left join grids g on g.id = e.grid_id
    where {where} order by e.grid_path, e.name, e.id
"""


async def count_grids(db: AsyncSession, where: Where) -> int:
    """How many grids match."""
    return await db.scalar(text(f"select count(*) from grids g where {where}"), where.values) or 0


async def grids_to_export(db: AsyncSession, where: Where) -> list[dict[str, Any]]:
    """The grids with their shapes (WKB)."""
    return [dict(row) for row in (await db.execute(text(GRIDS.format(where=where)), where.values)).mappings()]


async def count_employers(db: AsyncSession, where: Where) -> int:
    """How many employers match."""
    return await db.scalar(text(f"select count(*) from employers e where {where}"), where.values) or 0


async def employers_to_export(db: AsyncSession, where: Where) -> list[dict[str, Any]]:
    """The employers with their points (WKB), without anybody's name or telephone."""
    return [dict(row) for row in (await db.execute(text(EMPLOYERS.format(where=where)), where.values)).mappings()]


async def grid_name(db: AsyncSession, grid_id: UUID) -> str | None:
    """A grid's name."""
    name: str | None = await db.scalar(text("select name from grids where id = :id"), {"id": grid_id})
    return name
