"""Giving grids to people at the desk."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_NORTH_1,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_certificate,
    make_duty,
    make_person_with_account,
    today,
)
from fixture_types import Client

from wangge.core.ids import new_id

DAY = timedelta(days=1)


def duty_of(person: UUID, grid: UUID, **changes: Any) -> dict[str, Any]:
    """A duty from today on."""
    return {"id": str(new_id()), "person_id": str(person), "grid_id": str(grid), "duty": "采集、宣传、走访",
            "valid_from": today().isoformat(), **changes}  # fmt: skip


@pytest.fixture
async def someone(owner: Owner, territory: Territory) -> UUID:
    """An appointed, certified supervisor who holds no grid yet."""
    return (await make_person_with_account(owner, WEST_SOUTH_2, name="曲丽", duties=[])).id


async def test_a_grid_is_given_changed_and_taken_back(owner: Owner, territory: Territory, client: Client, someone: UUID) -> None:
    http = client(territory["county"])
    body = duty_of(someone, territory.grids[WEST_SOUTH_2], is_main=True, tasks="每季度走访一遍")

    given = await http.post("/api/duties", json=body)
    assert given.status_code == 201, given.text
    duty = given.json()
    assert (duty["person"]["name"], duty["grid"]["code"], duty["state"]) == ("曲丽", "370702002002", "current")
    assert (duty["is_main"], duty["is_certified"], duty["certified_until"]) == (True, True, None)
    assert (await http.post("/api/duties", json=body)).json() == duty  # the same id again assigns once

    changed = (await http.patch(f"/api/duties/{duty['id']}", json={
        "duty": "采集", "tasks": "", "is_main": False, "valid_to": (today() + 9 * DAY).isoformat(), "version": duty["version"],
    })).json()  # fmt: skip
    assert (changed["duty"], changed["is_main"], changed["version"]) == ("采集", False, 2)

    ended = (await http.post(f"/api/duties/{duty['id']}/end", json={
        "ends_on": today().isoformat(), "reason": "调整分工", "version": 2,
    })).json()  # fmt: skip
    assert (ended["valid_to"], ended["end_reason"], ended["state"]) == (today().isoformat(), "调整分工", "current")
    lines = await owner.fetch("select action, details::text from audit_log where subject_id = $1 order by id", UUID(duty["id"]))
    assert [r["action"] for r in lines] == ["duty_assigned", "duty_changed", "duty_ended"]
    assert '"reason": "调整分工"' in lines[2]["details"]


async def test_a_grid_has_one_main_owner_at_a_time_and_any_number_of_others(
    owner: Owner, territory: Territory, client: Client, someone: UUID
) -> None:
    http, grid = client(territory["county"]), territory.grids[WEST_NORTH_2]
    await make_duty(owner, territory["community"].id, WEST_NORTH_2, valid_to=today() + 2 * DAY, is_main=True)

    refused = await http.post("/api/duties", json=duty_of(someone, grid, is_main=True))
    assert (refused.status_code, refused.json()["type"]) == (409, "grid_has_main_owner")
    assert "主责任人" in refused.json()["detail"]
    assert (await http.post("/api/duties", json=duty_of(someone, grid))).status_code == 201
    later = duty_of(someone, territory.grids[WEST_NORTH_2], is_main=True, valid_from=(today() + 3 * DAY).isoformat())
    assert (await http.post("/api/duties", json=later)).json()["type"] == "duty_held_already"


async def test_who_is_not_certified_or_not_appointed_is_given_nothing(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    bare = await make_person_with_account(owner, WEST_SOUTH_2, name="无证", certified=False, duties=[])
    gone = await make_person_with_account(owner, WEST_SOUTH_2, name="离岗", duties=[])
    await owner.execute("update appointments set valid_to = current_date - 2 where person_id = $1", gone.id)

    answers = {p.name: (await http.post("/api/duties", json=duty_of(p.id, territory.grids[WEST_SOUTH_2]))).json() for p in (bare, gone)}

    assert answers["无证"]["type"] == "person_not_certified"
    assert answers["无证"]["needs"] == ["post_certificate"]
    assert answers["离岗"]["type"] == "duty_needs_appointment"
    assert answers["离岗"]["detail"].startswith(f"离岗 在 {today()} 没有有效任职")


async def test_a_duty_that_outlives_its_certificate_shows_as_uncertified(owner: Owner, territory: Territory, client: Client) -> None:
    person = await make_person_with_account(owner, WEST_SOUTH_2, certified=False, duties=[])
    await make_certificate(owner, person.id, issued_on=today() - 30 * DAY, expires_on=today() - DAY)
    await make_duty(owner, person.id, WEST_SOUTH_2, valid_from=today() - 20 * DAY)

    found = (await client(territory["county"]).get("/api/duties", params={"person_id": str(person.id)})).json()

    assert [(d["state"], d["is_certified"]) for d in found["items"]] == [("current", False)]


async def test_a_county_gives_its_own_grids_to_its_own_people_only(
    owner: Owner, territory: Territory, client: Client, someone: UUID
) -> None:
    http, stranger = client(territory["county"]), territory[f"owner_of:{EAST_NORTH_1}"]

    for body in (duty_of(someone, territory.grids[EAST_NORTH_1]), duty_of(stranger.id, territory.grids[WEST_NORTH_1])):
        assert (await http.post("/api/duties", json=body)).json()["type"] == "not_found"
    theirs = await owner.fetchval("select id from duties where person_id = $1", stranger.id)
    change = {"duty": "x", "tasks": "", "is_main": False, "valid_to": None, "version": 1}
    assert (await http.patch(f"/api/duties/{theirs}", json=change)).json()["type"] == "not_found"
    end = {"ends_on": today().isoformat(), "reason": "x", "version": 1}
    assert (await http.post(f"/api/duties/{theirs}/end", json=end)).json()["type"] == "not_found"


@pytest.mark.parametrize(
    ("state", "expected"), [("current", {WEST_NORTH_1}), ("coming", {WEST_NORTH_2}), ("ended", {WEST_SOUTH_2}), (None, None)]
)
async def test_duties_are_found_by_state(
    state: str | None, expected: set[str] | None, owner: Owner, territory: Territory, client: Client
) -> None:
    person = territory["community"].id
    await make_duty(owner, person, WEST_NORTH_2, valid_from=today() + DAY)
    await make_duty(owner, person, WEST_SOUTH_2, valid_to=today() - DAY)
    params = {"person_id": str(person), **({"status": state} if state else {})}

    found = (await client(territory["county"]).get("/api/duties", params=params)).json()["items"]

    codes = {d["grid"]["code"] for d in found}
    assert codes == {p.rsplit(".", 1)[1] for p in expected or {WEST_NORTH_1, WEST_NORTH_2, WEST_SOUTH_2}}


async def test_a_stale_page_and_odd_days_are_refused(territory: Territory, client: Client, someone: UUID) -> None:
    http = client(territory["county"])
    body = duty_of(someone, territory.grids[WEST_SOUTH_2], valid_to=(today() - DAY).isoformat())
    assert (await http.post("/api/duties", json=body)).json()["errors"][0]["field"] == "valid_to"
    duty = (await http.post("/api/duties", json={**body, "valid_to": None})).json()
    end = {"ends_on": (today() - DAY).isoformat(), "reason": "x", "version": 7}
    assert (await http.post(f"/api/duties/{duty['id']}/end", json=end)).json()["type"] == "version_stale"
    assert (await http.post(f"/api/duties/{duty['id']}/end", json={**end, "version": 1})).json()["errors"][0]["field"] == "valid_to"
