"""Starting, pausing, resuming and finishing a patrol on the phone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.errors import WanggeError
from wangge.core.operations import EntityIdTaken, LimitsAt, Operation, Verdict, clock_flags, existing, quarantined, waiting_for


class PatrolStartPayload(Struct, frozen=True):
    """Which patrol began."""

    patrol_id: UUID


class PatrolFinishPayload(Struct, frozen=True):
    """Which patrol ended, with a closing note."""

    patrol_id: UUID
    note: Annotated[str, Meta(max_length=4000)] = ""


class PatrolPausePayload(Struct, frozen=True):
    """Which patrol takes a break; the operation's entity is the break."""

    patrol_id: UUID


class PatrolResumePayload(Struct, frozen=True):
    """Which break of which patrol is over."""

    patrol_id: UUID
    pause_id: UUID


class PatrolNotYours(WanggeError):
    """The patrol was given to somebody else."""

    code, status = "patrol_not_yours", 403
    zh = "这次巡查已不是您的任务。记录已保存，等待县区核对。"
    en = "This patrol is not yours (any more). The record is kept for the county to check."


class PatrolCancelled(WanggeError):
    """The patrol was cancelled while the phone was away."""

    code, status = "patrol_cancelled", 409
    zh = "这次巡查已被县区取消。您已做的走访仍然有效。"
    en = "The county cancelled this patrol meanwhile. The visits you made still count."


START = """
    update patrols set started_at = least(coalesce(started_at, $2), $2), version = version + 1,
           status = case when status = 'planned' then 'started' else status end
    where id = $1 and assignee_id = $3 returning status, grid_path::text
"""
FINISH = """
    update patrols set finished_at = greatest(finished_at, $2), version = version + 1,
           closing_note = case when finished_at > $2 then closing_note else $4 end,
           status = case when status in ('planned', 'started') then 'finished' else status end
    where id = $1 and assignee_id = $3 returning status, grid_path::text
"""

PAUSE = """
    insert into patrol_pauses (id, patrol_id, person_id, paused_at, received_at, grid_path)
    select $1, id, $3, $4, $5, grid_path from patrols where id = $2 and assignee_id = $3
    on conflict (id) do nothing returning grid_path::text
"""
RESUME = """
    update patrol_pauses set resumed_at = greatest(paused_at, least(coalesce(resumed_at, $3), $3))
    where id = $1 and person_id = $2 returning grid_path::text
"""


async def _work(conn: Any, actor: Actor, op: Operation[Any], sql: str, received_at: datetime, limits_at: LimitsAt, *more: str) -> Verdict:
    row = await conn.fetchrow(sql, op.payload.patrol_id, op.happened_at, actor.person_id, *more)
    if row is None:
        known = await existing(conn, "patrol", [op.payload.patrol_id])
        return quarantined(PatrolNotYours()) if known else waiting_for(op.payload.patrol_id)
    status, grid_path = row
    flags = clock_flags(op, received_at, limits_at)
    if status == "cancelled":
        return Verdict("conflict", flags, PatrolCancelled(), grid_path=grid_path)
    return Verdict(flags=flags, grid_path=grid_path)


async def start_patrols(
    conn: Any, actor: Actor, ops: Sequence[Operation[PatrolStartPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Mark patrols as begun; a phone starts one or two a day, so one statement each."""
    return [await _work(conn, actor, op, START, received_at, limits_at) for op in ops]


async def finish_patrols(
    conn: Any, actor: Actor, ops: Sequence[Operation[PatrolFinishPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Mark patrols as done; arriving before their start changes nothing in the end."""
    return [await _work(conn, actor, op, FINISH, received_at, limits_at, op.payload.note) for op in ops]


async def pause_patrols(
    conn: Any, actor: Actor, ops: Sequence[Operation[PatrolPausePayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Note that somebody takes a break; one of a patrol that is not here yet waits."""
    patrols = [op.payload.patrol_id for op in ops]
    known, taken = await existing(conn, "patrol", patrols), await existing(conn, "pause", [op.entity_id for op in ops])
    verdicts = []
    for op in ops:
        p = op.payload
        if op.entity_id in taken:
            verdicts.append(quarantined(EntityIdTaken()))
            continue
        grid_path = await conn.fetchval(PAUSE, op.entity_id, p.patrol_id, actor.person_id, op.happened_at, received_at)
        if grid_path is None:
            verdicts.append(quarantined(PatrolNotYours()) if p.patrol_id in known else waiting_for(p.patrol_id))
        else:
            verdicts.append(Verdict(flags=clock_flags(op, received_at, limits_at), grid_path=grid_path))
    return verdicts


async def resume_patrols(
    conn: Any, actor: Actor, ops: Sequence[Operation[PatrolResumePayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Note that a break is over: the earliest word of it counts, in whatever order they come. It waits for the break itself."""
    known = await existing(conn, "pause", [op.payload.pause_id for op in ops])
    verdicts = []
    for op in ops:
        pause_id = op.payload.pause_id
        grid_path = await conn.fetchval(RESUME, pause_id, actor.person_id, op.happened_at)
        if grid_path is None:
            verdicts.append(quarantined(PatrolNotYours()) if pause_id in known else waiting_for(pause_id))
        else:
            verdicts.append(Verdict(flags=clock_flags(op, received_at, limits_at), grid_path=grid_path))
    return verdicts
