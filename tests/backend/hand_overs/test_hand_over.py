"""Somebody leaves: her work is moved whole, nothing is orphaned, and what she captured before still arrives."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_NORTH_1,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_1,
    Owner,
    Someone,
    Territory,
    make_duty,
    make_employer,
    make_patrol,
    make_person_with_account,
    make_session,
    today,
)
from fixture_types import Client
from phones import Phone, check_in, days_ago, visit

from wangge.core.ids import new_id

DAY = timedelta(days=1)
HandOver = Callable[..., Awaitable[Any]]


@pytest.fixture
async def leaver(owner: Owner, territory: Territory) -> Someone:
    """The supervisor of west north 1, who also holds west north 2 as its main owner."""
    await make_duty(owner, territory["community"].id, WEST_NORTH_2, is_main=True)
    return territory["community"]


@pytest.fixture
async def successor(owner: Owner, territory: Territory) -> Someone:
    """Somebody certified and appointed nearby."""
    return await make_person_with_account(owner, WEST_SOUTH_1, name="接手人", duties=[])


@pytest.fixture
def hand_over(client: Client, territory: Territory, leaver: Someone) -> HandOver:
    """Hand over as the county: everything named in the list of open work goes where it is told; ``**changes`` of the body."""

    async def make(to: UUID | None, by: str = "county", **changes: Any) -> Any:
        http = client(territory[by])
        work = (await http.get(f"/api/people/{leaver.id}/open-work")).json()
        body = {
            "id": str(new_id()), "cause": "leaving", "reason": "退休", "ends_on": today().isoformat(),
            "duties": [{"duty_id": d["id"], "person_id": to and str(to), "reason": "" if to else "暂无合适人选"} for d in work["duties"]],
            "patrols": [{"patrol_id": p["id"], "action": "move", "person_id": to and str(to)} for p in work["patrols"]], **changes,
        }  # fmt: skip
        return await http.post(f"/api/people/{leaver.id}/hand-over", json=body)

    return make


async def test_open_work_lists_all_there_is(owner: Owner, territory: Territory, client: Client, leaver: Someone) -> None:
    patrol = await make_patrol(owner, leaver, [await make_employer(owner, WEST_NORTH_1)], planned_on=today() + DAY)
    await make_patrol(owner, leaver, [await make_employer(owner, WEST_NORTH_1)], status="finished")
    await make_duty(owner, leaver.id, WEST_SOUTH_1, valid_to=today() - DAY)
    await Phone(client(leaver)).push(check_in(new_id()))

    work = (await client(territory["county"]).get(f"/api/people/{leaver.id}/open-work")).json()

    assert {d["grid"]["code"] for d in work["duties"]} == {"370702001001", "370702001002"}
    assert [(p["id"], p["stops_open"]) for p in work["patrols"]] == [(str(patrol), 1)]
    assert [(r["outcome"], r["count"]) for r in work["records"]] == [("waiting_for_parent", 1)]
    assert [d["open_sessions"] for d in work["devices"]] == [1]
    assert work["outside_scope"] == 0


async def test_everything_moves_in_one_go_and_nothing_is_orphaned(
    owner: Owner, territory: Territory, client: Client, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(2)]
    patrol = await make_patrol(owner, leaver, employers, planned_on=today() + 3 * DAY)
    overdue = await make_patrol(owner, leaver, employers, planned_on=today() - 9 * DAY, status="started")

    answer = await hand_over(successor.id)

    assert answer.status_code == 201, answer.text
    record = answer.json()
    assert (record["person"]["name"], record["done_by"]["name"]) == (leaver.name, territory["county"].name)
    assert [(i["kind"], i["outcome"], i["receiver"]["name"]) for i in record["items"]] == [
        *[("duty", "moved", "接手人")] * 2, *[("patrol", "moved", "接手人")] * 2,
    ]  # fmt: skip
    duties = await owner.fetch(
        "select person_id, grid_path::text as path, is_main, valid_from, valid_to from duties where grid_path <@ $1::text::ltree "
        "and (person_id = any($2)) order by path, valid_from",
        "370700.370702.370702001", [leaver.id, successor.id],
    )  # fmt: skip
    assert [(d["person_id"], d["is_main"], d["valid_to"]) for d in duties] == [
        (leaver.id, False, today()), (successor.id, False, None), (leaver.id, True, today()), (successor.id, True, None),
    ]  # fmt: skip
    assert [d["valid_from"] for d in duties if d["person_id"] == successor.id] == [today() + DAY] * 2
    patrols = {r["id"]: r for r in await owner.fetch("select id, assignee_id, planned_on, version from patrols")}
    assert (patrols[patrol]["assignee_id"], patrols[patrol]["planned_on"]) == (successor.id, today() + 3 * DAY)
    assert (patrols[overdue]["assignee_id"], patrols[overdue]["planned_on"]) == (successor.id, today())
    assert {r[0] for r in await owner.fetch("select assignee_id from patrol_stops")} == {successor.id}
    person = await owner.fetchrow("select state, left_on, leaving_reason from people where id = $1", leaver.id)
    assert tuple(person) == ("left", today(), "退休")
    assert await owner.fetchval("select valid_to from appointments where person_id = $1", leaver.id) == today()
    printed = await client(territory["street"]).get(f"/api/hand-overs/{record['id']}")
    assert printed.json() == record
    assert (await client(territory["other_county"]).get(f"/api/hand-overs/{record['id']}")).status_code == 404


async def test_what_is_not_named_is_not_left_behind(
    owner: Owner, territory: Territory, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    await make_patrol(owner, leaver, [await make_employer(owner, WEST_NORTH_1)])
    before = await owner.fetch("select * from duties order by id")

    forgotten = (await hand_over(successor.id, patrols=[])).json()
    nobody = (await hand_over(successor.id, duties=[])).json()

    assert (forgotten["type"], forgotten["patrols"]) == ("work_not_covered", 1)
    assert (nobody["type"], nobody["duties"]) == ("work_not_covered", 2)
    assert await owner.fetch("select * from duties order by id") == before


async def test_a_gap_or_a_cancelled_patrol_needs_its_reason(
    owner: Owner, territory: Territory, client: Client, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    patrol = await make_patrol(owner, leaver, [await make_employer(owner, WEST_NORTH_1)])
    cancel = {"patrol_id": str(patrol), "action": "cancel"}

    refused = (await hand_over(successor.id, patrols=[cancel])).json()
    assert [e["field"] for e in refused["errors"]] == ["patrols[0].reason"]
    done = (await hand_over(None, patrols=[{**cancel, "reason": "改由街道统一安排"}])).json()

    assert {i["outcome"] for i in done["items"]} == {"ended", "cancelled"}
    assert await owner.fetchval("select status from patrols where id = $1", patrol) == "cancelled"


async def test_successors_must_be_there_and_certified(
    owner: Owner, territory: Territory, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    bare = await make_person_with_account(owner, WEST_SOUTH_1, name="无证人", certified=False, duties=[])
    before = await owner.fetch("select * from duties order by id")

    assert (await hand_over(bare.id)).json()["type"] == "person_not_certified"
    assert (await hand_over(leaver.id)).json()["type"] == "receiver_not_available"
    assert (await hand_over(territory[f"owner_of:{EAST_NORTH_1}"].id)).json()["type"] == "receiver_not_available"
    assert await owner.fetch("select * from duties order by id") == before
    assert await owner.fetchval("select state from people where id = $1", leaver.id) == "appointed"


async def test_a_patrol_may_stay_until_the_last_day_but_not_beyond(
    owner: Owner, territory: Territory, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    patrol = await make_patrol(owner, leaver, [await make_employer(owner, WEST_NORTH_1)], planned_on=today() + 3 * DAY)
    keep = [{"patrol_id": str(patrol), "action": "keep"}]

    early = await hand_over(successor.id, patrols=keep, ends_on=(today() + 2 * DAY).isoformat())
    assert early.json()["type"] == "patrol_cannot_be_kept"
    late = await hand_over(successor.id, patrols=keep, ends_on=(today() + 3 * DAY).isoformat())
    assert late.status_code == 201, late.text
    assert await owner.fetchval("select assignee_id from patrols where id = $1", patrol) == leaver.id


async def test_work_in_another_county_is_handed_over_by_the_city(
    owner: Owner, territory: Territory, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    await make_duty(owner, leaver.id, EAST_NORTH_1)

    assert (await hand_over(successor.id)).json()["type"] == "work_outside_scope"
    assert (await hand_over(successor.id, by="city")).status_code == 201


async def test_what_the_leaver_captured_before_still_arrives_and_is_hers(
    owner: Owner, territory: Territory, client: Client, leaver: Someone, successor: Someone, hand_over: HandOver
) -> None:
    """Her last day was yesterday; her phone was in the drawer with a visit of two days ago on it."""
    employer = await make_employer(owner, WEST_NORTH_1)
    phone = Phone(client(leaver))
    assert (await hand_over(successor.id, ends_on=(today() - DAY).isoformat())).status_code == 201
    before, after = visit(employer, captured_at=days_ago(2)), check_in(employer, captured_at=days_ago(0))

    outcomes = await phone.push(before, after)

    assert [o["outcome"] for o in outcomes] == ["applied", "quarantined"]
    assert await owner.fetchval("select person_id from visits where id = $1", before.entity_id) == leaver.id
    # and nothing else: she sees no grid, pulls nothing, and after the grace her session is over
    assert (await phone.http.get("/api/sync/pull")).json()["right"] == "field.pull"
    assert (await phone.http.get("/api/me")).json()["scope"] == []
    await owner.execute("update appointments set late_until = china_today() - 1 where person_id = $1", leaver.id)
    assert (await phone.http.get("/api/me")).json()["type"] == "session_expired"


async def test_a_desk_is_closed_with_the_last_day(owner: Owner, territory: Territory, client: Client) -> None:
    boss = await make_person_with_account(owner, "370700", name="调走的")
    await make_session(owner, boss.account_id, boss.appointment_id)
    body = {
        "id": str(new_id()),
        "cause": "post_change",
        "reason": "调岗",
        "ends_on": (today() - DAY).isoformat(),
        "duties": [],
        "patrols": [],
    }

    assert (await client(territory["city"]).post(f"/api/people/{boss.id}/hand-over", json=body)).status_code == 201

    assert (await client(boss).get("/api/me")).json()["type"] == "session_expired"
    assert await owner.fetchval("select state from people where id = $1", boss.id) == "approved"
