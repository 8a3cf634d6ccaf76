"""Imports: what there is, what was found, what was answered, and taking one back."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound, VersionStale
from wangge.core.ids import new_id
from wangge.core.paging import Page, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force
from wangge.spatial_imports import repository
from wangge.spatial_imports.errors import ImportClosed, ImportFileGone, ImportInterrupted
from wangge.spatial_imports.files import ImportFiles
from wangge.spatial_imports.jobs import Job
from wangge.spatial_imports.models import STATES
from wangge.spatial_imports.reading import SILENT_S, read_in_background
from wangge.spatial_imports.rules import STATES_OPEN, kept_problem, merged
from wangge.spatial_imports.schemas import Answers, AnswersPatch, FeatureRead, ImportDetail, ImportItem, Version

RIGHT = "grid.edit"
SORTS = {"made_at": "i.made_at", "updated_at": "i.updated_at", "file_name": "i.file_name", "size_bytes": "i.size_bytes"}
FEATURE_SORTS = {
    "position": "f.position", "code": "f.code", "name": "f.name", "area_m2": "f.area_m2", "moved_m": "f.moved_m",
    "severity": "array_position(array['none', 'warning', 'error'], f.severity)",
}  # fmt: skip
TARGETS = ("grids", "employer_points")
SEVERITIES = ("error", "warning", "none", "any", "left_out")
KNOWN_LEVELS, KNOWN_MAX, PARENTS_MAX = (2, 3), 1_500, 3_000
PREVIEW_FEATURES, PREVIEW_DEFECTS = 3_000, 1_000


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value, if it is one of these or empty.

    Raises:
        InvalidInput: it is not.
    """
    if value and value not in allowed:
        names = ", ".join(allowed)
        raise InvalidInput([FieldProblem(name, "unknown_value", f"{name} 只能是：{names}", f"{name} must be one of: {names}")])
    return value


async def let_go(db: AsyncSession) -> None:
    """End what stopped with its server, so that nothing is "being read" for ever."""
    await repository.let_go(db, SILENT_S, kept_problem(ImportInterrupted()))


async def list_imports(
    db: AsyncSession, actor: Actor, q: str, target: str, status: str, grid_id: UUID | None, sort: str | None, page: int, page_size: int
) -> Page[ImportItem]:
    """The imports of one's scope, newest first unless sorted otherwise.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require(RIGHT)
    await let_go(db)
    where = await in_subtree(db, actor, Where(), grid_id, "i.grid_path")
    if q.strip():
        where.add("i.file_name ilike :q", q=search_pattern(q))
    if one_of("target", target, TARGETS):
        where.add("i.target = :target", target=target)
    if one_of("status", status, STATES):
        where.add("i.state = :state", state=status)
    found = await repository.imports_page(db, where, order_by(sort, SORTS, "-made_at"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[ImportItem])


async def import_detail(db: AsyncSession, actor: Actor, import_id: UUID, language: Language) -> ImportDetail:
    """One import with its report, in the person's language.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require(RIGHT)
    await let_go(db)
    row = await repository.import_or_none(db, import_id)
    if row is None:
        raise NotFound()
    report = row["report"]
    if report is not None:
        report = in_language(report, language)
        report["blockers"] = blockers(row["target"], row["answers"], report)
    problem = row["problem"] and row["problem"].get(language)
    return msgspec.convert({**row, "report": report, "problem": problem}, ImportDetail)


def in_language(value: Any, language: Language) -> Any:
    """Kept words (``zh``, ``en``) as one ``detail``, however deep."""
    if isinstance(value, dict):
        if "zh" in value and "en" in value:
            rest = {key: in_language(one, language) for key, one in value.items() if key not in ("zh", "en")}
            return {**rest, "detail": value[language]}
        return {key: in_language(one, language) for key, one in value.items()}
    return [in_language(one, language) for one in value] if isinstance(value, list) else value


def blockers(target: str, answers: dict[str, Any], report: dict[str, Any]) -> list[dict[str, Any]]:
    """Why nothing can be written yet: ``open_question``, ``errors``, ``file_errors``, ``nothing``; empty when it can."""
    if "question" in report:
        return [{"code": "open_question", "count": 1}]
    counts = report["counts"]
    found = []
    if counts["errors"] and not (target == "employer_points" and answers.get("skip_errors")):
        found.append({"code": "errors", "count": counts["errors"]})
    if report["file_errors"]:
        found.append({"code": "file_errors", "count": report["file_errors"]})
    to_write = report.get("outcomes", {}).get("moves", 0) if target == "employer_points" else counts["features"] - counts["left_out"]
    if to_write <= 0:
        found.append({"code": "nothing", "count": 0})
    return found


async def list_features(
    db: AsyncSession, actor: Actor, import_id: UUID, severity: str, code: str, outcome: str, q: str, sort: str | None, page: int,
    page_size: int, language: Language,
) -> Page[FeatureRead]:  # fmt: skip
    """The features of an import with their defects; ``severity`` any means errors and warnings.

    Raises:
        NotFound, InvalidInput: as they say.
    """
    actor.require(RIGHT)
    if await repository.import_or_none(db, import_id) is None:
        raise NotFound()
    where = Where("f.import_id = :import_id", import_id=import_id)
    match one_of("severity", severity, SEVERITIES):
        case "any":
            where.add("f.severity <> 'none'")
        case "left_out":
            where.add("f.left_out")
        case "":
            pass
        case _:
            where.add("f.severity = :severity", severity=severity)
    if code:
        where.add("f.codes @> array[cast(:code as text)]", code=code)
    if outcome:
        where.add("f.outcome = :outcome", outcome=outcome)
    if q.strip():
        where.add("(f.name ilike :q or f.code ilike :q)", q=search_pattern(q))
    found = await repository.features_page(db, where, order_by(sort, FEATURE_SORTS, "position"), page, page_size)
    items = [in_language(item, language) for item in found.items]
    return msgspec.convert({**msgspec.structs.asdict(found), "items": items}, Page[FeatureRead])


