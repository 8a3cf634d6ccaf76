"""Units over HTTP: found, founded, renamed, moved, closed; counters and powers."""

from datetime import timedelta
from typing import Any

import pytest
from factories import (
    ALL_POWERS,
    CITY,
    EAST,
    EAST_NORTH,
    EAST_NORTH_1,
    WEST,
    WEST_NORTH,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_duty,
    make_entrustment,
    make_own_power,
    make_person,
    make_unit,
    today,
)
from fixture_types import Client
from httpx import AsyncClient

from wangge.core.ids import new_id


@pytest.fixture
def city(territory: Territory, client: Client) -> AsyncClient:
    return client(territory["city"])


def new_unit(territory: Territory, path: str = EAST_NORTH, **more: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()), "code": f"new-{new_id()}", "name": "新设劳动保障所", "kind": "street",
        "grid_id": str(territory.grids[path]), "parent_id": str(territory.units[EAST]), **more,
    }  # fmt: skip


async def detail(http: AsyncClient, unit_id: Any) -> dict[str, Any]:
    return dict((await http.get(f"/api/units/{unit_id}")).json())


def edit(unit: dict[str, Any], **more: Any) -> dict[str, Any]:
    keys = ("version", "name", "kind", "parent_id", "contact_name", "contact_phone", "address")
    return {key: unit[key] for key in keys} | more


async def test_the_tree_is_walked_and_searched(territory: Territory, city: AsyncClient) -> None:
    top = (await city.get("/api/units", params={"parent_id": str(territory.units[CITY])})).json()
    assert [u["name"] for u in top["items"]] == ["机构370702", "机构370703"]
    assert {u["children"] for u in top["items"]} == {2}
    found = (await city.get("/api/units", params={"q": "370702001", "kind": "street"})).json()
    assert [u["parent_name"] for u in found["items"]] == ["机构370702"]
    within = (await city.get("/api/units", params={"grid_id": str(territory.grids[WEST])})).json()
    assert within["total"] == 7


async def test_one_sees_ones_own_units_and_on_request_those_above(territory: Territory, client: Client) -> None:
    street = client(territory["street"])

    assert (await street.get("/api/units")).json()["total"] == 3
    assert (await street.get("/api/units", params={"above": True})).json()["total"] == 5
    assert (await street.get(f"/api/units/{territory.units[CITY]}")).status_code == 200
    assert (await street.get(f"/api/units/{territory.units[EAST]}")).status_code == 404


async def test_a_unit_is_founded_once(territory: Territory, city: AsyncClient) -> None:
    body = new_unit(territory)

    assert (await city.post("/api/units", json=body)).status_code == 201
    again = await city.post("/api/units", json=body)
    assert (again.json()["id"], again.json()["version"]) == (body["id"], 1)
    taken = await city.post("/api/units", json=new_unit(territory, code=body["code"]))
    assert (taken.status_code, taken.json()["type"]) == (409, "unit_code_taken")
    assert [line["action"] for line in (await city.get(f"/api/units/{body['id']}/history")).json()["items"]] == ["unit_added"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "county"}, "kind"), ({"parent_id": None}, "parent_id"), ({"name": " "}, "name"), ({"grid_id": str(new_id())}, "grid_id")],
)
async def test_what_does_not_fit_is_named(change: dict[str, Any], field: str, territory: Territory, city: AsyncClient) -> None:
    answer = await city.post("/api/units", json=new_unit(territory, **change))

    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])


async def test_a_parent_elsewhere_or_below_is_refused(territory: Territory, city: AsyncClient) -> None:
    elsewhere = await city.post("/api/units", json=new_unit(territory, parent_id=str(territory.units[WEST])))
    assert elsewhere.json()["errors"][0]["code"] == "parent_elsewhere"
    unit = await detail(city, territory.units[EAST_NORTH])
    circle = await city.put(f"/api/units/{unit['id']}", json=edit(unit, parent_id=str(territory.units[EAST_NORTH_1])))
    assert (circle.status_code, circle.json()["type"]) == (422, "unit_parent_circle")


async def test_a_rename_is_in_the_history_with_both_names(territory: Territory, city: AsyncClient) -> None:
    unit = await detail(city, territory.units[EAST_NORTH])

    changed = await city.put(f"/api/units/{unit['id']}", json=edit(unit, name="北街劳动保障所", contact_phone="0536-1234567"))
    assert (changed.json()["name"], changed.json()["version"]) == ("北街劳动保障所", 2)
    stale = await city.put(f"/api/units/{unit['id']}", json=edit(unit, name="另一个名字"))
    assert stale.json()["type"] == "version_stale"
    line = (await city.get(f"/api/units/{unit['id']}/history")).json()["items"][0]
    assert line["details"]["name"] == [unit["name"], "北街劳动保障所"]
    assert line["person_name"] == territory["city"].name


async def test_only_the_city_changes_units(territory: Territory, client: Client) -> None:
    http = client(territory["other_county"])
    unit = await detail(http, territory.units[EAST_NORTH])

    assert (await http.put(f"/api/units/{unit['id']}", json=edit(unit, name="x"))).json()["right"] == "unit.edit"
    assert (await http.post("/api/units", json=new_unit(territory))).json()["right"] == "unit.edit"


