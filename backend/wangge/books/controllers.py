"""HTTP of books."""

from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import File
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import acting_for
from wangge.accounts.actor import Actor
from wangge.books import service
from wangge.books.schemas import BookItem, NewBook
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.settings import Settings
from wangge.core.sheets import XLSX
from wangge.evidence.controllers import as_it_is


def _download(path: Path, name: str, media_type: str) -> File:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
               "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}  # fmt: skip
    return File(path, media_type=media_type, headers=headers)


class BookController(Controller):
    """Books of grids and of employers (一格一册, 一企一档): made in the background, kept for a while."""

    path = "/books"
    tags = ("books",)
    middleware = (as_it_is,)

    @get("/")
    async def list(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        kind: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[BookItem]:
        """Books by title, kind, state, grid or employer."""
        return await service.list_books(
            db, actor, q, kind, status, grid_id, employer_id, sort, page, page_size, language_of(request)
        )  # fmt: skip

    @post("/", status_code=201)
    async def begin(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        data: JSONBody[NewBook],
    ) -> BookItem:
        """Have a book made, in the language of the request."""
        return await service.begin_book(acting_for(request, engine), engine, settings, data, language_of(request))

    @get("/{book_id:uuid}")
    async def detail(
        self, request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], book_id: FromPath[UUID]
    ) -> BookItem:
        """One book: how far its making is, or what came of it."""
        return await service.book_detail(db, actor, book_id, language_of(request))

    @get("/{book_id:uuid}/pdf", media_type="application/pdf")
    async def pdf(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], settings: NamedDependency[Settings], book_id: FromPath[UUID]
    ) -> File:
        """The printable book."""
        return _download(*await service.take_book(db, actor, settings, book_id, "pdf"), "application/pdf")

    @get("/{book_id:uuid}/xlsx", media_type=XLSX)
    async def xlsx(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], settings: NamedDependency[Settings], book_id: FromPath[UUID]
    ) -> File:
        """The same as a spreadsheet, a sheet for each part."""
        return _download(*await service.take_book(db, actor, settings, book_id, "xlsx"), XLSX)
