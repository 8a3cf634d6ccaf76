"""The private cluster: made once, found again, and brought back after every kind of bad end."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from wangge.cluster import ClusterError, PostgisMissing, PrivateCluster, find_binaries

MakeCluster = Callable[..., PrivateCluster]


async def ask(url: str, sql: str) -> object:
    """The first value of a query over a fresh connection."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def kill_postmaster(cluster: PrivateCluster) -> int:
    pid = cluster.postmaster_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while cluster.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)
    return pid


# ---- what is made


async def test_owner_owns_the_database_and_the_app_owns_nothing(cluster: PrivateCluster) -> None:
    urls = cluster.urls()
    await ask(urls.owner, "CREATE TABLE owned (a int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(urls.app, "SELECT count(*) FROM owned")
    for forbidden in ("CREATE TABLE mine (a int)", "CREATE TEMP TABLE mine (a int)", "CREATE SCHEMA mine"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(urls.app, forbidden)


@pytest.mark.parametrize("role", ["wangge_owner", "wangge_app"])
async def test_no_role_of_ours_may_bypass_row_level_security(cluster: PrivateCluster, role: str) -> None:
    powers = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
    assert await ask(cluster.urls().superuser, f"SELECT {powers} FROM pg_roles WHERE rolname = '{role}'") is False


async def test_every_database_has_the_extensions_and_leakproof_index_functions(cluster: PrivateCluster) -> None:
    for urls in (cluster.urls(), cluster.create_database("another", replace=True)):
        extensions = "SELECT count(*) FROM pg_extension WHERE extname IN ('postgis','ltree','pg_trgm','btree_gist','pgcrypto')"
        assert await ask(urls.app, extensions) == 5
        leakproof = (
            "SELECT bool_and(proleakproof) FROM pg_proc WHERE oid IN ("
            "'geometry_overlaps(geometry,geometry)'::regprocedure,"
            "'ltree_isparent(ltree,ltree)'::regprocedure, 'ltree_risparent(ltree,ltree)'::regprocedure)"
        )
        assert await ask(urls.app, leakproof) is True


async def test_a_copy_of_a_database_has_its_tables_and_rights(cluster: PrivateCluster) -> None:
    source = cluster.create_database("source", replace=True)
    await ask(source.owner, "CREATE TABLE kept (a int)")
    await ask(source.owner, "GRANT SELECT ON kept TO wangge_app")
    copy = cluster.create_database("copied", template="source", replace=True)
    assert await ask(copy.app, "SELECT count(*) FROM kept") == 0
    cluster.drop_database("copied")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await ask(copy.app, "SELECT 1")


def test_a_database_name_that_is_none_is_refused(cluster: PrivateCluster) -> None:
    with pytest.raises(ClusterError, match="no database name"):
        cluster.create_database('x"; DROP DATABASE wangge; --')


async def test_a_wrong_password_and_tcp_are_refused(cluster: PrivateCluster) -> None:
    wrong = cluster.urls().app.replace(":", ":x", 2).replace("postgresql:x", "postgresql:")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(wrong, "SELECT 1")
    assert await ask(cluster.urls().superuser, "SHOW listen_addresses") == ""


def test_secrets_are_for_the_owner_only(cluster: PrivateCluster) -> None:
    folder = cluster.data_dir / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


# ---- bad ends


async def test_data_survives_kill_9_of_the_server(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.durable = True
    before = cluster.ensure_started()
    await ask(before.owner, "CREATE TABLE kept AS SELECT 42 AS a")
    kill_postmaster(cluster)
    assert not cluster.is_running()
    assert cluster.ensure_started() == before
    assert await ask(before.owner, "SELECT a FROM kept") == 42


async def test_a_busy_child_of_a_killed_server_does_not_stop_the_next_start(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    urls = cluster.ensure_started()
    connection = await asyncpg.connect(urls.owner)
    child = await connection.fetchval("SELECT pg_backend_pid()")
    os.kill(child, signal.SIGSTOP)  # it cannot notice that its parent is gone
    kill_postmaster(cluster)
    os.kill(child, signal.SIGCONT)
    assert await ask(cluster.ensure_started().owner, "SELECT 1") == 1
    connection.terminate()


async def test_a_process_number_used_again_is_not_taken_for_the_server(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.ensure_started()
    dead = kill_postmaster(cluster)
    file = cluster.data_dir / "postgres" / "cluster" / "postmaster.pid"
    same_user = file.stat().st_uid if os.geteuid() == 0 else None
    stranger = subprocess.Popen(["sleep", "60"], user=same_user)  # noqa: ASYNC220 (nothing else waits)
    try:
        file.write_text(file.read_text().replace(str(dead), str(stranger.pid), 1))
        assert not cluster.is_running()
        assert await ask(cluster.ensure_started().owner, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_running_server_is_taken_over_and_stopping_twice_is_fine(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.ensure_started()
    pid = cluster.postmaster_pid()
    later = PrivateCluster(cluster.data_dir)
    later.ensure_started()
    assert later.postmaster_pid() == pid
    later.stop()
    later.stop()
    assert not cluster.is_running()
    assert not (cluster.socket_dir / ".s.PGSQL.5432").exists()


def test_an_initdb_that_was_killed_halfway_is_begun_anew(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.ensure_started()
    cluster.stop()
    base = cluster.data_dir / "postgres"
    (base / "cluster").rename(base / "cluster.unfinished")
    (base / "cluster.unfinished" / "PG_VERSION").unlink()
    cluster.ensure_started()
    assert cluster.is_running()


def test_two_starts_at_once_make_one_cluster(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    command = [sys.executable, "-m", "wangge.cluster", "start", "--no-fsync", "--data-dir", str(cluster.data_dir)]
    starts = [subprocess.Popen(command) for _ in range(3)]
    assert [start.wait() for start in starts] == [0, 0, 0]
    assert cluster.is_running()


def test_a_lost_superuser_password_is_explained(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.ensure_started()
    (cluster.data_dir / "secrets" / "database_postgres").unlink()
    with pytest.raises(ClusterError, match="Put it back from a copy"):
        cluster.ensure_started()
    cluster.stop()


# ---- awkward places


async def test_a_long_path_moves_the_socket_to_a_short_private_folder(make_cluster: MakeCluster) -> None:
    cluster = make_cluster("数据 folder with a name that is quite long/" + "x" * 90)
    urls = cluster.ensure_started()
    assert cluster.socket_dir.parent == Path("/tmp")
    assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
    assert await ask(urls.app, "SELECT 1") == 1
    cluster.stop()
    shutil.rmtree(cluster.socket_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
async def test_root_may_keep_the_data_folder_where_the_server_user_cannot_go(make_cluster: MakeCluster) -> None:
    cluster = make_cluster("closed/data")
    (cluster.data_dir.parent).mkdir(mode=0o700)
    urls = cluster.ensure_started()
    assert (cluster.data_dir / "postgres").is_symlink()
    assert await ask(urls.app, "SELECT 1") == 1


def test_no_server_to_be_had_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_PG_BINDIR", "/nonexistent")
    with pytest.raises(PostgisMissing) as caught:
        find_binaries()
    for word in ("WANGGE_PG_BINDIR=/nonexistent", "postgresql-15-postgis-3", "WANGGE_DATABASE_URL"):
        assert word in str(caught.value)


def test_a_cluster_of_another_version_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANGGE_PG_BINDIR", raising=False)
    with pytest.raises(PostgisMissing, match="made by PostgreSQL 12"):
        find_binaries(12)


# ---- beside libraries that do things at a fork

# What a library may do to whoever forks beside its threads: the child waits for ever.
STARTS_BESIDE_SUCH_A_LIBRARY = """
import ctypes, pathlib, sys
from wangge.cluster import PrivateCluster
libc = ctypes.CDLL(None)
libc.__register_atfork(None, None, libc.pause, None)
PrivateCluster(pathlib.Path(sys.argv[1]), durable=False).ensure_started()
"""


def test_starts_though_a_library_hangs_every_fork(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    subprocess.run([sys.executable, "-c", STARTS_BESIDE_SUCH_A_LIBRARY, cluster.data_dir], check=True, timeout=120)
    assert cluster.is_running()
