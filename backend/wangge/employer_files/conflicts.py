"""Fields with two values (字段冲突): the street's part-time inspector looks at both and chooses."""

from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import InvalidInput, NotFound, VersionStale
from wangge.core.masking import mask_phone
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.employer_files import repository
from wangge.employer_files.errors import ConflictSettled
from wangge.employer_files.form import clean_values, fields
from wangge.employer_files.schemas import ConflictChoice, ConflictRead
from wangge.employer_files.service import change_file, lock
from wangge.grids.service import in_subtree

SORTS = {"opened_at": "k.opened_at", "employer": "e.name", "field": "k.field", "resolved_at": "k.resolved_at"}
STATES = ("open", "resolved", "all")


def _read(row: dict[str, Any], actor: Actor) -> ConflictRead:
    field = fields().get(row["field"])
    if field is not None and field.private and "contact.read" not in actor.rights:

        def mask(value: Any) -> Any:
            return mask_phone(value) if isinstance(value, str) else value

        row = {**row, "stands": mask(row["stands"]), "chosen": mask(row["chosen"]),
               "candidates": [{**c, "value": mask(c["value"])} for c in row["candidates"]]}  # fmt: skip
    return msgspec.convert({**row, "candidates": row["candidates"] or []}, ConflictRead)


async def list_conflicts(
    db: AsyncSession, actor: Actor, q: str, grid_id: UUID | None, employer_id: UUID | None, status: str | None, sort: str | None,
    page: int, page_size: int,
) -> Page[ConflictRead]:  # fmt: skip
    """Conflicts of one's scope, those that wait unless ``status`` says otherwise.

    Raises:
        RightMissing, NotFound, InvalidInput: as they say.
    """
    actor.require("conflict.read")
    where = await in_subtree(db, actor, Where(), grid_id, "k.grid_path")
    status = one_of("status", status, STATES) or "open"
    if status != "all":
        where.add(f"k.resolved_at is {'null' if status == 'open' else 'not null'}")
    if employer_id:
        where.add("k.employer_id = :employer_id", employer_id=employer_id)
    if q.strip():
        where.add("e.name ilike :q", q=search_pattern(q))
    found = await repository.conflicts_page(db, where, order_by(sort, SORTS, "-opened_at"), page, page_size)
    return Page([_read(row, actor) for row in found.items], found.total, found.page, found.page_size)


async def resolve_conflict(db: AsyncSession, actor: Actor, conflict_id: UUID, data: ConflictChoice) -> ConflictRead:
    """Choose the value that is right; it ends whatever had been said before, and both values stay on record.

    Raises:
        NotFound, ConflictSettled, InvalidInput: as they say.
        VersionStale: another value has arrived since it was looked at.
    """
    actor.require("conflict.resolve")
    row = await repository.conflict_or_none(db, conflict_id)
    if row is None:
        raise NotFound()
    await lock(db, [row["employer_id"]])
    row = await repository.conflict_or_none(db, conflict_id) or row
    if row["resolved_at"]:
        raise ConflictSettled()
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    clean, wrong = clean_values({row["field"]: data.value})
    if wrong:
        for problem in wrong:
            problem.field = "value"
        raise InvalidInput(wrong)
    chosen, reason = clean[row["field"]], data.reason.strip()
    # first the work item, with its reason: what the edit below settles would close it without one
    if not await repository.resolve(db, conflict_id, msgspec.json.encode(chosen).decode(), reason, data.version):
        raise VersionStale(version=row["version"])
    await change_file(
        db, actor, row["employer_id"], {row["field"]: chosen}, origin="resolution", source=f"resolution:{conflict_id}", note=reason
    )
    private = fields()[row["field"]].private

    def shown(value: Any) -> Any:
        return mask_phone(value) if private and isinstance(value, str) else value

    details = {
        "field": row["field"],
        "candidates": [shown(c["value"]) for c in row["candidates"]],
        "chosen": shown(chosen),
        "reason": reason,
    }
    await audit(db, "conflict_resolved", "employer", row["employer_id"], details, row["grid_path"])
    return _read(await repository.conflict_or_none(db, conflict_id) or row, actor)
