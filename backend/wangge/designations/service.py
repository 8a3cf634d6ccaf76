"""Designating employers as non-local or key, and ending that."""

from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.designations import repository
from wangge.designations.errors import DesignationEnded, DesignationIdReused
from wangge.designations.schemas import Designate, DesignationEnd, Designations


async def _of(db: AsyncSession, employer_id: UUID) -> Designations:
    items = await repository.of_employer(db, employer_id)
    now = {item["kind"] for item in items if item["current"]}
    flags = {"is_non_local": "non_local" in now, "is_key": "key" in now}
    return msgspec.convert({"employer_id": employer_id, "items": items, **flags}, Designations)


async def list_designations(db: AsyncSession, actor: Actor, employer_id: UUID) -> Designations:
    """An employer's designations with their history.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    if await repository.employer_place(db, employer_id) is None:
        raise NotFound()
    return await _of(db, employer_id)


def _blank(field: str, value: str, zh: str, en: str) -> list[FieldProblem]:
    return [] if value.strip() else [FieldProblem(field, "missing", zh, en)]


async def designate(db: AsyncSession, actor: Actor, employer_id: UUID, data: Designate) -> Designations:
    """Set an employer as non-local or key from a day on; from then the city is competent for it.

    The same id again changes nothing.

    Raises:
        NotFound, InvalidInput, DesignationOverlaps, DesignationIdReused: as they say.

    Source:
        The notice, 二(二): the command centre is in charge of non-local and key employers.
    """
    actor.require("entrustment.edit")
    place = await repository.employer_place(db, employer_id)
    if place is None:
        raise NotFound()
    problems = _blank("reason", data.reason, "请写明认定理由。", "Say why.")
    problems += _blank("source", data.source, "请写明认定依据（文件或名单）。", "Name the source (a document or a list).")
    if data.valid_from > china_day(utc_now()):
        problems.append(FieldProblem("valid_from", "in_future", "起始日期不能晚于今天。", "It cannot begin in the future."))
    if problems:
        raise InvalidInput(problems)
    values = msgspec.structs.asdict(data) | {"employer_id": employer_id, "grid_path": place[0], "set_by": actor.person_id}
    if not await repository.insert(db, values):
        if data.id not in {item.id for item in (await _of(db, employer_id)).items}:
            raise DesignationIdReused()
        return await _of(db, employer_id)
    details = {"kind": data.kind, "valid_from": data.valid_from.isoformat(), "reason": data.reason, "source": data.source}
    await audit(db, "employer_designated", "employer", employer_id, details, place[0])
    return await _of(db, employer_id)


async def end_designation(db: AsyncSession, actor: Actor, employer_id: UUID, designation_id: UUID, data: DesignationEnd) -> Designations:
    """End a designation with a day that is not past, so that the past stays answerable.

    Raises:
        NotFound, DesignationEnded, InvalidInput: as they say.
    """
    actor.require("entrustment.edit")
    row = await repository.for_update(db, employer_id, designation_id)
    if row is None:
        raise NotFound()
    if row["valid_to"] is not None:
        raise DesignationEnded()
    problems = _blank("reason", data.reason, "请写明结束理由。", "Say why it ends.")
    if data.last_day < max(row["valid_from"], china_day(utc_now())):
        problems.append(FieldProblem("last_day", "too_early", "止期不能早于今天。", "The last day lies in the past."))
    if problems:
        raise InvalidInput(problems)
    await repository.end(db, designation_id, data.last_day, data.reason.strip(), actor.person_id)
    details = {"kind": row["kind"], "last_day": data.last_day.isoformat(), "reason": data.reason}
    await audit(db, "employer_designation_ended", "employer", employer_id, details, row["grid_path"])
    return await _of(db, employer_id)
