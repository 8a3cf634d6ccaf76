"""Row-level security of units' belongings, entrustments and designations; it fails closed, and only the principal writes."""

import asyncpg
import pytest
from factories import (
    CITY,
    EAST,
    EAST_NORTH,
    EAST_NORTH_1,
    WEST,
    WEST_NORTH,
    Owner,
    Territory,
    make_designation,
    make_employer,
    make_entrustment,
    make_own_power,
)
from fixture_types import Acting
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

TABLES = ("intake_counters", "unit_powers", "employer_designations", "entrustments", "entrustment_employers")


@pytest.fixture(autouse=True)
async def rows(owner: Owner, territory: Territory) -> None:
    u = territory.units
    await make_own_power(owner, u[CITY], ["patrol"])
    await make_own_power(owner, u[EAST], ["patrol"])
    for path in (WEST_NORTH, EAST_NORTH):
        await owner.execute(
            "insert into intake_counters (id, unit_id, grid_path, valid_from) values (gen_random_uuid(), $1, $2::text::ltree, now())",
            u[path], path,
        )  # fmt: skip
    employer = await make_employer(owner, EAST_NORTH_1)
    await make_designation(owner, employer, "key", territory["city"].id)
    await make_entrustment(owner, u[CITY], u[EAST], employer_ids=[employer], matters=["patrol"])
    await make_entrustment(owner, u[CITY], u[WEST], path=WEST, matters=["patrol"])
    await make_entrustment(owner, u[EAST], u[EAST_NORTH], path=EAST_NORTH, matters=["patrol"])


async def test_with_nobody_bound_nothing_is_seen(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        for table in TABLES:
            assert await connection.scalar(text(f"select count(*) from {table}")) == 0, table
        assert (await connection.execute(text("select * from history_of('unit', gen_random_uuid())"))).all() == []
        assert (await connection.execute(text(f"select * from grids_down_to('{EAST_NORTH_1}', china_today())"))).all() == []


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("city", {"intake_counters": 2, "unit_powers": 2, "employer_designations": 1, "entrustments": 3, "entrustment_employers": 1}),
        ("county", {"intake_counters": 1, "unit_powers": 1, "employer_designations": 0, "entrustments": 1, "entrustment_employers": 0}),
        (
            "other_county",
            {"intake_counters": 1, "unit_powers": 2, "employer_designations": 1, "entrustments": 2, "entrustment_employers": 1},
        ),
        ("community", {"intake_counters": 1, "unit_powers": 1, "employer_designations": 0, "entrustments": 1, "entrustment_employers": 0}),
    ],
)
async def test_each_sees_her_subtree_and_what_answers_for_it(who: str, seen: dict[str, int], territory: Territory, acting: Acting) -> None:
    async with acting(territory[who]) as (db, _):
        assert {table: await db.scalar(text(f"select count(*) from {table}")) for table in TABLES} == seen


UPDATES = [
    "update entrustments set note = 'x' returning id",
    "update unit_powers set valid_to = null returning id",
    "update units set name = name where kind <> 'command_centre' returning id",
]


@pytest.mark.parametrize("statement", UPDATES)
async def test_an_update_reaches_only_ones_own(statement: str, territory: Territory, acting: Acting) -> None:
    async with acting(territory["county"]) as (db, _):
        touched = [r[0] for r in await db.execute(text(statement))]
        others = {territory.units[path] for path in territory.units if not path.startswith(WEST)}
        assert not others & set(touched)
        if "entrustments" in statement or "unit_powers" in statement:
            assert touched == []


async def _refused(acting: Acting, someone: object, sql: str, **values: object) -> BaseException:
    with pytest.raises(DBAPIError) as refused:
        async with acting(someone) as (db, _):  # type: ignore[arg-type]
            await db.execute(text(sql), values)
    cause = refused.value.orig.__cause__ if refused.value.orig else None
    assert cause is not None
    return cause


DRAW_UP = """
    insert into entrustments (id, principal_id, principal_path, agent_id, agent_path, matters, powers, reach, grid_id, grid_path,
        valid_from, valid_to, document_name, document_number, published_where, overlap_reason, note, state, end_reason, version, created_by)
    values (gen_random_uuid(), :principal, :claimed, :agent, :claimed, '{patrol}', '{patrol}', 'area', :grid, :claimed, china_today(),
        china_today() + 9, '', '', '', '', '', :state, '', 1, app_person())
"""


async def test_nobody_draws_up_for_another_by_claiming_a_path(territory: Territory, acting: Acting) -> None:
    values = {"principal": territory.units[EAST], "agent": territory.units[EAST_NORTH], "grid": territory.grids[EAST_NORTH]}

    cause = await _refused(acting, territory["county"], DRAW_UP, **values, claimed=WEST, state="draft")
    assert isinstance(cause, asyncpg.InsufficientPrivilegeError)
    async with acting(territory["other_county"]) as (db, _):
        await db.execute(text(DRAW_UP), {**values, "claimed": WEST, "state": "draft"})


@pytest.mark.parametrize(
    "statement",
    [
        "delete from entrustments", "delete from units", "delete from employer_designations", "update matters set name_zh = 'x'",
        "insert into power_holders (power_code, unit_kind, manner, valid_from, source) values ('penalise', 'community', 'own', now(), '')",
        "update units set grid_path = '370700'", "update unit_powers set matter_code = 'penalty'",
    ],
)  # fmt: skip
async def test_the_api_cannot_do_what_no_service_does(statement: str, territory: Territory, acting: Acting) -> None:
    assert isinstance(await _refused(acting, territory["city"], statement), asyncpg.InsufficientPrivilegeError)


async def test_a_designation_is_set_as_oneself_in_ones_own_grids(territory: Territory, acting: Acting, owner: Owner) -> None:
    employer = await make_employer(owner, EAST_NORTH_1)
    sql = """insert into employer_designations (id, employer_id, grid_path, kind, valid_from, reason, source, set_by)
             values (gen_random_uuid(), :employer, :path, 'key', china_today(), 'x', 'x', :person)"""

    for path, person in ((EAST_NORTH_1, territory["county"].id), (EAST_NORTH_1, territory["city"].id)):
        cause = await _refused(acting, territory["county"], sql, employer=employer, path=path, person=person)
        assert isinstance(cause, asyncpg.InsufficientPrivilegeError)
