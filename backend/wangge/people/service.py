"""The register of people: finding, nominating, deciding, appointing, unmasking."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.certificates.service import reminder_days
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.people import repository
from wangge.people.errors import OwnNomination, PersonNotInState, RoleDoesNotFitUnit
from wangge.people.rules import (
    APPOINTED_WITHOUT_CERTIFICATE,
    ROLE_OF_UNIT,
    State,
    birthday_of,
    clean_id_number,
    gender_of,
    may_follow,
    phone_is_plausible,
    pinyin_of,
)
from wangge.people.schemas import (
    Assignability,
    Obstacle,
    PersonAppoint,
    PersonChange,
    PersonDecide,
    PersonDetail,
    PersonItem,
    PersonNominate,
    PersonUnmask,
    Unmasked,
)

SORTS = {"name": "p.name_pinyin", "employee_no": "p.employee_no", "unit": "u.code", "joined_on": "p.joined_on", "state": "p.state"}
KINDS = ("staff", "full_time_inspector", "part_time_inspector", "legal_supervisor")
STATES = ("nominated", "approved", "appointed", "left", "rejected")
OBSTACLES: dict[str, tuple[str, str]] = {
    "no_appointment": ("当天没有有效任职。", "Holds no appointment on that day."),
    "role_without_phone": ("所任岗位不下网格，不使用手机端。", "Her role does not go out with a phone."),
    "outside_scope": ("任职和责任网格都不在您的范围内。", "Neither appointed nor holding a duty in your grids."),
    "not_certified": ("当天没有有效证书，不得派出（持证上岗）。", "Holds no valid certificate on that day and must not be sent out."),
}


async def chosen(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, unit_id: UUID | None, kind: str | None, status: str | None,
    certificate: str | None, q: str,
) -> Where:  # fmt: skip
    """The conditions of the register's list, for the list and for its export."""
    where = await in_subtree(db, actor, Where(), grid_id, "p.grid_path")
    if unit_id:
        where.add("p.unit_id = :unit_id", unit_id=unit_id)
    if one_of("kind", kind, KINDS):
        where.add("p.kind = :kind", kind=kind)
    if one_of("status", status, STATES):
        where.add("p.state = :state", state=status)
    if one_of("certificate", certificate, tuple(repository.CERTIFICATE)):
        where.add(repository.CERTIFICATE[str(certificate)])
        if certificate != "missing":
            where.add("true", days=await reminder_days(db))
        if status is None:
            where.add("p.state = 'appointed'")
    if q.strip():
        where.add("(p.name ilike :q or p.name_pinyin ilike :q or p.employee_no ilike :q)", q=search_pattern(q))
    return where


def _with_certificate(row: dict[str, Any], days: int, today: date) -> dict[str, Any]:
    """Say in words what the certificate's last day means today; ``date.max`` is Postgres's 'infinity'."""
    until, had = row.pop("until"), row.pop("had_certificate")
    if until is None:
        word = "expired" if had else "none"
    else:
        word = "expiring" if until != date.max and (until - today).days <= days else "valid"
    return {**row, "certificate": word, "certified_until": None if until in (None, date.max) else until}


async def items(db: AsyncSession, rows: list[dict[str, Any]]) -> list[PersonItem]:
    """Rows of the register as they go over the wire."""
    days, today = await reminder_days(db), china_day(utc_now())
    return msgspec.convert([_with_certificate(row, days, today) for row in rows], list[PersonItem])


async def list_people(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, unit_id: UUID | None, kind: str | None, status: str | None,
    certificate: str | None, q: str, sort: str | None, page: int, page_size: int,
) -> Page[PersonItem]:  # fmt: skip
    """People of one's scope, numbers masked."""
    actor.require("people.read")
    where = await chosen(db, actor, grid_id, unit_id, kind, status, certificate, q)
    found = await repository.people_page(db, where, order_by(sort, SORTS, "name"), page, page_size)
    return Page(await items(db, found.items), found.total, found.page, found.page_size)


async def read_person(db: AsyncSession, person_id: UUID) -> PersonDetail:
    """A person's file, for a caller who may read it.

    Raises:
        NotFound: not in one's scope.
    """
    row = await repository.person_or_none(db, person_id)
    if row is None:
        raise NotFound()
    row.pop("grid_path")
    held = _with_certificate(row, await reminder_days(db), china_day(utc_now()))
    held |= {
        "appointments": await repository.appointments(db, person_id),
        "results": await repository.results_of(db, person_id),
        "hand_overs": await repository.hand_overs_of(db, person_id),
    }
    return msgspec.convert(held, PersonDetail)


