"""HTTP of visits and check-ins."""

from datetime import date
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.visits import service
from wangge.visits.schemas import CheckInRead, VisitRead


class CheckInController(Controller):
    """Check-ins (签到)."""

    path = "/check-ins"
    tags = ("visits",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        on: FromQuery[date | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        patrol_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[CheckInRead]:
        """Check-ins, newest first."""
        return await service.list_check_ins(db, actor, on, grid_id, patrol_id, employer_id, page, page_size)


class VisitController(Controller):
    """Visits (走访)."""

    path = "/visits"
    tags = ("visits",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        on: FromQuery[date | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        patrol_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[VisitRead]:
        """Visits, newest first."""
        return await service.list_visits(db, actor, on, grid_id, patrol_id, employer_id, page, page_size)
