"""Grids over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from factories import (
    CITY,
    EAST,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_duty,
    make_employer,
    make_grid,
    today,
    untiled,
)
from fixture_types import Client

from wangge.core.ids import new_id


async def paths(client: Client, territory: Territory, role: str = "county", **params: Any) -> list[str]:
    answer = await client(territory[role]).get("/api/grids", params=params)
    assert answer.status_code == 200, answer.text
    return [g["path"] for g in answer.json()["items"]]


async def test_grids_are_listed_by_level_parent_name_and_code(owner: Owner, territory: Territory, client: Client) -> None:
    await owner.execute("update grids set name = '广文街道' where path = $1::text::ltree", WEST_NORTH)

    assert await paths(client, territory, level=3) == [WEST_NORTH, WEST_SOUTH]
    assert await paths(client, territory, parent_id=territory.grids[WEST_NORTH]) == [WEST_NORTH_1, WEST_NORTH_2]
    assert await paths(client, territory, "city", parent_id=territory.grids[CITY]) == [WEST, EAST]
    assert await paths(client, territory, q="广文") == [WEST_NORTH]
    assert await paths(client, territory, q="370702001") == [WEST_NORTH, WEST_NORTH_1, WEST_NORTH_2]
    assert await paths(client, territory, q="广文", level=4) == []


@pytest.mark.parametrize(("sort", "first"), [("code", WEST), ("-code", WEST_SOUTH_2), ("level", WEST), ("-name", WEST_SOUTH_2)])
async def test_grids_sort_both_ways(sort: str, first: str, territory: Territory, client: Client) -> None:
    assert (await paths(client, territory, sort=sort))[0] == first


async def test_a_grid_tells_its_size_its_employers_and_its_owners(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, WEST_NORTH_1)
    await make_employer(owner, WEST_NORTH_2)
    await make_duty(owner, territory["street"].id, WEST_NORTH_1, valid_to=today() - timedelta(days=1))

    items = (await client(territory["county"]).get("/api/grids", params={"parent_id": str(territory.grids[WEST])})).json()["items"]
    detail = (await client(territory["county"]).get(f"/api/grids/{territory.grids[WEST_NORTH_1]}")).json()

    assert [(i["path"], i["employers"], i["has_children"]) for i in items] == [(WEST_NORTH, 2, True), (WEST_SOUTH, 0, True)]
    assert (detail["employers"], detail["has_children"], detail["synthetic"]) == (1, False, False)
    assert detail["owners"] == [{"id": str(territory["community"].id), "name": territory["community"].name}]
    assert detail["label"] == pytest.approx([119.1, 36.8])
    assert detail["area_km2"] == pytest.approx(396.3, abs=0.5)
    assert detail["geom"]["type"] == "MultiPolygon"
    assert sorted(map(tuple, detail["geom"]["coordinates"][0][0][:-1])) == [(119.0, 36.7), (119.0, 36.9), (119.2, 36.7), (119.2, 36.9)]


async def test_awkward_areas_come_whole(owner: Owner, territory: Territory, client: Client) -> None:
    with_hole = "POLYGON((119.9 36,120 36,120 36.1,119.9 36.1,119.9 36),(119.94 36.04,119.94 36.06,119.96 36.06,119.96 36.04,119.94 36.04))"
    in_parts = "MULTIPOLYGON(((120.1 36,120.2 36,120.2 36.1,120.1 36.1,120.1 36)),((120.3 36,120.4 36,120.4 36.1,120.3 36.1,120.3 36)))"
    for number, wkt in enumerate((with_hole, in_parts), start=801):
        async with untiled(owner):
            grid_id = await make_grid(owner, f"{WEST_NORTH}.370702001{number}", wkt=wkt, synthetic=True)
        detail = (await client(territory["county"]).get(f"/api/grids/{grid_id}")).json()
        rings = [len(polygon) for polygon in detail["geom"]["coordinates"]]
        assert (detail["synthetic"], rings) == (True, [2] if number == 801 else [1, 1])


async def test_a_grid_that_has_ended_is_not_listed(owner: Owner, territory: Territory, client: Client) -> None:
    async with untiled(owner):
        await owner.execute("update grids set valid_to = current_date where path = $1::text::ltree", WEST_NORTH_2)

    assert await paths(client, territory, parent_id=territory.grids[WEST_NORTH]) == [WEST_NORTH_1]


async def test_an_unknown_grid_is_not_found(territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).get(f"/api/grids/{new_id()}")

    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


@pytest.mark.parametrize("level", [0, 5, "x"])
async def test_a_level_that_there_is_not_is_refused(level: Any, territory: Territory, client: Client) -> None:
    for language, sentence in (("zh-CN", "有 1 处"), ("en", "1 field(s)")):
        answer = await client(territory["county"], language=language).get("/api/grids", params={"level": level})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "level")
        assert answer.json()["detail"].startswith(sentence)
