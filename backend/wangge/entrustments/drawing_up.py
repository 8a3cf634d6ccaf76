"""Drawing entrustments up: preview, draft, change of a draft, extension."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import NotFound, VersionStale
from wangge.entrustments import repository, writing
from wangge.entrustments.checks import check, overlaps_of
from wangge.entrustments.errors import EntrustmentIdReused, NotADraft, NotInForce
from wangge.entrustments.schemas import EntrustmentDetail, EntrustmentExtend, EntrustmentPreview, EntrustmentWrite
from wangge.entrustments.service import read_entrustment


async def preview(db: AsyncSession, actor: Actor, data: EntrustmentWrite) -> EntrustmentPreview:
    """Whether it may be drawn up so, and which others in force it would meet.

    Raises:
        As ``check``.
    """
    actor.require("entrustment.edit")
    return msgspec.convert({"overlaps": await overlaps_of(db, await check(db, data))}, EntrustmentPreview)


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    """What the audit log keeps of an entrustment's content."""
    keys = (
        "principal_id",
        "agent_id",
        "matters",
        "powers",
        "reach",
        "grid_id",
        "valid_from",
        "valid_to",
        "document_name",
        "document_number",
    )
    return {**{key: values[key] for key in keys}, "employers": len(values["employer_ids"])}


async def draw_up(db: AsyncSession, actor: Actor, data: EntrustmentWrite) -> EntrustmentDetail:
    """Store a draft; the same id again gives the stored one.

    Raises:
        EntrustmentIdReused: the id belongs to another. And as ``check``.
    """
    actor.require("entrustment.edit")
    stored = await repository.entrustment_or_none(db, data.id)
    if stored is None:
        values = await check(db, data)
        await _store(db, actor, values)
    elif (UUID(stored["principal"]["id"]), UUID(stored["agent"]["id"]), stored["valid_from"]) != (
        data.principal_id, data.agent_id, data.valid_from,
    ):  # fmt: skip
        raise EntrustmentIdReused()
    return await read_entrustment(db, actor, data.id)


async def _store(db: AsyncSession, actor: Actor, values: dict[str, Any]) -> None:
    if not await writing.insert(db, {**values, "created_by": actor.person_id}):
        raise EntrustmentIdReused()
    if values["employer_ids"]:
        await writing.name_employers(db, values["id"], values["employer_ids"])
    await audit(db, "entrustment_drawn_up", "entrustment", values["id"], _facts(values), values["principal_path"])


async def change_draft(db: AsyncSession, actor: Actor, entrustment_id: UUID, data: EntrustmentWrite) -> EntrustmentDetail:
    """Rewrite a draft.

    Raises:
        NotFound, NotADraft, VersionStale: as they say. And as ``check``.
    """
    actor.require("entrustment.edit")
    row = await writing.for_update(db, entrustment_id)
    if row is None:
        raise NotFound()
    if row["state"] != "draft":
        raise NotADraft()
    if data.version != row["version"]:
        raise VersionStale(version=row["version"])
    values = {**await check(db, data), "id": entrustment_id}
    # the list first: the trigger looks at the list that the row has when the row changes
    await writing.clear_employers(db, entrustment_id)
    await writing.update(db, values)
    if values["employer_ids"]:
        await writing.name_employers(db, entrustment_id, values["employer_ids"])
    await audit(db, "entrustment_changed", "entrustment", entrustment_id, _facts(values), values["principal_path"])
    return await read_entrustment(db, actor, entrustment_id)


async def extend(db: AsyncSession, actor: Actor, entrustment_id: UUID, data: EntrustmentExtend) -> EntrustmentDetail:
    """Draw up the next one: the same content from the day after this one's last, as a draft to be published anew.

    One that is over already is followed from today on: what lies behind is not entrusted afterwards.

    Raises:
        NotFound, NotInForce, AlreadyExtended: as they say. And as ``check``.
    """
    actor.require("entrustment.edit")
    row = await writing.for_update(db, entrustment_id)
    if row is None:
        raise NotFound()
    if row["state"] not in ("in_force", "ended"):
        raise NotInForce()
    if await repository.entrustment_or_none(db, data.id) is not None:
        return await read_entrustment(db, actor, data.id)
    wanted = EntrustmentWrite(
        id=data.id, principal_id=row["principal_id"], agent_id=row["agent_id"], matters=row["matters"], powers=row["powers"],
        reach=row["reach"], grid_id=row["grid_id"], employer_ids=await repository.employer_ids(db, entrustment_id),
        valid_from=max((row["ended_on"] or row["valid_to"]) + timedelta(days=1), china_day(utc_now())), valid_to=data.valid_to,
        document_name=row["document_name"], note=row["note"],
    )  # fmt: skip
    await _store(db, actor, {**await check(db, wanted), "follows_id": entrustment_id})
    return await read_entrustment(db, actor, data.id)
