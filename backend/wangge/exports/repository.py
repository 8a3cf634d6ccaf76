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
# As they stood at the end of a day in China: the history's states have the same columns, but for where they come from.
GRIDS_ON = GRIDS.replace(
    "from grids g left join grids parent on parent.id = g.parent_id",
    "from grid_versions g "
    + """
    left join grid_versions parent on parent.grid_id = g.parent_id
        and parent.valid_from < :end_of_day and (parent.valid_to is null or parent.valid_to >= :end_of_day)""",
).replace("g.valid_from::text", "(g.valid_from at time zone 'Asia/Shanghai')::date::text as valid_from")
EMPLOYERS = """
    select e.id::text, e.uscc, e.name, e.address, e.industry_code, e.employees, g.code as grid_code, g.name as grid_name, e.review_state,
           e.accuracy_m, e.position_source, (e.last_visited_at at time zone 'Asia/Shanghai')::date::text as last_visited,
           ST_AsBinary(e.position) as shape
    from employers e left join grids g on g.id = e.grid_id
    where {where} order by e.grid_path, e.name, e.id
"""


async def count_grids(db: AsyncSession, where: Where, of_history: bool) -> int:
    """How many grids match."""
    table = "grid_versions" if of_history else "grids"
    return await db.scalar(text(f"select count(*) from {table} g where {where}"), where.values) or 0


async def grids_to_export(db: AsyncSession, where: Where, of_history: bool) -> list[dict[str, Any]]:
    """The grids with their shapes (WKB)."""
    sql = (GRIDS_ON if of_history else GRIDS).format(where=where)
    return [dict(row) for row in (await db.execute(text(sql), where.values)).mappings()]


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
