"""Entrustments over HTTP: drawn up, published, ended, extended; and the sentences of refusal."""

from datetime import timedelta
from typing import Any

import pytest
from entrusting_city import EVERYTHING, PDF, by_name, give_powers, written
from factories import (
    CITY,
    EAST,
    EAST_NORTH,
    EAST_NORTH_1,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_SOUTH,
    Owner,
    Someone,
    Territory,
    make_designation,
    make_employer,
    make_entrustment,
    make_policy,
    today,
)
from fixture_types import Client
from httpx import AsyncClient

from wangge.core.ids import new_id


@pytest.fixture(autouse=True)
async def powers(owner: Owner, territory: Territory) -> None:
    await give_powers(owner, territory)


@pytest.fixture
def city(territory: Territory, client: Client) -> AsyncClient:
    return client(territory["city"])


@pytest.fixture
def east(territory: Territory, client: Client) -> AsyncClient:
    return client(territory["other_county"])


async def drawn_up(http: AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post("/api/entrustments", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def in_force(http: AsyncClient, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = await drawn_up(http, body)
    answer = await http.post(f"/api/entrustments/{made['id']}/put-in-force", json={"version": made["version"], **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_entrustment_is_drawn_up_published_and_found_by_both_sides(
    territory: Territory, city: AsyncClient, client: Client
) -> None:
    made = await in_force(city, written(territory, CITY, WEST, powers=EVERYTHING))

    assert (made["status"], made["days_left"], made["area"]["id"]) == ("in_force", 364, str(territory.grids[WEST]))
    assert [line["action"] for line in made["history"]] == ["entrustment_put_in_force", "entrustment_drawn_up"]
    for someone in ("city", "county", "street"):
        found = (await client(territory[someone]).get("/api/entrustments")).json()
        assert [(t["id"], t["principal"]["name"]) for t in found["items"]] == [(made["id"], made["principal"]["name"])], someone
    assert (await client(territory["other_county"]).get("/api/entrustments")).json()["total"] == 0
    assert (await client(territory["other_county"]).get(f"/api/entrustments/{made['id']}")).status_code == 404


async def test_the_same_request_twice_draws_it_up_once(territory: Territory, city: AsyncClient) -> None:
    body = written(territory, CITY, WEST)
    assert (await drawn_up(city, body))["version"] == (await drawn_up(city, body))["version"] == 1

    other = await city.post("/api/entrustments", json=body | {"agent_id": str(territory.units[WEST_NORTH])})
    assert (other.status_code, other.json()["type"]) == (409, "entrustment_id_reused")


async def test_a_sub_delegation_is_refused_in_words(territory: Territory, owner: Owner, client: Client) -> None:
    await make_entrustment(owner, territory.units[CITY], territory.units[WEST], path=WEST, powers=EVERYTHING, document_name="市委托书")
    body = written(territory, WEST, WEST_NORTH, matters=["patrol", "wage_payment"])

    for language, words in (
        (
            "zh-CN",
            ("机构370702在这段时间对“工资支付、日常巡查”没有自己的法定职权", "《市委托书》", "不得再委托其他组织（行政处罚法第二十条）"),
        ),
        ("en", ("机构370702 has no power of its own over Wage payment, Daily patrol", "may not be entrusted further")),
    ):
        for path in ("/api/entrustments/preview", "/api/entrustments"):
            answer = await client(territory["county"], language=language).post(path, json=body)
            assert (answer.status_code, answer.json()["type"]) == (422, "no_sub_delegation")
            assert all(word in answer.json()["detail"] for word in words), answer.text
    assert await owner.fetchval("select count(*) from entrustments") == 1


async def test_a_county_does_not_entrust_for_the_city_or_its_neighbour(territory: Territory, east: AsyncClient) -> None:
    for principal, agent in ((CITY, EAST), (WEST, WEST_NORTH)):
        answer = await east.post("/api/entrustments", json=written(territory, principal, agent))
        assert answer.status_code in (404, 422)
    answer = await east.post("/api/entrustments", json=written(territory, CITY, EAST_NORTH))
    assert answer.json()["errors"][0]["field"] == "principal_id"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"matters": ["nonsense"]}, "matters"),
        ({"powers": ["nonsense"]}, "powers"),
        ({"powers": ["penalise"]}, "powers"),
        ({"grid_id": None}, "grid_id"),
        ({"reach": "employers"}, "employer_ids"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"valid_to": "2090-01-01"}, "valid_to"),
        ({"published_on": "2090-01-01"}, "published_on"),
        ({"agent_id": str(new_id())}, "agent_id"),
        ({"matters": []}, "matters"),
        ({"reach": "employers", "employer_ids": [str(new_id())]}, "employer_ids"),
    ],
)
async def test_what_is_wrong_is_said_field_by_field(change: dict[str, Any], field: str, territory: Territory, east: AsyncClient) -> None:
    answer = await east.post("/api/entrustments", json=written(territory, EAST, EAST_NORTH) | change)

    assert answer.status_code == 422, answer.text
    assert any(e["field"] == field and e["detail"] for e in answer.json()["errors"]), answer.text


