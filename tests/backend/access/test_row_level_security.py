"""Who sees which rows: decided by the database, compared with what the owner finds by a query of the tests' own."""

import hashlib
import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from factories import (
    CITY,
    COMMUNITIES,
    OUTSIDE,
    Owner,
    Someone,
    Territory,
    make_anomaly,
    make_book,
    make_check_in,
    make_designation,
    make_employer,
    make_entrustment,
    make_evidence,
    make_exam,
    make_exam_result,
    make_file_history,
    make_hand_over,
    make_import,
    make_incident,
    make_merge,
    make_own_power,
    make_patrol,
    make_pause,
    make_person,
    make_registry,
    make_standing,
    make_talk,
    make_track,
    make_visit,
    middle_of,
    today,
)
from fixture_types import Acting, Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tiles import features_of

from wangge.cluster import ClusterUrls
from wangge.core.clock import utc_now

ROLES = ("city", "county", "street", "community", "other_county", "other_street", "other_community")
READERS = ("city", "county", "street", "other_county", "other_street")
# Every scoped table, with what a person sees of it besides her subtree (in the owner's words; ``$2`` is the person).
BESIDES = {
    "grids": "false",
    "duties": "person_id = $2",
    "units": "$1::ltree[] <@ grid_path",
    "people": "$1::ltree[] <@ grid_path or id = $2",
    "employers": "id in (select employer_id from patrol_stops where assignee_id = $2 and is_open)",
    "patrols": "assignee_id = $2",
    "patrol_stops": "assignee_id = $2",
    "check_ins": "person_id = $2",
    "visits": "person_id = $2",
    "findings": "visit_id in (select id from visits where person_id = $2)",
    "evidence": "person_id = $2",
    "uploads": "person_id = $2",
    "talks": "person_id = $2",
    "talk_materials": "talk_id in (select id from talks where person_id = $2)",
    "incidents": "person_id = $2",
    "patrol_pauses": "person_id = $2",
    "tracks": "person_id = $2",
    "sync_operations": "person_id = $2",
    "operation_closings": "person_id = $2",
    "operation_retries": "person_id = $2",
    "changes": "channel = $2",
    "grid_tilings": "false",
    "grid_coverage": "false",
    "coverage_days": "false",
    "grid_versions": "false",
    "grid_changes": "false",
    "employer_moves": "from_path <@ $1::ltree[]",
    "intake_counters": "$1::ltree[] <@ grid_path",
    "unit_powers": "$1::ltree[] <@ grid_path",
    "employer_designations": "false",
    "entrustments": "$1::ltree[] <@ grid_path",
    "entrustment_employers": "false",
    "certificates": "person_id = $2",
    "training_plans": "$1::ltree[] <@ grid_path",
    "courses": "$1::ltree[] <@ grid_path",
    "exams": "$1::ltree[] <@ grid_path",
    "exam_results": "person_id = $2",
    "hand_overs": "false",
    "hand_over_items": "false",
    "spatial_imports": "false",
    "spatial_import_features": "false",
    "anomalies": "false",
    "employer_signals": "false",
    "key_list_entries": "employer_id in (select employer_id from patrol_stops where assignee_id = $2 and is_open)",
    "rating_rounds": "false",
    "ratings": "false",
    "rating_changes": "false",
    "rating_objections": "false",
    "employer_forms": "employer_id in (select employer_id from patrol_stops where assignee_id = $2 and is_open)",
    "employer_surveys": "person_id = $2",
    "employer_edits": "person_id = $2",
    "employer_versions": "false",
    "employer_conflicts": "false",
    "employer_merges": "false",
    "registry_imports": "false",
    "registry_import_rows": "false",
    "registry_rows": "false",
    "registry_mappings": "false",
    "match_candidates": "false",
    "match_decisions": "false",
    "books": "false",
    "kept_packages": "false",
}
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
KEYS = {"kept_packages": "grid_id", "grid_tilings": "parent_id", "grid_coverage": "grid_id", "coverage_days": "grid_id",
        "changes": "seq", "sync_operations": "op_id", "operation_closings": "op_id",
        "operation_retries": "op_id",
        "entrustment_employers": "employer_id", "employer_forms": "employer_id", "employer_edits": "op_id",
        "registry_import_rows": "import_id", "registry_mappings": "grid_id", "match_candidates": "subject_id",
        "spatial_import_features": "import_id", "talk_materials": "talk_id"}  # fmt: skip


