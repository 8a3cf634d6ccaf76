"""Bringing a city that is at work to the release in which grids have a history."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic import command
from factories import BOXES, WEST_NORTH_1, level_of, make_grid

from wangge.cluster import ClusterUrls, PrivateCluster
from wangge.core.db import make_engine
from wangge.core.migrate import config_for

BEFORE, AFTER = "0001_first_light", "0010_grids_that_tile"


async def _upgrade(url: str, revision: str) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: command.upgrade(config_for(c), revision))
    finally:
        await engine.dispose()


@pytest.fixture
async def at_work(cluster_of_tests: PrivateCluster, worker_id: str) -> AsyncIterator[ClusterUrls]:
    """A database of the release before, with grids in it."""
    name = f"test_history_{worker_id}"
    urls = cluster_of_tests.create_database(name, replace=True)
    await _upgrade(urls.owner, BEFORE)
    owner = await asyncpg.connect(urls.owner)
    for path in sorted(BOXES, key=level_of):  # parents first
        await make_grid(owner, path)
    await owner.execute("update grids set valid_to = current_date where path = $1::text::ltree", WEST_NORTH_1)
    await owner.close()
    yield urls
    cluster_of_tests.drop_database(name)


async def test_every_grid_that_stands_has_one_state_from_its_first_day(at_work: ClusterUrls) -> None:
    await _upgrade(at_work.owner, AFTER)

    owner = await asyncpg.connect(at_work.owner)
    rows = await owner.fetch(
        """select g.path::text, v.valid_to, v.valid_from = g.valid_from::timestamp at time zone 'Asia/Shanghai' as from_its_day,
                  v.geom = g.geom as same_shape
           from grid_versions v join grids g on g.id = v.grid_id"""
    )
    await owner.close()
    assert {r["path"] for r in rows} == set(BOXES) - {WEST_NORTH_1}
    assert {(r["valid_to"], r["from_its_day"], r["same_shape"]) for r in rows} == {(None, True, True)}
