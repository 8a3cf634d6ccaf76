"""No sub-delegation, at the database: whoever writes, the owner too, gets past none of it."""

from collections.abc import Callable
from datetime import date, timedelta

import asyncpg
import pytest
from entrusting_city import give_powers
from factories import (
    ALL_POWERS,
    CITY,
    EAST,
    EAST_NORTH,
    EAST_NORTH_1,
    LONG_AGO,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_SOUTH,
    Owner,
    Territory,
    make_designation,
    make_employer,
    make_entrustment,
    make_own_power,
    today,
)

YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
async def powers(owner: Owner, territory: Territory) -> None:
    await give_powers(owner, territory)


def refused(constraint: str) -> Callable[[asyncpg.CheckViolationError], bool]:
    return lambda error: error.constraint_name == constraint


async def test_a_central_district_cannot_entrust_what_it_has_by_entrustment(owner: Owner, territory: Territory) -> None:
    u = territory.units
    await make_entrustment(owner, u[CITY], u[WEST], path=WEST, powers=ALL_POWERS)

    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_no_sub_delegation")):
        await make_entrustment(owner, u[WEST], u[WEST_NORTH], path=WEST_NORTH)


@pytest.mark.parametrize(
    ("principal", "agent", "area"),
    [(CITY, WEST, WEST), (CITY, WEST_NORTH, WEST_NORTH), (EAST, EAST_NORTH, EAST_NORTH), (EAST, EAST_NORTH, EAST_NORTH_1)],
)
async def test_who_holds_the_power_entrusts_it(principal: str, agent: str, area: str, owner: Owner, territory: Territory) -> None:
    made = await make_entrustment(owner, territory.units[principal], territory.units[agent], path=area)

    row = await owner.fetchrow("select principal_path::text, agent_path::text, grid_path::text from entrustments where id = $1", made)
    assert tuple(row) == (principal, agent, area)


@pytest.mark.parametrize(
    ("principal", "agent", "area", "constraint"),
    [
        (CITY, EAST, EAST, "ck_entrustments_others_power"),
        (CITY, EAST_NORTH, EAST_NORTH, "ck_entrustments_others_power"),
        (EAST, WEST_NORTH, WEST_NORTH, "ck_entrustments_within"),
        (CITY, WEST, EAST, "ck_entrustments_within"),
        (CITY, WEST_NORTH, WEST_SOUTH, "ck_entrustments_within"),
        (CITY, WEST, CITY, "ck_entrustments_within"),
        (EAST_NORTH, EAST, EAST, "ck_entrustments_within"),
        (EAST, CITY, EAST, "ck_entrustments_within"),
    ],
)
async def test_ground_that_is_not_the_principals_is_not_entrusted(
    principal: str, agent: str, area: str, constraint: str, owner: Owner, territory: Territory
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, check=refused(constraint)):
        await make_entrustment(owner, territory.units[principal], territory.units[agent], path=area)


@pytest.mark.parametrize("power", ["penalise", "inspect", "order_correction", "review_documents"])
async def test_a_street_takes_no_power_that_needs_inspectors(power: str, owner: Owner, territory: Territory) -> None:
    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_power_allowed")):
        await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, powers=["patrol", power])


@pytest.mark.parametrize("power", ALL_POWERS)
async def test_a_community_is_entrusted_with_nothing(power: str, owner: Owner, territory: Territory) -> None:
    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_power_allowed")):
        await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH_1], path=EAST_NORTH_1, powers=[power])


@pytest.mark.parametrize(
    ("held", "is_held"),
    [
        ([(0, 400)], True),
        ([(0, 100), (101, 400)], True),  # two that meet without a gap
        ([(0, 100), (102, 400)], False),  # a day between
        ([(1, 400)], False),  # begins a day late
        ([(0, 364)], False),  # ends a day early
    ],
)
async def test_the_power_must_be_held_over_the_whole_term(
    held: list[tuple[int, int]], is_held: bool, owner: Owner, territory: Territory
) -> None:
    first = date(2027, 1, 1)
    await owner.execute("delete from unit_powers where unit_id = $1 and matter_code = 'patrol'", territory.units[EAST])
    for start, end in held:
        await make_own_power(owner, territory.units[EAST], ["patrol"], valid_from=first + timedelta(start), valid_to=first + timedelta(end))

    async def draw_up() -> None:
        await make_entrustment(
            owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, matters=["patrol"], valid_from=first,
            valid_to=first + timedelta(365),
        )  # fmt: skip

    if is_held:
        await draw_up()
    else:
        with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_no_sub_delegation")):
            await draw_up()


async def test_a_matter_without_a_power_behind_it_spoils_the_whole(owner: Owner, territory: Territory) -> None:
    await owner.execute("delete from unit_powers where unit_id = $1 and matter_code = 'women'", territory.units[EAST])

    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_no_sub_delegation")):
        await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, matters=["patrol", "women"])
    await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, matters=["patrol"])


