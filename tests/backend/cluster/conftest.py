"""A data folder that the server's user can reach, which pytest's own tmp_path (mode 0700) is not for root."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wangge.cluster import PrivateCluster


@pytest.fixture(scope="module")
def make_cluster() -> Iterator[Callable[..., PrivateCluster]]:
    """Make clusters, each in a new folder, that are stopped and removed at the end of the module."""
    made: list[PrivateCluster] = []
    tops: list[Path] = []

    def make(subfolder: str = "data") -> PrivateCluster:
        top = Path(tempfile.mkdtemp(prefix="wangge-cluster-test-"))
        top.chmod(0o755)
        tops.append(top)
        cluster = PrivateCluster(top / subfolder, durable=False)
        made.append(cluster)
        return cluster

    yield make
    for cluster in made:
        cluster.stop()
        shutil.rmtree((cluster.data_dir / "postgres").resolve(), ignore_errors=True)
    for top in tops:
        shutil.rmtree(top, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster(make_cluster: Callable[..., PrivateCluster]) -> PrivateCluster:
    """A running cluster that the tests of a module share."""
    shared = make_cluster()
    shared.ensure_started()
    return shared
