"""What a benchmark works with: a durable cluster of its own, cached databases, a real server, a phone's connection to it."""

import asyncio
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.measuring import Result
from wangge.cluster import ClusterUrls, PrivateCluster
from wangge.core.migrate import MIGRATIONS
from wangge.core.settings import REPOSITORY

DEMO = REPOSITORY / "backend" / "wangge" / "demo"
GEODATA = REPOSITORY / "geodata"
READY_TIMEOUT_S = 60
IDLE_MAX_S = 3  # the server hangs up after 5
Fill = Callable[[ClusterUrls, Path], Awaitable[None]]


class Client:
    """A signed-in caller with one connection that stays open."""

    def __init__(self, port: int, caller: str) -> None:
        self.headers = {"X-Wangge-Client": f"{caller}/0.1.0", "Content-Type": "application/json", "Accept-Encoding": "gzip"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._last_used = time.monotonic()

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, HTTPMessage, bytes]:
        """Send and read the whole answer: status, headers, body as it came over the wire."""
        if time.monotonic() - self._last_used > IDLE_MAX_S:
            self._connection.close()  # opens again by itself
        self._connection.request(method, path, body, {**self.headers, **(headers or {})})
        answer = self._connection.getresponse()
        content = answer.read()
        self._last_used = time.monotonic()
        return answer.status, answer.headers, content

    def sign_in(self, login: str, password: str, device_id: str | None = None) -> None:
        """Open a session, on a phone where one is named; later requests carry its cookie."""
        said = {"login": login, "password": password, "device_id": device_id}
        status, headers, body = self.request("POST", "/api/auth/sign-in", json.dumps(said).encode())
        if status != 200:
            raise RuntimeError(f"{login} could not sign in: {status} {body.decode()}")
        self.headers["Cookie"] = headers["Set-Cookie"].split(";")[0]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@dataclass(frozen=True)
class Server:
    """A server process that answers, and where its demo sign-ins are."""

    port: int
    urls: ClusterUrls
    data_dir: Path

    @contextmanager
    def client(self, login: str, caller: str, device_id: str | None = None) -> Iterator[Client]:
        """A caller signed in as one of the demo people, on a phone where one is named."""
        client = Client(self.port, caller)
        try:
            client.sign_in(login, demo_password(self.data_dir), device_id)
            yield client
        finally:
            client.close()


def demo_password(data_dir: Path) -> str:
    """The password of all demo people of the database that belongs to this folder."""
    password: str = json.loads((data_dir / "secrets" / "demo.json").read_text())["password"]
    return password


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


class Bench:
    """The place where benchmarks run. ``folder`` keeps the cluster, the cached databases' folders and the logs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: list[Result] = []
        self.rows: int | None = None  # a smaller size, where a benchmark has one

    def report(self, result: Result) -> None:
        """Take a figure into the table."""
        self.results.append(result)

    def say(self, text: str) -> None:
        """Tell the person who waits what is going on."""
        print(f"  {text}", file=sys.stderr, flush=True)

    @cached_property
    def cluster(self) -> PrivateCluster:
        """The benchmarks' own cluster: durable, as in the field."""
        cluster = PrivateCluster(self.folder, durable=True)
        cluster.ensure_started()
        return cluster

    async def cached_database(self, name: str, sources: list[Path], fill: Fill) -> tuple[ClusterUrls, Path]:
        """A database that is filled once and kept until one of ``sources``, a migration or the demo city changes.

        Returns its connections and the data folder that belongs to it. Copies are made with ``copied_database``.
        """
        files = [f for folder in (MIGRATIONS, DEMO) for f in folder.rglob("*") if f.suffix in (".py", ".sql")]
        files += [f for f in GEODATA.iterdir() if f.is_file()] + sources
        database = f"{name}_{_fingerprint(files)}"
        data_dir, mark = self.folder / database, self.folder / database / "filled"
        if not mark.exists():
            for old in self.folder.glob(f"{name}_*"):
                self.cluster.drop_database(old.name)
                shutil.rmtree(old)
            data_dir.mkdir(parents=True)
            began = time.perf_counter()
            await fill(self.cluster.create_database(database, replace=True), data_dir)
            self.say(f"database {name} filled in {time.perf_counter() - began:.1f} s (kept for the next runs)")
            mark.touch()
        return self.cluster.urls(database), data_dir

    @asynccontextmanager
    async def copied_database(self, original: ClusterUrls, name: str) -> AsyncIterator[ClusterUrls]:
        """A copy of a cached database for one benchmark to write to."""
        template = original.owner.split("@/")[1].split("?")[0]
        urls = self.cluster.create_database(name, template=template, replace=True)
        try:
            yield urls
        finally:
            self.cluster.drop_database(name)

    def built_app(self) -> Path:
        """A copy of the built app that nobody builds anew while it is measured."""
        copy = self.folder / "app"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(REPOSITORY / "pwa" / "dist", copy)
        return copy

    @asynccontextmanager
    async def server(self, urls: ClusterUrls, data_dir: Path, app: Path | None = None) -> AsyncIterator[Server]:
        """``wangge serve`` in a process of its own on a free port, ended with the block; ``app`` is the front end it serves."""
        port = free_port()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
        environment |= {"WANGGE_DATABASE_APP_URL": urls.app, "WANGGE_DATA_DIR": str(data_dir), "WANGGE_PORT": str(port)}
        if app:
            environment["WANGGE_PWA_DIR"] = str(app)
        command = [str(Path(sys.executable).with_name("wangge")), "serve"]
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "TERM", *command]
        log = self.folder / "logs" / "server.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)  # noqa: S603, ASYNC220
        try:
            await _until_ready(process, port, log)
            yield Server(port, urls, data_dir)
        finally:
            process.terminate()
            process.wait(15)


def free_port() -> int:
    """A port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        client = Client(port, "bench")
        try:
            if client.request("GET", "/api/ready")[0] == 200:
                return
        except OSError:
            pass  # not listening yet
        finally:
            client.close()
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not get ready; its log: {log}")
        await asyncio.sleep(0.05)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """One connection to the database, closed with the block."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
