"""The city and the servers of these tests; see ``evidence_city``."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evidence_city import ROOT, City, Server, free_port, seed

from wangge.cluster import PrivateCluster
from wangge.core.migrate import upgrade


@pytest.fixture(scope="session")
def city(worker_id: str) -> Iterator[City]:
    name = f"test_evidence_{worker_id}"
    cluster = PrivateCluster(Path(os.environ.get("WANGGE_TEST_DIR", ROOT / ".cache" / "test")), durable=False)
    cluster.ensure_started()
    urls = cluster.create_database(name, replace=True)
    asyncio.run(upgrade(urls.owner))
    made = City(urls.owner, urls.app)
    asyncio.run(seed(made))
    yield made
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def make_server(city: City) -> Iterator[Callable[[], Server]]:
    """Start servers that are killed and removed at the end."""
    made: list[Server] = []

    def make() -> Server:
        server = Server(city, Path(tempfile.mkdtemp(prefix="wangge-evidence-test-")), free_port())
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.kill()
        shutil.rmtree(server.data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def server(make_server: Callable[[], Server]) -> Server:
    """The server that most tests share."""
    return make_server()
