"""The journal of operations: one line for each that ever came, with its outcome."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from wangge.core.errors import Language, in_every_language
from wangge.core.operations import Outcome, Verdict
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import moment_text
from wangge.sync.reading import Entry

Key = tuple[UUID, str]
Problem = dict[Language, dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """What the journal says of an operation; the problem in every language, for whoever reads it later."""

    outcome: Outcome
    flags: list[str]
    problem: Problem | None
    received_at: datetime
    receipt: "SignedReceipt | None" = None

    @classmethod
    def of(cls, verdict: Verdict, received_at: datetime, before: "Line | None") -> "Line":
        """The line that a verdict makes; where there was one ``before``, its receipt stands."""
        problem = in_every_language(verdict.problem) if verdict.problem else None
        if before:
            return cls(verdict.outcome, verdict.flags, problem, before.received_at, before.receipt)
        return cls(verdict.outcome, verdict.flags, problem, received_at)


class SignedReceipt(NamedTuple):
    """The server's signature under a receipt, and the key it is of."""

    key_id: str
    signature: str


def start_signing(key: ServerKey, moments: Mapping[Key, datetime]) -> Awaitable[dict[Key, SignedReceipt]]:
    """Sign on another core that these operations were received at these moments; some 35 µs for each."""

    async def sign_all() -> dict[Key, SignedReceipt]:
        received = [(str(op_id), op_sha256, moment_text(at)) for (op_id, op_sha256), at in moments.items()]
        signatures = await key.sign_receipts(received) if received else []
        return {named: SignedReceipt(key.key_id, signature) for named, signature in zip(moments, signatures, strict=True)}

    return asyncio.ensure_future(sign_all())


async def lines_of(conn: Any, person_id: UUID, op_ids: Sequence[UUID]) -> dict[Key, Line]:
    """What the journal holds of these operations of this person, by id and hash."""
    rows = await conn.fetch(
        "select op_id, op_sha256, outcome, flags, problem::text as problem, received_at, receipt_key_id, receipt_signature "
        "from sync_operations where person_id = $1 and op_id = any($2::uuid[])",
        person_id,
        list(op_ids),
    )
    return {
        (r["op_id"], r["op_sha256"]): Line(
            r["outcome"],
            r["flags"],
            msgspec.json.decode(r["problem"]) if r["problem"] else None,
            r["received_at"],
            SignedReceipt(r["receipt_key_id"], r["receipt_signature"]) if r["receipt_signature"] else None,
        )
        for r in rows
    }


WRITE = """
    insert into sync_operations (person_id, op_id, op_sha256, device_id, kind, v, entity_id, body, outcome, problem, flags,
                                 waiting_for, captured_at, received_at, grid_path, chain_id, device_seq, prev_sha256, key_id,
                                 signature, receipt_key_id, receipt_signature)
    select $1::uuid, op_id, op_sha256, device_id, kind, v, entity_id, body, outcome, problem::jsonb,
           string_to_array(flags, ','), waiting_for, captured_at, $2::timestamptz, grid_path::ltree, chain_id, device_seq,
           prev_sha256, key_id, signature, receipt_key_id, receipt_signature
    from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::int[], $8::uuid[], $9::text[], $10::text[], $11::text[],
                $12::text[], $13::uuid[], $14::timestamptz[], $15::text[], $16::uuid[], $17::bigint[], $18::text[], $19::text[],
                $20::text[], $21::text[], $22::text[])
      as t(op_id, op_sha256, device_id, kind, v, entity_id, body, outcome, problem, flags, waiting_for, captured_at, grid_path,
           chain_id, device_seq, prev_sha256, key_id, signature, receipt_key_id, receipt_signature)
    on conflict (person_id, op_id, op_sha256) do update
       set outcome = excluded.outcome, problem = excluded.problem, flags = excluded.flags, waiting_for = excluded.waiting_for,
           entity_id = excluded.entity_id, grid_path = excluded.grid_path
"""
WRITE_RECEIPTS = """
    update sync_operations o set receipt_key_id = t.key_id, receipt_signature = t.signature
    from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as t(op_id, op_sha256, key_id, signature)
    where o.person_id = $1 and o.op_id = t.op_id and o.op_sha256 = t.op_sha256 and o.receipt_signature is null
"""


@dataclass(frozen=True)
class Journal:
    """The journal of one person in the transaction under way; ``home_path`` is where what names no place belongs."""

    conn: Any
    person_id: UUID
    home_path: str
    received_at: datetime

    async def write(
        self, settled: Sequence[tuple[Entry, Verdict]], known: Mapping[Key, Line], receipts: Mapping[Key, SignedReceipt]
    ) -> dict[Key, Line]:
        """Write the outcomes, with ``receipts`` for what is new; a line that was open is brought up to date and keeps the moment it
        was first received, and its receipt."""
        lines = {e.key: Line.of(v, self.received_at, known.get(e.key)) for e, v in settled}
        if not settled:
            return lines
        lines = {key: replace(line, receipt=line.receipt or receipts.get(key)) for key, line in lines.items()}
        rows = [
            (e.op_id, e.op_sha256, e.device_id, e.kind, e.v, e.entity_id, e.body, v.outcome,
             msgspec.json.encode(in_every_language(v.problem)).decode() if v.problem else None, ",".join(v.flags), v.waiting_for,
             e.captured_at, v.grid_path or self.home_path, e.link.chain_id, e.link.device_seq, e.link.prev_sha256, e.key_id,
             e.signature, *(lines[e.key].receipt or (None, None)))
            for e, v in settled
        ]  # fmt: skip
        await self.conn.execute(WRITE, self.person_id, self.received_at, *[list(column) for column in zip(*rows, strict=True)])
        return lines

    async def give_receipts(self, lines: Mapping[Key, Line], receipts: Mapping[Key, SignedReceipt]) -> dict[Key, Line]:
        """Give a receipt to each line that has none: to what was received before receipts were signed."""
        without = [key for key, line in lines.items() if line.receipt is None]
        if not without:
            return dict(lines)
        rows = [(*key, *receipts[key]) for key in without]
        await self.conn.execute(WRITE_RECEIPTS, self.person_id, *[list(column) for column in zip(*rows, strict=True)])
        return {key: replace(line, receipt=line.receipt or receipts[key]) for key, line in lines.items()}


async def waiting_on(conn: Any, person_id: UUID, parents: Sequence[UUID]) -> list[tuple[str, str | None, str | None]]:
    """This person's operations that wait for one of these parents: text, key and signature."""
    rows = await conn.fetch(
        "select body, key_id, signature from sync_operations where person_id = $1 and outcome = 'waiting_for_parent' "
        "and waiting_for = any($2::uuid[]) order by received_at limit 1000",
        person_id,
        list(parents),
    )
    return [(r["body"], r["key_id"], r["signature"]) for r in rows]
