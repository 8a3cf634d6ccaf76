"""Ratings as a spreadsheet: the list that is published, without anything personal."""

import asyncio
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import Language
from wangge.core.paging import order_by
from wangge.core.sheets import Column, write_sheet
from wangge.policies.service import policies_in_force
from wangge.ratings import repository
from wangge.ratings.schemas import RatingQuery
from wangge.ratings.service import SORTS, chosen

STATES = {"proposed": ("待审核", "proposed"), "reviewed": ("已审核", "decided"), "published": ("已公布", "published")}
COLUMNS = (
    Column("employer_name", "用人单位", "Employer", 32), Column("uscc", "统一社会信用代码", "Credit code", 22),
    Column("address", "地址", "Address", 36), Column("grid_name", "网格", "Grid", 18), Column("year", "评价年度", "Year", 10),
    Column("shown_grade", "等级", "Grade", 8), Column("proposed_grade", "建议等级", "Proposed", 10),
    Column("status", "状态", "State", 10, choices=STATES), Column("published_on", "公布日期", "Published", 12),
    Column("why", "依据", "Reasons", 60),
)  # fmt: skip


def _cells(row: dict[str, Any], words: dict[str, str], language: Language) -> dict[str, Any]:
    why = ("；" if language == "zh" else "; ").join(words.get(r["rule"], r["rule"]) for r in row["reasons"])
    return {**row, "employer_name": row["employer"]["name"], "shown_grade": row["grade"] or "", "why": why}


async def export_ratings(db: AsyncSession, actor: Actor, query: RatingQuery, sort: str | None, language: Language) -> bytes:
    """The list as XLSX, as many rows as the policy allows; that it leaves the system is audited."""
    actor.require("rating.read")
    most = int((await policies_in_force(db))["rating_export_rows_max"])
    found = await repository.ratings_page(db, await chosen(db, actor, query), order_by(sort, SORTS, "employer"), 1, most)
    scale = await repository.scale(db)
    words = {r["code"]: r["zh" if language == "zh" else "en"] for r in scale["rules"]}
    await audit(db, "ratings_exported", "grid" if query.grid_id else "unit", query.grid_id or actor.unit_id, {"rows": len(found.items)})
    rows = [_cells(r, words, language) for r in found.items]
    return await asyncio.to_thread(write_sheet, "诚信等级" if language == "zh" else "Ratings", COLUMNS, rows, language)
