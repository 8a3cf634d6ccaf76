"""HTTP of the sync."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import UNFINISHED, Actor
from wangge.core.gzip_pieces import COMPRESSES_ITSELF
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.record_log.server_key import ServerKey
from wangge.sync import closing, journal_reading, pulling, pushing, retrying
from wangge.sync.journal_reading import Sort
from wangge.sync.page_on_the_wire import page_on_the_wire
from wangge.sync.schemas import ClosingReason, OperationRead, PullPage, Push, PushAnswer


class SyncController(Controller):
    """Operations from phones in, scoped changes out (docs/sync.md)."""

    path = "/sync"
    tags = ("sync",)

    @post("/push", status_code=200, opt={UNFINISHED: {"wipe"}})
    async def push(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Push],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        server_key: NamedDependency[ServerKey],
    ) -> PushAnswer:
        """Apply a batch; every operation has its own outcome and signed receipt."""
        return await pushing.push(db, actor, server_key, data, language_of(request))

    @get("/pull", opt={COMPRESSES_ITSELF: True})
    async def pull(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        cursor: FromQuery[str | None] = None,
        limit: FromQuery[Annotated[int, Parameter(ge=1, le=2000)]] = 500,
    ) -> Response[PullPage]:
        """What changed in my scope since the cursor."""
        page, pieces = await pulling.pull(engine, request, cursor, limit)
        return await page_on_the_wire(page, pieces, "gzip" in request.headers.get("accept-encoding", ""))

    @get("/operations")
    async def operations(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        outcome: FromQuery[str | None] = None,
        closed: FromQuery[bool] = False,
        kind: FromQuery[Annotated[str, Parameter(max_length=80)] | None] = None,
        q: FromQuery[Annotated[str, Parameter(max_length=100)] | None] = None,
        sort: FromQuery[Sort] = "-received_at",
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[OperationRead]:
        """The journal: by default what needs a person (neither applied nor closed)."""
        return await journal_reading.operations(
            db, actor, language_of(request), outcome=outcome, closed=closed, kind=kind, q=q, sort=sort, page=page, page_size=page_size
        )

    @post("/operations/{operation_id:uuid}/withdraw", status_code=200)
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        operation_id: FromPath[UUID],
        data: JSONBody[ClosingReason],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
    ) -> OperationRead:
        """Take back one's own operation that could not be applied; its text is kept."""
        return await closing.withdraw(db, actor, operation_id, data.reason, language_of(request))

    @post("/operations/{operation_id:uuid}/close", status_code=200)
    async def close(
        self,
        request: Request[Any, Any, Any],
        operation_id: FromPath[UUID],
        data: JSONBody[ClosingReason],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
    ) -> OperationRead:
        """Close an operation of one's area that could not be applied; its text is kept."""
        return await closing.close(db, actor, operation_id, data.reason, language_of(request))

    @post("/operations/{operation_id:uuid}/retry", status_code=200)
    async def retry(
        self,
        request: Request[Any, Any, Any],
        operation_id: FromPath[UUID],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
    ) -> OperationRead:
        """Have an operation of one's area that could not be applied applied again, as it came."""
        return await retrying.retry(db, actor, operation_id, language_of(request))
