"""Reading anomalies at the desk, and concluding on them."""

from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.anomalies import repository
from wangge.anomalies.errors import OwnAnomaly
from wangge.anomalies.rules import CODES
from wangge.anomalies.schemas import AnomalyQuery, AnomalyRead, AnomalyReview, wire
from wangge.core.audit import audit
from wangge.core.errors import NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force

SORTS = {"happened_at": "a.happened_at", "score": "a.score", "person": "p.name", "employer": "e.name", "reviewed_at": "a.reviewed_at"}
STATES = ("open", "explained", "confirmed", "all")


async def chosen(db: AsyncSession, actor: Actor, query: AnomalyQuery) -> Where:
    """The conditions of a list."""
    where = await in_subtree(db, actor, Where(), query.grid_id, "a.grid_path")
    least = query.min_score if query.min_score is not None else int((await policies_in_force(db))["anomaly_shown_from"])
    where.add("a.score >= :min_score", min_score=least)
    status = one_of("status", query.status, STATES) or "open"
    if status == "open":
        where.add("a.conclusion is null")
    elif status != "all":
        where.add("a.conclusion = :conclusion", conclusion=status)
    if one_of("reason", query.reason, CODES):
        where.add("a.reasons @> cast(:reason as jsonb)", reason=msgspec.json.encode([{"code": query.reason}]).decode())
    if query.person_id:
        where.add("a.person_id = :person_id", person_id=query.person_id)
    if query.employer_id:
        where.add("a.employer_id = :employer_id", employer_id=query.employer_id)
    if query.first_day:
        where.add("a.on_day >= :first_day", first_day=query.first_day)
    if query.last_day:
        where.add("a.on_day <= :last_day", last_day=query.last_day)
    return where


async def list_anomalies(
    db: AsyncSession, actor: Actor, query: AnomalyQuery, sort: str | None, page: int, page_size: int
) -> Page[AnomalyRead]:
    """Odd records of one's scope, by default those that nobody has concluded on, from the score that the policy shows.

    Raises:
        RightMissing, InvalidInput: as they say.
    """
    actor.require("anomaly.read")
    found = await repository.anomalies_page(db, await chosen(db, actor, query), order_by(sort, SORTS, "-happened_at"), page, page_size)
    return Page(msgspec.convert([wire(r) for r in found.items], list[AnomalyRead]), found.total, found.page, found.page_size)


async def review_anomaly(db: AsyncSession, actor: Actor, anomaly_id: UUID, data: AnomalyReview) -> AnomalyRead:
    """Conclude on an odd record; the conclusion and its reason go into the audit log.

    Raises:
        NotFound: not in one's scope.
        OwnAnomaly: one's own record.
        VersionStale: looked at again, or concluded on, since.
    """
    actor.require("anomaly.review")
    row = await repository.anomaly_or_none(db, anomaly_id)
    if row is None:
        raise NotFound()
    if row["person_id"] == actor.person_id:
        raise OwnAnomaly()
    if not await repository.conclude(db, anomaly_id, data.conclusion, data.note.strip(), data.version):
        raise VersionStale(version=row["version"])
    details = {"before": {"conclusion": row["conclusion"]}, "after": {"conclusion": data.conclusion, "note": data.note.strip()}}
    await audit(db, "anomaly_reviewed", row["subject_kind"], row["subject_id"], details, row["grid_path"])
    return _as_read(await repository.anomaly_or_none(db, anomaly_id) or row)


def _as_read(row: dict[str, object]) -> AnomalyRead:
    return msgspec.convert(wire(row), AnomalyRead)
