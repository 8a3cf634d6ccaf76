"""SQL of anomalies as the desk reads them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

SELECT = """
    select a.id, a.subject_kind, a.subject_id, json_build_object('id', p.id, 'name', coalesce(p.name, '')) as person, a.employer_id,
           coalesce(e.name, '') as employer_name, coalesce(g.name, '') as grid_name,
           coalesce(c.patrol_id, v.patrol_id, ev.patrol_id) as patrol_id, coalesce(v.id, ev.id) as visit_id,
           coalesce(x.copy_state = 'stored' and x.thumbnail_state in ('due', 'made'), false) as has_picture, a.on_day, a.happened_at,
           a.score, a.reasons, a.conclusion, a.note,
           case when a.reviewed_at is not null then json_build_object('id', r.id, 'name', coalesce(r.name, '')) end as reviewed_by,
           a.reviewed_at, a.version, a.person_id, a.grid_path::text as grid_path
    from anomalies a
    left join people p on p.id = a.person_id left join people r on r.id = a.reviewed_by
    left join employers e on e.id = a.employer_id left join grids g on g.id = a.grid_id
    left join check_ins c on a.subject_kind = 'check_in' and c.id = a.subject_id
    left join visits v on a.subject_kind = 'visit' and v.id = a.subject_id
    left join evidence x on a.subject_kind = 'evidence' and x.id = a.subject_id
    left join visits ev on x.subject_kind = 'visit' and ev.id = x.subject_id
    where {where} order by {order}
"""
COUNT = "select count(*) from anomalies a where {where}"


async def anomalies_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of anomalies."""
    return await fetch_page(db, SELECT.replace("{order}", f"{order}, a.id"), COUNT, where, page, page_size)


async def anomaly_or_none(db: AsyncSession, anomaly_id: UUID) -> dict[str, Any] | None:
    """One anomaly of the scope."""
    sql = SELECT.format(where="a.id = :id", order="a.id")
    row = (await db.execute(text(sql), {"id": anomaly_id})).mappings().first()
    return dict(row) if row else None


REVIEW = """
    update anomalies set conclusion = :conclusion, note = :note, reviewed_by = app_person(), reviewed_at = now(), version = version + 1
    where id = :id and version = :version returning true
"""


async def conclude(db: AsyncSession, anomaly_id: UUID, conclusion: str, note: str, version: int) -> bool:
    """Write a conclusion; False when the anomaly has changed since it was looked at."""
    values = {"id": anomaly_id, "conclusion": conclusion, "note": note, "version": version}
    return bool(await db.scalar(text(REVIEW), values))
