"""SQL of open sessions, for one's own list and for the one of those who manage accounts."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor

# A session that was left unused for too long is over, although nobody has closed it.
IS_OPEN = """
    s.revoked_at is null and s.expires_at > now()
    and s.last_used_at > now() - make_interval(mins => (case s.kind when 'desk' then (select policy('session_idle_minutes_desk'))
                                                        else (select policy('session_idle_minutes_phone')) end)::int)
"""
SELECT = """
    s.id, s.account_id, a.login, p.name as person_name, s.kind, s.device_id, coalesce(nullif(d.model, ''), d.name, '') as device_name,
    s.created_at, s.last_used_at, s.expires_at, s.address, s.agent, s.id = :this as is_this
"""
JOINS = """
    from sessions s join accounts a on a.id = s.account_id left join people p on p.id = a.person_id
    left join devices d on d.id = s.device_id and d.account_id = s.account_id
"""
OWN_MAX = 200


async def open_sessions(db: AsyncSession, actor: Actor, condition: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Open sessions under a condition, the one used last first, at most ``OWN_MAX``."""
    sql = f"select {SELECT} {JOINS} where {IS_OPEN} and {condition} order by s.last_used_at desc, s.id limit {OWN_MAX}"
    return [dict(r) for r in (await db.execute(text(sql), {**values, "this": actor.session_id})).mappings()]
