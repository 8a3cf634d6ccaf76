"""SQL of units, matters and powers."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.ids import new_id
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.entrustments.states import LAST_DAY, STATUS

HOLDS_TODAY = "valid_from <= china_today() and (valid_to is null or valid_to >= china_today())"

ITEM = f"""
    u.id, u.code, u.name, u.kind, nlevel(u.grid_path) as level, u.parent_id,
    (select o.name from units o where o.id = u.parent_id) as parent_name, u.grid_id,
    (select g.name from grids g where g.id = u.grid_id) as grid_name,
    (select count(*) from people p where p.unit_id = u.id) as people,
    (select count(*) from units c where c.parent_id = u.id and (c.closed_on is null or c.closed_on >= china_today())) as children,
    (select count(*) from unit_powers w where w.unit_id = u.id and {HOLDS_TODAY}) as own_matters,
    exists (select from entrustments t where t.agent_id = u.id and t.state = 'in_force' and t.valid_from <= china_today()
            and {LAST_DAY} >= china_today()) as entrusted_today,
    exists (select from intake_counters c where c.unit_id = u.id and {HOLDS_TODAY}) as intake_counter, u.opened_on, u.closed_on
"""
ENTRUSTMENTS_OF = f"""
    coalesce((select json_agg(r order by r.valid_from desc, r.id) from (
        select t.id, json_build_object('id', o.id, 'name', o.name, 'kind', o.kind) as other, t.document_name, t.document_number,
               g.name as area_name, (select count(*) from entrustment_employers e where e.entrustment_id = t.id) as employers,
               t.valid_from, {LAST_DAY} as last_day, {STATUS} as status
        from entrustments t join units o on o.id = t.{{other}} left join grids g on g.id = t.grid_id
        where t.{{side}} = u.id order by t.valid_from desc, t.id limit 100) r), '[]')
"""
DETAIL = f"""
    select {ITEM}, u.grid_path::text as grid_path, u.contact_name, u.contact_phone, u.address, u.close_reason, u.version,
           coalesce((select json_object_agg(k.kind, k.n)
                     from (select kind, count(*) as n from people where unit_id = u.id group by kind) k),
                    '{{}}') as people_by_kind,
           coalesce((select json_agg(json_build_object('id', w.id, 'matter_code', w.matter_code, 'name_zh', m.name_zh, 'name_en', m.name_en,
                        'source', w.source, 'valid_from', w.valid_from, 'valid_to', w.valid_to) order by m.position, w.valid_from)
                     from unit_powers w join matters m on m.code = w.matter_code where w.unit_id = u.id), '[]') as own_powers,
           coalesce((select json_agg(json_build_object('id', c.id, 'valid_from', c.valid_from, 'valid_to', c.valid_to)
                        order by c.valid_from desc) from intake_counters c where c.unit_id = u.id), '[]') as counters,
           {ENTRUSTMENTS_OF.format(other="agent_id", side="principal_id")} as given,
           {ENTRUSTMENTS_OF.format(other="principal_id", side="agent_id")} as received
    from units u where u.id = :id
"""
MATTERS = "select code, name_zh, name_en, source, valid_from, valid_to from matters order by position, code"
POWERS = f"""
    select p.code, p.name_zh, p.name_en, p.source,
           coalesce((select json_agg(json_build_object('unit_kind', h.unit_kind, 'manner', h.manner, 'source', h.source)
                        order by h.unit_kind, h.manner) from power_holders h
                     where h.power_code = p.code and {HOLDS_TODAY}), '[]') as holders
    from powers p order by p.position, p.code
"""


async def matters(db: AsyncSession) -> list[dict[str, Any]]:
    """Every matter, in the order of the screens."""
    return [dict(r) for r in (await db.execute(text(MATTERS))).mappings()]


async def powers(db: AsyncSession) -> list[dict[str, Any]]:
    """Every power with who may hold it today."""
    return [dict(r) for r in (await db.execute(text(POWERS))).mappings()]


async def units_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of units."""
    select = f"select {ITEM} from units u where {{where}} order by {order}, u.id"
    return await fetch_page(db, select, "select count(*) from units u where {where}", where, page, page_size)


async def unit_or_none(db: AsyncSession, unit_id: UUID) -> dict[str, Any] | None:
    """One unit with its powers, people and entrustments."""
    row = (await db.execute(text(DETAIL), {"id": unit_id})).mappings().first()
    return dict(row) if row else None


async def unit_for_update(db: AsyncSession, unit_id: UUID) -> dict[str, Any] | None:
    """One unit of the acting scope, locked until the transaction ends."""
    sql = """
        select id, name, kind, parent_id, grid_path::text as grid_path, nlevel(grid_path) as level, opened_on, closed_on, version,
               contact_name, contact_phone, address
        from units where id = :id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": unit_id})).mappings().first()
    return dict(row) if row else None


async def parent_fits(db: AsyncSession, unit_id: UUID, parent_id: UUID, grid_path: str) -> tuple[bool, bool]:
    """Whether the parent exists, open, in a grid around the unit's; and whether it stands below the unit itself."""
    sql = """
        with recursive above(id, parent_id, depth) as (
            select id, parent_id, 1 from units where id = :parent
            union all
            select u.id, u.parent_id, a.depth + 1 from units u join above a on u.id = a.parent_id where a.depth < 50
        )
        select exists (select from units p where p.id = :parent and p.closed_on is null and p.grid_path @> cast(:path as ltree)),
               exists (select from above where id = :unit)
    """
    row = (await db.execute(text(sql), {"unit": unit_id, "parent": parent_id, "path": grid_path})).one()
    return bool(row[0]), bool(row[1])