async def test_a_unit_on_which_something_hangs_stays_open_and_says_what(territory: Territory, owner: Owner, city: AsyncClient) -> None:
    unit = await detail(city, territory.units[EAST_NORTH])
    close = {"version": unit["version"], "closed_on": today().isoformat(), "reason": "撤街"}
    person = await make_person(owner, EAST_NORTH)
    await make_duty(owner, person, EAST_NORTH)
    await make_own_power(owner, territory.units[EAST])
    await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH)

    answer = await city.post(f"/api/units/{unit['id']}/close", json=close)
    assert (answer.status_code, answer.json()["type"]) == (409, "unit_still_needed")
    assert answer.json()["counts"] == {"units": 2, "people": 1, "duties": 1, "entrustments": 1}
    assert "2 个下级机构、1 名人员、1 项未到期的责任、1 项未结束的委托" in answer.json()["detail"]


async def test_an_empty_unit_closes_and_takes_no_more_changes(territory: Territory, owner: Owner, city: AsyncClient) -> None:
    made = await make_unit(owner, EAST_NORTH, name="多余的所")
    await make_own_power(owner, made, ["patrol"])
    close = {"version": 1, "closed_on": today().isoformat(), "reason": "合并"}

    closed = (await city.post(f"/api/units/{made}/close", json=close)).json()
    assert (closed["closed_on"], closed["close_reason"]) == (today().isoformat(), "合并")
    assert [p["valid_to"] for p in closed["own_powers"]] == [today().isoformat()]
    assert (await city.put(f"/api/units/{made}", json=edit(closed, name="x"))).json()["type"] == "unit_closed"
    assert (await city.get("/api/units", params={"q": "多余"})).json()["total"] == 1  # until its last day is over
    await owner.execute("update units set closed_on = closed_on - 1 where id = $1", made)
    assert (await city.get("/api/units", params={"q": "多余"})).json()["total"] == 0
    assert (await city.get("/api/units", params={"q": "多余", "status": "closed"})).json()["total"] == 1


async def test_the_counter_opens_and_closes_with_its_days(territory: Territory, city: AsyncClient) -> None:
    path = f"/api/units/{territory.units[WEST_NORTH]}/intake"
    day = (today() - timedelta(days=3)).isoformat()

    opened = (await city.post(path, json={"open": True, "on": day})).json()
    assert (opened["intake_counter"], opened["counters"][0]["valid_from"]) == (True, day)
    assert (await city.post(path, json={"open": True, "on": day})).json()["errors"][0]["code"] == "no_change"
    closed = (await city.post(path, json={"open": False, "on": today().isoformat()})).json()
    assert closed["counters"][0]["valid_to"] == today().isoformat()
    early = await city.post(path, json={"open": True, "on": day})
    assert early.json()["errors"][0]["code"] == "too_early"


async def test_powers_are_granted_with_a_source_and_end_with_a_day(territory: Territory, city: AsyncClient) -> None:
    path = f"/api/units/{territory.units[EAST]}/powers"
    grant = {"matters": ["patrol", "penalty"], "source": "三定规定", "valid_from": "2026-01-01"}

    granted = (await city.post(path, json=grant)).json()
    assert [(p["matter_code"], p["source"]) for p in granted["own_powers"]] == [("patrol", "三定规定"), ("penalty", "三定规定")]
    assert (await city.post(path, json=grant)).json()["type"] == "power_overlaps"
    end = {"power_ids": [granted["own_powers"][0]["id"]], "last_day": today().isoformat(), "reason": "上收"}
    ended = (await city.post(f"{path}/end", json=end)).json()
    assert [p["valid_to"] for p in ended["own_powers"]] == [today().isoformat(), None]


async def test_a_power_that_is_entrusted_does_not_end(territory: Territory, owner: Owner, city: AsyncClient) -> None:
    await make_own_power(owner, territory.units[EAST], ["patrol"])
    await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, matters=["patrol"])
    power = (await detail(city, territory.units[EAST]))["own_powers"][0]["id"]

    answer = await city.post(
        f"/api/units/{territory.units[EAST]}/powers/end", json={"power_ids": [power], "last_day": today().isoformat(), "reason": "x"}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "power_entrusted")


@pytest.mark.parametrize("path", [EAST_NORTH, WEST_SOUTH_2])
async def test_streets_and_communities_have_no_powers_of_their_own(path: str, territory: Territory, city: AsyncClient) -> None:
    grant = {"matters": ["patrol"], "source": "x", "valid_from": "2026-01-01"}

    answer = await city.post(f"/api/units/{territory.units[path]}/powers", json=grant)
    assert answer.json()["errors"][0]["code"] == "kind_has_none"


async def test_matters_and_powers_say_who_may_hold_what(territory: Territory, client: Client) -> None:
    told = (await client(territory["community"]).get("/api/matters")).json()

    assert len(told["matters"]) == 14
    assert all(m["source"] for m in told["matters"])
    assert [p["code"] for p in told["powers"]] == list(ALL_POWERS)
    holders = {(p["code"], h["unit_kind"], h["manner"]) for p in told["powers"] for h in p["holders"]}
    assert {manner for _, kind, manner in holders if kind == "community"} == {"assist"}
    assert not {code for code, kind, manner in holders if kind == "street" and manner == "entrusted"} & {"inspect", "penalise"}
    assert {code for code, kind, manner in holders if kind == "zone" and manner == "own"} == set()
