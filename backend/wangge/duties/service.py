"""Giving grids to people, changing and ending what they answer for."""

from datetime import date
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.duties import repository
from wangge.duties.errors import DutyHeldAlready, DutyNeedsAppointment, DutyOver
from wangge.duties.schemas import DutyAssign, DutyChange, DutyEnd, DutyRead
from wangge.grids.service import in_subtree

SORTS = {"grid": "g.code", "person": "p.name", "valid_from": "t.valid_from", "valid_to": "t.valid_to"}
CONDITIONS = {
    "coming": "t.valid_from > china_today()",
    "current": "t.valid_from <= china_today() and (t.valid_to is null or t.valid_to >= china_today())",
    "ended": "t.valid_to < china_today()",
}


async def list_duties(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, person_id: UUID | None, status: str | None, q: str, sort: str | None,
    page: int, page_size: int,
) -> Page[DutyRead]:  # fmt: skip
    """Duties in one's scope, by subtree, person and state."""
    actor.require("people.read")
    where = await in_subtree(db, actor, Where(), grid_id, "t.grid_path")
    if person_id:
        where.add("t.person_id = :person_id", person_id=person_id)
    if one_of("status", status, tuple(CONDITIONS)):
        where.add(CONDITIONS[str(status)])
    if q.strip():
        where.add("(p.name ilike :q or g.name ilike :q or g.code like :prefix)", q=search_pattern(q), prefix=search_pattern(q)[1:])
    found = await repository.duties_page(db, where, order_by(sort, SORTS, "grid"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[DutyRead])


async def read_duty(db: AsyncSession, duty_id: UUID) -> DutyRead:
    """One duty, for a caller who may read it."""
    row = await repository.duty_or_none(db, duty_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, DutyRead)


def _check_days(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise InvalidInput(
            [FieldProblem("valid_to", "before_first_day", "结束日期不能早于开始日期。", "The last day comes before the first.")]
        )


async def assign_duty(db: AsyncSession, actor: Actor, data: DutyAssign) -> DutyRead:
    """Let a person answer for a grid from a day on; the same id again gives the stored duty.

    Raises:
        NotFound: person or grid lie outside one's scope.
        InvalidInput, DutyNeedsAppointment, DutyHeldAlready, GridHasMainOwner, PersonNotCertified: as they say.
    """
    actor.require("duty.assign")
    _check_days(data.valid_from, data.valid_to)
    grid_path = await repository.grid_of_scope(db, data.grid_id)
    person = await repository.person_of_scope(db, data.person_id, data.valid_from)
    if grid_path is None or person is None:
        raise NotFound()
    stored = await repository.duty_or_none(db, data.id)
    if stored and (str(data.person_id), str(data.grid_id)) == (stored["person"]["id"], stored["grid"]["id"]):
        return msgspec.convert(stored, DutyRead)
    if not person["is_appointed"]:
        raise DutyNeedsAppointment(name=person["name"], on=data.valid_from.isoformat())
    if await repository.holds_already(db, data.id, data.person_id, data.grid_id, data.valid_from, data.valid_to):
        raise DutyHeldAlready()
    values = msgspec.structs.asdict(data)
    if not await repository.insert_duty(db, {**values, "grid_path": grid_path}):
        raise DutyHeldAlready()
    details = {"after": msgspec.to_builtins(data)}
    await audit(db, "duty_assigned", "duty", data.id, details, grid_path)
    return await read_duty(db, data.id)


async def change_duty(db: AsyncSession, actor: Actor, duty_id: UUID, data: DutyChange) -> DutyRead:
    """Change what a duty says, or its last day.

    Raises:
        NotFound, VersionStale, DutyOver, InvalidInput, GridHasMainOwner, PersonNotCertified: as they say.
    """
    actor.require("duty.assign")
    row = await repository.duty_for_update(db, duty_id)
    if row is None:
        raise NotFound()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    if row["is_over"]:
        raise DutyOver()
    _check_days(row["valid_from"], data.valid_to)
    after = {"duty": data.duty, "tasks": data.tasks, "is_main": data.is_main, "valid_to": data.valid_to}
    before = {name: row[name] for name in after}
    await repository.change_duty(db, duty_id, after)
    await audit(db, "duty_changed", "duty", duty_id, {"before": before, "after": after}, row["grid_path"])
    return await read_duty(db, duty_id)


async def end_duty(db: AsyncSession, actor: Actor, duty_id: UUID, data: DutyEnd) -> DutyRead:
    """Set a duty's last day; its grid is a gap afterwards unless somebody else answers for it.

    Raises:
        NotFound, VersionStale, DutyOver, InvalidInput: as they say.
    """
    actor.require("duty.assign")
    row = await repository.duty_for_update(db, duty_id)
    if row is None:
        raise NotFound()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    if row["is_over"]:
        raise DutyOver()
    reason = data.reason.strip()
    if not reason:
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明结束的原因。", "Say why it ends.")])
    _check_days(row["valid_from"], data.ends_on)
    if row["valid_to"] is not None and data.ends_on > row["valid_to"]:
        raise InvalidInput([FieldProblem("ends_on", "after_last_day", "不能晚于原定的结束日期。", "Later than it ends anyway.")])
    await repository.end_duty(db, duty_id, data.ends_on, reason)
    details = {"before": {"valid_to": row["valid_to"]}, "after": {"valid_to": data.ends_on}, "reason": reason}
    await audit(db, "duty_ended", "duty", duty_id, details, row["grid_path"])
    return await read_duty(db, duty_id)
