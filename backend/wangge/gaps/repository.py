"""SQL of the gap board."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.gaps.kinds import KINDS, Kind

# Every kind at every level in one statement: counted by the grid each row lies in, summed up to the level below the parent
# (what lies in the parent itself belongs to no child). Rows without a child are the parent's own.
ONE_KIND = "select '{name}' as kind, {path} as path, count(*) as n from {source} where {holds} and {{{name}}} group by {path}"
COUNTS = (
    "with found as materialized ("
    + " union all ".join(ONE_KIND.format(name=name, path=k.path, source=k.source, holds=k.holds) for name, k in KINDS.items())
    + """)
    select kind, case when nlevel(path) > nlevel(cast(:parent as ltree))
                      then subpath(path, 0, nlevel(cast(:parent as ltree)) + 1)::text end as child, sum(n)::bigint as n
    from found group by 1, 2
"""
)
CHILDREN = """
    select c.id, c.code, c.name, c.level, c.path::text as path, json_build_array(ST_X(c.label), ST_Y(c.label)) as label
    from grids p join grids c on c.parent_id = p.id and c.valid_to is null where p.path = cast(:parent as ltree) and p.valid_to is null
    order by c.code
"""
ANCESTRY = """
    select id, code, name, level, path::text as path, json_build_array(ST_X(label), ST_Y(label)) as label
    from grids where path @> cast(:path as ltree) and valid_to is null order by level
"""


async def refresh_tilings(db: AsyncSession) -> int:
    """Look at the tilings that have changed since; how many are still to be looked at."""
    return int(await db.scalar(text("select refresh_grid_tilings()")) or 0)


async def counts(db: AsyncSession, wheres: dict[str, Where], parent: str) -> list[dict[str, Any]]:
    """Per kind and child grid of the parent (None: the parent's own) how many gaps; ``wheres`` narrow each kind to the scope."""
    values = {k: v for where in wheres.values() for k, v in where.values.items()}
    sql = COUNTS.format(**{name: str(where) for name, where in wheres.items()})
    return [dict(r) for r in (await db.execute(text(sql), {**values, "parent": parent})).mappings()]


async def children(db: AsyncSession, parent: str) -> list[dict[str, Any]]:
    """The grids below a path, in the order of their codes."""
    return [dict(r) for r in (await db.execute(text(CHILDREN), {"parent": parent})).mappings()]


async def ancestry(db: AsyncSession, path: str) -> list[dict[str, Any]]:
    """The grid of a path and those around it, as far as they may be seen, the outermost first."""
    return [dict(r) for r in (await db.execute(text(ANCESTRY), {"path": path})).mappings()]


def _select(kind: Kind) -> str:
    return f"select {kind.id} as id, {kind.columns} from {kind.source} {kind.shown}"


async def page_of(db: AsyncSession, kind: Kind, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of one kind's gaps; what the list joins only to show is joined to count only where a text is looked for in it."""
    joined = kind.shown if any(column.split(".")[0] not in kind.source.split() for column in kind.search) and "q" in where.values else ""
    count = f"select count(*) from {kind.source} {joined} where {{where}}"
    return await fetch_page(db, f"{_select(kind)} where {{where}} order by {order}, {kind.id}", count, where, page, page_size)


async def ids_of(db: AsyncSession, kind: Kind, where: Where, order: str) -> list[UUID]:
    """The ids of all of them, in order."""
    sql = f"select {kind.id} from {kind.source} {kind.shown} where {where} order by {order}, {kind.id}"
    return list(await db.scalars(text(sql), where.values))


async def by_id(db: AsyncSession, kind: Kind, ids: list[UUID]) -> list[dict[str, Any]]:
    """These gaps, in the order of the ids; one that has been closed meanwhile is left out."""
    sql = f"""{_select(kind)} join unnest(cast(:ids as uuid[])) with ordinality w(wanted, nth) on w.wanted = {kind.id}
              where {kind.holds} order by w.nth"""
    return [dict(r) for r in (await db.execute(text(sql), {"ids": ids})).mappings()]
