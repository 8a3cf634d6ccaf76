"""A city of a few people, and a real server process on it: cuts and kills need real sockets and a real kill."""

import asyncio
import hashlib
import io
import os
import random
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
from factories import WEST_NORTH_1, Owner, Someone, make_employer, make_evidence, make_person_with_account, make_territory
from PIL import Image

from wangge.cluster import ClusterUrls
from wangge.core.ids import new_id

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "tests" / "fixtures" / "images"
READY_TIMEOUT_S = 120
T = TypeVar("T")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def photo(seed: int = 0, size: tuple[int, int] = (1600, 1200), **save: Any) -> bytes:
    """A JPEG that looks like nothing but compresses like a photo."""
    rough = Image.frombytes("RGB", (40, 30), random.Random(seed).randbytes(40 * 30 * 3))
    out = io.BytesIO()
    rough.resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=88, **save)
    return out.getvalue()


@dataclass
class City:
    """The tests' territory on a database of its own, which real server processes use: it is not cleaned between tests.

    ``walker`` and ``neighbour`` share a community with one employer, ``stranger`` has one in another county; ``county`` is
    the desk above the first two.
    """

    urls: ClusterUrls
    people: dict[str, Someone] = field(default_factory=dict)
    employer_id: UUID = field(default_factory=new_id)

    def as_owner(self, work: Callable[[Owner], Awaitable[T]]) -> T:
        """Do something on the owner's connection."""

        async def run() -> T:
            connection = await asyncpg.connect(self.urls.owner)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(run())

    def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """Ask as the owner."""

        async def ask(owner: Owner) -> list[dict[str, Any]]:
            return [dict(row) for row in await owner.fetch(sql, *args)]

        return self.as_owner(ask)

    def announce(self, copy: bytes, original: bytes | None = None, person: str = "walker") -> UUID:
        """What sync stores when a phone announces a photo."""
        whole = copy if original is None else original
        return self.as_owner(lambda owner: make_evidence(owner, self.people[person], self.employer_id, copy=copy, original=whole))

    def evidence(self, evidence_id: UUID) -> dict[str, Any]:
        """A photo's row."""
        return self.rows("select * from evidence where id = $1", evidence_id)[0]

    async def settle(self, owner: Owner) -> None:
        """Lay the city out."""
        async with owner.transaction():  # a territory tiles only as a whole
            territory = await make_territory(owner)
        self.people = {
            "walker": territory["community"],
            "neighbour": await make_person_with_account(owner, WEST_NORTH_1),
            "stranger": territory["other_community"],
            "county": territory["county"],
        }
        self.employer_id = await make_employer(owner, WEST_NORTH_1)


@dataclass
class Server:
    """One server process with a data folder of its own; ``kill`` is kill -9."""

    city: City
    data_dir: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def evidence_dir(self) -> Path:
        return self.data_dir / "evidence"

    def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
        own = {
            "WANGGE_DATABASE_APP_URL": self.city.urls.app,
            "WANGGE_DATA_DIR": str(self.data_dir),
            "WANGGE_PORT": str(self.port),
        }
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen([Path(sys.executable).parent / "wangge", "serve"], env=inherited | own, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            try:
                if httpx.get(f"{self.base_url}/api/health").is_success:
                    return
            except httpx.TransportError:
                pass
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text(errors="replace")

    def peak_memory_kib(self) -> int:
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))

    def stored(self, digest: str) -> Path:
        return self.evidence_dir / "store" / digest[:2] / digest[2:4] / digest

    # ---- a small tus client, exact about what goes over the wire

    def ask(self, method: str, path: str, person: str = "walker", headers: dict[str, str] | None = None, **kwargs: Any) -> httpx.Response:
        return httpx.request(
            method,
            self.base_url + path,
            headers=self.city.people[person].headers | {"Tus-Resumable": "1.0.0"} | (headers or {}),
            timeout=60,
            **kwargs,
        )

    def create(self, evidence_id: UUID, part: str, length: int, person: str = "walker", headers: dict[str, str] | None = None,
               content: bytes = b"") -> httpx.Response:  # fmt: skip
        metadata = f"evidence_id {b64encode(str(evidence_id).encode()).decode()},part {b64encode(part.encode()).decode()}"
        own = {"Upload-Length": str(length), "Upload-Metadata": metadata}
        return self.ask("POST", "/api/uploads", person, own | (headers or {}), content=content)

    def begin(self, evidence_id: UUID, part: str, length: int, person: str = "walker") -> str:
        answer = self.create(evidence_id, part, length, person)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def patch(self, location: str, offset: int, data: bytes, person: str = "walker", **headers: str) -> httpx.Response:
        own = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.ask("PATCH", location, person, own | headers, content=data)

    def offset(self, location: str, person: str = "walker") -> int:
        answer = self.ask("HEAD", location, person)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    def has(self, location: str, offset: int) -> bool:
        return self.offset(location) == offset

    def open_patch(self, location: str, offset: int, length: int, person: str = "walker") -> socket.socket:
        """A connection on which the head of a PATCH has been sent; the body is the caller's to send, or not."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        headers = (
            self.city.people[person].headers
            | {"Tus-Resumable": "1.0.0"}
            | {
                "Host": f"127.0.0.1:{self.port}",
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
                "Content-Length": str(length),
            }
        )
        lines = [f"PATCH {location} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return connection

    def upload(self, evidence_id: UUID, part: str, data: bytes, person: str = "walker") -> httpx.Response:
        """The whole of a file in one PATCH."""
        return self.patch(self.begin(evidence_id, part, len(data), person), 0, data, person)


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], bool], timeout_s: float = 10) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
