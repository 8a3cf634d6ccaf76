"""Reading talks at the desk, and taking them out as a table."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.catalogues.schemas import CatalogueWord
from wangge.catalogues.service import read_catalogues
from wangge.core.audit import audit
from wangge.core.clock import CHINA, day_begins, day_ends
from wangge.core.errors import Language
from wangge.core.paging import Page, search_pattern
from wangge.core.repository import Where
from wangge.core.sheets import Column, write_sheet
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force
from wangge.talks import repository
from wangge.talks.schemas import TalkRead


@dataclass(frozen=True)
class TalkQuery:
    """Which talks: ``since`` and ``until`` are days in China, both included; ``topic`` a code of the catalogue."""

    since: date | None = None
    until: date | None = None
    grid_id: UUID | None = None
    patrol_id: UUID | None = None
    employer_id: UUID | None = None
    topic: str = ""
    q: str = ""


async def _narrow(db: AsyncSession, actor: Actor, query: TalkQuery) -> Where:
    # besides her scope a person sees what she did herself, wherever that was
    where = await in_subtree(db, actor, Where(), query.grid_id, "t.grid_path", also="t.person_id = app_person()")
    if query.since:
        where.add("t.happened_at >= :start", start=day_begins(query.since))
    if query.until:
        where.add("t.happened_at < :end", end=day_ends(query.until))
    if query.patrol_id:
        where.add("t.patrol_id = :patrol_id", patrol_id=query.patrol_id)
    if query.employer_id:
        where.add("t.employer_id = :employer_id", employer_id=query.employer_id)
    if query.topic:
        where.add(":topic = any(t.topics)", topic=query.topic)
    if query.q.strip():
        where.add(
            """(t.place ilike :q or t.audience ilike :q or t.note ilike :q
                or t.employer_id in (select id from employers where name ilike :q)
                or t.person_id in (select id from people where name ilike :q))""",
            q=search_pattern(query.q),
        )
    return where


async def list_talks(db: AsyncSession, actor: Actor, query: TalkQuery, page: int, page_size: int) -> Page[TalkRead]:
    """Talks of one's scope, newest first."""
    actor.require("records.read")
    found = await repository.talks_page(db, await _narrow(db, actor, query), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[TalkRead])


COLUMNS = (
    Column("day", "日期", "day", 12), Column("clock", "时间", "time", 8), Column("person", "宣传人", "by", 12),
    Column("grid_name", "网格", "grid", 18), Column("employer_name", "单位", "employer", 30), Column("place", "地点", "place", 20),
    Column("audience", "对象", "audience", 20), Column("people_count", "人数", "people", 8), Column("topics", "主题", "topics", 40),
    Column("materials", "资料", "materials", 30), Column("photos", "照片", "photos", 8), Column("note", "说明", "note", 40),
)  # fmt: skip


def _cells(row: dict[str, Any], topics: dict[str, str], kinds: dict[str, str], language: Language) -> dict[str, Any]:
    at, join = row["happened_at"].astimezone(CHINA), "、" if language == "zh" else ", "
    return {
        **row,
        "day": at.date(),
        "clock": f"{at:%H:%M}",
        "person": row["person"]["name"],
        "topics": join.join(topics.get(c, c) for c in row["topics"]),
        "materials": join.join(f"{kinds.get(m['kind'], m['kind'])} {m['count']}" for m in row["materials"]),
        "photos": f"{row['arrived']}/{row['expected']}" if row["expected"] else "",
    }


async def export_talks(db: AsyncSession, actor: Actor, query: TalkQuery, language: Language) -> bytes:
    """The filtered list as a sheet (XLSX), at most ``export_rows_max`` rows; that it leaves is audited."""
    actor.require("export.read")
    limit = int((await policies_in_force(db))["talk_export_rows_max"])
    rows = await repository.talks_to_export(db, await _narrow(db, actor, query), limit)
    words = await read_catalogues(db)

    def said(entries: list[CatalogueWord]) -> dict[str, str]:
        return {w.code: w.zh if language == "zh" else w.en for w in entries}

    cells = [_cells(r, said(words.talk_topics), said(words.material_kinds), language) for r in rows]
    await audit(db, "talks_exported", "unit", actor.unit_id, {"rows": len(rows), **msgspec.to_builtins(query)})
    return await asyncio.to_thread(write_sheet, "宣传记录" if language == "zh" else "Talks", COLUMNS, cells, language)
