"""Work that goes on beside the requests of a server process, again and again, until the process ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger()
ASK_AGAIN_S = 1.0
"""Whatever the work waits for may take a cancellation for a failure of its own: then it is asked once more."""


@asynccontextmanager
async def every(seconds: float, name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Do ``work`` now and every so many seconds while the block lasts.

    A round that fails (the database is away) is logged once, and the next one makes up for it.
    """

    async def rounds() -> None:
        was_well = True
        while True:
            try:
                await work()
                was_well = True
            except Exception as exc:  # whatever it is, the work must not end for it
                if was_well:
                    log.error("background_failed", work=name, exc_info=exc)
                was_well = False
            await asyncio.sleep(seconds)

    task = asyncio.create_task(rounds(), name=name)
    try:
        yield
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=ASK_AGAIN_S)
