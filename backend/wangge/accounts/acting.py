"""Transactions as a request's person, for work in several steps: none of them is open while bytes travel or shapes are looked at."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, provide_actor
from wangge.core.db import unit_of_work

Acting = Callable[[], AbstractAsyncContextManager[tuple[AsyncSession, Actor]]]


def acting_for(request: Request[Any, Any, Any], engine: AsyncEngine) -> Acting:
    """Transactions as the request's person, one at a time, each committed when its block ends well."""

    @asynccontextmanager
    async def acting() -> AsyncGenerator[tuple[AsyncSession, Actor], None]:
        async with unit_of_work(engine) as db:
            yield db, await provide_actor(request, db)

    return acting
