"""Bringing a city that is at work to the release with the record log: what had arrived before enters it, in its order."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from alembic import command
from factories import WEST_NORTH_1, make_employer, make_evidence, make_territory

from wangge.cluster import ClusterUrls, PrivateCluster
from wangge.core.db import make_engine
from wangge.core.ids import new_id
from wangge.core.migrate import config_for

BEFORE, AFTER = "0015_gaps", "0016_sealed_records"
BEGAN = datetime(2026, 11, 20, 8, 0, 0, 123456, UTC)


async def _upgrade(url: str, revision: str) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: command.upgrade(config_for(c), revision))
    finally:
        await engine.dispose()


@pytest.fixture
async def at_work(cluster_of_tests: PrivateCluster, worker_id: str) -> AsyncIterator[ClusterUrls]:
    """A database of the release before, with a journal and photos in it."""
    name = f"test_log_{worker_id}"
    urls = cluster_of_tests.create_database(name, replace=True)
    await _upgrade(urls.owner, BEFORE)
    owner = await asyncpg.connect(urls.owner)
    async with owner.transaction():
        territory = await make_territory(owner)
    someone = territory["community"]
    for n in (2, 0, 1):  # written in another order than they came
        await owner.execute(
            """insert into sync_operations (person_id, op_id, op_sha256, kind, v, body, outcome, received_at, grid_path)
               values ($1, $2, $3, 'visit.record', 1, '{}', 'applied', $4, $5::text::ltree)""",
            someone.id, new_id(), str(n) * 64, BEGAN + timedelta(minutes=n), WEST_NORTH_1,
        )  # fmt: skip
    photo = await make_evidence(owner, someone, await make_employer(owner, WEST_NORTH_1, is_complete=False))
    await owner.execute("update evidence set copy_state = 'stored', stored_at = $2 where id = $1", photo, BEGAN)
    await owner.close()
    yield urls
    cluster_of_tests.drop_database(name)


async def test_what_had_arrived_enters_the_log_in_its_order(at_work: ClusterUrls) -> None:
    await _upgrade(at_work.owner, AFTER)

    owner = await asyncpg.connect(at_work.owner)
    made = await owner.fetchval("select log_append()")
    entries = await owner.fetch("select kind, sha256, at from log_entries order by log_index")
    photo = await owner.fetchval("select copy_sha256 from evidence")
    unsigned = await owner.fetchval("select count(*) from sync_operations where receipt_signature is null and key_id is null")
    await owner.close()

    assert made == 4
    assert [(r["kind"], r["sha256"]) for r in entries] == [*(("operation", str(n) * 64) for n in range(3)), ("copy", photo)]
    assert [r["at"] for r in entries] == [*(BEGAN + timedelta(minutes=n) for n in range(3)), BEGAN]
    assert unsigned == 3
