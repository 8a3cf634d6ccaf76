"""SQL of the register of people."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

# The certificate and the duties are in the list of columns: they are looked up for the rows of the page, not for all.
COLUMNS = """
    p.id, p.name, p.kind, p.state, p.employee_no, p.post, p.gender, p.joined_on, p.left_on, p.version,
    json_build_object('id', u.id, 'name', u.name, 'level', nlevel(u.grid_path)) as unit,
    certified_until(p.id, china_today()) as until,
    exists (select from certificates c join certificate_requirements r on r.certificate_kind = c.kind and r.person_kind = p.kind
            where c.person_id = p.id) as had_certificate,
    (select count(*) from duties d where d.person_id = p.id and d.valid_from <= china_today()
     and (d.valid_to is null or d.valid_to >= china_today())) as duties
"""
FROM = " from people p join units u on u.id = p.unit_id "
LIST = f"select {COLUMNS} {FROM} where {{where}} order by {{order}}"
DETAIL = f"""
    select {COLUMNS}, p.birth_year, p.education, p.leaving_reason, p.nominated_at, p.decided_at, p.decision_reason,
           case when p.nominated_by is not null then json_build_object('id', p.nominated_by, 'name',
               (select n.name from people n where n.id = p.nominated_by)) end as nominated_by,
           case when p.decided_by is not null then json_build_object('id', p.decided_by, 'name',
               (select n.name from people n where n.id = p.decided_by)) end as decided_by,
           person_has_account(p.id) as has_account, p.grid_path::text as grid_path
    {FROM} where p.id = :id and p.grid_path <@ (select app_scope())
"""
# Whether a person may be sent out today, and whether that ends within :days.
CERTIFICATE = {
    "valid": "coalesce(certified_until(p.id, china_today()) > china_today() + cast(:days as int), false)",
    "expiring": "coalesce(certified_until(p.id, china_today()) <= china_today() + cast(:days as int), false)",
    "missing": "certified_until(p.id, china_today()) is null",
}


async def people_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of people, numbers masked."""
    count = "select count(*) from people p where {where}"
    found = await fetch_page(db, LIST.replace("{order}", f"{order}, p.id"), count, where, page, page_size)
    await mask(db, found.items)
    return found


