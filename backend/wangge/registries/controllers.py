"""HTTP of registry lists and the register."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import acting_for
from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.settings import Settings
from wangge.core.sheets import spreadsheet
from wangge.registries import service, sheets
from wangge.registries.schemas import (
    ListAnswersPatch,
    ListRowRead,
    ListVersion,
    RegistryImportDetail,
    RegistryImportItem,
    RegistryRowItem,
    RowPlacement,
)
from wangge.spatial_imports.files import ImportFiles


class RegistryImportController(Controller):
    """Imports of other departments' lists (登记名单): nothing is written before ``apply``."""

    path = "/registry-imports"
    tags = ("registries",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        source: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[RegistryImportItem]:
        """Lists by file name, registry, state or area."""
        return await service.list_imports(db, actor, q, source, status, grid_id, sort, page, page_size)

    # The body's limit is a policy, checked as the bytes are written; the file never rests in memory.
    @post("/", status_code=201, request_max_body_size=None)
    async def begin(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        source: FromQuery[str] = "",
        grid_id: FromQuery[UUID | None] = None,
        file_name: FromQuery[str] = "",
    ) -> RegistryImportDetail:
        """Upload a list (the body is the file's bytes) and have it read: a dry run, nothing is written."""
        announced = request.headers.get("content-length", "")
        return await service.begin_import(
            acting_for(request, engine), engine, ImportFiles(settings), source, grid_id, file_name, request.stream(),
            int(announced) if announced.isdecimal() else None, language_of(request),
        )  # fmt: skip

    @get("/{import_id:uuid}")
    async def detail(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
    ) -> RegistryImportDetail:
        """One list: where it stands, what was found, what is asked."""
        return await service.import_detail(db, actor, import_id, language_of(request))

    @patch("/{import_id:uuid}")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        import_id: FromPath[UUID],
        data: JSONBody[ListAnswersPatch],
    ) -> RegistryImportDetail:
        """Correct columns, sheet, headings or encoding; the list is read again with that."""
        acting = acting_for(request, engine)
        return await service.change_answers(acting, engine, ImportFiles(settings), import_id, data, language_of(request))

    @get("/{import_id:uuid}/rows")
    async def rows(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
        severity: FromQuery[str | None] = None,
        code: FromQuery[str] = "",
        q: FromQuery[str] = "",
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[ListRowRead]:
        """The rows that have problems, with each problem in words."""
        return await service.list_problem_rows(db, actor, import_id, severity, code, q, page, page_size, language_of(request))

    @get("/{import_id:uuid}/marked.xlsx")
    async def marked(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
    ) -> Response[bytes]:
        """The rows to be mended as a sheet, marked, with the file's own columns."""
        return spreadsheet(await sheets.marked_sheet(db, actor, import_id, language_of(request)), "marked.xlsx")

    @post("/{import_id:uuid}/apply", status_code=200)
    async def apply(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        import_id: FromPath[UUID],
        data: JSONBody[ListVersion],
    ) -> RegistryImportDetail:
        """Write the rows without errors and match them with the files, in the background."""
        acting = acting_for(request, engine)
        return await service.apply_import(acting, engine, ImportFiles(settings), import_id, data, language_of(request))

    @post("/{import_id:uuid}/withdraw", status_code=200)
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
        data: JSONBody[ListVersion],
    ) -> RegistryImportDetail:
        """Take a list back before it is written."""
        return await service.withdraw_import(db, actor, import_id, data, language_of(request))


class RegistryRowController(Controller):
    """The register (登记名单): what each registry says of an employer today, and its file."""

    path = "/registry-rows"
    tags = ("registries",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        source: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        filed: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[RegistryRowItem]:
        """The register by name, credit code, registry, state, grid, and whether there is a file."""
        return await service.list_register(db, actor, q, source, status, filed, grid_id, sort, page, page_size)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        source: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        filed: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
    ) -> Response[bytes]:
        """The same as a spreadsheet."""
        content = await sheets.register_sheet(db, actor, q, source, status, filed, grid_id, language_of(request))
        return spreadsheet(content, "register.xlsx")

    @post("/{row_id:uuid}/place", status_code=200)
    async def place(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        row_id: FromPath[UUID],
        data: JSONBody[RowPlacement],
    ) -> RegistryRowItem:
        """Put an employer of the register on the map by hand."""
        return await service.place_row(db, actor, row_id, data)
