"""The pool's connections: one that the server has ended is replaced before anyone meets it."""

import asyncio

from fixture_types import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.cluster import ClusterUrls
from wangge.core.db import make_engine, pooled_driver, unit_of_work


async def _backend_of(engine: AsyncEngine) -> int:
    async with unit_of_work(engine) as db:
        pid: int = await db.scalar(text("select pg_backend_pid()"))
        return pid


async def test_a_connection_that_the_server_ended_is_replaced_unseen(database: ClusterUrls) -> None:
    engine = make_engine(database.app, pool_size=1)
    try:
        first = await _backend_of(engine)
        assert await _backend_of(engine) == first
        killer = make_engine(database.superuser, pool_size=1)
        async with unit_of_work(killer) as db:
            await db.execute(text("select pg_terminate_backend(:pid)"), {"pid": first})
        await killer.dispose()
        await asyncio.sleep(0.1)
        assert await _backend_of(engine) != first
    finally:
        await engine.dispose()


async def test_a_connection_that_is_broken_off_in_a_transaction_goes_to_nobody_else(database: ClusterUrls) -> None:
    engine = make_engine(database.app, pool_size=1)
    try:
        async with pooled_driver(engine) as conn:
            await conn.execute("begin")
            await conn.execute("select set_config('app.person_id', '00000000-0000-0000-0000-000000000001', true)")
            left = conn.get_server_pid()
        async with pooled_driver(engine) as conn:
            assert conn.get_server_pid() != left
            assert not await conn.fetchval("select current_setting('app.person_id', true)")
            again = conn.get_server_pid()
        async with pooled_driver(engine) as conn:
            assert conn.get_server_pid() == again
    finally:
        await engine.dispose()


async def test_the_api_goes_on_after_all_its_connections_were_ended(client: Client, database: ClusterUrls) -> None:
    async with client() as nobody:
        assert (await nobody.get("/api/ready")).status_code == 200
        killer = make_engine(database.superuser, pool_size=1)
        async with unit_of_work(killer) as db:
            await db.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'wangge_app'")
            )
        await killer.dispose()
        await asyncio.sleep(0.1)
        assert (await nobody.get("/api/ready")).status_code == 200
