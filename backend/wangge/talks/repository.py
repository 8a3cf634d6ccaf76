"""SQL of talks as the desk reads them."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

TALKS = """
    select t.id, t.employer_id, e.name as employer_name, g.name as grid_name, t.place,
           json_build_object('id', t.person_id, 'name', p.name) as person, t.patrol_id, t.captured_at, t.happened_at, t.received_at,
           t.audience, t.people_count, t.topics,
           coalesce((select json_agg(json_build_object('kind', m.kind, 'count', m.count) order by k.seq)
                     from talk_materials m join material_kinds k on k.code = m.kind where m.talk_id = t.id), '[]') as materials,
           t.note, t.flags, case when t.position is not null then array[ST_X(t.position), ST_Y(t.position)] end as position,
           coalesce((select json_agg(json_build_object('id', x.id, 'state', x.copy_state, 'medium', x.medium, 'seconds', x.seconds,
                                                       'thumbnail', 'stored' in (x.copy_state, x.thumb_state))
                                     order by x.captured_at, x.id) from evidence x where x.subject_id = t.id), '[]') as evidence,
           greatest(t.evidence_expected, (select count(*) from evidence x where x.subject_id = t.id)) as expected,
           (select count(*) from evidence x where x.subject_id = t.id and x.copy_state = 'stored') as arrived
    from talks t left join employers e on e.id = t.employer_id left join people p on p.id = t.person_id
         left join grids g on g.id = t.grid_id
    where {where} order by t.happened_at desc, t.id
"""


async def talks_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of talks, newest first."""
    return await fetch_page(db, TALKS, "select count(*) from talks t where {where}", where, page, page_size)


async def talks_to_export(db: AsyncSession, where: Where, limit: int) -> list[dict[str, Any]]:
    """Talks for a sheet, newest first, at most ``limit``."""
    rows = await db.execute(text(TALKS.format(where=where) + " limit :limit"), {**where.values, "limit": limit})
    return [dict(r) for r in rows.mappings()]
