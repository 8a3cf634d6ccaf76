"""Check-ins, visits and patrols as the desk reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_1,
    Owner,
    Territory,
    make_check_in,
    make_employer,
    make_evidence,
    make_patrol,
    make_visit,
    today,
)
from fixture_types import Client


async def listed(client: Client, territory: Territory, path: str, role: str = "county", **params: Any) -> list[dict[str, Any]]:
    answer = await client(territory[role]).get(path, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["items"])
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_check_in_tells_where_and_how_sure(owner: Owner, territory: Territory, client: Client) -> None:
    person = territory["community"]
    employer_id = await make_employer(owner, WEST_NORTH_1, name="海源餐饮")
    patrol_id = await make_patrol(owner, person, [employer_id])
    check_in_id = await make_check_in(
        owner, person, employer_id, patrol_id=patrol_id, position=(119.11, 36.8), distance_m=892.1, is_on_site=False,
        flags=["off_site", "poor_accuracy"],
    )  # fmt: skip

    (found,) = await listed(client, territory, "/api/check-ins")

    assert found == found | {
        "id": str(check_in_id),
        "employer_id": str(employer_id),
        "employer_name": "海源餐饮",
        "person": {"id": str(person.id), "name": person.name},
        "patrol_id": str(patrol_id),
        "position": [119.11, 36.8],
        "accuracy_m": 12,
        "distance_m": 892.1,
        "is_on_site": False,
        "flags": ["off_site", "poor_accuracy"],
    }
    assert found["captured_at"].endswith("Z") and found["received_at"].endswith("Z")


async def test_a_check_in_without_a_position_is_there_too(owner: Owner, territory: Territory, client: Client) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)
    await make_check_in(owner, territory["community"], employer_id, is_on_site=False, flags=["no_position"])

    (found,) = await listed(client, territory, "/api/check-ins")

    assert (found["position"], found["distance_m"], found["flags"]) == (None, None, ["no_position"])


async def test_a_visit_tells_what_was_found_and_how_many_photos_have_arrived(owner: Owner, territory: Territory, client: Client) -> None:
    person = territory["community"]
    employer_id = await make_employer(owner, WEST_NORTH_1, name="海源餐饮")
    check_in_id = await make_check_in(owner, person, employer_id)
    visit_id = await make_visit(
        owner, person, employer_id, check_in_id=check_in_id, findings=[("overtime", "minor"), ("child_labour", "major")],
        evidence_expected=3, note="下周再来",
    )  # fmt: skip
    here = await make_evidence(owner, person, employer_id, subject_kind="visit", subject_id=visit_id, state="stored")
    announced = await make_evidence(owner, person, employer_id, subject_kind="visit", subject_id=visit_id)

    (found,) = await listed(client, territory, "/api/visits")

    assert (found["id"], found["check_in_id"], found["note"], found["people_met"]) == (str(visit_id), str(check_in_id), "下周再来", "李四")
    assert found["activities"] == ["collect", "publicise"]
    assert [(f["kind"], f["severity"]) for f in found["findings"]] == [("overtime", "minor"), ("child_labour", "major")]
    assert [(e["id"], e["state"], e["thumbnail"]) for e in found["evidence"]] == [
        (str(here), "stored", True), (str(announced), "expected", False),
    ]  # fmt: skip
    assert (found["expected"], found["arrived"]) == (3, 1)


@pytest.mark.parametrize("path", ["/api/check-ins", "/api/visits"])
async def test_a_day_is_a_day_in_china(path: str, owner: Owner, territory: Territory, client: Client) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)
    make = make_check_in if path == "/api/check-ins" else make_visit
    moments = {
        "last of the 9th": datetime(2026, 5, 9, 15, 59, 59, tzinfo=UTC),
        "first of the 10th": datetime(2026, 5, 9, 16, 0, tzinfo=UTC),
        "last of the 10th": datetime(2026, 5, 10, 15, 59, 59, tzinfo=UTC),
        "first of the 11th": datetime(2026, 5, 10, 16, 0, tzinfo=UTC),
    }
    ids = {name: str(await make(owner, territory["community"], employer_id, happened_at=at)) for name, at in moments.items()}

    found = await listed(client, territory, path, on="2026-05-10")

    assert [f["id"] for f in found] == [ids["last of the 10th"], ids["first of the 10th"]]


@pytest.mark.parametrize("path", ["/api/check-ins", "/api/visits"])
async def test_records_narrow_by_grid_patrol_and_employer(path: str, owner: Owner, territory: Territory, client: Client) -> None:
    make = make_check_in if path == "/api/check-ins" else make_visit
    person = territory["community"]
    north, south = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, WEST_SOUTH_1)
    patrol_id = await make_patrol(owner, person, [north])
    on_patrol = str(await make(owner, person, north, patrol_id=patrol_id))
    alone = str(await make(owner, person, south))

    async def ids(**params: Any) -> set[str]:
        return {r["id"] for r in await listed(client, territory, path, **params)}

    assert await ids() == {on_patrol, alone}
    assert await ids(grid_id=territory.grids[WEST_NORTH_1]) == {on_patrol}
    assert await ids(patrol_id=patrol_id) == {on_patrol}
    assert await ids(employer_id=south) == {alone}
    assert await ids(employer_id=south, patrol_id=patrol_id) == set()


async def test_what_one_did_elsewhere_stays_ones_own_to_see(owner: Owner, territory: Territory, client: Client) -> None:
    person = territory["community"]
    far = await make_employer(owner, EAST_SOUTH_2)
    mine = str(await make_visit(owner, person, far))
    await make_visit(owner, territory["other_community"], far)

    (found,) = await listed(client, territory, "/api/visits", "community")

    assert (found["id"], found["employer_name"]) == (mine, None)


# ---- patrols


async def test_a_patrol_shows_what_was_done_at_each_stop(owner: Owner, territory: Territory, client: Client) -> None:
    person = territory["community"]
    first, second = await make_employer(owner, WEST_NORTH_1, name="甲"), await make_employer(owner, WEST_NORTH_1, name="乙")
    patrol_id = await make_patrol(owner, person, [first, second], status="started")
    check_in_id = await make_check_in(owner, person, first, patrol_id=patrol_id)
    visit_id = await make_visit(owner, person, first, patrol_id=patrol_id, check_in_id=check_in_id)
    await make_visit(owner, person, second)

    patrol = (await client(territory["county"]).get(f"/api/patrols/{patrol_id}")).json()

    assert (patrol["stops_total"], patrol["stops_visited"], patrol["status"]) == (2, 1, "started")
    done, left = patrol["stops"]
    assert (done["status"], left["status"]) == ("visited", "planned")
    assert [c["id"] for c in done["check_ins"]] == [str(check_in_id)]
    assert [(v["id"], v["check_in_id"]) for v in done["visits"]] == [(str(visit_id), str(check_in_id))]
    assert (left["employer"]["name"], left["check_ins"], left["visits"]) == ("乙", [], [])


async def test_a_patrol_with_very_many_records_shows_them_all(owner: Owner, territory: Territory, client: Client) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)
    patrol_id = await make_patrol(owner, territory["community"], [employer_id])
    async with owner.transaction():
        for _ in range(205):
            await make_check_in(owner, territory["community"], employer_id, patrol_id=patrol_id)

    patrol = (await client(territory["county"]).get(f"/api/patrols/{patrol_id}")).json()

    assert len(patrol["stops"][0]["check_ins"]) == 205


@pytest.fixture
async def patrols(owner: Owner, territory: Territory) -> dict[str, UUID]:
    north, other = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, WEST_SOUTH_1)
    tomorrow = today() + timedelta(days=1)
    neighbour = territory[f"owner_of:{WEST_NORTH_2}"]
    return {
        "today": await make_patrol(owner, territory["community"], [north], title="扫街一"),
        "tomorrow": await make_patrol(owner, territory["community"], [north], planned_on=tomorrow, title="扫街二"),
        "finished": await make_patrol(owner, neighbour, [other], status="finished", title="回访"),
    }


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, {"tomorrow", "today", "finished"}),
        ({"sort": "planned_on"}, {"tomorrow", "today", "finished"}),
        ({"status": "finished"}, {"finished"}),
        ({"q": "扫街"}, {"tomorrow", "today"}),
        ({"q": "人员"}, {"tomorrow", "today", "finished"}),
    ],
)
async def test_patrols_are_found_by_state_title_and_person_and_sorted_by_day(
    params: dict[str, str], names: set[str], patrols: dict[str, UUID], territory: Territory, client: Client
) -> None:
    found = await listed(client, territory, "/api/patrols", **params)

    assert {p["id"] for p in found} == {str(patrols[n]) for n in names}
    days = [p["planned_on"] for p in found]
    assert days == sorted(days, reverse="sort" not in params)


async def test_patrols_narrow_by_day_person_and_grid(patrols: dict[str, UUID], territory: Territory, client: Client) -> None:
    async def ids(**params: Any) -> set[str]:
        return {p["id"] for p in await listed(client, territory, "/api/patrols", **params)}

    assert await ids(on=today()) == {str(patrols["today"]), str(patrols["finished"])}
    assert await ids(assignee_id=territory["community"].id) == {str(patrols["today"]), str(patrols["tomorrow"])}
    assert await ids(grid_id=territory.grids[WEST_SOUTH_1]) == {str(patrols["finished"])}


async def test_a_supervisor_sees_a_patrol_given_to_her_elsewhere_and_after_it_only_the_names_she_may(
    owner: Owner, territory: Territory, client: Client
) -> None:
    far = await make_employer(owner, EAST_SOUTH_2, name="外网格单位")
    patrol_id = await make_patrol(owner, territory["community"], [far])
    http = client(territory["community"])

    during = (await http.get(f"/api/patrols/{patrol_id}")).json()
    await owner.execute("update patrols set status = 'finished' where id = $1", patrol_id)
    after = (await http.get(f"/api/patrols/{patrol_id}")).json()

    assert during["stops"][0]["employer"]["name"] == "外网格单位"
    assert after["stops"][0]["employer"] == {"id": str(far), "name": None, "address": None, "position": None}


@pytest.mark.parametrize(("language", "sentence"), [("zh-CN", "status 只能是"), ("en", "status must be one of")])
async def test_an_unknown_status_is_refused(language: str, sentence: str, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"], language=language).get("/api/patrols", params={"status": "lost"})

    assert (answer.status_code, answer.json()["errors"][0]["detail"][: len(sentence)]) == (422, sentence)
