"""The gap board (缺口): what is not looked after, counted at every level and listed."""

import csv
import io
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import Language
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.gaps import repository
from wangge.gaps.export import HEADINGS, cells
from wangge.gaps.kinds import KINDS, Kind
from wangge.gaps.schemas import GapCounts, GapItem
from wangge.grids.service import in_subtree, path_in_scope, within_scope

EXPORT_PIECE = 500
Acting = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def count_gaps(db: AsyncSession, actor: Actor, grid_id: UUID | None) -> GapCounts:
    """The gaps of a subtree (without a grid: of one's whole scope) and of each grid right below it.

    Raises:
        RightMissing, NotFound: as they say.
    """
    actor.require("gap.read")
    path = await path_in_scope(db, grid_id) if grid_id else actor.scope[0] if len(actor.scope) == 1 else ""
    pending = await repository.refresh_tilings(db)
    wheres = {
        name: Where(f"{kind.path} <@ cast(:parent as ltree)") if path else within_scope(Where(), actor, kind.path)
        for name, kind in KINDS.items()
    }
    rows = await repository.counts(db, wheres, path)
    children = await repository.children(db, path)
    around = await repository.ancestry(db, path)
    totals = dict.fromkeys(KINDS, 0)
    below: dict[str, dict[str, int]] = {child["path"]: dict.fromkeys(KINDS, 0) for child in children}
    for row in rows:
        totals[row["kind"]] += row["n"]
        if row["child"] in below:
            below[row["child"]][row["kind"]] = row["n"]
    found = {
        "grid": around[-1] if around else None,
        "around": around,
        "kinds": totals,
        "children": [{"grid": child, "kinds": below[child["path"]]} for child in children],
        "tilings_pending": pending,
    }
    return msgspec.convert(found, GapCounts)


def _kind(name: str) -> Kind:
    one_of("kind", name, tuple(KINDS))
    return KINDS[name]


async def _narrowed(db: AsyncSession, actor: Actor, kind: Kind, grid_id: UUID | None, q: str) -> Where:
    actor.require("gap.read")
    where = await in_subtree(db, actor, Where(kind.holds), grid_id, kind.path)
    if q.strip():
        where.add("(" + " or ".join(f"{column} ilike :q" for column in kind.search) + ")", q=search_pattern(q))
    return where


async def list_gaps(
    db: AsyncSession, actor: Actor, name: str, grid_id: UUID | None, q: str, sort: str | None, page: int, page_size: int
) -> Page[GapItem]:
    """A page of one kind's gaps.

    Raises:
        RightMissing, NotFound, InvalidInput: as they say.
    """
    kind = _kind(name)
    where = await _narrowed(db, actor, kind, grid_id, q)
    if name == "grids_overlap_or_gap":
        await repository.refresh_tilings(db)
    found = await repository.page_of(db, kind, where, order_by(sort, kind.sorts, kind.default_sort), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[GapItem])


async def choose_for_export(db: AsyncSession, actor: Actor, name: str, grid_id: UUID | None, q: str, sort: str | None) -> list[UUID]:
    """The ids of one kind's gaps, in order; that the list leaves the system is audited.

    Raises:
        RightMissing, NotFound, InvalidInput: as they say.
    """
    kind = _kind(name)
    where = await _narrowed(db, actor, kind, grid_id, q)
    ids = await repository.ids_of(db, kind, where, order_by(sort, kind.sorts, kind.default_sort))
    details = {"kind": name, "rows": len(ids), "q": q}
    await audit(db, "gaps_exported", "grid" if grid_id else "unit", grid_id or actor.unit_id, details)
    return ids


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    # a cell that a spreadsheet would take for a formula is made plain text
    csv.writer(out).writerow([f"'{v}" if isinstance(v, str) and v[:1] in ("=", "+", "-", "@") else v for v in values])
    return out.getvalue()


async def csv_lines(acting: Acting, name: str, ids: list[UUID], language: Language) -> AsyncGenerator[str, None]:
    """One kind's gaps as CSV, UTF-8 with a byte order mark (so that spreadsheets read Chinese), read in pieces of a
    transaction each: a slow reader holds no connection while the lines travel."""
    yield "\ufeff" + _line(list(HEADINGS[language][name]))
    for start in range(0, len(ids), EXPORT_PIECE):
        async with acting() as db:
            rows = await repository.by_id(db, KINDS[name], ids[start : start + EXPORT_PIECE])
        yield "".join(_line(cells(name, row, language)) for row in rows)
