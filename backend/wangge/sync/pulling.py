"""Pull: what changed in a person's scope since a cursor; without a usable cursor, a snapshot of the scope, page by page.

A cursor says: everything written by transactions before ``tx`` (and in ``tx`` up to ``seq``) has been given. Pages stop
before the oldest transaction still running, so a slow one is never skipped (S3). A snapshot fixes that frontier first and
reads afterwards: what changes meanwhile is above it and comes with the next delta. Most of a snapshot are parts that were kept
(``kept_packages``): its cursor begins where the oldest of them stands.
"""

import base64
import hashlib
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import utc_now
from wangge.core.db import driver
from wangge.core.gzip_pieces import Piece
from wangge.sync.kept_packages import NIL, Place, made_for, parts_after, usable_since
from wangge.sync.schemas import PullItem, PullPage, PullProgress
from wangge.sync.things import ON_PHONE, KindName, things

KINDS: tuple[KindName, ...] = ("grid", "patrol", "employer")
# A snapshot gives them one after the other, and then her grids' employers as they are kept.
KEPT = len(KINDS)
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where a phone stands. ``snapshot_kind`` is -1 when it has caught up once; else the kind under way, after ``after_id``: for what is
    kept the last grid that came whole, with ``kept_part`` parts of the next one's set ``kept_tx``."""

    epoch: UUID
    scope: str
    tx: Count
    seq: Count = 0
    snapshot_kind: Annotated[int, Meta(ge=-1, le=KEPT)] = -1
    after_id: UUID = NIL
    done: Count = 0
    total: Count = 0
    kept_tx: Count = 0
    kept_part: Count = 0


CURSOR = msgspec.json.Decoder(Cursor)

# What a snapshot holds, in the order of ids: after $1, at most $2, $3 being her grids (employers: of the open patrols, beyond those).
SNAPSHOT_IDS: dict[KindName, str] = {
    "grid": "select id from unnest($3::uuid[]) id where id > $1 order by id limit $2",
    "patrol": f"select id from patrols where {ON_PHONE} and id > $1 order by id limit $2",
    "employer": """
        select distinct e.id from patrol_stops s join employers e on e.id = s.employer_id
        where s.assignee_id = app_person() and s.is_open and e.grid_id <> all($3::uuid[]) and e.id > $1 order by e.id limit $2""",
}
CHANGES = """
    select tx, seq, kind, entity_id from changes
    where channel = any($1::uuid[]) and (tx, seq) > ($2::bigint, $3::bigint) and tx < $4
    order by tx, seq limit $5
"""


def _encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def _decode(text: str | None) -> Cursor | None:
    if not text:
        return None
    try:
        return CURSOR.decode(base64.urlsafe_b64decode(text))
    except (ValueError, msgspec.DecodeError):
        return None


# Her grids in the order of their ids (each path of the scope is looked up by itself: the policy alone is a look at every grid), and how
# far the feed may be read.
STANDING = """
    select array(select distinct g.id from unnest(app_scope()) held join grids g on g.path <@ held
                 where g.valid_to is null order by g.id) as grid_ids,
           epoch, feed_frontier() as frontier
    from feed order by started_at desc limit 1
"""


def _digest(actor: Actor, grid_ids: list[UUID]) -> str:
    return hashlib.sha256(b"".join([actor.person_id.bytes, *[i.bytes for i in grid_ids]])).hexdigest()[:16]


