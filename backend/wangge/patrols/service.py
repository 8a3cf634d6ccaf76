"""Planning patrols, and following them from the desk."""

from datetime import date
from itertools import takewhile
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree, path_in_scope
from wangge.patrols import repository
from wangge.patrols.errors import (
    AssigneeNotAvailable,
    DayIsPast,
    EmployerNotInScope,
    PatrolIdReused,
    PatrolNotOpen,
    TooManyStops,
)
from wangge.patrols.rules import walking_order
from wangge.patrols.schemas import Assignable, PatrolCancel, PatrolDetail, PatrolItem, PatrolPlan
from wangge.policies.service import policies_in_force
from wangge.visits.service import records_of_patrol

SORTS = {"planned_on": "t.planned_on", "title": "t.title", "status": "t.status", "assignee": "p.name"}
STATUSES = ("planned", "started", "finished", "cancelled")


async def list_patrols(
    db: AsyncSession, actor: Actor, on: date | None, assignee_id: UUID | None, grid_id: UUID | None, status: str | None,
    q: str, sort: str | None, page: int, page_size: int,
) -> Page[PatrolItem]:  # fmt: skip
    """Patrols of one's scope, and those given to oneself; the newest day first."""
    actor.require("patrol.read")
    where = await in_subtree(db, actor, Where(), grid_id, "t.grid_path", also="t.assignee_id = app_person()")
    if on:
        where.add("t.planned_on = :on", on=on)
    if assignee_id:
        where.add("t.assignee_id = :assignee_id", assignee_id=assignee_id)
    if one_of("status", status, STATUSES):
        where.add("t.status = :status", status=status)
    if q.strip():
        where.add("(t.title ilike :q or t.assignee_id in (select id from people where name ilike :q))", q=search_pattern(q))
    found = await repository.patrols_page(db, where, order_by(sort, SORTS, "-planned_on"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[PatrolItem])


async def patrol_detail(db: AsyncSession, actor: Actor, patrol_id: UUID) -> PatrolDetail:
    """A patrol with what was done at each stop.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("patrol.read")
    row = await repository.patrol_or_none(db, patrol_id)
    if row is None:
        raise NotFound()
    check_ins, visits = await records_of_patrol(db, patrol_id)
    for stop in row["stops"]:
        employer_id = UUID(stop["employer"]["id"])
        stop["check_ins"] = [c for c in check_ins if c.employer_id == employer_id]
        stop["visits"] = [v for v in visits if v.employer_id == employer_id]
    return msgspec.convert(row, PatrolDetail, from_attributes=True)


def _common_path(paths: list[str]) -> str:
    """The path of the smallest grid that holds all of these."""
    common = paths[0].split(".")
    for path in paths[1:]:
        common = [ours for ours, theirs in takewhile(lambda pair: pair[0] == pair[1], zip(common, path.split("."), strict=False))]
    return ".".join(common)


async def _stored(db: AsyncSession, actor: Actor, data: PatrolPlan) -> PatrolDetail | None:
    """The patrol that has the id already, if it is the one that is asked for.

    Raises:
        PatrolIdReused: it is another.
    """
    if await repository.patrol_or_none(db, data.id) is None:
        return None
    patrol = await patrol_detail(db, actor, data.id)
    if (patrol.assignee.id, patrol.planned_on) != (data.assignee_id, data.planned_on):
        raise PatrolIdReused()
    if {s.employer.id for s in patrol.stops} != set(data.employer_ids):
        raise PatrolIdReused()
    return patrol


async def plan_patrol(db: AsyncSession, actor: Actor, data: PatrolPlan) -> PatrolDetail:
    """Plan a patrol for a person and a day, its stops in the order given or in a short round; the same id again gives the stored one.

    Raises:
        TooManyStops, DayIsPast, AssigneeNotAvailable, PersonNotCertified, EmployerNotInScope, PatrolIdReused: as they say.
    """
    actor.require("patrol.plan")
    if stored := await _stored(db, actor, data):
        return stored
    wanted = list(dict.fromkeys(data.employer_ids))
    max_stops = (await policies_in_force(db))["patrol_stops_max"]
    if len(wanted) > max_stops:
        raise TooManyStops(max=max_stops, count=len(wanted))
    if data.planned_on < china_day(utc_now()):
        raise DayIsPast(planned_on=data.planned_on.isoformat())
    if not await repository.is_within_reach(db, data.assignee_id, data.planned_on):
        raise AssigneeNotAvailable()
    await repository.require_certificate(db, data.assignee_id, data.planned_on)
    employers = {e["id"]: e for e in await repository.employers_to_visit(db, wanted)}
    if len(employers) < len(wanted):
        raise EmployerNotInScope(count=len(wanted) - len(employers))
    given = [employers[i] for i in wanted]
    points = [(e["lon"], e["lat"]) if e["lon"] is not None else None for e in given]
    order = list(range(len(given))) if data.keep_order else walking_order(points)
    common = _common_path([e["grid_path"] for e in given])
    values = {
        "id": data.id,
        "title": data.title.strip() or f"{data.planned_on.month}月{data.planned_on.day}日巡查",
        "note": data.note,
        "assignee_id": data.assignee_id,
        "planned_on": data.planned_on,
        "planned_by": actor.person_id,
        "common": common,
    }
    if not await repository.insert_patrol(db, values, [(given[i]["id"], given[i]["grid_path"]) for i in order]):
        # the same request at the same time, or somebody else's patrol out of sight
        if stored := await _stored(db, actor, data):
            return stored
        raise PatrolIdReused()
    after = {"title": values["title"], "assignee_id": str(data.assignee_id), "planned_on": data.planned_on.isoformat(), "status": "planned"}
    details = {"after": {**after, "stops": len(order)}}
    await audit(db, "patrol_planned", "patrol", data.id, details, common)
    return await patrol_detail(db, actor, data.id)


async def cancel_patrol(db: AsyncSession, actor: Actor, patrol_id: UUID, data: PatrolCancel) -> PatrolDetail:
    """Call a patrol off; what has been done on it stays.

    Raises:
        NotFound, VersionStale, PatrolNotOpen: as they say.
    """
    actor.require("patrol.plan")
    reason = data.reason.strip()
    if not reason:
        raise InvalidInput([FieldProblem("reason", "reason_missing", "取消时请写明原因。", "Say why you call it off.")])
    row = await repository.patrol_for_update(db, patrol_id)
    if row is None:
        raise NotFound()
    if row["status"] not in ("planned", "started"):
        raise PatrolNotOpen()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    await repository.cancel(db, patrol_id, reason)
    details = {"before": {"status": row["status"]}, "after": {"status": "cancelled"}, "reason": reason}
    await audit(db, "patrol_cancelled", "patrol", patrol_id, details, row["grid_path"])
    return await patrol_detail(db, actor, patrol_id)


async def list_assignable(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, on: date | None, q: str, page: int, page_size: int
) -> Page[Assignable]:
    """Who can be sent out on a day: people of the scope; with a grid, those who answer for it, a part of it or what is around it,
    the ones nearest to the ground first."""
    actor.require("patrol.plan")
    subtree = await path_in_scope(db, grid_id) if grid_id else None
    where = Where(repository.CAN_BE_SENT, subtree=subtree, on=on or china_day(utc_now()))
    if q.strip():
        where.add("p.name ilike :q", q=search_pattern(q))
    order = f"{repository.ANSWERS_FOR_IT} desc nulls last, (p.kind <> 'legal_supervisor'), p.name, p.id"
    found = await repository.assignable_page(db, where, order, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[Assignable])
