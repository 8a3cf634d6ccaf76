"""Areas of an import as changes of grids: one replacement for each parent, all in one transaction."""

import asyncio
from collections import defaultdict
from typing import Any
from uuid import UUID

import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import InvalidInput, Language, NotFound
from wangge.grid_changes.schemas import ChangePreview, LayerFeature, Replace
from wangge.grid_changes.service import make_change, preview_change
from wangge.spatial_imports import repository
from wangge.spatial_imports.errors import ImportNotReady
from wangge.spatial_imports.service import RIGHT


async def preview_grids(db: AsyncSession, actor: Actor, import_id: UUID, parent_id: UUID | None, language: Language) -> ChangePreview:
    """What writing would do to the grids below one parent (the only one without ``parent_id``). Writes nothing.

    Raises:
        NotFound: no such import, or nothing of it falls into that parent.
        ImportNotReady: it is being read, or asks.
    """
    actor.require(RIGHT)
    row = await repository.import_or_none(db, import_id)
    if row is None:
        raise NotFound()
    if row["state"] != "ready" or row["target"] != "grids":
        raise ImportNotReady()
    commands = await _commands(db, row)
    if parent_id is None and len(commands) == 1:
        parent_id = next(iter(commands))
    if parent_id not in commands:
        raise NotFound()
    return await preview_change(db, actor, commands[parent_id], language)


async def write_grids(db: AsyncSession, actor: Actor, row: dict[str, Any], basis: str | None) -> dict[str, Any]:
    """Replace the grids below each parent by the file's; a parent whose grids are the file's already is left alone.

    ``basis`` is that of the preview somebody looked at; it is only meant for imports into one parent.

    Returns:
        ``changes`` with id and grid of each, ``unchanged`` parents, ``employers_moved``.

    Raises:
        InvalidInput: they do not fit, or nothing would change.
        GroundHasMoved, GridsDoNotTile, GridCodeTaken: as they say.
    """
    commands = await _commands(db, row)
    result: dict[str, Any] = {"changes": [], "unchanged": 0, "employers_moved": 0}
    nothing: InvalidInput | None = None
    for command in commands.values():
        command.basis = basis if len(commands) == 1 else None
        try:
            change = await make_change(db, actor, command)
        except InvalidInput as refused:
            if [problem.code for problem in refused.problems] != ["nothing_changes"]:
                raise
            result["unchanged"], nothing = result["unchanged"] + 1, refused
            continue
        result["changes"].append({"id": str(change.id), "grid": change.grid_name})
        result["employers_moved"] += change.summary.get("employers_moved", 0)
    if not result["changes"] and nothing is not None:
        raise nothing
    return result


async def _commands(db: AsyncSession, row: dict[str, Any]) -> dict[UUID, Replace]:
    areas: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for area in await repository.areas_to_write(db, row["id"]):
        if area["parent_id"] is not None and area["shape"] is not None:
            areas[area["parent_id"]].append(area)
    note, mend_m2 = f"导入 {row['file_name']}"[:500], float(row["answers"]["mend_m2"])

    def made() -> dict[UUID, Replace]:
        return {
            parent_id: Replace(parent_id=parent_id, features=[_feature(area) for area in group], mend_m2=mend_m2, note=note)
            for parent_id, group in areas.items()
        }

    return await asyncio.to_thread(made)


def _feature(area: dict[str, Any]) -> LayerFeature:
    shape = shapely.geometry.mapping(shapely.from_wkb(bytes(area["shape"])))
    return LayerFeature(name=area["name"][:60], polygon=shape, code=area["code"] or None)
