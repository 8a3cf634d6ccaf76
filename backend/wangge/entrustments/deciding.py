"""Putting an entrustment in force, ending it, taking it back."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.entrustments import repository, writing
from wangge.entrustments.checks import check
from wangge.entrustments.errors import NotADraft, NotInForce, NotPublished, OverlapNeedsReason, TermIsOver
from wangge.entrustments.rules import ends_on, last_day_allowed
from wangge.entrustments.schemas import EntrustmentDetail, EntrustmentEnd, EntrustmentWrite, PutInForce
from wangge.entrustments.service import read_entrustment


async def _to_decide(db: AsyncSession, actor: Actor, entrustment_id: UUID, version: int) -> dict[str, Any]:
    actor.require("entrustment.edit")
    row = await writing.for_update(db, entrustment_id)
    if row is None:
        raise NotFound()
    if row["version"] != version:
        raise VersionStale(version=row["version"])
    return row


async def put_in_force(db: AsyncSession, actor: Actor, entrustment_id: UUID, data: PutInForce) -> EntrustmentDetail:
    """Let a published draft count from its first day on; everything is checked once more, for the law may have moved since.

    Raises:
        NotFound, VersionStale, NotADraft, NotPublished, TermIsOver, OverlapNeedsReason: as they say. And as ``check``.
    """
    row = await _to_decide(db, actor, entrustment_id, data.version)
    if row["state"] != "draft":
        raise NotADraft()
    if not (row["document_name"] and row["published_on"] and row["published_where"]):
        raise NotPublished()
    if row["valid_to"] < _today():
        raise TermIsOver(valid_to=row["valid_to"].isoformat())
    await writing.one_at_a_time(db, row["principal_id"])
    employer_ids = await repository.employer_ids(db, entrustment_id)
    fields = {name: row[name] for name in EntrustmentWrite.__struct_fields__ if name in row}
    values = await check(db, EntrustmentWrite(**{**fields, "employer_ids": employer_ids}))
    found = await repository.overlaps(db, {**values, "follows_id": row["follows_id"]})
    reason = data.overlap_reason.strip() or row["overlap_reason"]
    if found and not reason:
        raise OverlapNeedsReason(count=len(found))
    await writing.put_in_force(db, entrustment_id, reason if found else "", actor.person_id)
    details = {"valid_from": row["valid_from"].isoformat(), "valid_to": row["valid_to"].isoformat(), "overlaps": len(found),
               "overlap_reason": reason if found else ""}  # fmt: skip
    await audit(db, "entrustment_put_in_force", "entrustment", entrustment_id, details, row["principal_path"])
    return await read_entrustment(db, actor, entrustment_id)


async def end(db: AsyncSession, actor: Actor, entrustment_id: UUID, data: EntrustmentEnd) -> EntrustmentDetail:
    """End an entrustment early, or take it back; a draft can only be taken back.

    Raises:
        NotFound, VersionStale, NotInForce, InvalidInput: as they say.
    """
    row = await _to_decide(db, actor, entrustment_id, data.version)
    today = _today()
    if not data.reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明原因。", "Say why.")])
    if row["state"] == "draft":
        how, last_day = "revoked", None
    elif row["state"] == "in_force" and row["valid_to"] >= today:
        if problem := last_day_allowed(data.how, data.last_day, today, row["valid_from"], row["valid_to"]):
            raise InvalidInput([problem])
        how, last_day = data.how, ends_on(data.last_day, today, row["valid_from"])
    else:
        raise NotInForce()
    await writing.end(db, entrustment_id, how, last_day, data.reason.strip(), actor.person_id)
    details = {"reason": data.reason.strip(), "last_day": last_day.isoformat() if last_day else None}
    await audit(db, f"entrustment_{how}", "entrustment", entrustment_id, details, row["principal_path"])
    return await read_entrustment(db, actor, entrustment_id)


def _today() -> date:
    return china_day(utc_now())