@pytest.fixture
async def city(owner: Owner, territory: Territory) -> Territory:
    """The territory at work: employers, patrols, check-ins, visits, photos and journal everywhere."""
    async with owner.transaction():
        await _set_to_work(owner, territory)
    await owner.execute("select keep_coverage(500)")
    return territory


async def _set_to_work(owner: Owner, territory: Territory) -> None:
    people = territory.people
    await make_own_power(owner, territory.units[CITY], ["patrol"])
    for path, unit_id in territory.units.items():
        await owner.execute(
            "insert into intake_counters (id, unit_id, grid_path, valid_from) values (gen_random_uuid(), $1, $2::text::ltree, now())",
            unit_id, path,
        )  # fmt: skip
        if path.count(".") == 2:
            await make_entrustment(owner, territory.units[CITY], unit_id, path=path, matters=["patrol"])
    for path in COMMUNITIES:
        holder = next((p for p in people.values() if p.path == path), people["street"])
        for _ in range(2):
            await make_employer(owner, path, last_visited_at=utc_now())
        employer_id = await make_employer(owner, path)
        await make_designation(owner, employer_id, "key", people["city"].id)
        county = territory.units[".".join(path.split(".")[:2])]
        await make_entrustment(owner, territory.units[CITY], county, employer_ids=[employer_id], matters=["patrol"])
        patrol_id = await make_patrol(owner, holder, [employer_id], planned_by=people["city"].id)
        check_in_id = await make_check_in(owner, holder, employer_id, patrol_id=patrol_id, position=middle_of(path))
        visit_id = await make_visit(
            owner, holder, employer_id, patrol_id=patrol_id, check_in_id=check_in_id, findings=[("overtime", "minor")]
        )
        evidence_id = await make_evidence(owner, holder, employer_id, subject_kind="visit", subject_id=visit_id)
        await owner.execute(
            """insert into uploads (id, evidence_id, part, length, person_id, grid_path)
               values (gen_random_uuid(), $1, 'copy', 4, $2, $3::text::ltree)""",
            evidence_id, holder.id, path,
        )  # fmt: skip
        await make_anomaly(owner, holder, employer_id, check_in_id)
        await make_standing(owner, employer_id, holder.id)
        await make_file_history(owner, holder, employer_id)
        await make_merge(owner, employer_id, await make_employer(owner, path), people["city"].id, undone=True)
        await make_talk(owner, holder, employer_id, patrol_id=patrol_id)
        await make_incident(owner, holder, path)
        await make_pause(owner, holder, patrol_id)
        await make_track(owner, holder, patrol_id)
        await _journal(owner, holder, path)
        await owner.execute(
            """insert into grid_changes (id, kind, made_by, effective_on, grid_id, grid_path, note, summary)
               select gen_random_uuid(), 'rename', $1, current_date, id, path, '', '{}' from grids where path = $2::text::ltree""",
            people["city"].id, path,
        )  # fmt: skip
        await owner.execute(
            """insert into employer_moves (employer_id, moved_at, from_grid_id, from_path, grid_id, grid_path)
               select $1, now(), f.id, f.path, t.id, t.path from grids f, grids t
               where f.path = $2::text::ltree and t.path = $3::text::ltree""",
            employer_id, COMMUNITIES[COMMUNITIES.index(path) - 1], path,
        )  # fmt: skip
        exam_id = await make_exam(owner, path, people["city"].id)
        someone = await make_person(owner, path)
        await make_exam_result(owner, exam_id, someone, people["city"].id)
        await make_hand_over(owner, someone, people["city"].id, holder.id)
        await make_import(owner, path, people["city"].id)
        await make_registry(owner, path, people["city"].id, employer_id)
        await make_book(owner, path, people["city"].id)
        await owner.execute(
            """insert into kept_packages (grid_id, grid_path, made_for, tx, part, employers, last_id, is_last, crc, length, body)
               select id, path, 'a test', 1, 0, 1, id, true, 0, 0, '' from grids where path = $1::text::ltree""",
            path,
        )  # fmt: skip
    await make_employer(owner, None, position=OUTSIDE, name="境外单位")
    await make_employer(owner, None, position=None, name="无处可寻")
    await make_employer(owner, people["community"].path, review_state="waiting_review", registered_by=people["community"].id)
    # the supervisor of the far south-east is sent to the north-west for a day, and once was there before
    far = await make_employer(owner, people["community"].path, name="借调巡查单位")
    await make_patrol(owner, people["other_community"], [far], planned_by=people["city"].id)
    old = await make_employer(owner, people["community"].path, name="早已走完")
    await make_patrol(owner, people["other_community"], [old], planned_by=people["city"].id, status="finished")
    await make_visit(owner, people["other_community"], old)


