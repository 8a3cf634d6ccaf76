"""HTTP of duties."""

from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.duties import service
from wangge.duties.schemas import DutyAssign, DutyChange, DutyEnd, DutyRead


class DutyController(Controller):
    """Duties (四定)."""

    path = "/duties"
    tags = ("duties",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        person_id: FromQuery[UUID | None] = None,
        status: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[DutyRead]:
        """Duties by subtree, person and state (coming, current, ended)."""
        return await service.list_duties(db, actor, grid_id, person_id, status, q, sort, page, page_size)

    @post("/")
    async def assign(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[DutyAssign]) -> DutyRead:
        """Let a person answer for a grid; needs a certificate that is valid on the first day."""
        return await service.assign_duty(db, actor, data)

    @patch("/{duty_id:uuid}")
    async def change(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], duty_id: FromPath[UUID], data: JSONBody[DutyChange]
    ) -> DutyRead:
        """Change what a duty says, or its last day."""
        return await service.change_duty(db, actor, duty_id, data)

    @post("/{duty_id:uuid}/end", status_code=200)
    async def end(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], duty_id: FromPath[UUID], data: JSONBody[DutyEnd]
    ) -> DutyRead:
        """End a duty on a day, with a reason."""
        return await service.end_duty(db, actor, duty_id, data)
