"""Sheets that go out: the rows of a file that need mending, marked; and the register."""

import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import xlsxwriter
from litestar.concurrency import sync_to_thread
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import Language, NotFound
from wangge.core.masking import mask_phone
from wangge.core.sheets import Column, write_sheet
from wangge.policies.service import policies_in_force
from wangge.registries import repository
from wangge.registries.problems import in_words
from wangge.registries.service import READ, register_where

EXPORT_ROWS = 50_000
_OWN = {"zh": ("原行号", "问题"), "en": ("Original row", "Problem")}
SOURCES = {"market_regulation": ("市场监管", "Market regulation"), "tax": ("税务", "Tax"), "social_insurance": ("社保", "Social insurance")}
STATES = {
    "open": ("在册", "Listed"),
    "repeated": ("重复登记", "Listed elsewhere too"),
    "closed": ("已注销", "Closed"),
    "gone": ("不在最新名单", "Not on the newest list"),
}
REGISTER = (
    Column("name", "单位名称", "Name", 34),
    Column("uscc", "统一社会信用代码", "Credit code", 22),
    Column("source", "来源", "Registry", 12, choices=SOURCES),
    Column("address", "地址", "Address", 36),
    Column("contact_name", "联系人", "Contact", 10),
    Column("contact_phone", "联系电话", "Phone", 14),
    Column("employees", "人数", "People", 8),
    Column("status", "登记状态", "Status", 10),
    Column("state", "名单状态", "On the list", 14, choices=STATES),
    Column("grid", "网格", "Grid", 28),
    Column("employer", "单位档案", "File", 34),
)


async def marked_sheet(db: AsyncSession, actor: Actor, import_id: UUID, language: Language) -> bytes:
    """The rows of a file that were refused or have doubtful cells, with the file's own columns and a reason each, to be mended and
    imported again.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require(READ)
    row = await repository.import_or_none(db, import_id)
    if row is None:
        raise NotFound()
    limit = int((await policies_in_force(db))["registry_marked_rows_max"])
    rows = await repository.rows_to_mark(db, import_id, limit)
    report = row["report"] or {}
    await audit(db, "registry_rows_exported", "registry_import", import_id, {"rows": len(rows), "marked": True}, row["grid_path"])
    return await sync_to_thread(_marked, report.get("headings", []), report.get("columns", {}), rows, language)


def _marked(
    headings: Sequence[str], columns: dict[str, int], rows: Sequence[tuple[int, list[Any], list[dict[str, Any]]]], language: Language
) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("需改正" if language == "zh" else "To mend")
    head = book.add_format({"bold": True, "bg_color": "#E8F1F5", "border": 1, "text_wrap": True, "valign": "vcenter"})
    body = book.add_format({"num_format": "@"})
    wrong = book.add_format({"bg_color": "#FDE2E1", "font_color": "#B3261E", "num_format": "@"})
    doubtful = book.add_format({"bg_color": "#FFF3D6", "num_format": "@"})
    why = book.add_format({"font_color": "#B3261E", "num_format": "@"})
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 1 + max(len(headings), 1), 18, body)
    for x, heading in enumerate((*_OWN[language], *headings)):
        sheet.write_string(0, x, heading, head)
    for y, (number, cells, problems) in enumerate(rows, 1):
        words = [in_words(problem, language) for problem in problems]
        marks = {columns.get(problem["field"], -1): problem["severity"] for problem in words}
        sheet.write_number(y, 0, number)
        sheet.write_string(y, 1, "；".join(problem["detail"] for problem in words), why)
        for x, cell in enumerate(cells):
            style = {"error": wrong, "warning": doubtful}.get(marks.get(x, ""), body)
            sheet.write_string(y, x + 2, "" if cell is None else str(cell), style)
    book.close()
    return out.getvalue()


async def register_sheet(
    db: AsyncSession,
    actor: Actor,
    q: str,
    source: str | None,
    status: str | None,
    filed: str | None,
    grid_id: UUID | None,
    language: Language,
) -> bytes:
    """The register, as far as the list's filters go."""
    actor.require("export.read")
    where = await register_where(db, actor, q, source, status, filed, grid_id)
    found = await repository.register_page(db, where, "e.name", 1, EXPORT_ROWS)
    rows = [
        {
            **item,
            "grid": "/".join((item["grid"] or {}).get("path_names", [])),
            "employer": (item["employer"] or {}).get("name") or "",
            "contact_phone": item["contact_phone"] if "contact.read" in actor.rights else mask_phone(item["contact_phone"]),
        }
        for item in found.items
    ]
    await audit(db, "registry_rows_exported", "registry_row", None, {"rows": len(rows)})
    return await sync_to_thread(write_sheet, "登记名单" if language == "zh" else "Register", REGISTER, rows, language)
