"""Making a book after its request has been answered: in a process of its own, with signs of life, and an end in every case."""

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.books import files, repository
from wangge.books.document import Made
from wangge.books.errors import BookInterrupted, BookMakingFailed, BookTooSlow
from wangge.core.apart import run_apart
from wangge.core.audit import audit
from wangge.core.db import unit_of_work
from wangge.core.errors import WanggeError, in_every_language
from wangge.core.settings import Settings

log = structlog.get_logger()
AT_ONCE = 1  # each takes a processor; more would starve the requests
ALIVE_EVERY_S = 10.0
SILENT_S = 60
"""After so long without a sign of life whoever made it is gone."""
KNOWN_AT_ONCE = 1_000
_tasks: set[asyncio.Task[None]] = set()
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


class _Ended(Exception):
    """The attempt is no more: another server took it for dead."""


def make_in_background(engine: AsyncEngine, settings: Settings, book_id: UUID, attempt: UUID, seconds: float) -> None:
    """Begin to make a book; the outcome is written to its row."""
    task = asyncio.ensure_future(_make(engine, settings, book_id, attempt, seconds))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def stop_making() -> None:
    """End all making of this process, for its shutdown; rows left behind are ended by ``tidy_books`` of the next server."""
    for task in list(_tasks):
        task.cancel()
    await asyncio.gather(*_tasks, return_exceptions=True)


async def tidy_books(engine: AsyncEngine, settings: Settings) -> None:
    """End what stopped with its server, forget books whose time is over, and delete files that no book has any more."""
    async with unit_of_work(engine) as db:
        await repository.tidy(db, SILENT_S, _problem(BookInterrupted()))
    there = sorted(await asyncio.to_thread(files.ids_in, settings.books_dir))
    for start in range(0, len(there), KNOWN_AT_ONCE):
        some = there[start : start + KNOWN_AT_ONCE]
        async with unit_of_work(engine) as db:
            known = await repository.known(db, some)
        await asyncio.to_thread(files.remove, settings.books_dir, set(some) - known)


def _problem(error: WanggeError) -> dict[str, Any]:
    return {str(language): problem for language, problem in in_every_language(error).items()}


async def _make(engine: AsyncEngine, settings: Settings, book_id: UUID, attempt: UUID, seconds: float) -> None:
    alive = asyncio.ensure_future(_stay_alive(engine, attempt))
    making = asyncio.ensure_future(_made(engine, settings, book_id, attempt, seconds))
    try:
        await asyncio.wait([alive, making], return_when=asyncio.FIRST_COMPLETED)
        if making.done():
            making.result()
    except _Ended:
        log.info("book_making_ended_elsewhere")
    except Exception as exc:
        log.error("book_making_lost", exc_info=exc)
        with suppress(Exception):
            await _finish(engine, attempt, Made(problem=_problem(BookMakingFailed())), {})
    finally:
        for task in (alive, making):
            task.cancel()
        await asyncio.gather(alive, making, return_exceptions=True)


async def _made(engine: AsyncEngine, settings: Settings, book_id: UUID, attempt: UUID, seconds: float) -> None:
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    async with turn:
        with tempfile.TemporaryDirectory(prefix="wangge-book-") as name:
            folder = Path(name)
            made = await _run(engine, settings, folder, attempt, seconds)
            kept = {} if made.problem else await asyncio.to_thread(files.keep, folder, settings.books_dir, book_id)
            await _finish(engine, attempt, made, kept)


async def _run(engine: AsyncEngine, settings: Settings, folder: Path, attempt: UUID, seconds: float) -> Made:
    job = {
        "database_url": engine.url.render_as_string(hide_password=False), "attempt": str(attempt), "folder": str(folder),
        "evidence_dir": str(settings.evidence_dir), "fonts_dir": str(settings.fonts_dir) if settings.fonts_dir else None,
    }  # fmt: skip
    told_at = 0.0

    async def on_stage(stage: str) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > 0.2:
            told_at = time.monotonic()
            await _tell(engine, attempt, stage[:40])

    try:
        ended = await run_apart("wangge.books.worker", [], seconds, on_stage, msgspec.json.encode(job))
    except TimeoutError:
        return Made(problem=_problem(BookTooSlow(limit_s=round(seconds))))
    if ended.code != 0:
        log.error("book_maker_failed", exit_code=ended.code, said=ended.said[-4000:])
        return Made(problem=_problem(BookMakingFailed()))
    return msgspec.json.decode(await asyncio.to_thread((folder / "made").read_bytes), type=Made)


async def _tell(engine: AsyncEngine, attempt: UUID, stage: str | None) -> None:
    async with unit_of_work(engine) as db:
        entered = await repository.enter_attempt(db, attempt)
        if entered is None:
            raise _Ended
        await repository.sign_of_life(db, entered["id"], stage)


async def _stay_alive(engine: AsyncEngine, attempt: UUID) -> None:
    """A sign of life every few seconds; ends when the attempt does. A database that is away for a moment is no end."""
    while True:
        await asyncio.sleep(ALIVE_EVERY_S)
        try:
            await _tell(engine, attempt, None)
        except _Ended:
            return
        except Exception as exc:
            log.warning("book_sign_of_life_failed", exc_info=exc)


async def _finish(engine: AsyncEngine, attempt: UUID, made: Made, kept: dict[str, Any]) -> None:
    async with unit_of_work(engine) as db:
        entered = await repository.enter_attempt(db, attempt)
        if entered is None:
            raise _Ended
        await repository.finish(db, entered["id"], made, kept)
        details = {"pages": made.pages, "pdf_sha256": kept.get("pdf_sha256"), "xlsx_sha256": kept.get("xlsx_sha256"), **made.facts}
        action = "book_failed" if made.problem else "book_made"
        await audit(db, action, "book", entered["id"], details, entered["grid_path"])
