"""The database: engine, metadata, and the unit of work that commits at the edge.

Row-level security needs to know who acts; ``enter`` tells it once per transaction, by the session's token, and the
database itself looks up what that session may see (``wangge_enter`` in the migrations). Without it every scoped table is
empty to the API's role.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import MetaData, event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


def make_engine(url: str, pool_size: int = 5) -> AsyncEngine:
    """An engine on a libpq-style ``postgresql://`` URL; a dead connection is replaced before use.

    The event loop sees a server end its side as it happens, so the driver is asked and not the server: SQLAlchemy's own
    ``pool_pre_ping`` costs three round trips in each request.
    """
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=20,
        pool_use_lifo=True,  # the connection that was last used has its statements prepared and its caches warm
        connect_args={"server_settings": {"application_name": "wangge", "timezone": "UTC", "jit": "off"}},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead)
    return engine


def _refuse_dead(connection: Any, *_: Any) -> None:
    """Tell the pool to replace a connection that the server has ended."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server has ended this connection")


@asynccontextmanager
async def unit_of_work(engine: AsyncEngine) -> AsyncGenerator[AsyncSession, None]:
    """One transaction: committed when the block ends well, rolled back on any exception."""
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        try:
            yield session
            await session.commit()
        except BaseException:
            await session.rollback()
            raise


@asynccontextmanager
async def pooled_driver(engine: AsyncEngine) -> AsyncGenerator["asyncpg.Connection[Any]", None]:
    """The driver's connection out of the engine's pool, without SQLAlchemy between: for what every phone asks every few minutes.

    Each statement is its own unit of work, unless the block opens a transaction.
    """
    pooled = await engine.raw_connection()
    connection: asyncpg.Connection[Any] = pooled.driver_connection
    try:
        yield connection
    finally:
        # What was broken off within a transaction leaves nobody's identity to the next who takes the connection.
        await greenlet_spawn(pooled.invalidate if connection.is_in_transaction() else pooled.close)


async def driver(session: AsyncSession) -> "asyncpg.Connection[Any]":
    """The session's own asyncpg connection, inside the same transaction: for set-wise statements on hot paths.

    The adapter opens the transaction with its first statement, so one is sent where none has been.
    """
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    adapted: AsyncAdapt_asyncpg_connection = raw.dbapi_connection  # type: ignore[assignment]
    if not adapted.driver_connection.is_in_transaction():
        await connection.execute(text("select"))
    return adapted.driver_connection
