"""Looking grids up."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import day_ends
from wangge.core.errors import NotFound
from wangge.core.paging import Page, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids import repository
from wangge.grids.schemas import GridDetail, GridRead, GridState

SORTS = {"code": "g.code", "name": "g.name", "level": "g.level"}


async def list_grids(
    db: AsyncSession, actor: Actor, level: int | None, parent_id: UUID | None, q: str, on: date | None, sort: str | None,
    page: int, page_size: int,
) -> Page[GridRead]:  # fmt: skip
    """The grids of one's subtree, by level, parent and name or code; as they stand, or as they stood when a day ended.

    Raises:
        RightMissing, InvalidInput: as they say.
    """
    actor.require("grid.read")
    where = Where() if on else Where("g.valid_to is null")
    if level:
        where.add("g.level = :level", level=level)
    if parent_id:
        where.add("g.parent_id = :parent_id", parent_id=parent_id)
    if q.strip():
        where.add("(g.name ilike :q or g.code like :prefix)", q=search_pattern(q), prefix=search_pattern(q)[1:])
    order = order_by(sort, SORTS, "code")
    if on:
        found = await repository.grids_page_then(db, where, order, page, page_size, on, end_of(on))
    else:
        found = await repository.grids_page(db, where, order, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[GridRead])


def end_of(day: date) -> datetime:
    """The last instant of a day in China."""
    return day_ends(day) - timedelta(microseconds=1)


async def grid_history(db: AsyncSession, actor: Actor, grid_id: UUID, page: int, page_size: int) -> Page[GridState]:
    """Every state a grid has had, the newest first.

    Raises:
        NotFound: not in one's subtree.
    """
    actor.require("grid.read")
    found = await repository.history_page(db, grid_id, page, page_size)
    if not found.total:
        raise NotFound()
    return msgspec.convert(msgspec.structs.asdict(found), Page[GridState])


async def grid_detail(db: AsyncSession, actor: Actor, grid_id: UUID, on: date | None = None) -> GridDetail:
    """One grid with its area; as it stands, or as it stood when a day ended.

    Raises:
        NotFound: not in one's subtree, or not there on that day.
    """
    actor.require("grid.read")
    row = await (repository.grid_then(db, grid_id, on, end_of(on)) if on else repository.grid_or_none(db, grid_id))
    if row is None:
        raise NotFound()
    return msgspec.convert(row, GridDetail)


def within_scope(where: Where, actor: Actor, column: str, also: str = "") -> Where:
    """Say the acting scope once more, in words that an index can answer.

    Row-level security decides what may be seen; its comparison with an array of paths is no index condition, this is one.
    ``also`` is what the policy grants besides the scope.
    """
    paths = {f"scope_{i}": path for i, path in enumerate(actor.scope)}
    parts = [f"{column} <@ cast(:{name} as ltree)" for name in paths] + ([also] if also else [])
    return where.add(f"({' or '.join(parts) or 'false'})", **paths)


async def in_subtree(db: AsyncSession, actor: Actor, where: Where, grid_id: UUID | None, column: str, also: str = "") -> Where:
    """Narrow to the subtree of a grid; without one, to all that the person may see.

    Raises:
        NotFound: the grid is not in one's scope.
    """
    if grid_id is None:
        return within_scope(where, actor, column, also)
    return where.add(f"{column} <@ cast(:subtree as ltree)", subtree=await path_in_scope(db, grid_id))


async def path_in_scope(db: AsyncSession, grid_id: UUID) -> str:
    """The path of a grid, for filters by subtree.

    Raises:
        NotFound: not in one's subtree.
    """
    path = await repository.path_of(db, grid_id)
    if path is None:
        raise NotFound()
    return path
