"""HTTP of imports."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import acting_for
from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.settings import Settings
from wangge.grid_changes.schemas import ChangePreview
from wangge.spatial_imports import service
from wangge.spatial_imports.applying import apply_import
from wangge.spatial_imports.files import ImportFiles
from wangge.spatial_imports.receiving import begin_import
from wangge.spatial_imports.schemas import AnswersPatch, Apply, FeatureRead, ImportDetail, ImportItem, NewImport, Version
from wangge.spatial_imports.writing_grids import preview_grids


class SpatialImportController(Controller):
    """Imports of areas and points (导入): nothing is written before ``apply``."""

    path = "/spatial-imports"
    tags = ("imports",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        target: FromQuery[str] = "",
        status: FromQuery[str] = "",
        grid_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[ImportItem]:
        """Imports by file name, target, state or grid."""
        return await service.list_imports(db, actor, q, target, status, grid_id, sort, page, page_size)

    # The body's limit is a policy, checked as the bytes are written; the file never rests in memory.
    @post("/", status_code=201, request_max_body_size=None)
    async def begin(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        target: FromQuery[str] = "",
        grid_id: FromQuery[UUID | None] = None,
        level: FromQuery[int | None] = None,
        file_name: FromQuery[str] = "",
    ) -> ImportDetail:
        """Upload a file (the body is the file's bytes) and have it read: a dry run, nothing is written."""
        announced = request.headers.get("content-length", "")
        wanted = NewImport(target=target, grid_id=grid_id, level=level, file_name=file_name)
        return await begin_import(
            acting_for(request, engine), engine, ImportFiles(settings), wanted, request.stream(),
            int(announced) if announced.isdecimal() else None, language_of(request),
        )  # fmt: skip

    @get("/{import_id:uuid}")
    async def detail(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
    ) -> ImportDetail:
        """One import: where it stands, what was found, what is asked."""
        return await service.import_detail(db, actor, import_id, language_of(request))

    @patch("/{import_id:uuid}")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        import_id: FromPath[UUID],
        data: JSONBody[AnswersPatch],
    ) -> ImportDetail:
        """Answer questions, agree to repairs, leave features out; the file is read again with that."""
        acting = acting_for(request, engine)
        return await service.change_answers(acting, engine, ImportFiles(settings), import_id, data, language_of(request))

    @get("/{import_id:uuid}/features")
    async def features(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
        severity: FromQuery[str] = "",
        code: FromQuery[str] = "",
        outcome: FromQuery[str] = "",
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[FeatureRead]:
        """The features with every defect, by severity, kind of defect or outcome."""
        return await service.list_features(
            db, actor, import_id, severity, code, outcome, q, sort, page, page_size, language_of(request)
        )  # fmt: skip

    @get("/{import_id:uuid}/preview.geojson", media_type="application/geo+json")
    async def preview(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
    ) -> dict[str, Any]:
        """The features drawn small and the spots of their defects, for a map."""
        return await service.preview_map(db, actor, import_id, language_of(request))

    @get("/{import_id:uuid}/changes")
    async def changes(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
        parent_id: FromQuery[UUID | None] = None,
    ) -> ChangePreview:
        """What writing would do to the grids below one parent: employers, people, patrols and phones it touches."""
        return await preview_grids(db, actor, import_id, parent_id, language_of(request))

    @post("/{import_id:uuid}/apply", status_code=200)
    async def apply(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        import_id: FromPath[UUID],
        data: JSONBody[Apply],
    ) -> ImportDetail:
        """Write it: areas as a change of grids, points to their employers; all of it or nothing."""
        return await apply_import(acting_for(request, engine), import_id, data, language_of(request))

    @post("/{import_id:uuid}/withdraw", status_code=200)
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        import_id: FromPath[UUID],
        data: JSONBody[Version],
    ) -> ImportDetail:
        """Take an import back before it is written."""
        return await service.withdraw_import(db, actor, import_id, data, language_of(request))
