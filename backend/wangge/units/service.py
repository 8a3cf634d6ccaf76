"""Units: finding, founding, editing, closing; their counters and the powers that the law gives them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import path_in_scope, within_scope
from wangge.units import repository
from wangge.units.errors import UnitClosed, UnitIdReused, UnitParentCircle, UnitStillNeeded
from wangge.units.rules import LEVEL_OF_KIND, kind_suits_level, what_hangs_on
from wangge.units.schemas import (
    IntakeSwitch,
    MattersAndPowers,
    PowerEnd,
    PowerGrant,
    UnitAdd,
    UnitClose,
    UnitDetail,
    UnitEdit,
    UnitHistory,
    UnitItem,
)

SORTS = {"code": "u.code", "name": "u.name", "kind": "nlevel(u.grid_path)", "opened_on": "u.opened_on"}
STATES = ("open", "closed", "all")


async def matters_and_powers(db: AsyncSession, actor: Actor) -> MattersAndPowers:
    """Every matter and power, with who may hold what."""
    actor.require("responsibility.read")
    return msgspec.convert({"matters": await repository.matters(db), "powers": await repository.powers(db)}, MattersAndPowers)


async def list_units(
    db: AsyncSession, actor: Actor, q: str, kind: str | None, parent_id: UUID | None, grid_id: UUID | None, status: str | None,
    above: bool, sort: str | None, page: int, page_size: int,
) -> Page[UnitItem]:  # fmt: skip
    """Units of one's scope by name, kind, parent or territory; ``above`` adds the units that one answers to."""
    actor.require("unit.read")
    where = Where()
    if grid_id:
        where.add("u.grid_path <@ cast(:subtree as ltree)", subtree=await path_in_scope(db, grid_id))
    elif not above:
        within_scope(where, actor, "u.grid_path")
    if one_of("kind", kind, tuple(LEVEL_OF_KIND)):
        where.add("u.kind = :kind", kind=kind)
    if parent_id:
        where.add("u.parent_id = :parent_id", parent_id=parent_id)
    if q.strip():
        where.add("(u.name ilike :q or u.code = :code)", q=search_pattern(q), code=q.strip())
    if (one_of("status", status, STATES) or "open") != "all":
        where.add("u.closed_on < china_today()" if status == "closed" else "(u.closed_on is null or u.closed_on >= china_today())")
    found = await repository.units_page(db, where, order_by(sort, SORTS, "kind") + ", u.code", page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[UnitItem])


async def _detail(db: AsyncSession, unit_id: UUID) -> UnitDetail:
    row = await repository.unit_or_none(db, unit_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, UnitDetail)


async def unit_detail(db: AsyncSession, actor: Actor, unit_id: UUID) -> UnitDetail:
    """A unit with its powers, people and entrustments.

    Raises:
        NotFound: neither in one's scope nor above it.
    """
    actor.require("unit.read")
    return await _detail(db, unit_id)


async def unit_history(db: AsyncSession, actor: Actor, unit_id: UUID) -> UnitHistory:
    """What has been done to a unit, the newest first."""
    actor.require("unit.read")
    await _detail(db, unit_id)
    return msgspec.convert({"items": await repository.history(db, "unit", unit_id)}, UnitHistory)


def _kind_problem(kind: str, level: int) -> FieldProblem:
    return FieldProblem(
        "kind", "kind_and_level", f"这类机构应设在第 {LEVEL_OF_KIND[kind]} 级网格，所选网格是第 {level} 级。",
        f"A unit of this kind belongs to a grid of level {LEVEL_OF_KIND[kind]}; the one chosen is of level {level}.",
    )  # fmt: skip


async def _check_parent(db: AsyncSession, unit_id: UUID, parent_id: UUID | None, grid_path: str, level: int) -> None:
    if parent_id is None:
        if level > 1:
            raise InvalidInput([FieldProblem("parent_id", "parent_missing", "请选择上级机构。", "Choose the unit above it.")])
        return
    fits, circle = await repository.parent_fits(db, unit_id, parent_id, grid_path)
    if circle:
        raise UnitParentCircle()
    if not fits:
        zh, en = "上级机构要在用，且辖区包含本机构的辖区。", "The unit above must be open and its territory hold this one's."
        raise InvalidInput([FieldProblem("parent_id", "parent_elsewhere", zh, en)])


