"""Starting the reading process and waiting for it, a few at a time, with bounds on time and memory."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from wangge.spatial_imports.errors import ImportReadingFailed, ImportTooHeavy, ImportTooSlow
from wangge.spatial_imports.jobs import Found, Job, decode_found, encode
from wangge.spatial_imports.worker import TOO_HEAVY

log = structlog.get_logger()
AT_ONCE = 2  # each takes a processor; more would starve the requests
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_BACKEND = Path(__file__).resolve().parents[2]

Stage = Callable[[str], Awaitable[None]]
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def _turn() -> asyncio.Semaphore:
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


async def read_apart(job: Job, on_stage: Stage) -> Found:
    """What is in the job's file.

    Args:
        job: The file, the answers, and what to compare with; its ``limits`` also hold ``read_seconds`` and
            ``read_memory_bytes``.
        on_stage: Awaited with the name of each stage; the first is ``queued`` while others read.

    Raises:
        ImportTooSlow, ImportTooHeavy, ImportReadingFailed: the process ended without an answer.
    """
    turn = _turn()
    if turn.locked():
        await on_stage("queued")
    async with turn:
        with tempfile.TemporaryDirectory(prefix="wangge-import-") as folder:
            await asyncio.to_thread((Path(folder) / "job").write_bytes, encode(job))
            await _run(Path(folder), int(job.limits["read_seconds"]), int(job.limits["read_memory_bytes"]), on_stage)
            return await asyncio.to_thread(lambda: decode_found((Path(folder) / "found").read_bytes()))


async def _run(folder: Path, seconds: int, memory_bytes: int, on_stage: Stage) -> None:
    path = os.pathsep.join(filter(None, (str(_BACKEND), os.environ.get("PYTHONPATH", ""))))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wangge.spatial_imports.worker", str(folder), str(memory_bytes), str(seconds),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None  # noqa: S101  (asked for above)
    complaints = asyncio.ensure_future(process.stderr.read())
    try:
        async with asyncio.timeout(seconds):
            async for line in process.stdout:
                await on_stage(line.decode(errors="replace").strip()[:40])
            await process.wait()
    except TimeoutError as exc:
        raise ImportTooSlow(limit_s=seconds) from exc
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        said = (await complaints).decode(errors="replace")
    if process.returncode == 0:
        return
    if process.returncode == -signal.SIGXCPU:
        raise ImportTooSlow(limit_s=seconds)
    if process.returncode in (TOO_HEAVY, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV) or "MemoryError" in said or "bad_alloc" in said:
        log.warning("import_reader_too_heavy", exit_code=process.returncode)
        raise ImportTooHeavy()
    log.error("import_reader_failed", exit_code=process.returncode, said=said[-4000:])
    raise ImportReadingFailed()
