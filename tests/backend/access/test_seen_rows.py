"""Who sees which rows: decided by the database, compared with what the owner finds by a query of the tests' own.

These tests only look: the city at work is made once for as many of them as follow each other.
"""

import hashlib
import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from city_at_work import BESIDES, KEYS, READERS, ROLES, owners_answer, set_to_work
from factories import (
    COMMUNITIES,
    Owner,
    Someone,
    Territory,
    make_employer,
    make_patrol,
    middle_of,
)
from fixture_types import Acting, Client, LookedAt
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tiles import features_of

from wangge.cluster import ClusterUrls


@pytest.fixture
async def city(looked_at: LookedAt) -> Territory:
    """The territory at work, as the test before left it."""
    found: Territory = (await looked_at(with_theirs))[0]
    return found


@pytest.fixture
async def theirs(looked_at: LookedAt) -> dict[str, UUID]:
    """Things of the far county."""
    found: dict[str, UUID] = (await looked_at(with_theirs))[1]
    return found


@pytest.fixture
def owner(_owner: Owner) -> Owner:
    """The owner's connection; nothing is cleaned away."""
    return _owner


async def with_theirs(owner: Owner, territory: Territory) -> tuple[Territory, dict[str, UUID]]:
    """The city at work, and a few things of the far county."""
    city = await set_to_work(owner, territory)
    employer_id = await make_employer(owner, city["other_community"].path, review_state="waiting_review")
    patrol_id = await make_patrol(owner, city["other_community"], [employer_id])
    return city, {"employer": employer_id, "patrol": patrol_id, "grid": city.grids[city["other_street"].path]}


@pytest.mark.parametrize("role", ROLES)
async def test_a_query_without_any_filter_returns_the_subtree_and_nothing_else(
    role: str, owner: Owner, city: Territory, acting: Acting
) -> None:
    async with acting(city[role]) as (db, _):
        seen = {t: set(await db.scalars(text(f"select {KEYS.get(t, 'id')} from {t}"))) for t in BESIDES}

    assert seen == {t: await owners_answer(owner, t, city[role]) for t in BESIDES}
    # a community has no grids below it, so nothing is known of how they tile
    assert all(rows or (table == "grid_tilings" and city[role].role == "community") for table, rows in seen.items())


async def test_without_a_bound_scope_every_table_is_empty(city: Territory, engine: AsyncEngine) -> None:
    async with engine.connect() as never_bound:
        assert {t: await never_bound.scalar(text(f"select count(*) from {t}")) for t in BESIDES} == dict.fromkeys(BESIDES, 0)


@pytest.mark.parametrize(
    "function",
    [
        "count_employers(array['370700']::ltree[], true)",
        "(select count(*) from grids_around(array[100.0], array[20.0], array[140.0], array[50.0]))",
        "(select count(*) from employers_moving(array[100.0], array[20.0], array[140.0], array[50.0], '{}', '{}', '{}', '{}', '{}'))",
        "(select count(*) from phones_of(array(select id from people)))",
        "coalesce(scope_tiles((select id from grids limit 1)), false)::int",
    ],
)
async def test_without_a_bound_scope_the_functions_of_the_owner_tell_nothing(function: str, city: Territory, engine: AsyncEngine) -> None:
    async with engine.connect() as never_bound:
        assert await never_bound.scalar(text(f"select {function}")) == 0


async def test_a_connection_given_back_carries_no_scope_into_the_next_transaction(
    owner: Owner, city: Territory, database: ClusterUrls
) -> None:
    token = hashlib.sha256(city["city"].token.encode()).digest()
    connection = await asyncpg.connect(database.app)
    try:
        async with connection.transaction():
            await connection.fetchrow("select * from wangge_enter($1)", token)
            for table in BESIDES:
                assert await connection.fetchval(f"select count(*) from {table}") > 0
        assert await connection.fetchval("select current_setting('app.scope', true)") == ""
        for table in BESIDES:
            assert await connection.fetchval(f"select count(*) from {table}") == 0
    finally:
        await connection.close()


# ---- every endpoint that lists


async def every_id(client: Client, someone: Someone, path: str, key: str = "id", **params: Any) -> set[UUID]:
    """The ids of all pages of a list."""
    found: list[UUID] = []
    async with client(someone) as http:
        for page in range(1, 50):
            answer = await http.get(path, params={**params, "page": page, "page_size": 7})
            assert answer.status_code == 200, answer.text
            body = answer.json()
            found += [UUID(item[key]) for item in body["items"]]
            if page * 7 >= body["total"]:
                break
    assert len(found) == len(set(found)) == body["total"]
    return set(found)


