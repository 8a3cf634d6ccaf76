"""The journal of operations: one line for each that ever came, with its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from wangge.core.errors import Language, in_every_language
from wangge.core.operations import Outcome, Verdict
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

    @classmethod
    def of(cls, verdict: Verdict, received_at: datetime) -> "Line":
        """The line that a verdict makes."""
        problem = in_every_language(verdict.problem) if verdict.problem else None
        return cls(verdict.outcome, verdict.flags, problem, received_at)


async def lines_of(conn: Any, person_id: UUID, op_ids: Sequence[UUID]) -> dict[Key, Line]:
    """What the journal holds of these operations of this person, by id and hash."""
    rows = await conn.fetch(
        "select op_id, op_sha256, outcome, flags, problem::text as problem, received_at from sync_operations "
        "where person_id = $1 and op_id = any($2::uuid[])",
        person_id,
        list(op_ids),
    )
    return {
        (r["op_id"], r["op_sha256"]): Line(
            r["outcome"], r["flags"], msgspec.json.decode(r["problem"]) if r["problem"] else None, r["received_at"]
        )
        for r in rows
    }


WRITE = """
    insert into sync_operations (person_id, op_id, op_sha256, device_id, kind, v, entity_id, body, outcome, problem, flags,
                                 waiting_for, captured_at, received_at, grid_path)
    select $1::uuid, op_id, op_sha256, device_id, kind, v, entity_id, body, outcome, problem::jsonb,
           string_to_array(flags, ','), waiting_for, captured_at, $2::timestamptz, grid_path::ltree
    from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::int[], $8::uuid[], $9::text[], $10::text[], $11::text[],
                $12::text[], $13::uuid[], $14::timestamptz[], $15::text[])
      as t(op_id, op_sha256, device_id, kind, v, entity_id, body, outcome, problem, flags, waiting_for, captured_at, grid_path)
    on conflict (person_id, op_id, op_sha256) do update
       set outcome = excluded.outcome, problem = excluded.problem, flags = excluded.flags, waiting_for = excluded.waiting_for,
           entity_id = excluded.entity_id, grid_path = excluded.grid_path
"""


async def write_lines(conn: Any, person_id: UUID, received_at: datetime, home_path: str, settled: Sequence[tuple[Entry, Verdict]]) -> None:
    """Write the outcomes; a line that was open is brought up to date and keeps the moment it was first received."""
    if not settled:
        return
    rows = [
        (e.op_id, e.op_sha256, e.device_id, e.kind, e.v, e.operation.entity_id if e.operation else None, e.body, v.outcome,
         msgspec.json.encode(in_every_language(v.problem)).decode() if v.problem else None, ",".join(v.flags), v.waiting_for,
         e.captured_at, v.grid_path or home_path)
        for e, v in settled
    ]  # fmt: skip
    await conn.execute(WRITE, person_id, received_at, *[list(column) for column in zip(*rows, strict=True)])


async def waiting_on(conn: Any, person_id: UUID, parents: Sequence[UUID]) -> list[str]:
    """Texts of this person's operations that wait for one of these parents."""
    rows = await conn.fetch(
        "select body from sync_operations where person_id = $1 and outcome = 'waiting_for_parent' "
        "and waiting_for = any($2::uuid[]) order by received_at limit 1000",
        person_id,
        list(parents),
    )
    return [r["body"] for r in rows]
