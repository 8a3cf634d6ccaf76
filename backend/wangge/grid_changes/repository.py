"""SQL of changes of the grids: what the ground looks like, and what a change would touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import shapely
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.grid_changes.ground import Box, Grid

GRID = """
    select g.id, g.code, g.name, g.level, g.parent_id, g.path::text as path, ST_AsBinary(g.geom) as wkb, v.id as version
    from grids g join grid_versions v on v.grid_id = g.id and v.valid_to is null where g.valid_to is null and
"""
BOXES = "cast(:wests as float8[]), cast(:souths as float8[]), cast(:easts as float8[]), cast(:norths as float8[])"


def _grid(row: Any, **more: Any) -> Grid:
    return Grid(row.id, row.code, row.name, row.level, row.parent_id, row.path, shapely.from_wkb(bytes(row.wkb)), row.version, **more)


def box_values(boxes: Sequence[Box]) -> dict[str, Any]:
    """Boxes as bound values, a hair wider, so that what lies on their edge is in."""
    columns = zip(*boxes, strict=True) if boxes else ((), (), (), ())
    west, south, east, north = ([*c] for c in columns)
    hair = 2e-7
    return {"wests": [w - hair for w in west], "souths": [s - hair for s in south], "easts": [e + hair for e in east],
            "norths": [n + hair for n in north]}  # fmt: skip


async def grids_by_id(db: AsyncSession, ids: Sequence[UUID]) -> list[Grid]:
    """Current grids of the scope."""
    return [_grid(r) for r in await db.execute(text(GRID + "g.id = any(:ids)"), {"ids": list(ids)})]


async def children_of(db: AsyncSession, parent_ids: Sequence[UUID]) -> list[Grid]:
    """The current grids right below some."""
    return [_grid(r) for r in await db.execute(text(GRID + "g.parent_id = any(:ids)"), {"ids": list(parent_ids)})]


THEN = """
    select grid_id as id, code, name, level, parent_id, path::text as path, ST_AsBinary(geom) as wkb, id as version from grid_versions
    where (grid_id = :id or parent_id = :id) and valid_from <= cast(:at as timestamptz)
      and (valid_to is null or valid_to > cast(:at as timestamptz))
"""


async def family_then(db: AsyncSession, parent_id: UUID, at: datetime) -> list[Grid]:
    """A grid and its children as they stood at a moment."""
    return [_grid(r) for r in await db.execute(text(THEN), {"id": parent_id, "at": at})]


async def below(db: AsyncSession, paths: Sequence[str]) -> list[Grid]:
    """All current grids below some paths, without these."""
    sql = GRID + "g.path <@ cast(cast(:paths as text[]) as ltree[]) and g.path <> all(cast(cast(:paths as text[]) as ltree[]))"
    return [_grid(r) for r in await db.execute(text(sql), {"paths": list(paths)})] if paths else []


async def around(db: AsyncSession, boxes: Sequence[Box]) -> list[tuple[Grid, bool]]:
    """Every current grid of any level that shares ground with boxes, also outside of the scope; and whether none lies below it."""
    rows = await db.execute(text(f"select * from grids_around({BOXES})"), box_values(boxes))
    return [(_grid(r, in_scope=r.in_scope), r.is_leaf) for r in rows] if boxes else []


async def codes_under(db: AsyncSession, prefixes: Sequence[str]) -> set[str]:
    """Every code that was ever given and begins with one of these."""
    sql = "select distinct code from grids where code like any(cast(:patterns as text[]))"
    return set(await db.scalars(text(sql), params={"patterns": [f"{p}%" for p in prefixes]}))


@dataclass(frozen=True)
class Shapes:
    """Deepest grids as they would be, for asking which employers they would take."""

    ids: list[UUID]
    codes: list[str]
    levels: list[int]
    wkbs: list[bytes]
    gone: list[UUID]


MOVING = f"""
    with m as materialized (
        select * from employers_moving({BOXES}, :ids, :codes, cast(:levels as int[]), cast(:wkbs as bytea[]), :gone)
    )
    select coalesce((select json_agg(json_build_array(from_id, to_id, n))
                     from (select from_id, to_id, count(*) as n from m group by 1, 2) t), '[]') as flows,
           coalesce((select json_agg(json_build_object('id', e.id, 'name', e.name, 'from_id', s.from_id, 'to_id', s.to_id)
                                     order by e.name, e.id)
                     from (select * from m where is_visible order by employer_id limit 20) s
                     join employers e on e.id = s.employer_id), '[]') as sample,
           (select count(distinct s.patrol_id) from m join patrol_stops s on s.employer_id = m.employer_id where s.is_open) as open_patrols,
           coalesce((select json_agg(json_build_object('id', p.id, 'title', p.title, 'assignee', a.name,
                                                       'planned_on', p.planned_on) order by p.planned_on, p.id)
                     from (select * from patrols where id in (
                               select s.patrol_id from m join patrol_stops s on s.employer_id = m.employer_id where s.is_open)
                           order by planned_on, id limit 20) p join people a on a.id = p.assignee_id), '[]') as patrols
