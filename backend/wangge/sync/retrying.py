"""A desk has the server apply a kept operation again, as it came: after a grid was mended, a code corrected, a key made known.

The text, its seal and its receipt stay what they were; it is judged as its author's, by the rules of the day of capture.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import utc_now
from wangge.core.db import driver
from wangge.core.errors import Language, NotFound
from wangge.core.ids import new_id
from wangge.policies.service import policy_history
from wangge.sync.errors import OperationIdReused, OperationNotOpen
from wangge.sync.journal import Journal, Line, lines_of
from wangge.sync.journal_reading import operation
from wangge.sync.pushing import settle_again
from wangge.sync.reading import read_operation
from wangge.sync.schemas import OperationRead, OperationRetryRead, PersonName

log = structlog.get_logger()
RIGHT = "records.retry"
RETRIABLE = ("quarantined", "waiting_for_parent")
# Of two texts under one id the first came into its own; the second can never be applied.
LINE = text("""
    select o.person_id, o.op_sha256, o.body, o.key_id, o.signature, o.outcome, o.grid_path::text as grid_path,
           c.how is not null as is_closed
    from sync_operations o left join operation_closings c using (person_id, op_id, op_sha256)
    where o.op_id = :op_id and coalesce(o.problem -> 'en' ->> 'type', '') <> :reused
    order by o.outcome = 'applied', o.received_at limit 1
""")
LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
CONTEXT = ("app.person_id", "app.account_id", "app.scope", "app.role")
NOTE = text("""
    insert into operation_retries (id, person_id, op_id, op_sha256, outcome, problem, retried_by, grid_path)
    values (:id, :person_id, :op_id, :op_sha256, :outcome, :problem, app_person(), cast(:grid_path as ltree))
""")


@asynccontextmanager
async def _as_author(conn: Any, op_id: UUID, op_sha256: str, actor: Actor) -> AsyncGenerator[Actor]:
    """The operation's author in the desk's stead, for as long as the block lasts; afterwards the desk again.

    Raises:
        NotFound: the database lets this desk not do it.
    """
    before = [await conn.fetchval("select current_setting($1, true)", name) for name in CONTEXT]
    author = await conn.fetchrow("select * from act_as_author($1, $2)", op_id, op_sha256)
    if author is None:
        raise NotFound()
    try:
        yield replace(actor, person_id=author["author_id"], scope=tuple(author["author_scope"]), role="community", device_id=None)
    finally:
        for name, value in zip(CONTEXT, before, strict=True):
            await conn.execute("select set_config($1, $2, true)", name, value or "")


async def retry(db: AsyncSession, actor: Actor, op_id: UUID, language: Language) -> OperationRead:
    """Apply a kept operation again; one that has been applied meanwhile stays as it is, and that is told.

    Raises:
        RightMissing: the role may not have records applied again.
        NotFound: none in the caller's scope has this id.
        OperationNotOpen: it was closed, or waits for a person's choice (a conflict is settled where the other thing is).
    """
    actor.require(RIGHT)
    line = await _line(db, op_id)
    conn = await driver(db)
    await conn.execute(LOCK, str(line["person_id"]))  # as a push of hers: one at a time
    line = await _line(db, op_id)
    if line["outcome"] == "applied":
        return await operation(db, op_id, language)
    if line["is_closed"] or line["outcome"] not in RETRIABLE:
        raise OperationNotOpen()
    async with _as_author(conn, op_id, line["op_sha256"], actor) as author:
        settled = await _apply(db, conn, author, op_id, line)
        # Read as hers: where it lies now may be out of this desk's grids.
        read = await operation(db, op_id, language)
    problem = settled.problem["en"]["type"] if settled.problem else None
    values = {
        "person_id": line["person_id"],
        "op_id": op_id,
        "op_sha256": line["op_sha256"],
        "outcome": settled.outcome,
        "problem": problem,
    }
    await db.execute(NOTE, {**values, "id": new_id(), "grid_path": line["grid_path"]})
    details = {"before": line["outcome"], "outcome": settled.outcome, "problem": problem}
    await audit(db, "operation_retried", "operation", op_id, details, line["grid_path"])
    log.info("operation_retried", op_id=str(op_id), outcome=settled.outcome, problem=problem)
    read.retry = OperationRetryRead(PersonName(actor.person_id, actor.person_name), utc_now(), settled.outcome)
    return read


async def _line(db: AsyncSession, op_id: UUID) -> RowMapping:
    line = (await db.execute(LINE, {"op_id": op_id, "reused": OperationIdReused.code})).mappings().one_or_none()
    if line is None:
        raise NotFound()
    return line


async def _apply(db: AsyncSession, conn: Any, author: Actor, op_id: UUID, line: RowMapping) -> Line:
    now = utc_now()
    limits = await policy_history(db, now)
    entry = read_operation(0, line["body"], line["key_id"], line["signature"])
    # A text that no database could hold was kept nearly as it came; its line is the one there is.
    entry.op_id, entry.op_sha256 = op_id, line["op_sha256"]
    known = await lines_of(conn, author.person_id, [op_id])
    journal = Journal(conn, author.person_id, line["grid_path"], now)
    return (await settle_again(journal, author, entry, known, limits.at))[entry.key]
