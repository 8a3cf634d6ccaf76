"""Arithmetic that holds the interpreter's lock, on a core beside the event loop's: processes that live as long as the server."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger()
FEW_ITEMS = 16
_pool: ProcessPoolExecutor | None = None


def _begin() -> None:
    """Leave Ctrl-C to the server, and end with it however it ends: a killed server leaves nothing behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(0)), daemon=True).start()


def _running() -> ProcessPoolExecutor:
    global _pool
    if _pool is None:
        cores = os.cpu_count() or 1
        _pool = ProcessPoolExecutor(max(1, cores // 2), multiprocessing.get_context("spawn"), initializer=_begin)
    return _pool


async def to_process(work: Callable[..., T], *args: object) -> T:
    """What ``work(*args)`` answers or raises, from another process; work, arguments and answer must be picklable.

    Where that process has been killed, the work is done in a thread and the next call begins a new one.
    """
    global _pool
    pool = _running()
    try:
        return await asyncio.wrap_future(pool.submit(work, *args))
    except BrokenExecutor as broken:
        log.error("process_lost", work=work.__qualname__, exc_info=broken)
        if _pool is pool:
            _pool = None
        return await asyncio.to_thread(work, *args)


async def beside(items: int, work: Callable[..., T], *args: object) -> T:
    """What ``work(*args)`` answers for so many items: a few in a thread, for a process costs half a second to begin; else there."""
    return await (asyncio.to_thread if items <= FEW_ITEMS else to_process)(work, *args)


async def stop_processes() -> None:
    """End them; what is under way is finished first."""
    global _pool
    pool, _pool = _pool, None
    if pool is not None:
        await asyncio.to_thread(pool.shutdown)
