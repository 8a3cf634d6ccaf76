"""Employers in lists: search, sort, filters, paging."""

from datetime import timedelta
from typing import Any

import pytest
from factories import WEST_NORTH_1, WEST_NORTH_2, WEST_SOUTH_2, Owner, Territory, make_employer, make_patrol
from fixture_types import Client

from wangge.core.clock import utc_now


async def names(client: Client, territory: Territory, role: str = "county", **params: Any) -> list[str]:
    answer = await client(territory[role]).get("/api/employers", params=params)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("海源", ["潍坊海源餐饮有限公司"]),
        ("  海源 ", ["潍坊海源餐饮有限公司"]),
        ("东风街", ["潍坊海源餐饮有限公司"]),
        ("91370700TTTT000017", ["恒信建筑"]),
        ("91370700tttt000017", ["恒信建筑"]),
        ("91370700", []),
        ("100%", ["全勤100%公司"]),
        ("没有这家", []),
    ],
)
async def test_search_finds_by_part_of_the_name_or_address_or_by_the_whole_credit_code(
    q: str, found: list[str], owner: Owner, territory: Territory, client: Client
) -> None:
    await make_employer(owner, WEST_NORTH_1, name="潍坊海源餐饮有限公司", address="东风街 12 号")
    await make_employer(owner, WEST_NORTH_1, name="恒信建筑", uscc="91370700TTTT000017")
    await make_employer(owner, WEST_NORTH_1, name="全勤100%公司")

    assert await names(client, territory, q=q) == found


async def test_lists_sort_both_ways_and_break_ties_the_same_way_each_time(owner: Owner, territory: Territory, client: Client) -> None:
    now = utc_now()
    for name, employees, days in (("乙", 5, 1), ("甲", 50, None), ("丙", None, 9)):
        visited = None if days is None else now - timedelta(days=days)
        await make_employer(owner, WEST_NORTH_1, name=name, employees=employees, last_visited_at=visited)

    assert await names(client, territory, sort="employees") == ["丙", "乙", "甲"]
    assert await names(client, territory, sort="-employees") == ["甲", "乙", "丙"]
    assert await names(client, territory, sort="last_visited_at") == ["甲", "丙", "乙"]
    assert await names(client, territory, sort="-last_visited_at") == ["乙", "丙", "甲"]
    assert await names(client, territory, sort="registered_at") == ["乙", "甲", "丙"]


async def test_pages_are_cut_the_same_way_when_names_are_all_alike(owner: Owner, territory: Territory, client: Client) -> None:
    ids = {str(await make_employer(owner, WEST_NORTH_1, name="同名")) for _ in range(9)}
    http = client(territory["county"])

    pages = [(await http.get("/api/employers", params={"page": n, "page_size": 4})).json() for n in (1, 2, 3)]

    assert [len(p["items"]) for p in pages] == [4, 4, 1]
    assert {item["id"] for p in pages for item in p["items"]} == ids
    assert {p["total"] for p in pages} == {9}


async def test_a_grid_narrows_to_its_subtree(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, WEST_NORTH_1, name="西")
    await make_employer(owner, WEST_NORTH_2, name="东")
    await make_employer(owner, WEST_SOUTH_2, name="南")

    assert await names(client, territory, grid_id=territory.grids[WEST_NORTH_2]) == ["东"]
    assert await names(client, territory, grid_id=territory.grids[territory["street"].path], sort="-name") == ["西", "东"]


async def test_filters_by_state_of_review_and_by_reason(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, WEST_NORTH_1, name="在册", last_visited_at=utc_now())
    await make_employer(owner, WEST_NORTH_1, name="待审", review_state="waiting_review", last_visited_at=utc_now())
    await make_employer(owner, WEST_SOUTH_2, name="无人", last_visited_at=utc_now())

    assert await names(client, territory, review_state="waiting_review") == ["待审"]
    assert await names(client, territory, reason="grid_without_owner") == ["无人"]
    assert await names(client, territory, reason="any") == ["待审", "无人"]


@pytest.mark.parametrize(
    ("params", "zh", "en"),
    [
        ({"review_state": "maybe"}, "review_state 只能是", "review_state must be one of"),
        ({"reason": "bored"}, "reason 只能是", "reason must be one of"),
    ],
)
async def test_an_unknown_filter_value_is_refused_with_the_known_ones(
    params: dict[str, str], zh: str, en: str, territory: Territory, client: Client
) -> None:
    for language, sentence in (("zh-CN", zh), ("en", en)):
        answer = await client(territory["county"], language=language).get("/api/employers", params=params)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "unknown_value"
        assert answer.json()["errors"][0]["detail"].startswith(sentence)


async def test_a_list_item_says_where_the_employer_lies_and_since_when_it_is_known(
    owner: Owner, territory: Territory, client: Client
) -> None:
    finder = territory["community"]
    await make_employer(owner, WEST_NORTH_1, review_state="waiting_review", registered_by=finder.id)

    (item,) = (await client(territory["county"]).get("/api/employers")).json()["items"]

    assert item["grid"]["id"] == str(territory.grids[WEST_NORTH_1])
    # what lies above the reader's own scope is not named to her
    assert item["grid"]["path_names"] == ["网格370702", "网格370702001", "网格370702001001"]
    assert item["position"] == [119.1, 36.8]
    assert item["registered_by"] == {"id": str(finder.id), "name": finder.name}
    assert item["reasons"] == ["no_file", "never_visited"]
    assert "contact_phone" not in item


async def test_a_supervisor_lists_her_grid_and_the_stops_given_to_her(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, WEST_NORTH_1, name="本网格")
    far = await make_employer(owner, territory["other_community"].path, name="巡查点", last_visited_at=utc_now())
    await make_employer(owner, territory["other_community"].path, name="别人的")
    await make_patrol(owner, territory["community"], [far])

    items = (await client(territory["community"]).get("/api/employers", params={"sort": "-name"})).json()["items"]

    assert [(i["name"], i["grid"] is None) for i in items] == [("本网格", False), ("巡查点", True)]
    # whether somebody answers for a grid she cannot see is not hers to know, and is not guessed
    assert items[1]["reasons"] == []