async def add_unit(db: AsyncSession, actor: Actor, data: UnitAdd) -> UnitDetail:
    """Found a unit; the same id again gives the stored one.

    Raises:
        InvalidInput, UnitCodeTaken, UnitIdReused, UnitParentCircle: as they say.
    """
    actor.require("unit.edit")
    if stored := await repository.unit_or_none(db, data.id):
        if (stored["code"], stored["name"]) != (data.code.strip(), data.name.strip()):
            raise UnitIdReused()
        return msgspec.convert(stored, UnitDetail)
    grid = await repository.grid_of(db, data.grid_id)
    if grid is None:
        raise InvalidInput([FieldProblem("grid_id", "unknown_grid", "所选网格不在您的辖区。", "The grid is not in your territory.")])
    level, path = grid
    if not data.name.strip() or not data.code.strip():
        raise InvalidInput([FieldProblem("name", "missing", "名称和代码必须填写。", "Name and code must be filled in.")])
    if not kind_suits_level(data.kind, level):
        raise InvalidInput([_kind_problem(data.kind, level)])
    await _check_parent(db, data.id, data.parent_id, path, level)
    values = msgspec.structs.asdict(data) | {"grid_path": path, "code": data.code.strip(), "name": data.name.strip()}
    values["opened_on"] = data.opened_on or china_day(utc_now())
    await repository.insert_unit(db, values)
    await audit(db, "unit_added", "unit", data.id, {"name": values["name"], "kind": data.kind, "code": values["code"]}, path)
    return await _detail(db, data.id)


async def _to_change(db: AsyncSession, actor: Actor, unit_id: UUID, version: int | None = None) -> dict[str, Any]:
    actor.require("unit.edit")
    unit = await repository.unit_for_update(db, unit_id)
    if unit is None:
        raise NotFound()
    if unit["closed_on"] is not None:
        raise UnitClosed()
    if version is not None and unit["version"] != version:
        raise VersionStale(version=unit["version"])
    return unit


async def edit_unit(db: AsyncSession, actor: Actor, unit_id: UUID, data: UnitEdit) -> UnitDetail:
    """Rename a unit, move it below another, change its kind or its contact; what changed goes to the audit log.

    Raises:
        NotFound, UnitClosed, VersionStale, InvalidInput, UnitParentCircle: as they say.
    """
    unit = await _to_change(db, actor, unit_id, data.version)
    if not data.name.strip():
        raise InvalidInput([FieldProblem("name", "missing", "名称必须填写。", "The name must be filled in.")])
    if not kind_suits_level(data.kind, unit["level"]):
        raise InvalidInput([_kind_problem(data.kind, unit["level"])])
    if data.parent_id != unit["parent_id"]:
        await _check_parent(db, unit_id, data.parent_id, unit["grid_path"], unit["level"])
    values = msgspec.structs.asdict(data) | {"id": unit_id, "name": data.name.strip()}
    keys = ("name", "kind", "parent_id", "contact_name", "contact_phone", "address")
    changed = {key: [_told(unit[key]), _told(values[key])] for key in keys if unit[key] != values[key]}
    if changed:
        await repository.update_unit(db, values)
        await audit(db, "unit_edited", "unit", unit_id, changed, unit["grid_path"])
    return await _detail(db, unit_id)


async def close_unit(db: AsyncSession, actor: Actor, unit_id: UUID, data: UnitClose) -> UnitDetail:
    """Close a unit; refused while people, duties, entrustments or units below hang on it, saying which.

    Raises:
        NotFound, UnitClosed, VersionStale, UnitStillNeeded, InvalidInput: as they say.
    """
    unit = await _to_change(db, actor, unit_id, data.version)
    if data.closed_on < max(unit["opened_on"], china_day(utc_now())):
        zh, en = "撤销日期不能早于今天，也不能早于设立日期。", "The last day lies before today or before the unit was founded."
        raise InvalidInput([FieldProblem("closed_on", "too_early", zh, en)])
    if not data.reason.strip():
        raise InvalidInput([FieldProblem("reason", "reason_missing", "请写明撤销原因。", "Say why it closes.")])
    counts = await repository.what_hangs_on(db, unit_id, data.closed_on)
    if left := what_hangs_on(counts):
        raise UnitStillNeeded(what_zh=left[0], what_en=left[1], counts=counts)
    await repository.close_unit(db, unit_id, data.closed_on, data.reason.strip())
    details = {"reason": data.reason.strip(), "closed_on": data.closed_on.isoformat()}
    await audit(db, "unit_closed", "unit", unit_id, details, unit["grid_path"])
    return await _detail(db, unit_id)


