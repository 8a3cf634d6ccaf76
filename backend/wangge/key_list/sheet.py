"""The key supervision list as a spreadsheet."""

import asyncio
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import CHINA
from wangge.core.errors import Language
from wangge.core.paging import order_by
from wangge.core.sheets import Column, write_sheet
from wangge.key_list import repository
from wangge.key_list.schemas import KeyListQuery
from wangge.key_list.service import SORTS, chosen
from wangge.policies.service import policies_in_force

LEFT = {
    "condition_ended": ("情形消除", "condition ended"), "rule_ended": ("规则停用", "rule ended"),
    "file_returned": ("档案退回", "file returned"),
}  # fmt: skip
COLUMNS = (
    Column("employer_name", "用人单位", "Employer", 30), Column("uscc", "统一社会信用代码", "Credit code", 22),
    Column("grid_name", "网格", "Grid", 18), Column("owner_name", "责任人", "Owner", 12), Column("reason", "列入原因", "Reason", 28),
    Column("evidence", "依据", "Evidence", 36), Column("entered_on", "列入日期", "Entered", 12), Column("left_on", "移出日期", "Left", 12),
    Column("left_why", "移出原因", "Why it left", 14, choices=LEFT), Column("acknowledged", "签收人", "Acknowledged by", 12),
    Column("acknowledged_day", "签收时间", "Acknowledged at", 18), Column("acknowledged_note", "签收意见", "Note", 30),
)  # fmt: skip


def evidence_of(facts: dict[str, Any], language: Language) -> str:
    """What speaks for an entry, in a line."""
    zh = language == "zh"
    said = []
    if facts.get("filed_on"):
        said.append(f"{facts['filed_on']} 建档，尚未走访" if zh else f"on file since {facts['filed_on']}, never visited")
    if facts.get("opened_on"):
        said.append(f"{facts['opened_on']} 开办" if zh else f"opened {facts['opened_on']}")
    if facts.get("since"):
        said.append(f"{facts['since']} 起" if zh else f"since {facts['since']}")
    if facts.get("amount") is not None:
        said.append(f"{float(facts['amount']):,.2f} 元" if zh else f"CNY {float(facts['amount']):,.2f}")
    if facts.get("people"):
        said.append(f"{facts['people']} 人" if zh else f"{facts['people']} people")
    if facts.get("count"):
        span = facts["first"] if facts["first"] == facts["last"] else f"{facts['first']} – {facts['last']}"
        said.append(f"{facts['count']} 次（{span}）" if zh else f"{facts['count']} times ({span})")
    if facts.get("grade"):
        said.append(f"{facts['grade']} 级" if zh else f"grade {facts['grade']}")
    return ("，" if zh else ", ").join(said)


def _cells(row: dict[str, Any], words: dict[str, str], language: Language) -> dict[str, Any]:
    at = row["acknowledged_at"]
    return {**row, "employer_name": row["employer"]["name"], "owner_name": row["owner"]["name"] if row["owner"] else "",
            "reason": words[row["criterion"]], "evidence": evidence_of(row["facts"], language),
            "acknowledged": row["acknowledged_by"]["name"] if row["acknowledged_by"] else "",
            "acknowledged_day": f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at else ""}  # fmt: skip


async def export_entries(db: AsyncSession, actor: Actor, query: KeyListQuery, sort: str | None, language: Language) -> bytes:
    """The list as XLSX, as many rows as the policy allows; that it leaves the system is audited."""
    actor.require("key_list.read")
    most = int((await policies_in_force(db))["key_list_export_rows_max"])
    found = await repository.entries_page(db, await chosen(db, actor, query), order_by(sort, SORTS, "-entered_on"), 1, most)
    words = {r["criterion"]: r["zh" if language == "zh" else "en"] for r in await repository.rules(db)}
    await audit(db, "key_list_exported", "grid" if query.grid_id else "unit", query.grid_id or actor.unit_id, {"rows": len(found.items)})
    rows = [_cells(r, words, language) for r in found.items]
    return await asyncio.to_thread(write_sheet, "重点监管名单" if language == "zh" else "Key supervision list", COLUMNS, rows, language)
