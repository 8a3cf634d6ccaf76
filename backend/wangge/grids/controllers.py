"""HTTP of grids."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.grids import service
from wangge.grids.schemas import GridDetail, GridRead


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
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[GridRead]:
        """Grids by level, parent, name or code."""
        return await service.list_grids(db, actor, level, parent_id, q, sort, page, page_size)

    @get("/{grid_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], grid_id: FromPath[UUID]) -> GridDetail:
        """One grid with its area and owners."""
        return await service.grid_detail(db, actor, grid_id)
