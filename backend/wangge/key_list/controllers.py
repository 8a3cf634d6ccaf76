"""HTTP of the key supervision list."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.sheets import spreadsheet
from wangge.key_list import service, sheet
from wangge.key_list.schemas import KeyListAcknowledge, KeyListItem, KeyListQuery


class KeyListController(Controller):
    """The key supervision list (重点监管)."""

    path = "/key-list"
    tags = ("standing",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        criterion: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[KeyListItem]:
        """Entries by subtree, criterion, state and the employer's name or credit code; open ones unless ``status`` says otherwise."""
        return await service.list_entries(db, actor, KeyListQuery(grid_id, criterion, status, q), sort, page, page_size)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        criterion: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """The same list as a spreadsheet."""
        query = KeyListQuery(grid_id, criterion, status, q)
        return spreadsheet(await sheet.export_entries(db, actor, query, sort, language_of(request)), "key-list.xlsx")

    @post("/{entry_id:uuid}/acknowledge", status_code=200)
    async def acknowledge(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        entry_id: FromPath[UUID],
        data: JSONBody[KeyListAcknowledge],
    ) -> KeyListItem:
        """Take note of it."""
        return await service.acknowledge_entry(db, actor, entry_id, data)
