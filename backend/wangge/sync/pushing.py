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
from wangge.core.operations import LimitsAt, Operation, Verdict, quarantined
from wangge.core.problems import known_error
from wangge.policies.service import policy_history
from wangge.sync.errors import KindUnknown, OperationFailed, OperationIdReused, TooManyOperations
from wangge.sync.journal import Key, Line, lines_of, waiting_on, write_lines
from wangge.sync.kinds import KINDS, ORDER
from wangge.sync.reading import Entry, read_operation
from wangge.sync.schemas import OperationOutcome, Push, PushAnswer, Receipt

log = structlog.get_logger()
# Kinds whose grid is looked up by where they took place.
PLACED = {"employer.register", "talk.record", "incident.report"}
REFUSALS = (IntegrityConstraintViolationError, DataError, InsufficientPrivilegeError)


async def _apply_set(
    conn: Any, actor: Actor, kind: tuple[str, int], ops: Sequence[Operation[Any]], now: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    try:
        async with conn.transaction():
            return await KINDS[kind].apply(conn, actor, ops, now, limits_at)
    except REFUSALS as exc:
        if len(ops) == 1:
            known = known_error(exc)
            if known is None:
                log.error("operation_failed", op_id=str(ops[0].op_id), kind=kind[0], exc_info=exc)
            return [quarantined(known or OperationFailed())]
    return [(await _apply_set(conn, actor, kind, [op], now, limits_at))[0] for op in ops]


async def _take_turns(conn: Any, entries: Sequence[Entry]) -> None:
    """Wait for a change of the grids that is moving these employers, and make the next one wait: what is judged below is judged,
    and kept, by the grid an employer lies in when this push commits. Where a grid is looked up by a point, the shapes hold still."""
    operations = [e.operation for e in entries if e.operation]
    if any(op.kind in PLACED for op in operations):
        await conn.execute("select hold_territory()")
    if named := {op.payload.employer_id for op in operations if getattr(op.payload, "employer_id", None)}:
        await conn.execute("select lock_employers($1::uuid[])", list(named))


async def _settle(conn: Any, actor: Actor, entries: Sequence[Entry], now: datetime, limits_at: LimitsAt) -> list[tuple[Entry, Verdict]]:
    """Apply what could be read, kind by kind, parents first."""
    await _take_turns(conn, entries)
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
            settled += zip(batch, await _apply_set(conn, actor, kind, ops, now, limits_at), strict=True)
    return settled


async def _wake_children(
    conn: Any, actor: Actor, home_path: str, settled: Sequence[tuple[Entry, Verdict]], now: datetime, limits_at: LimitsAt
) -> list[tuple[Entry, Verdict]]:
    """Operations that waited for what has just arrived, applied now; and those that waited for these in turn."""
    woken: list[tuple[Entry, Verdict]] = []
    arrived = [e.operation.entity_id for e, v in settled if e.operation and v.outcome in ("applied", "conflict")]
    while arrived:
        waiting = await waiting_on(conn, actor.person_id, arrived)
        again = await _settle(conn, actor, [read_operation(0, body) for body in waiting], now, limits_at)
        woken += again
        await write_lines(conn, actor.person_id, now, home_path, again)
        arrived = [e.operation.entity_id for e, v in again if e.operation and v.outcome in ("applied", "conflict")]
    return woken


def _is_settled(line: Line, entry: Entry) -> bool:
    """Whether the journal's answer stands. What waited for its parent, or for a server that knows its kind, is tried again."""
    if line.problem and line.problem["zh"]["type"] == KindUnknown.code:
        return isinstance(entry.problem, KindUnknown)
    return line.outcome != "waiting_for_parent"


async def _home_path(conn: Any, actor: Actor) -> str:
    """Where an operation belongs that names no place: the person's own grid, else her unit's."""
    if actor.scope:
        return actor.scope[0]
    path: str = await conn.fetchval("select grid_path::text from people where id = $1", actor.person_id)
    return path


def _outcome(entry: Entry, line: Line, language: Language, is_repeated: bool) -> OperationOutcome:
    return OperationOutcome(
        index=entry.index,
        op_id=entry.op_id if entry.has_own_id else None,
        outcome="duplicate" if is_repeated and line.outcome == "applied" else line.outcome,
        receipt=Receipt(entry.op_id, entry.op_sha256, line.received_at),
        flags=line.flags,
        problem=line.problem[language] if line.problem else None,
    )


async def push(db: AsyncSession, actor: Actor, data: Push, language: Language) -> PushAnswer:
    """Apply a batch of operations of the acting person.

    A repeated operation has the effect of one and gets the same receipt; the caller commits before answering.

    Raises:
        TooManyOperations: more than ``push_operations_max`` at once; nothing was applied.
        RightMissing: the role may not capture.
    """
    actor.require("field.capture")
    now = utc_now()
    policies = await policy_history(db, now)
    max_operations = policies.at(now)["push_operations_max"]
    if len(data.operations) > max_operations:
        raise TooManyOperations(max=max_operations)
    conn = await driver(db)
    # One push of a person at a time: a retry that overtakes its original waits here and then finds its lines.
    await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(actor.person_id))
    entries = [read_operation(i, op.body) for i, op in enumerate(data.operations)]
    known = await lines_of(conn, actor.person_id, [e.op_id for e in entries])
    seen_ids = {op_id for op_id, _ in known}
    fresh: dict[Key, Entry] = {}
    for entry in entries:
        line = known.get(entry.key)
        if (line and _is_settled(line, entry)) or entry.key in fresh:
            continue
        if line is None and entry.op_id in seen_ids:
            entry.problem, entry.operation = OperationIdReused(), None
        seen_ids.add(entry.op_id)
        fresh[entry.key] = entry
    settled = await _settle(conn, actor, list(fresh.values()), now, policies.at)
    home_path = await _home_path(conn, actor)
    await write_lines(conn, actor.person_id, now, home_path, settled)
    settled += await _wake_children(conn, actor, home_path, settled, now, policies.at)
    lines = {e.key: Line.of(v, known[e.key].received_at if e.key in known else now) for e, v in settled}
    outcomes = [_outcome(e, lines.get(e.key) or known[e.key], language, e.key not in lines) for e in entries]
    log.info("pushed", operations=len(entries), applied=sum(line.outcome == "applied" for line in lines.values()))
    return PushAnswer(server_time=now, outcomes=outcomes)
