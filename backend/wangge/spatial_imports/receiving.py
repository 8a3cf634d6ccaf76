"""Taking a file in: its bytes to the folder as they arrive, its row, and the reading begun."""

from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound
from wangge.core.ids import new_id
from wangge.policies.service import policies_in_force
from wangge.spatial_files.errors import FileTooLarge
from wangge.spatial_imports import repository
from wangge.spatial_imports.files import ImportFiles
from wangge.spatial_imports.reading import read_in_background
from wangge.spatial_imports.schemas import Answers, ImportDetail, NewImport
from wangge.spatial_imports.service import RIGHT, TARGETS, import_detail, job_for


async def begin_import(
    acting: Acting,
    engine: AsyncEngine,
    files: ImportFiles,
    wanted: NewImport,
    body: AsyncIterator[bytes],
    announced_bytes: int | None,
    language: Language,
) -> ImportDetail:
    """Keep the file and begin to read it; the answer comes before reading ends.

    Raises:
        RightMissing, NotFound, InvalidInput: may not, no such grid, or fields that do not fit together.
        FileTooLarge, FileIsEmpty: bytes.
    """
    async with acting() as (db, actor):
        grid, level = await _destination(db, actor, wanted)
        limit = int((await policies_in_force(db))["import_max_bytes"])
    if announced_bytes is not None and announced_bytes > limit:
        raise FileTooLarge(size_bytes=announced_bytes, limit_bytes=limit)
    sha256, size = await files.take(body, limit)
    import_id, attempt, answers = new_id(), new_id(), Answers()
    row: dict[str, Any] = {
        "id": import_id, "target": wanted.target, "level": level, "grid_id": grid["id"], "grid_path": grid["path"],
        "file_name": plain_name(wanted.file_name), "sha256": sha256, "size_bytes": size, "attempt": attempt,
        "answers": msgspec.json.encode(answers).decode(),
    }  # fmt: skip
    async with acting() as (db, actor):
        await repository.insert_import(db, {**row, "made_by": actor.person_id})
        details = {"file_name": row["file_name"], "sha256": sha256, "size_bytes": size, "target": wanted.target}
        await audit(db, "import_begun", "spatial_import", import_id, details, grid["path"])
        job = await job_for(db, actor, row, answers, files)
    read_in_background(engine, attempt, job)
    async with acting() as (db, actor):
        return await import_detail(db, actor, import_id, language)


def plain_name(name: str) -> str:
    """The file's own name, without folders and signs that no screen shows; ``file`` when there is none."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in last if sign.isprintable())
    return kept[-150:] or "file"


async def _destination(db: AsyncSession, actor: Actor, wanted: NewImport) -> tuple[dict[str, Any], int | None]:
    """The grid that the file belongs into, and the level of the grids it holds (None for points)."""
    actor.require(RIGHT)
    problems = []
    if wanted.target not in TARGETS:
        names = "、".join(TARGETS)
        problems.append(FieldProblem("target", "unknown_value", f"target 只能是：{names}", f"target must be one of: {', '.join(TARGETS)}"))
    grid_id = wanted.grid_id or await _only_grid(db, actor)
    if grid_id is None:
        problems.append(FieldProblem("grid_id", "missing", "请选择导入到哪个网格。", "Choose the grid to import into."))
    if problems or grid_id is None:
        raise InvalidInput(problems)
    grid = await repository.grid_for_import(db, grid_id)
    if grid is None:
        raise NotFound()
    if wanted.target != "grids":
        return grid, None
    level = wanted.level or grid["level"] + 1
    if not grid["level"] < level <= 4:
        zh = f"“{grid['name']}”是第 {grid['level']} 级网格，文件中的网格必须是它的下级。"
        en = f"“{grid['name']}” is a grid of level {grid['level']}; the file's grids must be below it."
        raise InvalidInput([FieldProblem("level", "not_below", zh, en)])
    return grid, level


async def _only_grid(db: AsyncSession, actor: Actor) -> UUID | None:
    return await repository.grid_of_path(db, actor.scope[0]) if len(actor.scope) == 1 else None
