"""HTTP of anomalies."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.anomalies import service, sheet
from wangge.anomalies.schemas import AnomalyQuery, AnomalyRead, AnomalyReview
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.sheets import spreadsheet

Score = Annotated[int | None, Parameter(ge=1, le=100)]


class AnomalyController(Controller):
    """Field records that look odd (异常)."""

    path = "/anomalies"
    tags = ("anomalies",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        person_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        reason: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        first_day: FromQuery[date | None] = None,
        last_day: FromQuery[date | None] = None,
        min_score: FromQuery[Score] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[AnomalyRead]:
        """Odd records by subtree, person, employer, reason, conclusion and days; open ones unless ``status`` says otherwise."""
        query = AnomalyQuery(grid_id, person_id, employer_id, reason, status, first_day, last_day, min_score)
        return await service.list_anomalies(db, actor, query, sort, page, page_size)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        person_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        reason: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        first_day: FromQuery[date | None] = None,
        last_day: FromQuery[date | None] = None,
        min_score: FromQuery[Score] = None,
        sort: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """The same list as a spreadsheet."""
        query = AnomalyQuery(grid_id, person_id, employer_id, reason, status, first_day, last_day, min_score)
        return spreadsheet(await sheet.export_anomalies(db, actor, query, sort, language_of(request)), "anomalies.xlsx")

    @post("/{anomaly_id:uuid}/review", status_code=200)
    async def review(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        anomaly_id: FromPath[UUID],
        data: JSONBody[AnomalyReview],
    ) -> AnomalyRead:
        """Conclude: there is a good reason, or it is confirmed."""
        return await service.review_anomaly(db, actor, anomaly_id, data)
