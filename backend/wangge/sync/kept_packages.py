"""Work packages that are kept: a grid's employers as a first pull sends them, in parts, compressed once for all who see the grid.

A kept part is never wrong, only old: the phone's cursor stands where the oldest part it was given does, and the changes since come with
the next delta as they always do. A part is made by whoever first needs it (docs/decisions/0029).
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from wangge.core.gzip_pieces import Piece, piece
from wangge.sync.things import FORM_OF_EMPLOYERS, things

GRIDS_AT_ONCE = 200
NIL = UUID(int=0)

# A set of parts is let go of where somebody has left the grid since, whom whoever comes later may not see, or where so much has
# changed that it is cheaper made anew.
LET_GO = """
    with bound as materialized (select policy('kept_package_changes')::int as at_most)
    delete from kept_packages k where k.grid_id = any($1::uuid[]) and (
        k.made_for <> $2
        or (select count(*) from (select from changes c where c.channel = k.grid_id and c.tx >= k.tx
                                  limit 1 + (select at_most from bound)) newer) > (select at_most from bound)
        or exists (select from changes c left join employers e on e.id = c.entity_id
                   where c.channel = k.grid_id and c.tx >= k.tx and c.kind = 'employer' and e.grid_id is distinct from k.grid_id))
"""
# Where the oldest of what is kept stands; the grids that are kept whole, and how many employers that is.
USABLE = """
    select min(tx) as since, coalesce(array_agg(grid_id) filter (where is_whole), '{}') as whole,
           coalesce(sum(employers) filter (where is_whole), 0) as employers
    from (select distinct on (grid_id) grid_id, tx, bool_or(is_last) as is_whole, sum(employers) as employers
          from kept_packages where grid_id = any($1::uuid[]) and made_for = $2
          group by grid_id, tx order by grid_id, tx desc) newest
"""
NEWEST = """
    select grid_id, max(tx) as tx from kept_packages where grid_id = any($1::uuid[]) and made_for = $2 and tx >= $3 group by grid_id
"""
PART = "grid_id, tx, part, employers, last_id, is_last, crc, length, body"
# Whole parts in the order of the grids, until there are enough.
PARTS = f"""
    select {PART}
    from (select k.*, sum(k.employers) over (order by k.grid_id, k.part) - k.employers as before
          from kept_packages k join unnest($1::uuid[], $2::bigint[]) wanted (grid_id, tx) using (grid_id, tx)
          where k.made_for = $3 and (k.grid_id, k.part) >= ($4, $5)) parts
    where before < $6 order by grid_id, part
"""
NEXT = """
    select size, array(select id from employers where grid_id = $1 and id > $2 order by id limit size) as ids
    from (select policy('kept_package_employers')::int as size) part
"""
LAST_ID = "select last_id from kept_packages where grid_id = $1 and made_for = $2 and tx = $3 and part = $4"
# Two who make the same part at once: the first to be done is it, since the next part goes on from its last employer.
KEEP = f"""
    insert into kept_packages (grid_id, grid_path, made_for, tx, part, employers, last_id, is_last, crc, length, body)
    select id, path, $2, $3, $4, $5, $6, $7, $8, $9, $10 from grids where id = $1 on conflict do nothing returning {PART}
"""
MADE_MEANWHILE = f"select {PART} from kept_packages where grid_id = $1 and made_for = $2 and tx = $3 and part = $4"
OUTDATED = "delete from kept_packages where grid_id = $1 and made_for = $2 and tx < $3"


class Place(NamedTuple):
    """How far a phone has come: all grids up to ``grid_id``, and of the next one the parts before ``part`` of the set ``tx``."""

    grid_id: UUID
    tx: int
    part: int


class Part(NamedTuple):
    """A part that is ready to travel, and the place behind it."""

    piece: Piece
    employers: int
    behind: Place


def made_for(epoch: UUID) -> str:
    """What a kept part is of use for."""
    return f"{epoch} {hashlib.sha256(FORM_OF_EMPLOYERS.encode()).hexdigest()[:16]}"


class Usable(NamedTuple):
    """What is kept of a person's grids: where the oldest of it stands (None: nothing is), and how many employers she has in all."""

    since: int | None
    employers: int


async def usable(conn: Any, grid_ids: list[UUID], use: str) -> Usable:
    """Let go of what is of no use any more, and tell of the rest."""
    await conn.execute(LET_GO, grid_ids, use)
    since, whole, employers = await conn.fetchrow(USABLE, grid_ids, use)
    kept_whole = set(whole)
    if others := [grid_id for grid_id in grid_ids if grid_id not in kept_whole]:
        employers += await conn.fetchval("select count(*) from employers where grid_id = any($1::uuid[])", others)
    return Usable(since, int(employers))


async def parts_after(
    conn: Any, grid_ids: list[UUID], use: str, place: Place, since: int, frontier: int, at_least: int
) -> AsyncGenerator[Part, None]:
    """The parts after a place, in the order of the grids, each at least as new as ``since``.

    Args:
        conn: the request's connection, bound to the person.
        grid_ids: all grids of her scope, in their order.
        use: see ``made_for``.
        place: how far she has come.
        since: the transaction where her cursor stands.
        frontier: the oldest transaction still running; what is made now is as new as that.
        at_least: how many employers are wanted; the last part comes whole.
    """
    given = 0
    todo = [grid_id for grid_id in grid_ids if grid_id > place.grid_id]
    for start in range(0, len(todo), GRIDS_AT_ONCE):
        stretch = todo[start : start + GRIDS_AT_ONCE]
        sets: dict[UUID, int] = {row["grid_id"]: row["tx"] for row in await conn.fetch(NEWEST, stretch, use, since)}
        begun = place.part if start == 0 and sets.get(stretch[0]) == place.tx else 0
        known = await conn.fetch(PARTS, list(sets), list(sets.values()), use, stretch[0], begun, at_least)
        ready = {(row["grid_id"], row["part"]): row for row in known}
        finished = place.grid_id if start == 0 else todo[start - 1]
        for grid_id in stretch:
            part, is_last = (begun if grid_id == stretch[0] else 0), False
            tx = sets.get(grid_id, frontier)
            while not is_last:
                row = ready.pop((grid_id, part), None) or await _made(conn, grid_id, use, tx, part)
                if row is None:  # the set was let go of meanwhile: the grid begins again
                    tx, part = frontier, 0
                    continue
                part, is_last = part + 1, row["is_last"]
                finished = grid_id if is_last else finished
                behind = Place(finished, 0, 0) if is_last else Place(finished, tx, part)
                given += row["employers"]
                yield Part(Piece(row["body"], row["crc"], row["length"]), row["employers"], behind)
                if given >= at_least:
                    return


async def _made(conn: Any, grid_id: UUID, use: str, tx: int, part: int) -> Any:
    """Make a part, or find it made by somebody else meanwhile; None where the part before it is gone."""
    after = await conn.fetchval(LAST_ID, grid_id, use, tx, part - 1) if part else NIL
    if after is None:
        return None
    size, ids = await conn.fetchrow(NEXT, grid_id, after)
    items = [item for item in await things(conn, "employer", ids) if item.data is not None]
    made = await asyncio.to_thread(piece, msgspec.json.encode(items)[1:-1])
    if part == 0:
        await conn.execute(OUTDATED, grid_id, use, tx)
    last_id, is_last = (ids[-1] if ids else NIL), len(ids) < size
    kept = await conn.fetchrow(KEEP, grid_id, use, tx, part, len(items), last_id, is_last, made.crc, made.length, made.body)
    return kept or await conn.fetchrow(MADE_MEANWHILE, grid_id, use, tx, part)
