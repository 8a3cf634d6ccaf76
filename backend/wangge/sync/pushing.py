"""Push: operations from a phone, each with its own outcome, all in one transaction that commits before the answer.

Operations of one kind are applied as a set inside a savepoint; when the database refuses the set, they are applied one by
one, each in its own savepoint, so that one bad operation never holds up another. Everything is journalled.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence
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
from wangge.record_log.server_key import ServerKey
from wangge.seals.checking import Seal, start_checking
from wangge.seals.errors import SealBroken, SealedElsewhere
from wangge.seals.rules import SealFault
from wangge.sync.errors import KindUnknown, OperationFailed, OperationIdReused, TooManyOperations
from wangge.sync.journal import Journal, Key, Line, lines_of, start_signing, waiting_on
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
    """Apply what could be read, kind by kind, parents first. What came without a seal is flagged, whatever becomes of it."""
    settled = await _judge(conn, actor, entries, now, limits_at)
    for entry, verdict in settled:
        if entry.key_id is None and not entry.has_broken_seal:
            verdict.flags = [*verdict.flags, "unsealed"]
    return settled


async def _judge(conn: Any, actor: Actor, entries: Sequence[Entry], now: datetime, limits_at: LimitsAt) -> list[tuple[Entry, Verdict]]:
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
    journal: Journal, actor: Actor, settled: Sequence[tuple[Entry, Verdict]], lines: dict[Key, Line], limits_at: LimitsAt
) -> dict[Key, Line]:
    """Operations that waited for what has just arrived, applied now; and those that waited for these in turn."""
    arrived = [e.operation.entity_id for e, v in settled if e.operation and v.outcome in ("applied", "conflict")]
    while arrived:
        waiting = await waiting_on(journal.conn, actor.person_id, arrived)
        # their seals were checked when they came
        entries = [read_operation(0, *sealed) for sealed in waiting]
        again = await _settle(journal.conn, actor, entries, journal.received_at, limits_at)
        lines |= await journal.write(again, lines, {})
        arrived = [e.operation.entity_id for e, v in again if e.operation and v.outcome in ("applied", "conflict")]
    return lines


class _SealsDoNotHold(Exception):
    """Some seals of a push turned out not to hold: what was applied meanwhile is undone."""


async def _start_checking(conn: Any, entries: Sequence[Entry]) -> Awaitable[dict[int, SealFault]]:
    """What is wrong with the seals, by the entry's index; what carries none is not looked at."""
    sealed = [e for e in entries if e.key_id]
    seals = [
        Seal(e.raw, e.key_id or "", e.signature or "", e.device_id, e.operation.happened_at if e.operation else e.captured_at)
        for e in sealed
    ]
    checking = await start_checking(conn, seals)

    async def faults() -> dict[int, SealFault]:
        return {e.index: fault for e, fault in zip(sealed, await checking, strict=True) if fault}

    return asyncio.ensure_future(faults())


def _refuse(entry: Entry, fault: SealFault) -> None:
    problem = SealedElsewhere if fault in ("other_account", "other_device") else SealBroken
    entry.problem, entry.operation = problem(reason=fault), None


async def _settle_sealed(
    conn: Any, actor: Actor, entries: Sequence[Entry], now: datetime, limits_at: LimitsAt
) -> list[tuple[Entry, Verdict]]:
    """Apply while the seals are being checked, for they nearly always hold; where some do not, undo it and apply the others."""
    for entry in entries:
        if entry.has_broken_seal:
            _refuse(entry, "malformed")
    checking = await _start_checking(conn, entries)
    faults: dict[int, SealFault] = {}
    try:
        async with conn.transaction():
            settled = await _settle(conn, actor, entries, now, limits_at)
            faults = await checking
            if faults:
                raise _SealsDoNotHold
            return settled
    except _SealsDoNotHold:
        for entry in entries:
            if entry.index in faults:
                _refuse(entry, faults[entry.index])
        return await _settle(conn, actor, entries, now, limits_at)


async def settle_again(journal: Journal, actor: Actor, entry: Entry, known: dict[Key, Line], limits_at: LimitsAt) -> dict[Key, Line]:
    """Judge one operation of the journal once more, its seal too, as its author ``actor``; and what waited for it."""
    settled = await _settle_sealed(journal.conn, actor, [entry], journal.received_at, limits_at)
    lines = await journal.write(settled, known, {})
    return await _wake_children(journal, actor, settled, lines, limits_at)


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


def _receipt(entry: Entry, line: Line) -> Receipt:
    if line.receipt is None:
        raise RuntimeError("every line has its receipt by now")
    return Receipt(entry.op_id, entry.op_sha256, line.received_at, line.receipt.key_id, line.receipt.signature)


def _outcome(entry: Entry, line: Line, language: Language, is_repeated: bool) -> OperationOutcome:
    return OperationOutcome(
        index=entry.index,
        op_id=entry.op_id if entry.has_own_id else None,
        outcome="duplicate" if is_repeated and line.outcome == "applied" else line.outcome,
        receipt=_receipt(entry, line),
        flags=line.flags,
        problem=line.problem[language] if line.problem else None,
    )


async def push(db: AsyncSession, actor: Actor, key: ServerKey, data: Push, language: Language) -> PushAnswer:
    """Apply a batch of operations of the acting person, and sign their receipts with the server's ``key``.

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
    entries = [read_operation(i, op.body, op.key_id, op.signature) for i, op in enumerate(data.operations)]
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
    unsigned = {k: line.received_at for k, line in known.items() if line.receipt is None} | {k: now for k in fresh if k not in known}
    signing = start_signing(key, unsigned)
    settled = await _settle_sealed(conn, actor, list(fresh.values()), now, policies.at)
    journal, receipts = Journal(conn, actor.person_id, await _home_path(conn, actor), now), await signing
    known = await journal.give_receipts(known, receipts)
    lines = await journal.write(settled, known, receipts)
    lines = await _wake_children(journal, actor, settled, lines, policies.at)
    outcomes = [_outcome(e, lines.get(e.key) or known[e.key], language, e.key not in lines) for e in entries]
    log.info("pushed", operations=len(entries), applied=sum(line.outcome == "applied" for line in lines.values()))
    return PushAnswer(server_time=now, outcomes=outcomes)
