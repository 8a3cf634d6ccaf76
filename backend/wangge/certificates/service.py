"""Entering, correcting, revoking certificates; and who is to be reminded."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.certificates import repository
from wangge.certificates.errors import CertificateRevoked, ExamNotPassed
from wangge.certificates.schemas import (
    CertificateChange,
    CertificateCounts,
    CertificateEnter,
    CertificateRead,
    CertificateRevoke,
    OwnCertificates,
    Requirement,
    UnitCount,
)
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force

SORTS = {
    "expires_on": "t.expires_on", "issued_on": "t.issued_on", "person": "p.name", "number": "t.number",
}  # fmt: skip
KINDS = ("post_certificate", "inspector_certificate", "enforcement_certificate")
UNITS_SHOWN = 200


async def reminder_days(db: AsyncSession) -> int:
    """How many days ahead an end is announced (policy ``certificate_reminder_days``)."""
    return int((await policies_in_force(db))["certificate_reminder_days"])


async def chosen(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, person_id: UUID | None, kind: str | None, status: str | None, q: str
) -> Where:
    """The conditions of a list of certificates, for the list and for its export."""
    where = await in_subtree(db, actor, Where(days=await reminder_days(db)), grid_id, "t.grid_path")
    if person_id:
        where.add("t.person_id = :person_id", person_id=person_id)
    if one_of("kind", kind, KINDS):
        where.add("t.kind = :kind", kind=kind)
    if one_of("status", status, tuple(repository.STATES)):
        where.add(repository.STATES[str(status)])
    if q.strip():
        where.add("(p.name ilike :q or p.name_pinyin ilike :q or t.number ilike :q or p.employee_no ilike :q)", q=search_pattern(q))
    return where


async def list_certificates(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, person_id: UUID | None, kind: str | None, status: str | None, q: str,
    sort: str | None, page: int, page_size: int,
) -> Page[CertificateRead]:  # fmt: skip
    """Certificates of one's people; those that end first come first."""
    actor.require("people.read")
    where = await chosen(db, actor, grid_id, person_id, kind, status, q)
    found = await repository.certificates_page(db, where, order_by(sort, SORTS, "expires_on"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[CertificateRead])


async def read_certificate(db: AsyncSession, certificate_id: UUID) -> CertificateRead:
    """One certificate, for a caller who may read it."""
    row = await repository.certificate_or_none(db, certificate_id, await reminder_days(db))
    if row is None:
        raise NotFound()
    return msgspec.convert(row, CertificateRead)


def check_days(issued_on: date, expires_on: date | None) -> None:
    """Raise ``InvalidInput`` when a certificate would end before it begins."""
    if expires_on is not None and expires_on < issued_on:
        zh, en = "有效期止不能早于发证日期。", "It would end before its day of issue."
        raise InvalidInput([FieldProblem("expires_on", "before_first_day", zh, en)])


async def enter_certificate(db: AsyncSession, actor: Actor, data: CertificateEnter) -> CertificateRead:
    """Enter a certificate; the same id again gives the stored one.

    Raises:
        NotFound: the person lies outside one's scope.
        InvalidInput, CertificateNumberTaken, ExamNotPassed: as they say.
    """
    actor.require("people.train")
    check_days(data.issued_on, data.expires_on)
    grid_path = await repository.path_of_person(db, data.person_id)
    if grid_path is None:
        raise NotFound()
    values: dict[str, Any] = {**msgspec.structs.asdict(data), "number": data.number.strip(), "issuer": data.issuer.strip()}
    values |= {"entered_by": actor.person_id, "grid_path": grid_path}
    if not await repository.insert_certificate(db, values):
        stored = await read_certificate(db, data.id)
        if (stored.person.id, stored.kind, stored.number) == (data.person_id, data.kind, data.number.strip()):
            return stored
        raise NotFound()
    if data.exam_result_id and not await repository.use_exam_result(db, data.exam_result_id, data.person_id, data.kind, data.id):
        raise ExamNotPassed()
    await audit(db, "certificate_entered", "certificate", data.id, {"after": msgspec.to_builtins(data)}, grid_path)
    return await read_certificate(db, data.id)


async def open_certificate(db: AsyncSession, certificate_id: UUID, version: int) -> dict[str, Any]:
    """A certificate of the acting scope, locked, as the caller saw it.

    Raises:
        NotFound, VersionStale, CertificateRevoked: as they say.
    """
    row = await repository.certificate_for_update(db, certificate_id)
    if row is None:
        raise NotFound()
    if row["version"] != version:
        raise VersionStale(version=row["version"])
    if row["revoked_on"] is not None:
        raise CertificateRevoked()
    return row


async def change_certificate(db: AsyncSession, actor: Actor, certificate_id: UUID, data: CertificateChange) -> CertificateRead:
    """Correct a certificate to what is printed on it.

    Raises:
        NotFound, VersionStale, CertificateRevoked, CertificateNumberTaken, InvalidInput: as they say.
    """
    actor.require("people.train")
    row = await open_certificate(db, certificate_id, data.version)
    check_days(data.issued_on, data.expires_on)
    after = {"number": data.number.strip(), "issuer": data.issuer.strip(), "issued_on": data.issued_on, "expires_on": data.expires_on}
    await repository.change_certificate(db, certificate_id, after)
    details = {"before": {name: row[name] for name in after}, "after": after}
    await audit(db, "certificate_changed", "certificate", certificate_id, details, row["grid_path"])
    return await read_certificate(db, certificate_id)


async def revoke_certificate(db: AsyncSession, actor: Actor, certificate_id: UUID, data: CertificateRevoke) -> CertificateRead:
    """Let a certificate count no longer from a day on.

    Raises:
        NotFound, VersionStale, CertificateRevoked, InvalidInput: as they say.
    """
    actor.require("people.train")
    row = await open_certificate(db, certificate_id, data.version)
    if not data.reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明撤销的原因。", "Say why it is revoked.")])
    if data.revoked_on < row["issued_on"]:
        zh, en = "撤销日期不能早于发证日期。", "It cannot be revoked before its day of issue."
        raise InvalidInput([FieldProblem("revoked_on", "before_first_day", zh, en)])
    await repository.revoke_certificate(db, certificate_id, data.revoked_on, data.reason.strip())
    details = {"number": row["number"], "after": {"revoked_on": data.revoked_on}, "reason": data.reason.strip()}
    await audit(db, "certificate_revoked", "certificate", certificate_id, details, row["grid_path"])
    return await read_certificate(db, certificate_id)


async def count_certificates(db: AsyncSession, actor: Actor, grid_id: UUID | None) -> CertificateCounts:
    """What there is to do about certificates, in all and by unit."""
    actor.require("people.read")
    days = await reminder_days(db)
    certificates = await in_subtree(db, actor, Where(), grid_id, "t.grid_path")
    people = await in_subtree(db, actor, Where(), grid_id, "p.grid_path")
    units = msgspec.convert(await repository.counts_by_unit(db, certificates, people, days), list[UnitCount])
    return CertificateCounts(days, sum(u.expiring for u in units), sum(u.uncertified for u in units), units[:UNITS_SHOWN])


async def list_requirements(db: AsyncSession, actor: Actor) -> list[Requirement]:
    """Which kind of person needs which certificate, and by what source."""
    actor.require("people.read")
    return msgspec.convert(await repository.requirements(db), list[Requirement])


async def own_certificates(db: AsyncSession) -> OwnCertificates:
    """What the acting person herself holds; everybody may know that of herself."""
    until, held = await repository.own(db, await reminder_days(db))
    end = None if until is None or until == date.max else until
    return msgspec.convert({"is_certified": until is not None, "certified_until": end, "certificates": held}, OwnCertificates)
