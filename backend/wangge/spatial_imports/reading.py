"""Reading a file after its request has been answered: in a process of its own, with signs of life, and an end in every case."""

import asyncio
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import unit_of_work
from wangge.core.errors import WanggeError
from wangge.core.problems import known_error
from wangge.spatial_imports import repository
from wangge.spatial_imports.errors import ImportFileGone, ImportReadingFailed
from wangge.spatial_imports.jobs import Found, Job
from wangge.spatial_imports.matching import match_points
from wangge.spatial_imports.reader import read_apart
from wangge.spatial_imports.rules import kept_problem

log = structlog.get_logger()
ALIVE_EVERY_S = 10
SILENT_S = 60
"""After so long without a sign of life whoever read is gone."""
_tasks: set[asyncio.Task[None]] = set()


class _Ended(Exception):
    """The attempt was ended by somebody else: withdrawn, or begun anew."""


def read_in_background(engine: AsyncEngine, attempt: UUID, job: Job) -> None:
    """Begin to read; the outcome is written to the import's row."""
    task = asyncio.ensure_future(_read(engine, attempt, job))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def stop_reading() -> None:
    """End all reading of this process, for its shutdown; rows left behind are let go by the next server."""
    for task in list(_tasks):
        task.cancel()
    await asyncio.gather(*_tasks, return_exceptions=True)


async def _read(engine: AsyncEngine, attempt: UUID, job: Job) -> None:
    alive = asyncio.ensure_future(_stay_alive(engine, attempt))
    reading = asyncio.ensure_future(_found(engine, attempt, job))
    try:
        await asyncio.wait([alive, reading], return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():  # the attempt is no more: withdrawn, or begun anew
            return
        await _finish(engine, attempt, job, reading.result())
    except _Ended:
        log.info("import_reading_ended_elsewhere")
    except Exception as exc:
        log.error("import_reading_lost", exc_info=exc)
        with suppress(Exception):
            await _finish(engine, attempt, job, _failed(known_error(exc) or ImportReadingFailed()))
    finally:
        for task in (alive, reading):
            task.cancel()
        await asyncio.gather(alive, reading, return_exceptions=True)


async def _found(engine: AsyncEngine, attempt: UUID, job: Job) -> Found:
    told_at = 0.0

    async def on_stage(stage: str) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > 0.5:
            told_at = time.monotonic()
            await _tell(engine, attempt, stage)

    try:
        return await read_apart(job, on_stage)
    except WanggeError as error:
        return _failed(error)
    except FileNotFoundError:
        return _failed(ImportFileGone())


def _failed(error: WanggeError) -> Found:
    return Found(state="failed", problem=kept_problem(error))


async def _tell(engine: AsyncEngine, attempt: UUID, stage: str | None) -> None:
    async with unit_of_work(engine) as db:
        entered = await repository.enter_attempt(db, attempt)
        if entered is None:
            raise _Ended
        await repository.sign_of_life(db, entered[0], stage)


async def _stay_alive(engine: AsyncEngine, attempt: UUID) -> None:
    """A sign of life every few seconds; ends when the attempt does. A database that is away for a moment is no end."""
    while True:
        await asyncio.sleep(ALIVE_EVERY_S)
        try:
            await _tell(engine, attempt, None)
        except _Ended:
            return
        except Exception as exc:
            log.warning("import_sign_of_life_failed", exc_info=exc)


async def _finish(engine: AsyncEngine, attempt: UUID, job: Job, found: Found) -> None:
    matches: dict[int, dict[str, Any]] = {}
    async with unit_of_work(engine) as db:
        entered = await repository.enter_attempt(db, attempt)
        if entered is None:
            raise _Ended
        import_id, grid_path = entered
        if job.target == "employer_points" and found.state == "ready":
            matches = await match_points(db, job, found)
        await repository.insert_rows(db, import_id, grid_path, found.rows, matches)
        await repository.finish_reading(db, import_id, found.state, found.report, found.problem)
