"""Incidents at the desk: seen upwards, taken on, closed."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import day_begins, day_ends
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.paging import Page, one_of, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.incidents import repository
from wangge.incidents.errors import IncidentAcknowledged, IncidentClosed, IncidentNotAcknowledged
from wangge.incidents.schemas import IncidentAcknowledge, IncidentClose, IncidentCounts, IncidentRead

STATUSES = ("open", "acknowledged", "closed")
ALSO_OWN = "i.person_id = app_person()"


async def list_incidents(
    db: AsyncSession, actor: Actor, status: str | None, grid_id: UUID | None, on: date | None, q: str, page: int, page_size: int
) -> Page[IncidentRead]:
    """Incidents of one's scope, those that nobody has taken on yet first.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require("incident.read")
    where = await in_subtree(db, actor, Where(), grid_id, "i.grid_path", also=ALSO_OWN)
    if one_of("status", status, STATUSES):
        where.add("i.status = :status", status=status)
    if on:
        where.add("i.happened_at >= :start and i.happened_at < :end", start=day_begins(on), end=day_ends(on))
    if q.strip():
        where.add(
            """(i.place ilike :q or i.note ilike :q or i.employer_id in (select id from employers where name ilike :q)
                or i.person_id in (select id from people where name ilike :q))""",
            q=search_pattern(q),
        )
    found = await repository.incidents_page(db, where, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[IncidentRead])


async def incident_detail(db: AsyncSession, actor: Actor, incident_id: UUID) -> IncidentRead:
    """One incident.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("incident.read")
    row = await repository.incident_or_none(db, incident_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, IncidentRead)


async def count_incidents(db: AsyncSession, actor: Actor) -> IncidentCounts:
    """How many wait for somebody, and how many are being dealt with."""
    actor.require("incident.read")
    found = await repository.counts(db, await in_subtree(db, actor, Where("i.status <> 'closed'"), None, "i.grid_path", also=ALSO_OWN))
    return IncidentCounts(found.get("open", 0), found.get("acknowledged", 0))


async def _to_change(db: AsyncSession, incident_id: UUID) -> dict[str, Any]:
    row = await repository.lock(db, incident_id)
    if row is None:
        raise NotFound()
    if row["status"] == "closed":
        raise IncidentClosed()
    return row


async def acknowledge_incident(db: AsyncSession, actor: Actor, incident_id: UUID, data: IncidentAcknowledge) -> IncidentRead:
    """Take an incident on: whose it is now, and since when, is seen by everybody above the grid.

    Raises:
        NotFound, IncidentClosed, IncidentAcknowledged, VersionStale: as they say.
    """
    actor.require("incident.handle")
    row = await _to_change(db, incident_id)
    if row["status"] == "acknowledged":
        raise IncidentAcknowledged(name=row["taken_by"] or "")
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    await repository.acknowledge(db, incident_id)
    details = {"before": {"status": row["status"]}, "after": {"status": "acknowledged"}}
    await audit(db, "incident_acknowledged", "incident", incident_id, details, row["grid_path"])
    return await incident_detail(db, actor, incident_id)


async def close_incident(db: AsyncSession, actor: Actor, incident_id: UUID, data: IncidentClose) -> IncidentRead:
    """Close an incident, saying what came of it.

    Raises:
        NotFound, IncidentClosed, IncidentNotAcknowledged, VersionStale: as they say.
        InvalidInput: the note says nothing.
    """
    actor.require("incident.handle")
    note = data.note.strip()
    if not note:
        raise InvalidInput([FieldProblem("note", "missing", "请写明处理结果。", "Say what came of it.")])
    row = await _to_change(db, incident_id)
    if row["status"] == "open":
        raise IncidentNotAcknowledged()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    await repository.close(db, incident_id, note)
    details = {"before": {"status": row["status"]}, "after": {"status": "closed"}, "note": note}
    await audit(db, "incident_closed", "incident", incident_id, details, row["grid_path"])
    return await incident_detail(db, actor, incident_id)
