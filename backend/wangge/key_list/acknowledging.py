"""Taking note (签收), on a phone, of what came on the key supervision list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.accounts.errors import RightMissing
from wangge.core.errors import NotFound
from wangge.core.operations import (
    EmployerOutOfScope,
    LimitsAt,
    Operation,
    Verdict,
    clock_flags,
    quarantined,
    reach_employers,
    waiting_for,
)

RIGHT = "key_list.acknowledge"
TAKE_NOTE = "select entry_id, is_own from key_list_take_note($1, $2, $3, $4)"


class KeyListAcknowledgePayload(Struct, frozen=True):
    """That she knows why an employer is on the list, entry by entry as her phone showed it; what will be done may be said."""

    employer_id: UUID
    entry_ids: Annotated[list[UUID], Meta(min_length=1, max_length=50)]
    note: Annotated[str, Meta(max_length=1000)] = ""


async def acknowledge_entries(
    conn: Any, actor: Actor, ops: Sequence[Operation[KeyListAcknowledgePayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Take note of entries; a phone does so once in a while, so one statement each. The verdicts stand in the order of the operations.

    The first who takes note is the one whose name stands: a later word is kept and flagged ``acknowledged_before``. One of an entry
    that the employer has left meanwhile still counts, for she knew of it.
    """
    if RIGHT not in actor.rights:
        return [quarantined(RightMissing(right=RIGHT)) for _ in ops]
    verdicts = []
    for op, reach in zip(ops, await reach_employers(conn, ops), strict=True):
        p = op.payload
        if reach is None:
            verdicts.append(waiting_for(p.employer_id))
            continue
        if reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
            continue
        noted = dict(await conn.fetch(TAKE_NOTE, p.employer_id, p.entry_ids, op.happened_at, p.note.strip()))
        if set(p.entry_ids) - noted.keys():
            verdicts.append(quarantined(NotFound(), reach.grid_path))
            continue
        flags = clock_flags(op, received_at, limits_at) + ([] if all(noted.values()) else ["acknowledged_before"])
        verdicts.append(Verdict(flags=flags, grid_path=reach.grid_path))
    return verdicts
