"""Registry lists: what there is, what was found, what was answered; the register as it stands."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, structs
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound, VersionStale
from wangge.core.ids import new_id
from wangge.core.masking import mask_phone
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.employers.credit_code import clean_credit_code
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force
from wangge.registries import repository
from wangge.registries.errors import ListFileTooLarge, RowPlaceOutside
from wangge.registries.models import ROW_STATES, SOURCES, STATES
from wangge.registries.problems import in_words
from wangge.registries.running import work_in_background
from wangge.registries.schemas import (
    ListAnswers,
    ListAnswersPatch,
    ListRowRead,
    ListVersion,
    RegistryImportDetail,
    RegistryImportItem,
    RegistryRowItem,
    RowPlacement,
)
from wangge.spatial_files.errors import FileTooLarge
from wangge.spatial_imports.errors import ImportClosed, ImportFileGone, ImportNotReady
from wangge.spatial_imports.files import ImportFiles
from wangge.spatial_imports.receiving import plain_name
from wangge.spatial_imports.repository import grid_for_import, grid_of_path

READ, EDIT, MATCH = "registry.read", "registry.edit", "registry.match"
SORTS = {"made_at": "i.made_at", "updated_at": "i.updated_at", "file_name": "i.file_name", "size_bytes": "i.size_bytes"}
ROW_SORTS = {"name": "e.name", "changed_at": "e.changed_at", "first_seen_at": "e.first_seen_at", "employees": "e.employees"}
FILED = {"yes": "e.employer_id is not null", "no": "(e.employer_id is null and e.state = 'open')"}
SEVERITIES = ("error", "warning")


async def list_imports(
    db: AsyncSession,
    actor: Actor,
    q: str,
    source: str | None,
    status: str | None,
    grid_id: UUID | None,
    sort: str | None,
    page: int,
    page_size: int,
) -> Page[RegistryImportItem]:
    """The lists of one's scope, newest first unless sorted otherwise.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require(READ)
    where = await in_subtree(db, actor, Where(), grid_id, "i.grid_path")
    if q.strip():
        where.add("i.file_name ilike :q", q=search_pattern(q))
    if one_of("source", source or None, SOURCES):
        where.add("i.source = :source", source=source)
    if one_of("status", status or None, STATES):
        where.add("i.state = :state", state=status)
    found = await repository.imports_page(db, where, order_by(sort, SORTS, "-made_at"), page, page_size)
    return msgspec.convert(structs.asdict(found), Page[RegistryImportItem])


