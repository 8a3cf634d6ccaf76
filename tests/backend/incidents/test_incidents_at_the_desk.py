"""Incidents at the desk: seen upwards from where they happened, taken on once, closed with a word."""

from uuid import UUID

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_incident
from fixture_types import Client


@pytest.fixture
async def incident(owner: Owner, territory: Territory) -> UUID:
    return await make_incident(owner, territory["community"], WEST_NORTH_1)


@pytest.mark.parametrize(
    ("who", "sees"), [("street", True), ("county", True), ("city", True), ("other_street", False), ("other_county", False)]
)
async def test_it_is_seen_from_its_street_up_to_the_city_and_by_nobody_beside(
    who: str, sees: bool, incident: UUID, territory: Territory, client: Client
) -> None:
    http = client(territory[who])
    listed = (await http.get("/api/incidents")).json()
    assert [i["id"] for i in listed["items"]] == ([str(incident)] if sees else [])
    assert (await http.get("/api/incidents/counts")).json() == {"open": int(sees), "acknowledged": 0}
    assert (await http.get(f"/api/incidents/{incident}")).status_code == (200 if sees else 404)
    if not sees:
        answer = await http.post(f"/api/incidents/{incident}/acknowledge", json={"version": 1})
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


async def test_it_says_who_reported_what_and_where(incident: UUID, territory: Territory, client: Client) -> None:
    found = (await client(territory["city"]).get(f"/api/incidents/{incident}")).json()
    assert (found["kind"], found["severity"], found["people_count"], found["status"]) == ("collective_wage", "serious", 30, "open")
    assert found["person"]["id"] == str(territory["community"].id)
    assert len(found["grid_names"]) == 4


async def test_taking_on_and_closing_say_who_and_when_and_are_audited(
    owner: Owner, incident: UUID, territory: Territory, client: Client
) -> None:
    street = client(territory["street"])
    taken = (await street.post(f"/api/incidents/{incident}/acknowledge", json={"version": 1})).json()
    assert (taken["status"], taken["acknowledged_by"]["id"]) == ("acknowledged", str(territory["street"].id))
    assert taken["acknowledged_at"] is not None
    city = client(territory["city"])
    assert (await city.get("/api/incidents/counts")).json() == {"open": 0, "acknowledged": 1}
    closed = (await city.post(f"/api/incidents/{incident}/close", json={"note": " 当场补发工资 ", "version": taken["version"]})).json()
    assert (closed["status"], closed["closing_note"], closed["closed_by"]["id"]) == ("closed", "当场补发工资", str(territory["city"].id))
    lines = await owner.fetch("select action, person_id, grid_path::text from audit_log where subject_id = $1 order by id", incident)
    assert [tuple(r) for r in lines] == [
        ("incident_acknowledged", territory["street"].id, WEST_NORTH_1), ("incident_closed", territory["city"].id, WEST_NORTH_1),
    ]  # fmt: skip


async def test_the_second_to_take_it_on_is_told_who_was_first(incident: UUID, territory: Territory, client: Client) -> None:
    await client(territory["street"]).post(f"/api/incidents/{incident}/acknowledge", json={"version": 1})
    answer = await client(territory["county"], language="en").post(f"/api/incidents/{incident}/acknowledge", json={"version": 1})
    assert (answer.status_code, answer.json()["type"]) == (409, "incident_acknowledged")
    assert territory["street"].name in answer.json()["detail"]


async def test_nothing_is_closed_that_nobody_took_on_nor_twice_nor_without_a_word(
    incident: UUID, territory: Territory, client: Client
) -> None:
    http = client(territory["county"])

    async def close(version: int, note: str = "已处理") -> tuple[int, str | None]:
        answer = await http.post(f"/api/incidents/{incident}/close", json={"note": note, "version": version})
        return answer.status_code, answer.json().get("type")

    assert await close(1) == (409, "incident_not_acknowledged")
    await http.post(f"/api/incidents/{incident}/acknowledge", json={"version": 1})
    assert await close(1) == (409, "version_stale")
    assert await close(2, "  ") == (422, "invalid_input")
    assert await close(2) == (200, None)
    assert await close(3) == (409, "incident_closed")
    answer = await http.post(f"/api/incidents/{incident}/acknowledge", json={"version": 3})
    assert answer.json()["type"] == "incident_closed"


async def test_what_nobody_took_on_stands_on_top_the_gravest_first(owner: Owner, territory: Territory, client: Client) -> None:
    me = territory["community"]
    taken, mild, grave, done = [await make_incident(owner, me, severity=s) for s in ("critical", "normal", "critical", "critical")]
    http = client(territory["county"])
    for one in (taken, done):
        await http.post(f"/api/incidents/{one}/acknowledge", json={"version": 1})
    await http.post(f"/api/incidents/{done}/close", json={"note": "x", "version": 2})
    await make_incident(owner, territory["other_community"], EAST_SOUTH_2)
    order = [i["id"] for i in (await http.get("/api/incidents")).json()["items"]]
    assert order == [str(i) for i in (grave, mild, taken, done)]
    only_open = (await http.get("/api/incidents", params={"status": "open"})).json()
    assert only_open["total"] == 2


async def test_an_auditor_sees_and_does_not_handle(owner: Owner, incident: UUID, territory: Territory, client: Client) -> None:
    await owner.execute("update appointments set role = 'auditor' where person_id = $1", territory["county"].id)
    http = client(territory["county"])
    assert (await http.get(f"/api/incidents/{incident}")).status_code == 200
    assert (await http.post(f"/api/incidents/{incident}/acknowledge", json={"version": 1})).json()["right"] == "incident.handle"
