"""Anomalies as a spreadsheet."""

import asyncio
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.anomalies import repository
from wangge.anomalies.schemas import AnomalyQuery, wire
from wangge.anomalies.service import SORTS, chosen
from wangge.core.audit import audit
from wangge.core.clock import CHINA
from wangge.core.errors import Language
from wangge.core.paging import order_by
from wangge.core.sheets import Column, write_sheet

KINDS = {"check_in": ("签到", "check-in"), "visit": ("走访", "visit"), "evidence": ("照片", "photo")}
CONCLUSIONS = {"explained": ("有合理原因", "explained"), "confirmed": ("属实", "confirmed")}
REASONS = {
    "teleport": ("移动过快", "too fast"), "frozen_position": ("定位一成不变", "frozen position"),
    "clock_jump": ("手机时钟被改动", "clock set"),
    "ahead_of_time": ("采集时间晚于送达", "ahead of time"), "gallery": ("来自相册", "from the gallery"),
    "same_file": ("照片重复使用", "the same file"), "similar_photo": ("与以前的照片相似", "a similar photo"),
}  # fmt: skip
COLUMNS = (
    Column("happened_at", "时间", "Time", 18), Column("person", "人员", "Person", 12), Column("kind", "记录", "Record", 8, choices=KINDS),
    Column("employer_name", "用人单位", "Employer", 30), Column("grid_name", "网格", "Grid", 18), Column("score", "分值", "Score", 8),
    Column("reasons", "原因", "Reasons", 36), Column("conclusion", "结论", "Conclusion", 12, choices=CONCLUSIONS),
    Column("note", "说明", "Note", 40), Column("reviewer", "核查人", "Reviewed by", 12),
)  # fmt: skip
EXPORT_MOST = 20_000


def _cells(row: dict[str, Any], language: Language) -> dict[str, Any]:
    said = [REASONS[r["code"]][0 if language == "zh" else 1] for r in wire(row)["reasons"]]
    return {**row, "happened_at": f"{row['happened_at'].astimezone(CHINA):%Y-%m-%d %H:%M:%S}", "person": row["person"]["name"],
            "kind": row["subject_kind"], "reasons": ("、" if language == "zh" else ", ").join(said),
            "reviewer": row["reviewed_by"]["name"] if row["reviewed_by"] else ""}  # fmt: skip


async def export_anomalies(db: AsyncSession, actor: Actor, query: AnomalyQuery, sort: str | None, language: Language) -> bytes:
    """The list as XLSX, at most 20,000 rows; that it leaves the system is audited."""
    actor.require("anomaly.read")
    found = await repository.anomalies_page(db, await chosen(db, actor, query), order_by(sort, SORTS, "-happened_at"), 1, EXPORT_MOST)
    await audit(db, "anomalies_exported", "grid" if query.grid_id else "unit", query.grid_id or actor.unit_id, {"rows": len(found.items)})
    rows = [_cells(r, language) for r in found.items]
    return await asyncio.to_thread(write_sheet, "异常记录" if language == "zh" else "Anomalies", COLUMNS, rows, language)
