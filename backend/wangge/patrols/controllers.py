"""HTTP of patrols and of the people who can be sent out."""

from datetime import date
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.patrols import service
from wangge.patrols.schemas import Assignable, PatrolCancel, PatrolDetail, PatrolItem, PatrolPlan


class PatrolController(Controller):
    """Patrols (巡查)."""

    path = "/patrols"
    tags = ("patrols",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        on: FromQuery[date | None] = None,
        assignee_id: FromQuery[UUID | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        status: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[PatrolItem]:
        """Patrols by day, person, grid and state."""
        return await service.list_patrols(db, actor, on, assignee_id, grid_id, status, q, sort, page, page_size)

    @get("/{patrol_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], patrol_id: FromPath[UUID]) -> PatrolDetail:
        """A patrol with its stops and what was done there."""
        return await service.patrol_detail(db, actor, patrol_id)

    @post("/")
    async def plan(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[PatrolPlan]) -> PatrolDetail:
        """Plan a patrol; it reaches the person's phone with the next pull."""
        return await service.plan_patrol(db, actor, data)

    @post("/{patrol_id:uuid}/cancel", status_code=200)
    async def cancel(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        patrol_id: FromPath[UUID],
        data: JSONBody[PatrolCancel],
    ) -> PatrolDetail:
        """Call a patrol off."""
        return await service.cancel_patrol(db, actor, patrol_id, data)


class PeopleController(Controller):
    """People (人员)."""

    path = "/people"
    tags = ("people",)

    @get("/assignable")
    async def assignable(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        on: FromQuery[date | None] = None,
        q: FromQuery[str] = "",
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[Assignable]:
        """Who can be sent out on a day."""
        return await service.list_assignable(db, actor, grid_id, on, q, page, page_size)
