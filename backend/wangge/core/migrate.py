"""Bring a database to this release's schema: one Alembic history, run on the owner's connection."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from wangge.core.db import make_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def config_for(connection: Connection | None = None) -> Config:
    """Alembic's configuration, bound to a connection where one is given."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str:
    """The revision this release's code needs."""
    head = ScriptDirectory.from_config(config_for()).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found")
    return head


def run_script(path: Path) -> None:
    """Run a file of several SQL statements inside the migration under way (a prepared statement takes only one)."""
    script = path.read_text()
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(script))


async def upgrade(owner_url: str) -> str:
    """Upgrade to the newest revision in one transaction; returns it."""
    engine = make_engine(owner_url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: command.upgrade(config_for(c), "head"))
    finally:
        await engine.dispose()
    return newest_revision()


def differences(connection: Connection) -> list[object]:
    """What the models say that the schema does not, and the other way round; empty when they agree."""
    from geoalchemy2 import alembic_helpers

    context = MigrationContext.configure(connection, opts={"include_object": alembic_helpers.include_object})
    return list(compare_metadata(context, SQLModel.metadata))
