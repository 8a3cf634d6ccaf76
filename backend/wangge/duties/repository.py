"""SQL of duties."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

# The certificate is asked for once a row; lists are pages, so that is at most 200 look-ups by index.
SELECT = """
    select t.id, json_build_object('id', p.id, 'name', p.name) as person, p.kind as person_kind, u.name as unit_name,
           json_build_object('id', g.id, 'code', g.code, 'name', g.name, 'level', g.level, 'path_names',
               (select coalesce(json_agg(a.name order by a.level), '[]') from grids a
                where a.path @> g.path and a.level > 1 and a.valid_to is null)) as grid,
           t.duty, t.tasks, t.is_main, t.valid_from, t.valid_to, t.end_reason, t.version,
           case when t.valid_from > china_today() then 'coming' when t.valid_to < china_today() then 'ended' else 'current' end as state,
           c.until is not null as is_certified, nullif(c.until, 'infinity'::date) as certified_until
    from duties t join people p on p.id = t.person_id left join units u on u.id = p.unit_id join grids g on g.id = t.grid_id
    cross join lateral (select certified_until(p.id, china_today()) as until) c
    where {where} order by {order}
"""
COUNT = "select count(*) from duties t join people p on p.id = t.person_id join grids g on g.id = t.grid_id where {where}"


async def duties_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of duties."""
    return await fetch_page(db, SELECT.replace("{order}", f"{order}, t.id"), COUNT, where, page, page_size)


async def duty_or_none(db: AsyncSession, duty_id: UUID) -> dict[str, Any] | None:
    """One duty."""
    sql = SELECT.replace("{order}", "t.id").format(where="t.id = :id")
    row = (await db.execute(text(sql), {"id": duty_id})).mappings().first()
    return dict(row) if row else None


async def duty_for_update(db: AsyncSession, duty_id: UUID) -> dict[str, Any] | None:
    """A duty in the acting scope, locked until the transaction ends; and whether its last day has passed."""
    sql = """
        select id, person_id, grid_id, grid_path::text as grid_path, duty, tasks, is_main, valid_from, valid_to, version,
               coalesce(valid_to < china_today(), false) as is_over
        from duties where id = :id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": duty_id})).mappings().first()
    return dict(row) if row else None


async def grid_of_scope(db: AsyncSession, grid_id: UUID) -> str | None:
    """The path of a grid in the acting scope that is in force, or None."""
    path: str | None = await db.scalar(
        text("select path::text from grids where id = :id and valid_to is null and path <@ (select app_scope())"), {"id": grid_id}
    )
    return path


async def person_of_scope(db: AsyncSession, person_id: UUID, on: date) -> dict[str, Any] | None:
    """A person of the acting scope, locked against being handed over meanwhile, and whether she is appointed on a day."""
    sql = """
        select p.id, p.name, p.state, p.grid_path::text as grid_path,
               exists (select from appointments_of(p.id) a where a.valid_from <= :on and (a.valid_to is null or a.valid_to >= :on))
               as is_appointed
        from people p where p.id = :id and p.grid_path <@ (select app_scope()) for no key update
    """
    row = (await db.execute(text(sql), {"id": person_id, "on": on})).mappings().first()
    return dict(row) if row else None


async def holds_already(db: AsyncSession, duty_id: UUID, person_id: UUID, grid_id: UUID, start: date, end: date | None) -> bool:
    """Whether the person has another duty for this grid that meets these days."""
    sql = """
        select exists (select from duties where id <> :id and person_id = :person_id and grid_id = :grid_id
                       and daterange(valid_from, valid_to, '[]') && daterange(:start, :end, '[]'))
    """
    values = {"id": duty_id, "person_id": person_id, "grid_id": grid_id, "start": start, "end": end}
    return bool(await db.scalar(text(sql), values))


async def insert_duty(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Store a duty; False when one has the id already."""
    sql = """
        insert into duties (id, person_id, grid_id, grid_path, duty, tasks, is_main, valid_from, valid_to)
        values (:id, :person_id, :grid_id, cast(:grid_path as ltree), :duty, :tasks, :is_main, :valid_from, :valid_to)
        on conflict (id) do nothing returning id
    """
    return (await db.execute(text(sql), values)).first() is not None


async def change_duty(db: AsyncSession, duty_id: UUID, values: dict[str, Any]) -> None:
    """Write what a duty says now."""
    sql = """
        update duties set duty = :duty, tasks = :tasks, is_main = :is_main, valid_to = :valid_to, version = version + 1 where id = :id
    """
    await db.execute(text(sql), {**values, "id": duty_id})


async def end_duty(db: AsyncSession, duty_id: UUID, ends_on: date, reason: str) -> None:
    """Set the last day of a duty."""
    sql = "update duties set valid_to = :ends_on, end_reason = :reason, version = version + 1 where id = :id"
    await db.execute(text(sql), {"id": duty_id, "ends_on": ends_on, "reason": reason})
