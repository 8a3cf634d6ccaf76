"""HTTP of coverage."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, Parameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, enter, token_of
from wangge.core.db import unit_of_work
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.coverage import service
from wangge.coverage.schemas import CoverageCounts, UncoveredQuery
from wangge.employers.schemas import EmployerItem

Bbox = Annotated[str | None, Parameter(description="west,south,east,north in degrees")]
Area = Annotated[str | None, Parameter(description="a GeoJSON Polygon or MultiPolygon, as text")]


def _numbers(bbox: str | None) -> list[float] | None:
    if not bbox:
        return None
    try:
        return [float(part) for part in bbox.split(",")]
    except ValueError:
        return []


def _shape(polygon: str | None) -> dict[str, Any] | None:
    if not polygon:
        return None
    try:
        return msgspec.json.decode(polygon, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


class CoverageController(Controller):
    """Who is looked after by nobody, and why."""

    path = "/coverage"
    tags = ("coverage",)

    @get("/uncovered")
    async def uncovered(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        reason: FromQuery[str | None] = None,
        bbox: FromQuery[Bbox] = None,
        polygon: FromQuery[Area] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[EmployerItem]:
        """Uncovered employers of one's scope."""
        query = UncoveredQuery(grid_id, reason, _numbers(bbox), _shape(polygon), q, sort, page, page_size)
        return await service.list_uncovered(db, actor, query)

    @post("/uncovered", status_code=200)
    async def uncovered_in(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[UncoveredQuery]
    ) -> Page[EmployerItem]:
        """The same, with a drawn polygon."""
        return await service.list_uncovered(db, actor, data)

    @get("/counts")
    async def counts(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], grid_id: FromQuery[UUID | None] = None
    ) -> CoverageCounts:
        """Counts of a subtree and of its children."""
        return await service.count_coverage(db, actor, grid_id)

    @get("/uncovered.csv")
    async def csv(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        engine: NamedDependency[AsyncEngine],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        reason: FromQuery[str | None] = None,
        bbox: FromQuery[Bbox] = None,
        polygon: FromQuery[Area] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
    ) -> Stream:
        """The whole answer as CSV."""
        query = UncoveredQuery(grid_id, reason, _numbers(bbox), _shape(polygon), q, sort)
        ids = await service.choose_for_export(db, actor, query)
        token = token_of(request) or ""

        @asynccontextmanager
        async def acting() -> AsyncGenerator[AsyncSession, None]:
            # the answer travels after the request's own transaction has ended
            async with unit_of_work(engine) as session:
                await enter(session, token)
                yield session

        headers = {"Content-Disposition": 'attachment; filename="uncovered.csv"', "Cache-Control": "no-store"}
        lines = service.csv_lines(acting, ids, language_of(request))
        return Stream(lines, media_type="text/csv", headers=headers)
