"""scripts/run: starts twice, survives kills, explains refusals, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, Run, until

MakeRun = Callable[..., Run]


# ---- the usual day


def made() -> dict[Path, int]:
    """When the parts were made that take a first start its minutes."""
    parts = [ROOT / "pwa/dist/index.html", ROOT / ".venv/.wangge-locked", ROOT / "node_modules/.package-lock.json"]
    return {part: part.stat().st_mtime_ns for part in parts}


def test_the_second_start_makes_nothing_again_and_keeps_the_data(make_run: MakeRun) -> None:
    first = make_run("demo")
    first.ready()
    assert first.answers()
    assert f"http://127.0.0.1:{first.port}" in first.output
    first.sql("CREATE TABLE kept AS SELECT 42 AS a")
    employers = first.sql("SELECT count(*) FROM employers")
    assert int(employers) >= 3000
    assert first.stop() == 0
    assert first.processes() == {}

    before = made()
    second = make_run("demo")
    second.ready()
    assert made() == before
    assert second.sql("SELECT a FROM kept") == "42"
    assert second.sql("SELECT count(*) FROM employers") == employers, "the demo city was loaded twice"
    assert second.stop(signal.SIGINT) == 0
    assert second.processes() == {}


def test_no_demo_means_nobody_and_nothing(make_run: MakeRun) -> None:
    run = make_run("data")
    run.ready("--no-demo")
    assert run.sql("SELECT count(*) FROM employers") == "0"
    assert "Demo" not in run.output
    assert run.stop() == 0


def test_help_and_unknown_options() -> None:
    script = ROOT / "scripts" / "run"
    shown = subprocess.run([script, "--help"], capture_output=True, text=True, check=True).stdout
    for word in ("--no-demo", "WANGGE_PORT", "WANGGE_DATA_DIR", "WANGGE_DATABASE_URL"):
        assert word in shown
    assert subprocess.run([script, "--no-such-option"], capture_output=True).returncode != 0


# ---- kills


def test_kill_9_of_the_server_is_reported_and_the_next_start_works(make_run: MakeRun) -> None:
    run = make_run("data")
    run.ready("--no-demo")
    os.kill(run.server_pid(), signal.SIGKILL)
    assert run.ended() == 1
    assert "server has ended by itself" in run.output
    assert run.processes() == {}
    again = make_run("data")
    again.ready("--no-demo")
    assert again.answers()
    assert again.stop() == 0


def test_kill_9_of_the_database_heals_while_running(make_run: MakeRun) -> None:
    run = make_run("data")
    run.ready("--no-demo")
    run.sql("CREATE TABLE written_before_the_kill AS SELECT 1")
    killed = run.postmaster_pid()
    os.kill(killed, signal.SIGKILL)
    until(lambda: "starting it again" in run.output)
    until(lambda: database_answers(run))
    assert run.postmaster_pid() != killed
    assert run.sql("SELECT count(*) FROM written_before_the_kill") == "1"
    until(run.answers)
    assert run.stop() == 0
    assert run.processes() == {}


def database_answers(run: Run) -> bool:
    try:
        return run.sql("SELECT 1") == "1"
    except subprocess.CalledProcessError:
        return False


def test_kill_9_of_run_itself_and_of_the_database_at_once(make_run: MakeRun) -> None:
    run = make_run("data")
    run.ready("--no-demo")
    assert run.process is not None
    run.process.kill()
    os.kill(run.postmaster_pid(), signal.SIGKILL)
    again = make_run("data")
    until(lambda: not run.answers())  # the server does not outlive the script
    again.ready("--no-demo")
    assert again.stop() == 0
    assert again.processes() == {}


def test_a_database_left_behind_is_taken_over(make_run: MakeRun) -> None:
    run = make_run("data")
    run.ready("--no-demo")
    left = run.postmaster_pid()
    assert run.process is not None
    run.process.kill()
    run.process.wait()
    again = make_run("data")
    again.ready("--no-demo")
    assert again.postmaster_pid() == left
    assert again.stop() == 0
    assert again.processes() == {}


def test_stopping_halfway_through_the_start_leaves_nothing(make_run: MakeRun) -> None:
    run = make_run("halfway").start("--no-demo")
    until(lambda: "Database" in run.output)
    assert run.stop() == 143
    assert run.processes() == {}


# ---- refusals


def test_a_taken_port_is_named_and_how_to_change_it(make_run: MakeRun) -> None:
    run = make_run("port")
    with closing(socket.create_server(("127.0.0.1", run.port))):
        assert run.start("--no-demo").ended() == 1
    assert f"Port {run.port} is taken" in run.output
    assert "WANGGE_PORT=" in run.output
    assert run.processes() == {}


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_refused(make_run: MakeRun, port: str) -> None:
    run = make_run("port", environment={"WANGGE_PORT": port})
    assert run.start().ended() == 1
    assert f"WANGGE_PORT='{port}'" in run.output


def test_a_data_folder_in_use_is_refused_and_the_first_goes_on(make_run: MakeRun) -> None:
    first = make_run("data")
    first.ready("--no-demo")
    second = make_run("data")
    assert second.start("--no-demo").ended() == 1
    assert "already running" in second.output
    assert f"http://127.0.0.1:{first.port}" in second.output
    assert first.answers()
    assert first.stop() == 0


def test_without_postgis_it_says_what_to_install(make_run: MakeRun) -> None:
    run = make_run("nothing", environment={"WANGGE_PG_BINDIR": "/nonexistent"})
    assert run.start().ended() == 1
    for word in ("postgresql-15-postgis-3", "WANGGE_PG_BINDIR", "WANGGE_DATABASE_URL"):
        assert word in run.output
    assert run.processes() == {}


def test_a_database_server_that_does_not_answer_is_reported(make_run: MakeRun) -> None:
    url = "postgresql://nobody:nothing@127.0.0.1:1/none"
    run = make_run("elsewhere", environment={"WANGGE_DATABASE_URL": url, "WANGGE_DATABASE_APP_URL": url})
    assert run.start("--no-demo").ended(60) == 1
    assert "Database tables  FAILED" in run.output
    assert not (run.data_dir / "postgres").exists(), "the private cluster must not be used"


# ---- an ordinary user


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests have run as an ordinary user already")
def test_an_ordinary_user_starts_it_in_a_copy_of_her_own(make_run: MakeRun, top: Path) -> None:
    uid = 65534
    copy = copy_for(uid, top / "checkout")
    run = make_run(
        "unused",
        root=copy,
        user=uid,
        environment={"HOME": str(top / "checkout"), "WANGGE_DATA_DIR": str(copy / "data")},
    )
    run.data_dir = copy / "data"
    run.ready("--no-demo")
    assert run.answers()
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in run.processes()} == {uid}
    assert run.stop() == 0
    assert run.processes() == {}


def copy_for(uid: int, copy: Path) -> Path:
    """This checkout for another user: sources, the built app, and a .venv that borrows our packages."""
    list_sources = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(list_sources, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in [*filter(None, files), *map(str, built_files())]:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    python = next(p for p in (Path(sys.executable).resolve(), Path("/usr/bin/python3")) if reachable(p, uid))
    subprocess.run([python, "-m", "venv", "--without-pip", copy / ".venv"], check=True)
    packages = next((copy / ".venv/lib").glob("python3*/site-packages"))
    ours = ROOT / ".venv/lib" / packages.parent.name / "site-packages"
    if not reachable(ours, uid):
        pytest.skip(f"{ours} cannot be read by another user")
    (packages / "borrowed.pth").write_text(f"{copy / 'backend'}\n{ours}\n")
    command = copy / ".venv/bin/wangge"
    command.write_text(f"#!{copy}/.venv/bin/python\nfrom wangge.cli import main\nmain()\n")
    command.chmod(0o755)
    stamp = '. scripts/lib/common.sh; . scripts/lib/packages.sh; lock_hash requirements.lock > "$VENV/.wangge-locked"'
    subprocess.run(["bash", "-c", stamp], cwd=copy, check=True)
    subprocess.run(["chown", "-R", str(uid), copy], check=True)
    return copy


def built_files() -> list[Path]:
    places = (ROOT / "pwa/dist", ROOT / ".cache/stamps")
    return [file.relative_to(ROOT) for place in places for file in place.rglob("*") if file.is_file()]


def reachable(path: Path, uid: int) -> bool:
    return subprocess.run(["test", "-r", path], user=uid, group=uid, extra_groups=[]).returncode == 0
