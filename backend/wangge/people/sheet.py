"""The register as a spreadsheet: template, export, and import that says row by row what is wrong.

A row is known by its employee number: the same file twice changes nothing the second time.
"""

import asyncio
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import Language
from wangge.core.ids import new_id
from wangge.core.paging import order_by
from wangge.core.sheets import Column, SheetHasErrors, SheetRow, read_sheet, write_sheet
from wangge.people import repository, sheet_repository
from wangge.people.rules import birthday_of, clean_id_number, gender_of, phone_is_plausible, pinyin_of
from wangge.people.schemas import PersonItem, SheetProblem, SheetReport
from wangge.people.service import SORTS, chosen, items
from wangge.policies.service import policies_in_force

KIND_WORDS = {
    "staff": ("工作人员", "staff"), "full_time_inspector": ("专职监察员", "full-time inspector"),
    "part_time_inspector": ("兼职监察员", "part-time inspector"), "legal_supervisor": ("法律监督员", "legal supervisor"),
}  # fmt: skip
STATE_WORDS = {
    "nominated": ("待审批", "nominated"), "approved": ("已批准", "approved"), "appointed": ("在任", "appointed"),
    "left": ("已离岗", "left"), "rejected": ("未批准", "refused"),
}  # fmt: skip
GENDER_WORDS = {"female": ("女", "female"), "male": ("男", "male")}
EDUCATION_WORDS = {
    "middle_school": ("初中及以下", "middle school"), "high_school": ("高中（中专）", "high school"), "college": ("大专", "college"),
    "bachelor": ("本科", "bachelor"), "postgraduate": ("研究生", "postgraduate"),
}  # fmt: skip
CERTIFICATE_WORDS = {
    "valid": ("有效", "valid"), "expiring": ("即将到期", "expiring"), "expired": ("已过期", "expired"), "none": ("无证", "none"),
}  # fmt: skip
COLUMNS = (
    Column("employee_no", "工号", "Employee number", 14, required=True),
    Column("name", "姓名", "Name", 12, required=True),
    Column("kind", "人员类别", "Kind", 16, required=True, choices=KIND_WORDS),
    Column("unit_code", "机构编码", "Unit code", 18, required=True),
    Column("post", "职务", "Post", 14),
    Column("gender", "性别", "Gender", 8, choices=GENDER_WORDS),
    Column("birth_year", "出生年份", "Birth year", 10),
    Column("education", "文化程度", "Education", 14, choices=EDUCATION_WORDS),
    Column("id_number", "身份证号", "ID number", 22),
    Column("phone", "手机号", "Phone", 16),
)
EXPORTED = (
    *(Column(c.key, c.zh, c.en, c.width, choices=c.choices) for c in COLUMNS[:3]),
    Column("unit", "所属机构", "Unit", 30), Column("post", "职务", "Post", 14), Column("state", "状态", "State", 10, choices=STATE_WORDS),
    Column("gender", "性别", "Gender", 8, choices=GENDER_WORDS), Column("phone_masked", "手机号", "Phone", 16),
    Column("certificate", "证书", "Certificate", 12, choices=CERTIFICATE_WORDS),
    Column("certified_until", "证书有效期至", "Certified until", 14), Column("duties", "责任网格数", "Grids", 10),
    Column("joined_on", "入职日期", "Joined", 14), Column("left_on", "离岗日期", "Left", 14),
)  # fmt: skip
PROBLEMS_SHOWN = 500
EXPORT_MOST = 20_000


async def template(language: Language) -> bytes:
    """An empty sheet to fill in."""
    return await asyncio.to_thread(write_sheet, "人员" if language == "zh" else "People", COLUMNS, [], language)


async def export_people(
    db: AsyncSession, actor: Actor, grid_id: UUID | None, unit_id: UUID | None, kind: str | None, status: str | None,
    certificate: str | None, q: str, sort: str | None, language: Language,
) -> bytes:  # fmt: skip
    """The list as XLSX, numbers masked; that it leaves the system is audited."""
    actor.require("export.read")
    where = await chosen(db, actor, grid_id, unit_id, kind, status, certificate, q)
    found = await repository.people_page(db, where, order_by(sort, SORTS, "name"), 1, EXPORT_MOST)
    people = await items(db, found.items)
    details = {"rows": len(people), "kind": kind, "status": status, "certificate": certificate, "q": q}
    await audit(db, "people_exported", "grid" if grid_id else "unit", grid_id or actor.unit_id, details)

    def row(p: PersonItem) -> dict[str, Any]:
        return {f: getattr(p, f) for f in PersonItem.__struct_fields__} | {"unit": p.unit.name}

    rows = [row(p) for p in people]
    return await asyncio.to_thread(write_sheet, "人员" if language == "zh" else "People", EXPORTED, rows, language)


