"""SQL of incidents as the desk reads and handles them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

WHO = """case when i.{column} is not null then
    json_build_object('id', i.{column}, 'name', (select w.name from people w where w.id = i.{column})) end"""
INCIDENTS = f"""
    select i.id, i.kind, i.severity, i.people_count, i.employer_id, e.name as employer_name, i.place, i.note,
           json_build_object('id', i.person_id, 'name', p.name) as person,
           case when i.position is not null then array[ST_X(i.position), ST_Y(i.position)] end as position, i.accuracy_m, i.flags,
           i.captured_at, i.happened_at, i.received_at, i.status, i.acknowledged_at,
           {WHO.format(column="acknowledged_by")} as acknowledged_by, i.closed_at,
           {WHO.format(column="closed_by")} as closed_by, i.closing_note, i.version, i.grid_id, i.grid_path::text as grid_path,
           array(select name from grids g where g.path @> i.grid_path and g.valid_to is null order by g.level) as grid_names,
           coalesce((select json_agg(json_build_object('id', x.id, 'state', x.copy_state, 'medium', x.medium, 'seconds', x.seconds,
                                                       'thumbnail', 'stored' in (x.copy_state, x.thumb_state))
                                     order by x.captured_at, x.id) from evidence x where x.subject_id = i.id), '[]') as evidence,
           greatest(i.evidence_expected, (select count(*) from evidence x where x.subject_id = i.id)) as expected,
           (select count(*) from evidence x where x.subject_id = i.id and x.copy_state = 'stored') as arrived
    from incidents i left join employers e on e.id = i.employer_id left join people p on p.id = i.person_id
    where {{where}}
"""
# What nobody has taken on yet stands first, the gravest and the newest of it on top.
ORDER = """
    order by array_position(array['open', 'acknowledged', 'closed'], i.status),
             case when i.status = 'open' then array_position(array['critical', 'serious', 'normal'], i.severity) end,
             i.happened_at desc, i.id
"""


async def incidents_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of incidents, the open ones on top."""
    return await fetch_page(db, INCIDENTS + ORDER, "select count(*) from incidents i where {where}", where, page, page_size)


async def incident_or_none(db: AsyncSession, incident_id: UUID) -> dict[str, Any] | None:
    """One incident of the caller's sight."""
    row = (await db.execute(text(INCIDENTS.format(where="i.id = :id")), {"id": incident_id})).mappings().first()
    return dict(row) if row else None


async def counts(db: AsyncSession, where: Where) -> dict[str, int]:
    """How many are in each state."""
    rows = await db.execute(text(f"select i.status, count(*) from incidents i where {where} group by i.status"), where.values)
    return {status: number for status, number in rows}


async def lock(db: AsyncSession, incident_id: UUID) -> dict[str, Any] | None:
    """One incident of the acting scope, locked until the transaction ends."""
    sql = """
        select i.status, i.version, i.grid_path::text as grid_path, (select name from people where id = i.acknowledged_by) as taken_by
        from incidents i where i.id = :id and i.grid_path <@ (select app_scope()) for update of i
    """
    row = (await db.execute(text(sql), {"id": incident_id})).mappings().first()
    return dict(row) if row else None


async def acknowledge(db: AsyncSession, incident_id: UUID) -> None:
    """The acting person takes it on, now."""
    sql = """
        update incidents set status = 'acknowledged', acknowledged_at = now(), acknowledged_by = app_person(), version = version + 1
        where id = :id
    """
    await db.execute(text(sql), {"id": incident_id})


async def close(db: AsyncSession, incident_id: UUID, note: str) -> None:
    """The acting person closes it, now."""
    sql = """
        update incidents set status = 'closed', closed_at = now(), closed_by = app_person(), closing_note = :note, version = version + 1
        where id = :id
    """
    await db.execute(text(sql), {"id": incident_id, "note": note})