async def grid_of(db: AsyncSession, grid_id: UUID) -> tuple[int, str] | None:
    """A current grid's level and path."""
    row = (await db.execute(text("select level, path::text from grids where id = :id and valid_to is null"), {"id": grid_id})).first()
    return (row[0], row[1]) if row else None


async def insert_unit(db: AsyncSession, values: dict[str, Any]) -> None:
    """Found a unit."""
    await db.execute(
        text("""
            insert into units (id, code, name, kind, parent_id, grid_id, grid_path, contact_name, contact_phone, address, opened_on)
            values (:id, :code, :name, :kind, :parent_id, :grid_id, cast(:grid_path as ltree), :contact_name, :contact_phone, :address,
                    :opened_on)
        """),
        values,
    )


async def update_unit(db: AsyncSession, values: dict[str, Any]) -> None:
    """Write a unit's particulars."""
    await db.execute(
        text("""
            update units set name = :name, kind = :kind, parent_id = :parent_id, contact_name = :contact_name,
                   contact_phone = :contact_phone, address = :address, version = version + 1 where id = :id
        """),
        values,
    )


async def what_hangs_on(db: AsyncSession, unit_id: UUID, last_day: date) -> dict[str, int]:
    """What keeps a unit open: units below it, people, duties of theirs and entrustments that outlast the day."""
    sql = f"""
        select (select count(*) from units c where c.parent_id = :id and c.closed_on is null) as units,
               (select count(*) from people p where p.unit_id = :id) as people,
               (select count(*) from duties d join people p on p.id = d.person_id
                where p.unit_id = :id and (d.valid_to is null or d.valid_to > :last_day)) as duties,
               (select count(*) from entrustments t where (t.principal_id = :id or t.agent_id = :id)
                and (t.state = 'draft' or (t.state = 'in_force' and {LAST_DAY} > :last_day))) as entrustments
    """
    return dict((await db.execute(text(sql), {"id": unit_id, "last_day": last_day})).mappings().one())


async def close_unit(db: AsyncSession, unit_id: UUID, last_day: date, reason: str) -> None:
    """Close a unit; what it holds by law and its counter end with it."""
    values = {"id": unit_id, "last_day": last_day, "reason": reason}
    for table in ("unit_powers", "intake_counters"):
        sql = f"""update {table} set valid_to = greatest(valid_from, :last_day)
                  where unit_id = :id and (valid_to is null or valid_to > :last_day)"""
        await db.execute(text(sql), values)
    sql = "update units set closed_on = :last_day, close_reason = :reason, version = version + 1 where id = :id"
    await db.execute(text(sql), values)


async def open_counter(db: AsyncSession, unit: dict[str, Any], on: date, person_id: UUID) -> None:
    """Open a unit's counter from a day on."""
    await db.execute(
        text("""insert into intake_counters (id, unit_id, grid_path, valid_from, set_by)
                values (:id, :unit_id, cast(:grid_path as ltree), :on, :person_id)"""),
        {"id": new_id(), "unit_id": unit["id"], "grid_path": unit["grid_path"], "on": on, "person_id": person_id},
    )


async def current_counter(db: AsyncSession, unit_id: UUID) -> dict[str, Any] | None:
    """The unit's latest counter period."""
    sql = "select id, valid_from, valid_to from intake_counters where unit_id = :id order by valid_from desc limit 1"
    row = (await db.execute(text(sql), {"id": unit_id})).mappings().first()
    return dict(row) if row else None


async def close_counter(db: AsyncSession, counter_id: UUID, last_day: date) -> None:
    """Keep a counter open until a day."""
    await db.execute(text("update intake_counters set valid_to = :day where id = :id"), {"id": counter_id, "day": last_day})


async def grant_powers(db: AsyncSession, unit: dict[str, Any], codes: list[str], source: str, since: date, until: date | None) -> None:
    """Record that the law gives the unit these matters."""
    await db.execute(
        text("""
            insert into unit_powers (id, unit_id, grid_path, matter_code, basis, source, valid_from, valid_to)
            select w.id, :unit_id, cast(:grid_path as ltree), w.code, 'own', :source, :since, :until
            from unnest(cast(:ids as uuid[]), cast(:codes as text[])) w(id, code)
        """),
        {"unit_id": unit["id"], "grid_path": unit["grid_path"], "ids": [new_id() for _ in codes], "codes": codes, "source": source,
         "since": since, "until": until},
    )  # fmt: skip


async def end_powers(db: AsyncSession, unit_id: UUID, power_ids: list[UUID], last_day: date) -> list[str]:
    """End powers of a unit's own with a day; returns the matters' codes."""
    sql = """
        update unit_powers set valid_to = :day where unit_id = :unit_id and id = any(:ids) and valid_from <= :day
        and (valid_to is null or valid_to > :day) returning matter_code
    """
    return list(await db.scalars(text(sql), {"unit_id": unit_id, "ids": power_ids, "day": last_day}))


async def history(db: AsyncSession, kind: str, subject_id: UUID) -> list[dict[str, Any]]:
    """What has been done to one thing, the newest first."""
    rows = await db.execute(text("select * from history_of(:kind, :id)"), {"kind": kind, "id": subject_id})
    return [dict(r) for r in rows.mappings()]
