"""SQL of visits and check-ins as the desk reads them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

CHECK_INS = """
    select c.id, c.employer_id, e.name as employer_name, json_build_object('id', c.person_id, 'name', p.name) as person, c.patrol_id,
           case when c.position is not null then array[ST_X(c.position), ST_Y(c.position)] end as position, c.accuracy_m, c.distance_m,
           c.is_on_site, c.flags, c.captured_at, c.happened_at, c.received_at
    from check_ins c left join employers e on e.id = c.employer_id left join people p on p.id = c.person_id
    where {where} order by c.happened_at desc, c.id
"""
VISITS = """
    select v.id, v.employer_id, e.name as employer_name, json_build_object('id', v.person_id, 'name', p.name) as person, v.patrol_id,
           v.check_in_id, v.captured_at, v.happened_at, v.received_at, v.activities, v.people_met, v.note, v.flags,
           coalesce((select json_agg(json_build_object('id', f.id, 'kind', f.kind, 'severity', f.severity, 'note', f.note) order by f.id)
                     from findings f where f.visit_id = v.id), '[]') as findings,
           coalesce((select json_agg(json_build_object('id', x.id, 'state', x.copy_state, 'medium', x.medium, 'seconds', x.seconds,
                                                       'thumbnail', 'stored' in (x.copy_state, x.thumb_state))
                                     order by x.captured_at, x.id) from evidence x where x.subject_id = v.id), '[]') as evidence,
           greatest(v.evidence_expected, (select count(*) from evidence x where x.subject_id = v.id)) as expected,
           (select count(*) from evidence x where x.subject_id = v.id and x.copy_state = 'stored') as arrived
    from visits v left join employers e on e.id = v.employer_id left join people p on p.id = v.person_id
    where {where} order by v.happened_at desc, v.id
"""


OF_PATROL = "{t}.patrol_id = :patrol_id"


async def check_ins_of_patrol(db: AsyncSession, patrol_id: UUID) -> list[dict[str, Any]]:
    """All check-ins of a patrol, newest first."""
    sql = CHECK_INS.format(where=OF_PATROL.format(t="c"))
    return [dict(r) for r in (await db.execute(text(sql), {"patrol_id": patrol_id})).mappings()]


async def visits_of_patrol(db: AsyncSession, patrol_id: UUID) -> list[dict[str, Any]]:
    """All visits of a patrol, newest first."""
    sql = VISITS.format(where=OF_PATROL.format(t="v"))
    return [dict(r) for r in (await db.execute(text(sql), {"patrol_id": patrol_id})).mappings()]


async def check_ins_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of check-ins, newest first."""
    return await fetch_page(db, CHECK_INS, "select count(*) from check_ins c where {where}", where, page, page_size)


async def visits_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of visits, newest first."""
    return await fetch_page(db, VISITS, "select count(*) from visits v where {where}", where, page, page_size)
