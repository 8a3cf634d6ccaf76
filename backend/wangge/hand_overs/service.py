"""Listing what is open with a person, and handing it over whole."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import InvalidInput, NotFound
from wangge.core.repository import Where
from wangge.duties.repository import duties_page
from wangge.duties.service import CONDITIONS
from wangge.hand_overs import repository
from wangge.hand_overs.errors import (
    NobodyToHandOver,
    PatrolCannotBeKept,
    ReceiverNotAvailable,
    WorkNotCovered,
    WorkOutsideScope,
)
from wangge.hand_overs.rules import first_day, may_keep_patrol, reasons_missing, uncovered
from wangge.hand_overs.schemas import HandOverMake, HandOverRead, OpenWork
from wangge.people.errors import OwnNomination
from wangge.people.repository import person_for_update, person_or_none
from wangge.policies.service import policies_in_force

MOST = 500  # duties of one person; the demo's busiest has four


async def open_work(db: AsyncSession, actor: Actor, person_id: UUID) -> OpenWork:
    """What is open with a person of one's scope.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("people.read")
    if await person_or_none(db, person_id) is None:
        raise NotFound()
    where = Where(f"({CONDITIONS['current']} or {CONDITIONS['coming']})").add("t.person_id = :person_id", person_id=person_id)
    duties = await duties_page(db, where.add("t.grid_path <@ (select app_scope())"), "g.code", 1, MOST)
    found = {
        "duties": duties.items,
        "patrols": await repository.open_patrols(db, person_id),
        "records": await repository.open_records(db, person_id),
        "devices": await repository.devices(db, person_id),
        "outside_scope": await repository.work_elsewhere(db, person_id, china_day(utc_now())),
    }
    return msgspec.convert(found, OpenWork)


async def read_hand_over(db: AsyncSession, actor: Actor, hand_over_id: UUID) -> HandOverRead:
    """The record of a hand-over.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("people.read")
    row = await repository.hand_over_or_none(db, hand_over_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, HandOverRead)


def _items(data: HandOverMake, duties: dict[UUID, dict[str, Any]], patrols: dict[UUID, dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the record, with what each thing was called that day."""
    items: list[dict[str, Any]] = []
    for duty in data.duties:
        row = duties[duty.duty_id]
        details = {"name": row["name"], "code": row["code"], "duty": row["duty"], "is_main": row["is_main"]}
        items.append({"kind": "duty", "subject_id": duty.duty_id, "outcome": "moved" if duty.person_id else "ended",
                      "receiver_id": duty.person_id, "reason": duty.reason.strip(), "details": details,
                      "grid_path": row["grid_path"]})  # fmt: skip
    outcomes = {"move": "moved", "cancel": "cancelled", "keep": "kept"}
    for patrol in data.patrols:
        row = patrols[patrol.patrol_id]
        details = {
            "name": row["title"],
            "planned_on": row["planned_on"].isoformat(),
            "stops": row["stops_total"],
            "open": row["stops_open"],
        }
        items.append({"kind": "patrol", "subject_id": patrol.patrol_id, "outcome": outcomes[patrol.action],
                      "receiver_id": patrol.person_id if patrol.action == "move" else None, "reason": patrol.reason.strip(),
                      "details": details, "grid_path": row["grid_path"]})  # fmt: skip
    return items


async def hand_over(db: AsyncSession, actor: Actor, person_id: UUID, data: HandOverMake) -> HandOverRead:
    """Move everything that is open with a person to her successors and end her post, in one transaction.

    Raises:
        NotFound, InvalidInput, OwnNomination, NobodyToHandOver: as they say.
        WorkNotCovered, WorkOutsideScope: something would be left behind.
        ReceiverNotAvailable, PatrolCannotBeKept, PersonNotCertified: somebody cannot take what is given to her.
    """
    actor.require("people.approve")
    person = await person_for_update(db, person_id)
    if person is None:
        raise NotFound()
    if await repository.hand_over_or_none(db, data.id) is not None:
        return await read_hand_over(db, actor, data.id)
    if person_id == actor.person_id:
        raise OwnNomination()
    problems = reasons_missing(data.duties, data.patrols)
    if problems:
        raise InvalidInput(problems)
    today = china_day(utc_now())
    if not await repository.has_post(db, person_id, min(data.ends_on, today)):
        raise NobodyToHandOver()
    elsewhere = await repository.work_elsewhere(db, person_id, data.ends_on)
    if elsewhere:
        raise WorkOutsideScope(count=elsewhere)
    duties = {d["id"]: d for d in await repository.open_duties(db, person_id, data.ends_on)}
    patrols = {p["id"]: p for p in await repository.open_patrols(db, person_id, lock=True)}
    named_duties, named_patrols = [d.duty_id for d in data.duties], [p.patrol_id for p in data.patrols]
    left = uncovered(duties, named_duties), uncovered(patrols, named_patrols)
    gone = uncovered(named_duties, duties), uncovered(named_patrols, patrols)
    if any(left) or any(gone) or len(named_duties) != len(duties) or len(named_patrols) != len(patrols):
        raise WorkNotCovered(duties=len(left[0]), patrols=len(left[1]))
    kept = [p for p in data.patrols if p.action == "keep"]
    lost = [p for p in kept if not may_keep_patrol(patrols[p.patrol_id]["planned_on"], data.ends_on, today)]
    if lost:
        raise PatrolCannotBeKept(count=len(lost))
    given_duties = [(d.duty_id, d.person_id) for d in data.duties]
    given_patrols = [(p.patrol_id, p.person_id) for p in data.patrols if p.action == "move" and p.person_id]
    receivers = [(r, max(duties[i]["valid_from"], data.ends_on + timedelta(days=1))) for i, r in given_duties if r]
    receivers += [(r, first_day(patrols[i]["planned_on"], today)) for i, r in given_patrols]
    able = await repository.who_can_receive(db, [r for r, _ in receivers], [day for _, day in receivers])
    unable = len(receivers) - able + sum(r == person_id for r, _ in receivers)
    if unable:
        raise ReceiverNotAvailable(count=unable)
    values = {"id": data.id, "person_id": person_id, "cause": data.cause, "reason": data.reason.strip(), "ends_on": data.ends_on,
              "done_by": actor.person_id, "grid_path": person["grid_path"]}  # fmt: skip
    items = _items(data, duties, patrols)
    names = await repository.names_of(db, [r for r, _ in receivers])
    for item in items:
        item["details"]["receiver"] = names.get(item["receiver_id"])
    await repository.insert_hand_over(db, values, items)
    await repository.hand_duties_over(db, person_id, data.ends_on, given_duties, data.reason.strip())
    await repository.hand_patrols_over(db, person_id, given_patrols)
    cancelled = [p for p in data.patrols if p.action == "cancel"]
    await repository.cancel_patrols(db, person_id, [p.patrol_id for p in cancelled], [p.reason.strip() for p in cancelled])
    late_days = int((await policies_in_force(db))["late_records_days"])
    await repository.end_appointments(db, person_id, data.ends_on, data.ends_on + timedelta(days=late_days))
    leaves = data.cause == "leaving"
    await repository.close_file(db, person_id, "left" if leaves else "approved", data.ends_on if leaves else None, data.reason.strip())
    details = {"cause": data.cause, "ends_on": data.ends_on, "duties": len(duties), "patrols": len(patrols), "reason": data.reason.strip()}
    await audit(db, "work_handed_over", "person", person_id, {**details, "hand_over_id": str(data.id)}, person["grid_path"])
    return await read_hand_over(db, actor, data.id)
