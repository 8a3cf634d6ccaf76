"""The employer's file at the desk: reading, changing, comparing, restoring, and what ever happened to it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.db import driver
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.ids import new_id
from wangge.core.masking import mask_phone
from wangge.core.paging import Page, one_of
from wangge.employer_files import repository
from wangge.employer_files.editing import Applied, Edit, apply_edit, read_edit
from wangge.employer_files.errors import FileMerged, NothingToChange
from wangge.employer_files.form import fields
from wangge.employer_files.schemas import (
    EmployerFile,
    FieldChange,
    FileEdit,
    FileRestore,
    FileVersion,
    SurveyRead,
    TimelineEvent,
)
from wangge.employer_files.timeline import KINDS, TimelineKind, timeline
from wangge.policies.service import policies_in_force


def _masked(key: str, value: Any, actor: Actor) -> Any:
    field = fields().get(key)
    hides = field is not None and field.private and "contact.read" not in actor.rights
    return mask_phone(value) if hides and isinstance(value, str) else value


async def file_row(db: AsyncSession, employer_id: UUID) -> dict[str, Any]:
    """A file of one's scope.

    Raises:
        NotFound: not in one's scope.
    """
    row = await repository.file_or_none(db, employer_id)
    if row is None:
        raise NotFound()
    return row


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields say in a file."""
    known = {**row["fields"], **row["answers"]}
    return {key: known[key] for key in fields() if known.get(key) not in (None, "")}


async def read_file(db: AsyncSession, actor: Actor, employer_id: UUID) -> EmployerFile:
    """The file in full; the read is audited, for it names people and their numbers.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    row = await file_row(db, employer_id)
    await audit(db, "employer_file_read", "employer", employer_id, grid_path=row["grid_path"])
    return await as_file(db, actor, row)


async def as_file(db: AsyncSession, actor: Actor, row: Mapping[str, Any]) -> EmployerFile:
    """A file as it travels, private numbers masked for whoever may not see them."""
    values = values_of(row)
    changed = {s["field"]: s for s in await repository.sources_of(db, row["id"])}
    made = {"source": row["source"] or ("phone" if row["registered_by"] else ""), "at": row["registered_at"], "person": None}
    branches, branches_total = await repository.branches_of(db, row["uscc"])
    return msgspec.convert(
        {
            **row,
            "values": {key: _masked(key, value, actor) for key, value in values.items()},
            "sources": [changed.get(key) or {"field": key, **made} for key in values],
            "missing": [entry for entry in row["required"] if not any(key in values for key in entry.split("|"))],
            "is_stale": bool(row["is_stale"]),
            "parent": await repository.parent_of(db, values.get("parent_uscc")),
            "branches": branches,
            "branches_total": branches_total,
            "merged_into": await repository.merged_into(db, row["id"]) if row["merged_into"] else None,
            "merged": await repository.merged_here(db, row["id"]),
        },
        EmployerFile,
    )


async def lock(db: AsyncSession, employer_ids: Sequence[UUID]) -> None:
    """Hold these files until the transaction ends."""
    await (await driver(db)).execute("select lock_employers($1::uuid[])", list(employer_ids))


async def change_file(
    db: AsyncSession, actor: Actor, employer_id: UUID, changes: Mapping[str, Any], *, origin: str, source: str = "", note: str = "",
    survey: dict[str, Any] | None = None,
) -> Applied:  # fmt: skip
    """Write values that are clean already, as seen in the file as it is now; the file has to be locked."""
    now = utc_now()
    edit_id = survey["id"] if survey else new_id()
    edit = Edit(edit_id, new_id(), employer_id, changes, origin, now, china_day(now), source=source, note=note, survey=survey)
    return await apply_edit(await driver(db), edit, actor.person_id, await policies_in_force(db))


async def edit_file(db: AsyncSession, actor: Actor, employer_id: UUID, data: FileEdit) -> EmployerFile:
    """Change fields at the desk. A field that changed since it was looked at is not overwritten.

    Raises:
        NotFound, FileMerged, InvalidInput, NothingToChange: as they say.
        VersionStale: one of these fields has changed since.
    """
    actor.require("employer.edit")
    today = china_day(utc_now())
    clean, survey = read_edit(data.changes, data.survey, await policies_in_force(db), today)
    await lock(db, [employer_id])
    row = await file_row(db, employer_id)
    if row["merged_into"]:
        raise FileMerged(into=str(row["merged_into"]))
    if await repository.changed_since(db, employer_id, data.version, list(clean)):
        raise VersionStale(version=row["version"])
    known = {**row["fields"], **row["answers"]}
    different = {key: value for key, value in clean.items() if value != (None if known.get(key) == "" else known.get(key))}
    if not different and survey is None:
        raise NothingToChange()
    if survey is not None:
        survey |= {"id": new_id(), "captured_at": utc_now()}
    await change_file(db, actor, employer_id, different, origin="desk", note=data.note.strip(), survey=survey)
    await _audit_change(db, "employer_file_edited", row, different, {"note": data.note.strip(), "survey": survey is not None})
    return await as_file(db, actor, await file_row(db, employer_id))


async def _audit_change(db: AsyncSession, action: str, row: Mapping[str, Any], changes: Mapping[str, Any], more: dict[str, Any]) -> None:
    """What a change was, with private values masked: the log is read by more people than the file."""
    known = {**row["fields"], **row["answers"]}

    def shown(key: str, value: Any) -> Any:
        return mask_phone(value) if fields()[key].private and isinstance(value, str) else value

    details = {
        "before": {key: shown(key, known.get(key)) for key in changes},
        "after": {key: shown(key, value) for key, value in changes.items()},
        **more,
    }
    await audit(db, action, "employer", row["id"], details, row["grid_path"])


def net_change(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """What several changes, the oldest first, came to: ``{field: [before, after]}`` without what came back to where it was."""
    net: dict[str, list[Any]] = {}
    for step in steps:
        for key, (before, after) in step.items():
            net.setdefault(key, [before, after])[1] = after
    return {key: pair for key, pair in net.items() if pair[0] != pair[1]}


def _changes(net: Mapping[str, Sequence[Any]], actor: Actor) -> list[FieldChange]:
    order = {key: n for n, key in enumerate(fields())}
    return [
        FieldChange(key, _masked(key, before, actor), _masked(key, after, actor))
        for key, (before, after) in sorted(net.items(), key=lambda item: order.get(item[0], len(order)))
    ]


async def list_versions(db: AsyncSession, actor: Actor, employer_id: UUID, page: int, page_size: int) -> Page[FileVersion]:
    """Every version of a file, the newest first.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    await file_row(db, employer_id)
    found = await repository.versions_page(db, employer_id, page, page_size)
    items = [msgspec.convert({**v, "changes": _changes(net_change(v["changes"]), actor)}, FileVersion) for v in found.items]
    return Page(items, found.total, found.page, found.page_size)


