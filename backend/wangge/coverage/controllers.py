"""HTTP of coverage."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, enter, token_of
from wangge.core.db import unit_of_work
from wangge.core.etag import has_it
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.coverage import export, service
from wangge.coverage.schemas import CoverageCounts, CoverageTrend, ExportFormat, UncoveredItem, UncoveredQuery
from wangge.maps.controllers import TILE_TYPE

Bbox = Annotated[str | None, Parameter(description="west,south,east,north in degrees")]
Area = Annotated[str | None, Parameter(description="a GeoJSON Polygon or MultiPolygon, as text")]
Point = Annotated[str | None, Parameter(description="longitude,latitude in degrees: keep the nearest matches")]


def _numbers(text: str | None) -> list[float] | None:
    if not text:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return []


def _shape(polygon: str | None) -> dict[str, Any] | None:
    if not polygon:
        return None
    try:
        return msgspec.json.decode(polygon, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def query_of(
    grid_id: FromQuery[UUID | None] = None,
    reason: FromQuery[str | None] = None,
    bbox: FromQuery[Bbox] = None,
    polygon: FromQuery[Area] = None,
    near: FromQuery[Point] = None,
    nearest: FromQuery[int | None] = None,
    industry: FromQuery[str | None] = None,
    grade: FromQuery[str | None] = None,
    key_list: FromQuery[bool | None] = None,
    not_visited_days: FromQuery[int | None] = None,
    q: FromQuery[str] = "",
    sort: FromQuery[str | None] = None,
    page: FromQuery[PageNumber] = 1,
    page_size: FromQuery[PageSize] = 50,
) -> UncoveredQuery:
    """The question as it stands in an address."""
    return UncoveredQuery(
        grid_id=grid_id, reason=reason, bbox=_numbers(bbox), polygon=_shape(polygon), near=_numbers(near), nearest=nearest,
        industry=industry, grade=grade, key_list=key_list, not_visited_days=not_visited_days, q=q, sort=sort, page=page,
        page_size=page_size,
    )  # fmt: skip


def _tile(request: Request[Any, Any, Any], content: bytes, etag: str) -> Response[bytes]:
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if has_it(request, etag):
        return Response(b"", status_code=304, headers=headers, media_type=TILE_TYPE)
    return Response(content, headers=headers, media_type=TILE_TYPE)


class CoverageController(Controller):
    """Who is looked after by nobody, and why."""

    path = "/coverage"
    tags = ("coverage",)
    dependencies = {"asked": Provide(query_of, sync_to_thread=False)}  # noqa: RUF012  (Litestar's own way)

    @get("/uncovered")
    async def uncovered(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], asked: NamedDependency[UncoveredQuery]
    ) -> Page[UncoveredItem]:
        """Uncovered employers of one's scope."""
        return await service.list_uncovered(db, actor, asked)

    @post("/uncovered", status_code=200)
    async def uncovered_in(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[UncoveredQuery]
    ) -> Page[UncoveredItem]:
        """The same, with a drawn polygon."""
        return await service.list_uncovered(db, actor, data)

    @get("/counts")
    async def counts(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], grid_id: FromQuery[UUID | None] = None
    ) -> CoverageCounts:
        """Counts of a subtree and of its children."""
        return await service.count_coverage(db, actor, grid_id)

    @get("/trend")
    async def trend(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        days: FromQuery[int] = 90,
    ) -> CoverageTrend:
        """How a subtree stood as each day began."""
        return await service.coverage_trend(db, actor, grid_id, days)

    @get("/tiles/uncovered/{z:int}/{x:int}/{y:int}")
    async def uncovered_tile(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        asked: NamedDependency[UncoveredQuery],
        z: FromPath[int],
        x: FromPath[int],
        y: FromPath[int],
    ) -> Response[bytes]:
        """A vector tile of a question's answer: points with their reason, further out counts per cell."""
        return _tile(request, *await service.uncovered_tile(db, actor, asked, z, x, y))

    @get("/tiles/grids/{level:int}/{z:int}/{x:int}/{y:int}")
    async def choropleth_tile(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        level: FromPath[int],
        z: FromPath[int],
        x: FromPath[int],
        y: FromPath[int],
    ) -> Response[bytes]:
        """A vector tile of the grids of a level with their counts."""
        return _tile(request, *await service.choropleth_tile(db, actor, level, z, x, y))

    @get(["/uncovered.csv", "/uncovered.xlsx", "/uncovered.geojson", "/uncovered.gpkg"], content_media_type="application/octet-stream")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        engine: NamedDependency[AsyncEngine],
        actor: NamedDependency[Actor],
        asked: NamedDependency[UncoveredQuery],
    ) -> Stream:
        """The whole answer as a spreadsheet, GeoJSON, GeoPackage or CSV."""
        format = msgspec.convert(request.url.path.rsplit(".", 1)[1], ExportFormat)
        leaving = await export.choose_for_export(db, actor, asked, format)
        token, language = token_of(request) or "", language_of(request)

        @asynccontextmanager
        async def acting() -> AsyncGenerator[AsyncSession, None]:
            # the answer travels after the request's own transaction has ended
            async with unit_of_work(engine) as session:
                await enter(session, token)
                yield session

        if format == "csv":
            content: Any = export.csv_lines(acting, leaving, language)
        elif format == "xlsx":
            content = export.xlsx_bytes(acting, leaving, language)
        else:
            content = export.spatial_bytes(acting, leaving, language, format)
        name = f"attachment; filename=\"uncovered.{format}\"; filename*=UTF-8''{quote(leaving.filename)}"
        headers = {"Content-Disposition": name, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Stream(content, media_type=export.MEDIA_TYPES[format], headers=headers)
