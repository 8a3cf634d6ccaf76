"""HTTP of the audit log."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, Parameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, enter, token_of
from wangge.audit_log import service
from wangge.audit_log.schemas import AuditPage, AuditQuery
from wangge.core.db import unit_of_work
from wangge.core.problems import language_of

Text = Annotated[str, Parameter(max_length=200)]


class AuditController(Controller):
    """Who did or read what."""

    path = "/audit"
    tags = ("audit",)

    @get("/")
    async def search(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        person: FromQuery[Text] = "",
        action: FromQuery[Text] = "",
        subject_kind: FromQuery[Text] = "",
        subject_id: FromQuery[UUID | None] = None,
        first_day: FromQuery[date | None] = None,
        last_day: FromQuery[date | None] = None,
        q: FromQuery[Text] = "",
        before: FromQuery[Text] = "",
        limit: FromQuery[Annotated[int, Parameter(ge=1, le=200)]] = 50,
    ) -> AuditPage:
        """Lines by person, action, subject, days and text in the details; pages by ``before``."""
        query = AuditQuery(person, action, subject_kind, subject_id, first_day, last_day, q, before, limit)
        return await service.search(db, actor, query)

    @get("/lines.csv")
    async def csv(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        engine: NamedDependency[AsyncEngine],
        actor: NamedDependency[Actor],
        person: FromQuery[Text] = "",
        action: FromQuery[Text] = "",
        subject_kind: FromQuery[Text] = "",
        subject_id: FromQuery[UUID | None] = None,
        first_day: FromQuery[date | None] = None,
        last_day: FromQuery[date | None] = None,
        q: FromQuery[Text] = "",
    ) -> Stream:
        """The lines as CSV, at most 100,000."""
        query = AuditQuery(person, action, subject_kind, subject_id, first_day, last_day, q)
        query = await service.begin_export(db, actor, query)
        token = token_of(request) or ""

        @asynccontextmanager
        async def acting() -> AsyncGenerator[AsyncSession, None]:
            # the answer travels after the request's own transaction has ended
            async with unit_of_work(engine) as session:
                await enter(session, token)
                yield session

        headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
        return Stream(service.csv_lines(acting, query, language_of(request)), media_type="text/csv", headers=headers)
