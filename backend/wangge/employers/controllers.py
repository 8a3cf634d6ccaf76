"""HTTP of employers' files."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.employers import placing, service
from wangge.employers.schemas import Contact, ContactUnmask, EmployerDetail, EmployerItem, Placement, Review


class EmployerController(Controller):
    """Employers' files (一企一档)."""

    path = "/employers"
    tags = ("employers",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        grid_id: FromQuery[UUID | None] = None,
        review_state: FromQuery[str | None] = None,
        reason: FromQuery[str | None] = None,
        designation: FromQuery[str | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[EmployerItem]:
        """Employers by name, address, credit code, grid, state of review, reason for being uncovered or designation."""
        return await service.list_employers(db, actor, q, grid_id, review_state, reason, designation, sort, page, page_size)

    @get("/{employer_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], employer_id: FromPath[UUID]) -> EmployerDetail:
        """One file with its last visits."""
        return await service.employer_detail(db, actor, employer_id)

    @post("/{employer_id:uuid}/review", status_code=200)
    async def review(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        data: JSONBody[Review],
    ) -> EmployerDetail:
        """Accept or return an employer registered in the field."""
        return await service.review_employer(db, actor, employer_id, data)

    @post("/{employer_id:uuid}/unmask", status_code=200)
    async def unmask(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        data: JSONBody[ContactUnmask],
    ) -> Contact:
        """The contact's whole number, for a reason that is kept."""
        return await service.unmask_contact(db, actor, employer_id, data.reason)

    @post("/{employer_id:uuid}/place", status_code=200)
    async def place(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        data: JSONBody[Placement],
    ) -> EmployerDetail:
        """Put an employer on the map."""
        return await placing.place_employer(db, actor, employer_id, data)
