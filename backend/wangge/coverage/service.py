"""Who is looked after by nobody (谁没人管)."""

import csv
import io
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import CHINA
from wangge.core.errors import FieldProblem, InvalidInput, Language
from wangge.core.paging import Page, one_of, order_by
from wangge.core.repository import Where
from wangge.coverage import repository
from wangge.coverage.schemas import CoverageCounts, UncoveredQuery
from wangge.employers.reasons import CONDITIONS, COUNTED, REASONS, UNCOVERED
from wangge.employers.repository import employer_ids, employers_by_id, employers_page
from wangge.employers.schemas import EmployerItem
from wangge.employers.service import SORTS, search_in
from wangge.grids.service import in_subtree, path_in_scope

MAX_POLYGON_TEXT = 200_000
EXPORT_PIECE = 500
Acting = Callable[[], AbstractAsyncContextManager[AsyncSession]]
SEPARATOR = {"zh": "；", "en": "; "}
REASON_WORDS = {
    "zh": {"never_visited": "从未走访",
           "outside_all_grids": "不在任何网格内", "no_position": "没有位置", "grid_without_owner": "网格无人负责"},
    "en": {"never_visited": "never visited", "outside_all_grids": "outside all grids", "no_position": "no position",
           "grid_without_owner": "grid without owner"},
}  # fmt: skip


def _bbox(where: Where, bbox: list[float]) -> None:
    west, south, east, north = bbox if len(bbox) == 4 else (1.0, 1.0, 0.0, 0.0)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput(
            [FieldProblem("bbox", "bbox_invalid", "范围应为 西,南,东,北 四个度数。", "bbox is west,south,east,north in degrees.")]
        )
    where.add("e.position && ST_MakeEnvelope(:west, :south, :east, :north, 4326)", west=west, south=south, east=east, north=north)


async def _polygon(db: AsyncSession, where: Where, polygon: dict[str, Any]) -> None:
    geojson = msgspec.json.encode(polygon).decode()
    shape = None
    if polygon.get("type") in ("Polygon", "MultiPolygon") and len(geojson) <= MAX_POLYGON_TEXT:
        shape = await repository.shape_or_none(db, geojson)
    if shape is None:
        raise InvalidInput(
            [FieldProblem("polygon", "polygon_invalid", "画的区域不是有效的多边形，请重画（边线不要交叉）。",
                          "The area is not a valid polygon; draw it again without crossing lines.")]
        )  # fmt: skip
    where.add("e.position && ST_GeomFromEWKB(:shape) and ST_Covers(ST_GeomFromEWKB(:shape), e.position)", shape=shape)


async def _uncovered(db: AsyncSession, actor: Actor, query: UncoveredQuery) -> Where:
    actor.require("coverage.read")
    where = await in_subtree(db, actor, Where(COUNTED), query.grid_id, "e.grid_path")
    reason = one_of("reason", query.reason, REASONS)
    where.add(CONDITIONS[reason] if reason else UNCOVERED)
    search_in(where, query.q)
    if query.bbox is not None:
        _bbox(where, query.bbox)
    if query.polygon is not None:
        await _polygon(db, where, query.polygon)
    return where


async def list_uncovered(db: AsyncSession, actor: Actor, query: UncoveredQuery) -> Page[EmployerItem]:
    """A page of uncovered employers with their reasons.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    if not (1 <= query.page <= 100_000 and 1 <= query.page_size <= 200):
        raise InvalidInput([FieldProblem("page_size", "out_of_range", "每页 1 到 200 条。", "1 to 200 rows a page.")])
    where = await _uncovered(db, actor, query)
    found = await employers_page(db, where, order_by(query.sort, SORTS, "name"), query.page, query.page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[EmployerItem])


async def count_coverage(db: AsyncSession, actor: Actor, grid_id: UUID | None) -> CoverageCounts:
    """The counts of a subtree (without a grid: of one's whole scope) and of its children."""
    actor.require("coverage.read")
    where = await in_subtree(db, actor, Where(COUNTED), grid_id, "e.grid_path")
    totals = await repository.totals(db, where)
    parent = await path_in_scope(db, grid_id) if grid_id else actor.scope[0] if len(actor.scope) == 1 else None
    children = await repository.child_counts(db, where, parent)
    return msgspec.convert({**totals, "covered": totals["total"] - totals["uncovered"], "children": children}, CoverageCounts)


HEADINGS = {
    "zh": ("单位名称", "统一社会信用代码", "地址", "所属网格", "经度", "纬度", "用工人数", "上次走访", "未覆盖原因"),
    "en": ("name", "credit code", "address", "grid", "longitude", "latitude", "employees", "last visit", "reasons"),
}


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    # a cell that a spreadsheet would take for a formula is made plain text
    csv.writer(out).writerow([f"'{v}" if isinstance(v, str) and v[:1] in ("=", "+", "-", "@") else v for v in values])
    return out.getvalue()


async def choose_for_export(db: AsyncSession, actor: Actor, query: UncoveredQuery) -> list[UUID]:
    """The ids of the whole answer, in order; that it leaves the system is audited.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    where = await _uncovered(db, actor, query)
    ids = await employer_ids(db, where, order_by(query.sort, SORTS, "name"))
    details = {"rows": len(ids), "reason": query.reason, "bbox": query.bbox, "q": query.q}
    await audit(db, "uncovered_exported", "grid" if query.grid_id else "unit", query.grid_id or actor.unit_id, details)
    return ids


async def csv_lines(acting: Acting, ids: list[UUID], language: Language) -> AsyncGenerator[str, None]:
    """The employers as CSV, UTF-8 with a byte order mark (so that spreadsheets read Chinese).

    Every piece is read in a transaction of its own: a slow reader holds no connection while the lines travel.
    """
    yield "\ufeff" + _line(list(HEADINGS[language]))
    for start in range(0, len(ids), EXPORT_PIECE):
        async with acting() as db:
            rows = await employers_by_id(db, ids[start : start + EXPORT_PIECE])
        yield "".join(_line(_cells(row, language)) for row in rows)


def _cells(row: dict[str, Any], language: Language) -> list[Any]:
    lon, lat = row["position"] or ("", "")
    visited = f"{row['last_visited_at'].astimezone(CHINA):%Y-%m-%d}" if row["last_visited_at"] else ""
    grid = " / ".join((row["grid"] or {}).get("path_names") or [])
    reasons = SEPARATOR[language].join(REASON_WORDS[language][r] for r in row["reasons"])
    employees = "" if row["employees"] is None else row["employees"]
    return [row["name"], row["uscc"] or "", row["address"], grid, lon, lat, employees, visited, reasons]
