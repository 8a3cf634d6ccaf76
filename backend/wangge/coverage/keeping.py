"""Keeping the counts true in the background of every server process: the database hands out the work, one process at a time."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import unit_of_work

GRIDS_AT_ONCE = 200


async def keep_coverage(engine: AsyncEngine) -> None:
    """Count again every grid that has changed or whose day has come, a transaction for each batch; once a day, keep the day."""
    more = True
    while more:
        async with unit_of_work(engine) as db:
            more = bool(await db.scalar(text("select keep_coverage(:n)"), {"n": GRIDS_AT_ONCE}))
