"""Planning patrols, and following them from the desk."""

from datetime import date
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import NotFound
from wangge.core.paging import Page, search_pattern
from wangge.core.repository import Where
from wangge.employers.errors import VersionStale
from wangge.employers.service import one_of
from wangge.grids.service import path_in_scope
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
from wangge.visits.service import list_check_ins, list_visits

STATUSES = ("planned", "started", "finished", "cancelled")
PER_PATROL = 200


async def list_patrols(
    db: AsyncSession, actor: Actor, on: date | None, assignee_id: UUID | None, grid_id: UUID | None, status: str | None,
    q: str, page: int, page_size: int,
) -> Page[PatrolItem]:  # fmt: skip
    """Patrols of one's scope."""
    actor.require("patrol.read")
    where = Where()
    if on:
        where.add("t.planned_on = :on", on=on)
    if assignee_id:
        where.add("t.assignee_id = :assignee_id", assignee_id=assignee_id)
    if grid_id:
        where.add("t.grid_path <@ cast(:path as ltree)", path=await path_in_scope(db, grid_id))
    if one_of("status", status, STATUSES):
        where.add("t.status = :status", status=status)
    if q.strip():
        where.add("(t.title ilike :q or t.assignee_id in (select id from people where name ilike :q))", q=search_pattern(q))
    found = await repository.patrols_page(db, where, page, page_size)
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
    check_ins = await list_check_ins(db, actor, None, None, patrol_id, None, 1, PER_PATROL)
    visits = await list_visits(db, actor, None, None, patrol_id, None, 1, PER_PATROL)
    for stop in row["stops"]:
        employer_id = UUID(stop["employer"]["id"])
        stop["check_ins"] = [c for c in check_ins.items if c.employer_id == employer_id]
        stop["visits"] = [v for v in visits.items if v.employer_id == employer_id]
    return msgspec.convert(row, PatrolDetail, from_attributes=True)


def _common_path(paths: list[str]) -> str:
    """The path of the smallest grid that holds all of these."""
    common = paths[0].split(".")
    for path in paths[1:]:
        labels = path.split(".")
        common = [a for a, b in zip(common, labels, strict=False) if a == b]
    return ".".join(common)


async def plan_patrol(db: AsyncSession, actor: Actor, data: PatrolPlan) -> PatrolDetail:
    """Plan a patrol for a person and a day, its stops in a short walking order; the same id again gives the stored one.

    Raises:
        TooManyStops, DayIsPast, AssigneeNotAvailable, EmployerNotInScope, PatrolIdReused: as they say.
    """
    actor.require("patrol.plan")
    stored = await repository.patrol_or_none(db, data.id)
    if stored:
        if UUID(stored["assignee"]["id"]) != data.assignee_id or stored["planned_on"] != data.planned_on:
            raise PatrolIdReused()
        return await patrol_detail(db, actor, data.id)
    wanted = list(dict.fromkeys(data.employer_ids))
    max_stops = (await policies_in_force(db))["patrol_stops_max"]
    if len(wanted) > max_stops:
        raise TooManyStops(max=max_stops, count=len(wanted))
    if data.planned_on < china_day(utc_now()):
        raise DayIsPast(planned_on=data.planned_on.isoformat())
    if not await repository.can_be_sent(db, data.assignee_id, data.planned_on, actor.scope[0]):
        raise AssigneeNotAvailable()
    employers = {e["id"]: e for e in await repository.employers_to_visit(db, wanted)}
    if len(employers) < len(wanted):
        raise EmployerNotInScope(count=len(wanted) - len(employers))
    given = [employers[i] for i in wanted]
    order = walking_order([(e["lon"], e["lat"]) if e["lon"] is not None else None for e in given])
    values = {
        "id": data.id,
        "title": data.title.strip() or f"{data.planned_on:%m月%d日}巡查",
        "note": data.note,
        "assignee_id": data.assignee_id,
        "planned_on": data.planned_on,
        "planned_by": actor.person_id,
        "common": _common_path([e["grid_path"] for e in given]),
    }
    await repository.insert_patrol(db, values, [(given[i]["id"], given[i]["grid_path"]) for i in order])
    await audit(db, "patrol_planned", "patrol", data.id, {"assignee_id": str(data.assignee_id), "stops": len(order)})
    return await patrol_detail(db, actor, data.id)


async def cancel_patrol(db: AsyncSession, actor: Actor, patrol_id: UUID, data: PatrolCancel) -> PatrolDetail:
    """Call a patrol off; what has been done on it stays.

    Raises:
        NotFound, VersionStale, PatrolNotOpen: as they say.
    """
    actor.require("patrol.plan")
    row = await repository.patrol_or_none(db, patrol_id)
    if row is None:
        raise NotFound()
    if row["status"] not in ("planned", "started"):
        raise PatrolNotOpen()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    await repository.cancel(db, patrol_id, data.reason.strip())
    await audit(db, "patrol_cancelled", "patrol", patrol_id, {"reason": data.reason})
    return await patrol_detail(db, actor, patrol_id)


async def list_assignable(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, on: date | None, q: str, page: int, page_size: int
) -> Page[Assignable]:
    """Who can be sent out on a day: people with a duty in the subtree; those of the nearest grid first."""
    actor.require("patrol.plan")
    path = await path_in_scope(db, grid_id) if grid_id else actor.scope[0]
    where = Where(repository.DUTY_THAT_DAY, path=path, on=on or china_day(utc_now()))
    if q.strip():
        where.add("p.name ilike :q", q=search_pattern(q))
    order = "(p.kind <> 'legal_supervisor'), p.name, p.id"
    found = await repository.assignable_page(db, where, order, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[Assignable])
