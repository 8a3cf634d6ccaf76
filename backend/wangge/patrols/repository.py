"""SQL of patrols."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.ids import new_id
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

ITEM = """
    t.id, t.title, t.planned_on, t.status, json_build_object('id', t.assignee_id, 'name', p.name) as assignee, g.name as grid_name,
    (select count(*) from patrol_stops s where s.patrol_id = t.id) as stops_total,
    (select count(*) from patrol_stops s where s.patrol_id = t.id and s.status = 'visited') as stops_visited,
    t.started_at, t.finished_at, t.version
"""
JOINS = " from patrols t left join people p on p.id = t.assignee_id left join grids g on g.id = t.grid_id "
DETAIL = f"""
    select {ITEM}, t.note, t.closing_note, t.planned_at,
           json_build_object('id', t.planned_by, 'name', (select b.name from people b where b.id = t.planned_by)) as planned_by,
           coalesce((select json_agg(json_build_object('id', s.id, 'seq', s.seq, 'status', s.status, 'employer', json_build_object(
                        'id', s.employer_id, 'name', e.name, 'address', e.address, 'position',
                        case when e.position is not null then json_build_array(ST_X(e.position), ST_Y(e.position)) end)) order by s.seq)
                     from patrol_stops s left join employers e on e.id = s.employer_id where s.patrol_id = t.id), '[]') as stops
    {JOINS} where t.id = :id
"""
ASSIGNABLE = """
    select p.id, p.name, p.kind, u.name as unit_name,
           coalesce((select json_agg(json_build_object('id', g.id, 'name', g.name) order by g.code)
                     from duties d join grids g on g.id = d.grid_id
                     where d.person_id = p.id and d.valid_from <= :on and (d.valid_to is null or d.valid_to >= :on)), '[]') as grids,
           (select count(*) from patrol_stops s join patrols t on t.id = s.patrol_id
            where t.assignee_id = p.id and t.planned_on = :on and t.status <> 'cancelled') as stops_that_day
    from people p left join units u on u.id = p.unit_id where {where} order by {order}
"""
CAN_BE_SENT = "p.id in (select person_id from people_assignable(:on, cast(:subtree as ltree)))"
ANSWERS_FOR_IT = """exists (select from duties d where d.person_id = p.id and d.grid_path <@ cast(:subtree as ltree)
    and d.valid_from <= :on and (d.valid_to is null or d.valid_to >= :on))"""


async def patrols_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of patrols."""
    select = f"select {ITEM} {JOINS} where {{where}} order by {order}, p.name, t.id"
    return await fetch_page(db, select, "select count(*) from patrols t where {where}", where, page, page_size)


async def patrol_or_none(db: AsyncSession, patrol_id: UUID) -> dict[str, Any] | None:
    """One patrol with its stops."""
    row = (await db.execute(text(DETAIL), {"id": patrol_id})).mappings().first()
    return dict(row) if row else None


async def assignable_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of people who can be sent out on a day (``:on`` and ``:subtree`` are bound in ``where``)."""
    select = ASSIGNABLE.replace("{order}", order)
    return await fetch_page(db, select, "select count(*) from people p where {where}", where, page, page_size)


async def is_within_reach(db: AsyncSession, person_id: UUID, on: date) -> bool:
    """Whether the acting person has this person to send out on that day, if she is certified."""
    sql = "select exists (select from people_assignable(:on, null, false) a where a.person_id = :id)"
    return bool(await db.scalar(text(sql), {"id": person_id, "on": on}))


async def require_certificate(db: AsyncSession, person_id: UUID, on: date) -> None:
    """Go on only when the person is certified on that day; the database says what is missing (``PersonNotCertified``)."""
    await db.execute(text("select require_certificate(:id, :on)"), {"id": person_id, "on": on})


async def employers_to_visit(db: AsyncSession, employer_ids: list[UUID]) -> list[dict[str, Any]]:
    """Of these employers the ones in the acting scope, with what a stop needs to know; held so that none changes its grid before
    the stops are stored."""
    sql = """
        select id, ST_X(position) as lon, ST_Y(position) as lat, grid_path::text as grid_path from employers
        where id = any(:ids) and review_state <> 'returned' and grid_path <@ (select app_scope())
        order by id for share
    """
    return [dict(r) for r in (await db.execute(text(sql), {"ids": employer_ids})).mappings()]


async def insert_patrol(db: AsyncSession, values: dict[str, Any], stops: list[tuple[UUID, str]]) -> bool:
    """Store a patrol and its stops in walking order; the patrol's grid is the smallest that holds them all.

    False, and nothing is stored, when a patrol has the id already.
    """
    inserted = await db.execute(
        text("""
            insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, version, grid_id, grid_path)
            select :id, :title, :note, :assignee_id, :planned_on, :planned_by, 'planned', '', 1, g.id, g.path
            from grids g
            where g.path @> cast(:common as ltree) and g.valid_to is null order by g.level desc limit 1
            on conflict (id) do nothing returning id
        """),
        values,
    )
    if inserted.first() is None:
        return False
    await db.execute(
        text("""
            insert into patrol_stops (id, patrol_id, employer_id, seq, status, assignee_id, is_open, grid_path)
            select s.id, :patrol_id, s.employer_id, s.seq, 'planned', :assignee_id, true, s.grid_path::ltree
            from unnest(cast(:ids as uuid[]), cast(:employer_ids as uuid[]), cast(:paths as text[])) with ordinality
              as s(id, employer_id, grid_path, seq)
        """),
        {
            "patrol_id": values["id"],
            "assignee_id": values["assignee_id"],
            "ids": [new_id() for _ in stops],
            "employer_ids": [employer_id for employer_id, _ in stops],
            "paths": [path for _, path in stops],
        },
    )
    return True


async def patrol_for_update(db: AsyncSession, patrol_id: UUID) -> dict[str, Any] | None:
    """One patrol of the acting scope, locked until the transaction ends."""
    sql = """
        select status, version, grid_path::text as grid_path from patrols
        where id = :id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": patrol_id})).mappings().first()
    return dict(row) if row else None


async def cancel(db: AsyncSession, patrol_id: UUID, reason: str) -> None:
    """Call a patrol off; its stops close by trigger."""
    await db.execute(
        text("update patrols set status = 'cancelled', closing_note = :reason, version = version + 1 where id = :id"),
        {"id": patrol_id, "reason": reason},
    )
