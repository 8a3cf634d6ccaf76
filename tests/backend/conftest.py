"""What the backend's tests share: one database per test process, made by the migrations, and clean for every test.

The API works through its own connections, as ``wangge_app``, and commits; so a test does not run in one transaction that is
rolled back. Its rows are deleted before the next one instead (a few milliseconds on so few rows). The audit log cannot be
emptied, by design: look there only for ids of your own.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from factories import OF_A_TEST, Owner, Someone, Territory, make_territory
from fixture_types import Acting, Client, LookedAt, StartOver
from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import wangge.tables  # noqa: F401  (declares every table)
from wangge.accounts.actor import Actor, enter
from wangge.app import Pace, create_app
from wangge.cluster import ClusterUrls, PrivateCluster
from wangge.core.db import make_engine, unit_of_work
from wangge.core.logging import configure_logging
from wangge.core.migrate import upgrade
from wangge.core.settings import Settings, load_settings
from wangge.record_log.server_key import ServerKey

ROOT = Path(__file__).resolve().parents[2]
# The migrations' own rows, which stay; the audit log and the record log cannot be emptied. All else goes, children before parents.
SEEDED = {
    "audit_log", "certificate_requirements", "feed", "incident_kinds", "log_entries", "log_nodes", "log_roots", "material_kinds", "matters",
    "policies", "power_holders", "powers", "rights", "role_rights", "server_keys", "talk_topics",
    "inspection_caps", "key_list_rules", "key_list_sweeps", "rating_aspects", "rating_scales", "signal_kinds",
}  # fmt: skip
CLEAN = "".join(f"delete from {t.name};" for t in reversed(SQLModel.metadata.sorted_tables) if t.name not in SEEDED)
# The background counts coverage anew beside the tests: it is held off while all that it counts goes.
CLEAN = f"select pg_advisory_xact_lock(hashtext('wangge.coverage'));{CLEAN}"
# All goes, so nothing need follow from what goes: eight times as quick without triggers and foreign keys.
CLEAN = f"set local session_replication_role = replica;{CLEAN}"
CLEAN += f"delete from policies where source = '{OF_A_TEST}';"

HOUR_S = 3600.0

configure_logging("json")


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """This test process among its siblings; 'main' when it runs alone."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def cluster_of_tests(worker_id: str) -> Iterator[PrivateCluster]:
    """The tests' own cluster, started; scripts/test stops it at the end.

    One of several test processes has its own: a transaction of any database of a cluster holds up the feeds of all.
    """
    root = Path(os.environ.get("WANGGE_TEST_DIR", ROOT / ".cache" / "test"))
    cluster = PrivateCluster(root if worker_id == "main" else root / worker_id, durable=False)
    cluster.ensure_started()
    yield cluster
    if worker_id != "main":
        cluster.stop()


def _is_alive(pid: str) -> bool:
    return Path("/proc", pid).exists()


@pytest.fixture(scope="session")
async def database(cluster_of_tests: PrivateCluster, worker_id: str) -> AsyncGenerator[ClusterUrls, None]:
    """This process's database, migrated; runs at the same time do not meet, and what killed ones left is dropped."""
    connection = await asyncpg.connect(cluster_of_tests.urls().owner)
    for (left_behind,) in await connection.fetch(r"select datname from pg_database where datname ~ '^test_[a-z0-9]+_\d+$'"):
        if not _is_alive(left_behind.rsplit("_", 1)[1]):
            cluster_of_tests.drop_database(left_behind)
    await connection.close()
    name = f"test_{worker_id}_{os.getpid()}"
    urls = cluster_of_tests.create_database(name, replace=True)
    await upgrade(urls.owner)
    connection = await asyncpg.connect(urls.superuser)
    await connection.execute("grant set on parameter session_replication_role to wangge_owner")  # for CLEAN
    await connection.close()
    yield urls
    cluster_of_tests.drop_database(name)


@pytest.fixture(scope="session")
async def _owner(database: ClusterUrls) -> AsyncGenerator[Owner, None]:
    connection = await asyncpg.connect(database.owner)
    yield connection
    await connection.close()


