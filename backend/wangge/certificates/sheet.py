"""Certificates as a spreadsheet: export, template, and import that says row by row what is wrong.

A row is known by kind, issuer and number: the same file twice changes nothing the second time.
"""

import asyncio
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.certificates import repository
from wangge.certificates.errors import KIND_NAMES
from wangge.certificates.service import SORTS, chosen
from wangge.core.audit import audit
from wangge.core.errors import Language
from wangge.core.ids import new_id
from wangge.core.paging import order_by
from wangge.core.sheets import Column, SheetHasErrors, SheetRow, day_of, read_sheet, write_sheet
from wangge.people.schemas import SheetProblem, SheetReport
from wangge.policies.service import policies_in_force

STATE_WORDS = {
    "valid": ("有效", "valid"), "expiring": ("即将到期", "expiring"), "expired": ("已过期", "expired"), "revoked": ("已撤销", "revoked"),
    "coming": ("未生效", "not yet valid"),
}  # fmt: skip
COLUMNS = (
    Column("employee_no", "工号", "Employee number", 14, required=True), Column("name", "姓名", "Name", 12),
    Column("kind", "证书种类", "Kind", 20, required=True, choices=KIND_NAMES), Column("number", "证书编号", "Number", 20, required=True),
    Column("issuer", "发证机关", "Issuer", 28, required=True), Column("issued_on", "发证日期", "Issued on", 14, required=True),
    Column("expires_on", "有效期至", "Valid until", 14),
)  # fmt: skip
EXPORTED = (
    Column("person", "姓名", "Name", 12), Column("employee_no", "工号", "Employee number", 14),
    Column("unit_name", "所属机构", "Unit", 30), *COLUMNS[2:],
    Column("state", "状态", "State", 10, choices=STATE_WORDS), Column("days_left", "剩余天数", "Days left", 10),
)  # fmt: skip
EXPORT_MOST = 20_000


async def template(language: Language) -> bytes:
    """An empty sheet to fill in."""
    return await asyncio.to_thread(write_sheet, "证书" if language == "zh" else "Certificates", COLUMNS, [], language)


async def export_certificates(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, person_id: UUID | None, kind: str | None, status: str | None, q: str,
    sort: str | None, language: Language,
) -> bytes:  # fmt: skip
    """The list as XLSX; that it leaves the system is audited."""
    actor.require("export.read")
    where = await chosen(db, actor, grid_id, person_id, kind, status, q)
    found = await repository.certificates_page(db, where, order_by(sort, SORTS, "expires_on"), 1, EXPORT_MOST)
    details = {"rows": len(found.items), "kind": kind, "status": status, "q": q}
    await audit(db, "certificates_exported", "grid" if grid_id else "unit", grid_id or actor.unit_id, details)
    rows = [{**r, "person": r["person"]["name"]} for r in found.items]
    return await asyncio.to_thread(write_sheet, "证书" if language == "zh" else "Certificates", EXPORTED, rows, language)


def _look(row: SheetRow) -> None:
    days = {}
    for key, zh in (("issued_on", "发证日期"), ("expires_on", "有效期至")):
        days[key] = day_of(row.cells[key]) if row.cells[key] else None
        if row.cells[key] and days[key] is None:
            row.wrong(key, f"“{zh}”不是日期，请写成 2026-03-01。", "This is no date; write 2026-03-01.")
    if days["issued_on"] and days["expires_on"] and days["expires_on"] < days["issued_on"]:
        row.wrong("expires_on", "有效期至不能早于发证日期。", "It would end before its day of issue.")
    for key, limit in (("number", 60), ("issuer", 120)):
        if len(row.cells[key]) > limit:
            row.wrong(key, f"最多 {limit} 个字。", f"At most {limit} characters.")


async def _checked(db: AsyncSession, data: bytes) -> tuple[list[SheetRow], dict[str, dict[str, Any]], set[int]]:
    """The rows with all that is wrong with them, the people by number, and the rows that are in the register as they stand."""
    limit = int((await policies_in_force(db))["people_import_rows_max"])
    rows = await asyncio.to_thread(read_sheet, data, COLUMNS, limit)
    people = await repository.people_by_number(db, [r.cells["employee_no"] for r in rows])
    taken = await repository.holders(db, [(r.cells["kind"], r.cells["issuer"], r.cells["number"]) for r in rows])
    first: dict[tuple[str, str, str], int] = {}
    same = set()
    for row in rows:
        _look(row)
        cells = row.cells
        key = (cells["kind"], cells["issuer"], cells["number"])
        person = people.get(cells["employee_no"])
        if cells["employee_no"] and person is None:
            row.wrong("employee_no", "您的范围内没有这个工号的人员。", "Nobody in your grids has this number.")
        if first.setdefault(key, row.number) != row.number:
            row.wrong("number", f"与第 {first[key]} 行是同一张证书。", f"The same certificate as in row {first[key]}.")
        holder = taken.get(key)
        if holder and person and holder == person["id"]:
            same.add(row.number)
        elif holder:
            row.wrong("number", "这个编号已登记在另一个人名下。", "Somebody else holds the certificate of this number.")
    return rows, people, same


async def import_certificates(db: AsyncSession, actor: Actor, data: bytes, apply: bool, language: Language) -> SheetReport:
    """Say what an import would do; with ``apply`` do it, all rows or none. Certificates entered before stay as they are.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetTooLong, SheetHasErrors: as they say.
    """
    actor.require("people.train")
    rows, people, same = await _checked(db, data)
    faulty = [r for r in rows if r.problems]
    if apply and faulty:
        raise SheetHasErrors(count=len(faulty))
    new = [r for r in rows if not r.problems and r.number not in same]
    if apply and new:
        values = [
            {**{k: r.cells[k] for k in ("kind", "number", "issuer")}, "id": new_id(), "entered_by": actor.person_id,
             "person_id": people[r.cells["employee_no"]]["id"], "grid_path": people[r.cells["employee_no"]]["grid_path"],
             "issued_on": day_of(r.cells["issued_on"]), "expires_on": day_of(r.cells["expires_on"])}
            for r in new
        ]  # fmt: skip
        await repository.insert_certificates(db, values)
        await audit(db, "certificates_imported", "unit", actor.unit_id, {"added": len(new)})
    problems = [SheetProblem(r.number, p.field, p.zh if language == "zh" else p.en) for r in faulty for p in r.problems]
    unchanged = sum(1 for r in rows if not r.problems and r.number in same)
    return SheetReport(len(rows), len(new), 0, unchanged, len(faulty), problems[:500], apply)


async def marked_up(db: AsyncSession, actor: Actor, data: bytes, language: Language) -> bytes:
    """The same sheet with every wrong cell in red and its reason as a comment.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetTooLong: as they say.
    """
    actor.require("people.train")
    rows, _, _ = await _checked(db, data)
    notes = {(i, p.field): p.zh if language == "zh" else p.en for i, r in enumerate(rows) for p in r.problems}
    return await asyncio.to_thread(
        write_sheet, "证书" if language == "zh" else "Certificates", COLUMNS, [r.cells for r in rows], language, notes
    )
