"""What the API's role may do in the database at all, and who may write what."""

import asyncpg
import pytest
from city_at_work import BESIDES, set_to_work
from factories import (
    Owner,
    Territory,
    make_employer,
    today,
)
from fixture_types import Acting, Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.clock import utc_now

# Of these the API's role may read nothing at all; some are reached through functions.
OWNERS_ALONE = {
    "people_private",
    "tiling_checks",
    "photo_hashes",
    "photo_hashes_due",
    "anomaly_days_due",
    "key_list_due",
    "key_list_sweeps",
    "registry_chunk_rows",
    "employer_keys",
    "employer_keys_due",
    "coverage_due",
    "coverage_progress",
}
# COPY knows no policies: into these the API's role may write, and it may read nothing.
WRITTEN_ALONE = {"registry_chunk_rows"}
# Tables whose rows are shown by right as well as by scope, or to nobody: see accounts/test_managing.py and audit_log/.
BY_RIGHT = {"accounts", "sessions", "devices", "device_keys", "one_time_codes", "past_passwords", "phone_store_keys", "rights"}


@pytest.fixture
async def city(owner: Owner, territory: Territory) -> Territory:
    """The territory at work."""
    return await set_to_work(owner, territory)


async def test_the_tables_looked_at_are_all_there_are(owner: Owner) -> None:
    secured = await owner.fetch("select relname from pg_class where relkind = 'r' and relrowsecurity")

    assert {r[0] for r in secured} == (set(BESIDES) | OWNERS_ALONE | BY_RIGHT) - WRITTEN_ALONE


@pytest.mark.parametrize("table", sorted(OWNERS_ALONE))
async def test_the_apis_role_may_not_even_look_into_what_is_the_owners_alone(table: str, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute(text(f"select * from {table}"))


async def test_a_supervisor_without_a_duty_today_sees_no_employers(owner: Owner, city: Territory, acting: Acting) -> None:
    person = city["community"]
    await owner.execute("update duties set valid_to = current_date - 2 where person_id = $1", person.id)
    await owner.execute("update patrol_stops set is_open = false where assignee_id = $1", person.id)

    async with acting(person) as (db, actor):
        assert actor.scope == ()
        assert await db.scalar(text("select count(*) from employers")) == 0


# ---- the role itself


async def test_the_apis_role_owns_nothing_and_cannot_bypass_policies(owner: Owner) -> None:
    role = await owner.fetchrow("select * from pg_roles where rolname = 'wangge_app'")

    assert not (role["rolsuper"] or role["rolbypassrls"] or role["rolcreaterole"] or role["rolcreatedb"])
    assert await owner.fetchval("select count(*) from pg_class where relowner = $1", role["oid"]) == 0
    assert await owner.fetchval("select count(*) from pg_proc where proowner = $1", role["oid"]) == 0
    assert await owner.fetchval("select count(*) from pg_auth_members where member = $1", role["oid"]) == 0


async def test_every_table_with_a_grid_path_has_row_level_security(owner: Owner) -> None:
    open_tables = await owner.fetch(
        """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('grid_path', 'path')
           join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
           where c.relkind = 'r' and not c.relrowsecurity and has_table_privilege('wangge_app', c.oid, 'select')"""
    )

    assert [r[0] for r in open_tables] == []


@pytest.mark.parametrize("table", ["accounts", "sessions", "one_time_codes", "past_passwords", "appointments", "sign_in_attempts"])
async def test_the_apis_role_cannot_read_secrets_of_sign_in(table: str, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute(text(f"select * from {table}"))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into audit_log (action) values ('x')",
        "update audit_log set action = 'x'",
        "delete from audit_log",
        "truncate audit_log",
        "update grids set name = 'x'",
        "insert into grids (id) values (gen_random_uuid())",
        "update grid_versions set name = 'x'",
        "insert into grid_changes (id) values (gen_random_uuid())",
        "delete from employer_moves",
        "delete from tiling_checks",
        "select tiles(gen_random_uuid())",
        "delete from employers",
        "delete from check_ins",
        "update check_ins set is_on_site = true",
        "update visits set note = 'x'",
        "update evidence set copy_sha256 = 'x'",
        "update employers set grid_path = '370700'",
        "update employers set registered_by = null",
        "update policies set value = '1'",
        "insert into role_rights (role, right_code) values ('community', 'patrol.plan')",
        "update duties set person_id = gen_random_uuid()",
        "delete from duties",
        "insert into appointments (id) values (gen_random_uuid())",
        "update people set grid_path = '370700'",
        "select held_paths(gen_random_uuid(), current_date)",
        "create table mine (id int)",
        "alter table employers disable row level security",
        "set role wangge_owner",
    ],
)
async def test_the_apis_role_may_not(statement: str, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))


async def test_not_even_the_owner_changes_the_audit_log(owner: Owner, city: Territory, client: Client) -> None:
    await client(city["county"]).get("/api/coverage/uncovered.csv")

    for statement in ("update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await owner.execute(statement)


# ---- writing


async def test_nobody_writes_facts_in_somebody_elses_name(owner: Owner, city: Territory, acting: Acting) -> None:
    employer_id = await make_employer(owner, city["community"].path)
    sql = """insert into check_ins (id, employer_id, person_id, device_id, is_on_site, captured_at, happened_at, grid_id, grid_path)
             select gen_random_uuid(), id, :person, gen_random_uuid(), true, now(), now(), grid_id, grid_path
             from employers where id = :id"""

    with pytest.raises(Exception, match="row-level security"):
        async with acting(city["community"]) as (db, _):
            await db.execute(text(sql), {"person": city["county"].id, "id": employer_id})


async def test_a_county_cannot_change_another_countys_employer(owner: Owner, city: Territory, acting: Acting) -> None:
    employer_id = await make_employer(owner, city["other_community"].path, name="别县单位")

    async with acting(city["county"]) as (db, _):
        await db.execute(text("update employers set name = '改了' where id = :id"), {"id": employer_id})

    assert await owner.fetchval("select name from employers where id = $1", employer_id) == "别县单位"


async def test_the_day_of_the_tests_is_chinas() -> None:
    assert abs((today() - utc_now().date()).days) <= 1
