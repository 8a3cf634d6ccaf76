"""What a question about the uncovered means: its conditions, each explained where it cannot be understood."""

import re
from datetime import timedelta
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import china_day, day_begins, utc_now
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.core.paging import one_of
from wangge.core.repository import Where
from wangge.coverage import repository
from wangge.coverage.schemas import UncoveredQuery
from wangge.employers.reasons import CONDITIONS, REASONS, UNCOVERED
from wangge.employers.service import search_in
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force

MAX_POLYGON_TEXT = 200_000
INDUSTRY = re.compile(r"[0-9]{1,4}")
GRADE = re.compile(r"[A-Za-z]{1,2}|ungraded")
AGE_MAX_DAYS = 36_500


def _problem(field: str, code: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput([FieldProblem(field, code, zh, en)])


def _bbox(where: Where, bbox: list[float]) -> None:
    west, south, east, north = bbox if len(bbox) == 4 else (1.0, 1.0, 0.0, 0.0)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _problem("bbox", "bbox_invalid", "范围应为 西,南,东,北 四个度数。", "bbox is west,south,east,north in degrees.")
    where.add("e.position && ST_MakeEnvelope(:west_of, :south_of, :east_of, :north_of, 4326)",
              west_of=west, south_of=south, east_of=east, north_of=north)  # fmt: skip


async def _polygon(db: AsyncSession, where: Where, polygon: dict[str, Any]) -> None:
    geojson = msgspec.json.encode(polygon).decode()
    shape = None
    if polygon.get("type") in ("Polygon", "MultiPolygon") and len(geojson) <= MAX_POLYGON_TEXT:
        shape = await repository.shape_or_none(db, geojson)
    if shape is None:
        raise _problem("polygon", "polygon_invalid", "画的区域不是有效的多边形，请重画（边线不要交叉）。",
                       "The area is not a valid polygon; draw it again without crossing lines.")  # fmt: skip
    where.add("e.position && ST_GeomFromEWKB(:shape) and ST_Covers(ST_GeomFromEWKB(:shape), e.position)", shape=shape)


def _industry(where: Where, industry: str) -> None:
    if not INDUSTRY.fullmatch(industry):
        raise _problem("industry", "industry_invalid", "行业代码应为 1 到 4 位数字（GB/T 4754）。",
                       "An industry is 1 to 4 digits of GB/T 4754.")  # fmt: skip
    # a range of text and no LIKE: under row-level security only what cannot leak is looked up by an index
    where.add("e.industry_code >= :industry and e.industry_code < :industry_end", industry=industry, industry_end=industry + ":")


def _age(where: Where, days: int) -> None:
    if not 1 <= days <= AGE_MAX_DAYS:
        raise _problem("not_visited_days", "out_of_range", "天数应在 1 到 36500 之间。", "1 to 36,500 days.")
    first_day_too_young = china_day(utc_now()) - timedelta(days=days - 1)
    where.add("e.last_visited_at < :visited_before", visited_before=day_begins(first_day_too_young))


async def _near(db: AsyncSession, where: Where, near: list[float], nearest: int | None) -> Where:
    lon, lat = near if len(near) == 2 else (181.0, 0.0)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _problem("near", "not_on_earth", "位置应为 [经度, 纬度]。", "near is [longitude, latitude].")
    limit = int((await policies_in_force(db))["coverage_nearest_max"])
    wanted = 50 if nearest is None else nearest
    if not 1 <= wanted <= limit:
        raise _problem("nearest", "out_of_range", f"一次最多查最近的 {limit} 家。", f"The nearest 1 to {limit}.")
    found = await repository.nearest(db, where, lon, lat, wanted)
    return Where("e.id = any(cast(:near_ids as uuid[]))", near_ids=found)


def is_only_counted(query: UncoveredQuery) -> bool:
    """Whether the kept counts answer how many: a grid and a reason, and nothing else, were asked for."""
    return not (query.q.strip() or query.bbox is not None or query.polygon is not None or query.near is not None
                or query.industry or query.grade or query.key_list is not None or query.not_visited_days is not None)  # fmt: skip


async def asked(db: AsyncSession, actor: Actor, query: UncoveredQuery) -> Where:
    """The conditions of a question, on ``coverage_subjects e``.

    Raises:
        RightMissing, InvalidInput, NotFound: as they say.
    """
    actor.require("coverage.read")
    where = await in_subtree(db, actor, Where(), query.grid_id, "e.grid_path")
    reason = one_of("reason", query.reason or None, REASONS)
    where.add(CONDITIONS[reason] if reason else UNCOVERED)
    search_in(where, query.q)
    if query.industry:
        _industry(where, query.industry)
    if query.grade:
        if not GRADE.fullmatch(query.grade):
            raise _problem("grade", "grade_invalid", "等级应为字母，或 ungraded（未评级）。", "A grade is a letter, or ungraded.")
        where.add("e.grade is null" if query.grade == "ungraded" else "e.grade = :grade",
                  **({} if query.grade == "ungraded" else {"grade": query.grade.upper()}))  # fmt: skip
    if query.key_list is not None:
        where.add("e.on_key_list" if query.key_list else "not e.on_key_list")
    if query.not_visited_days is not None:
        _age(where, query.not_visited_days)
    if query.bbox is not None:
        _bbox(where, query.bbox)
    if query.polygon is not None:
        await _polygon(db, where, query.polygon)
    if query.near is not None:
        where = await _near(db, where, query.near, query.nearest)
    return where
