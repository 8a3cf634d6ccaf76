"""HTTP of grids."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.grids import service
from wangge.grids.schemas import GridDetail, GridRead, GridState


class GridController(Controller):
    """The territory, as far as one may see it."""

    path = "/grids"
    tags = ("grids",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        level: FromQuery[Annotated[int | None, Parameter(ge=1, le=4)]] = None,
        parent_id: FromQuery[UUID | None] = None,
        q: FromQuery[str] = "",
        on: FromQuery[date | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[GridRead]:
        """Grids by level, parent, name or code; ``on`` a day, as they stood when it ended."""
        return await service.list_grids(db, actor, level, parent_id, q, on, sort, page, page_size)

    @get("/{grid_id:uuid}")
    async def detail(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromPath[UUID],
        on: FromQuery[date | None] = None,
    ) -> GridDetail:
        """One grid with its area and owners; ``on`` a day, as it stood when it ended."""
        return await service.grid_detail(db, actor, grid_id, on)

    @get("/{grid_id:uuid}/history")
    async def history(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromPath[UUID],
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[GridState]:
        """Every state the grid has had."""
        return await service.grid_history(db, actor, grid_id, page, page_size)