async def person_detail(db: AsyncSession, actor: Actor, person_id: UUID) -> PersonDetail:
    """A person's file; the read is audited, for it is personal data.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("people.read")
    found = await read_person(db, person_id)
    await audit(db, "person_read", "person", person_id)
    return found


def _identity(id_number: str | None, phone: str | None) -> tuple[str | None, list[FieldProblem]]:
    """The ID number as stored, and what is wrong with it and with the telephone number."""
    problems = []
    cleaned = clean_id_number(id_number) if id_number and id_number.strip() else None
    if cleaned and birthday_of(cleaned) is None:
        zh, en = "身份证号应为 18 位，校验位要正确，请核对。", "An ID number has 18 characters and a right check digit."
        problems.append(FieldProblem("id_number", "id_number_wrong", zh, en))
    if phone and not phone_is_plausible(phone):
        problems.append(FieldProblem("phone", "phone_wrong", "电话号码不对，请核对。", "This is no telephone number."))
    return cleaned, problems


def _facts(data: PersonNominate | PersonChange, id_number: str | None) -> dict[str, Any]:
    """The columns of a person's file; the ID number, where given, decides gender and birth year."""
    born = birthday_of(id_number) if id_number else None
    return {
        "name": data.name.strip(),
        "name_pinyin": pinyin_of(data.name),
        "kind": data.kind,
        "employee_no": (data.employee_no or "").strip() or None,
        "gender": gender_of(id_number) if id_number and born else data.gender,
        "birth_year": born.year if born else data.birth_year,
        "education": data.education,
        "post": data.post.strip(),
    }


async def nominate_person(db: AsyncSession, actor: Actor, data: PersonNominate) -> PersonDetail:
    """Put a person forward for a unit of one's scope; the same id again gives the stored one.

    Raises:
        NotFound: the unit lies outside one's scope.
        InvalidInput, EmployeeNumberTaken, IdNumberTaken: as they say.
    """
    actor.require("people.nominate")
    id_number, problems = _identity(data.id_number, data.phone)
    if not data.name.strip():
        problems.append(FieldProblem("name", "missing", "请填写姓名。", "Enter the name."))
    if problems:
        raise InvalidInput(problems)
    unit = await repository.unit_of_scope(db, data.unit_id)
    if unit is None:
        raise NotFound()
    values = _facts(data, id_number) | {"id": data.id, "unit_id": data.unit_id, "grid_path": unit["grid_path"]}
    if not await repository.insert_person(db, {**values, "nominated_by": actor.person_id}):
        return await read_person(db, data.id)
    await repository.set_private(db, [data.id], [data.phone.strip()], [id_number])
    details = {"name": values["name"], "kind": data.kind, "unit_id": str(data.unit_id)}
    await audit(db, "person_nominated", "person", data.id, {"after": details}, unit["grid_path"])
    return await read_person(db, data.id)


async def _open(db: AsyncSession, person_id: UUID, version: int | None) -> dict[str, Any]:
    row = await repository.person_for_update(db, person_id)
    if row is None:
        raise NotFound()
    if version is not None and row["version"] != version:
        raise VersionStale(version=row["version"])
    return row


def _must_follow(now: State, then: State) -> None:
    if not may_follow(now, then):
        raise PersonNotInState()


async def change_person(db: AsyncSession, actor: Actor, person_id: UUID, data: PersonChange) -> PersonDetail:
    """Correct a person's file. Another kind of person may need another certificate, from today on.

    Raises:
        NotFound, VersionStale, InvalidInput, EmployeeNumberTaken, IdNumberTaken: as they say.
    """
    actor.require("people.nominate")
    phone = None if data.phone is msgspec.UNSET else data.phone.strip()
    given_id = None if data.id_number is msgspec.UNSET else data.id_number
    id_number, problems = _identity(given_id, phone)
    if problems:
        raise InvalidInput(problems)
    row = await _open(db, person_id, data.version)
    after = _facts(data, id_number)
    await repository.change_person(db, person_id, after)
    await repository.set_private(db, [person_id], [phone], [id_number])
    changed = {name for name in row if name in after and row[name] != after[name]}
    details = {"before": {n: row[n] for n in changed}, "after": {n: after[n] for n in changed},
               "numbers": [n for n, given in (("phone", phone), ("id_number", id_number)) if given is not None]}  # fmt: skip
    await audit(db, "person_changed", "person", person_id, details, row["grid_path"])
    return await read_person(db, person_id)


