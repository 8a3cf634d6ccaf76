"""The work on rounds in the background of every server process: a stretch to a transaction, so that nobody waits long for it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import unit_of_work

AT_ONCE = 1000


async def work_on_rounds(engine: AsyncEngine) -> None:
    """Propose, accept and publish until nothing is ordered."""
    while True:
        async with unit_of_work(engine) as db:
            if not await db.scalar(text("select rating_round_next(:n)"), {"n": AT_ONCE}):
                return
