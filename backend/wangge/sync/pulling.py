"""Pull: what changed in a person's scope since a cursor; without a usable cursor, a snapshot of the scope, page by page.

A cursor says: everything written by transactions before ``tx`` (and in ``tx`` up to ``seq``) has been given. Pages stop
before the oldest transaction still running, so a slow one is never skipped (S3). A snapshot fixes that frontier first and
reads afterwards: what changes meanwhile is above it and comes with the next delta.
"""

import base64
import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import utc_now
from wangge.core.db import driver
from wangge.sync.schemas import PullItem, PullPage, PullProgress

KindName = Literal["grid", "patrol", "employer"]
SNAPSHOT_ORDER: tuple[KindName, ...] = ("grid", "patrol", "employer")
NIL = UUID(int=0)
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where a phone stands. ``snapshot_kind`` is -1 when it has caught up once; else the kind under way, after ``after_id``."""

    epoch: UUID
    scope: str
    tx: Count
    seq: Count = 0
    snapshot_kind: Annotated[int, Meta(ge=-1, lt=len(SNAPSHOT_ORDER))] = -1
    after_id: UUID = NIL
    done: Count = 0
    total: Count = 0


CURSOR = msgspec.json.Decoder(Cursor)

# What most employers do not have costs no bytes on the wire.
TOLD_IF_ANY = ("no_uscc_reason", "system_no", "note", "form", "grade", "key_list", "visit_due_on", "is_incomplete")

# Of the person's patrols, a phone holds the open ones and those of the last week.
ON_PHONE = "assignee_id = app_person() and (planned_on >= china_today() - 7 or status in ('planned', 'started'))"
READ: dict[KindName, str] = {
    "grid": """
        select id, code, name, level, path::text as path, parent_id, ST_AsGeoJSON(geom, 6)::text as geom,
               array[ST_X(label), ST_Y(label)] as label
        from grids where id = any($1::uuid[]) and valid_to is null""",
    "employer": """
        select e.id, e.name, e.uscc, e.no_uscc_reason, e.address, e.contact_name, e.contact_phone, e.industry_code, e.employees,
               case when e.position is not null then array[ST_X(e.position), ST_Y(e.position)] end as position, e.accuracy_m, e.grid_id,
               e.review_state, e.duplicate_of, e.last_visited_at, e.version, e.system_no, nullif(e.note, '') as note, e.grade,
               e.visit_due_on, not e.is_complete as is_incomplete,
               case when e.on_key_list then (select array_agg(k.criterion order by k.criterion) from key_list_entries k
                                             where k.employer_id = e.id and k.left_on is null) end as key_list,
               case when f.employer_id is not null then json_build_object(
                   'answers', f.answers, 'filled_on', f.filled_on, 'disputed', f.disputed, 'is_complete', e.is_complete)::text end as form
        from employers e left join employer_forms f on f.employer_id = e.id where e.id = any($1::uuid[])""",
    "patrol": f"""
        select p.id, p.title, p.planned_on, p.status, p.note, p.version, p.assignee_id,
               coalesce((select json_agg(json_build_object(
                                 'id', s.id, 'employer_id', s.employer_id, 'seq', s.seq, 'status', s.status, 'name', e.name,
                                 'position', case when e.position is not null
                                 then json_build_array(ST_X(e.position), ST_Y(e.position)) end) order by s.seq)
                         from patrol_stops s left join employers e on e.id = s.employer_id
                         where s.patrol_id = p.id), '[]')::text as stops
        from patrols p where p.id = any($1::uuid[]) and {ON_PHONE}""",
}
# What a snapshot holds, in the order of ids: after $1, at most $2 (employers: of the grids $3, and of the open patrols).
SNAPSHOT_IDS: dict[KindName, str] = {
    "grid": "select id from grids where valid_to is null and id > $1 order by id limit $2",
    "patrol": f"select id from patrols where {ON_PHONE} and id > $1 order by id limit $2",
    "employer": """
        select id from (select id from employers where grid_id = any($3::uuid[])
                        union select employer_id from patrol_stops where assignee_id = app_person() and is_open) mine
        where id > $1 order by id limit $2""",
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


def _wire(kind: KindName, row: Any) -> dict[str, Any]:
    data = dict(row)
    if kind == "grid":
        data["geom"] = msgspec.Raw(data["geom"].encode())
        data["own"] = True
    elif kind == "employer":
        data = {key: value for key, value in data.items() if value or key not in TOLD_IF_ANY}
        if "form" in data:
            data["form"] = msgspec.Raw(data["form"].encode())
    elif kind == "patrol":
        data["stops"] = msgspec.Raw(data["stops"].encode())
    return data


async def _items(conn: Any, kind: KindName, ids: list[UUID]) -> list[PullItem]:
    """These things as the acting person may see them now; what she may not see, or is gone, comes as an exit."""
    seen = {row["id"]: _wire(kind, row) for row in await conn.fetch(READ[kind], ids)}
    return [PullItem(kind, i, seen.get(i)) for i in ids]


async def _scope(conn: Any, actor: Actor) -> tuple[list[UUID], str]:
    rows = await conn.fetch("select id from grids where valid_to is null order by id")
    ids = [r["id"] for r in rows]
    digest = hashlib.sha256(b"".join([actor.person_id.bytes, *[i.bytes for i in ids]])).hexdigest()[:16]
    return ids, digest


async def _snapshot_page(conn: Any, grid_ids: list[UUID], cursor: Cursor, limit: int) -> tuple[list[PullItem], Cursor]:
    """Up to ``limit`` things of the snapshot after the cursor, and the cursor behind them."""
    items: list[PullItem] = []
    kind_index, after_id = cursor.snapshot_kind, cursor.after_id
    while kind_index < len(SNAPSHOT_ORDER) and len(items) < limit:
        kind, wanted = SNAPSHOT_ORDER[kind_index], limit - len(items)
        grids = [grid_ids] if kind == "employer" else []
        ids = [r[0] for r in await conn.fetch(SNAPSHOT_IDS[kind], after_id, wanted, *grids)]
        items += [item for item in await _items(conn, kind, ids) if item.data is not None]
        kind_index, after_id = (kind_index, ids[-1]) if len(ids) == wanted else (kind_index + 1, NIL)
    finished = kind_index >= len(SNAPSHOT_ORDER)
    return items, msgspec.structs.replace(
        cursor, snapshot_kind=-1 if finished else kind_index, after_id=after_id, done=cursor.done + len(items)
    )


async def _delta_page(
    conn: Any, actor: Actor, grid_ids: list[UUID], cursor: Cursor, frontier: int, limit: int
) -> tuple[list[PullItem], Cursor, bool]:
    """Up to ``limit`` changes after the cursor, and whether that was all there is before the frontier."""
    rows = await conn.fetch(CHANGES, [*grid_ids, actor.person_id], cursor.tx, cursor.seq, frontier, limit)
    by_kind: dict[KindName, dict[UUID, None]] = {kind: {} for kind in SNAPSHOT_ORDER}
    for row in rows:
        by_kind[row["kind"]][row["entity_id"]] = None
    items = [item for kind, ids in by_kind.items() if ids for item in await _items(conn, kind, list(ids))]
    exhausted = len(rows) < limit
    place = (frontier, 0) if exhausted else (rows[-1]["tx"], rows[-1]["seq"])
    return items, msgspec.structs.replace(cursor, tx=place[0], seq=place[1], done=0, total=0), exhausted


async def pull(db: AsyncSession, actor: Actor, cursor_text: str | None, limit: int) -> PullPage:
    """One page for the acting person.

    Args:
        db: the request's unit of work, already bound to the person.
        actor: whose phone asks.
        cursor_text: as given with the last page, or None for a first pull.
        limit: how many things (snapshot) or changes (delta) at the most.

    Raises:
        RightMissing: the role has no phone's scope.
    """
    actor.require("field.pull")
    conn = await driver(db)
    grid_ids, scope = await _scope(conn, actor)
    epoch, frontier = await conn.fetchrow("select epoch, feed_frontier() from feed order by started_at desc limit 1")
    cursor = _decode(cursor_text)
    # The frontier never goes back: a cursor beyond it comes from a database that has been restored from a backup since.
    reset = cursor is None or cursor.epoch != epoch or cursor.scope != scope or cursor.tx > frontier
    if reset or cursor is None:
        total = await conn.fetchval(
            "select (select count(*) from employers where grid_id = any($1::uuid[])) + cardinality($1::uuid[])",
            grid_ids,
        )
        cursor = Cursor(epoch, scope, frontier, snapshot_kind=0, total=total)
    if cursor.snapshot_kind >= 0:
        items, behind = await _snapshot_page(conn, grid_ids, cursor, limit)
        up_to_date = False
    else:
        items, behind, up_to_date = await _delta_page(conn, actor, grid_ids, cursor, frontier, limit)
    progress = PullProgress(behind.done, max(behind.total, behind.done)) if cursor.snapshot_kind >= 0 else None
    return PullPage(_encode(behind), reset, up_to_date, progress, utc_now(), grid_ids, items)
