"""Recording talks from phones, a batch at a time. At an employer they are judged by its reach, elsewhere kept and flagged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.catalogues.service import words_of
from wangge.core.clock import china_day
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.core.operations import (
    EmployerOutOfScope,
    LimitsAt,
    Operation,
    Position,
    Reach,
    Verdict,
    clock_flags,
    existing,
    quarantine_taken_ids,
    quarantined,
    reach_employers,
    uncertified_days,
    waiting_for,
)
from wangge.core.placing import Place, places_for

Code = Annotated[str, Meta(min_length=1, max_length=60)]


class MaterialPayload(Struct, frozen=True):
    """How many of one material were handed out."""

    kind: Code
    count: Annotated[int, Meta(ge=1, le=100_000)]


class TalkPayload(Struct, frozen=True):
    """A talk as captured; without ``employer_id`` it took place at ``place``, by its point or in ``grid_id``."""

    topics: Annotated[list[Code], Meta(min_length=1, max_length=30)]
    employer_id: UUID | None = None
    patrol_id: UUID | None = None
    grid_id: UUID | None = None
    place: Annotated[str, Meta(max_length=200)] = ""
    position: Position | None = None
    accuracy_m: float | None = None
    audience: Annotated[str, Meta(max_length=400)] = ""
    people_count: Annotated[int, Meta(ge=0, le=100_000)] = 0
    materials: Annotated[list[MaterialPayload], Meta(max_length=30)] = []
    note: Annotated[str, Meta(max_length=4000)] = ""
    evidence_ids: Annotated[list[UUID], Meta(max_length=50)] = []


INSERT = """
    insert into talks (id, employer_id, person_id, device_id, patrol_id, place, audience, people_count, topics, note, position,
                       accuracy_m, evidence_expected, flags, captured_at, happened_at, received_at, grid_id, grid_path)
    select id, employer_id, $17::uuid, device_id, patrol_id, place, audience, people_count, string_to_array(topics, ','), note,
           ST_SetSRID(ST_MakePoint(lon, lat), 4326), accuracy_m, evidence_expected, string_to_array(flags, ','), captured_at,
           happened_at, $18::timestamptz, grid_id, grid_path::ltree
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::text[], $9::text[],
                $10::float8[], $11::float8[], $12::float8[], $13::int[], $14::text[], $15::timestamptz[], $16::timestamptz[],
                $19::uuid[], $20::text[])
      as t(id, employer_id, device_id, patrol_id, place, audience, people_count, topics, note, lon, lat, accuracy_m,
           evidence_expected, flags, captured_at, happened_at, grid_id, grid_path)
    on conflict (id) do nothing returning id
"""
INSERT_MATERIALS = """
    insert into talk_materials (talk_id, kind, count, grid_path)
    select talk_id, kind, count, grid_path::ltree
    from unnest($1::uuid[], $2::text[], $3::int[], $4::text[]) as t(talk_id, kind, count, grid_path)
"""


def twice_named(materials: Sequence[MaterialPayload]) -> InvalidInput | None:
    """The problem of a material that stands there twice: which count is meant, nobody can say."""
    kinds = [m.kind for m in materials]
    if len(set(kinds)) == len(kinds):
        return None
    return InvalidInput(
        [FieldProblem("materials", "named_twice", "同一种资料写了两次，请合并成一行。", "A material is named twice; make it one.")]
    )


async def _reaches(conn: Any, ops: Sequence[Operation[TalkPayload]]) -> dict[int, Reach | None]:
    """By index, how the person could reach the employer of each talk that names one."""
    named = [i for i, op in enumerate(ops) if op.payload.employer_id is not None]
    return dict(zip(named, await reach_employers(conn, [ops[i] for i in named]), strict=True)) if named else {}


def spot_of(position: Position | None) -> Position | None:
    """The point, where it is one on earth."""
    return position if position and position.is_on_earth() else None


async def record_talks(
    conn: Any, actor: Actor, ops: Sequence[Operation[TalkPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Record talks and what was handed out; the verdicts stand in the order of the operations.

    One whose employer or patrol has not arrived waits; one at an employer out of the person's reach is quarantined, as is one
    with a topic or material that no catalogue has. Elsewhere it belongs to the grid of its point, of its declaration, or hers.
    """
    reaches = await _reaches(conn, ops)
    patrols = await existing(conn, "patrol", [op.payload.patrol_id for op in ops])
    topics, kinds = await words_of(conn, "talk_topics"), await words_of(conn, "material_kinds")
    spots = [spot_of(op.payload.position) for op in ops]
    places = await places_for(conn, actor.person_id, actor.scope, spots, [op.payload.grid_id for op in ops])
    uncertified = await uncertified_days(conn, actor.person_id, ops)
    verdicts: list[Verdict] = []
    rows, materials = [], []
    for index, (op, spot) in enumerate(zip(ops, spots, strict=True)):
        p, day = op.payload, china_day(op.happened_at)
        reach, place = reaches.get(index), places[index]
        if p.employer_id is not None:
            if reach is None:
                verdicts.append(waiting_for(p.employer_id))
                continue
            if reach.how == "none":
                verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
                continue
            place = Place(reach.grid_id, reach.grid_path)
        if p.patrol_id is not None and p.patrol_id not in patrols:
            verdicts.append(waiting_for(p.patrol_id))
            continue
        wrong = topics.require("topics", p.topics, day) or kinds.require("materials", [m.kind for m in p.materials], day)
        if wrong := wrong or twice_named(p.materials):
            verdicts.append(quarantined(wrong, place.grid_path))
            continue
        flags = [*place.flags, *clock_flags(op, received_at, limits_at)]
        flags += ["uncertified"] if day in uncertified else []
        verdicts.append(Verdict(flags=flags, grid_path=place.grid_path))
        rows.append(
            (op.entity_id, p.employer_id, op.device_id, p.patrol_id, p.place.strip(), p.audience.strip(), p.people_count,
             ",".join(p.topics), p.note, spot and spot.lon, spot and spot.lat,
             p.accuracy_m if spot and p.accuracy_m is not None and p.accuracy_m >= 0 else None, len(p.evidence_ids),
             ",".join(flags), op.captured_at, op.happened_at, place.grid_id, place.grid_path)
        )  # fmt: skip
        materials += [(op.entity_id, m.kind, m.count, place.grid_path) for m in p.materials]
    if not rows:
        return verdicts
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = {r[0] for r in await conn.fetch(INSERT, *columns[:16], actor.person_id, received_at, columns[16], columns[17])}
    quarantine_taken_ids(ops, verdicts, stored)
    handed_out = [m for m in materials if m[0] in stored]
    if handed_out:
        await conn.execute(INSERT_MATERIALS, *[list(column) for column in zip(*handed_out, strict=True)])
    return verdicts
