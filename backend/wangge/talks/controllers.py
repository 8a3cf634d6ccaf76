"""HTTP of talks."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.sheets import spreadsheet
from wangge.talks import service
from wangge.talks.schemas import TalkRead
from wangge.talks.service import TalkQuery


class TalkController(Controller):
    """Talks (宣传)."""

    path = "/talks"
    tags = ("talks",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        since: FromQuery[date | None] = None,
        until: FromQuery[date | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        patrol_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        topic: FromQuery[str] = "",
        q: FromQuery[str] = "",
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[TalkRead]:
        """Talks, newest first."""
        query = TalkQuery(since, until, grid_id, patrol_id, employer_id, topic, q)
        return await service.list_talks(db, actor, query, page, page_size)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        since: FromQuery[date | None] = None,
        until: FromQuery[date | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        patrol_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        topic: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The same list as a sheet."""
        query = TalkQuery(since, until, grid_id, patrol_id, employer_id, topic, q)
        return spreadsheet(await service.export_talks(db, actor, query, language_of(request)), "talks.xlsx")
