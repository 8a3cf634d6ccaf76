"""The operator's part of the audit log: months made in advance, old months let go. On the owner's connection."""

import asyncpg


async def make_months_ahead(owner_url: str) -> None:
    """See to it that the next three years have their months."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("select audit_make_months(now()::date, 36)")
    finally:
        await connection.close()


async def prune(owner_url: str) -> list[tuple[str, int]]:
    """Let go of months older than the limit in force; returns what went, by month and number of lines."""
    connection = await asyncpg.connect(owner_url)
    try:
        return [(r["month"], r["lines"]) for r in await connection.fetch("select month, lines from audit_prune()")]
    finally:
        await connection.close()
