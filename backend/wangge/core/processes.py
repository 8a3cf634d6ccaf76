"""Arithmetic that holds the interpreter's lock, on a core beside the event loop's: processes that live as long as the loop."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process
from anyio.lowlevel import RunVar

T = TypeVar("T")
log = structlog.get_logger()
FEW_ITEMS = 16
_limiter: RunVar[CapacityLimiter] = RunVar("wangge_processes")


def _at_once() -> CapacityLimiter:
    """So many processes that the event loop and the database keep a core."""
    try:
        return _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(max(1, (os.cpu_count() or 1) // 2))
        _limiter.set(limiter)
        return limiter


def _run(work: Callable[..., T], args: tuple[Any, ...]) -> T:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends its processes
    return work(*args)


async def in_process(work: Callable[..., T], *args: object) -> T:
    """What ``work(*args)`` answers or raises, from another process; work, arguments and answer must be picklable.

    Where that process is killed, the work is done in a thread and the next call begins a new one. A server that is killed
    leaves none behind: they end with the pipe to it.
    """
    try:
        return await to_process.run_sync(_run, work, args, limiter=_at_once())
    except BrokenWorkerProcess as broken:
        log.error("process_lost", work=work.__qualname__, exc_info=broken)
        return await asyncio.to_thread(work, *args)


async def beside(items: int, work: Callable[..., T], *args: object) -> T:
    """What ``work(*args)`` answers for so many items: a few in a thread, for a process costs half a second to begin; else there."""
    return await (asyncio.to_thread if items <= FEW_ITEMS else in_process)(work, *args)
