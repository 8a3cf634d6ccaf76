"""The upload client of the app, as it is published, against our server, over a line that breaks."""

import json
import random
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from evidence_city import ROOT, City, Server, photo, sha256

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
CLIENT = Path(__file__).with_name("tus_client.mjs")


class BreakingLine:
    """A TCP proxy that breaks connections: after so many bytes towards the server, or after them before the answer."""

    def __init__(self, port: int, seed: int, breaks: int) -> None:
        self.breaks_left, self.broken = breaks, 0
        self._chance, self._port, self._lock = random.Random(seed), port, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _plan(self) -> tuple[int | None, bool]:
        """After how many bytes this connection breaks (None: never), and whether its answers are swallowed."""
        with self._lock:
            if self.breaks_left == 0:
                return None, False
            self.breaks_left -= 1
            return self._chance.choice([0, 1, 300, self._chance.randint(400, 200_000)]), self._chance.random() < 0.3

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        room, swallow = self._plan()
        far = socket.create_connection(("127.0.0.1", self._port))
        threading.Thread(target=self._answer, args=(far, near, swallow), daemon=True).start()
        try:
            while data := near.recv(16_384):
                far.sendall(data[:room])
                if room is not None:
                    room -= len(data)
                    if room <= 0:
                        break
        except OSError:
            pass
        if room is not None:
            self.broken += 1
            if self._chance.random() < 0.5:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        far.close()
        near.close()

    def _answer(self, far: socket.socket, near: socket.socket, swallow: bool) -> None:
        try:
            while data := far.recv(16_384):
                if swallow:
                    break
                near.sendall(data)
        except OSError:
            pass
        for end in (near, far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def send(server: Server, tmp_path: Path) -> Iterator[Any]:
    """Send files with the client over a line that breaks so many times; gives its results and the line."""
    node = shutil.which("node")
    assert node and (ROOT / "node_modules" / "tus-js-client").is_dir(), "the upload client is missing: run 'npm ci' in the repository"
    lines: list[BreakingLine] = []

    def run(
        files: list[tuple[UUID, str, bytes]], seed: int = 0, breaks: int = 0, **options: Any
    ) -> tuple[list[dict[str, Any]], BreakingLine]:
        line = BreakingLine(server.port, seed, breaks)
        lines.append(line)
        job: dict[str, Any] = {"endpoint": f"http://127.0.0.1:{line.port}/api/uploads", "files": [], **options}
        job["headers"] = server.city.people["walker"].headers
        for number, (evidence_id, part, data) in enumerate(files):
            path = tmp_path / str(number)
            path.write_bytes(data)
            job["files"].append({"path": str(path), "evidence_id": str(evidence_id), "part": part})
        out = subprocess.run([node, CLIENT], input=json.dumps(job), capture_output=True, text=True, timeout=120, check=False)
        assert out.returncode == 0, out.stderr
        return [json.loads(result) for result in out.stdout.splitlines()], line

    yield run
    for line in lines:
        line.close()


def test_the_client_gets_the_receipt(server: Server, city: City, send: Any) -> None:
    data = photo(300)
    evidence_id = city.announce(data)
    (result,), _ = send([(evidence_id, "copy", data)])
    assert result["receipt"] == sha256(data)
    assert server.stored(sha256(data)).read_bytes() == data
    assert city.evidence(evidence_id)["copy_state"] == "stored"


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_client_gets_through_a_line_that_breaks(server: Server, city: City, send: Any, seed: int, at_once: bool) -> None:
    data = photo(310 + 10 * seed + at_once, (3000, 2000))
    evidence_id = city.announce(data)
    (result,), line = send([(evidence_id, "copy", data)], seed=seed, breaks=12, uploadDataDuringCreation=at_once)
    assert result.get("receipt") == sha256(data), result
    assert line.broken >= 3
    assert server.stored(sha256(data)).read_bytes() == data


def test_six_photos_at_once_over_a_line_that_breaks(server: Server, city: City, send: Any) -> None:
    photos = [(photo(400 + n), photo(450 + n, (2400, 1800))) for n in range(3)]
    files = []
    for copy, original in photos:
        evidence_id = city.announce(copy, original)
        files += [(evidence_id, "copy", copy), (evidence_id, "original", original)]
    results, line = send(files, seed=9, breaks=25)
    assert [result.get("receipt") for result in results] == [sha256(data) for _, _, data in files], results
    assert line.broken >= 10
    for evidence_id, part, data in files:
        assert city.evidence(evidence_id)[f"{part}_state"] == "stored"
        assert server.stored(sha256(data)).read_bytes() == data


def test_the_client_ends_well_when_all_is_here_already(server: Server, city: City, send: Any) -> None:
    data = photo(340)
    evidence_id = city.announce(data)
    server.upload(evidence_id, "copy", data)
    (result,), _ = send([(evidence_id, "copy", data)])
    assert result["receipt"] == sha256(data)


def test_the_client_hears_of_a_refusal(server: Server, city: City, send: Any) -> None:
    data = photo(341)
    evidence_id = city.announce(data)
    (result,), _ = send([(evidence_id, "copy", bytes(len(data)))])
    assert (result["status"], "evidence_hash_mismatch" in result["error"]) == (460, True)
