"""Grids over HTTP."""

from factories import CITY, EAST, WEST, WEST_NORTH, Territory
from fixture_types import Client


async def test_a_county_lists_its_own_streets_and_no_others(client: Client, territory: Territory) -> None:
    answer = await client(territory["county"]).get("/api/grids", params={"level": 3})

    assert answer.status_code == 200
    assert [g["path"] for g in answer.json()["items"]] == [WEST_NORTH, f"{WEST}.370702002"]


async def test_the_city_sees_every_county(client: Client, territory: Territory) -> None:
    answer = await client(territory["city"]).get("/api/grids", params={"parent_id": str(territory.grids[CITY])})

    assert [g["path"] for g in answer.json()["items"]] == [WEST, EAST]