async def test_a_draft_cannot_be_turned_into_what_would_have_been_refused(owner: Owner, territory: Territory) -> None:
    made = await make_entrustment(owner, territory.units[CITY], territory.units[WEST_NORTH], path=WEST_NORTH, state="draft")

    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_no_sub_delegation")):
        await owner.execute("update entrustments set principal_id = $1 where id = $2", territory.units[WEST], made)


@pytest.mark.parametrize(
    "change",
    ["matters = '{patrol}'", "valid_to = valid_to + 1", "powers = '{collect}'", "document_name = 'x'", "state = 'draft'", "grid_id = null"],
)
async def test_one_in_force_is_not_rewritten(change: str, owner: Owner, territory: Territory) -> None:
    made = await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH)

    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_fixed")):
        await owner.execute(f"update entrustments set {change} where id = $1", made)


async def test_one_that_has_ended_does_not_come_back(owner: Owner, territory: Territory) -> None:
    made = await make_entrustment(
        owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, state="ended", ended_on=today()
    )

    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_fixed")):
        await owner.execute("update entrustments set state = 'in_force', ended_on = null where id = $1", made)


async def test_an_unpublished_one_never_takes_effect(owner: Owner, territory: Territory) -> None:
    made = await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, state="draft")
    await owner.execute("update entrustments set published_on = null where id = $1", made)

    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_published")):
        await owner.execute("update entrustments set state = 'in_force', put_in_force_at = now() where id = $1", made)


async def test_a_power_is_not_pulled_from_under_an_entrustment(owner: Owner, territory: Territory) -> None:
    made = await make_entrustment(owner, territory.units[EAST], territory.units[EAST_NORTH], path=EAST_NORTH, matters=["patrol"])
    end_it = "update unit_powers set valid_to = $2 where unit_id = $1 and matter_code = $3"

    await owner.execute(end_it, territory.units[EAST], today(), "women")
    with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_unit_powers_entrusted")):
        await owner.execute(end_it, territory.units[EAST], today(), "patrol")
    await owner.execute(
        "update entrustments set state = 'ended', ended_on = $2, ended_at = now(), end_reason = 'x' where id = $1", made, today()
    )
    await owner.execute(end_it, territory.units[EAST], today(), "patrol")


@pytest.mark.parametrize(
    ("principal", "agent", "place", "designated", "allowed"),
    [
        (CITY, WEST, WEST_NORTH_1, False, True),
        (CITY, EAST, EAST_NORTH_1, False, False),
        (CITY, EAST, EAST_NORTH_1, True, True),
        (EAST, EAST_NORTH, EAST_NORTH_1, False, True),
        (EAST, EAST_NORTH, EAST_NORTH_1, True, False),
        (CITY, WEST, EAST_NORTH_1, True, False),  # outside the agent's territory
    ],
)
async def test_a_list_holds_the_principals_own_employers(
    principal: str, agent: str, place: str, designated: bool, allowed: bool, owner: Owner, territory: Territory
) -> None:
    employer = await make_employer(owner, place)
    if designated:
        await make_designation(owner, employer, "non_local", territory["city"].id)

    if allowed:
        await make_entrustment(owner, territory.units[principal], territory.units[agent], employer_ids=[employer])
    else:
        with pytest.raises(asyncpg.CheckViolationError, check=refused("ck_entrustments_employers")):
            await make_entrustment(owner, territory.units[principal], territory.units[agent], employer_ids=[employer])


async def test_designations_and_lists_follow_an_employer_that_moves(owner: Owner, territory: Territory) -> None:
    employer = await make_employer(owner, EAST_NORTH_1)
    await make_designation(owner, employer, "key", territory["city"].id)
    await make_entrustment(owner, territory.units[CITY], territory.units[EAST], employer_ids=[employer])

    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path from grids g where e.id = $1 and g.path = $2::text::ltree",
        employer, EAST_NORTH,
    )  # fmt: skip

    for table in ("employer_designations", "entrustment_employers"):
        assert await owner.fetchval(f"select grid_path::text from {table} where employer_id = $1", employer) == EAST_NORTH


async def test_a_unit_is_designated_once_at_a_time(owner: Owner, territory: Territory) -> None:
    employer = await make_employer(owner, EAST_NORTH_1)
    await make_designation(owner, employer, "key", territory["city"].id, valid_to=LONG_AGO + YEAR)

    with pytest.raises(asyncpg.ExclusionViolationError):
        await make_designation(owner, employer, "key", territory["city"].id, valid_from=LONG_AGO + YEAR)
    await make_designation(owner, employer, "non_local", territory["city"].id)
    await make_designation(owner, employer, "key", territory["city"].id, valid_from=LONG_AGO + YEAR + timedelta(days=1))
