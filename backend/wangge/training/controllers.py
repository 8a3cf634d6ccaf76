"""HTTP of training."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.sheets import spreadsheet
from wangge.people.schemas import SheetReport
from wangge.training import service
from wangge.training.schemas import CourseMake, ExamMake, PlanChange, PlanDetail, PlanItem, PlanMake, ResultRead, ScoresEnter


class TrainingController(Controller):
    """Training (培训)."""

    path = "/training"
    tags = ("training",)

    @get("/plans")
    async def plans(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        year: FromQuery[Annotated[int | None, Parameter(ge=2000, le=2200)]] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[PlanItem]:
        """Training plans by year and title."""
        return await service.list_plans(db, actor, year, q, sort, page, page_size)

    @get("/plans/{plan_id:uuid}")
    async def plan(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], plan_id: FromPath[UUID]) -> PlanDetail:
        """A plan with its courses and exams."""
        return await service.plan_detail(db, actor, plan_id)

    @post("/plans")
    async def make_plan(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[PlanMake]) -> PlanDetail:
        """Plan a year's training."""
        return await service.make_plan(db, actor, data)

    @patch("/plans/{plan_id:uuid}")
    async def change_plan(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], plan_id: FromPath[UUID], data: JSONBody[PlanChange]
    ) -> PlanDetail:
        """Change a plan."""
        return await service.change_plan(db, actor, plan_id, data)

    @post("/plans/{plan_id:uuid}/courses")
    async def add_course(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], plan_id: FromPath[UUID], data: JSONBody[CourseMake]
    ) -> PlanDetail:
        """Add a course."""
        return await service.add_course(db, actor, plan_id, data)

    @post("/plans/{plan_id:uuid}/exams")
    async def add_exam(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], plan_id: FromPath[UUID], data: JSONBody[ExamMake]
    ) -> PlanDetail:
        """Add an exam."""
        return await service.add_exam(db, actor, plan_id, data)

    @get("/results")
    async def results(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        exam_id: FromQuery[UUID | None] = None,
        to_certify: FromQuery[bool] = False,
        grid_id: FromQuery[UUID | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[ResultRead]:
        """Scores by exam; ``to_certify``: passed, and no certificate entered yet."""
        return await service.list_results(db, actor, exam_id, to_certify, grid_id, q, sort, page, page_size)

    @post("/exams/{exam_id:uuid}/scores", status_code=200)
    async def enter_scores(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], exam_id: FromPath[UUID], data: JSONBody[ScoresEnter]
    ) -> Page[ResultRead]:
        """Enter or correct scores."""
        return await service.enter_scores(db, actor, exam_id, data)

    @get("/score-sheet.xlsx")
    async def sheet(self, request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[bytes]:
        """An empty sheet of scores to fill in."""
        actor.require("people.train")
        return spreadsheet(await service.score_sheet(language_of(request)), "scores.xlsx")

    @post("/exams/{exam_id:uuid}/scores/import", status_code=200)
    async def import_scores(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        exam_id: FromPath[UUID],
        apply: FromQuery[bool] = False,
    ) -> SheetReport:
        """What a sheet of scores (the body is the file) would do; with ``apply`` do it, all rows or none."""
        return await service.import_scores(db, actor, exam_id, await request.body(), apply, language_of(request))
