"""Work that goes on beside the requests of a server process, again and again, until the process ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger()


@asynccontextmanager
async def every(seconds: float, name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Do ``work`` every so many seconds while the block lasts; a failure is logged and the next turn tries again."""

    async def turns() -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception as exc:  # a database that is away comes back
                log.warning("background_failed", name=name, exc_info=exc)

    task = asyncio.create_task(turns(), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
