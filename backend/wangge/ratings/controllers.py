"""HTTP of ratings."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.sheets import spreadsheet
from wangge.ratings import service, sheet
from wangge.ratings.schemas import (
    RatingDecide,
    RatingDetail,
    RatingItem,
    RatingObjectionDecide,
    RatingObjectionFile,
    RatingQuery,
    RatingRoundAccept,
    RatingRoundPublish,
    RatingRoundRead,
    RatingRoundStart,
    YearAsked,
)


class RatingRoundController(Controller):
    """Rounds of ratings (评价批次)."""

    path = "/rating-rounds"
    tags = ("standing",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[RatingRoundRead]:
        """The rounds of one's scope."""
        return await service.list_rounds(db, actor, grid_id, page, page_size)

    @post("/", status_code=200)
    async def begin(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[RatingRoundStart]
    ) -> RatingRoundRead:
        """Begin a round; grades are proposed in the background."""
        return await service.begin_round(db, actor, data)

    @get("/{round_id:uuid}")
    async def read(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], round_id: FromPath[UUID]) -> RatingRoundRead:
        """One round with its progress."""
        return await service.read_round(db, actor, round_id)

    @post("/{round_id:uuid}/accept", status_code=200)
    async def accept(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], round_id: FromPath[UUID], data: JSONBody[RatingRoundAccept]
    ) -> RatingRoundRead:
        """Take over the proposals of some grades."""
        return await service.accept_proposals(db, actor, round_id, data)

    @post("/{round_id:uuid}/publish", status_code=200)
    async def publish(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], round_id: FromPath[UUID], data: JSONBody[RatingRoundPublish]
    ) -> RatingRoundRead:
        """Publish all of a round."""
        return await service.publish_round(db, actor, round_id, data)


class RatingController(Controller):
    """Ratings (诚信等级)."""

    path = "/ratings"
    tags = ("standing",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        round_id: FromQuery[UUID | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        year: FromQuery[YearAsked | None] = None,
        grade: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        objected: FromQuery[bool] = False,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[RatingItem]:
        """Ratings by round, subtree, year, grade, state, open objection and the employer's name or credit code."""
        query = RatingQuery(round_id, grid_id, year, grade, status, objected, q)
        return await service.list_ratings(db, actor, query, sort, page, page_size)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        round_id: FromQuery[UUID | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        year: FromQuery[YearAsked | None] = None,
        grade: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        objected: FromQuery[bool] = False,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """The same list as a spreadsheet."""
        query = RatingQuery(round_id, grid_id, year, grade, status, objected, q)
        return spreadsheet(await sheet.export_ratings(db, actor, query, sort, language_of(request)), "ratings.xlsx")

    @get("/{rating_id:uuid}")
    async def read(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], rating_id: FromPath[UUID]) -> RatingDetail:
        """One rating with its record, changes and objections."""
        return await service.read_rating(db, actor, rating_id)

    @post("/{rating_id:uuid}/decide", status_code=200)
    async def decide(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], rating_id: FromPath[UUID], data: JSONBody[RatingDecide]
    ) -> RatingDetail:
        """Decide on the grade, or change it."""
        return await service.decide_rating(db, actor, rating_id, data)

    @post("/{rating_id:uuid}/objections", status_code=200)
    async def object(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        rating_id: FromPath[UUID],
        data: JSONBody[RatingObjectionFile],
    ) -> RatingDetail:
        """Take in an objection."""
        return await service.file_objection(db, actor, rating_id, data)

    @post("/{rating_id:uuid}/objections/{objection_id:uuid}/decide", status_code=200)
    async def answer(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        rating_id: FromPath[UUID],
        objection_id: FromPath[UUID],
        data: JSONBody[RatingObjectionDecide],
    ) -> RatingDetail:
        """Decide on an objection."""
        return await service.decide_objection(db, actor, rating_id, objection_id, data)
