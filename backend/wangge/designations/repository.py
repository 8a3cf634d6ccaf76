"""SQL of designations."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

HOLDS_TODAY = "d.valid_from <= (select china_today()) and (d.valid_to is null or d.valid_to >= (select china_today()))"


def holds(kind: str) -> str:
    """Whether employer ``e`` has the designation today."""
    return f"exists (select from employer_designations d where d.employer_id = e.id and d.kind = '{kind}' and {HOLDS_TODAY})"


DESIGNATED_SO = f"e.id in (select d.employer_id from employer_designations d where d.kind = :designation and {HOLDS_TODAY})"
OF_EMPLOYER = f"""
    select d.id, d.kind, d.valid_from, d.valid_to, d.reason, d.source, d.set_at, d.ended_at, d.end_reason,
           json_build_object('id', d.set_by, 'name', (select p.name from people p where p.id = d.set_by)) as set_by,
           case when d.ended_by is not null then json_build_object('id', d.ended_by, 'name',
               (select p.name from people p where p.id = d.ended_by)) end as ended_by,
           {HOLDS_TODAY} as current
    from employer_designations d where d.employer_id = :id order by d.valid_from desc, d.id desc limit 200
"""


async def of_employer(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """An employer's designations, the newest first."""
    return [dict(r) for r in (await db.execute(text(OF_EMPLOYER), {"id": employer_id})).mappings()]


async def employer_place(db: AsyncSession, employer_id: UUID) -> tuple[str, str] | None:
    """The grid path and name of an employer in the acting scope."""
    sql = "select grid_path::text, name from employers where id = :id and grid_path <@ (select app_scope())"
    row = (await db.execute(text(sql), {"id": employer_id})).first()
    return (row[0], row[1]) if row else None


async def insert(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Set a designation; false when the id is taken."""
    inserted = await db.execute(
        text("""
            insert into employer_designations (id, employer_id, grid_path, kind, valid_from, reason, source, set_by)
            values (:id, :employer_id, cast(:grid_path as ltree), :kind, :valid_from, :reason, :source, :set_by)
            on conflict (id) do nothing returning id
        """),
        values,
    )
    return inserted.first() is not None


async def for_update(db: AsyncSession, employer_id: UUID, designation_id: UUID) -> dict[str, Any] | None:
    """One designation of the acting scope, locked until the transaction ends."""
    sql = """
        select id, kind, valid_from, valid_to, grid_path::text as grid_path from employer_designations
        where id = :id and employer_id = :employer_id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": designation_id, "employer_id": employer_id})).mappings().first()
    return dict(row) if row else None


async def end(db: AsyncSession, designation_id: UUID, last_day: date, reason: str, person_id: UUID) -> None:
    """End a designation with a day."""
    await db.execute(
        text("""update employer_designations set valid_to = :day, end_reason = :reason, ended_by = :person, ended_at = now()
                where id = :id"""),
        {"id": designation_id, "day": last_day, "reason": reason, "person": person_id},
    )
