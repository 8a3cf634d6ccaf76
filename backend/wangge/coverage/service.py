"""Who is looked after by nobody (谁没人管)."""

import csv
import io
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import CHINA
from wangge.core.errors import FieldProblem, InvalidInput, Language
from wangge.core.paging import Page, order_by
from wangge.core.repository import Where
from wangge.coverage import repository
from wangge.coverage.schemas import CoverageCounts, UncoveredQuery
from wangge.employers.reasons import CONDITIONS, COUNTED, REASONS, UNCOVERED
from wangge.employers.repository import employers_page, employers_stream
from wangge.employers.schemas import EmployerItem
from wangge.employers.service import SORTS, in_subtree, one_of, search_in

MAX_POLYGON_TEXT = 200_000
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
    where = await in_subtree(db, actor, Where(COUNTED), query.grid_id)
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
    where = await in_subtree(db, actor, Where(COUNTED), grid_id)
    totals = await repository.totals(db, where)
    children = await repository.child_counts(db, where.values.get("path"))
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


async def export_uncovered(db: AsyncSession, actor: Actor, query: UncoveredQuery, language: Language) -> AsyncGenerator[str, None]:
    """The whole answer as CSV, UTF-8 with a byte order mark (so that spreadsheets read Chinese); audited; a stream of lines."""
    where = await _uncovered(db, actor, query)
    await audit(db, "uncovered_exported", "grid", query.grid_id or actor.unit_id)
    order = order_by(query.sort, SORTS, "name")

    async def lines() -> AsyncGenerator[str, None]:
        yield "\ufeff" + _line(list(HEADINGS[language]))
        async for row in employers_stream(db, where, order):
            lon, lat = row["position"] or ("", "")
            visited = f"{row['last_visited_at'].astimezone(CHINA):%Y-%m-%d}" if row["last_visited_at"] else ""
            grid = " / ".join((row["grid"] or {}).get("path_names") or [])
            reasons = "；".join(REASON_WORDS[language][r] for r in row["reasons"])
            yield _line([row["name"], row["uscc"] or "", row["address"], grid, lon, lat, row["employees"] or "", visited, reasons])

    return lines()
