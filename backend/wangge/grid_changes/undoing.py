"""Undoing a change: every grid it touched goes back to the state that the change ended."""

from uuid import UUID

import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.errors import NotFound
from wangge.grid_changes import repository
from wangge.grid_changes.errors import AlreadyUndone, ChangedSince, UndoIsFinal
from wangge.grid_changes.planning import Plan, Step


async def plan_undo(db: AsyncSession, change_id: UUID) -> Plan:
    """The plan that takes a change back.

    Raises:
        NotFound: no such change in one's scope.
        AlreadyUndone, UndoIsFinal, ChangedSince: as they say; the last names the later changes at the same grids.
    """
    change = await repository.change_or_none(db, change_id)
    if change is None:
        raise NotFound()
    if change["undone_by"]:
        raise AlreadyUndone()
    if change["kind"] == "undo":
        raise UndoIsFinal()
    if later := await repository.later_changes(db, change_id):
        raise ChangedSince(count=len(later), changes=later)
    places = await repository.grids_by_id(db, [change["grid_id"]])
    if not places:
        raise NotFound()
    ended = {r.grid_id: r for r in await repository.states_of(db, change_id, were_ended=True)}
    begun = {r.grid_id: r for r in await repository.states_of(db, change_id, were_ended=False)}
    fates = {UUID(g["id"]): g for g in change["summary"].get("grids", [])}
    parents = {r.parent_id for r in [*ended.values(), *begun.values()]}
    steps = []
    for grid_id in {**ended, **begun}:
        old, now = ended.get(grid_id), begun.get(grid_id)
        state = now if old is None else old
        assert state is not None  # noqa: S101  (the id came from one of the two)
        known = fates.get(grid_id, {})
        origin = known.get("origin")
        fate = "retired" if old is None else "revived" if now is None else "noded" if known.get("fate", "noded") == "noded" else "kept"
        steps.append(
            Step(
                id=grid_id, fate=fate, code=state.code, name=state.name, level=state.level, path=state.path, parent_id=state.parent_id,
                before=None if now is None else shapely.from_wkb(bytes(now.wkb)),
                shape=None if old is None else shapely.from_wkb(bytes(old.wkb)),
                version=state.version, is_leaf=known.get("is_leaf", grid_id not in parents), in_scope=state.in_scope,
                successor=(UUID(origin) if origin else state.parent_id) if old is None else None,
            )
        )  # fmt: skip
    boxes = [s.bounds for step in steps if step.fate != "noded" for s in (step.before, step.shape) if s is not None]
    return Plan("undo", places[0], steps, boxes, undoes=change_id)