async def import_detail(db: AsyncSession, actor: Actor, import_id: UUID, language: Language) -> RegistryImportDetail:
    """One list with its report.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require(READ)
    row = await repository.import_or_none(db, import_id)
    if row is None:
        raise NotFound()
    return msgspec.convert({**row, "problem": row["problem"] and row["problem"].get(language)}, RegistryImportDetail)


async def begin_import(
    acting: Acting,
    engine: AsyncEngine,
    files: ImportFiles,
    source: str,
    grid_id: UUID | None,
    file_name: str,
    body: AsyncIterator[bytes],
    announced_bytes: int | None,
    language: Language,
) -> RegistryImportDetail:
    """Keep the file and begin to read it; the answer comes before reading ends.

    Raises:
        RightMissing, NotFound, InvalidInput: may not, no such grid, or no such source.
        ListFileTooLarge, FileIsEmpty: bytes.
    """
    async with acting() as (db, actor):
        actor.require(EDIT)
        one_of("source", source, SOURCES)
        place = grid_id or (await grid_of_path(db, actor.scope[0]) if len(actor.scope) == 1 else None)
        if place is None:
            raise InvalidInput([FieldProblem("grid_id", "missing", "请选择名单所属的地区。", "Choose the area that the list is of.")])
        grid = await grid_for_import(db, place)
        if grid is None:
            raise NotFound()
        limit = int((await policies_in_force(db))["registry_max_bytes"])
    if announced_bytes is not None and announced_bytes > limit:
        raise ListFileTooLarge(size_bytes=announced_bytes, limit_bytes=limit)
    try:
        sha256, size = await files.take(body, limit)
    except FileTooLarge as exc:
        raise ListFileTooLarge(**exc.fields) from exc
    import_id, attempt = new_id(), new_id()
    row: dict[str, Any] = {
        "id": import_id,
        "source": source,
        "grid_id": grid["id"],
        "grid_path": grid["path"],
        "file_name": plain_name(file_name),
        "sha256": sha256,
        "size_bytes": size,
        "attempt": attempt,
        "answers": msgspec.json.encode(ListAnswers()).decode(),
    }
    async with acting() as (db, actor):
        await repository.insert_import(db, {**row, "made_by": actor.person_id})
        details = {"file_name": row["file_name"], "sha256": sha256, "size_bytes": size, "source": source}
        await audit(db, "registry_import_begun", "registry_import", import_id, details, grid["path"])
    work_in_background(engine, files, attempt)
    async with acting() as (db, actor):
        return await import_detail(db, actor, import_id, language)


async def change_answers(
    acting: Acting, engine: AsyncEngine, files: ImportFiles, import_id: UUID, data: ListAnswersPatch, language: Language
) -> RegistryImportDetail:
    """Take answers, remember corrected columns, and read the list again; sending none only reads it again.

    Raises:
        NotFound, VersionStale, ImportClosed, ImportFileGone, InvalidInput: as they say.
    """
    async with acting() as (db, actor):
        actor.require(EDIT)
        row = await _open_import(db, import_id, data.version)
        if not files.path(row["sha256"]).is_file():
            raise ImportFileGone()
        sent = {name: value for name in ListAnswers.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        _refuse_shared_columns(sent.get("columns"))
        before = msgspec.convert(row["answers"], ListAnswers)
        layout_changed = any(name in sent and sent[name] != getattr(before, name) for name in ("sheet", "header_row", "header_rows"))
        if layout_changed and "columns" not in sent:
            sent["columns"] = None  # places of another sheet's columns mean nothing here
        answers = structs.replace(before, **sent)
        attempt = new_id()
        await repository.begin_reading(db, import_id, attempt, answers)
        fingerprint = (row["report"] or {}).get("fingerprint")
        if sent.get("columns") and fingerprint and not layout_changed:
            await repository.remember(db, row, fingerprint, dict(sent["columns"]), actor.person_id)
        await audit(db, "registry_import_answered", "registry_import", import_id, msgspec.to_builtins(answers), row["grid_path"])
    work_in_background(engine, files, attempt)
    async with acting() as (db, actor):
        return await import_detail(db, actor, import_id, language)


def _refuse_shared_columns(columns: dict[str, int] | None) -> None:
    places = [place for place in (columns or {}).values() if place >= 0]
    shared = {place for place in places if places.count(place) > 1}
    if shared:
        raise InvalidInput(
            [
                FieldProblem(
                    f"columns.{field}", "shared", "同一列不能对应两项内容，请重新选择。", "One column cannot be two things; choose again."
                )
                for field, place in (columns or {}).items()
                if place in shared
            ]
        )


async def _open_import(db: AsyncSession, import_id: UUID, version: int) -> dict[str, Any]:
    row = await repository.lock_import(db, import_id)
    if row is None:
        raise NotFound()
    if row["state"] in ("applied", "withdrawn", "applying"):
        raise ImportClosed()
    if row["version"] != version:
        raise VersionStale(version=row["version"])
    return row


async def apply_import(
    acting: Acting, engine: AsyncEngine, files: ImportFiles, import_id: UUID, data: ListVersion, language: Language
) -> RegistryImportDetail:
    """Write the rows without errors, as they were looked at, in the background.

    Raises:
        NotFound, VersionStale, ImportClosed, ImportNotReady: as they say.
    """
    async with acting() as (db, actor):
        actor.require(EDIT)
        row = await _open_import(db, import_id, data.version)
        if row["state"] != "ready":
            raise ImportNotReady()
        attempt = new_id()
        await repository.begin_applying(db, import_id, attempt, actor.person_id)
        details = {"file_name": row["file_name"], **((row["report"] or {}).get("outcomes") or {})}
        await audit(db, "registry_import_confirmed", "registry_import", import_id, details, row["grid_path"])
    work_in_background(engine, files, attempt)
    async with acting() as (db, actor):
        return await import_detail(db, actor, import_id, language)


async def withdraw_import(db: AsyncSession, actor: Actor, import_id: UUID, data: ListVersion, language: Language) -> RegistryImportDetail:
    """Take a list back before it is written, also while it is read.

    Raises:
        NotFound, VersionStale, ImportClosed: as they say.
    """
    actor.require(EDIT)
    row = await _open_import(db, import_id, data.version)
    await repository.withdraw(db, import_id)
    await audit(db, "registry_import_withdrawn", "registry_import", import_id, {"file_name": row["file_name"]}, row["grid_path"])
    return await import_detail(db, actor, import_id, language)


async def list_problem_rows(
    db: AsyncSession, actor: Actor, import_id: UUID, severity: str | None, code: str, q: str, page: int, page_size: int, language: Language
) -> Page[ListRowRead]:
    """The rows of a file that have problems, in the file's order.

    Raises:
        NotFound, InvalidInput: as they say.
    """
    actor.require(READ)
    if await repository.import_or_none(db, import_id) is None:
        raise NotFound()
    where = Where("r.import_id = :import_id", "r.severity <> 'none'", import_id=import_id)
    if one_of("severity", severity or None, SEVERITIES):
        where.add("r.severity = :severity", severity=severity)
    if code:
        where.add("r.problems @> jsonb_build_array(jsonb_build_object('code', cast(:code as text)))", code=code)
    if q.strip():
        where.add("(r.name ilike :q or r.uscc ilike :q)", q=search_pattern(q))
    found = await repository.rows_page(db, where, page, page_size)
    for item in found.items:
        item["problems"] = [in_words(problem, language) for problem in item["problems"]]
    return msgspec.convert(structs.asdict(found), Page[ListRowRead])


async def list_register(
    db: AsyncSession,
    actor: Actor,
    q: str,
    source: str | None,
    status: str | None,
    filed: str | None,
    grid_id: UUID | None,
    sort: str | None,
    page: int,
    page_size: int,
) -> Page[RegistryRowItem]:
    """The register of one's scope; ``filed`` says whether a row has its file.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require(READ)
    where = await register_where(db, actor, q, source, status, filed, grid_id)
    found = await repository.register_page(db, where, order_by(sort, ROW_SORTS, "name"), page, page_size)
    for item in found.items:
        if "contact.read" not in actor.rights:
            item["contact_phone"] = mask_phone(item["contact_phone"])
    return msgspec.convert(structs.asdict(found), Page[RegistryRowItem])