async def _journal(owner: Owner, person: Someone, path: str) -> None:
    columns = {r[0] for r in await owner.fetch(
        """select column_name from information_schema.columns
           where table_name = 'sync_operations' and is_nullable = 'NO' and column_default is null"""
    )}  # fmt: skip
    values: dict[str, Any] = {
        "op_id": UUID(bytes=person.id.bytes[::-1]), "op_sha256": "0" * 64, "body": "{}", "kind": "test", "v": 1,
        "person_id": person.id, "session_id": person.id, "device_id": person.id, "captured_at": utc_now(), "outcome": "applied",
        "flags": [], "received_at": utc_now(), "entity_id": person.id, "device_seq": 1,
    }  # fmt: skip
    names = [c for c in columns if c != "grid_path"]
    marks = ", ".join(f"${i}" for i in range(1, len(names) + 1))
    sql = f"insert into sync_operations ({', '.join(names)}, grid_path) values ({marks}, ${len(names) + 1}::text::ltree)"
    await owner.execute(sql, *(values[n] for n in names), path)
    await owner.execute(
        """insert into operation_closings (person_id, op_id, op_sha256, how, reason, closed_by, grid_path)
           select person_id, op_id, op_sha256, 'closed', '重复', person_id, grid_path from sync_operations where person_id = $1""",
        person.id,
    )
    await owner.execute(
        """insert into operation_retries (id, person_id, op_id, op_sha256, outcome, retried_by, grid_path)
           select gen_random_uuid(), person_id, op_id, op_sha256, 'applied', person_id, grid_path
           from sync_operations where person_id = $1""",
        person.id,
    )


async def scope_of(owner: Owner, someone: Someone) -> list[str]:
    """The paths that a person should see, by the owner's own query."""
    if someone.role != "community":
        return [someone.path]
    return [r[0] for r in await owner.fetch("select grid_path::text from duties where person_id = $1", someone.id)]


async def owners_answer(owner: Owner, table: str, someone: Someone) -> set[Any]:
    """The keys that she should see of a table."""
    rows = await owner.fetch(
        f"select {KEYS.get(table, 'id')} from {table} where grid_path <@ $1::ltree[] or {BESIDES[table]}".replace(
            "grid_path", "path" if table in ("grids", "grid_versions") else "grid_path"
        ).replace("$1::ltree[]", "$1::text[]::ltree[]"),
        await scope_of(owner, someone),
        *([someone.id] if "$2" in BESIDES[table] else []),
    )
    return {r[0] for r in rows}


# ---- below the service: what any query at all can reach


@pytest.mark.parametrize("role", ROLES)
async def test_a_query_without_any_filter_returns_the_subtree_and_nothing_else(
    role: str, owner: Owner, city: Territory, acting: Acting
) -> None:
    async with acting(city[role]) as (db, _):
        seen = {t: set(await db.scalars(text(f"select {KEYS.get(t, 'id')} from {t}"))) for t in BESIDES}

    assert seen == {t: await owners_answer(owner, t, city[role]) for t in BESIDES}
    # a community has no grids below it, so nothing is known of how they tile
    assert all(rows or (table == "grid_tilings" and city[role].role == "community") for table, rows in seen.items())


async def test_the_tables_looked_at_are_all_there_are(owner: Owner) -> None:
    secured = await owner.fetch("select relname from pg_class where relkind = 'r' and relrowsecurity")

    assert {r[0] for r in secured} == (set(BESIDES) | OWNERS_ALONE | BY_RIGHT) - WRITTEN_ALONE


@pytest.mark.parametrize("table", sorted(OWNERS_ALONE))
async def test_the_apis_role_may_not_even_look_into_what_is_the_owners_alone(table: str, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute(text(f"select * from {table}"))


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


@pytest.fixture
async def theirs(owner: Owner, city: Territory) -> dict[str, UUID]:
    """Things of the far county."""
    employer_id = await make_employer(owner, city["other_community"].path, review_state="waiting_review")
    patrol_id = await make_patrol(owner, city["other_community"], [employer_id])
    return {"employer": employer_id, "patrol": patrol_id, "grid": city.grids[city["other_street"].path]}


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


async def test_the_day_of_the_tests_is_chinas() -> None:
    assert abs((today() - utc_now().date()).days) <= 1
