"""Whether a principal may entrust this at all; the database says the same with its triggers, here with sentences."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.entrustments import repository, writing
from wangge.entrustments.errors import EmployersNotEntrustable, NoSubDelegation, OthersPower, OutsideTerritory, UnitsNotOpen
from wangge.entrustments.rules import content_problems
from wangge.entrustments.schemas import EntrustmentWrite
from wangge.grids.service import path_in_scope
from wangge.policies.service import policies_in_force
from wangge.units.repository import matters, powers

NAMES_SHOWN = 5


def _unknown(field: str, wanted: list[str], known: set[str], zh: str, en: str) -> list[FieldProblem]:
    unknown = [code for code in wanted if code not in known]
    return [FieldProblem(field, "unknown_value", f"{zh}：{'、'.join(unknown)}", f"{en}: {', '.join(unknown)}")] if unknown else []


async def _both_units(db: AsyncSession, data: EntrustmentWrite) -> tuple[dict[str, Any], dict[str, Any]]:
    known = await writing.units(db, [data.principal_id, data.agent_id])
    problems = []
    if not known.get(data.principal_id, {}).get("in_scope"):
        zh, en = "委托机构要在您的辖区内。", "The principal must lie in your territory."
        problems.append(FieldProblem("principal_id", "out_of_scope", zh, en))
    if data.agent_id not in known:
        problems.append(FieldProblem("agent_id", "out_of_scope", "找不到受托机构。", "No such agent."))
    if problems:
        raise InvalidInput(problems)
    return known[data.principal_id], known[data.agent_id]


def _open_throughout(unit: dict[str, Any], first: date, last: date) -> bool:
    return bool(unit["opened_on"] <= first and (unit["closed_on"] is None or unit["closed_on"] >= last))


async def check(db: AsyncSession, data: EntrustmentWrite) -> dict[str, Any]:
    """Refuse what may not be entrusted; returns the values to store, with ``path`` of the ground it covers.

    Raises:
        InvalidInput: field by field.
        OutsideTerritory, UnitsNotOpen, NoSubDelegation, OthersPower, EmployersNotEntrustable: as they say.

    Source:
        行政处罚法 §20 (written, published, with a term, no sub-delegation); 劳动保障监察条例 §4; the notice, 二(一)(二).
    """
    limits = await policies_in_force(db)
    today = china_day(utc_now())
    problems = content_problems(data, today, limits["entrustment_term_max_years"], limits["entrustment_employers_max"])
    problems += _unknown("matters", data.matters, {m["code"] for m in await matters(db)}, "没有这些事项", "No such matters")
    problems += _unknown("powers", data.powers, {p["code"] for p in await powers(db)}, "没有这些权限", "No such powers")
    if problems:
        raise InvalidInput(problems)
    principal, agent = await _both_units(db, data)
    path = await path_in_scope(db, data.grid_id) if data.reach == "area" and data.grid_id else agent["grid_path"]
    values = {**_stored(data), "path": path, "principal_path": principal["grid_path"], "principal_kind": principal["kind"],
              "agent_kind": agent["kind"]}  # fmt: skip
    if agent["grid_path"] == principal["grid_path"] or not _inside(agent["grid_path"], principal["grid_path"]):
        raise OutsideTerritory()
    if not _inside(path, agent["grid_path"]):
        raise OutsideTerritory()
    if not all(_open_throughout(unit, data.valid_from, data.valid_to) for unit in (principal, agent)):
        raise UnitsNotOpen()
    if not_held := await writing.rows(db, writing.NOT_HELD, values):
        raise _no_sub_delegation(principal["name"], not_held)
    if not_allowed := await writing.rows(db, writing.NOT_ALLOWED, values):
        raise InvalidInput([_power_problem(row) for row in not_allowed])
    if data.reach == "area":
        if others := await writing.rows(db, writing.OTHERS, values):
            raise OthersPower(units="、".join(row["name"] for row in others[:NAMES_SHOWN]))
    else:
        await _check_list(db, data.employer_ids, values)
    return values


async def _check_list(db: AsyncSession, ids: list[UUID], values: dict[str, Any]) -> None:
    unknown = len(set(ids)) - await writing.known_employers(db, ids)
    if unknown:
        zh, en = f"名单中有 {unknown} 家单位不在您的辖区内。", f"{unknown} employer(s) on the list are outside your territory."
        raise InvalidInput([FieldProblem("employer_ids", "out_of_scope", zh, en)])
    if refused := await writing.not_entrustable(db, values):
        names = "、".join(row["employer_name"] for row in refused[:NAMES_SHOWN])
        raise EmployersNotEntrustable(count=len(refused), names=names + ("…" if len(refused) > NAMES_SHOWN else ""))


def _no_sub_delegation(principal: str, rows: list[dict[str, Any]]) -> NoSubDelegation:
    held = next((row["held_from"] for row in rows if row["held_from"]), None)
    return NoSubDelegation(
        principal=principal,
        matters=[row["code"] for row in rows],
        matters_zh="、".join(row["name_zh"] for row in rows[:NAMES_SHOWN]) + ("等" if len(rows) > NAMES_SHOWN else ""),
        matters_en=", ".join(row["name_en"] for row in rows[:NAMES_SHOWN]) + (" and others" if len(rows) > NAMES_SHOWN else ""),
        held_zh=f"（它是受{held}委托实施的）" if held else "",
        held_en=f" (it acts by entrustment: {held})" if held else "",
    )


def _power_problem(row: dict[str, Any]) -> FieldProblem:
    if row["manner"] == "own":
        zh, en = f"委托机构依法没有“{row['name_zh']}”的权限。", f"The principal's kind of unit does not hold the power to {row['name_en']}."
    else:
        zh, en = f"受托的这类机构不能行使“{row['name_zh']}”。", f"An agent of this kind may not {row['name_en']}."
    return FieldProblem("powers", "power_not_allowed", zh, en)


def _inside(path: str, around: str) -> bool:
    return path == around or path.startswith(around + ".")


def _stored(data: EntrustmentWrite) -> dict[str, Any]:
    return {
        "id": data.id, "principal_id": data.principal_id, "agent_id": data.agent_id, "matters": list(dict.fromkeys(data.matters)),
        "powers": list(dict.fromkeys(data.powers)), "reach": data.reach, "grid_id": data.grid_id if data.reach == "area" else None,
        "employer_ids": list(dict.fromkeys(data.employer_ids)) if data.reach == "employers" else [],
        "valid_from": data.valid_from, "valid_to": data.valid_to, "document_name": data.document_name.strip(),
        "document_number": data.document_number.strip(), "published_on": data.published_on,
        "published_where": data.published_where.strip(), "overlap_reason": data.overlap_reason.strip(), "note": data.note.strip(),
        "follows_id": None,
    }  # fmt: skip


async def overlaps_of(db: AsyncSession, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Others in force over some of the same, for the values of ``check``."""
    return await repository.overlaps(db, values)
