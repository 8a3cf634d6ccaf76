"""The city and the servers of these tests; see ``evidence_city``."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evidence_city import City, Server, free_port

from wangge.cluster import PrivateCluster
from wangge.core.migrate import upgrade


@pytest.fixture(scope="session")
def city(cluster_of_tests: PrivateCluster, worker_id: str) -> Iterator[City]:
    """The city on a database of its own."""
    name = f"test_evidence_{worker_id}"
    made = City(cluster_of_tests.create_database(name, replace=True))
    asyncio.run(upgrade(made.urls.owner))
    made.as_owner(made.settle)
    yield made
    cluster_of_tests.drop_database(name)


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
