"""The work on a list after its request has been answered: reading, then writing, each in short transactions that say how far they are.

Whatever ends a server in between loses at most the transaction under way: another server (or the same one, started again) finds the
list silent, takes it over, and goes on with the rows that are not done.
"""

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
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.audit import audit
from wangge.core.db import unit_of_work
from wangge.core.errors import WanggeError
from wangge.core.ids import new_id
from wangge.core.problems import known_error
from wangge.matching.keys import make_due_keys
from wangge.policies.service import policies_in_force
from wangge.registries import repository
from wangge.registries.errors import ListReadingFailed
from wangge.registries.jobs import ListFound, ListJob, decode_found, encode
from wangge.registries.schemas import ListAnswers
from wangge.spatial_imports.errors import ImportFileGone, ImportReadingFailed
from wangge.spatial_imports.files import ImportFiles
from wangge.spatial_imports.reader import run_worker
from wangge.spatial_imports.rules import kept_problem

log = structlog.get_logger()
ALIVE_EVERY_S = 10
SILENT_S = 60
"""After so long without a sign of life whoever worked is gone."""
MOVE_ROWS, MATCH_ROWS, SETTLE_ROWS, GONE_ROWS = 5_000, 2_000, 20_000, 5_000
FIRST = UUID(int=0)
_tasks: set[asyncio.Task[None]] = set()
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


class _Ended(Exception):
    """The attempt was ended by somebody else: withdrawn, or begun anew."""


def work_in_background(engine: AsyncEngine, files: ImportFiles, attempt: UUID) -> None:
    """Begin, or go on with, the work of an attempt; the outcome is written to the import's row."""
    task = asyncio.ensure_future(work(engine, files, attempt))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def stop_working() -> None:
    """End all work of this process, for its shutdown; the next server goes on with it."""
    for task in list(_tasks):
        task.cancel()
    await asyncio.gather(*_tasks, return_exceptions=True)


async def take_over(engine: AsyncEngine, files: ImportFiles, silent_s: int = SILENT_S) -> None:
    """Go on with a list that nobody works on any more."""
    attempt = new_id()
    async with unit_of_work(engine) as db:
        found = await repository.resume_one(db, silent_s, attempt)
    if found:
        log.info("registry_import_resumed")
        work_in_background(engine, files, attempt)


