"""Transactions as the request's person, one at a time, with nothing open between them: for what takes its time."""

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
    """A maker of transactions bound to the request's person."""

    @asynccontextmanager
    async def acting() -> AsyncGenerator[tuple[AsyncSession, Actor], None]:
        async with unit_of_work(engine) as db:
            yield db, await provide_actor(request, db)

    return acting
