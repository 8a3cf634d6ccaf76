"""SQL of the key supervision list."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

ENTRIES = """
    select k.id, json_build_object('id', e.id, 'name', e.name) as employer, e.uscc, coalesce(g.name, '') as grid_name,
           (select json_build_object('id', d.person_id, 'name', o.name) from duties d join people o on o.id = d.person_id
            where d.grid_id = e.grid_id and d.valid_from <= (select china_today())
              and (d.valid_to is null or d.valid_to >= (select china_today()))
            order by d.is_main desc, d.valid_from limit 1) as owner,
           k.criterion, k.facts, k.entered_on, k.left_on, k.left_why, k.must_acknowledge,
           case when k.acknowledged_by is not null then json_build_object('id', k.acknowledged_by, 'name',
               (select w.name from people w where w.id = k.acknowledged_by)) end as acknowledged_by,
           k.acknowledged_at, k.acknowledged_note, k.version, k.grid_path::text as grid_path
    from key_list_entries k join employers e on e.id = k.employer_id left join grids g on g.id = e.grid_id
    where {where}
"""
COUNT = "select count(*) from key_list_entries k join employers e on e.id = k.employer_id where {where}"
COUNT_ALONE = "select count(*) from key_list_entries k where {where}"
RULES = """
    select * from (select distinct on (criterion) * from key_list_rules where valid_from <= china_today()
                   order by criterion, valid_from desc) r order by seq
"""


async def entries_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of entries."""
    count = COUNT if any("e." in c for c in where.conditions) else COUNT_ALONE
    return await fetch_page(db, ENTRIES + f" order by {order}, k.id", count, where, page, page_size)


async def of_employer(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """An employer's entries, the open ones first."""
    sql = ENTRIES.format(where="k.employer_id = :id") + " order by k.left_on is not null, k.entered_on desc, k.id limit 100"
    return [dict(r) for r in (await db.execute(text(sql), {"id": employer_id})).mappings()]


async def entry_or_none(db: AsyncSession, entry_id: UUID) -> dict[str, Any] | None:
    """One entry of the acting scope."""
    sql = ENTRIES.format(where="k.id = :id and k.grid_path <@ (select app_scope())")
    row = (await db.execute(text(sql), {"id": entry_id})).mappings().first()
    return dict(row) if row else None


async def acknowledge(db: AsyncSession, entry_id: UUID, note: str, version: int) -> bool:
    """The acting person takes note, now; False when the entry has changed since it was looked at."""
    sql = """
        update key_list_entries
        set acknowledged_by = app_person(), acknowledged_at = now(), acknowledged_note = :note, version = version + 1
        where id = :id and version = :version and acknowledged_at is null returning true
    """
    return bool(await db.scalar(text(sql), {"id": entry_id, "note": note, "version": version}))


async def rules(db: AsyncSession) -> list[dict[str, Any]]:
    """The criteria as they stand today."""
    return [dict(r) for r in (await db.execute(text(RULES))).mappings()]


async def look_at(db: AsyncSession, employer_id: UUID) -> None:
    """Bring an employer's entries up to date now, and not when its turn comes."""
    await db.execute(text("select key_list_look_at(:id)"), {"id": employer_id})
