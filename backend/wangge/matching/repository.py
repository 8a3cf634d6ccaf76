"""SQL of the work queue and of what was decided."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.employers.repository import GRID_NAME

SIDE = f"""e.id, e.name, e.uscc, e.address, e.contact_name, e.contact_phone, e.industry_code, e.employees,
    case when e.position is not null then array[ST_X(e.position), ST_Y(e.position)] end as position, {GRID_NAME}"""
SUBJECTS = f"""
    select 'registry_row' as kind, e.source, e.status, e.first_seen_at as seen_at, {SIDE} from registry_rows e where e.id = any(:ids)
    union all
    select 'sighting', null, e.review_state, e.registered_at, {SIDE} from employers e where e.id = any(:ids)
"""
CHOICES = f"""
    select c.subject_id, c.score, c.reasons, {SIDE}, e.review_state, e.last_visited_at,
           ST_Distance(e.position::geography, coalesce(r.position, s.position)::geography) as distance_m
    from match_candidates c join employers e on e.id = c.employer_id
    left join registry_rows r on c.subject_kind = 'registry_row' and r.id = c.subject_id
    left join employers s on c.subject_kind = 'sighting' and s.id = c.subject_id
    where c.subject_id = any(:ids) order by c.subject_id, c.score desc, e.name, e.id
"""
DECISION = """
    d.id, d.subject_kind as kind, d.subject_id, d.subject_name,
    case when d.employer_id is not null then json_build_object('id', d.employer_id, 'name', e.name) end as employer, d.verdict, d.score,
    d.reasons, case when d.decided_by is not null then json_build_object('id', d.decided_by, 'name',
        p.name) end as decided_by, d.decided_at,
    case when d.undone_by is not null then json_build_object('id', d.undone_by, 'name', u.name) end as undone_by, d.undone_at
"""
DECISIONS = """from match_decisions d left join employers e on e.id = d.employer_id left join people p on p.id = d.decided_by
    left join people u on u.id = d.undone_by"""


async def queue_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of subjects with their choices: the subjects first, then both sides at once."""
    subjects = f"select c.subject_id, max(c.score) as best from match_candidates c where {where} group by c.subject_id"
    total = await db.scalar(text(f"select count(distinct c.subject_id) from match_candidates c where {where}"), where.values)
    found = await db.execute(
        text(f"select subject_id from ({subjects}) s order by {order}, subject_id limit :limit offset :offset"),
        {**where.values, "limit": page_size, "offset": (page - 1) * page_size},
    )
    ids = [row[0] for row in found]
    sides = {row["id"]: dict(row) for row in (await db.execute(text(SUBJECTS), {"ids": ids})).mappings()}
    for side in sides.values():
        side["choices"] = []
    for row in (await db.execute(text(CHOICES), {"ids": ids})).mappings():
        if row["subject_id"] in sides:
            sides[row["subject_id"]]["choices"].append(dict(row))
    return Page([sides[one] for one in ids if one in sides], total or 0, page, page_size)


async def decisions_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of decisions."""
    select = f"select {DECISION} {DECISIONS} where {{where}} order by {order}, d.id"
    return await fetch_page(db, select, "select count(*) from match_decisions d where {where}", where, page, page_size)


async def decision_or_none(db: AsyncSession, decision_id: UUID) -> dict[str, Any] | None:
    """One decision, with the path that it lies at."""
    sql = f"select {DECISION}, d.grid_path::text as grid_path {DECISIONS} where d.id = :id"
    row = (await db.execute(text(sql), {"id": decision_id})).mappings().first()
    return dict(row) if row else None


async def decide(db: AsyncSession, kind: str, subject_id: UUID, verdict: str, employer_id: UUID | None) -> UUID | None:
    """Keep a person's word; None where somebody was faster."""
    sql = text("select decide_match(:kind, :subject, :verdict, :employer)")
    found: UUID | None = await db.scalar(sql, {"kind": kind, "subject": subject_id, "verdict": verdict, "employer": employer_id})
    return found


async def subject_in_scope(db: AsyncSession, kind: str, subject_id: UUID) -> bool:
    """Whether there is such a subject in the acting scope."""
    table = "registry_rows" if kind == "registry_row" else "employers"
    sql = f"select exists (select from {table} where id = :id and grid_path <@ any((select app_scope())::ltree[]))"
    return bool(await db.scalar(text(sql), {"id": subject_id}))


async def undo(db: AsyncSession, decision_id: UUID) -> bool:
    """Take a decision back; False where it has been taken back."""
    return bool(await db.scalar(text("select undo_match(:id)"), {"id": decision_id}))