async def register_where(
    db: AsyncSession, actor: Actor, q: str, source: str | None, status: str | None, filed: str | None, grid_id: UUID | None
) -> Where:
    """The conditions of a look into the register."""
    where = await in_subtree(db, actor, Where(), grid_id, "e.grid_path")
    if q.strip():
        where.add("(e.name ilike :q or e.uscc = :code)", q=search_pattern(q), code=clean_credit_code(q))
    if one_of("source", source or None, SOURCES):
        where.add("e.source = :source", source=source)
    if one_of("status", status or None, ROW_STATES):
        where.add("e.state = :state", state=status)
    if one_of("filed", filed or None, tuple(FILED)):
        where.add(FILED[str(filed)])
    return where


async def place_row(db: AsyncSession, actor: Actor, row_id: UUID, data: RowPlacement) -> RegistryRowItem:
    """Say by hand where an employer of the register stands; its grid follows.

    Raises:
        NotFound, VersionStale, InvalidInput: as they say.
        RowPlaceOutside: the place belongs to a grid that is not the actor's.
    """
    actor.require(MATCH)
    lon, lat = data.position
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput(
            [
                FieldProblem(
                    "position",
                    "not_on_earth",
                    "经度应在 ±180、纬度在 ±90 度以内。",
                    "Longitude is within ±180, latitude within ±90 degrees.",
                )
            ]
        )
    row = await repository.register_row(db, row_id)
    if row is None:
        raise NotFound()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    path = await repository.place_row(db, row_id, lon, lat)
    if path is None:
        raise RowPlaceOutside()
    before = {"position": row["position"]}
    await audit(db, "registry_row_placed", "registry_row", row_id, {"before": before, "after": {"position": [lon, lat]}}, path)
    placed = await repository.register_row(db, row_id)
    if placed is not None and "contact.read" not in actor.rights:
        placed["contact_phone"] = mask_phone(placed["contact_phone"])
    return msgspec.convert(placed, RegistryRowItem)
