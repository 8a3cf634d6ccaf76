"""Taking reports of incidents from phones. Nothing holds one up: it waits for no other record and is refused for no scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.catalogues.service import words_of
from wangge.core.clock import china_day
from wangge.core.operations import (
    LimitsAt,
    Operation,
    Position,
    Verdict,
    clock_flags,
    quarantine_taken_ids,
    quarantined,
    reach_employers,
)
from wangge.core.placing import Place, places_for


class IncidentPayload(Struct, frozen=True):
    """An incident as reported; ``employer_id`` may name one that has not arrived, ``place`` says where in words."""

    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    severity: Literal["normal", "serious", "critical"]
    people_count: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    employer_id: UUID | None = None
    grid_id: UUID | None = None
    place: Annotated[str, Meta(max_length=400)] = ""
    position: Position | None = None
    accuracy_m: float | None = None
    note: Annotated[str, Meta(max_length=4000)] = ""
    evidence_ids: Annotated[list[UUID], Meta(max_length=20)] = []


INSERT = """
    insert into incidents (id, kind, severity, people_count, employer_id, place, note, person_id, device_id, position, accuracy_m,
                           evidence_expected, flags, captured_at, happened_at, received_at, status, closing_note, version, grid_id,
                           grid_path)
    select id, kind, severity, people_count, employer_id, place, note, $16::uuid, device_id, ST_SetSRID(ST_MakePoint(lon, lat), 4326),
           accuracy_m, evidence_expected, string_to_array(flags, ','), captured_at, happened_at, $17::timestamptz, 'open', '', 1,
           grid_id, grid_path::ltree
    from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::float8[],
                $10::float8[], $11::float8[], $12::int[], $13::text[], $14::timestamptz[], $15::timestamptz[], $18::uuid[], $19::text[])
      as t(id, kind, severity, people_count, employer_id, place, note, device_id, lon, lat, accuracy_m, evidence_expected, flags,
           captured_at, happened_at, grid_id, grid_path)
    on conflict (id) do nothing returning id
"""


async def report_incidents(
    conn: Any, actor: Actor, ops: Sequence[Operation[IncidentPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Store reports; the verdicts stand in the order of the operations.

    The grid is that of the point, else the employer's, else the declared one, else hers. An employer that is not here yet, or
    out of her reach, is left out (``place`` names it) and flagged. Only a kind that no catalogue has is quarantined.
    """
    named = [i for i, op in enumerate(ops) if op.payload.employer_id is not None]
    reaches = dict(zip(named, await reach_employers(conn, [ops[i] for i in named]), strict=True)) if named else {}
    kinds = await words_of(conn, "incident_kinds")
    spots = [op.payload.position if op.payload.position and op.payload.position.is_on_earth() else None for op in ops]
    places = await places_for(conn, actor.person_id, actor.scope, spots, [op.payload.grid_id for op in ops])
    verdicts: list[Verdict] = []
    rows = []
    for index, (op, spot) in enumerate(zip(ops, spots, strict=True)):
        p, place, reach = op.payload, places[index], reaches.get(index)
        known = reach is not None and reach.how != "none"
        if spot is None and known and reach is not None:
            place = Place(reach.grid_id, reach.grid_path)
        if wrong := kinds.require("kind", [p.kind], china_day(op.happened_at)):
            verdicts.append(quarantined(wrong, place.grid_path))
            continue
        flags = [*place.flags, *clock_flags(op, received_at, limits_at)]
        flags += ["employer_not_here"] if p.employer_id is not None and not known else []
        flags += ["no_position"] if spot is None else []
        verdicts.append(Verdict(flags=flags, grid_path=place.grid_path))
        rows.append(
            (op.entity_id, p.kind, p.severity, p.people_count, p.employer_id if known else None, p.place.strip(), p.note, op.device_id,
             spot and spot.lon, spot and spot.lat, p.accuracy_m if spot and p.accuracy_m is not None and p.accuracy_m >= 0 else None,
             len(p.evidence_ids), ",".join(flags), op.captured_at, op.happened_at, place.grid_id, place.grid_path)
        )  # fmt: skip
    if not rows:
        return verdicts
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = {r[0] for r in await conn.fetch(INSERT, *columns[:15], actor.person_id, received_at, columns[15], columns[16])}
    quarantine_taken_ids(ops, verdicts, stored)
    return verdicts