@dataclass
class Standing:
    """What tests that only look share: a world stays until something has been cleaned away."""

    cleaned: int = 0
    made_at: int = -1
    made_by: object = None
    world: Any = None


_standing = Standing()


async def empty(owner: Owner) -> None:
    """Leave no rows but the migrations' own. The background of a test's server may write about what is going: then once more."""
    _standing.cleaned += 1
    for attempt in range(5):
        try:
            await owner.execute(CLEAN)
        except (asyncpg.DeadlockDetectedError, asyncpg.ForeignKeyViolationError):
            if attempt == 4:
                raise
        else:
            return


@pytest.fixture
async def owner(_owner: Owner) -> Owner:
    """The owner's connection (policies do not bind it), on a database without rows but the migration's seeds."""
    await empty(_owner)
    return _owner


@pytest.fixture
async def territory(owner: Owner) -> Territory:
    """The tests' territory with its people, on a clean database."""
    async with owner.transaction():
        return await make_territory(owner)


@pytest.fixture
def looked_at(_owner: Owner) -> LookedAt:
    """``await looked_at(make)``: the world that ``make`` makes on the tests' territory, for tests that write nothing; the next that asks
    for the same finds it as it was, unless somebody has cleaned up in between."""

    async def get(make: Callable[[Owner, Territory], Awaitable[Any]]) -> Any:
        if _standing.made_by is not make or _standing.made_at != _standing.cleaned:
            await empty(_owner)
            async with _owner.transaction():
                territory = await make_territory(_owner)
            _standing.world = await make(_owner, territory)
            _standing.made_by, _standing.made_at = make, _standing.cleaned
        return _standing.world

    return get


@pytest.fixture
def start_over(_owner: Owner) -> StartOver:
    """Make the territory anew on a clean database: for each example of a property test."""

    async def again() -> Territory:
        await empty(_owner)
        async with _owner.transaction():
            return await make_territory(_owner)

    return again


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a data folder of this process's own."""
    return load_settings({"WANGGE_DATA_DIR": str(tmp_path_factory.mktemp("data")), "WANGGE_POOL_SIZE": "5"})


@pytest.fixture
async def server_key(engine: AsyncEngine, settings: Settings) -> ServerKey:
    """The key that the app under test signs with."""
    return await ServerKey(settings.receipt_key).ready(engine)


@pytest.fixture(scope="session")
async def app(database: ClusterUrls, settings: Settings) -> AsyncIterator[Litestar]:
    """The application on this process's database, connected as ``wangge_app``."""
    # what a test looks at stands still: it does the work beside the requests itself, where it asks for what comes of it
    made = create_app(settings, database.app, Pace(coverage=HOUR_S, standing=HOUR_S, matching=HOUR_S))
    ready, done = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        # a lifespan ends in the task that began it, which a fixture's two halves are not
        async with made.lifespan():
            ready.set()
            await done.wait()

    life = asyncio.create_task(live())
    life.add_done_callback(lambda _: ready.set())
    await ready.wait()
    if life.done():
        life.result()
    yield made
    done.set()
    await life


@pytest.fixture
def client(app: Litestar) -> Client:
    """Make an HTTP client: ``client(someone)`` is signed in as her, ``client()`` as nobody; ``language='en'`` for English."""

    def make(someone: Someone | None = None, language: str = "zh-CN") -> httpx.AsyncClient:
        headers = {"Accept-Language": language, "X-Wangge-Client": "test/0.1.0", **(someone.headers if someone else {})}
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wangge.test", headers=headers)

    return make


@pytest.fixture(scope="session")
async def engine(database: ClusterUrls) -> AsyncIterator[AsyncEngine]:
    """The API's kind of engine (``wangge_app``), for tests below HTTP."""
    made = make_engine(database.app, pool_size=5)
    yield made
    await made.dispose()


@pytest.fixture
def acting(engine: AsyncEngine) -> Acting:
    """``async with acting(someone) as (db, actor)``: a transaction bound to her scope, committed when the block ends well."""

    @asynccontextmanager
    async def begin(someone: Someone) -> AsyncIterator[tuple[AsyncSession, Actor]]:
        async with unit_of_work(engine) as db:
            yield db, await enter(db, someone.token)

    return begin
