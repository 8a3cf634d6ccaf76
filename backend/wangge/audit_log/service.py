"""Searching the audit log. A search is a line of the log itself."""

import csv
import io
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.audit_log import repository
from wangge.audit_log.schemas import AuditLine, AuditPage, AuditQuery
from wangge.core.audit import audit
from wangge.core.clock import CHINA, china_day, day_begins, day_ends, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, Language
from wangge.core.paging import search_pattern
from wangge.core.repository import Where
from wangge.policies.service import policies_in_force

Acting = Callable[[], AbstractAsyncContextManager[AsyncSession]]
EXPORT_PIECE, EXPORT_MAX = 1000, 100_000
HEADINGS = {
    "zh": ("时间", "人员", "机构", "操作", "对象", "对象名称", "对象编号", "网格", "地址", "程序", "设备", "详情"),
    "en": ("time", "person", "unit", "action", "subject", "name", "subject id", "grid", "address", "program", "device", "details"),
}


def _cursor(line: AuditLine) -> str:
    return f"{line.at.isoformat()}_{line.id}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    at, _, number = cursor.rpartition("_")
    try:
        return datetime.fromisoformat(at.replace(" ", "+")), int(number[:18])
    except ValueError:
        raise InvalidInput(
            [FieldProblem("before", "bad_cursor", "翻页位置无效，请重新查询。", "The cursor is no good; search again.")]
        ) from None


def _days(query: AuditQuery, text_days_max: int) -> tuple[date | None, date | None]:
    """The days to search: free text is read line by line, so without something that narrows it only so many days.

    Raises:
        InvalidInput: the days are turned round, or too many for free text.
    """
    first, last = query.first_day, query.last_day
    if first and last and first > last:
        raise InvalidInput([FieldProblem("first_day", "days_reversed", "开始日期不能晚于结束日期", "The first day is after the last")])
    if not query.q.strip() or query.person.strip() or query.subject_id or query.action:
        return first, last
    last = last or china_day(utc_now())
    earliest = max(last, date.min + timedelta(days=text_days_max)) - timedelta(days=text_days_max - 1)
    if first and first < earliest:
        zh = f"按文字查找时，一次最多查 {text_days_max} 天；加上人员、操作或对象可以查更久"
        en = f"Free text searches {text_days_max} days at most; add a person, an action or a subject to search longer"
        raise InvalidInput([FieldProblem("first_day", "too_many_days", zh, en)])
    return first or earliest, last


async def _where(db: AsyncSession, query: AuditQuery, first: date | None, last: date | None) -> Where:
    where = Where("true")
    if first:
        where.add("l.at >= :first", first=day_begins(first))
    if last:
        where.add("l.at < :after_last", after_last=day_ends(last))
    if query.person.strip():
        where.add("l.person_id = any(:people)", people=await repository.people_named(db, search_pattern(query.person)))
    if query.action.strip():
        where.add("l.action = :action", action=query.action.strip())
    if query.subject_kind.strip():
        where.add("l.subject_kind = :subject_kind", subject_kind=query.subject_kind.strip())
    if query.subject_id:
        where.add("l.subject_id = :subject_id", subject_id=query.subject_id)
    if query.q.strip():
        where.add("(l.details::text ilike :q or l.address ilike :q)", q=search_pattern(query.q))
    if query.before:
        at, number = _read_cursor(query.before)
        where.add("(l.at, l.id) < (:before_at, :before_id)", before_at=at, before_id=number)
    return where


def _criteria(query: AuditQuery, first: date | None, last: date | None) -> dict[str, Any]:
    asked = {name: value for name, value in msgspec.structs.asdict(query).items() if value and name not in ("limit", "before")}
    return {**msgspec.to_builtins(asked), "first_day": first.isoformat() if first else None,
            "last_day": last.isoformat() if last else None, "later_page": bool(query.before)}  # fmt: skip


async def search(db: AsyncSession, actor: Actor, query: AuditQuery) -> AuditPage:
    """Lines of the log that the acting person may read, the newest first; that she searched is a line too.

    Raises:
        RightMissing, InvalidInput: as they say.
    """
    actor.require("audit.read")
    first, last = _days(query, int((await policies_in_force(db))["audit_text_days_max"]))
    where = await _where(db, query, first, last)
    found = msgspec.convert(await repository.lines(db, where, query.limit + 1), list[AuditLine])
    page, more = found[: query.limit], len(found) > query.limit
    await audit(db, "audit_searched", "audit", None, _criteria(query, first, last))
    return AuditPage(page, _cursor(page[-1]) if more else None, first, last)


async def begin_export(db: AsyncSession, actor: Actor, query: AuditQuery) -> AuditQuery:
    """Check an export and note it in the log; the lines are then read piece by piece (``csv_lines``)."""
    actor.require("audit.read")
    first, last = _days(query, int((await policies_in_force(db))["audit_text_days_max"]))
    await audit(db, "audit_exported", "audit", None, _criteria(query, first, last))
    return msgspec.structs.replace(query, first_day=first, last_day=last, limit=EXPORT_PIECE)


async def csv_lines(acting: Acting, query: AuditQuery, language: Language) -> AsyncGenerator[str, None]:
    """The lines as CSV, at most ``EXPORT_MAX``; every piece is read in a transaction of its own."""
    yield "\ufeff" + _csv(list(HEADINGS[language]))
    for _ in range(EXPORT_MAX // EXPORT_PIECE):
        async with acting() as db:
            rows = await repository.lines(db, await _where(db, query, query.first_day, query.last_day), query.limit)
        piece = msgspec.convert(rows, list[AuditLine])
        yield "".join(_csv(_cells(line)) for line in piece)
        if len(piece) < query.limit:
            return
        query = msgspec.structs.replace(query, before=_cursor(piece[-1]))


def _cells(line: AuditLine) -> list[str]:
    return [
        f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}", line.person_name or "", line.unit_name or "", line.action, line.subject_kind,
        line.subject_name or "", str(line.subject_id or ""), line.grid_name or "", line.address, line.agent, str(line.device_id or ""),
        json.dumps(line.details, ensure_ascii=False),
    ]  # fmt: skip


def _csv(values: list[str]) -> str:
    out = io.StringIO()
    # a cell that a spreadsheet would take for a formula is made plain text
    csv.writer(out).writerow([f"'{v}" if v[:1] in ("=", "+", "-", "@") else v for v in values])
    return out.getvalue()
