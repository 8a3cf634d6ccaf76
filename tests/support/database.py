"""Make or drop a database in the tests' own cluster: ``database.py make NAME [durable]`` prints its URLs as JSON.

``database.py crash`` kills the whole cluster as a power cut would, ``database.py start`` starts it again.
The cluster is started when it does not run yet (a stage run by hand); it stays up for the next run.
"""

import asyncio
import json
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path

import asyncpg

from wangge.cluster import PrivateCluster
from wangge.core.migrate import upgrade

ROOT = Path(__file__).resolve().parents[2]
STOP_TIMEOUT_S = 30


def main() -> None:
    verb, name = (*sys.argv[1:3], "")[:2]
    cluster = PrivateCluster(Path(os.environ.get("WANGGE_TEST_DIR", ROOT / ".cache" / "test")), durable=False)
    if verb == "crash":
        crash(cluster)
        return
    cluster.ensure_started()
    if verb == "start":
        return
    if verb == "make":
        urls = cluster.create_database(name, replace=True)
        if "durable" in sys.argv[3:]:
            asyncio.run(keep_commits(urls.owner, name))
        asyncio.run(upgrade(urls.owner))
        print(json.dumps(asdict(urls)))
    elif verb == "drop":
        cluster.drop_database(name)
    else:
        sys.exit(f"unknown verb {verb}: make, drop, crash or start")


async def keep_commits(owner_url: str, name: str) -> None:
    """Let what is committed in this database survive ``crash``; the tests' cluster does not care otherwise."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute(f'alter database "{name}" set synchronous_commit = on')
    await connection.close()


def crash(cluster: PrivateCluster) -> None:
    """Kill every process of the cluster at once; nothing is flushed, nobody is told."""
    pid = cluster.postmaster_pid()
    if pid is None or not cluster.is_running():
        sys.exit("the cluster does not run")
    # SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, and the next start recovers from the log.
    os.kill(pid, signal.SIGQUIT)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while cluster.is_running():
        if time.monotonic() > deadline:
            sys.exit("the cluster did not end")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