async def switch_intake(db: AsyncSession, actor: Actor, unit_id: UUID, data: IntakeSwitch) -> UnitDetail:
    """Open or close a unit's counter for tips and complaints (举报投诉窗口).

    Raises:
        NotFound, UnitClosed, InvalidInput: as they say.

    Source:
        The notice, 二(二): where conditions allow, a street's office may keep such a counter.
    """
    unit = await _to_change(db, actor, unit_id)
    last = await repository.current_counter(db, unit_id)
    is_open = last is not None and last["valid_to"] is None
    if data.open == is_open:
        zh, en = ("窗口已经开着。", "The counter is open already.") if is_open else ("窗口没有开着。", "The counter is not open.")
        raise InvalidInput([FieldProblem("open", "no_change", zh, en)])
    if last is not None and data.on < (last["valid_to"] or last["valid_from"]):
        raise InvalidInput([FieldProblem("on", "too_early", "日期早于上一次开或关。", "The day lies before the last change.")])
    if data.open:
        if last is not None and data.on == last["valid_to"]:
            raise InvalidInput([FieldProblem("on", "too_early", "当天仍在上一段开放期内。", "The counter was still open that day.")])
        await repository.open_counter(db, unit, data.on, actor.person_id)
    elif last is not None:
        await repository.close_counter(db, last["id"], data.on)
    action = "intake_counter_opened" if data.open else "intake_counter_closed"
    await audit(db, action, "unit", unit_id, {"on": data.on.isoformat()}, unit["grid_path"])
    return await _detail(db, unit_id)


async def grant_powers(db: AsyncSession, actor: Actor, unit_id: UUID, data: PowerGrant) -> UnitDetail:
    """Record that the law gives a unit these matters, by which source and for which days.

    Raises:
        NotFound, UnitClosed, InvalidInput, PowerOverlaps: as they say.
    """
    unit = await _to_change(db, actor, unit_id)
    known = {m["code"] for m in await repository.matters(db)}
    holders = {h["unit_kind"] for p in await repository.powers(db) for h in p["holders"] if h["manner"] == "own"}
    problems = []
    if unknown := [code for code in data.matters if code not in known]:
        problems.append(
            FieldProblem("matters", "unknown_value", f"没有这些事项：{'、'.join(unknown)}", f"No such matters: {', '.join(unknown)}")
        )
    if unit["kind"] not in holders:
        zh, en = "这类机构依法不能有自己的职权，只能受委托或者配合。", "A unit of this kind has no powers of its own by law."
        problems.append(FieldProblem("matters", "kind_has_none", zh, en))
    if data.valid_to is not None and data.valid_to < data.valid_from:
        problems.append(FieldProblem("valid_to", "before_start", "止期早于起期。", "It ends before it begins."))
    if not data.source.strip():
        problems.append(FieldProblem("source", "source_missing", "请写明依据。", "Name the source."))
    if problems:
        raise InvalidInput(problems)
    codes = list(dict.fromkeys(data.matters))
    await repository.grant_powers(db, unit, codes, data.source.strip(), data.valid_from, data.valid_to)
    details = {"matters": codes, "source": data.source, "valid_from": data.valid_from.isoformat(),
               "valid_to": data.valid_to.isoformat() if data.valid_to else None}  # fmt: skip
    await audit(db, "unit_powers_granted", "unit", unit_id, details, unit["grid_path"])
    return await _detail(db, unit_id)


async def end_powers(db: AsyncSession, actor: Actor, unit_id: UUID, data: PowerEnd) -> UnitDetail:
    """End powers of a unit's own with a day that is not past; refused while an entrustment in force rests on one.

    Raises:
        NotFound, UnitClosed, InvalidInput, PowerEntrusted: as they say.
    """
    unit = await _to_change(db, actor, unit_id)
    if data.last_day < _today():
        raise InvalidInput([FieldProblem("last_day", "too_early", "止期不能早于今天。", "The last day lies in the past.")])
    codes = await repository.end_powers(db, unit_id, data.power_ids, data.last_day)
    if len(codes) < len(set(data.power_ids)):
        zh, en = "所选职权有的已经结束，或不属于该机构，请刷新后再试。", "Some of these have ended already or are not this unit's; refresh."
        raise InvalidInput([FieldProblem("power_ids", "not_running", zh, en)])
    details = {"matters": codes, "last_day": data.last_day.isoformat(), "reason": data.reason}
    await audit(db, "unit_powers_ended", "unit", unit_id, details, unit["grid_path"])
    return await _detail(db, unit_id)


def _told(value: object) -> str | None:
    return None if value is None else str(value)


def _today() -> date:
    return china_day(utc_now())
