"""Recording, ending and withdrawing signals; the key list follows at once."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.key_list.repository import look_at
from wangge.signals import repository
from wangge.signals.errors import SignalClosed, SignalIdReused
from wangge.signals.schemas import SignalEnd, SignalRead, SignalRecord, SignalWithdraw


def _in_future(field: str, day: date) -> list[FieldProblem]:
    if day <= china_day(utc_now()):
        return []
    return [FieldProblem(field, "in_future", "日期不能晚于今天。", "The day cannot lie in the future.")]


async def _checked(db: AsyncSession, data: SignalRecord) -> str | None:
    """The aspect that the signal belongs to.

    Raises:
        InvalidInput: a kind or aspect that there is not, a violation without aspect, a day to come.
    """
    kinds = {k["code"]: k for k in await repository.kinds(db)}
    aspects = {a["code"] for a in await repository.aspects(db)}
    problems = _in_future("since", data.since)
    kind = kinds.get(data.kind)
    if kind is None:
        problems.append(FieldProblem("kind", "unknown_value", "没有这种线索。", "There is no such kind of signal."))
    aspect = data.aspect or (kind["aspect"] if kind else None)
    if data.aspect and data.aspect not in aspects:
        problems.append(FieldProblem("aspect", "unknown_value", "没有这项评价内容。", "There is no such aspect."))
    elif kind and kind["is_violation"] and aspect is None:
        problems.append(FieldProblem("aspect", "missing", "请选择违反了哪一方面的规定。", "Choose which rules were violated."))
    if kind and kind["is_violation"] and not data.reference.strip():
        problems.append(FieldProblem("reference", "missing", "请填写查处文书的文号。", "Name the document by which it was dealt with."))
    if problems:
        raise InvalidInput(problems)
    return aspect


async def record_signal(db: AsyncSession, actor: Actor, employer_id: UUID, data: SignalRecord) -> SignalRead:
    """Record a signal about an employer of one's scope. The same id again changes nothing.

    Raises:
        NotFound, InvalidInput, SignalIdReused: as they say.
    """
    actor.require("signal.record")
    grid_path = await repository.lock_employer(db, employer_id)
    if grid_path is None:
        raise NotFound()
    aspect = await _checked(db, data)
    values = msgspec.structs.asdict(data) | {"employer_id": employer_id, "aspect": aspect, "grid_path": grid_path}
    if await repository.insert(db, {**values, "reference": data.reference.strip(), "note": data.note.strip()}):
        details = {"kind": data.kind, "since": data.since.isoformat(), "signal_id": str(data.id), "reference": data.reference}
        await audit(db, "signal_recorded", "employer", employer_id, details, grid_path)
        await look_at(db, employer_id)
    row = await repository.signal_or_none(db, employer_id, data.id)
    if row is None:
        raise SignalIdReused()
    return msgspec.convert(row, SignalRead)


async def _open(db: AsyncSession, employer_id: UUID, signal_id: UUID) -> dict[str, Any]:
    if await repository.lock_employer(db, employer_id) is None:
        raise NotFound()
    row = await repository.signal_or_none(db, employer_id, signal_id)
    if row is None:
        raise NotFound()
    if row["withdrawn_at"] is not None:
        raise SignalClosed()
    return row


async def _written(db: AsyncSession, employer_id: UUID, row: dict[str, Any]) -> SignalRead:
    await look_at(db, employer_id)
    return msgspec.convert(await repository.signal_or_none(db, employer_id, row["id"]), SignalRead)


async def end_signal(db: AsyncSession, actor: Actor, employer_id: UUID, signal_id: UUID, data: SignalEnd) -> SignalRead:
    """Say when a lasting signal ended (arrears settled) and how one knows.

    Raises:
        NotFound, SignalClosed, VersionStale: as they say.
        InvalidInput: the day lies before its first or in the future, or the signal is one of a day.
    """
    actor.require("signal.record")
    row = await _open(db, employer_id, signal_id)
    if row["until"] is not None:
        raise SignalClosed()
    problems = _in_future("until", data.until)
    if data.until < row["since"]:
        problems.append(FieldProblem("until", "too_early", "了结日期不能早于起始日期。", "It cannot end before it began."))
    if row["kind"] not in {k["code"] for k in await repository.kinds(db) if k["is_lasting"]}:
        problems.append(FieldProblem("until", "not_lasting", "这种线索没有了结日期。", "This kind of signal has no end."))
    if problems:
        raise InvalidInput(problems)
    if not await repository.end(db, signal_id, data.until, data.note.strip(), data.version):
        raise VersionStale(version=row["version"])
    details = {"signal_id": str(signal_id), "kind": row["kind"], "after": {"until": data.until.isoformat()}, "note": data.note.strip()}
    await audit(db, "signal_ended", "employer", employer_id, details, row["grid_path"])
    return await _written(db, employer_id, row)


async def withdraw_signal(db: AsyncSession, actor: Actor, employer_id: UUID, signal_id: UUID, data: SignalWithdraw) -> SignalRead:
    """Take back a signal that should not have been recorded; it stays readable and counts for nothing.

    Raises:
        NotFound, SignalClosed, VersionStale: as they say.
    """
    actor.require("signal.record")
    row = await _open(db, employer_id, signal_id)
    if not await repository.withdraw(db, signal_id, data.reason.strip(), data.version):
        raise VersionStale(version=row["version"])
    details = {"signal_id": str(signal_id), "kind": row["kind"], "reason": data.reason.strip()}
    await audit(db, "signal_withdrawn", "employer", employer_id, details, row["grid_path"])
    return await _written(db, employer_id, row)
