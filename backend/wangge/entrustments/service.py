"""Finding and reading entrustments."""

from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import NotFound
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.entrustments import repository
from wangge.entrustments.schemas import EntrustmentDetail, EntrustmentItem, NamedEmployer
from wangge.entrustments.states import LAST_DAY, STATUS, STATUSES
from wangge.grids.service import path_in_scope
from wangge.policies.service import policies_in_force
from wangge.units.repository import history

SORTS = {"valid_to": LAST_DAY, "valid_from": "t.valid_from", "principal": "p.name", "agent": "a.name", "document_name": "t.document_name"}


async def list_entrustments(
    db: AsyncSession, actor: Actor, q: str, status: str | None, principal_id: UUID | None, agent_id: UUID | None, unit_id: UUID | None,
    grid_id: UUID | None, matter: str | None, expiring: bool, sort: str | None, page: int, page_size: int,
) -> Page[EntrustmentItem]:  # fmt: skip
    """Entrustments that one's territory gives, takes or lies in; ``expiring``: in force, and ending within the policy's days."""
    actor.require("entrustment.read")
    where = Where()
    if grid_id:
        where.add("t.grid_path <@ cast(:subtree as ltree)", subtree=await path_in_scope(db, grid_id))
    if one_of("status", status, STATUSES):
        where.add(f"{STATUS} = :status", status=status)
    if principal_id:
        where.add("t.principal_id = :principal_id", principal_id=principal_id)
    if agent_id:
        where.add("t.agent_id = :agent_id", agent_id=agent_id)
    if unit_id:
        where.add("(t.principal_id = :unit_id or t.agent_id = :unit_id)", unit_id=unit_id)
    if matter:
        where.add("cast(:matter as text) = any(t.matters)", matter=matter)
    if expiring:
        days = (await policies_in_force(db))["entrustment_expiring_days"]
        where.add(
            f"{STATUS} = 'in_force' and {LAST_DAY} <= china_today() + cast(:days as int)",
            days=days,
        )
    if q.strip():
        where.add("(t.document_name ilike :q or t.document_number ilike :q or p.name ilike :q or a.name ilike :q)", q=search_pattern(q))
    found = await repository.entrustments_page(db, where, order_by(sort, SORTS, "valid_to"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[EntrustmentItem])


async def read_entrustment(db: AsyncSession, actor: Actor, entrustment_id: UUID) -> EntrustmentDetail:
    """An entrustment with what it overlaps and what has been done to it.

    Raises:
        NotFound: not in one's territory.
    """
    actor.require("entrustment.read")
    row = await repository.entrustment_or_none(db, entrustment_id)
    if row is None:
        raise NotFound()
    return msgspec.convert({**row, **await _surroundings(db, actor, row)}, EntrustmentDetail)


async def _surroundings(db: AsyncSession, actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    open_ = row["status"] in ("draft", "upcoming", "in_force")
    values = {"id": row["id"], "follows_id": (row["follows"] or {}).get("id"), "matters": row["matters"], "powers": row["powers"],
              "reach": row["reach"], "valid_from": row["valid_from"], "valid_to": row["last_day"], "path": row["ground"],
              "employer_ids": await repository.employer_ids(db, row["id"]) if open_ else []}  # fmt: skip
    return {
        "overlaps": await repository.overlaps(db, values) if open_ else [],
        "history": await history(db, "entrustment", row["id"]),
        "may_edit": row["may_edit"] and "entrustment.edit" in actor.rights,
    }


async def list_employers(db: AsyncSession, actor: Actor, entrustment_id: UUID, page: int, page_size: int) -> Page[NamedEmployer]:
    """The employers that an entrustment names.

    Raises:
        NotFound: not in one's territory.
    """
    actor.require("entrustment.read")
    if await repository.entrustment_or_none(db, entrustment_id) is None:
        raise NotFound()
    found = await repository.employers_page(db, entrustment_id, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[NamedEmployer])
