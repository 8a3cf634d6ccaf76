"""HTTP of the sync."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import UNFINISHED, Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.record_log.server_key import ServerKey
from wangge.sync import journal_reading, pulling, pushing
from wangge.sync.schemas import OperationRead, PullPage, Push, PushAnswer


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

    @get("/pull")
    async def pull(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        cursor: FromQuery[str | None] = None,
        limit: FromQuery[Annotated[int, Parameter(ge=1, le=2000)]] = 500,
    ) -> PullPage:
        """What changed in my scope since the cursor."""
        return await pulling.pull(db, actor, cursor, limit)

    @get("/operations")
    async def operations(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        outcome: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[OperationRead]:
        """The journal: by default what needs a person (everything but the applied ones)."""
        return await journal_reading.operations(db, actor, outcome, page, page_size, language_of(request))
