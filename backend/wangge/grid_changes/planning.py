"""From a command to a plan: the ground is read, shapes are worked out in a thread, neighbours get their vertices. Nothing is written."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.clock import utc_now
from wangge.grid_changes import repository, rules
from wangge.grid_changes.geometry import Chains, TangledLines, with_nodes
from wangge.grid_changes.ground import Box, Grid, Ground, Redrawn
from wangge.grid_changes.numbering import next_codes
from wangge.grid_changes.redrawing import in_reading_order
from wangge.grid_changes.refusals import Refused, not_siblings, tangled, unknown_grid
from wangge.grid_changes.replacing import mend, replace
from wangge.grid_changes.schemas import AnyCommand, Draw, Fate, Mend, Merge, MoveBoundary, Rename, Replace, Reshape, Split

Rule = Callable[[Ground, Any, rules.Limits], Redrawn]
RULES: dict[type, Rule] = {
    Split: rules.split, Merge: rules.merge, MoveBoundary: rules.move_boundary, Reshape: rules.reshape, Draw: rules.draw,
    Replace: replace, Mend: mend,
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What becomes of one grid. ``shape`` None: it stays as it is."""

    id: UUID
    fate: Fate | str
    code: str
    name: str
    level: int
    path: str
    parent_id: UUID | None
    before: BaseGeometry | None
    shape: BaseGeometry | None
    version: int | None
    is_leaf: bool
    in_scope: bool = True
    origin: UUID | None = None
    successor: UUID | None = None


@dataclass
class Plan:
    """A change, worked out: ``place`` is the grid within which it takes place."""

    kind: str
    place: Grid
    steps: list[Step]
    boxes: list[Box]
    note: str = ""
    copy_duties: bool = False
    undoes: UUID | None = None
    gone: list[UUID] = field(default_factory=list)
    chains: Chains = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """What the plan was made from and what it makes; the same on the same ground."""
        digest = hashlib.sha256(self.kind.encode())
        for step in sorted(self.steps, key=lambda s: (s.fate, s.path, s.code)):
            known = "" if step.fate == "new" else f"{step.id} {step.version}"
            digest.update(f"{step.fate} {step.code} {step.name} {known} ".encode())
            digest.update(shapely.to_wkb(step.shape.normalize()) if step.shape is not None else b"-")
        return digest.hexdigest()[:32]

    @property
    def basis(self) -> str:
        """The moment of looking and the fingerprint, for the change to name."""
        return f"{utc_now().isoformat()}~{self.fingerprint}"

    def columns(self) -> dict[str, list[Any]]:
        """The steps as columns, for one statement."""
        return {
            "ids": [s.id for s in self.steps],
            "versions": [s.version for s in self.steps],
            "fates": [s.fate for s in self.steps],
            "codes": [s.code for s in self.steps],
            "names": [s.name for s in self.steps],
            "levels": [s.level for s in self.steps],
            "parents": [s.parent_id for s in self.steps],
            "shapes": [None if s.shape is None else shapely.to_wkb(s.shape) for s in self.steps],
            "origins": [s.origin for s in self.steps],
            "successors": [s.successor for s in self.steps],
        }

    def shapes(self) -> repository.Shapes:
        """The deepest grids as they would be."""
        leaves = [s for s in self.steps if s.is_leaf and s.fate != "retired" and s.shape is not None]
        gone = [s.id for s in self.steps if s.fate == "retired"] + self.gone
        return repository.Shapes([s.id for s in leaves], [s.code for s in leaves], [s.level for s in leaves],
                                 [shapely.to_wkb(s.shape) for s in leaves], gone)  # fmt: skip


async def _grid(db: AsyncSession, grid_id: UUID, name: str) -> Grid:
    found = await repository.grids_by_id(db, [grid_id])
    if not found:
        raise unknown_grid(name)
    return found[0]


async def _parent_of(db: AsyncSession, grid: Grid, name: str) -> Grid:
    """The grid around one; a grid whose parent is out of scope is not one's to change."""
    if grid.parent_id is None:
        raise unknown_grid(name)
    return await _grid(db, grid.parent_id, name)


async def read_ground(db: AsyncSession, command: AnyCommand) -> Ground:
    """The grids that a command may touch: those it names, their siblings where these may lose or win, and all below them.

    Raises:
        Refused: a grid that is named is not there or out of scope.
    """
    match command:
        case Split() | Rename() | Reshape():
            named = [await _grid(db, command.grid_id, "grid_id")]
            parent = await _parent_of(db, named[0], "grid_id")
        case Merge() | MoveBoundary():
            named = await repository.grids_by_id(db, command.grid_ids)
            if len(named) < len(set(command.grid_ids)):
                raise unknown_grid("grid_ids")
            if len({g.parent_id for g in named}) > 1:
                raise not_siblings("grid_ids")
            parent = await _parent_of(db, named[0], "grid_ids")
        case Draw() | Replace() | Mend():
            named = []
            parent = await _grid(db, command.parent_id, "parent_id")
            if parent.level == 4:
                raise unknown_grid("parent_id")
    grids = {parent.id: parent, **{g.id: g for g in named}}
    if isinstance(command, Reshape | Draw | Replace | Mend):
        siblings = await repository.children_of(db, [parent.id])
        grids |= {g.id: g for g in siblings}
        drawn = _bounds(command.polygon) if isinstance(command, Reshape | Draw) else None
        reach = [shapely.box(*drawn)] if drawn else []
        reach += [g.geom for g in named]
        named = [g for g in siblings if not reach or any(shapely.dwithin(g.geom.envelope, r, 1e-3) for r in reach)]
    if parent.level < 3:
        grids |= {g.id: g for g in await repository.below(db, [g.path for g in named])}
    return Ground(parent, grids)


