"""Who is responsible, asked over HTTP: by place, by employer, today and on a day past."""

import random
from datetime import timedelta
from typing import Any

import pytest
from factories import (
    ALL_POWERS,
    CITY,
    EAST,
    EAST_NORTH,
    EAST_NORTH_1,
    EAST_SOUTH_2,
    LONG_AGO,
    MATTERS,
    OUTSIDE,
    STREET_POWERS,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_designation,
    make_employer,
    make_entrustment,
    make_own_power,
    middle_of,
    today,
)
from fixture_types import Client
from httpx import AsyncClient


@pytest.fixture(autouse=True)
async def powers(owner: Owner, territory: Territory) -> None:
    await make_own_power(owner, territory.units[CITY])
    await make_own_power(owner, territory.units[EAST])


@pytest.fixture
def city(territory: Territory, client: Client) -> AsyncClient:
    return client(territory["city"])


async def ask(http: AsyncClient, **params: Any) -> dict[str, Any]:
    answer = await http.get("/api/responsibility", params={"matter": "wage_payment", **params})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def at(path: str) -> dict[str, float]:
    lon, lat = middle_of(path)
    return {"lon": lon, "lat": lat}


def steps(answer: dict[str, Any]) -> list[str]:
    return [step["step"] for step in answer["chain"]]


async def test_a_place_in_a_county_of_its_own_power(territory: Territory, city: AsyncClient) -> None:
    answer = await ask(city, **at(EAST_NORTH_1))

    assert [g["name"] for g in answer["grids"]] == ["网格370700", "网格370703", "网格370703001", "网格370703001001"]
    assert answer["competent"]["unit"]["id"] == str(territory.units[EAST])
    assert [(a["unit"]["id"], a["powers"]) for a in answer["acting"]] == [(str(territory.units[EAST]), list(ALL_POWERS))]
    assert [(a["person"]["name"], a["role"]) for a in answer["assisting"] if a["person"]] == [
        (territory[f"owner_of:{EAST_NORTH_1}"].name, "legal_supervisor")
    ]
    assert steps(answer) == ["place", "competence", "acts_itself", "assist"]


async def test_who_acts_changes_the_day_an_entrustment_begins_and_the_day_after_it_ends(
    territory: Territory, city: AsyncClient, owner: Owner
) -> None:
    first, last = today() - timedelta(days=20), today() - timedelta(days=5)
    made = await make_entrustment(
        owner, territory.units[CITY], territory.units[WEST], path=WEST, powers=ALL_POWERS, valid_from=first, valid_to=last
    )

    async def acts_on(day: Any) -> tuple[str | None, list[str]]:
        answer = await ask(city, **at(WEST_NORTH_1), on=day.isoformat())
        return answer["acting"][0]["by"], steps(answer)

    assert await acts_on(first - timedelta(days=1)) == (None, ["place", "competence", "acts_itself", "assist"])
    assert await acts_on(first) == (str(made), ["place", "competence", "entrusted", "assist"])
    assert await acts_on(last) == (str(made), ["place", "competence", "entrusted", "assist"])
    assert await acts_on(last + timedelta(days=1)) == (None, ["place", "competence", "lapsed", "acts_itself", "assist"])
    answer = await ask(city, **at(WEST_NORTH_1))
    told = next(s for s in answer["chain"] if s["step"] == "lapsed")["zh"]
    since = last + timedelta(days=1)
    assert f"自{since.year}年{since.month}月{since.day}日起由机构370700自己实施" in told


async def test_one_ended_early_counts_until_its_last_day(territory: Territory, city: AsyncClient, owner: Owner) -> None:
    made = await make_entrustment(
        owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, state="revoked", ended_on=today() - timedelta(days=3)
    )

    before = await ask(city, **at(EAST_NORTH_1), on=(today() - timedelta(days=3)).isoformat())
    assert [a["by"] for a in before["acting"]] == [str(made), None]
    assert [a["by"] for a in (await ask(city, **at(EAST_NORTH_1)))["acting"]] == [None]


async def test_drafts_do_not_count(territory: Territory, city: AsyncClient, owner: Owner) -> None:
    await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, state="draft")

    assert steps(await ask(city, **at(EAST_NORTH_1))) == ["place", "competence", "acts_itself", "assist"]


async def test_a_non_local_employer_is_the_citys_from_the_day_it_is_designated(
    territory: Territory, city: AsyncClient, owner: Owner
) -> None:
    employer = await make_employer(owner, EAST_NORTH_1, name="外地公司")
    await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH)
    await make_designation(owner, employer, "non_local", territory["city"].id, valid_from=today() - timedelta(days=9))

    now = await ask(city, employer_id=str(employer))
    assert (now["competent"]["unit"]["id"], now["competent"]["basis"]) == (str(territory.units[CITY]), "designation")
    assert [a["unit"]["id"] for a in now["acting"]] == [str(territory.units[CITY])]
    assert "外地驻潍单位" in next(s for s in now["chain"] if s["step"] == "designation")["zh"]
    before = await ask(city, employer_id=str(employer), on=(today() - timedelta(days=10)).isoformat())
    assert before["competent"]["unit"]["id"] == str(territory.units[EAST])
    # the neighbour on the same spot stays the county's
    neighbour = await make_employer(owner, EAST_NORTH_1)
    assert (await ask(city, employer_id=str(neighbour)))["competent"]["unit"]["id"] == str(territory.units[EAST])


