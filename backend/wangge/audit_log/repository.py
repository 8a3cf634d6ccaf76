"""SQL of the audit log. Pages go by key, never by offset: the log grows without end."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where

# The lines are found first; names are looked up for those of the page alone.
LINES = """
    with found as (select * from audit_log l where {where} order by l.at desc, l.id desc limit :limit)
    select l.id::text as id, l.at, l.person_id, p.name as person_name, u.name as unit_name, l.session_id, l.device_id, l.address, l.agent,
           l.action, l.subject_kind, l.subject_id, g.name as grid_name, l.details,
           case l.subject_kind
               when 'employer' then (select e.name from employers e where e.id = l.subject_id)
               when 'patrol' then (select t.title from patrols t where t.id = l.subject_id)
               when 'person' then (select x.name from people x where x.id = l.subject_id)
               when 'grid' then (select x.name from grids x where x.id = l.subject_id)
               when 'unit' then (select x.name from units x where x.id = l.subject_id)
               when 'account' then (select a.login || ' ' || x.name from accounts a join people x on x.id = a.person_id
                                    where a.id = l.subject_id)
           end as subject_name
    from found l left join people p on p.id = l.person_id left join units u on u.id = p.unit_id
    left join grids g on g.path = l.grid_path and g.valid_to is null
    order by l.at desc, l.id desc
"""
PEOPLE_MAX = 200


async def lines(db: AsyncSession, where: Where, limit: int) -> list[dict[str, Any]]:
    """The newest lines under the conditions."""
    rows = await db.execute(text(LINES.format(where=where)), {**where.values, "limit": limit})
    return [dict(r) for r in rows.mappings()]


async def people_named(db: AsyncSession, pattern: str) -> list[Any]:
    """The people whose name holds the text."""
    sql = f"select id from people where name ilike :pattern order by id limit {PEOPLE_MAX}"
    return list(await db.scalars(text(sql), {"pattern": pattern}))
