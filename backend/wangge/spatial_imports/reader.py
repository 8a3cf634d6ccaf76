"""Starting the reading process and waiting for it, a few at a time, with bounds on time and memory."""

import asyncio
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from wangge.core.apart import run_apart
from wangge.spatial_imports.errors import ImportReadingFailed, ImportTooHeavy, ImportTooSlow
from wangge.spatial_imports.jobs import Found, Job, decode_found, encode
from wangge.spatial_imports.worker import TOO_HEAVY

log = structlog.get_logger()
AT_ONCE = 2  # each takes a processor; more would starve the requests
MEMORY_WORDS = ("MemoryError", "bad_alloc")

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
            await run_worker(
                "wangge.spatial_imports.worker",
                Path(folder),
                int(job.limits["read_seconds"]),
                int(job.limits["read_memory_bytes"]),
                on_stage,
            )
            return await asyncio.to_thread(lambda: decode_found((Path(folder) / "found").read_bytes()))


async def run_worker(module: str, folder: Path, seconds: int, memory_bytes: int, on_stage: Stage) -> None:
    """Run a reading process over a folder that holds its ``job``; each line that it prints is told to ``on_stage``.

    Raises:
        ImportTooSlow, ImportTooHeavy, ImportReadingFailed: it ended without an answer.
    """

    async def on_line(line: str) -> None:
        await on_stage(line[:40])

    try:
        ended = await run_apart(module, [str(folder), str(memory_bytes), str(seconds)], seconds, on_line)
    except TimeoutError as exc:
        raise ImportTooSlow(limit_s=seconds) from exc
    if ended.code == 0:
        return
    if ended.code == -signal.SIGXCPU:
        raise ImportTooSlow(limit_s=seconds)
    if ended.code in (TOO_HEAVY, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV) or any(m in ended.said for m in MEMORY_WORDS):
        log.warning("import_reader_too_heavy", exit_code=ended.code)
        raise ImportTooHeavy()
    log.error("import_reader_failed", exit_code=ended.code, said=ended.said[-4000:])
    raise ImportReadingFailed()
