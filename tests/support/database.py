"""Make or drop a database in the tests' own cluster: ``database.py make NAME [durable]`` prints its URLs as JSON.

``database.py city NAME FOLDER`` makes one with the demo city, and its data folder. The city is loaded once for the same code and
day; all who want one get a copy of it.
``database.py crash`` kills the whole cluster as a power cut would, ``database.py start`` starts it again.
The cluster is started when it does not run yet (a stage run by hand); it stays up for the next run.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import asyncpg

from wangge.cluster import PrivateCluster
from wangge.core.clock import china_day, utc_now
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
    elif verb == "city":
        template, files = loaded_city(cluster)
        shutil.copytree(files, sys.argv[3], dirs_exist_ok=True)
        print(json.dumps(asdict(cluster.create_database(name, template=template, replace=True))))
    elif verb == "drop":
        cluster.drop_database(name)
    else:
        sys.exit(f"unknown verb {verb}: make, city, drop, crash or start")


def loaded_city(cluster: PrivateCluster) -> tuple[str, Path]:
    """The database and the data folder of a demo city as today's code loads it; loaded now where there is none yet."""
    cities = cluster.data_dir / "cities"
    cities.mkdir(exist_ok=True)
    with (cities / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        name = f"city_{_what_makes_the_city()}"
        folder, ready = cities / name, cities / f"{name}.ready"
        if not ready.is_file():
            for old in cities.glob("city_*"):
                if old.is_dir():
                    cluster.drop_database(old.name)
                    shutil.rmtree(old)
                else:
                    old.unlink()
            urls = cluster.create_database(name, replace=True)
            asyncio.run(upgrade(urls.owner))
            own = {"WANGGE_DATABASE_URL": urls.owner, "WANGGE_DATABASE_APP_URL": urls.app, "WANGGE_DATA_DIR": str(folder)}
            folder.mkdir()
            subprocess.run([Path(sys.executable).with_name("wangge"), "demo", "load"], env=os.environ | own, check=True, stdout=sys.stderr)
            ready.touch()
        return name, folder


def _what_makes_the_city() -> str:
    """Twelve characters that change with the code, the geodata and the day in China."""
    digest = hashlib.sha256(f"{china_day(utc_now())}".encode())
    for folder in ("backend", "geodata"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and "egg-info" not in str(file):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


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
