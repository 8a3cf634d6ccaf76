"""Pull: what changed in a person's scope since a cursor; without a usable cursor, a snapshot of the scope, page by page.

A cursor says: everything written by transactions before ``tx`` (and in ``tx`` up to ``seq``) has been given. Pages stop
before the oldest transaction still running, so a slow one is never skipped (S3). A snapshot fixes that frontier first and
reads afterwards: what changes meanwhile is above it and comes with the next delta. Most of a snapshot are parts that were kept
(``kept_packages``): its cursor begins where the oldest of them stands.
"""

import base64
import hashlib
from contextlib import aclosing
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.accounts.actor import Actor, enter_and
from wangge.core.clock import utc_now
from wangge.core.db import pooled_driver
from wangge.core.gzip_pieces import Piece
from wangge.sync.kept_packages import NIL, Place, made_for, parts_after, usable
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

# What a snapshot holds beside her grids and what is kept of them, in the order of ids: after $1, at most $2. Employers are those of the
# open patrols that stand in none of her grids, $3.
SNAPSHOT_IDS: dict[KindName, str] = {
    "patrol": f"select id from patrols where {ON_PHONE} and id > $1 order by id limit $2",
    "employer": """
        select distinct e.id from patrol_stops s join employers e on e.id = s.employer_id
        where s.assignee_id = app_person() and s.is_open and e.grid_id <> all($3::uuid[]) and e.id > $1 order by e.id limit $2""",
}


def _encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def _decode(text: str | None) -> Cursor | None:
    if not text:
        return None
    try:
        return CURSOR.decode(base64.urlsafe_b64decode(text))
    except (ValueError, msgspec.DecodeError):
        return None


class ScopeFeed(NamedTuple):
    """What a person may hear of: her grids in the order of their ids, the feed's epoch and how far it may be read, and what it says after
    the place that was asked about, as (tx, seq, kind, entity)."""

    actor: Actor
    grid_ids: list[UUID]
    epoch: UUID
    frontier: int
    changes: list[tuple[int, int, KindName, UUID]]

    @property
    def scope(self) -> str:
        """What her cursors are good for."""
        return hashlib.sha256(b"".join([self.actor.person_id.bytes, *[i.bytes for i in self.grid_ids]])).hexdigest()[:16]

    def fits(self, cursor: Cursor) -> bool:
        """Whether it can go on from there. The frontier never goes back: a cursor beyond it comes from a database that has been restored
        from a backup since."""
        return cursor.epoch == self.epoch and cursor.scope == self.scope and cursor.tx <= self.frontier


async def _feed_of_scope(conn: Any, request: Request[Any, Any, Any], cursor: Cursor | None, limit: int) -> ScopeFeed:
    after = (cursor.tx, cursor.seq) if cursor and cursor.snapshot_kind < 0 else (None, None)
    actor, row = await enter_and(conn, request, "feed_of_scope(entered.state, $7, $8, $9)", *after, limit)
    actor.require("field.pull")
    changes = list(zip(row["txs"], row["seqs"], row["kinds"], row["ids"], strict=True)) if row["txs"] else []
    return ScopeFeed(actor, row["grid_ids"], row["epoch"], row["frontier"], changes)


async def _ids_after(conn: Any, kind: KindName, grid_ids: list[UUID], after_id: UUID, at_most: int) -> list[UUID]:
    if kind == "grid":
        return [grid_id for grid_id in grid_ids if grid_id > after_id][:at_most]
    beyond = [grid_ids] if kind == "employer" else []
    return [row["id"] for row in await conn.fetch(SNAPSHOT_IDS[kind], after_id, at_most, *beyond)]


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
        ids = await _ids_after(conn, kind, grid_ids, after_id, wanted)
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


async def _delta_page(conn: Any, feed: ScopeFeed, cursor: Cursor, limit: int) -> tuple[list[PullItem], Cursor, bool]:
    """What the changes after the cursor, at most ``limit``, are about, and whether they were all there is before the frontier."""
    by_kind: dict[KindName, dict[UUID, None]] = {kind: {} for kind in KINDS}
    for _, _, kind, entity_id in feed.changes:
        by_kind[kind][entity_id] = None
    items = [item for kind, ids in by_kind.items() if ids for item in await things(conn, kind, list(ids))]
    is_all = len(feed.changes) < limit
    tx, seq = (feed.frontier, 0) if is_all else feed.changes[-1][:2]
    return items, msgspec.structs.replace(cursor, tx=tx, seq=seq, done=0, total=0), is_all


async def pull(engine: AsyncEngine, request: Request[Any, Any, Any], cursor_text: str | None, limit: int) -> tuple[PullPage, list[Piece]]:
    """One page for the request's person: what it says, and compressed items that come behind its own.

    Args:
        engine: of the API's own role.
        request: whose phone asks.
        cursor_text: as given with the last page, or None for a first pull.
        limit: how many changes (delta) at the most; of a snapshot how many things, but that its last kept part comes whole.

    Raises:
        RightMissing: the role has no phone's scope.
        and as ``provide_actor``.
    """
    cursor = _decode(cursor_text)
    async with pooled_driver(engine) as conn:
        if cursor and cursor.snapshot_kind < 0:
            # Most pulls find nothing: one statement says so, and nothing else is asked.
            feed = await _feed_of_scope(conn, request, cursor, limit)
            if feed.fits(cursor) and not feed.changes:
                return _page(feed, cursor, *await _delta_page(conn, feed, cursor, limit)), []
        async with conn.transaction():
            feed = await _feed_of_scope(conn, request, cursor, limit)
            return await _something(conn, feed, cursor, limit)


async def _something(conn: Any, feed: ScopeFeed, cursor: Cursor | None, limit: int) -> tuple[PullPage, list[Piece]]:
    is_reset = cursor is None or not feed.fits(cursor)
    if is_reset or cursor is None:
        kept = await usable(conn, feed.grid_ids, made_for(feed.epoch))
        since = min(feed.frontier, kept.since or feed.frontier)
        total = kept.employers + len(feed.grid_ids)
        cursor = Cursor(feed.epoch, feed.scope, since, snapshot_kind=0, total=total)
    if cursor.snapshot_kind < 0:
        return _page(feed, cursor, *await _delta_page(conn, feed, cursor, limit)), []
    items, pieces, behind = await _snapshot_page(conn, feed.grid_ids, cursor, feed.frontier, limit)
    return _page(feed, cursor, items, behind, False, is_reset=is_reset), pieces


def _page(feed: ScopeFeed, asked: Cursor, items: list[PullItem], behind: Cursor, up_to_date: bool, *, is_reset: bool = False) -> PullPage:
    progress = PullProgress(behind.done, max(behind.total, behind.done)) if asked.snapshot_kind >= 0 else None
    return PullPage(_encode(behind), is_reset, up_to_date, progress, utc_now(), feed.grid_ids, items)
