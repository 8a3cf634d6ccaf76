"""Changing the grids: looked at first, then made as one transaction, remembered, and undone."""

import asyncio
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import utc_now
from wangge.core.errors import InvalidInput, Language, NotFound
from wangge.core.ids import new_id
from wangge.core.paging import Page, one_of, order_by
from wangge.core.repository import Where
from wangge.grid_changes import previewing, repository
from wangge.grid_changes.errors import GroundHasMoved, TooManyFeatures
from wangge.grid_changes.planning import Plan, make_plan
from wangge.grid_changes.refusals import Refused
from wangge.grid_changes.schemas import AnyCommand, ChangeDetail, ChangeItem, ChangePreview, Fault, GridStay, TilingReport
from wangge.grid_changes.undoing import plan_undo
from wangge.grids.service import end_of, in_subtree
from wangge.policies.service import policies_in_force

KINDS = ("split", "merge", "move_boundary", "reshape", "draw", "rename", "replace", "mend", "undo")
SORTS = {"made_at": "c.made_at", "kind": "c.kind", "effective_on": "c.effective_on"}
FAULTS_SHOWN = 200


async def preview_change(db: AsyncSession, actor: Actor, command: AnyCommand, language: Language = "zh") -> ChangePreview:
    """What a command would do: grids, employers, people, patrols and phones it touches. Writes nothing.

    Raises:
        RightMissing: the role may not change grids.
    """
    actor.require("grid.edit")
    try:
        plan = await make_plan(db, command, await policies_in_force(db))
    except Refused as exc:
        return previewing.refused(exc, language)
    return await previewing.preview(db, plan)


async def make_change(db: AsyncSession, actor: Actor, command: AnyCommand) -> ChangeDetail:
    """Change the grids. Employers, duties, units and open patrols follow in the same transaction; the database proves the tiling.

    Raises:
        InvalidInput: it cannot be made as drawn; says where and why.
        GroundHasMoved: the grids are not what ``basis`` was made from.
        GridsDoNotTile: refused by the database's own proof.
        RightMissing: the role may not change grids.
    """
    actor.require("grid.edit")
    try:
        plan = await make_plan(db, command, await policies_in_force(db))
    except Refused as exc:
        raise InvalidInput([exc.problem]) from exc
    if command.basis is not None:
        await _same_basis(db, command.basis, plan)
    return await carry_out(db, plan)


async def _same_basis(db: AsyncSession, basis: str, plan: Plan) -> None:
    moment, _, fingerprint = basis.partition("~")
    if fingerprint != plan.fingerprint:
        try:
            looked_at = datetime.fromisoformat(moment)
        except ValueError:
            looked_at = utc_now()
        raise GroundHasMoved(await repository.changes_since(db, looked_at, [s.id for s in plan.steps]))


async def carry_out(db: AsyncSession, plan: Plan) -> ChangeDetail:
    """Write a plan, and one line in the audit log; the database asks once more whether the acting person may."""
    grids = [
        {"id": str(s.id), "code": s.code, "name": s.name, "level": s.level, "fate": s.fate, "is_leaf": s.is_leaf,
         "origin": str(s.origin) if s.origin else None}
        for s in plan.steps
        if s.in_scope
    ]  # fmt: skip
    change_id = new_id()
    change = {
        "id": str(change_id), "kind": plan.kind, "grid_id": str(plan.place.id), "note": plan.note.strip(),
        "undoes": str(plan.undoes) if plan.undoes else None, "copy_duties": plan.copy_duties, "summary": {"grids": grids},
    }  # fmt: skip
    columns = await asyncio.to_thread(plan.columns)
    summary = await repository.apply(db, change, plan.boxes, columns)
    details = {"kind": plan.kind, "grids": len(plan.steps), "employers_moved": summary["employers_moved"]}
    await audit(db, "grids_changed", "grid_change", change_id, details, plan.place.path)
    return await _detail(db, change_id)


async def undo_change(db: AsyncSession, actor: Actor, change_id: UUID, *, dry_run: bool = False) -> ChangeDetail | ChangePreview:
    """Take a change back: shapes, names, employers, duties, units. What was captured meanwhile stays.

    ``dry_run``: only say what that would touch.

    Raises:
        NotFound, AlreadyUndone, UndoIsFinal, ChangedSince: as they say.
    """
    actor.require("grid.edit")
    plan = await plan_undo(db, change_id)
    return await previewing.preview(db, plan) if dry_run else await carry_out(db, plan)


