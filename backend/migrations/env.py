"""Alembic's environment: the owner's connection, geometry columns understood, locks and statements bounded in time."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import wangge.tables  # noqa: F401

LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "30min"


def include_object(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave PostGIS's own tables alone."""
    return bool(alembic_helpers.include_object(obj, name, kind, reflected, compare_to))


def run(connection: Connection) -> None:
    """Run the migrations on the caller's connection; the caller commits."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_object=include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
    )
    connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'; "))
    connection.execute(text(f"set statement_timeout = '{STATEMENT_TIMEOUT}'"))
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
