"""Starting and finishing a patrol on the phone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.errors import WanggeError
from wangge.core.operations import LimitsAt, Operation, Verdict, clock_flags, existing, quarantined, waiting_for


class PatrolStartPayload(Struct, frozen=True):
    """Which patrol began."""

    patrol_id: UUID


class PatrolFinishPayload(Struct, frozen=True):
    """Which patrol ended, with a closing note."""

    patrol_id: UUID
    note: Annotated[str, Meta(max_length=4000)] = ""


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
