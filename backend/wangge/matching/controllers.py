"""HTTP of matching."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.matching import service
from wangge.matching.schemas import MatchDecisionRead, MatchItem, MatchVerdict


class MatchController(Controller):
    """Which file a registry's row or a sighting belongs to (匹配)."""

    path = "/matches"
    tags = ("matching",)

    @get("/")
    async def queue(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        kind: FromQuery[str | None] = None,
        source: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        grid_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[MatchItem]:
        """What the rules are not sure of, with the files it may be and why."""
        return await service.list_queue(db, actor, kind, source, q, grid_id, sort, page, page_size)

    @post("/", status_code=201)
    async def decide(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[MatchVerdict]
    ) -> MatchDecisionRead:
        """Say which file it is, that it gets a new one, or that it is none of those."""
        return await service.decide(db, actor, data)

    @get("/decisions")
    async def decisions(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        verdict: FromQuery[str | None] = None,
        by: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[MatchDecisionRead]:
        """What was decided, by the rules or by people."""
        return await service.list_decisions(db, actor, q, verdict, by, grid_id, sort, page, page_size)

    @post("/decisions/{decision_id:uuid}/undo", status_code=200)
    async def undo(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], decision_id: FromPath[UUID]
    ) -> MatchDecisionRead:
        """Take a decision back."""
        return await service.undo(db, actor, decision_id)
