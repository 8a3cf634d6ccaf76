"""Recording visits and their findings from phones, a batch at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.clock import china_day
from wangge.core.operations import (
    EmployerOutOfScope,
    EntityIdTaken,
    LimitsAt,
    Operation,
    Verdict,
    clock_flags,
    existing,
    quarantine_taken_ids,
    quarantined,
    reach_employers,
    uncertified_days,
    waiting_for,
)
from wangge.core.problems import constraint_means

constraint_means("pk_findings", EntityIdTaken)

Activity = Literal["collect", "publicise", "observe"]
FindingKind = Literal["no_contract", "wage_arrears", "no_insurance", "overtime", "child_labour", "no_ledger", "other"]
Text4k = Annotated[str, Meta(max_length=4000)]


class FindingPayload(Struct, frozen=True):
    """A finding (发现问题) of a visit."""

    id: UUID
    kind: FindingKind
    severity: Literal["note", "minor", "major"]
    note: Text4k = ""


class VisitPayload(Struct, frozen=True):
    """A visit as captured; ``evidence_ids`` are the photos that will follow."""

    employer_id: UUID
    activities: Annotated[list[Activity], Meta(max_length=10)]
    patrol_id: UUID | None = None
    stop_id: UUID | None = None
    check_in_id: UUID | None = None
    people_met: Annotated[str, Meta(max_length=400)] = ""
    findings: Annotated[list[FindingPayload], Meta(max_length=50)] = []
    note: Text4k = ""
    evidence_ids: Annotated[list[UUID], Meta(max_length=50)] = []


INSERT = """
    insert into visits (id, employer_id, person_id, device_id, patrol_id, check_in_id, activities, people_met, note,
                        evidence_expected, flags, captured_at, happened_at, received_at, grid_id, grid_path)
    select id, employer_id, $14::uuid, device_id, patrol_id, check_in_id, string_to_array(activities, ','), people_met, note,
           evidence_expected, string_to_array(flags, ','), captured_at, happened_at, $15::timestamptz, grid_id, grid_path::ltree
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::int[],
                $10::text[], $11::timestamptz[], $12::timestamptz[], $13::uuid[], $16::text[])
      as t(id, employer_id, device_id, patrol_id, check_in_id, activities, people_met, note, evidence_expected, flags,
           captured_at, happened_at, grid_id, grid_path)
    on conflict (id) do nothing returning id
"""
INSERT_FINDINGS = """
    insert into findings (id, visit_id, kind, severity, note, grid_path)
    select id, visit_id, kind, severity, note, grid_path::ltree
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
      as t(id, visit_id, kind, severity, note, grid_path)
"""


async def record_visits(
    conn: Any, actor: Actor, ops: Sequence[Operation[VisitPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Record visits and their findings; the verdicts stand in the order of the operations.

    One whose employer, patrol or check-in has not arrived waits; the employer's last visit and the patrol's stop follow by
    trigger (``visits_recorded``).
    """
    reaches = await reach_employers(conn, ops)
    patrols = await existing(conn, "patrol", [op.payload.patrol_id for op in ops])
    check_ins = await existing(conn, "check_in", [op.payload.check_in_id for op in ops])
    uncertified = await uncertified_days(conn, actor.person_id, ops)
    verdicts: list[Verdict] = []
    rows, findings = [], []
    for op, reach in zip(ops, reaches, strict=True):
        p = op.payload
        if reach is None:
            verdicts.append(waiting_for(p.employer_id))
        elif reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
        elif p.patrol_id is not None and p.patrol_id not in patrols:
            verdicts.append(waiting_for(p.patrol_id))
        elif p.check_in_id is not None and p.check_in_id not in check_ins:
            verdicts.append(waiting_for(p.check_in_id))
        else:
            flags = clock_flags(op, received_at, limits_at)
            flags += ["uncertified"] if china_day(op.happened_at) in uncertified else []
            verdicts.append(Verdict(flags=flags, grid_path=reach.grid_path))
            rows.append(
                (op.entity_id, p.employer_id, op.device_id, p.patrol_id, p.check_in_id, ",".join(p.activities), p.people_met,
                 p.note, len(p.evidence_ids), ",".join(flags), op.captured_at, op.happened_at, reach.grid_id, reach.grid_path)
            )  # fmt: skip
            findings += [(f.id, op.entity_id, f.kind, f.severity, f.note, reach.grid_path) for f in p.findings]
    if not rows:
        return verdicts
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = {r[0] for r in await conn.fetch(INSERT, *columns[:13], actor.person_id, received_at, columns[13])}
    quarantine_taken_ids(ops, verdicts, stored)
    new_findings = [f for f in findings if f[1] in stored]
    if new_findings:
        await conn.execute(INSERT_FINDINGS, *[list(column) for column in zip(*new_findings, strict=True)])
    return verdicts