LISTS = {
    "/api/employers": ("employers", ROLES),
    "/api/patrols": ("patrols", ROLES),
    "/api/check-ins": ("check_ins", ROLES),
    "/api/visits": ("visits", ROLES),
    "/api/grids": ("grids", READERS),
}


@pytest.mark.parametrize(("path", "role"), [(path, role) for path, (_, roles) in LISTS.items() for role in roles])
async def test_a_list_holds_the_subtree_and_nothing_else(path: str, role: str, owner: Owner, city: Territory, client: Client) -> None:
    assert await every_id(client, city[role], path) == await owners_answer(owner, LISTS[path][0], city[role])


@pytest.mark.parametrize(("path", "role"), [(path, role) for path, (_, roles) in LISTS.items() for role in roles])
async def test_a_service_that_forgets_the_scope_shows_not_one_row_more(
    path: str, role: str, owner: Owner, city: Territory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wangge.grids.service.within_scope", lambda where, *_: where)

    assert await every_id(client, city[role], path) == await owners_answer(owner, LISTS[path][0], city[role])


@pytest.mark.parametrize("role", READERS)
async def test_uncovered_holds_the_subtree_and_nothing_else(role: str, owner: Owner, city: Territory, client: Client) -> None:
    expected = await owner.fetch(
        """select id from employers e where grid_path <@ $1::text[]::ltree[] and (
             last_visited_at is null or position is null or nlevel(grid_path) < 4 or review_state = 'waiting_review'
             or not is_complete or not exists (select from duties d where d.grid_id = e.grid_id and d.valid_to is null))
           union all select id from registry_rows where employer_id is null and state = 'open' and grid_path <@ $1::text[]::ltree[]""",
        [city[role].path],
    )

    assert await every_id(client, city[role], "/api/coverage/uncovered") == {r[0] for r in expected}


@pytest.mark.parametrize("role", READERS)
async def test_counts_count_the_subtree_and_nothing_else(role: str, owner: Owner, city: Territory, client: Client) -> None:
    expected = await owner.fetchval(
        """select (select count(*) from employers where grid_path <@ $1::text::ltree and review_state <> 'returned')
                + (select count(*) from registry_rows where grid_path <@ $1::text::ltree and employer_id is null and state = 'open')""",
        city[role].path,
    )

    answer = (await client(city[role]).get("/api/coverage/counts")).json()

    assert answer["total"] == expected == answer["covered"] + answer["uncovered"]


@pytest.mark.parametrize("role", READERS)
async def test_the_export_holds_the_same_as_the_list(role: str, city: Territory, client: Client) -> None:
    http = client(city[role])
    listed = (await http.get("/api/coverage/uncovered", params={"page_size": 200, "sort": "name"})).json()["items"]
    exported = (await http.get("/api/coverage/uncovered.csv", params={"sort": "name"})).text

    assert [line.split(",")[0] for line in exported.splitlines()[1:]] == [item["name"] for item in listed]


@pytest.mark.parametrize("role", ["city", "county", "other_county"])
async def test_only_people_of_the_subtree_can_be_sent_out(role: str, owner: Owner, city: Territory, client: Client) -> None:
    expected = await owner.fetch(
        """select distinct a.person_id from appointments a where a.role <> 'city' and (a.grid_path <@ $1::text::ltree
             or exists (select from duties d where d.person_id = a.person_id and d.grid_path <@ $1::text::ltree))""",
        city[role].path,
    )

    assert await every_id(client, city[role], "/api/people/assignable") == {r[0] for r in expected}


# ---- every endpoint that tiles


async def tiled(client: Client, someone: Someone, layer: str, zoom: int) -> list[dict[str, Any]]:
    """The properties of all features of the tiles over the middles of all communities, each feature once."""
    found: dict[Any, dict[str, Any]] = {}

    def tile_of(lon: float, lat: float) -> tuple[int, int]:
        return int((lon + 180) / 360 * 2**zoom), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)

    async with client(someone) as http:
        for x, y in sorted({tile_of(*middle_of(path)) for path in COMMUNITIES}):
            answer = await http.get(f"/api/map/tiles/{layer}/{zoom}/{x}/{y}")
            assert answer.status_code == 200, answer.text
            for number, feature in enumerate(features_of(answer.content, layer)):
                found[feature.get("id", (x, y, number))] = feature
    return list(found.values())