async def list_changes(
    db: AsyncSession, actor: Actor, kind: str | None, grid_id: UUID | None, person_id: UUID | None, on: date | None, sort: str | None,
    page: int, page_size: int,
) -> Page[ChangeItem]:  # fmt: skip
    """Changes within one's scope, the latest first; of a grid (and all below it), by a person, on a day."""
    actor.require("grid.read")
    where = await in_subtree(db, actor, Where(), None, "c.grid_path")
    if grid_id:
        where.add(
            "c.id in (select opened_by from grid_versions where grid_id = :grid_id union select closed_by from grid_versions "
            "where grid_id = :grid_id union select x.id from grid_changes x where x.grid_id = :grid_id)",
            grid_id=grid_id,
        )
    if one_of("kind", kind, KINDS):
        where.add("c.kind = :kind", kind=kind)
    if person_id:
        where.add("c.made_by = :person_id", person_id=person_id)
    if on:
        where.add("c.effective_on = :on", on=on)
    found = await repository.changes_page(db, where, order_by(sort, SORTS, "-made_at"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[ChangeItem])


async def change_detail(db: AsyncSession, actor: Actor, change_id: UUID) -> ChangeDetail:
    """One change with the grids before and after.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("grid.read")
    return await _detail(db, change_id)


async def _detail(db: AsyncSession, change_id: UUID) -> ChangeDetail:
    row = await repository.change_or_none(db, change_id)
    if row is None:
        raise NotFound()
    fates = {g["id"]: g["fate"] for g in row["summary"].get("grids", [])}
    pictures = []
    for column in ("closed_by", "opened_by"):
        states = [r for r in await repository.versions_of(db, change_id, column) if fates.get(str(r.grid_id), "noded") != "noded"]
        pictures.append(
            previewing.collection([
                (r.grid_id, shapely.from_wkb(bytes(r.wkb)),
                 {"code": r.code, "name": r.name, "level": r.level, "fate": fates[str(r.grid_id)]})
                for r in states
            ])
        )  # fmt: skip
    return msgspec.convert({**row, "before": pictures[0], "after": pictures[1]}, ChangeDetail)


async def editing(db: AsyncSession, actor: Actor, grid_id: UUID, on: date | None = None) -> dict[str, Any]:
    """A grid and its children as they are stored, every digit kept, for drawing on; or as they stood when a day ended.

    Raises:
        NotFound: not in one's scope.
        TooManyFeatures: more children than a browser edits at a time.
    """
    actor.require("grid.edit")
    if on:
        family = await repository.family_then(db, grid_id, end_of(on))
        parents, children = [g for g in family if g.id == grid_id], [g for g in family if g.id != grid_id]
    else:
        parents, children = await repository.grids_by_id(db, [grid_id]), await repository.children_of(db, [grid_id])
    if not parents:
        raise NotFound()
    limit = int((await policies_in_force(db))["grid_editing_features_max"])
    if len(children) > limit:
        raise TooManyFeatures(count=len(children), max=limit)
    return await asyncio.to_thread(
        previewing.collection,
        [
            (g.id, g.geom, {"code": g.code, "name": g.name, "level": g.level, "role": "parent" if g.id == grid_id else "child"})
            for g in [*parents, *sorted(children, key=lambda g: g.code)]
        ],
    )


async def tiling_report(db: AsyncSession, actor: Actor, grid_id: UUID) -> TilingReport:
    """Whether a grid's children tile it; if not, the largest gaps, overlaps and parts outside, in m² and on the map.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("grid.read")
    if not await repository.grids_by_id(db, [grid_id]):
        raise NotFound()
    if await repository.tiles(db, grid_id):
        return TilingReport(True, 0, [])
    faults = await repository.tiling(db, grid_id, FAULTS_SHOWN)
    # borders that run over each other without an area between them: shared, but not to the last vertex
    return TilingReport(False, faults[0]["total"] if faults else 0, msgspec.convert(faults, list[Fault]))


async def employer_grids(db: AsyncSession, actor: Actor, employer_id: UUID, on: date | None) -> list[GridStay]:
    """The grids that an employer has lain in, the present one first; ``on`` a day, the one when it ended.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("employer.read")
    stays = msgspec.convert(await repository.stays_of(db, employer_id), list[GridStay])
    if not stays:
        raise NotFound()
    if on is None:
        return stays
    moment = end_of(on)
    return [s for s in stays if (s.since is None or s.since <= moment) and (s.until is None or s.until > moment)]
