"""Recording tracks from phones: one stretch of at most ``track_points_max`` points to an operation."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.core.operations import (
    LimitsAt,
    Operation,
    Verdict,
    clock_flags,
    existing,
    quarantine_taken_ids,
    quarantined,
    waiting_for,
)
from wangge.patrols.rules import Point
from wangge.patrols.working import PatrolNotYours
from wangge.tracks.rules import walked_m

# Seconds since ``began_at``, lon, lat, accuracy in metres: an array, because a day has a thousand of them.
TrackPoint = tuple[float, float, float, float]


class TrackPayload(Struct, frozen=True):
    """A stretch as captured; ``began_at`` is the phone's clock at the first point, ``seq`` the stretch's number on the patrol."""

    patrol_id: UUID
    began_at: Annotated[datetime, Meta(tz=True)]
    points: Annotated[list[TrackPoint], Meta(min_length=2, max_length=1000)]
    seq: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


# A stretch is sealed when it is full or the duty ends; a phone that was off since then seals it when it is on again.
LONGEST = timedelta(days=31)

PATROLS = "select id, grid_path::text from patrols where id = any($1::uuid[]) and assignee_id = $2"
INSERT = """
    insert into tracks (id, patrol_id, person_id, device_id, seq, geom, accuracies_m, walked_m, begins_at, ends_at, flags, received_at,
                        grid_path)
    select $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::int,
           (select ST_SetSRID(ST_MakeLine(ST_MakePointM(lon, lat, m) order by n), 4326)
            from unnest($6::float8[], $7::float8[], $8::float8[]) with ordinality as p(lon, lat, m, n)),
           $9::real[], $10::float8, $11::timestamptz, $12::timestamptz, string_to_array($13::text, ','), $14::timestamptz, $15::text::ltree
    on conflict (id) do nothing returning id
"""


def _wrong(zh: str, en: str) -> InvalidInput:
    return InvalidInput([FieldProblem("points", "invalid", zh, en)])


def points_problem(payload: TrackPayload, captured_at: datetime, points_max: int) -> InvalidInput | None:
    """What is wrong with a stretch's points, None where nothing is: on earth, in the order of time, within the days before the
    stretch was sealed, not too many."""
    if abs(captured_at - payload.began_at) > LONGEST:
        return InvalidInput([FieldProblem("began_at", "invalid", "轨迹开始的时间不对。", "The track cannot have begun then.")])
    if len(payload.points) > points_max:
        return _wrong(f"一段轨迹最多 {points_max} 个点。", f"A stretch has at most {points_max} points.")
    last_s = 0.0
    for second, lon, lat, accuracy_m in payload.points:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90 and isfinite(accuracy_m) and accuracy_m >= 0):
            return _wrong("轨迹里有不可能的位置。", "A point of the track is no place on earth.")
        if not last_s <= second <= 86_400:
            return _wrong("轨迹的时间顺序不对。", "The points of the track are not in the order of time.")
        last_s = second
    return None


async def record_tracks(
    conn: Any, actor: Actor, ops: Sequence[Operation[TrackPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Store stretches; the verdicts stand in the order of the operations. A phone sends a few an hour, so one statement each.

    One whose patrol has not arrived waits; one of a patrol that is somebody else's is quarantined: nobody's way is written
    down under another's patrol.
    """
    wanted = [op.payload.patrol_id for op in ops]
    known = await existing(conn, "patrol", wanted)
    hers = dict(await conn.fetch(PATROLS, wanted, actor.person_id))
    verdicts, stored = [], set()
    for op in ops:
        p, limits = op.payload, limits_at(op.happened_at)
        grid_path = hers.get(p.patrol_id)
        if grid_path is None:
            verdicts.append(quarantined(PatrolNotYours()) if p.patrol_id in known else waiting_for(p.patrol_id))
            continue
        if problem := points_problem(p, op.captured_at, int(limits["track_points_max"])):
            verdicts.append(quarantined(problem, grid_path))
            continue
        flags = clock_flags(op, received_at, limits_at)
        began = p.began_at + timedelta(milliseconds=op.binding.server_offset_ms or 0)
        places: list[Point] = [(lon, lat) for _, lon, lat, _ in p.points]
        start_s = began.timestamp()
        row = await conn.fetchval(
            INSERT, op.entity_id, p.patrol_id, actor.person_id, op.device_id, p.seq,
            [lon for lon, _ in places], [lat for _, lat in places], [start_s + s for s, *_ in p.points],
            [accuracy_m for *_, accuracy_m in p.points], walked_m(places, float(limits["track_step_m"])),
            began + timedelta(seconds=p.points[0][0]), began + timedelta(seconds=p.points[-1][0]), ",".join(flags), received_at,
            grid_path,
        )  # fmt: skip
        stored |= {row} - {None}
        verdicts.append(Verdict(flags=flags, grid_path=grid_path))
    quarantine_taken_ids(ops, verdicts, stored)
    return verdicts