async def work(engine: AsyncEngine, files: ImportFiles, attempt: UUID) -> None:
    """Read or write the list of this attempt to its end."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))  # one takes a processor and the disk
    alive = asyncio.ensure_future(_stay_alive(engine, attempt))
    doing = asyncio.ensure_future(_do(engine, files, attempt, turn))
    try:
        await asyncio.wait([alive, doing], return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    except _Ended:
        log.info("registry_import_ended_elsewhere")
    except Exception as exc:
        log.error("registry_import_failed", exc_info=exc)
        with suppress(Exception):
            await _fail(engine, attempt, known_error(exc) or ListReadingFailed())
    finally:
        for task in (alive, doing):
            task.cancel()
        await asyncio.gather(alive, doing, return_exceptions=True)


async def _entered(db: AsyncSession, attempt: UUID) -> tuple[UUID, str, str]:
    entered = await repository.enter_attempt(db, attempt)
    if entered is None:
        raise _Ended
    return entered


async def _stay_alive(engine: AsyncEngine, attempt: UUID) -> None:
    while True:
        await asyncio.sleep(ALIVE_EVERY_S)
        try:
            async with unit_of_work(engine) as db:
                await repository.progress(db, (await _entered(db, attempt))[0])
        except _Ended:
            return
        except Exception as exc:  # a database that is away for a moment is no end
            log.warning("registry_import_sign_of_life_failed", exc_info=exc)


async def _do(engine: AsyncEngine, files: ImportFiles, attempt: UUID, turn: asyncio.Semaphore) -> None:
    async with turn:
        async with unit_of_work(engine) as db:
            state = (await _entered(db, attempt))[2]
        if state == "reading":
            await _read(engine, files, attempt)
        else:
            await _apply(engine, attempt)


async def _fail(engine: AsyncEngine, attempt: UUID, error: WanggeError) -> None:
    """A list that cannot be read has failed; one that was being written can be written on."""
    async with unit_of_work(engine) as db:
        import_id, _, state = await _entered(db, attempt)
        await repository.finish(db, import_id, "failed" if state == "reading" else "ready", None, kept_problem(error))


async def _read(engine: AsyncEngine, files: ImportFiles, attempt: UUID) -> None:
    async with unit_of_work(engine) as db:
        import_id, _, _ = await _entered(db, attempt)
        row = await repository.lock_import(db, import_id)
        assert row is not None  # noqa: S101  (entered just now)
        limits = await policies_in_force(db)
        cities, counties = await repository.place_names(db)
        job = ListJob(
            path=str(files.path(row["sha256"])), answers=msgspec.convert(row["answers"], ListAnswers),
            limits={name: int(limits[name]) for name in ("registry_max_rows", "registry_max_columns")},
            remembered=await repository.remembered(db, row["source"], row["grid_path"]), cities=cities, counties=counties,
            done=row["rows_done"],
        )  # fmt: skip
        bounds = int(limits["registry_read_seconds"]), int(limits["registry_read_memory_bytes"])
    if not await asyncio.to_thread(files.path(row["sha256"]).is_file):
        return await _fail(engine, attempt, ImportFileGone())
    try:
        found = await _read_apart(engine, attempt, job, bounds)
    except ImportReadingFailed:
        return await _fail(engine, attempt, ListReadingFailed())
    except WanggeError as error:
        return await _fail(engine, attempt, error)
    async with unit_of_work(engine) as db:
        import_id, _, _ = await _entered(db, attempt)
        report = found.report
        if found.state == "ready" and report is not None:
            repeats = await repository.mark_repeats(db, import_id)
            if repeats:
                report["counts"]["errors"] += repeats
                report["codes"].append({"code": "repeated", "severity": "error", "count": repeats})
            report["outcomes"] = await repository.outcomes(db, import_id)
        await repository.finish(db, import_id, found.state, report, found.problem)


async def _read_apart(engine: AsyncEngine, attempt: UUID, job: ListJob, bounds: tuple[int, int]) -> ListFound:
    with tempfile.TemporaryDirectory(prefix="wangge-list-") as name:
        folder = Path(name)
        await asyncio.to_thread((folder / "job").write_bytes, encode(job))

        async def on_line(line: str) -> None:
            stage, _, rest = line.partition(" ")
            async with unit_of_work(engine) as db:
                import_id, _, _ = await _entered(db, attempt)
                if stage != "chunk":
                    return await repository.progress(db, import_id, stage=stage)
                chunk, _, so_far = rest.partition(" ")
                await repository.store_chunk(db, import_id, folder / chunk)
                await repository.progress(db, import_id, stage="rows", rows_done=int(so_far))
            await asyncio.to_thread((folder / chunk).unlink)

        await run_worker("wangge.registries.worker", folder, *bounds, on_line)
        return await asyncio.to_thread(lambda: decode_found((folder / "found").read_bytes()))


async def _apply(engine: AsyncEngine, attempt: UUID) -> None:
    """Gone, moved, compared, settled: each stage begins where the import's row says."""
    async with unit_of_work(engine) as db:
        import_id, grid_path, _ = await _entered(db, attempt)
        row = await repository.lock_import(db, import_id)
        assert row is not None  # noqa: S101  (entered just now)
    stage, result, began = row["stage"], dict(row["result"] or {}), time.monotonic()
    if stage == "gone":
        while row["answers"].get("whole_list"):
            async with unit_of_work(engine) as db:
                await _entered(db, attempt)
                gone = await repository.let_go_gone(db, import_id, GONE_ROWS)
                result["gone"] = result.get("gone", 0) + gone
                await repository.progress(db, import_id, result=result)
            if not gone:
                break
        stage = await _next_stage(engine, attempt, "moving")
    if stage == "moving":
        while True:
            async with unit_of_work(engine) as db:
                await _entered(db, attempt)
                moved = await repository.move(db, import_id, MOVE_ROWS)
                for name in ("moved", "added", "changed", "unchanged"):
                    result[name] = result.get(name, 0) + moved.get(name, 0)
                await repository.progress(db, import_id, rows_done=result["moved"], result=result)
            if not moved.get("moved"):
                break
        stage = await _next_stage(engine, attempt, "matching")
    if stage == "matching":
        await make_due_keys(engine)
        await _match_all(engine, attempt, import_id, result)
        stage = await _next_stage(engine, attempt, "settling")
    await _settle_all(engine, attempt, import_id)
    async with unit_of_work(engine) as db:
        await _entered(db, attempt)
        await repository.finish(db, import_id, "applied", None, None)
        await audit(db, "registry_import_applied", "registry_import", import_id, result, grid_path)
    log.info("registry_import_applied", seconds=round(time.monotonic() - began, 1), **result)


async def _next_stage(engine: AsyncEngine, attempt: UUID, stage: str) -> str:
    async with unit_of_work(engine) as db:
        await repository.progress(db, (await _entered(db, attempt))[0], stage=stage)
    return stage


async def _match_all(engine: AsyncEngine, attempt: UUID, import_id: UUID, result: dict[str, Any]) -> None:
    after, looked_at = FIRST, 0
    while True:
        async with unit_of_work(engine) as db:
            await _entered(db, attempt)
            found = await repository.match(db, import_id, after, MATCH_ROWS)
            if found is None:
                return
            after, looked_at = found["last_id"], looked_at + found["looked_at"]
            result["linked"] = result.get("linked", 0) + found["linked"]
            result["waiting"] = result.get("waiting", 0) + found["waiting"]
            await repository.progress(db, import_id, rows_done=looked_at, result=result)


async def _settle_all(engine: AsyncEngine, attempt: UUID, import_id: UUID) -> None:
    after: UUID | None = FIRST
    while after is not None:
        async with unit_of_work(engine) as db:
            await _entered(db, attempt)
            after = await repository.settle(db, import_id, after, SETTLE_ROWS)
            await repository.progress(db, import_id)