async def test_an_area_where_a_county_holds_the_power_is_not_the_citys(territory: Territory, city: AsyncClient) -> None:
    answer = await city.post("/api/entrustments", json=written(territory, CITY, EAST))

    assert (answer.status_code, answer.json()["type"]) == (422, "others_power")
    assert "机构370703" in answer.json()["detail"]


async def test_a_non_local_employer_is_the_citys_to_entrust_by_name(territory: Territory, owner: Owner, city: AsyncClient) -> None:
    ours, theirs = await make_employer(owner, EAST_NORTH_1, name="外地公司"), await make_employer(owner, EAST_NORTH_1, name="本地公司")
    await make_designation(owner, ours, "non_local", territory["city"].id)

    refused = await city.post("/api/entrustments", json=by_name(territory, CITY, EAST, [ours, theirs]))
    assert refused.json()["type"] == "employers_not_entrustable"
    assert "本地公司" in refused.json()["detail"]
    assert "外地公司" not in refused.json()["detail"]

    made = await in_force(city, by_name(territory, CITY, EAST, [ours]))
    named = (await city.get(f"/api/entrustments/{made['id']}/employers")).json()
    assert [(e["id"], e["name"]) for e in named["items"]] == [(str(ours), "外地公司")]


async def test_two_agents_for_the_same_are_shown_first_and_allowed_only_with_a_reason(territory: Territory, city: AsyncClient) -> None:
    first = await in_force(city, written(territory, CITY, WEST))
    body = written(territory, CITY, WEST_NORTH)

    shown = (await city.post("/api/entrustments/preview", json=body)).json()["overlaps"]
    assert [(o["id"], o["powers"], o["area_name"]) for o in shown] == [(first["id"], ["collect", "patrol"], "网格370702")]
    made = await drawn_up(city, body)
    refused = await city.post(f"/api/entrustments/{made['id']}/put-in-force", json={"version": made["version"]})
    assert (refused.status_code, refused.json()["type"], refused.json()["count"]) == (409, "overlap_needs_reason", 1)
    allowed = await city.post(f"/api/entrustments/{made['id']}/put-in-force", json={"version": made["version"], "overlap_reason": "交接期"})
    assert (allowed.json()["status"], allowed.json()["overlap_reason"]) == ("in_force", "交接期")


@pytest.mark.parametrize(
    "apart",
    [
        {"matters": ["patrol"], "powers": ["publicise"]},
        {"matters": ["penalty"], "powers": ["patrol"], "first_matters": ["patrol"]},
        {"agent": WEST_SOUTH},
    ],
)
async def test_what_shares_nothing_does_not_overlap(apart: dict[str, Any], territory: Territory, city: AsyncClient) -> None:
    first, agent = apart.pop("first_matters", ["patrol"]), apart.pop("agent", WEST_NORTH)
    await in_force(city, written(territory, CITY, WEST_NORTH, matters=first))

    preview = await city.post("/api/entrustments/preview", json=written(territory, CITY, agent, **apart))
    assert preview.json() == {"overlaps": []}