"""


async def moving(db: AsyncSession, boxes: Sequence[Box], shapes: Shapes) -> dict[str, Any]:
    """Which employers would go from which grid to which, counted, with samples and the open patrols they are on."""
    values = {**box_values(boxes), "ids": shapes.ids, "codes": shapes.codes, "levels": shapes.levels, "wkbs": shapes.wkbs,
              "gone": shapes.gone}  # fmt: skip
    return dict((await db.execute(text(MOVING), values)).mappings().one())


async def employers_in(db: AsyncSession, grid_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many files lie in each of these grids."""
    sql = "select grid_id, count(*) from employers where grid_id = any(:ids) group by 1"
    return {row[0]: row[1] for row in await db.execute(text(sql), {"ids": list(grid_ids)})}


async def owners_of(db: AsyncSession, grid_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Who answers today for each of these grids."""
    sql = """
        select d.grid_id, p.id, p.name from duties d join people p on p.id = d.person_id
        where d.grid_id = any(:ids) and d.valid_from <= china_today() and (d.valid_to is null or d.valid_to >= china_today())
        order by p.name, p.id
    """
    return [dict(r) for r in (await db.execute(text(sql), {"ids": list(grid_ids)})).mappings()]


async def phones_of(db: AsyncSession, people: Sequence[UUID]) -> list[dict[str, Any]]:
    """The phones that some people are signed in on."""
    return [dict(r) for r in (await db.execute(text("select * from phones_of(:ids) limit 200"), {"ids": list(people)})).mappings()]


APPLY = f"""
    select apply_grid_change(cast(:change as jsonb), :ids, cast(:versions as bigint[]), cast(:fates as text[]), cast(:codes as text[]),
                             cast(:names as text[]), cast(:levels as int[]), cast(:parents as uuid[]), cast(:shapes as bytea[]),
                             cast(:origins as uuid[]), cast(:successors as uuid[]), {BOXES})
"""


async def apply(db: AsyncSession, change: dict[str, Any], boxes: Sequence[Box], columns: dict[str, list[Any]]) -> dict[str, Any]:
    """Write a change, whole; returns its summary."""
    values = {"change": msgspec.json.encode(change).decode(), **columns, **box_values(boxes)}
    summary: dict[str, Any] = await db.scalar(text(APPLY), values)
    return summary


ITEM = """
    c.id, c.kind, json_build_object('id', c.made_by, 'name', (select p.name from people p where p.id = c.made_by)) as made_by,
    c.made_at, c.effective_on, c.grid_id, coalesce((select g.name from grids g where g.id = c.grid_id), '') as grid_name,
    c.note, c.summary - 'units_moved' - 'duties_ended' - 'duties_begun' as summary, c.undoes, c.undone_by
"""


async def changes_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of changes."""
    select = f"select {ITEM} from grid_changes c where {{where}} order by {order}, c.id"
    return await fetch_page(db, select, "select count(*) from grid_changes c where {where}", where, page, page_size)


async def change_or_none(db: AsyncSession, change_id: UUID) -> dict[str, Any] | None:
    """One change."""
    row = (await db.execute(text(f"select {ITEM} from grid_changes c where c.id = :id"), {"id": change_id})).mappings().first()
    return dict(row) if row else None


async def versions_of(db: AsyncSession, change_id: UUID, column: str) -> list[Any]:
    """The states that a change ended (``closed_by``) or began (``opened_by``); only those of the scope."""
    sql = f"""
        select grid_id, code, name, level, parent_id, path::text as path, ST_AsBinary(geom) as wkb from grid_versions
        where {column} = :id order by level, code
    """
    return list(await db.execute(text(sql), {"id": change_id}))


async def states_of(db: AsyncSession, change_id: UUID, *, were_ended: bool) -> list[Any]:
    """The states that a change ended or began, in the scope or not, each with the newest version of its grid."""
    return list(await db.execute(text("select * from grid_states_of_change(:id, :ended)"), {"id": change_id, "ended": were_ended}))


async def later_changes(db: AsyncSession, change_id: UUID) -> list[dict[str, str]]:
    """The changes, not undone themselves, after this one that touch a grid which it touched; the latest first."""
    sql = """
        select c.id::text as id, c.kind, c.made_at::text as made_at,
               coalesce((select p.name from people p where p.id = c.made_by), '') as made_by
        from later_grid_changes(:id) l join grid_changes c on c.id = l.id order by c.made_at desc
    """
    return [dict(r) for r in (await db.execute(text(sql), {"id": change_id})).mappings()]


async def changes_since(db: AsyncSession, moment: datetime, grid_ids: Sequence[UUID]) -> list[dict[str, str]]:
    """What was changed at these grids since a moment."""
    sql = """
        select c.id::text as id, c.kind, c.made_at::text as made_at,
               coalesce((select p.name from people p where p.id = c.made_by), '') as made_by
        from grid_changes c where c.made_at >= :moment
          and c.id in (select opened_by from grid_versions where grid_id = any(:ids)
                       union select closed_by from grid_versions where grid_id = any(:ids))
        order by c.made_at desc limit 20
    """
    return [dict(r) for r in (await db.execute(text(sql), {"moment": moment, "ids": list(grid_ids)})).mappings()]


async def tiling(db: AsyncSession, grid_id: UUID, at_most: int) -> list[dict[str, Any]]:
    """The faults below a grid, the largest first, each with the ``total``."""
    sql = "select kind, names, area_m2, ST_AsGeoJSON(geom, 7)::json as geom, total from tiling_faults(:id, :n)"
    return [dict(r) for r in (await db.execute(text(sql), {"id": grid_id, "n": at_most})).mappings()]


async def tiles(db: AsyncSession, grid_id: UUID) -> bool:
    """Whether the grids below one tile it, exactly."""
    return bool(await db.scalar(text("select scope_tiles(:id)"), {"id": grid_id}))


STAYS = """
    select t.grid_id, coalesce(v.code, g.code, '') as code, coalesce(v.name, g.name, '') as name, t.path::text as path, t.since, t.until,
           t.change_id
    from (
        select coalesce(m.from_grid_id, e.grid_id) as grid_id, coalesce(m.from_path, e.grid_path) as path,
               lag(m.moved_at) over w as since, m.moved_at as until, lag(m.change_id) over w as change_id
        from employers e
        cross join lateral (select moved_at, from_grid_id, from_path, change_id from employer_moves where employer_id = e.id
                            union all select null, null, null, null) m
        where e.id = :id window w as (order by m.moved_at nulls last)
    ) t
    left join grids g on g.id = t.grid_id
    left join lateral (select code, name from grid_versions v where v.grid_id = t.grid_id and (t.until is null or v.valid_from < t.until)
                       order by v.valid_from desc limit 1) v on true
    order by t.until desc nulls first limit 500
"""


async def stays_of(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """The grids that an employer of the scope has lain in, the present one first; empty for one that is not there."""
    return [dict(r) for r in (await db.execute(text(STAYS), {"id": employer_id})).mappings()]
