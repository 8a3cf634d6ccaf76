"""Employers' files: finding, reading, reviewing."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit, within_hourly_limit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.masking import mask_phone
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.designations.repository import DESIGNATED_SO
from wangge.employers import repository
from wangge.employers.errors import CreditCodeTaken, NotWaitingForReview
from wangge.employers.reasons import CONDITIONS, UNCOVERED
from wangge.employers.schemas import Contact, EmployerDetail, EmployerItem, Review
from wangge.grids.service import in_subtree

SORTS = {
    "name": "e.name",
    "last_visited_at": "e.last_visited_at",
    "registered_at": "e.registered_at",
    "employees": "e.employees",
}
# Besides her scope a person sees the employers of the open patrols given to her.
ON_OPEN_STOP = "e.id = any((select own_open_stops())::uuid[])"
REVIEW_STATES = ("accepted", "waiting_review", "returned")


def search_in(where: Where, q: str) -> Where:
    """Narrow to employers whose name, address or credit code holds the text."""
    if q.strip():
        where.add("(e.name ilike :q or e.address ilike :q or e.uscc = :code)", q=search_pattern(q), code=q.strip().upper())
    return where


async def list_employers(
    db: AsyncSession, actor: Actor, q: str, grid_id: UUID | None, review_state: str | None, reason: str | None,
    designation: str | None, sort: str | None, page: int, page_size: int,
) -> Page[EmployerItem]:  # fmt: skip
    """Employers of one's scope; ``reason`` is one of the reasons for being uncovered, or ``any``; ``designation`` holds today."""
    actor.require("employer.read")
    where = await in_subtree(db, actor, Where(), grid_id, "e.grid_path", also=ON_OPEN_STOP)
    place = [where.values["subtree"]] if grid_id else actor.scope
    place_only = len(where.conditions)
    search_in(where, q)
    if one_of("review_state", review_state, REVIEW_STATES):
        where.add("e.review_state = :review_state", review_state=review_state)
    if one_of("reason", reason, (*CONDITIONS, "any")):
        await repository.refresh_coverage(db)
        where.add(UNCOVERED if reason == "any" else CONDITIONS[str(reason)])
    if one_of("designation", designation, ("non_local", "key")):
        where.add(DESIGNATED_SO, designation=designation)
    order = order_by(sort, SORTS, "name")
    nothing_else = len(where.conditions) == place_only
    total = await repository.count_below(db, place, with_open_stops=grid_id is None) if nothing_else else None
    found = await repository.employers_page(db, where, order, page, page_size, total)
    return msgspec.convert(msgspec.structs.asdict(found), Page[EmployerItem])


async def employer_detail(db: AsyncSession, actor: Actor, employer_id: UUID) -> EmployerDetail:
    """An employer's file with its visits; the read is audited, for the file names a person and her phone.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    row = await repository.employer_or_none(db, employer_id)
    if row is None:
        raise NotFound()
    visits = await repository.visits_of(db, employer_id)
    photos = await repository.evidence_of(db, [employer_id, *(v["id"] for v in visits)])
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for photo in photos:
        by_subject.setdefault(photo["subject_id"], []).append(photo)
    for visit in visits:
        visit["evidence"] = by_subject.get(str(visit["id"]), [])
    if "contact.read" not in actor.rights:
        row["contact_phone"] = mask_phone(row["contact_phone"])
    await audit(db, "employer_read", "employer", employer_id, grid_path=row.pop("grid_path"))
    return msgspec.convert({**row, "visits": visits, "evidence": by_subject.get(str(employer_id), [])}, EmployerDetail)


async def unmask_contact(db: AsyncSession, actor: Actor, employer_id: UUID, reason: str) -> Contact:
    """The whole telephone number of an employer's contact, for a stated reason that the audit log keeps.

    Raises:
        NotFound: not in one's scope.
        InvalidInput: no reason.
        RateLimited: more than the limit within the hour.
    """
    actor.require("identity.read")
    if not reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明查看理由。", "Say why you need it.")])
    row = await repository.employer_or_none(db, employer_id)
    if row is None:
        raise NotFound()
    await within_hourly_limit(db, "employer_contact_unmasked", "unmask_per_hour")
    details = {"reason": reason.strip(), "field": "contact_phone"}
    await audit(db, "employer_contact_unmasked", "employer", employer_id, details, row["grid_path"])
    return Contact(row["contact_name"], row["contact_phone"])


async def review_employer(db: AsyncSession, actor: Actor, employer_id: UUID, data: Review) -> EmployerDetail:
    """Accept a registered employer into the files, or return it with a reason.

    Raises:
        NotFound, VersionStale, NotWaitingForReview, CreditCodeTaken, InvalidInput: as they say.
    """
    actor.require("employer.review")
    if data.decision == "return" and not data.reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "退回时请写明原因。", "Say why you return it.")])
    employer = await repository.employer_for_update(db, employer_id)
    if employer is None:
        raise NotFound()
    if employer["version"] != data.version:
        raise VersionStale(version=employer["version"])
    if employer["review_state"] != "waiting_review":
        raise NotWaitingForReview()
    if data.decision == "accept" and employer["uscc"]:
        taken = await db.scalar(
            text("select id from employer_with_credit_code(array[:code]) where id <> :id"),
            {"code": employer["uscc"], "id": employer_id},
        )
        if taken:
            raise CreditCodeTaken()
    state = "accepted" if data.decision == "accept" else "returned"
    await repository.write_review(db, employer_id, state, data.reason.strip(), actor.person_id)
    details = {"before": {"review_state": employer["review_state"]}, "after": {"review_state": state}, "reason": data.reason.strip()}
    await audit(db, f"employer_{state}", "employer", employer_id, details, employer["grid_path"])
    return await employer_detail(db, actor, employer_id)
