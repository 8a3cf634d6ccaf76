"""HTTP of the gap board."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, enter, token_of
from wangge.core.db import unit_of_work
from wangge.core.etag import has_it
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.gaps import service
from wangge.gaps.kinds import KINDS
from wangge.gaps.schemas import GapCounts, GapItem


class GapController(Controller):
    """What is not looked after."""

    path = "/gaps"
    tags = ("gaps",)

    @get("/counts")
    async def counts(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
    ) -> Response[GapCounts]:
        """Counts by kind of a subtree and of the grids right below it; 304 while nothing has changed."""
        found = await service.count_gaps(db, actor, grid_id)
        etag = f'"{hashlib.sha256(msgspec.json.encode(found)).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
        if has_it(request, etag):
            return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]
        return Response(found, headers=headers)

    @get("/{kind:str}")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        kind: FromPath[str],
        grid_id: FromQuery[UUID | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[GapItem]:
        """The gaps of one kind."""
        return await service.list_gaps(db, actor, kind, grid_id, q, sort, page, page_size)

    @get([f"/{kind}.csv" for kind in KINDS])
    async def csv(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        engine: NamedDependency[AsyncEngine],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
    ) -> Stream:
        """All gaps of one kind as CSV."""
        kind = request.url.path.rsplit("/", 1)[-1].removesuffix(".csv")
        ids = await service.choose_for_export(db, actor, kind, grid_id, q, sort)
        token = token_of(request) or ""

        @asynccontextmanager
        async def acting() -> AsyncGenerator[AsyncSession, None]:
            # the answer travels after the request's own transaction has ended
            async with unit_of_work(engine) as session:
                await enter(session, token)
                yield session

        headers = {"Content-Disposition": f'attachment; filename="{kind}.csv"', "Cache-Control": "no-store"}
        return Stream(service.csv_lines(acting, kind, ids, language_of(request)), media_type="text/csv", headers=headers)
