"""Planning a patrol, calling it off, and who can be sent."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_SOUTH_2,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_1,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_appointment,
    make_duty,
    make_employer,
    make_patrol,
    make_person,
    make_person_with_account,
    make_policy,
    today,
)
from fixture_types import Client
from httpx import Response

from wangge.core.ids import new_id


@pytest.fixture
async def employers(owner: Owner, territory: Territory) -> list[UUID]:
    """Four employers along a road in the supervisor's grid, given out of order."""
    road = [await make_employer(owner, WEST_NORTH_1, position=(119.02 + i / 100, 36.8), name=f"路{i}") for i in range(4)]
    return [road[2], road[0], road[3], road[1]]


def plan_of(territory: Territory, employers: list[UUID], **more: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "assignee_id": str(territory["community"].id),
        "planned_on": today().isoformat(),
        "title": "扫街",
        "note": "带宣传册",
        "employer_ids": [str(e) for e in employers],
        **more,
    }


async def post(client: Client, territory: Territory, plan: dict[str, Any], role: str = "county", language: str = "zh-CN") -> Response:
    return await client(territory[role], language=language).post("/api/patrols", json=plan)


async def refused(client: Client, territory: Territory, plan: dict[str, Any], code: str, zh: str, en: str) -> dict[str, Any]:
    """Both languages refuse the plan with this code, and nothing is stored."""
    for language, sentence in (("en", en), ("zh-CN", zh)):
        answer = await post(client, territory, plan, language=language)
        body: dict[str, Any] = answer.json()
        assert (answer.status_code, body["type"]) == (422, code), body
        assert body["detail"].startswith(sentence), body["detail"]
    assert (await client(territory["city"]).get(f"/api/patrols/{plan['id']}")).status_code == 404
    return body


async def test_a_plan_becomes_a_patrol_in_walking_order(employers: list[UUID], owner: Owner, territory: Territory, client: Client) -> None:
    plan = plan_of(territory, employers)

    answer = await post(client, territory, plan)

    assert answer.status_code == 201
    patrol = answer.json()
    assert (patrol["id"], patrol["title"], patrol["note"], patrol["status"]) == (plan["id"], "扫街", "带宣传册", "planned")
    assert patrol["assignee"] == {"id": str(territory["community"].id), "name": territory["community"].name}
    assert patrol["planned_by"]["id"] == str(territory["county"].id)
    assert patrol["grid_name"] == "网格370702001001"
    assert [s["seq"] for s in patrol["stops"]] == [1, 2, 3, 4]
    names = [s["employer"]["name"] for s in patrol["stops"]]
    assert names in (["路0", "路1", "路2", "路3"], ["路3", "路2", "路1", "路0"])
    assert patrol["stops"][0]["employer"]["position"][1] == 36.8
    assert (patrol["stops_total"], patrol["stops_visited"]) == (4, 0)
    (line,) = await owner.fetch("select * from audit_log where subject_id = $1", UUID(plan["id"]))
    assert (line["action"], line["person_id"], str(line["grid_path"])) == ("patrol_planned", territory["county"].id, WEST_NORTH_1)


async def test_the_patrol_reaches_the_persons_phone(employers: list[UUID], territory: Territory, client: Client) -> None:
    plan = plan_of(territory, employers)
    await post(client, territory, plan)

    items = (await client(territory["community"]).get("/api/sync/pull")).json()["items"]

    (patrol,) = [i["data"] for i in items if i["kind"] == "patrol"]
    assert patrol["id"] == plan["id"]
    assert {s["employer_id"] for s in patrol["stops"]} == {str(e) for e in employers}