async def decide_nomination(db: AsyncSession, actor: Actor, person_id: UUID, data: PersonDecide) -> PersonDetail:
    """Approve a nomination, or refuse it with a reason.

    Raises:
        NotFound, VersionStale, PersonNotInState, OwnNomination, InvalidInput: as they say.
    """
    actor.require("people.approve")
    reason = data.reason.strip()
    if data.decision == "reject" and not reason:
        raise InvalidInput([FieldProblem("reason", "reason_missing", "不同意时请写明原因。", "Say why you refuse.")])
    row = await _open(db, person_id, data.version)
    state: State = "approved" if data.decision == "approve" else "rejected"
    _must_follow(row["state"], state)
    if person_id == actor.person_id:
        raise OwnNomination()
    await repository.decide(db, person_id, state, reason, actor.person_id)
    await audit(db, f"person_{state}", "person", person_id, {"reason": reason}, row["grid_path"])
    return await read_person(db, person_id)


async def nominate_again(db: AsyncSession, actor: Actor, person_id: UUID, version: int) -> PersonDetail:
    """Put somebody forward again who left or was refused.

    Raises:
        NotFound, VersionStale, PersonNotInState: as they say.
    """
    actor.require("people.nominate")
    row = await _open(db, person_id, version)
    _must_follow(row["state"], "nominated")
    await repository.nominate_again(db, person_id, actor.person_id)
    await audit(db, "person_nominated", "person", person_id, {"before": {"state": row["state"]}}, row["grid_path"])
    return await read_person(db, person_id)


async def appoint_person(db: AsyncSession, actor: Actor, person_id: UUID, data: PersonAppoint) -> PersonDetail:
    """Appoint somebody who is approved; whoever is not staff needs a certificate on the first day (持证上岗).

    Raises:
        NotFound, PersonNotInState, InvalidInput, RoleDoesNotFitUnit, AppointedAlready, PersonNotCertified: as they say.
    """
    actor.require("people.approve")
    if data.valid_to is not None and data.valid_to < data.valid_from:
        zh, en = "任期结束日期不能早于开始日期。", "The term would end before it begins."
        raise InvalidInput([FieldProblem("valid_to", "before_first_day", zh, en)])
    row = await _open(db, person_id, None)
    _must_follow(row["state"], "appointed")
    unit = await repository.unit_of_scope(db, data.unit_id)
    if unit is None:
        raise NotFound()
    if person_id == actor.person_id:
        raise OwnNomination()
    role = data.role or ROLE_OF_UNIT[unit["kind"]]
    if role == "auditor" and unit["kind"] != "command_centre":
        raise RoleDoesNotFitUnit()
    if row["kind"] not in APPOINTED_WITHOUT_CERTIFICATE:
        await repository.require_certificate(db, person_id, data.valid_from)
    appointment_id = await repository.appoint(db, person_id, role, data.unit_id, data.valid_from, data.valid_to)
    details = {"after": {**msgspec.to_builtins(data), "role": role, "appointment_id": str(appointment_id)}}
    await audit(db, "person_appointed", "person", person_id, details, unit["grid_path"])
    return await read_person(db, person_id)


async def unmask_person(db: AsyncSession, actor: Actor, person_id: UUID, data: PersonUnmask) -> Unmasked:
    """Whole numbers, with the reason in the audit log.

    Raises:
        NotFound: not in one's scope.
        InvalidInput: no reason.
    """
    actor.require("identity.read")
    reason = data.reason.strip()
    if len(reason) < 2:
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明查看原因。", "Say why you need to see it.")])
    row = await repository.unmask(db, person_id, list(data.fields), reason)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, Unmasked)


async def assignability(db: AsyncSession, actor: Actor, person_id: UUID, on: date | None, language: Language) -> Assignability:
    """Whether a person of one's scope can be sent out on a day, and if not, why.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("patrol.plan")
    if await repository.person_or_none(db, person_id) is None:
        raise NotFound()
    day = on or china_day(utc_now())
    codes = await repository.obstacles(db, person_id, day)
    said = [Obstacle(code, OBSTACLES[code][0 if language == "zh" else 1]) for code in codes]  # type: ignore[arg-type]
    return Assignability(day, not codes, said)