async def compare_versions(db: AsyncSession, actor: Actor, employer_id: UUID, first: int, last: int) -> list[FieldChange]:
    """How a file differs between two versions; the earlier one is ``before``, whichever is named first.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    await file_row(db, employer_id)
    steps = await repository.changes_between(db, employer_id, min(first, last), max(first, last))
    return _changes(net_change(steps), actor)


async def restore_file(db: AsyncSession, actor: Actor, employer_id: UUID, data: FileRestore) -> EmployerFile:
    """Put fields back to how they stood at a version; where the file lies and its review stay as they are.

    Raises:
        NotFound, FileMerged, VersionStale, NothingToChange: as they say.
    """
    actor.require("employer.edit")
    await lock(db, [employer_id])
    row = await file_row(db, employer_id)
    if row["merged_into"]:
        raise FileMerged(into=str(row["merged_into"]))
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    net = net_change(await repository.changes_between(db, employer_id, data.to_version, row["version"]))
    wanted = fields().keys() if data.fields is None else fields().keys() & set(data.fields)
    changes = {key: before for key, (before, _) in net.items() if key in wanted}
    if not changes:
        raise NothingToChange()
    await change_file(db, actor, employer_id, changes, origin="restore", source=f"restore:{data.to_version}", note=data.reason.strip())
    await _audit_change(db, "employer_file_restored", row, changes, {"to_version": data.to_version, "reason": data.reason.strip()})
    return await as_file(db, actor, await file_row(db, employer_id))


async def list_surveys(db: AsyncSession, actor: Actor, employer_id: UUID, page: int, page_size: int) -> Page[SurveyRead]:
    """Every filling of the form, the newest first.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    await file_row(db, employer_id)
    found = await repository.surveys_page(db, employer_id, page, page_size)
    for survey in found.items:
        survey["answers"] = {key: _masked(key, value, actor) for key, value in survey["answers"].items()}
    return Page(msgspec.convert(found.items, list[SurveyRead]), found.total, found.page, found.page_size)


async def read_timeline(
    db: AsyncSession, actor: Actor, employer_id: UUID, kind: str | None, page: int, page_size: int
) -> Page[TimelineEvent]:
    """Everything that happened to an employer, and to the files that were merged into it, the newest first.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    await file_row(db, employer_id)
    ids = await repository.merged_ids(db, employer_id)
    only = cast("TimelineKind | None", one_of("kind", kind, KINDS))
    found = await timeline(db, ids, (only,) if only else KINDS, page, page_size)
    return Page(msgspec.convert(found.items, list[TimelineEvent]), found.total, found.page, found.page_size)


def no_such_field(name: str, key: str) -> InvalidInput:
    """A field that the form has not."""
    return InvalidInput([FieldProblem(name, "unknown_field", f"登记表没有“{key}”这一项。", f"The form has no field {key}.")])
