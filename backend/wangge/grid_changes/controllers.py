"""HTTP of changes of the grids."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.grid_changes import service
from wangge.grid_changes.schemas import AnyCommand, ChangeDetail, ChangeItem, ChangePreview, GridStay, TilingReport


class GridChangeController(Controller):
    """Changes of the grids (网格调整)."""

    path = "/grid-changes"
    tags = ("grid changes",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        kind: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        person_id: FromQuery[UUID | None] = None,
        on: FromQuery[date | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[ChangeItem]:
        """Changes by kind, grid, person and day."""
        return await service.list_changes(db, actor, kind, grid_id, person_id, on, sort, page, page_size)

    @get("/{change_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], change_id: FromPath[UUID]) -> ChangeDetail:
        """A change with the grids before and after."""
        return await service.change_detail(db, actor, change_id)

    @post("/preview", status_code=200)
    async def preview(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        data: JSONBody[AnyCommand],
    ) -> ChangePreview:
        """What a change would touch; nothing is written."""
        return await service.preview_change(db, actor, data, language_of(request))

    @post("/")
    async def make(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[AnyCommand]) -> ChangeDetail:
        """Make a change, on the ground that the preview's ``basis`` was made from."""
        return await service.make_change(db, actor, data)

    @post("/{change_id:uuid}/undo", status_code=200)
    async def undo(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        change_id: FromPath[UUID],
        dry_run: FromQuery[bool] = False,
    ) -> ChangeDetail | ChangePreview:
        """Take a change back; with ``dry_run`` only say what that would touch."""
        return await service.undo_change(db, actor, change_id, dry_run=dry_run)


class GridEditingController(Controller):
    """What an editor of grids needs to know of one."""

    path = "/grids/{grid_id:uuid}"
    tags = ("grid changes",)

    @get("/editing")
    async def editing(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromPath[UUID],
        on: FromQuery[date | None] = None,
    ) -> dict[str, Any]:
        """A grid and its children as a FeatureCollection, every digit kept; ``on`` a day, as they stood when it ended."""
        return await service.editing(db, actor, grid_id, on)

    @get("/tiling")
    async def tiling(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], grid_id: FromPath[UUID]) -> TilingReport:
        """Whether the grids below one tile it."""
        return await service.tiling_report(db, actor, grid_id)


class EmployerGridController(Controller):
    """Where an employer has lain."""

    path = "/employers/{employer_id:uuid}/grids"
    tags = ("grid changes",)

    @get("/")
    async def stays(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        on: FromQuery[date | None] = None,
    ) -> list[GridStay]:
        """The grids that an employer has lain in; ``on`` a day, the one when it ended."""
        return await service.employer_grids(db, actor, employer_id, on)