async def test_an_unpublished_draft_does_not_take_effect_and_is_changed_until_it_does(territory: Territory, east: AsyncClient) -> None:
    body = written(territory, EAST, EAST_NORTH, published_on=None)
    made = await drawn_up(east, body)
    path = f"/api/entrustments/{made['id']}"

    assert (await east.post(f"{path}/put-in-force", json={"version": 1})).json()["type"] == "not_published"
    changed = await east.put(path, json=body | {"published_on": today().isoformat(), "powers": ["patrol"], "version": 1})
    assert (changed.json()["version"], changed.json()["powers"]) == (2, ["patrol"])
    assert (await east.put(path, json=body | {"version": 1})).json()["type"] == "version_stale"
    assert (await east.post(f"{path}/put-in-force", json={"version": 2})).json()["status"] == "in_force"
    assert (await east.put(path, json=body | {"version": 3})).json()["type"] == "not_a_draft"


async def test_a_list_in_a_draft_is_rewritten_whole(territory: Territory, owner: Owner, east: AsyncClient) -> None:
    one, two = await make_employer(owner, EAST_NORTH_1), await make_employer(owner, EAST_NORTH_1)
    made = await drawn_up(east, by_name(territory, EAST, EAST_NORTH, [one]))

    body = by_name(territory, EAST, EAST_NORTH, [two], id=made["id"], version=1)
    assert (await east.put(f"/api/entrustments/{made['id']}", json=body)).json()["employers"] == 1
    assert await owner.fetchval("select employer_id from entrustment_employers") == two


async def test_ending_early_leaves_the_past_as_it_was(territory: Territory, east: AsyncClient) -> None:
    made = await in_force(east, written(territory, EAST, EAST_NORTH))
    end = {"version": made["version"], "how": "ended", "reason": "机构调整"}
    path = f"/api/entrustments/{made['id']}/end"

    yesterday = await east.post(path, json=end | {"last_day": (today() - timedelta(days=1)).isoformat()})
    assert yesterday.json()["errors"][0]["field"] == "last_day"
    ended = await east.post(path, json=end | {"last_day": today().isoformat()})
    assert (ended.json()["status"], ended.json()["last_day"], ended.json()["end_reason"]) == ("ended", today().isoformat(), "机构调整")
    again = await east.post(path, json=end | {"version": ended.json()["version"], "last_day": today().isoformat()})
    assert again.json()["type"] == "not_in_force"


async def test_one_that_has_not_begun_is_called_off_whole(territory: Territory, east: AsyncClient) -> None:
    first = today() + timedelta(days=10)
    made = await in_force(east, written(territory, EAST, EAST_NORTH, valid_from=first.isoformat()))
    assert made["status"] == "upcoming"

    off = await east.post(f"/api/entrustments/{made['id']}/end", json={"version": made["version"], "how": "revoked", "reason": "不需要了"})
    assert (off.json()["status"], off.json()["last_day"]) == ("revoked", (first - timedelta(days=1)).isoformat())


async def test_an_extension_is_a_new_draft_from_the_day_after(territory: Territory, east: AsyncClient) -> None:
    made = await in_force(east, written(territory, EAST, EAST_NORTH))
    until = (today() + timedelta(days=700)).isoformat()

    next_one = (await east.post(f"/api/entrustments/{made['id']}/extend", json={"id": str(new_id()), "valid_to": until})).json()
    assert (next_one["status"], next_one["valid_from"], next_one["valid_to"]) == (
        "draft", (today() + timedelta(days=365)).isoformat(), until,
    )  # fmt: skip
    assert (next_one["follows"]["id"], next_one["published_on"]) == (made["id"], None)
    assert (await east.get(f"/api/entrustments/{made['id']}")).json()["followed_by"]["id"] == next_one["id"]
    twice = await east.post(f"/api/entrustments/{made['id']}/extend", json={"id": str(new_id()), "valid_to": until})
    assert (twice.status_code, twice.json()["type"]) == (409, "already_extended")


async def test_one_long_over_is_followed_from_today_on(territory: Territory, east: AsyncClient, owner: Owner) -> None:
    over = await make_entrustment(
        owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, valid_to=today() - timedelta(days=40)
    )
    until = (today() + timedelta(days=300)).isoformat()

    next_one = (await east.post(f"/api/entrustments/{over}/extend", json={"id": str(new_id()), "valid_to": until})).json()
    assert next_one["valid_from"] == today().isoformat()


