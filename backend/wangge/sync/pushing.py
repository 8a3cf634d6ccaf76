"""Push: operations from a phone, each with its own outcome, all in one transaction that commits before the answer.

Operations of one kind are applied as a set inside a savepoint; when the database refuses the set, they are applied one by
one, each in its own savepoint, so that one bad operation never holds up another. Everything is journalled.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from asyncpg.exceptions import DataError, InsufficientPrivilegeError, IntegrityConstraintViolationError
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import utc_now
from wangge.core.db import driver
from wangge.core.errors import Language
from wangge.core.operations import Limits, Operation, Verdict, quarantined
from wangge.core.problems import broken_constraint, problem_json
from wangge.policies.service import policies_in_force
from wangge.sync.errors import OperationFailed, OperationIdReused, TooManyOperations
from wangge.sync.journal import Key, Line, lines_of, waiting_on, write_lines
from wangge.sync.kinds import KINDS, ORDER
from wangge.sync.reading import Entry, read_operation
from wangge.sync.schemas import OperationOutcome, Push, PushAnswer, Receipt

log = structlog.get_logger()
REFUSALS = (IntegrityConstraintViolationError, DataError, InsufficientPrivilegeError)


async def _apply_set(
    conn: Any, actor: Actor, kind: tuple[str, int], ops: Sequence[Operation[Any]], now: datetime, limits: Limits
) -> list[Verdict]:
    try:
        async with conn.transaction():
            return await KINDS[kind].apply(conn, actor, ops, now, limits)
    except REFUSALS as exc:
        if len(ops) == 1:
            known = broken_constraint(exc)
            if known is None:
                log.error("operation_failed", op_id=str(ops[0].op_id), kind=kind[0], exc_info=exc)
            return [quarantined(known or OperationFailed())]
    return [(await _apply_set(conn, actor, kind, [op], now, limits))[0] for op in ops]


async def _settle(conn: Any, actor: Actor, entries: Sequence[Entry], now: datetime, limits: Limits) -> list[tuple[Entry, Verdict]]:
    """Apply what could be read, kind by kind, parents first."""
    settled = [(e, quarantined(e.problem)) for e in entries if e.problem]
    by_kind: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.operation:
            by_kind[(entry.kind, entry.v)].append(entry)
    for kind in sorted(by_kind, key=ORDER.__getitem__):
        group = by_kind[kind]
        # one entity twice in a set would collide inside a single statement: the later one goes by itself
        first: dict[Any, Entry] = {}
        rest = [e for e in group if e.operation and first.setdefault(e.operation.entity_id, e) is not e]
        for batch in (list(first.values()), *([e] for e in rest)):
            ops = [e.operation for e in batch if e.operation]
            settled += zip(batch, await _apply_set(conn, actor, kind, ops, now, limits), strict=True)
    return settled


async def _wake_children(
    conn: Any, actor: Actor, settled: Sequence[tuple[Entry, Verdict]], now: datetime, limits: Limits
) -> list[tuple[Entry, Verdict]]:
    """Operations that waited for what has just arrived, applied now; and those that waited for these in turn."""
    woken: list[tuple[Entry, Verdict]] = []
    arrived = [e.operation.entity_id for e, v in settled if e.operation and v.outcome in ("applied", "conflict")]
    while arrived:
        waiting = await waiting_on(conn, actor.person_id, arrived)
        again = await _settle(conn, actor, [read_operation(0, body) for body, _ in waiting], now, limits)
        woken += again
        await write_lines(conn, actor.person_id, now, actor.scope[0] if actor.scope else "", again)
        arrived = [e.operation.entity_id for e, v in again if e.operation and v.outcome in ("applied", "conflict")]
    return woken


def _outcome(entry: Entry, line: Line, language: Language, verdict: Verdict | None) -> OperationOutcome:
    problem = problem_json(verdict.problem, language) if verdict and verdict.problem else line.problem
    repeated = verdict is None and line.outcome == "applied"
    return OperationOutcome(
        index=entry.index,
        op_id=entry.op_id if entry.has_own_id else None,
        outcome="duplicate" if repeated else line.outcome,
        receipt=Receipt(entry.op_id, entry.op_sha256, line.received_at),
        flags=line.flags,
        problem=problem,
    )


async def push(db: AsyncSession, actor: Actor, data: Push, language: Language) -> PushAnswer:
    """Apply a batch of operations of the acting person.

    A repeated operation has the effect of one and gets the same receipt; the caller commits before answering.

    Raises:
        TooManyOperations: more than ``push_operations_max`` at once; nothing was applied.
        RightMissing: the role may not capture.
    """
    actor.require("field.capture")
    limits = await policies_in_force(db)
    if len(data.operations) > limits["push_operations_max"]:
        raise TooManyOperations(max=limits["push_operations_max"])
    conn, now = await driver(db), utc_now()
    # One push of a person at a time: a retry that overtakes its original waits here and then finds its lines.
    await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(actor.person_id))
    entries = [read_operation(i, op.body) for i, op in enumerate(data.operations)]
    known = await lines_of(conn, actor.person_id, [e.op_id for e in entries])
    hashes = defaultdict(set)
    for op_id, op_sha256 in known:
        hashes[op_id].add(op_sha256)
    fresh: dict[Key, Entry] = {}
    for entry in entries:
        key = (entry.op_id, entry.op_sha256)
        line = known.get(key)
        if (line and line.outcome != "waiting_for_parent") or key in fresh:
            continue
        if hashes[entry.op_id] - {entry.op_sha256}:
            entry.problem, entry.operation = OperationIdReused(), None
        hashes[entry.op_id].add(entry.op_sha256)
        fresh[key] = entry
    settled = await _settle(conn, actor, list(fresh.values()), now, limits)
    home_path = (
        actor.scope[0] if actor.scope else await conn.fetchval("select grid_path::text from people where id = $1", actor.person_id)
    )
    await write_lines(conn, actor.person_id, now, home_path, settled)
    settled += await _wake_children(conn, actor, settled, now, limits)
    verdicts = {(e.op_id, e.op_sha256): v for e, v in settled}
    lines = {key: Line(v.outcome, v.flags, None, known[key].received_at if key in known else now) for key, v in verdicts.items()}
    outcomes = [
        _outcome(e, lines.get(key) or known[key], language, verdicts.get(key)) for e in entries for key in [(e.op_id, e.op_sha256)]
    ]
    log.info("pushed", operations=len(entries), applied=sum(v.outcome == "applied" for v in verdicts.values()))
    return PushAnswer(server_time=now, outcomes=outcomes)
