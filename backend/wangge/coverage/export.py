"""The uncovered as files: a spreadsheet, spatial files, CSV. Read in pieces of a transaction each, so that a slow reader holds no
connection while the lines travel; written in a thread. A spreadsheet goes row by row to a temporary file and is sent from there.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from uuid import UUID

import shapely
import xlsxwriter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import CHINA, china_day, utc_now
from wangge.core.errors import Language
from wangge.core.sheets import XLSX
from wangge.coverage import repository
from wangge.coverage.asking import asked
from wangge.coverage.schemas import ExportFormat, UncoveredQuery
from wangge.coverage.service import order_of
from wangge.employers.repository import refresh_coverage
from wangge.exports.errors import ExportTooLarge
from wangge.policies.service import policies_in_force
from wangge.spatial_files.writing import Format, OutFeature, write_spatial_file

EXPORT_PIECE = 500
SENT_AT_ONCE = 256 * 1024
Acting = Callable[[], AbstractAsyncContextManager[AsyncSession]]
SEPARATOR = {"zh": "；", "en": "; "}
REASON_WORDS = {
    "zh": {"no_file": "未建档", "incomplete_file": "档案不全", "no_position": "没有位置", "outside_all_grids": "不在任何网格内",
           "grid_without_owner": "网格无人负责", "owner_uncertified": "网格员无有效证件", "never_visited": "从未走访",
           "overdue": "逾期未走访"},
    "en": {"no_file": "no file", "incomplete_file": "incomplete file", "no_position": "no position",
           "outside_all_grids": "outside all grids", "grid_without_owner": "grid without owner",
           "owner_uncertified": "owner without certificate", "never_visited": "never visited", "overdue": "overdue"},
}  # fmt: skip
YES = {"zh": "是", "en": "yes"}
HEADINGS = {
    "zh": ("单位名称", "统一社会信用代码", "地址", "所属网格", "经度", "纬度", "行业代码", "用工人数", "诚信等级", "重点监管", "上次走访",
           "应于此日前走访", "未覆盖原因"),
    "en": ("name", "credit code", "address", "grid", "longitude", "latitude", "industry", "employees", "grade", "key list", "last visit",
           "visit due on", "reasons"),
}  # fmt: skip
WIDTHS = (34, 21, 36, 40, 11, 11, 9, 9, 9, 9, 12, 14, 34)
# A spreadsheet's day, as a number: xlsxwriter formats it.
DAY_COLUMNS = (10, 11)


@dataclass(frozen=True)
class Leaving:
    """A list that is about to leave the system: which, in which order, by which name."""

    ids: list[UUID]
    near: list[float] | None
    filename: str


async def choose_for_export(db: AsyncSession, actor: Actor, query: UncoveredQuery, format_: ExportFormat) -> Leaving:
    """The whole answer's ids, in order; that it leaves the system is audited.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
        ExportTooLarge: more than one spatial file, or one spreadsheet, may hold.
    """
    await refresh_coverage(db)
    where = await asked(db, actor, query)
    ids = await repository.ids(db, where, order_of(query))
    limit = int((await policies_in_force(db))["export_max_features"])
    if format_ != "csv" and len(ids) > limit:
        raise ExportTooLarge(count=len(ids), limit=limit)
    details = {"rows": len(ids), "reason": query.reason, "bbox": query.bbox, "q": query.q, "format": format_}
    await audit(db, "uncovered_exported", "grid" if query.grid_id else "unit", query.grid_id or actor.unit_id, details)
    return Leaving(ids, query.near, f"未覆盖单位_{china_day(utc_now()):%Y%m%d}.{format_}")


async def _pieces(acting: Acting, leaving: Leaving) -> AsyncGenerator[list[dict[str, Any]], None]:
    for start in range(0, len(leaving.ids), EXPORT_PIECE):
        async with acting() as db:
            rows = await repository.by_id(db, leaving.ids[start : start + EXPORT_PIECE])
        yield rows


def _cells(row: dict[str, Any], language: Language) -> list[Any]:
    lon, lat = row["position"] or (None, None)
    visited: date | None = row["last_visited_at"].astimezone(CHINA).date() if row["last_visited_at"] else None
    grid = " / ".join((row["grid"] or {}).get("path_names") or [])
    reasons = SEPARATOR[language].join(REASON_WORDS[language][r] for r in row["reasons"])
    return [row["name"], row["uscc"], row["address"], grid, lon, lat, row["industry_code"], row["employees"], row["grade"],
            YES[language] if row["on_key_list"] else None, visited, row["visit_due_on"], reasons]  # fmt: skip


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    # a cell that a spreadsheet would take for a formula is made plain text
    csv.writer(out).writerow([f"'{v}" if isinstance(v, str) and v[:1] in ("=", "+", "-", "@") else "" if v is None else v for v in values])
    return out.getvalue()


async def csv_lines(acting: Acting, leaving: Leaving, language: Language) -> AsyncGenerator[str, None]:
    """The employers as CSV, UTF-8 with a byte order mark (so that spreadsheets read Chinese)."""
    yield "\ufeff" + _line(list(HEADINGS[language]))
    async for rows in _pieces(acting, leaving):
        yield "".join(_line(_cells(row, language)) for row in rows)


class _Sheet:
    """A spreadsheet that is written from the top down and kept in files, never whole in memory."""

    def __init__(self, file: IO[bytes], language: Language) -> None:
        self.book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        self.sheet = self.book.add_worksheet("未覆盖单位" if language == "zh" else "Uncovered")
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        head = self.book.add_format({"bold": True, "bg_color": "#E8F1F5", "border": 1})
        self.sheet.freeze_panes(1, 1)
        for x, (title, width) in enumerate(zip(HEADINGS[language], WIDTHS, strict=True)):
            self.sheet.set_column(x, x, width)
            self.sheet.write_string(0, x, title, head)
        self.y, self.language = 1, language

    def add(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            for x, value in enumerate(_cells(row, self.language)):
                if value is None:
                    continue
                if x in DAY_COLUMNS:
                    self.sheet.write_datetime(self.y, x, value, self.day)
                elif isinstance(value, int | float):
                    self.sheet.write_number(self.y, x, value)
                else:
                    self.sheet.write_string(self.y, x, value)
            self.y += 1

    def close(self) -> None:
        self.sheet.autofilter(0, 0, max(1, self.y - 1), len(WIDTHS) - 1)
        self.book.close()


async def xlsx_bytes(acting: Acting, leaving: Leaving, language: Language) -> AsyncGenerator[bytes, None]:
    """The employers as a spreadsheet."""
    with tempfile.TemporaryFile() as file:
        sheet = await asyncio.to_thread(_Sheet, file, language)
        async for rows in _pieces(acting, leaving):
            await asyncio.to_thread(sheet.add, rows)
        await asyncio.to_thread(sheet.close)
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, SENT_AT_ONCE):
            yield piece


async def spatial_bytes(acting: Acting, leaving: Leaving, language: Language, format_: ExportFormat) -> AsyncGenerator[bytes, None]:
    """The employers as GeoJSON or GeoPackage (EPSG:4326); what has no position has no shape there."""
    features: list[OutFeature] = []
    async for rows in _pieces(acting, leaving):
        for row in rows:
            values = [v.isoformat() if isinstance(v, date) else v for v in _cells(row, language)]
            attributes = {title: v for title, v in zip(HEADINGS[language], values, strict=True)}
            features.append(OutFeature(shapely.Point(row["position"]) if row["position"] else None, attributes))
    kind: Format = "geojson" if format_ == "geojson" else "geopackage"
    export = await asyncio.to_thread(write_spatial_file, features, kind, leaving.filename.rsplit(".", 1)[0])
    yield export.data


MEDIA_TYPES: dict[ExportFormat, str] = {
    "xlsx": XLSX, "geojson": "application/geo+json", "gpkg": "application/geopackage+sqlite3", "csv": "text/csv",
}  # fmt: skip