async def test_the_document_is_kept_by_its_content_and_read_back(territory: Territory, east: AsyncClient, owner: Owner) -> None:
    made = await drawn_up(east, written(territory, EAST, EAST_NORTH))
    path = f"/api/entrustments/{made['id']}/document"

    assert (await east.get(path)).json()["type"] == "document_missing"
    assert (await east.put(path, content=b"<html>not a document")).json()["type"] == "document_type_unknown"
    kept = (await east.put(path, content=PDF)).json()
    assert (kept["has_document"], kept["document_media_type"], kept["document_bytes"]) == (True, "application/pdf", len(PDF))
    read = await east.get(path)
    assert (read.content, read.headers["content-type"]) == (PDF, "application/pdf")
    assert read.headers["content-disposition"].startswith("attachment")
    await east.post(f"/api/entrustments/{made['id']}/put-in-force", json={"version": kept["version"]})
    assert (await east.put(path, content=PDF + b"%changed")).json()["type"] == "document_fixed"
    assert await owner.fetchval(
        "select count(*) from audit_log where subject_id = $1 and action = 'entrustment_document_read'", made["id"]
    ) == 1  # fmt: skip


async def test_a_document_too_large_is_refused(territory: Territory, east: AsyncClient, owner: Owner) -> None:
    await make_policy(owner, "entrustment_document_max_bytes", 64)
    made = await drawn_up(east, written(territory, EAST, EAST_NORTH))

    answer = await east.put(f"/api/entrustments/{made['id']}/document", content=PDF + b"x" * 100)
    assert (answer.status_code, answer.json()["type"]) == (413, "document_too_large")


async def test_the_list_is_filtered(territory: Territory, east: AsyncClient, owner: Owner) -> None:
    soon = await make_entrustment(
        owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, matters=["patrol"],
        valid_to=today() + timedelta(days=20), document_name="快到期的",
    )  # fmt: skip
    later = await make_entrustment(
        owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH_1, matters=["survey"], powers=["publicise"]
    )

    async def ids(**params: Any) -> list[str]:
        return [t["id"] for t in (await east.get("/api/entrustments", params=params)).json()["items"]]

    assert await ids(expiring=True) == [str(soon)]
    assert await ids(q="快到期") == [str(soon)]
    assert await ids(matter="survey") == [str(later)]
    assert await ids(status="draft") == []
    assert await ids(grid_id=str(territory.grids[EAST_NORTH_1])) == [str(later)]
    assert await ids(sort="-valid_to") == [str(later), str(soon)]
    assert await ids(unit_id=str(territory.units[EAST_NORTH]), agent_id=str(territory.units[EAST_NORTH])) == [str(soon), str(later)]
    lines = (await east.get("/api/entrustments/export.csv", params={"matter": "patrol"})).text.splitlines()
    assert (len(lines), "日常巡查" in lines[1], "快到期的" in lines[1]) == (2, True, True)


@pytest.mark.parametrize("who", ["street", "other_street"])
async def test_a_street_reads_and_decides_nothing(who: str, territory: Territory, client: Client, owner: Owner) -> None:
    someone: Someone = territory[who]
    made = await make_entrustment(owner, territory.units[CITY], territory.units[WEST_NORTH], path=WEST_NORTH)
    http = client(someone)

    assert (await http.get(f"/api/entrustments/{made}")).status_code == (200 if who == "street" else 404)
    assert (await http.post("/api/entrustments", json=written(territory, CITY, WEST))).json()["type"] == "right_missing"


async def test_the_agent_sees_it_but_may_not_end_it(territory: Territory, client: Client, owner: Owner) -> None:
    made = await make_entrustment(owner, territory.units[CITY], territory.units[WEST], path=WEST)
    http = client(territory["county"])

    assert (await http.get(f"/api/entrustments/{made}")).json()["may_edit"] is False
    end = await http.post(
        f"/api/entrustments/{made}/end", json={"version": 1, "how": "ended", "reason": "x", "last_day": today().isoformat()}
    )
    assert end.status_code == 404
    assert WEST_NORTH_1.startswith(WEST)
