"""Reading the key supervision list at the desk, and acknowledging what came on it."""

from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.key_list import repository
from wangge.key_list.errors import EntryAcknowledged, EntryLeft
from wangge.key_list.schemas import KeyListAcknowledge, KeyListItem, KeyListQuery

CRITERIA = ("unsupervised", "wage_arrears", "premium_arrears", "complaints", "collective_petition", "low_grade")
STATES = {
    "waiting": "k.left_on is null and k.must_acknowledge and k.acknowledged_at is null",
    "open": "k.left_on is null",
    "left": "k.left_on is not null",
    "all": "true",
}
SORTS = {"entered_on": "k.entered_on", "left_on": "k.left_on", "criterion": "k.criterion", "employer": "e.name", "grid": "e.grid_path"}


async def chosen(db: AsyncSession, actor: Actor, query: KeyListQuery) -> Where:
    """The conditions of a list."""
    where = await in_subtree(db, actor, Where(), query.grid_id, "k.grid_path")
    where.add(STATES[one_of("status", query.status, tuple(STATES)) or "open"])
    if one_of("criterion", query.criterion, CRITERIA):
        where.add("k.criterion = :criterion", criterion=query.criterion)
    if query.q.strip():
        where.add("(e.name ilike :q or e.uscc = :code)", q=search_pattern(query.q), code=query.q.strip().upper())
    return where


async def list_entries(
    db: AsyncSession, actor: Actor, query: KeyListQuery, sort: str | None, page: int, page_size: int
) -> Page[KeyListItem]:
    """Who is on the list in one's scope and why, by default those that are on it today.

    Raises:
        RightMissing, InvalidInput: as they say.
    """
    actor.require("key_list.read")
    found = await repository.entries_page(db, await chosen(db, actor, query), order_by(sort, SORTS, "-entered_on"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[KeyListItem])


async def acknowledge_entry(db: AsyncSession, actor: Actor, entry_id: UUID, data: KeyListAcknowledge) -> KeyListItem:
    """Take note that an employer came on the list.

    Raises:
        NotFound, EntryLeft, EntryAcknowledged, VersionStale: as they say.
    """
    actor.require("key_list.acknowledge")
    row = await repository.entry_or_none(db, entry_id)
    if row is None:
        raise NotFound()
    if row["acknowledged_by"] is not None:
        raise EntryAcknowledged(name=row["acknowledged_by"]["name"] or "")
    if row["left_on"] is not None:
        raise EntryLeft()
    if not await repository.acknowledge(db, entry_id, data.note.strip(), data.version):
        raise VersionStale(version=row["version"])
    details = {"criterion": row["criterion"], "entry_id": str(entry_id), "note": data.note.strip()}
    await audit(db, "key_list_acknowledged", "employer", row["employer"]["id"], details, row["grid_path"])
    return msgspec.convert(await repository.entry_or_none(db, entry_id), KeyListItem)