async def _snapshot_page(
    conn: Any, grid_ids: list[UUID], cursor: Cursor, frontier: int, limit: int
) -> tuple[list[PullItem], list[Piece], Cursor]:
    """About ``limit`` things of the snapshot after the cursor, and the cursor behind them. The last kept part comes whole, however little
    was asked for."""
    items: list[PullItem] = []
    pieces: list[Piece] = []
    stage, after_id, given = cursor.snapshot_kind, cursor.after_id, 0
    while stage < KEPT and given < limit:
        kind, wanted = KINDS[stage], limit - given
        grids = [] if kind == "patrol" else [grid_ids]
        ids = [r[0] for r in await conn.fetch(SNAPSHOT_IDS[kind], after_id, wanted, *grids)]
        items += [item for item in await things(conn, kind, ids) if item.data is not None]
        given += len(ids)
        stage, after_id = (stage, ids[-1]) if len(ids) == wanted else (stage + 1, NIL)
    place, given, is_whole = Place(after_id, cursor.kept_tx, cursor.kept_part), len(items), False
    if stage == KEPT and given < limit:
        async with aclosing(parts_after(conn, grid_ids, made_for(cursor.epoch), place, cursor.tx, frontier, limit - given)) as parts:
            async for part in parts:
                given, place = given + part.employers, part.behind
                if part.employers:
                    pieces.append(part.piece)
        is_whole = place.grid_id == (grid_ids[-1] if grid_ids else NIL) and not place.part
    behind = Place(NIL, 0, 0) if is_whole else place
    return items, pieces, msgspec.structs.replace(
        cursor, snapshot_kind=-1 if is_whole else stage, after_id=behind.grid_id, kept_tx=behind.tx, kept_part=behind.part,
        done=cursor.done + given,
    )  # fmt: skip


async def _delta_page(
    conn: Any, actor: Actor, grid_ids: list[UUID], cursor: Cursor, frontier: int, limit: int
) -> tuple[list[PullItem], Cursor, bool]:
    """Up to ``limit`` changes after the cursor, and whether that was all there is before the frontier."""
    rows = await conn.fetch(CHANGES, [*grid_ids, actor.person_id], cursor.tx, cursor.seq, frontier, limit)
    by_kind: dict[KindName, dict[UUID, None]] = {kind: {} for kind in KINDS}
    for row in rows:
        by_kind[row["kind"]][row["entity_id"]] = None
    items = [item for kind, ids in by_kind.items() if ids for item in await things(conn, kind, list(ids))]
    exhausted = len(rows) < limit
    place = (frontier, 0) if exhausted else (rows[-1]["tx"], rows[-1]["seq"])
    return items, msgspec.structs.replace(cursor, tx=place[0], seq=place[1], done=0, total=0), exhausted


async def pull(db: AsyncSession, actor: Actor, cursor_text: str | None, limit: int) -> tuple[PullPage, list[Piece]]:
    """One page for the acting person: what it says, and compressed items that come behind its own.

    Args:
        db: the request's unit of work, already bound to the person.
        actor: whose phone asks.
        cursor_text: as given with the last page, or None for a first pull.
        limit: how many changes (delta) at the most; of a snapshot how many things, but that its last kept part comes whole.

    Raises:
        RightMissing: the role has no phone's scope.
    """
    actor.require("field.pull")
    conn = await driver(db)
    grid_ids, epoch, frontier = await conn.fetchrow(STANDING)
    scope = _digest(actor, grid_ids)
    cursor = _decode(cursor_text)
    # The frontier never goes back: a cursor beyond it comes from a database that has been restored from a backup since.
    reset = cursor is None or cursor.epoch != epoch or cursor.scope != scope or cursor.tx > frontier
    if reset or cursor is None:
        total = await conn.fetchval(
            "select (select count(*) from employers where grid_id = any($1::uuid[])) + cardinality($1::uuid[])",
            grid_ids,
        )
        oldest = await usable_since(conn, grid_ids, made_for(epoch))
        cursor = Cursor(epoch, scope, min(frontier, oldest or frontier), snapshot_kind=0, total=total)
    pieces: list[Piece] = []
    if cursor.snapshot_kind >= 0:
        items, pieces, behind = await _snapshot_page(conn, grid_ids, cursor, frontier, limit)
        up_to_date = False
    else:
        items, behind, up_to_date = await _delta_page(conn, actor, grid_ids, cursor, frontier, limit)
    progress = PullProgress(behind.done, max(behind.total, behind.done)) if cursor.snapshot_kind >= 0 else None
    return PullPage(_encode(behind), reset, up_to_date, progress, utc_now(), grid_ids, items), pieces