async def mask(db: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Add the masked numbers to rows with an ``id``."""
    masked = await db.execute(text("select * from people_masked(cast(:ids as uuid[]))"), {"ids": [r["id"] for r in rows]})
    known = {m["person_id"]: m for m in masked.mappings()}
    for row in rows:
        hers = known.get(row["id"])
        row["phone_masked"] = hers["phone_masked"] if hers else ""
        row["id_number_masked"] = hers["id_number_masked"] if hers else ""


async def person_or_none(db: AsyncSession, person_id: UUID) -> dict[str, Any] | None:
    """One person's file, of the acting scope."""
    row = (await db.execute(text(DETAIL), {"id": person_id})).mappings().first()
    if row is None:
        return None
    found = dict(row)
    await mask(db, [found])
    return found


async def appointments(db: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """The posts of a person, the newest first."""
    return [dict(r) for r in (await db.execute(text("select * from appointments_of(:id)"), {"id": person_id})).mappings()]


async def results_of(db: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """What a person scored, the newest exam first."""
    sql = """
        select r.id, x.title as exam_title, x.held_on, x.certificate_kind, r.score, r.full_mark, r.pass_mark, r.is_passed, r.certificate_id
        from exam_results r join exams x on x.id = r.exam_id where r.person_id = :id order by x.held_on desc, r.id limit 100
    """
    return [dict(r) for r in (await db.execute(text(sql), {"id": person_id})).mappings()]


async def hand_overs_of(db: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """The hand-overs in which a person gave or received, the newest first."""
    sql = """
        select h.id, h.person_id = :id as gave, h.cause, h.ends_on, count(i.id) as items,
               case when h.person_id = :id then coalesce(string_agg(distinct r.name, '、'), '')
                    else (select g.name from people g where g.id = h.person_id) end as other
        from hand_overs h left join hand_over_items i on i.hand_over_id = h.id and (h.person_id = :id or i.receiver_id = :id)
        left join people r on r.id = i.receiver_id
        where h.person_id = :id or h.id in (select hand_over_id from hand_over_items where receiver_id = :id)
        group by h.id order by h.done_at desc limit 50
    """
    return [dict(r) for r in (await db.execute(text(sql), {"id": person_id})).mappings()]


async def unit_of_scope(db: AsyncSession, unit_id: UUID) -> dict[str, Any] | None:
    """A unit of the acting scope."""
    sql = "select id, kind, grid_path::text as grid_path from units where id = :id and grid_path <@ (select app_scope())"
    row = (await db.execute(text(sql), {"id": unit_id})).mappings().first()
    return dict(row) if row else None


async def person_for_update(db: AsyncSession, person_id: UUID) -> dict[str, Any] | None:
    """A person of the acting scope, locked until the transaction ends."""
    sql = """
        select id, name, kind, state, employee_no, gender, birth_year, education, post, unit_id, version, grid_path::text as grid_path
        from people where id = :id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": person_id})).mappings().first()
    return dict(row) if row else None


async def insert_person(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Store a nomination; False when a person has the id already."""
    sql = """
        insert into people (id, name, name_pinyin, kind, state, employee_no, gender, birth_year, education, post, nominated_by,
                            nominated_at, unit_id, grid_path)
        values (:id, :name, :name_pinyin, :kind, 'nominated', :employee_no, :gender, :birth_year, :education, :post, :nominated_by,
                now(), :unit_id, cast(:grid_path as ltree))
        on conflict (id) do nothing returning id
    """
    return (await db.execute(text(sql), values)).first() is not None


async def set_private(db: AsyncSession, ids: list[UUID], phones: list[str | None], id_numbers: list[str | None]) -> None:
    """Write telephone and ID numbers; None leaves one as it is."""
    sql = "select people_private_set(cast(:ids as uuid[]), cast(:phones as text[]), cast(:id_numbers as text[]))"
    await db.execute(text(sql), {"ids": ids, "phones": phones, "id_numbers": id_numbers})


async def change_person(db: AsyncSession, person_id: UUID, values: dict[str, Any]) -> None:
    """Write a person's file."""
    sql = """
        update people set name = :name, name_pinyin = :name_pinyin, kind = :kind, employee_no = :employee_no, gender = :gender,
                          birth_year = :birth_year, education = :education, post = :post, version = version + 1 where id = :id
    """
    await db.execute(text(sql), {**values, "id": person_id})


async def decide(db: AsyncSession, person_id: UUID, state: str, reason: str, by: UUID) -> None:
    """Write the decision on a nomination."""
    sql = """
        update people set state = :state, decision_reason = :reason, decided_by = :by, decided_at = now(), version = version + 1
        where id = :id
    """
    await db.execute(text(sql), {"id": person_id, "state": state, "reason": reason, "by": by})


async def nominate_again(db: AsyncSession, person_id: UUID, by: UUID) -> None:
    """Let a person who left or was refused stand again."""
    sql = """
        update people set state = 'nominated', nominated_by = :by, nominated_at = now(), decided_by = null, decided_at = null,
                          decision_reason = '', version = version + 1 where id = :id
    """
    await db.execute(text(sql), {"id": person_id, "by": by})


async def appoint(db: AsyncSession, person_id: UUID, role: str, unit_id: UUID, start: date, end: date | None) -> UUID:
    """Appoint; the database checks scope, role and overlap, and moves the person's file to the unit."""
    sql = "select appoint_person(:person, :role, :unit, :start, :end)"
    values = {"person": person_id, "role": role, "unit": unit_id, "start": start, "end": end}
    made: UUID = await db.scalar(text(sql), values)
    return made


async def unmask(db: AsyncSession, person_id: UUID, fields: list[str], reason: str) -> dict[str, Any] | None:
    """The whole numbers; the database writes the line of the audit log itself. None out of scope."""
    sql = "select * from person_unmask(:id, cast(:fields as text[]), :reason)"
    row = (await db.execute(text(sql), {"id": person_id, "fields": fields, "reason": reason})).mappings().first()
    return dict(row) if row else None


async def obstacles(db: AsyncSession, person_id: UUID, on: date) -> list[str]:
    """What stands in the way of sending a person out on a day."""
    found: list[str] = await db.scalar(text("select why_not_assignable(:id, :on)"), {"id": person_id, "on": on})
    return found


async def require_certificate(db: AsyncSession, person_id: UUID, on: date) -> None:
    """Go on only when the person is certified on that day; the database says what is missing (``PersonNotCertified``)."""
    await db.execute(text("select require_certificate(:id, :on)"), {"id": person_id, "on": on})