@pytest.mark.parametrize("role", ROLES)
async def test_employer_tiles_hold_the_subtree_and_nothing_else(role: str, owner: Owner, city: Territory, client: Client) -> None:
    placed = {r[0] for r in await owner.fetch("select id from employers where position is not null and ST_X(position) < 120")}
    expected = await owners_answer(owner, "employers", city[role]) & placed

    points = await tiled(client, city[role], "employers", 13)
    cells = await tiled(client, city[role], "employers", 10)

    assert {UUID(p["id"]) for p in points} == expected
    assert sum(c["n"] for c in cells) == len(expected)


@pytest.mark.parametrize("zoom", [8, 9, 11, 12])
@pytest.mark.parametrize("role", READERS)
async def test_grid_tiles_hold_the_subtree_and_nothing_else(role: str, zoom: int, owner: Owner, city: Territory, client: Client) -> None:
    levels = {8: [1, 2], 9: [2, 3], 11: [3], 12: [3, 4]}[zoom]
    expected = await owner.fetch("select id::text from grids where path <@ $1::text::ltree and level = any($2)", city[role].path, levels)

    assert {f["id"] for f in await tiled(client, city[role], "grids", zoom)} == {r[0] for r in expected}


# ---- single things of another scope are not there


Request = Callable[[dict[str, UUID]], tuple[str, str, dict[str, Any] | None]]
OTHERS: dict[str, Request] = {
    "employer": lambda t: ("GET", f"/api/employers/{t['employer']}", None),
    "review": lambda t: ("POST", f"/api/employers/{t['employer']}/review", {"decision": "accept", "version": 1}),
    "grid": lambda t: ("GET", f"/api/grids/{t['grid']}", None),
    "patrol": lambda t: ("GET", f"/api/patrols/{t['patrol']}", None),
    "cancel": lambda t: ("POST", f"/api/patrols/{t['patrol']}/cancel", {"reason": "x", "version": 1}),
    "employers of a grid": lambda t: ("GET", f"/api/employers?grid_id={t['grid']}", None),
    "uncovered of a grid": lambda t: ("GET", f"/api/coverage/uncovered?grid_id={t['grid']}", None),
    "counts of a grid": lambda t: ("GET", f"/api/coverage/counts?grid_id={t['grid']}", None),
    "trend of a grid": lambda t: ("GET", f"/api/coverage/trend?grid_id={t['grid']}", None),
    "tile of a grid": lambda t: ("GET", f"/api/coverage/tiles/uncovered/9/425/199?grid_id={t['grid']}", None),
    "export of a grid": lambda t: ("GET", f"/api/coverage/uncovered.csv?grid_id={t['grid']}", None),
    "patrols of a grid": lambda t: ("GET", f"/api/patrols?grid_id={t['grid']}", None),
    "check-ins of a grid": lambda t: ("GET", f"/api/check-ins?grid_id={t['grid']}", None),
    "visits of a grid": lambda t: ("GET", f"/api/visits?grid_id={t['grid']}", None),
    "people of a grid": lambda t: ("GET", f"/api/people/assignable?grid_id={t['grid']}", None),
}


@pytest.mark.parametrize("what", OTHERS)
async def test_another_scopes_thing_is_not_found_and_not_hinted_at(
    what: str, theirs: dict[str, UUID], city: Territory, client: Client
) -> None:
    method, path, body = OTHERS[what](theirs)

    answer = await client(city["county"], language="en").request(method, path, json=body)

    assert answer.status_code == 404
    assert answer.json()["type"] == "not_found"
    assert answer.json()["detail"] == "No such record, or it lies outside your grids."


@pytest.mark.parametrize("path", ["/api/check-ins", "/api/visits"])
async def test_another_scopes_patrol_or_employer_as_a_filter_finds_nothing(
    path: str, theirs: dict[str, UUID], city: Territory, client: Client
) -> None:
    for params in ({"patrol_id": str(theirs["patrol"])}, {"employer_id": str(theirs["employer"])}):
        assert (await client(city["county"]).get(path, params=params)).json()["total"] == 0
