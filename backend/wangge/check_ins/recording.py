"""Recording check-ins from phones, a batch at a time. Facts are kept and flagged, never refused for looking odd."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from wangge.accounts.actor import Actor
from wangge.core.clock import china_day
from wangge.core.operations import (
    EmployerOutOfScope,
    Limits,
    LimitsAt,
    Operation,
    Position,
    Verdict,
    clock_flags,
    existing,
    quarantine_taken_ids,
    quarantined,
    reach_employers,
    uncertified_days,
    waiting_for,
)


class CheckInPayload(Struct, frozen=True):
    """A check-in as captured; ``accuracy_m`` is a 95 % radius in metres (W3C Geolocation), ``age_s`` the fix's age."""

    employer_id: UUID
    patrol_id: UUID | None = None
    stop_id: UUID | None = None
    position: Position | None = None
    accuracy_m: float | None = None
    age_s: float | None = None


def position_flags(payload: CheckInPayload, distance_m: float | None, limits: Limits) -> list[str]:
    """What is odd about where the phone says it was; an empty list means on site, beyond reasonable doubt.

    On site: the distance less the phone's own accuracy lies within the geofence. An accuracy worse than
    ``poor_accuracy_m`` proves nothing, however near the point. Limits: docs/decisions/0006.
    """
    if payload.position is None or not payload.position.is_on_earth():
        return ["no_position"]
    flags = []
    accuracy_m = payload.accuracy_m if payload.accuracy_m is not None and payload.accuracy_m >= 0 else None
    if accuracy_m is None or accuracy_m > limits["poor_accuracy_m"]:
        flags.append("poor_accuracy")
    if (payload.age_s or 0) > limits["position_max_age_s"]:
        flags.append("stale_position")
    if distance_m is None:
        flags.append("employer_without_position")
    elif distance_m - min(accuracy_m or 0, limits["poor_accuracy_m"]) > limits["geofence_radius_m"]:
        flags.append("off_site")
    return flags


DISTANCES = """
    select ST_Distance(ST_MakePoint(p.lon, p.lat)::geography, ST_MakePoint(e.lon, e.lat)::geography)
    from unnest($1::float8[], $2::float8[], $3::float8[], $4::float8[]) with ordinality
      as p(lon, lat, e_lon, e_lat, ordinal)
    cross join lateral (select p.e_lon as lon, p.e_lat as lat) e
    order by p.ordinal
"""
INSERT = """
    insert into check_ins (id, employer_id, person_id, device_id, patrol_id, position, accuracy_m, age_s, distance_m,
                           is_on_site, flags, captured_at, happened_at, received_at, grid_id, grid_path)
    select id, employer_id, $15::uuid, device_id, patrol_id, ST_SetSRID(ST_MakePoint(lon, lat), 4326), accuracy_m, age_s,
           distance_m, is_on_site, string_to_array(flags, ','), captured_at, happened_at, $16::timestamptz, grid_id,
           grid_path::ltree
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
                $9::float8[], $10::bool[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::uuid[], $17::text[])
      as t(id, employer_id, device_id, patrol_id, lon, lat, accuracy_m, age_s, distance_m, is_on_site, flags, captured_at,
           happened_at, grid_id, grid_path)
    on conflict (id) do nothing returning id
"""


async def record_check_ins(
    conn: Any, actor: Actor, ops: Sequence[Operation[CheckInPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Record check-ins; the verdicts stand in the order of the operations.

    One that names an employer or a patrol not here yet waits; one at an employer that was out of the person's reach is
    quarantined; everything else is stored, with ``distance_m`` (metres on the ellipsoid) and its flags.
    """
    reaches = await reach_employers(conn, ops)
    patrols = await existing(conn, "patrol", [op.payload.patrol_id for op in ops])
    verdicts: list[Verdict] = []
    ready: list[int] = []
    for index, (op, reach) in enumerate(zip(ops, reaches, strict=True)):
        if reach is None:
            verdicts.append(waiting_for(op.payload.employer_id))
        elif reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
        elif op.payload.patrol_id is not None and op.payload.patrol_id not in patrols:
            verdicts.append(waiting_for(op.payload.patrol_id))
        else:
            verdicts.append(Verdict(grid_path=reach.grid_path))
            ready.append(index)
    if not ready:
        return verdicts
    spots = [op.payload.position if op.payload.position and op.payload.position.is_on_earth() else None for op in ops]
    sites = [reach.position if reach else None for reach in reaches]
    distances = await conn.fetch(
        DISTANCES,
        [spots[i].lon if spots[i] else None for i in ready],  # type: ignore[union-attr]
        [spots[i].lat if spots[i] else None for i in ready],  # type: ignore[union-attr]
        [sites[i].lon if sites[i] else None for i in ready],  # type: ignore[union-attr]
        [sites[i].lat if sites[i] else None for i in ready],  # type: ignore[union-attr]
    )
    uncertified = await uncertified_days(conn, actor.person_id, ops)
    rows = []
    for i, (distance_m,) in zip(ready, distances, strict=True):
        op, reach, spot = ops[i], reaches[i], spots[i]
        assert reach is not None  # noqa: S101  (ready holds only reached employers)
        odd = position_flags(op.payload, distance_m, limits_at(op.happened_at))
        flags = odd + clock_flags(op, received_at, limits_at)
        flags += ["uncertified"] if china_day(op.happened_at) in uncertified else []
        verdicts[i].flags = flags
        accuracy_m = op.payload.accuracy_m
        rows.append(
            (op.entity_id, op.payload.employer_id, op.device_id, op.payload.patrol_id, spot and spot.lon, spot and spot.lat,
             accuracy_m if accuracy_m is not None and accuracy_m >= 0 else None, op.payload.age_s, distance_m,
             not odd, ",".join(flags), op.captured_at, op.happened_at, reach.grid_id, reach.grid_path)
        )  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    stored = {r[0] for r in await conn.fetch(INSERT, *columns[:14], actor.person_id, received_at, columns[14])}
    quarantine_taken_ids(ops, verdicts, stored)
    return verdicts
