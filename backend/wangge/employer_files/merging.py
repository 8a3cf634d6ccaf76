"""Two files of one employer made one (合并), and taken apart again (撤销).

Nothing that was recorded moves: the merged file points to the kept one, counts no more, and its history is read with it.
"""

from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.db import driver
from wangge.core.errors import NotFound, VersionStale
from wangge.core.ids import new_id
from wangge.employer_files import repository
from wangge.employer_files.errors import MergeImpossible, MergeUndone
from wangge.employer_files.form import fields
from wangge.employer_files.schemas import EmployerFile, FileMerge, MergeUndo, MergeUndoResult
from wangge.employer_files.service import as_file, change_file, file_row, lock, no_such_field, values_of


async def merge_files(db: AsyncSession, actor: Actor, kept_id: UUID, data: FileMerge) -> EmployerFile:
    """Make the other file part of this one; ``take`` names the fields whose value comes from the other.

    Raises:
        NotFound, VersionStale, InvalidInput: as they say.
        MergeImpossible: the same file twice, or one that was merged already.
    """
    actor.require("employer.merge")
    if unknown := next((key for key in data.take if key not in fields()), None):
        raise no_such_field("take", unknown)
    await lock(db, [kept_id, data.merged_id])
    kept, merged = await file_row(db, kept_id), await file_row(db, data.merged_id)
    if kept_id == data.merged_id or kept["merged_into"] or merged["merged_into"]:
        raise MergeImpossible()
    for row, seen in ((kept, data.version), (merged, data.merged_version)):
        if row["version"] != seen:
            raise VersionStale(version=row["version"])
    mine, theirs = values_of(kept), values_of(merged)
    taken = {key: [mine.get(key), theirs.get(key)] for key in data.take if mine.get(key) != theirs.get(key)}
    merge_id, reason = new_id(), data.reason.strip()
    # the merged file goes first: a credit code belongs to one accepted file at a time
    await (await driver(db)).execute(
        "select merge_employers($1, $2, $3, $4, $5)", merge_id, kept_id, data.merged_id, reason, msgspec.json.encode(taken).decode()
    )
    if taken:
        changes = {key: after for key, (_, after) in taken.items()}
        await change_file(db, actor, kept_id, changes, origin="merge", source=f"merge:{merge_id}", note=reason)
    details = {"merge_id": str(merge_id), "merged_id": str(data.merged_id), "reason": reason, "fields": list(taken)}
    await audit(db, "employers_merged", "employer", kept_id, details, kept["grid_path"])
    return await as_file(db, actor, await file_row(db, kept_id))


async def undo_merge(db: AsyncSession, actor: Actor, merge_id: UUID, data: MergeUndo) -> MergeUndoResult:
    """Take a merge back: the merged file is on its own again, and fields that came from it return to what they were, but for
    those that somebody has changed since.

    Raises:
        NotFound, MergeUndone: as they say.
    """
    actor.require("employer.merge")
    merge = await repository.merge_or_none(db, merge_id)
    if merge is None:
        raise NotFound()
    await lock(db, [merge["kept_id"], merge["merged_id"]])
    merge = await repository.merge_or_none(db, merge_id) or merge
    if merge["undone_at"]:
        raise MergeUndone()
    kept = await file_row(db, merge["kept_id"])
    await file_row(db, merge["merged_id"])
    now = values_of(kept)
    taken = merge["values_taken"]
    back = {key: before for key, (before, after) in taken.items() if now.get(key) == after}
    reason = data.reason.strip()
    if back:
        await change_file(db, actor, merge["kept_id"], back, origin="merge", source=f"merge:{merge_id}", note=reason)
    await (await driver(db)).execute("select unmerge_employers($1, $2)", merge_id, reason)
    stay = [key for key in taken if key not in back]
    details = {"merge_id": str(merge_id), "merged_id": str(merge["merged_id"]), "reason": reason, "kept_fields": stay}
    await audit(db, "employer_merge_undone", "employer", merge["kept_id"], details, merge["grid_path"])
    return MergeUndoResult(await as_file(db, actor, await file_row(db, merge["kept_id"])), stay)