def _look(row: SheetRow) -> None:
    """What a row says by itself; the ID number decides gender and birth year."""
    cells = row.cells
    if cells["id_number"]:
        cells["id_number"] = clean_id_number(cells["id_number"])
        born = birthday_of(cells["id_number"])
        if born is None:
            row.wrong("id_number", "身份证号应为 18 位，校验位要正确。", "An ID number has 18 characters and a right check digit.")
        else:
            cells["birth_year"], cells["gender"] = str(born.year), gender_of(cells["id_number"])
    if cells["birth_year"] and not (cells["birth_year"].isdigit() and 1900 <= int(cells["birth_year"]) <= 2100):
        row.wrong("birth_year", "出生年份应为四位数字，如 1985。", "A birth year has four digits, such as 1985.")
    if cells["phone"] and not phone_is_plausible(cells["phone"]):
        row.wrong("phone", "电话号码不对。", "This is no telephone number.")
    for key, limit in (("employee_no", 60), ("name", 60), ("post", 60)):
        if len(cells[key]) > limit:
            row.wrong(key, f"最多 {limit} 个字。", f"At most {limit} characters.")


def _twice(rows: list[SheetRow]) -> None:
    for key, zh in (("employee_no", "工号"), ("id_number", "身份证号")):
        first: dict[str, int] = {}
        for row in rows:
            value = row.cells[key]
            if value and first.setdefault(value, row.number) != row.number:
                row.wrong(key, f"{zh}与第 {first[value]} 行重复。", f"The same as in row {first[value]}.")


async def _checked(db: AsyncSession, data: bytes) -> tuple[list[SheetRow], dict[int, UUID | None]]:
    """The rows with all that is wrong with them, and whom each is already (by row number; None: new)."""
    limit = int((await policies_in_force(db))["people_import_rows_max"])
    rows = await asyncio.to_thread(read_sheet, data, COLUMNS, limit)
    for row in rows:
        _look(row)
    _twice(rows)
    units = await sheet_repository.units_by_code(db, [r.cells["unit_code"] for r in rows])
    known = await sheet_repository.known(db, [r.cells["employee_no"] for r in rows], [r.cells["id_number"] or None for r in rows])
    who: dict[int, UUID | None] = {}
    for index, row in enumerate(rows, 1):
        if row.cells["unit_code"] and row.cells["unit_code"] not in units:
            row.wrong("unit_code", "您的范围内没有这个编码的机构。", "No unit in your grids has this code.")
        found = known.get(index)
        who[row.number] = found["by_number"] if found else None
        if found and found["is_number_taken"] and found["by_number"] is None:
            row.wrong("employee_no", "这个工号已由其他单位的人员使用。", "Somebody of another unit has this number.")
        if found and found["is_id_taken"] and (found["by_id"] is None or found["by_id"] != found["by_number"]):
            row.wrong("id_number", "这个身份证号已在人员库中，属于另一个人。", "Somebody else in the register has this ID number.")
    return rows, who


async def import_people(db: AsyncSession, actor: Actor, data: bytes, apply: bool, language: Language) -> SheetReport:
    """Say what an import would do; with ``apply`` do it, all rows or none. New people wait for approval like any nomination.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetTooLong, SheetHasErrors: as they say.
    """
    actor.require("people.nominate")
    rows, who = await _checked(db, data)
    faulty = [r for r in rows if r.problems]
    if apply and faulty:
        raise SheetHasErrors(count=len(faulty))
    good = [r for r in rows if not r.problems]
    changed = await sheet_repository.differing(db, [(who[r.number], r.cells) for r in good if who[r.number]])
    added = [r for r in good if who[r.number] is None]
    if apply:
        await _apply(db, actor, added, [r for r in good if who[r.number] in changed], who)
    problems = [SheetProblem(r.number, p.field, p.zh if language == "zh" else p.en) for r in faulty for p in r.problems]
    known = len(good) - len(added)
    return SheetReport(len(rows), len(added), len(changed), known - len(changed), len(faulty), problems[:PROBLEMS_SHOWN], apply)


async def _apply(db: AsyncSession, actor: Actor, added: list[SheetRow], changed: list[SheetRow], who: dict[int, UUID | None]) -> None:
    ids = {r.number: new_id() for r in added} | {r.number: who[r.number] for r in changed}

    def values(row: SheetRow) -> dict[str, Any]:
        cells = {key: value or None for key, value in row.cells.items()}
        return {**cells, "post": cells["post"] or "", "id": ids[row.number], "name_pinyin": pinyin_of(row.cells["name"]),
                "birth_year": int(row.cells["birth_year"]) if row.cells["birth_year"] else None}  # fmt: skip

    await sheet_repository.insert_people(db, [values(r) for r in added], actor.person_id)
    await sheet_repository.update_people(db, [values(r) for r in changed])
    written = [*added, *changed]
    await repository.set_private(
        db, [ids[r.number] for r in written if ids[r.number]],  # type: ignore[misc]
        [r.cells["phone"] or None for r in written], [r.cells["id_number"] or None for r in written],
    )  # fmt: skip
    await audit(db, "people_imported", "unit", actor.unit_id, {"added": len(added), "changed": len(changed)})


async def marked_up(db: AsyncSession, actor: Actor, data: bytes, language: Language) -> bytes:
    """The same sheet with every wrong cell in red and its reason as a comment.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetTooLong: as they say.
    """
    actor.require("people.nominate")
    rows, _ = await _checked(db, data)
    notes = {(i, p.field): p.zh if language == "zh" else p.en for i, r in enumerate(rows) for p in r.problems}
    cells = [r.cells for r in rows]
    return await asyncio.to_thread(write_sheet, "人员" if language == "zh" else "People", COLUMNS, cells, language, notes)
