"""Keeping the list: what was noted as due, and once a day everybody. In the background of every server process, in short transactions."""

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import unit_of_work

log = structlog.get_logger()
AT_ONCE = 1000
"""How many employers a transaction looks at: a long one would hold up the phones' feed."""


async def _rounds(engine: AsyncEngine, function: str) -> int:
    looked_at = 0
    while True:
        async with unit_of_work(engine) as db:
            count = int(await db.scalar(text(f"select {function}(:n)"), {"n": AT_ONCE}) or 0)
        looked_at += count
        if count < AT_ONCE:
            return looked_at


async def keep_key_list(engine: AsyncEngine) -> None:
    """Look at whoever is due, and go on with the day's looking through all employers."""
    due = await _rounds(engine, "key_list_take_due")
    swept = await _rounds(engine, "key_list_sweep_next")
    if due or swept:
        log.info("key_list_kept", due=due, swept=swept)