async def test_a_key_employer_entrusted_by_name(territory: Territory, city: AsyncClient, owner: Owner) -> None:
    employer = await make_employer(owner, EAST_NORTH_1)
    await make_designation(owner, employer, "key", territory["city"].id)
    made = await make_entrustment(owner, territory.units[CITY], territory.units[EAST], employer_ids=[employer], powers=["inspect"])

    answer = await ask(city, employer_id=str(employer))
    assert [(a["by"], a["powers"]) for a in answer["acting"]] == [
        (str(made), ["inspect"]), (None, [p for p in ALL_POWERS if p != "inspect"]),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["city", "county", "other_county", "street"])
async def test_outside_the_city_is_answered(who: str, territory: Territory, client: Client) -> None:
    answer = await ask(client(territory[who]), lon=OUTSIDE[0], lat=OUTSIDE[1])

    assert (answer["place"], answer["competent"], answer["grids"]) == ("outside_city", None, [])


async def test_outside_ones_own_grids_is_answered_without_telling_more(territory: Territory, client: Client) -> None:
    answer = await ask(client(territory["county"]), **at(EAST_NORTH_1))

    assert (answer["place"], answer["competent"], answer["grids"], steps(answer)) == ("outside_scope", None, [], ["place"])


async def test_on_a_border_exactly_one_grid_answers(territory: Territory, city: AsyncClient) -> None:
    for lon, lat in ((119.4, 36.7), (119.2, 36.8), (119.0, 36.5), (119.8, 36.9)):
        answer = await ask(city, lon=lon, lat=lat)
        assert (answer["place"], [g["level"] for g in answer["grids"]]) == ("found", [1, 2, 3, 4])


async def test_a_supervisor_learns_who_stands_above_her(territory: Territory, client: Client, owner: Owner) -> None:
    await make_entrustment(owner, territory.units[CITY], territory.units[WEST_NORTH], path=WEST_NORTH)
    answer = await ask(client(territory["community"]), **at(WEST_NORTH_1))

    assert answer["competent"]["unit"]["id"] == str(territory.units[CITY])
    assert [a["unit"]["id"] for a in answer["acting"]] == [str(territory.units[WEST_NORTH]), str(territory.units[CITY])]


async def test_an_employer_without_a_position_and_one_in_no_grid(territory: Territory, city: AsyncClient, owner: Owner) -> None:
    nowhere = await make_employer(owner, WEST_NORTH_1, position=None)
    outside = await make_employer(owner, position=OUTSIDE)

    assert "档案没有坐标" in (await ask(city, employer_id=str(nowhere)))["chain"][0]["zh"]
    found = await ask(city, employer_id=str(outside))
    assert "没有落在社区网格内" in found["chain"][0]["zh"]
    assert found["competent"]["unit"]["id"] == str(territory.units[CITY])


async def test_an_ownerless_community_is_told(territory: Territory, city: AsyncClient) -> None:
    assert "no_owner" in steps(await ask(city, **at(WEST_SOUTH_2)))


async def test_an_employer_outside_ones_grids_is_not_found(territory: Territory, client: Client, owner: Owner) -> None:
    employer = await make_employer(owner, EAST_SOUTH_2)

    answer = await client(territory["county"]).get("/api/responsibility", params={"matter": "penalty", "employer_id": str(employer)})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"matter": "nonsense", "lon": 119.1, "lat": 36.6}, "matter"),
        ({"matter": "penalty"}, "employer_id"),
        ({"matter": "penalty", "lon": 119.1}, "employer_id"),
        ({"matter": "penalty", "lon": 500, "lat": 36.6}, "lon"),
        ({"matter": "penalty", "lon": 119.1, "lat": 36.6, "on": "1999-01-01"}, "matter"),
        ({"lon": 119.1, "lat": 36.6}, "matter"),
    ],
)
async def test_a_question_that_cannot_be_answered_says_what_is_missing(params: dict[str, Any], field: str, territory: Territory,
                                                                      city: AsyncClient) -> None:  # fmt: skip
    answer = await city.get("/api/responsibility", params=params)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_rules_and_database_name_the_same_unit(territory: Territory, city: AsyncClient, owner: Owner) -> None:
    """The trigger's ``competent_unit`` and the rules reason apart; they must never disagree."""
    lots = random.Random(12)
    await owner.execute("delete from unit_powers")
    for path in (CITY, WEST, EAST):
        for matter in lots.sample(MATTERS, 9):
            await make_own_power(owner, territory.units[path], [matter], valid_from=LONG_AGO + timedelta(days=lots.randrange(0, 200)))
    places = [WEST_NORTH_1, WEST_SOUTH_2, EAST_NORTH_1, EAST_SOUTH_2]
    employers = {path: await make_employer(owner, path) for path in places}
    for path in lots.sample(places, 2):
        await make_designation(owner, employers[path], "key", territory["city"].id)

    for path, employer in employers.items():
        for matter in MATTERS:
            day = LONG_AGO + timedelta(days=lots.randrange(0, 300))
            answer = await ask(city, employer_id=str(employer), matter=matter, on=day.isoformat())
            said = await owner.fetchval(
                "select competent_unit($1::text::ltree, $2, $3, is_designated($4, $3))::text", path, matter, day, employer
            )
            assert (answer["competent"] or {"unit": {"id": None}})["unit"]["id"] == said, (path, matter, day)


async def test_the_answer_takes_few_statements_whatever_is_entrusted(
    territory: Territory, client: Client, owner: Owner, city: AsyncClient
) -> None:
    """Two hundred employers named one by one change nothing about one employer's answer."""
    employers = [await make_employer(owner, EAST_NORTH_1) for _ in range(20)]
    for employer in employers:
        await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], employer_ids=[employer], powers=STREET_POWERS)

    answer = await ask(city, employer_id=str(employers[0]))
    assert len([a for a in answer["acting"] if a["by"]]) == 1
