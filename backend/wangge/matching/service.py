"""The work queue of unsure matches, deciding, and undoing."""

from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound
from wangge.core.masking import mask_phone
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.matching import repository
from wangge.matching.models import SUBJECTS, VERDICTS
from wangge.matching.schemas import MatchDecisionRead, MatchItem, MatchVerdict
from wangge.registries.errors import NotForThisRow
from wangge.registries.service import MATCH, READ

SORTS = {"score": "best"}
DECISION_SORTS = {"decided_at": "d.decided_at", "score": "d.score"}
BY = {"rules": "d.decided_by is null", "person": "d.decided_by is not null", "me": "d.decided_by = app_person()"}
VISIBLE = "exists (select from employers f where f.id = c.employer_id)"
"""Files that one may not see are no choice."""


async def list_queue(
    db: AsyncSession,
    actor: Actor,
    kind: str | None,
    source: str | None,
    q: str,
    grid_id: UUID | None,
    sort: str | None,
    page: int,
    page_size: int,
) -> Page[MatchItem]:
    """What waits for somebody to look, the likeliest first.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require(MATCH)
    where = await in_subtree(db, actor, Where(VISIBLE), grid_id, "c.grid_path")
    if one_of("kind", kind or None, SUBJECTS):
        where.add("c.subject_kind = :kind", kind=kind)
    if one_of("source", source or None, ("market_regulation", "tax", "social_insurance")):
        where.add("exists (select from registry_rows r where r.id = c.subject_id and r.source = :source)", source=source)
    if q.strip():
        where.add(
            """(exists (select from registry_rows r where r.id = c.subject_id and r.name ilike :q)
                or exists (select from employers s where s.id = c.subject_id and s.name ilike :q))""",
            q=search_pattern(q),
        )
    found = await repository.queue_page(db, where, order_by(sort, SORTS, "-score"), page, page_size)
    if "contact.read" not in actor.rights:
        for item in found.items:
            for side in (item, *item["choices"]):
                side["contact_phone"] = mask_phone(side["contact_phone"])
    return msgspec.convert(msgspec.structs.asdict(found), Page[MatchItem])


async def list_decisions(
    db: AsyncSession,
    actor: Actor,
    q: str,
    verdict: str | None,
    by: str | None,
    grid_id: UUID | None,
    sort: str | None,
    page: int,
    page_size: int,
) -> Page[MatchDecisionRead]:
    """What was decided, by the rules or by people, newest first.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require(READ)
    where = await in_subtree(db, actor, Where(), grid_id, "d.grid_path")
    if q.strip():
        where.add("d.subject_name ilike :q", q=search_pattern(q))
    if one_of("verdict", verdict or None, VERDICTS):
        where.add("d.verdict = :verdict", verdict=verdict)
    if one_of("by", by or None, tuple(BY)):
        where.add(BY[str(by)])
    found = await repository.decisions_page(db, where, order_by(sort, DECISION_SORTS, "-decided_at"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[MatchDecisionRead])


async def decide(db: AsyncSession, actor: Actor, data: MatchVerdict) -> MatchDecisionRead:
    """Say what a subject is.

    Raises:
        NotFound: no such subject in one's scope.
        InvalidInput: a verdict that does not fit the subject, or ``same`` without a file.
        NotForThisRow: decided meanwhile, or a file that cannot be chosen.
    """
    actor.require(MATCH)
    problems = []
    if data.verdict == "same" and data.employer_id is None:
        problems.append(FieldProblem("employer_id", "missing", "请选择是哪一家单位。", "Say which file it is."))
    if data.verdict == ("different" if data.kind == "registry_row" else "new_file"):
        problems.append(FieldProblem("verdict", "does_not_fit", "这一条不能这样处理。", "That cannot be said of this one."))
    if problems:
        raise InvalidInput(problems)
    if not await repository.subject_in_scope(db, data.kind, data.subject_id):
        raise NotFound()
    decision_id = await repository.decide(db, data.kind, data.subject_id, data.verdict, data.employer_id)
    if decision_id is None:
        raise NotForThisRow()
    return await _told(db, actor, decision_id, f"match_{data.verdict}")


async def undo(db: AsyncSession, actor: Actor, decision_id: UUID) -> MatchDecisionRead:
    """Take a decision back, whoever made it; the subject waits again.

    Raises:
        NotFound: no such decision in one's scope.
        NotForThisRow: taken back already.
    """
    actor.require(MATCH)
    if await repository.decision_or_none(db, decision_id) is None:
        raise NotFound()
    if not await repository.undo(db, decision_id):
        raise NotForThisRow()
    return await _told(db, actor, decision_id, "match_undone")


async def _told(db: AsyncSession, actor: Actor, decision_id: UUID, action: str) -> MatchDecisionRead:
    row: dict[str, Any] | None = await repository.decision_or_none(db, decision_id)
    if row is None:
        raise NotFound()
    details = {"subject": row["subject_name"], "employer_id": (row["employer"] or {}).get("id"), "score": row["score"]}
    await audit(db, action, row["kind"], row["subject_id"], details, row["grid_path"])
    return msgspec.convert(row, MatchDecisionRead)
