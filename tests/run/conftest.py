"""Start scripts/run as a person would, in data folders of the tests' own, and see what it leaves behind.

The tests use this checkout's .venv and built app (scripts/test has made both), so that each start
takes seconds. They run one after the other: each needs the two cores.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 30


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# A job in the background may have been begun deaf to Ctrl-C, and what it starts would be deaf too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Run:
    """One scripts/run under test; its output goes to a file, read back as ``output``."""

    data_dir: Path
    port: int
    log: Path
    root: Path = ROOT
    user: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def start(self, *arguments: str) -> "Run":
        """Begin; use ``ready`` or ``ended`` to wait."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
        own = {"WANGGE_DATA_DIR": str(self.data_dir), "WANGGE_PORT": str(self.port)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.root / "scripts" / "run", *arguments],
                cwd=self.root,
                env=inherited | own | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
        return self

    def ready(self, *arguments: str) -> float:
        """Start and wait until it serves; the seconds that took."""
        began = time.monotonic()
        self.start(*arguments)
        assert self.process is not None
        while "Stop with Ctrl-C." not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() - began < START_TIMEOUT_S, self.output
            time.sleep(0.05)
        return time.monotonic() - began

    def ended(self, timeout: float = STOP_TIMEOUT_S) -> int:
        """Wait for its end; the exit code."""
        assert self.process is not None
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            pytest.fail(f"scripts/run does not end:\n{self.output}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(with_signal)
        return self.ended()

    def answers(self, path: str = "/api/ready") -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).close()
        except (OSError, urllib.error.URLError):
            return False
        return True

    def processes(self) -> dict[int, str]:
        """Living processes that belong to this data folder, by number: the command line."""
        mark = str((self.data_dir / "postgres").resolve()).encode(), str(self.data_dir).encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes()
                where = os.fsencode(os.readlink(entry / "cwd"))
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue  # gone, or not ours to see
            if int(entry.name) != os.getpid() and any(m in command + where + environment for m in mark):
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def server_pid(self) -> int:
        pids = [pid for pid, command in self.processes().items() if re.search(r"wangge serve", command)]
        assert pids, self.processes()
        return min(pids)

    def postmaster_pid(self) -> int:
        return int((self.data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])

    def sql(self, statement: str) -> str:
        """Run a statement as the owner by psql; the answer's first line."""
        show_urls = [self.root / ".venv/bin/python", "-m", "wangge.cluster", "urls", "--data-dir", self.data_dir]
        urls = subprocess.run(show_urls, capture_output=True, text=True, check=True).stdout
        url = re.search(r"WANGGE_DATABASE_URL='([^']+)'", urls)
        assert url
        psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url[1]]
        return subprocess.run(psql, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def top() -> Iterator[Path]:
    """A folder that any user may pass through (pytest's tmp_path is closed)."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-run-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_run(top: Path) -> Iterator[Callable[..., Run]]:
    """Make runs; whatever of them still lives at the end of the test is ended. Data folders live longer."""
    made: list[Run] = []

    def make(data: str = "data", **more: object) -> Run:
        run = Run(top / data, free_port(), top / f"output-{len(made)}.txt", **more)  # type: ignore[arg-type]
        made.append(run)
        return run

    yield make
    for run in made:
        if run.process and run.process.poll() is None:
            run.process.terminate()
            run.process.wait(STOP_TIMEOUT_S)
        for pid in run.processes():
            os.kill(pid, signal.SIGKILL)


def until(what: Callable[[], object], timeout: float = 15) -> None:
    """Wait until ``what`` holds."""
    deadline = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