async def test_the_same_plan_sent_again_is_the_one_that_is_stored(
    employers: list[UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    plan = plan_of(territory, employers)

    first, second = await post(client, territory, plan), await post(client, territory, plan)

    assert second.status_code == 201
    assert second.json() == first.json()
    assert await owner.fetchval("select count(*) from patrol_stops") == 4
    assert await owner.fetchval("select count(*) from audit_log where subject_id = $1", UUID(plan["id"])) == 1


async def test_the_same_plan_at_the_same_moment_is_planned_once(
    employers: list[UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    plan = plan_of(territory, employers)

    answers = await asyncio.gather(*(post(client, territory, plan) for _ in range(4)))

    assert [a.status_code for a in answers] == [201] * 4
    assert len({a.text for a in answers}) == 1
    assert await owner.fetchval("select count(*) from patrols") == 1


@pytest.mark.parametrize("change", ["assignee", "day", "employers", "another county's"])
async def test_an_id_that_belongs_to_another_patrol_is_refused(
    change: str, employers: list[UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    plan = plan_of(territory, employers)
    if change == "another county's":
        far = await make_employer(owner, EAST_SOUTH_2)
        plan["id"] = str(await make_patrol(owner, territory["other_community"], [far]))
    else:
        await post(client, territory, plan)
        neighbour = territory[f"owner_of:{WEST_NORTH_2}"]
        plan |= {
            "assignee": {"assignee_id": str(neighbour.id)},
            "day": {"planned_on": (today() + timedelta(days=1)).isoformat()},
            "employers": {"employer_ids": plan["employer_ids"][:2]},
        }[change]

    for language, sentence in (("zh-CN", "这个编号已用于另一次巡查"), ("en", "This id belongs to another patrol")):
        answer = await post(client, territory, plan, language=language)
        assert (answer.status_code, answer.json()["type"]) == (409, "patrol_id_reused")
        assert answer.json()["detail"].startswith(sentence)


async def test_an_employer_named_twice_is_one_stop(employers: list[UUID], territory: Territory, client: Client) -> None:
    answer = await post(client, territory, plan_of(territory, [*employers, employers[0]]))

    assert len(answer.json()["stops"]) == 4


async def test_the_patrols_grid_is_the_smallest_that_holds_all_stops(owner: Owner, territory: Territory, client: Client) -> None:
    async def grid_of(*paths: str) -> str:
        ids = [await make_employer(owner, path) for path in paths]
        patrol_id = (await post(client, territory, plan_of(territory, ids))).json()["id"]
        return str(await owner.fetchval("select grid_path::text from patrols where id = $1", UUID(patrol_id)))

    assert await grid_of(WEST_NORTH_1, WEST_NORTH_1) == WEST_NORTH_1
    assert await grid_of(WEST_NORTH_1, WEST_NORTH_2) == WEST_NORTH
    assert await grid_of(WEST_NORTH_1, WEST_SOUTH_1) == WEST


async def test_a_patrol_without_a_title_gets_the_days(employers: list[UUID], territory: Territory, client: Client) -> None:
    answer = await post(client, territory, plan_of(territory, employers, title=" ", planned_on="2031-03-05"))

    assert answer.json()["title"] == "3月5日巡查"


async def test_stops_without_a_position_come_last(owner: Owner, employers: list[UUID], territory: Territory, client: Client) -> None:
    nowhere = await make_employer(owner, WEST_NORTH_1, position=None)

    stops = (await post(client, territory, plan_of(territory, [nowhere, *employers]))).json()["stops"]

    assert stops[-1]["employer"] | {"address": None} == {
        "id": str(nowhere), "name": stops[-1]["employer"]["name"], "address": None, "position": None,
    }  # fmt: skip


# ---- what cannot be planned


async def test_yesterday_cannot_be_planned(employers: list[UUID], territory: Territory, client: Client) -> None:
    day = (today() - timedelta(days=1)).isoformat()

    body = await refused(
        client, territory, plan_of(territory, employers, planned_on=day), "day_is_past", f"巡查日期 {day} 已经过去", f"{day} has passed"
    )

    assert body["planned_on"] == day


async def test_a_day_has_a_limit_of_stops_and_the_limit_is_policy(
    owner: Owner, employers: list[UUID], territory: Territory, client: Client
) -> None:
    await make_policy(owner, "patrol_stops_max", 3)

    body = await refused(
        client, territory, plan_of(territory, employers), "too_many_stops", "一次巡查最多 3 家单位，现在选了 4 家",
        "A patrol holds at most 3 employers; 4 are chosen",
    )  # fmt: skip

    assert (body["max"], body["count"]) == (3, 4)


@pytest.mark.parametrize("which", ["another county's", "unknown", "returned", "only on a stop of the planner's own"])
async def test_employers_outside_the_planners_grids_cannot_be_planned(
    which: str, owner: Owner, employers: list[UUID], territory: Territory, client: Client
) -> None:
    far = await make_employer(owner, EAST_SOUTH_2)
    if which == "unknown":
        far = new_id()
    elif which == "returned":
        far = await make_employer(owner, WEST_NORTH_1, review_state="returned")
    elif which.startswith("only"):
        await make_patrol(owner, territory["county"], [far])

    await refused(
        client, territory, plan_of(territory, [*employers, far]), "employer_not_in_scope", "有 1 家单位不在您的网格范围内",
        "1 employer(s) are outside your grids",
    )  # fmt: skip


@pytest.mark.parametrize(
    "who", ["unknown", "another county's", "duty not yet begun", "appointment over", "city staff", "no appointment at all"]
)
async def test_people_who_cannot_be_sent_are_refused(
    who: str, owner: Owner, employers: list[UUID], territory: Territory, client: Client
) -> None:
    person_id = {"unknown": new_id(), "another county's": territory["other_community"].id, "city staff": territory["city"].id}.get(who)
    if person_id is None:
        person_id = await make_person(owner, WEST_NORTH_1)
        if who == "duty not yet begun":
            await make_appointment(owner, person_id, "community", WEST_NORTH_1, valid_from=today() + timedelta(days=3))
            await make_duty(owner, person_id, WEST_NORTH_1, valid_from=today() + timedelta(days=3))
        elif who == "appointment over":
            await make_appointment(owner, person_id, "community", WEST_NORTH_1, valid_to=today() - timedelta(days=1))
            await make_duty(owner, person_id, WEST_NORTH_1)

    await refused(
        client, territory, plan_of(territory, employers, assignee_id=str(person_id)), "assignee_not_available",
        "此人当天在您的网格范围内没有有效任职", "This person holds no duty or appointment in your grids",
    )  # fmt: skip


async def test_somebody_whose_appointment_begins_by_then_can_be_sent(
    owner: Owner, employers: list[UUID], territory: Territory, client: Client
) -> None:
    day = today() + timedelta(days=3)
    person_id = await make_person(owner, WEST_NORTH_1)
    await make_appointment(owner, person_id, "community", WEST_NORTH_1, valid_from=day)

    answer = await post(client, territory, plan_of(territory, employers, assignee_id=str(person_id), planned_on=day.isoformat()))

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"employer_ids": []},
        {"employer_ids": ["x"]},
        {"employer_ids": None},
        {"planned_on": "tomorrow"},
        {"id": 7},
        {"title": "长" * 121},
        {"note": "长" * 2001},
        {"status": "finished"},
        {"assignee_id": None},
    ],
)
async def test_a_plan_of_another_shape_is_refused(
    change: dict[str, Any], employers: list[UUID], territory: Territory, client: Client
) -> None:
    for language, sentence in (("zh-CN", "有 1 处填写需要改正"), ("en", "1 field(s) need correcting")):
        answer = await post(client, territory, plan_of(territory, employers, **change), language=language)
        assert (answer.status_code, answer.json()["type"]) == (422, "invalid_input")
        assert answer.json()["detail"].startswith(sentence)


# ---- who can be sent


async def assignable(client: Client, territory: Territory, role: str = "county", **params: Any) -> dict[str, dict[str, Any]]:
    answer = await client(territory[role]).get("/api/people/assignable", params={"page_size": 200, **params})
    assert answer.status_code == 200, answer.text
    return {p["id"]: p for p in answer.json()["items"]}


async def test_people_come_with_their_grids_and_what_they_have_to_do_that_day(
    employers: list[UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    person = territory["community"]
    await make_patrol(owner, person, employers[:3])
    await make_patrol(owner, person, employers[3:], status="cancelled")
    await make_patrol(owner, person, employers[3:], planned_on=today() + timedelta(days=1))

    now, tomorrow = await assignable(client, territory), await assignable(client, territory, on=today() + timedelta(days=1))

    found = now[str(person.id)]
    assert (found["name"], found["kind"], found["unit_name"]) == (person.name, "legal_supervisor", "机构370702001001")
    assert found["grids"] == [{"id": str(territory.grids[WEST_NORTH_1]), "name": "网格370702001001"}]
    assert (found["stops_that_day"], tomorrow[str(person.id)]["stops_that_day"]) == (3, 1)
    assert "phone" not in found


async def test_a_grid_names_those_who_answer_for_it_first_and_those_around_it_too(
    owner: Owner, territory: Territory, client: Client
) -> None:
    people = list(await assignable(client, territory, grid_id=territory.grids[WEST_NORTH_1]))

    assert people[0] == str(territory["community"].id)
    assert set(people) == {str(territory[r].id) for r in ("community", "street", "county")}


async def test_a_name_finds_people(owner: Owner, territory: Territory, client: Client) -> None:
    someone = await make_person_with_account(owner, WEST_SOUTH_2, name="欧阳晓", duties=[])

    assert set(await assignable(client, territory, q="阳晓")) == {str(someone.id)}


# ---- calling off


@pytest.fixture
async def patrol_id(owner: Owner, employers: list[UUID], territory: Territory) -> UUID:
    return await make_patrol(owner, territory["community"], employers, planned_by=territory["county"].id)


async def cancel(client: Client, territory: Territory, patrol_id: UUID, language: str = "zh-CN", **body: Any) -> Response:
    body = {"reason": "下雨", "version": 1, **body}
    return await client(territory["county"], language=language).post(f"/api/patrols/{patrol_id}/cancel", json=body)


async def test_a_patrol_called_off_closes_its_stops(patrol_id: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    answer = await cancel(client, territory, patrol_id, reason=" 暴雨 ")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["closing_note"], answer.json()["version"]) == ("cancelled", "暴雨", 2)
    assert await owner.fetchval("select bool_or(is_open) from patrol_stops") is False
    assert await owner.fetchval("select action from audit_log where subject_id = $1", patrol_id) == "patrol_cancelled"


@pytest.mark.parametrize("status", ["finished", "cancelled"])
async def test_what_has_ended_is_not_called_off(status: str, patrol_id: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    await owner.execute("update patrols set status = $1 where id = $2", status, patrol_id)

    for language, sentence in (("zh-CN", "这次巡查已经结束或取消"), ("en", "This patrol has ended")):
        answer = await cancel(client, territory, patrol_id, language)
        assert (answer.status_code, answer.json()["type"]) == (409, "patrol_not_open")
        assert answer.json()["detail"].startswith(sentence)


async def test_a_patrol_that_has_started_meanwhile_is_looked_at_again_first(
    patrol_id: UUID, owner: Owner, territory: Territory, client: Client
) -> None:
    await owner.execute("update patrols set status = 'started', version = 2 where id = $1", patrol_id)

    stale, fresh = await cancel(client, territory, patrol_id), await cancel(client, territory, patrol_id, version=2)

    assert (stale.status_code, stale.json()["type"], stale.json()["version"]) == (409, "version_stale", 2)
    assert fresh.status_code == 200


@pytest.mark.parametrize(("reason", "errors"), [("", 1), ("  ", 1), ("长" * 501, 1)])
async def test_calling_off_says_why(reason: str, errors: int, patrol_id: UUID, territory: Territory, client: Client) -> None:
    answer = await cancel(client, territory, patrol_id, reason=reason)

    assert (answer.status_code, len(answer.json()["errors"])) == (422, errors)


async def test_the_patrol_of_another_county_given_to_oneself_is_not_ones_own_to_call_off(
    owner: Owner, territory: Territory, client: Client
) -> None:
    far = await make_employer(owner, EAST_SOUTH_2)
    patrol_id = await make_patrol(owner, territory["county"], [far], planned_by=territory["city"].id)

    assert (await client(territory["county"]).get(f"/api/patrols/{patrol_id}")).status_code == 200
    assert (await cancel(client, territory, patrol_id)).status_code == 404
