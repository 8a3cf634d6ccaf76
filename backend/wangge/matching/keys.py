"""Making the keys of files that are new or have changed, in the background of every server process and before a list is matched."""

import asyncio
from typing import Any

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.db import driver, unit_of_work
from wangge.matching.normalising import Normaliser

log = structlog.get_logger()
AT_ONCE = 1_000


async def normaliser_for(db: AsyncSession) -> Normaliser:
    """Knows this deployment's places."""
    rows = (await db.execute(text("select level, name from place_names()"))).all()
    return Normaliser([name for level, name in rows if level == 1], [name for level, name in rows if level == 2])


def _keys_of(normaliser: Normaliser, files: list[Any]) -> list[list[Any]]:
    """Columns as ``keep_employer_keys`` takes them."""
    made = [(file["id"], normaliser.keys(file["name"], file["address"], file["phone"])) for file in files]
    return [
        [file_id for file_id, _ in made],
        *[[getattr(keys, name) for _, keys in made] for name in ("name_key", "core", "pinyin", "place", "address_key", "phone")],
        [msgspec.json.encode(keys.blocks).decode() for _, keys in made],
    ]


async def make_some_keys(engine: AsyncEngine, size: int = AT_ONCE) -> int:
    """Keys of some files that are due; returns how many there were."""
    async with unit_of_work(engine) as db:
        connection = await driver(db)
        files = await connection.fetch("select * from employers_without_keys($1)", size)
        if files:
            columns = await asyncio.to_thread(_keys_of, await normaliser_for(db), files)
            await connection.execute("select keep_employer_keys($1, $2, $3, $4, $5, $6, $7, $8)", *columns)
    return len(files)


async def make_due_keys(engine: AsyncEngine) -> None:
    """Keys of all files that are due, and what may be the same as each is looked for."""
    made = 0
    while some := await make_some_keys(engine):
        made += some
    if made:
        log.info("employer_keys_made", files=made)
