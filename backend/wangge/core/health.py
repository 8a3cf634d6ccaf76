"""Is the server alive, and is it ready to serve?"""

import asyncio

import structlog
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge import __version__
from wangge.core.migrate import newest_revision
from wangge.core.settings import Settings

log = structlog.get_logger()
READY_WITHIN_S = 5.0
"""A balancer asks every few seconds; while the database is away, the pool's own patience is longer."""


class Readiness(Struct):
    """Each part is 'ok' or says what is missing."""

    status: str
    database: str
    migrations: str
    evidence_store: str
    version: str


class HealthController(Controller):
    """Liveness and readiness, for operators and balancers; needs no sign-in and tells no data."""

    path = "/"
    tags = ("health",)

    @get("/health")
    async def health(self) -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @get("/ready")
    async def ready(self, engine: NamedDependency[AsyncEngine], settings: NamedDependency[Settings]) -> Response[Readiness]:
        """Database reachable, migrated to this release, evidence store writable; 503 otherwise."""
        database, migrations = "ok", "ok"
        try:
            async with asyncio.timeout(READY_WITHIN_S), engine.connect() as connection:
                is_migrated = await connection.scalar(text("select to_regclass('alembic_version') is not null"))
                revision = await connection.scalar(text("select version_num from alembic_version")) if is_migrated else None
            if revision != newest_revision():
                migrations = f"at {revision or 'nothing'}, needs {newest_revision()}: run 'wangge db upgrade'"
        except Exception as exc:  # any failure to reach the database means the same here: not ready
            log.warning("database_unreachable", exc_info=exc)
            database, migrations = f"unreachable ({type(exc).__name__})", "unknown"
        store = "ok" if settings.evidence_dir.is_dir() else "missing: is WANGGE_DATA_DIR right?"
        ready = database == migrations == store == "ok"
        body = Readiness("ready" if ready else "not ready", database, migrations, store, __version__)
        return Response(body, status_code=200 if ready else 503)