async def preview_map(db: AsyncSession, actor: Actor, import_id: UUID, language: Language) -> dict[str, Any]:
    """The features drawn small, errors first, and the spots of their defects, as one bounded GeoJSON.

    ``total`` and ``shown`` say whether all are in it; properties: ``kind`` feature or defect, ``position``, ``severity``.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require(RIGHT)
    row = await repository.import_or_none(db, import_id)
    if row is None:
        raise NotFound()
    rows = await repository.preview_rows(db, import_id, PREVIEW_FEATURES)
    shapes: list[dict[str, Any]] = []
    spots: list[dict[str, Any]] = []
    for one in rows:
        properties = {name: one[name] for name in ("position", "code", "name", "severity", "left_out", "outcome")}
        if one["preview"]:
            shapes.append({"type": "Feature", "geometry": one["preview"], "properties": {"kind": "feature", **properties}})
        if not one["left_out"]:
            spots.extend(_spot(one["position"], defect, language) for defect in one["defects"] if defect["position"])
    spots.extend(_spot(None, defect, language) for defect in (row["report"] or {}).get("defects", []) if defect["position"])
    total = ((row["report"] or {}).get("counts") or {}).get("features", 0)
    return {"type": "FeatureCollection", "total": total, "shown": len(rows), "features": [*shapes, *spots[:PREVIEW_DEFECTS]]}


def _spot(position: int | None, defect: dict[str, Any], language: Language) -> dict[str, Any]:
    properties = {
        "kind": "defect", "position": position, "code": defect["code"], "severity": defect["severity"], "detail": defect[language],
    }  # fmt: skip
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": defect["position"]}, "properties": properties}


async def job_for(db: AsyncSession, actor: Actor, row: dict[str, Any], answers: Answers, files: ImportFiles) -> Job:
    """What the reading process needs, gathered in the person's own scope."""
    policies, level = await policies_in_force(db), row["level"]
    limits = {
        "max_bytes": policies["import_max_bytes"], "max_features": policies["import_max_features" if level else "import_points_max"],
        "read_seconds": policies["import_read_seconds"], "read_memory_bytes": policies["import_read_memory_bytes"],
        "far_move_m": policies["import_far_move_m"],
    }  # fmt: skip
    above = [level - 1] if level else [row["grid_path"].count(".") + 1]
    parents = await repository.known_areas(db, [row["grid_path"]], above, PARENTS_MAX if level else 1)
    levels = sorted({*KNOWN_LEVELS, *([level] if level else [4])})
    known = await repository.known_areas(db, actor.scope, levels, KNOWN_MAX)
    return Job(
        path=str(files.path(row["sha256"])), file_name=row["file_name"], target=row["target"], answers=answers, limits=limits,
        known=known or parents, parents=parents,
    )  # fmt: skip


async def change_answers(
    acting: Acting, engine: AsyncEngine, files: ImportFiles, import_id: UUID, data: AnswersPatch, language: Language
) -> ImportDetail:
    """Take answers, and read the file again with them; sending none only reads it again.

    Raises:
        NotFound, VersionStale, ImportClosed, ImportFileGone: as they say.
    """
    async with acting() as (db, actor):
        actor.require(RIGHT)
        await let_go(db)
        row = await _open_import(db, import_id, data.version)
        if not files.path(row["sha256"]).is_file():
            raise ImportFileGone()
        answers = merged(msgspec.convert(row["answers"], Answers), data)
        attempt = new_id()
        await repository.begin_reading(db, import_id, attempt, answers)
        await audit(db, "import_answered", "spatial_import", import_id, msgspec.to_builtins(answers), row["grid_path"])
        job = await job_for(db, actor, row, answers, files)
    read_in_background(engine, attempt, job)
    async with acting() as (db, actor):
        return await import_detail(db, actor, import_id, language)


async def _open_import(db: AsyncSession, import_id: UUID, version: int) -> dict[str, Any]:
    row = await repository.lock_import(db, import_id)
    if row is None:
        raise NotFound()
    if row["state"] in ("applied", "withdrawn", "applying"):
        raise ImportClosed()
    if row["version"] != version:
        raise VersionStale(version=row["version"])
    return row


async def withdraw_import(db: AsyncSession, actor: Actor, import_id: UUID, data: Version, language: Language) -> ImportDetail:
    """Take an import back before it is written, also while it is read; its features are dropped, its line in the list stays.

    Raises:
        NotFound, VersionStale, ImportClosed: as they say.
    """
    actor.require(RIGHT)
    row = await repository.lock_import(db, import_id)
    if row is None:
        raise NotFound()
    if row["state"] not in (*STATES_OPEN, "reading"):
        raise ImportClosed()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    await repository.drop_features(db, import_id)
    await repository.set_state(db, import_id, "withdrawn")
    await audit(db, "import_withdrawn", "spatial_import", import_id, {"file_name": row["file_name"]}, row["grid_path"])
    return await import_detail(db, actor, import_id, language)
