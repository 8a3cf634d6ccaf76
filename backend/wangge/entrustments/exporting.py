"""The register of entrustments as a table for spreadsheets: what the law wants published, in one list."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import Language
from wangge.entrustments.schemas import EntrustmentItem
from wangge.entrustments.service import list_entrustments
from wangge.units.repository import matters, powers

HEADINGS = {
    "zh": ("委托机构", "受托机构", "事项", "权限", "范围", "起", "止", "状态", "文件名称", "文号", "公布日期"),
    "en": ("principal", "agent", "matters", "powers", "ground", "from", "until", "status", "document", "number", "published on"),
}
STATUS_WORDS = {
    "zh": {"draft": "草稿", "upcoming": "未开始", "in_force": "有效", "expired": "已到期", "ended": "提前结束", "revoked": "已撤销"},
    "en": {name: name.replace("_", " ") for name in ("draft", "upcoming", "in_force", "expired", "ended", "revoked")},
}
ROWS_MAX, PIECE = 20_000, 200


def _cells(item: EntrustmentItem, words: dict[str, str], language: Language) -> list[Any]:
    join = "、" if language == "zh" else ", "
    ground = item.area.name if item.area else f"{item.employers} 家单位" if language == "zh" else f"{item.employers} employers"
    return [
        item.principal.name, item.agent.name, join.join(words.get(c, c) for c in item.matters),
        join.join(words.get(c, c) for c in item.powers), ground or "", item.valid_from, item.last_day,
        STATUS_WORDS[language][item.status], item.document_name, item.document_number, item.published_on or "",
    ]  # fmt: skip


def _table(rows: list[list[Any]], language: Language) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS[language])
    # a cell that a spreadsheet would take for a formula is made plain text
    writer.writerows([f"'{v}" if isinstance(v, str) and v[:1] in ("=", "+", "-", "@") else v for v in row] for row in rows)
    return "\ufeff" + out.getvalue()


async def register(
    db: AsyncSession, actor: Actor, q: str, status: str | None, unit_id: UUID | None, grid_id: UUID | None, matter: str | None,
    expiring: bool, language: Language,
) -> str:  # fmt: skip
    """The filtered list as CSV, UTF-8 with a byte order mark; at most ``ROWS_MAX`` rows; that it leaves is audited."""
    name = "name_zh" if language == "zh" else "name_en"
    words = {row["code"]: row[name] for row in [*await powers(db), *await matters(db)]}
    items: list[EntrustmentItem] = []
    for page in range(1, ROWS_MAX // PIECE + 1):
        found = await list_entrustments(
            db, actor, q, status, None, None, unit_id, grid_id, matter, expiring, "valid_from", page, PIECE
        )  # fmt: skip
        items += found.items
        if len(items) >= found.total or not found.items:
            break
    await audit(db, "entrustments_exported", "unit", actor.unit_id, {"rows": len(items), "q": q, "status": status})
    return await asyncio.to_thread(_table, [_cells(item, words, language) for item in items], language)
