"""HTTP of the register of people."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.sheets import spreadsheet
from wangge.people import service, sheet
from wangge.people.schemas import (
    Assignability,
    PersonAgain,
    PersonAppoint,
    PersonChange,
    PersonDecide,
    PersonDetail,
    PersonItem,
    PersonNominate,
    PersonUnmask,
    SheetReport,
    Unmasked,
)


class RegisterController(Controller):
    """The register of people (人员)."""

    path = "/people"
    tags = ("people",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        unit_id: FromQuery[UUID | None] = None,
        kind: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        certificate: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[PersonItem]:
        """People by subtree, unit, kind, state and certificate (valid, expiring, missing)."""
        return await service.list_people(db, actor, grid_id, unit_id, kind, status, certificate, q, sort, page, page_size)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        unit_id: FromQuery[UUID | None] = None,
        kind: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        certificate: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """The same list as a spreadsheet, numbers masked."""
        language = language_of(request)
        content = await sheet.export_people(db, actor, grid_id, unit_id, kind, status, certificate, q, sort, language)
        return spreadsheet(content, "people.xlsx")

    @get("/import-template.xlsx")
    async def template(self, request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[bytes]:
        """An empty sheet to fill in."""
        actor.require("people.nominate")
        return spreadsheet(await sheet.template(language_of(request)), "people-template.xlsx")

    @post("/import", status_code=200)
    async def import_sheet(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        apply: FromQuery[bool] = False,
    ) -> SheetReport:
        """What a filled-in sheet (the body is the file) would do; with ``apply`` do it, all rows or none."""
        return await sheet.import_people(db, actor, await request.body(), apply, language_of(request))

    @post("/import-marked.xlsx", status_code=200)
    async def marked(
        self, request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]
    ) -> Response[bytes]:
        """The same sheet, every wrong cell in red with its reason."""
        return spreadsheet(await sheet.marked_up(db, actor, await request.body(), language_of(request)), "people-marked.xlsx")

    @get("/{person_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> PersonDetail:
        """A person's file, numbers masked."""
        return await service.person_detail(db, actor, person_id)

    @post("/")
    async def nominate(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[PersonNominate]
    ) -> PersonDetail:
        """Put a person forward."""
        return await service.nominate_person(db, actor, data)

    @patch("/{person_id:uuid}")
    async def change(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID], data: JSONBody[PersonChange]
    ) -> PersonDetail:
        """Correct a person's file."""
        return await service.change_person(db, actor, person_id, data)

    @post("/{person_id:uuid}/decide", status_code=200)
    async def decide(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID], data: JSONBody[PersonDecide]
    ) -> PersonDetail:
        """Approve or refuse a nomination."""
        return await service.decide_nomination(db, actor, person_id, data)

    @post("/{person_id:uuid}/nominate", status_code=200)
    async def nominate_again(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID], data: JSONBody[PersonAgain]
    ) -> PersonDetail:
        """Put somebody forward again who left or was refused."""
        return await service.nominate_again(db, actor, person_id, data.version)

    @post("/{person_id:uuid}/appointments")
    async def appoint(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID], data: JSONBody[PersonAppoint]
    ) -> PersonDetail:
        """Appoint somebody to a post."""
        return await service.appoint_person(db, actor, person_id, data)

    @post("/{person_id:uuid}/unmask", status_code=200)
    async def unmask(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID], data: JSONBody[PersonUnmask]
    ) -> Unmasked:
        """Whole numbers; reader and reason go into the audit log."""
        return await service.unmask_person(db, actor, person_id, data)

    @get("/{person_id:uuid}/assignable")
    async def assignable(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        person_id: FromPath[UUID],
        on: FromQuery[date | None] = None,
    ) -> Assignability:
        """Whether a person can be sent out on a day, and if not, why."""
        return await service.assignability(db, actor, person_id, on, language_of(request))
