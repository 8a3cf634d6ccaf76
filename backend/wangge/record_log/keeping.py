"""Keeping the log: what has been committed gets its place within a second or two, and each day that has ended its root.

Every copy of the server does this; the database lets one at a time append. A push therefore never waits for the log.
"""

import asyncio
from datetime import date, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.clock import china_day, utc_now
from wangge.core.db import unit_of_work
from wangge.record_log import repository
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import moment_text

log = structlog.get_logger()
AT_ONCE = 5_000
APPEND = text("select log_append(:at_most)")
IS_BEHIND = text("select log_is_behind()")
PUBLISHED = text("select exists (select from log_roots where day = :day)")
PUBLISH = text("select publish_root(:day, :size, :root, :at, :key_id, :signature)")


async def append_all(engine: AsyncEngine) -> int:
    """Give everything that has been committed its place; returns how many entries were made."""
    made = 0
    while True:
        async with unit_of_work(engine) as db:
            added = await db.scalar(APPEND, {"at_most": AT_ONCE})
            if not added and not await db.scalar(IS_BEHIND):
                return made
        made += added or 0
        if added is None:
            await asyncio.sleep(0.05)  # another copy of the server is at it


async def publish_yesterday(db: AsyncSession, key: ServerKey, today: date) -> bool:
    """Publish the root of the day that has ended, unless it is there; days without any server are left out."""
    day = today - timedelta(days=1)
    if await db.scalar(PUBLISHED, {"day": day}):
        return False
    size, now = await repository.tree_size(db), utc_now()
    root_hash = (await repository.root_of(db, size)).hex()
    signature = key.sign_root(size, root_hash, moment_text(now), day.isoformat())
    values = {"day": day, "size": size, "root": root_hash, "at": now, "key_id": key.key_id, "signature": signature}
    published: bool = await db.scalar(PUBLISH, values)
    return published


async def keep(engine: AsyncEngine, key: ServerKey) -> None:
    """One round: append, and publish what is due."""
    await key.ready(engine)
    await append_all(engine)
    async with unit_of_work(engine) as db:
        if await publish_yesterday(db, key, china_day(utc_now())):
            log.info("log_root_published")
