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
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from PIL import Image

from wangge.accounts.actor import token_hash
from wangge.accounts.models import Account, Session
from wangge.core.clock import utc_now
from wangge.core.db import make_engine, unit_of_work
from wangge.core.ids import new_id
from wangge.employers.models import Employer
from wangge.grids.models import Duty, Grid
from wangge.people.models import Appointment, Person, Unit

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "tests" / "fixtures" / "images"
READY_TIMEOUT_S = 30
FIRST_DAY = date(2026, 1, 1)
CITY, COUNTY, STREET = "370700", "370700.370705", "370700.370705.370705001"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def photo(seed: int = 0, size: tuple[int, int] = (1600, 1200), **save: Any) -> bytes:
    """A JPEG that looks like nothing but compresses like a photo."""
    rough = Image.frombytes("RGB", (40, 30), random.Random(seed).randbytes(40 * 30 * 3))
    out = io.BytesIO()
    rough.resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=88, **save)
    return out.getvalue()


@dataclass
class Member:
    """Someone signed in, by bearer token."""

    id: UUID
    token: str
    role: str
    path: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Wangge-Client": "field/0.1.0", "Tus-Resumable": "1.0.0"}


@dataclass
class City:
    """Two communities of one street: ``walker`` and ``neighbour`` share the first, ``stranger`` has the second."""

    owner_url: str
    app_url: str
    people: dict[str, Member] = field(default_factory=dict)
    employers: dict[str, UUID] = field(default_factory=dict)

    def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """Ask as the owner, whom no policy hides anything from."""

        async def ask() -> list[dict[str, Any]]:
            connection = await asyncpg.connect(self.owner_url)
            try:
                return [dict(row) for row in await connection.fetch(sql, *args)]
            finally:
                await connection.close()

        return asyncio.run(ask())

    def announce(self, copy: bytes, original: bytes | None = None, person: str = "walker") -> UUID:
        """What sync stores when a phone announces a photo."""
        evidence_id, who = new_id(), self.people[person]
        original = copy if original is None else original
        self.rows(
            """insert into evidence (id, subject_kind, subject_id, employer_id, person_id, device_id, media_type, source,
                 copy_sha256, copy_bytes, copy_width, copy_height, copy_state, original_sha256, original_bytes,
                 original_state, thumbnail_state, captured_at, grid_id, grid_path)
               select $1, 'employer', e.id, e.id, $2, gen_random_uuid(), 'image/jpeg', 'camera', $3, $4, 48, 36, 'expected',
                 $5, $6, 'expected', 'none', now(), e.grid_id, e.grid_path from employers e where e.id = $7""",
            evidence_id, who.id, sha256(copy), max(len(copy), 1), sha256(original), max(len(original), 1),
            self.employers[who.path],
        )  # fmt: skip
        return evidence_id

    def evidence(self, evidence_id: UUID) -> dict[str, Any]:
        return self.rows("select * from evidence where id = $1", evidence_id)[0]


async def seed(city: City) -> None:
    """Lay out the city, as the owner."""
    engine = make_engine(city.owner_url, 1)
    async with unit_of_work(engine) as db:
        grids: dict[str, Grid] = {}
        for path in (CITY, COUNTY, STREET, f"{STREET}.001", f"{STREET}.002"):
            parent, code = path.rpartition(".")[0], path.replace(".", "")
            grids[path] = Grid(
                code=code,
                name=code,
                level=path.count(".") + 1,
                parent_id=grids[parent].id if parent else None,
                path=path,
                geom="SRID=4326;MULTIPOLYGON(((119 36, 119.1 36, 119.1 36.1, 119 36.1, 119 36)))",
                label="SRID=4326;POINT(119.05 36.05)",
                valid_from=FIRST_DAY,
            )
            employer = Employer(name=f"单位{code}", grid_id=grids[path].id, grid_path=path, grid_source="position")
            city.employers[path] = employer.id
            db.add(grids[path])
            await db.flush()
            db.add(employer)
        for name, role, path in (
            ("walker", "community", f"{STREET}.001"),
            ("neighbour", "community", f"{STREET}.001"),
            ("stranger", "community", f"{STREET}.002"),
            ("county", "county", COUNTY),
        ):
            unit = Unit(code=name, name=name, kind=role, grid_id=grids[path].id, grid_path=path)
            kind = "legal_supervisor" if role == "community" else "staff"
            person = Person(name=name, kind=kind, unit_id=unit.id, grid_path=path)
            appointment = Appointment(person_id=person.id, role=role, unit_id=unit.id, grid_path=path, valid_from=FIRST_DAY)
            duty = Duty(person_id=person.id, grid_id=grids[path].id, grid_path=path, duty="", valid_from=FIRST_DAY)
            account = Account(person_id=person.id, login=name, password_hash="")
            token = f"token-of-{name}"
            session = Session(
                account_id=account.id,
                appointment_id=appointment.id,
                token_sha256=token_hash(token),
                expires_at=utc_now() + timedelta(days=1),
            )
            for row in (unit, person, appointment, duty, account, session):
                db.add(row)
                await db.flush()
            city.people[name] = Member(person.id, token, role, path)
    await engine.dispose()


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
            "WANGGE_DATABASE_APP_URL": self.city.app_url,
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
            headers=self.city.people[person].headers | (headers or {}),
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
        headers = self.city.people[person].headers | {
            "Host": f"127.0.0.1:{self.port}",
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length),
        }
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
