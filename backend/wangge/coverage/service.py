"""Who is looked after by nobody (谁没人管)."""

import hashlib
from dataclasses import asdict
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.core.paging import Page, order_by
from wangge.core.repository import Where
from wangge.coverage import repository
from wangge.coverage.asking import asked, is_only_counted
from wangge.coverage.schemas import CoverageCounts, CoverageTrend, UncoveredItem, UncoveredQuery
from wangge.employers.repository import refresh_coverage
from wangge.grids.service import in_subtree, path_in_scope
from wangge.maps.repository import CELLS_ACROSS
from wangge.maps.rules import POINTS_FROM_ZOOM, is_tile, tile_box
from wangge.policies.service import policies_in_force

SORTS = {
    "name": "e.name", "last_visited_at": "e.last_visited_at", "employees": "e.employees", "visit_due_on": "e.visit_due_on",
    "distance": "array_position(cast(:near_ids as uuid[]), e.id)",
}  # fmt: skip
LEVELS = (1, 2, 3, 4)


def order_of(query: UncoveredQuery) -> str:
    """The SQL ordering of a question: by name, or from a point by distance.

    Raises:
        InvalidInput: the list cannot be sorted by that.
    """
    allowed = SORTS if query.near is not None else {name: sql for name, sql in SORTS.items() if name != "distance"}
    return order_by(query.sort, allowed, "name" if query.near is None else "distance")


async def list_uncovered(db: AsyncSession, actor: Actor, query: UncoveredQuery) -> Page[UncoveredItem]:
    """A page of uncovered employers with their reasons.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    if not (1 <= query.page <= 100_000 and 1 <= query.page_size <= 200):
        raise InvalidInput([FieldProblem("page_size", "out_of_range", "每页 1 到 200 条。", "1 to 200 rows a page.")])
    await refresh_coverage(db)
    where, order = await asked(db, actor, query), order_of(query)
    if is_only_counted(query):
        counts = await repository.totals(db, await in_subtree(db, actor, Where(), query.grid_id, "c.grid_path"))
        total = counts["by_reason"][query.reason] if query.reason else counts["uncovered"]
    else:
        total = await repository.count(db, where)
    ids = await repository.ids(db, where, order, query.page_size, (query.page - 1) * query.page_size)
    items = await repository.by_id(db, ids, query.near)
    return Page(msgspec.convert(items, list[UncoveredItem]), total, query.page, query.page_size)


async def count_coverage(db: AsyncSession, actor: Actor, grid_id: UUID | None) -> CoverageCounts:
    """The counts of a subtree (without a grid: of one's whole scope) and of its children."""
    actor.require("coverage.read")
    pending = await refresh_coverage(db)
    where = await in_subtree(db, actor, Where(), grid_id, "c.grid_path")
    totals = await repository.totals(db, where)
    parent = await path_in_scope(db, grid_id) if grid_id else actor.scope[0] if len(actor.scope) == 1 else None
    children = await repository.child_counts(db, where, parent)
    found = {**totals, "covered": totals["total"] - totals["uncovered"], "children": children, "pending": pending}
    return msgspec.convert(found, CoverageCounts)


async def coverage_trend(db: AsyncSession, actor: Actor, grid_id: UUID | None, days: int) -> CoverageTrend:
    """How a subtree (without a grid: one's scope) stood as each of the last ``days`` days began.

    Raises:
        RightMissing, NotFound: as they say.
        InvalidInput: more days than the policy allows.
    """
    actor.require("coverage.read")
    limit = int((await policies_in_force(db))["coverage_trend_days_max"])
    if not 1 <= days <= limit:
        raise InvalidInput([FieldProblem("days", "out_of_range", f"天数应在 1 到 {limit} 之间。", f"1 to {limit} days.")])
    paths = [await path_in_scope(db, grid_id)] if grid_id else list(actor.scope)
    return msgspec.convert({"days": await repository.trend(db, paths, days)}, CoverageTrend)


async def uncovered_tile(db: AsyncSession, actor: Actor, query: UncoveredQuery, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A vector tile of a question's answer, and its ETag: points with their first reason, further out counts per cell.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    _require_tile(z, x, y)
    where, box = await asked(db, actor, query), tile_box(z, x, y)
    values = {"z": z, "x": x, "y": y, **asdict(box)}
    as_points = z >= POINTS_FROM_ZOOM
    if not as_points:
        values |= {"cells_a_degree_lon": CELLS_ACROSS / (box.east - box.west), "cells_a_degree_lat": CELLS_ACROSS / (box.north - box.south)}
    return _with_etag(await repository.uncovered_tile(db, where, values, as_points))


async def choropleth_tile(db: AsyncSession, actor: Actor, level: int, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A vector tile of the grids of a level, each with the counts of all that lies below it, and its ETag.

    Raises:
        RightMissing, InvalidInput: as they say.
    """
    actor.require("coverage.read")
    _require_tile(z, x, y)
    if level not in LEVELS:
        raise InvalidInput([FieldProblem("level", "unknown_level", "级别只能是 1 到 4。", "The level is 1 to 4.")])
    values = {"z": z, "x": x, "y": y, "level": level, **asdict(tile_box(z, x, y))}
    return _with_etag(await repository.choropleth_tile(db, values))


def _require_tile(z: int, x: int, y: int) -> None:
    if not is_tile(z, x, y):
        raise InvalidInput([FieldProblem("z", "no_such_tile", f"没有瓦片 {z}/{x}/{y}。", f"There is no tile {z}/{x}/{y}.")])


def _with_etag(content: bytes) -> tuple[bytes, str]:
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