def _bounds(polygon: dict[str, Any]) -> Box | None:
    """The box of what was drawn, if it can be read at all; the rule says what is wrong with it otherwise."""
    try:
        bounds: Box = shapely.geometry.shape(polygon).bounds
    except Exception:
        return None
    return bounds if len(bounds) == 4 and all(abs(b) <= 180 for b in bounds) else None


def _worked_out(ground: Ground, command: AnyCommand, limits: rules.Limits) -> Redrawn:
    try:
        return RULES[type(command)](ground, command, limits)
    except TangledLines as exc:
        raise tangled("line" if hasattr(command, "line") else "polygon") from exc


def _noded(around: list[tuple[Grid, bool]], redrawn: Redrawn) -> list[Step]:
    """The neighbours, the grids around and those above that have an edge which was divided."""
    steps = []
    for grid, is_leaf in around:
        if grid.id in redrawn.shapes or grid.id in redrawn.retired:
            continue
        shape = with_nodes(grid.geom, redrawn.chains)
        if shape is not grid.geom:
            steps.append(_step(grid, "noded", shape, is_leaf))
    return steps


def _step(grid: Grid, fate: str, shape: BaseGeometry | None, is_leaf: bool, **more: Any) -> Step:
    fields: dict[str, Any] = {"name": grid.name} | more
    return Step(id=grid.id, fate=fate, code=grid.code, level=grid.level, path=grid.path, parent_id=grid.parent_id, before=grid.geom,
                shape=shape, version=grid.version, is_leaf=is_leaf, in_scope=grid.in_scope, **fields)  # fmt: skip


async def make_plan(db: AsyncSession, command: AnyCommand, limits: rules.Limits) -> Plan:
    """What a command would do, on the ground as it is.

    Raises:
        Refused: it cannot be done.
    """
    ground = await read_ground(db, command)
    if isinstance(command, Rename):
        grid = ground.grids[command.grid_id]
        if not command.name.strip():
            raise Refused("name", "name_missing", "请填写网格名称。", "Give the grid a name.")
        return Plan("rename", ground.parent, [_step(grid, "kept", None, True, name=command.name.strip())], [], command.note)
    redrawn = await asyncio.to_thread(_worked_out, ground, command, limits)
    # only edges that were divided concern others, and whoever has such an edge touches its box
    divided = [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in redrawn.chains]
    noded = await asyncio.to_thread(_noded, await repository.around(db, divided), redrawn)
    steps = [_kept(ground, grid_id, shape, redrawn) for grid_id, shape in redrawn.shapes.items()]
    steps += [_step(ground.grids[i], "retired", None, True, successor=to) for i, to in redrawn.retired.items()]
    steps += await _new(db, ground, redrawn)
    was_leaf = not ground.children(ground.parent.id) and bool(redrawn.new)
    plan = Plan(command.__struct_config__.tag, ground.parent, steps + noded, redrawn.boxes + divided, command.note)  # type: ignore[arg-type]
    plan.copy_duties = isinstance(command, Split) and command.copy_duties
    plan.gone = [ground.parent.id] if was_leaf else []
    plan.chains = redrawn.chains
    return plan


def _kept(ground: Ground, grid_id: UUID, shape: BaseGeometry, redrawn: Redrawn) -> Step:
    grid = ground.grids[grid_id]
    noded_only = with_nodes(grid.geom, redrawn.chains)
    same = noded_only is not grid.geom and shapely.equals_exact(noded_only, shape) and grid_id not in redrawn.names
    name = redrawn.names.get(grid_id, grid.name)
    return _step(grid, "noded" if same else "kept", shape, not ground.children(grid_id), name=name)


async def _new(db: AsyncSession, ground: Ground, redrawn: Redrawn) -> list[Step]:
    """The new grids with their codes."""
    if not redrawn.new:
        return []
    level = ground.parent.level + 1
    taken = await repository.codes_under(
        db, sorted({ground.parent.code, *((ground.grids[n.origin].code[:12]) for n in redrawn.new if n.origin)})
    )
    by_id = {n.id: n for n in redrawn.new}
    steps = []
    for grid_id in in_reading_order((n.id, n.geom) for n in redrawn.new):
        new = by_id[grid_id]
        origin = ground.grids[new.origin] if new.origin else None
        code = new.code or next_codes(level, ground.parent.code, origin.code if origin else None, taken, 1)[0]
        taken.add(code)
        steps.append(
            Step(new.id, "new", code, new.name, level, f"{ground.parent.path}.{code}", ground.parent.id, None, new.geom, None, True,
                 origin=new.origin)
        )  # fmt: skip
    return steps
