"""The history of the schema: from nothing to today, by the owner alone, as often as one likes."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from wangge.cluster import ClusterUrls, PrivateCluster
from wangge.core.db import make_engine
from wangge.core.migrate import differences, newest_revision, upgrade


@pytest.fixture(scope="module")
async def empty(cluster_of_tests: PrivateCluster, worker_id: str) -> AsyncIterator[ClusterUrls]:
    """A database with its extensions and nothing else, as an operator hands it over."""
    name = f"test_migrations_{worker_id}"
    yield cluster_of_tests.create_database(name, replace=True)
    cluster_of_tests.drop_database(name)


async def contents(url: str) -> dict[str, object]:
    connection = await asyncpg.connect(url)
    try:
        tables = [r[0] for r in await connection.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")]
        return {
            "objects": await connection.fetch(
                "select relname::text, relkind::text from pg_class where relnamespace = 'public'::regnamespace order by 1, 2"
            ),
            "functions": await connection.fetch(
                "select oid::regprocedure::text, prosrc from pg_proc where pronamespace = 'public'::regnamespace order by 1"
            ),
            "policies": await connection.fetch("select * from pg_policies order by 1, 2, 3"),
            "rows": {
                table: await connection.fetch(f'select * from "{table}" order by 1') for table in tables if table != "spatial_ref_sys"
            },
        }
    finally:
        await connection.close()


async def test_an_empty_database_becomes_what_the_models_say_and_a_second_upgrade_changes_nothing(empty: ClusterUrls) -> None:
    assert await upgrade(empty.owner) == newest_revision()
    engine = make_engine(empty.owner, pool_size=1)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
    before = await contents(empty.owner)
    assert await upgrade(empty.owner) == newest_revision()
    assert await contents(empty.owner) == before


async def test_the_owner_is_no_superuser_and_the_api_owns_nothing(database: ClusterUrls) -> None:
    owner = await asyncpg.connect(database.owner)
    try:
        rights = "rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
        roles = await owner.fetch(f"select rolname, {rights} from pg_roles where rolname in ('wangge_owner', 'wangge_app')")
        assert len(roles) == 2
        assert not any(value is True for role in roles for value in role.values())
        assert await owner.fetchval("select current_user") == "wangge_owner"
        owned = await owner.fetch(
            "select relname from pg_class where relowner = 'wangge_app'::regrole "
            "union all select proname from pg_proc where proowner = 'wangge_app'::regrole"
        )
        assert owned == []
    finally:
        await owner.close()


# Of no grid and no person: lists and limits that everyone may read.
THE_SAME_FOR_ALL = {
    "alembic_version", "certificate_requirements", "feed", "incident_kinds", "log_entries", "log_nodes", "log_roots", "material_kinds",
    "matters", "policies", "power_holders", "powers", "role_rights", "server_keys", "spatial_ref_sys", "talk_topics",
    "inspection_caps", "key_list_rules", "rating_aspects", "rating_scales", "signal_kinds",
}  # fmt: skip


async def test_every_table_that_holds_a_path_has_row_level_security(database: ClusterUrls) -> None:
    owner = await asyncpg.connect(database.owner)
    try:
        readable_and_open = await owner.fetch("""
            select c.relname from pg_class c
            where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not c.relrowsecurity
              and has_any_column_privilege('wangge_app', c.oid, 'select')
        """)
        assert {r[0] for r in readable_and_open} <= THE_SAME_FOR_ALL
        assert await owner.fetch("select from pg_class where relrowsecurity and relforcerowsecurity") == []
    finally:
        await owner.close()


async def test_functions_that_run_as_the_owner_look_nowhere_else(database: ClusterUrls) -> None:
    owner = await asyncpg.connect(database.owner)
    try:
        loose = await owner.fetch("""
            select oid::regprocedure::text from pg_proc
            where pronamespace = 'public'::regnamespace and prosecdef and proowner = 'wangge_owner'::regrole
              and not coalesce(proconfig @> array['search_path=public, pg_temp'], false)
        """)
        assert loose == []
    finally:
        await owner.close()
