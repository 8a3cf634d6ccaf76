"""What a plan touches, told to whoever is about to make it: grids, employers, people, patrols, phones."""

from typing import Any
from uuid import UUID

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.errors import Language
from wangge.grid_changes import repository
from wangge.grid_changes.geometry import same_ground, with_nodes
from wangge.grid_changes.planning import Plan, Step
from wangge.grid_changes.refusals import Refused
from wangge.grid_changes.schemas import (
    ChangePreview,
    EmployersEffect,
    GridEffect,
    PatrolsEffect,
    PersonEffect,
    PhoneEffect,
    Problem,
    TilingReport,
)
from wangge.spatial_files.measure import area_m2

NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}


def collection(features: list[tuple[UUID | str, BaseGeometry, dict[str, Any]]]) -> dict[str, Any]:
    """Grids as a GeoJSON FeatureCollection, every digit of their coordinates kept."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": str(i), "geometry": shapely.geometry.mapping(geom), "properties": {"id": str(i), **properties}}
            for i, geom, properties in features
        ],
    }


def _km2(shape: BaseGeometry | None) -> float | None:
    return None if shape is None else round(area_m2(shape) / 1e6, 4)


def effects(steps: list[Step]) -> list[GridEffect]:
    """What becomes of each grid of the scope, the ones that change first."""
    order = {"kept": 0, "new": 1, "revived": 1, "retired": 2, "noded": 3}
    return [
        GridEffect(s.id, s.code, s.name, s.level, "new" if s.fate == "revived" else s.fate, _km2(s.before),  # type: ignore[arg-type]
                   None if s.fate == "retired" else _km2(s.shape if s.shape is not None else s.before))
        for s in sorted(steps, key=lambda s: (order[s.fate], -s.level, s.code))
        if s.in_scope
    ]  # fmt: skip


def pictures(steps: list[Step]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after, of the grids that change hands (those that are only given vertices look the same)."""
    before: list[tuple[UUID | str, BaseGeometry, dict[str, Any]]] = []
    after: list[tuple[UUID | str, BaseGeometry, dict[str, Any]]] = []
    for s in steps:
        if not s.in_scope or s.fate == "noded":
            continue
        properties = {"code": s.code, "name": s.name, "level": s.level, "fate": s.fate}
        if s.before is not None and s.fate != "revived":
            before.append((s.id, s.before, properties))
        shape = s.shape if s.shape is not None else s.before
        if s.fate != "retired" and shape is not None:
            after.append((s.id, shape, properties))
    return collection(before), collection(after)


def keeps_the_ground(plan: Plan) -> bool:
    """Whether the grids that change cover, level by level, the ground they covered before, exactly."""
    for level in {s.level for s in plan.steps}:
        mine = [s for s in plan.steps if s.level == level and s.fate != "noded"]
        before = [with_nodes(s.before, plan.chains) for s in mine if s.before is not None and s.fate not in ("revived", "new")]
        after = [s.shape if s.shape is not None else s.before for s in mine if s.fate != "retired"]
        if before and after and not same_ground(before, after):
            return False
    return True


def refused(exc: Refused, language: Language) -> ChangePreview:
    """The preview of what cannot be made."""
    problem = exc.problem.as_json(language)
    place = None if exc.place is None else shapely.geometry.mapping(exc.place)
    tiling = msgspec.convert({"ok": not exc.faults, "total": exc.faults_total, "faults": exc.faults}, TilingReport)
    return ChangePreview(False, "", [Problem(problem["field"], problem["code"], problem["detail"], place)], [],
                         EmployersEffect(0, 0, []), [],
                   PatrolsEffect(0, []), [], NOTHING, NOTHING, tiling)  # fmt: skip


async def preview(db: AsyncSession, plan: Plan) -> ChangePreview:
    """What a plan would do; see ``schemas.ChangePreview``."""
    names = {s.id: s.name for s in plan.steps} | {plan.place.id: plan.place.name}
    moving = await repository.moving(db, plan.boxes, plan.shapes())
    flows = {(UUID(a), UUID(b)): n for a, b, n in moving["flows"]}
    names |= {g.id: g.name for g in await repository.grids_by_id(db, list({i for pair in flows for i in pair} - set(names)))}
    touched = [s for s in plan.steps if s.fate != "noded" and s.in_scope]
    before = await repository.employers_in(db, [s.id for s in touched])
    out = sum(flows.values())
    people = await _people(db, plan, flows, before, names)
    phones = await repository.phones_of(db, [p.id for p in people])
    sample = [m | {"from_name": names.get(UUID(m["from_id"]), ""), "to_name": names.get(UUID(m["to_id"]), "")} for m in moving["sample"]]
    pictured = pictures(plan.steps)
    return ChangePreview(
        ok=True,
        basis=plan.basis,
        problems=[],
        grids=effects(plan.steps),
        employers=msgspec.convert({"moving": out, "staying": max(0, sum(before.values()) - out), "sample": sample}, EmployersEffect),
        people=people,
        patrols=msgspec.convert({"open": moving["open_patrols"], "sample": moving["patrols"]}, PatrolsEffect),
        phones=msgspec.convert(phones, list[PhoneEffect]),
        before=pictured[0],
        after=pictured[1],
        tiling=TilingReport(keeps_the_ground(plan), 0, []),
    )


async def _people(
    db: AsyncSession, plan: Plan, flows: dict[tuple[UUID, UUID], int], before: dict[UUID, int], names: dict[UUID, str]
) -> list[PersonEffect]:
    """Who answers for what is touched: her grids and their employers, before and after."""
    touched = {s.id: s for s in plan.steps if s.fate != "noded" and s.in_scope}
    owners = await repository.owners_of(db, list({*touched, *(b for _, b in flows)}))
    heirs = {s.origin: [t.id for t in touched.values() if t.origin == s.origin and t.fate == "new"] for s in touched.values() if s.origin}
    count_after = dict(before)
    for (a, b), n in flows.items():
        count_after[a] = count_after.get(a, 0) - n
        count_after[b] = count_after.get(b, 0) + n
    found: dict[UUID, PersonEffect] = {}
    for row in owners:
        person = found.setdefault(row["id"], PersonEffect(row["id"], row["name"], [], [], 0, 0))
        grid_id = row["grid_id"]
        person.grids_before.append(names.get(grid_id, ""))
        person.employers_before += before.get(grid_id, 0)
        held = [] if grid_id in touched and touched[grid_id].fate == "retired" else [grid_id]
        held += heirs.get(grid_id, []) if plan.copy_duties else []
        for after in held:
            person.grids_after.append(names.get(after, ""))
            person.employers_after += max(0, count_after.get(after, 0))
    return sorted(found.values(), key=lambda p: p.name)
