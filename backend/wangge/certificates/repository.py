"""SQL of certificates."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

# The states of a certificate today (``t`` is the table); :days is the policy of reminders.
STATES = {
    "revoked": "t.revoked_on <= china_today()",
    "expired": "(t.revoked_on is null or t.revoked_on > china_today()) and t.expires_on < china_today()",
    "coming": "t.issued_on > china_today() and (t.revoked_on is null or t.revoked_on > china_today())",
    "expiring": """t.issued_on <= china_today() and (t.revoked_on is null or t.revoked_on > china_today())
                   and t.expires_on between china_today() and china_today() + cast(:days as int)""",
    "valid": """t.issued_on <= china_today() and (t.revoked_on is null or t.revoked_on > china_today())
                and (t.expires_on is null or t.expires_on > china_today() + cast(:days as int))""",
}
STATE = "case " + " ".join(f"when {condition} then '{name}'" for name, condition in STATES.items()) + " end"
SELECT = f"""
    select t.id, json_build_object('id', p.id, 'name', p.name) as person, p.kind as person_kind, p.employee_no, u.name as unit_name,
           t.kind, t.number, t.issuer, t.issued_on, t.expires_on, t.revoked_on, t.revoked_reason, {STATE} as state,
           t.expires_on - china_today() as days_left, t.document_sha256 is not null as has_document, t.document_name, t.version
    from certificates t join people p on p.id = t.person_id left join units u on u.id = p.unit_id
    where {{where}} order by {{order}}
"""
COUNT = "select count(*) from certificates t join people p on p.id = t.person_id where {where}"
# A certificate that ends soon is no reminder when a later one of a kind that counts is there already.
RENEWED = """exists (select from certificates n where n.person_id = t.person_id and n.kind = t.kind and n.revoked_on is null
    and (n.expires_on is null or n.expires_on > china_today() + cast(:days as int)))"""
UNITS = f"""
    with expiring as (
        select p.unit_id, count(*) as n from certificates t join people p on p.id = t.person_id
        where {{expiring}} and {STATES["expiring"]} and not {RENEWED} and p.state = 'appointed' group by p.unit_id
    ), uncertified as (
        select p.unit_id, count(*) as n from people p
        where {{people}} and p.state = 'appointed' and certified_until(p.id, china_today()) is null group by p.unit_id
    )
    select u.id as unit_id, u.name as unit_name, coalesce(e.n, 0) as expiring, coalesce(m.n, 0) as uncertified
    from expiring e full join uncertified m using (unit_id) join units u on u.id = unit_id
    order by coalesce(m.n, 0) + coalesce(e.n, 0) desc, u.code
"""


async def certificates_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of certificates (``:days`` is bound in ``where``)."""
    select = SELECT.replace("{order}", f"{order}, t.id")
    return await fetch_page(db, select, COUNT, where, page, page_size)


async def certificate_or_none(db: AsyncSession, certificate_id: UUID, days: int) -> dict[str, Any] | None:
    """One certificate."""
    sql = SELECT.format(where="t.id = :id", order="t.id")
    row = (await db.execute(text(sql), {"id": certificate_id, "days": days})).mappings().first()
    return dict(row) if row else None


async def certificate_for_update(db: AsyncSession, certificate_id: UUID) -> dict[str, Any] | None:
    """A certificate of the acting scope, locked until the transaction ends."""
    sql = """
        select id, person_id, kind, number, issuer, issued_on, expires_on, revoked_on, document_sha256, document_name, version,
               grid_path::text as grid_path
        from certificates where id = :id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": certificate_id})).mappings().first()
    return dict(row) if row else None


async def document_of(db: AsyncSession, certificate_id: UUID) -> dict[str, Any] | None:
    """The scan of a certificate that the acting person may see, or None where none was uploaded."""
    sql = "select document_sha256 as sha256, document_name as name, grid_path::text as grid_path from certificates where id = :id"
    row = (await db.execute(text(sql + " and document_sha256 is not null"), {"id": certificate_id})).mappings().first()
    return dict(row) if row else None


async def path_of_person(db: AsyncSession, person_id: UUID) -> str | None:
    """The path of a person of the acting scope, or None."""
    path: str | None = await db.scalar(
        text("select grid_path::text from people where id = :id and grid_path <@ (select app_scope())"), {"id": person_id}
    )
    return path


async def insert_certificate(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Store a certificate; False when one has the id already."""
    sql = """
        insert into certificates (id, person_id, kind, number, issuer, issued_on, expires_on, entered_by, grid_path)
        values (:id, :person_id, :kind, :number, :issuer, :issued_on, :expires_on, :entered_by, cast(:grid_path as ltree))
        on conflict (id) do nothing returning id
    """
    return (await db.execute(text(sql), values)).first() is not None


async def change_certificate(db: AsyncSession, certificate_id: UUID, values: dict[str, Any]) -> None:
    """Write what is printed on a certificate."""
    sql = """
        update certificates set number = :number, issuer = :issuer, issued_on = :issued_on, expires_on = :expires_on,
                                version = version + 1 where id = :id
    """
    await db.execute(text(sql), {**values, "id": certificate_id})


async def revoke_certificate(db: AsyncSession, certificate_id: UUID, revoked_on: date, reason: str) -> None:
    """Let a certificate count no longer."""
    sql = "update certificates set revoked_on = :on, revoked_reason = :reason, version = version + 1 where id = :id"
    await db.execute(text(sql), {"id": certificate_id, "on": revoked_on, "reason": reason})


async def attach_document(db: AsyncSession, certificate_id: UUID, sha256: str, name: str) -> None:
    """Name the scan of a certificate."""
    sql = "update certificates set document_sha256 = :sha256, document_name = :name, version = version + 1 where id = :id"
    await db.execute(text(sql), {"id": certificate_id, "sha256": sha256, "name": name})


async def use_exam_result(db: AsyncSession, result_id: UUID, person_id: UUID, kind: str, certificate_id: UUID) -> bool:
    """Say which certificate came of a passed exam; False when it was not passed, is another's or has been used."""
    sql = """
        update exam_results r set certificate_id = :certificate_id from exams x
        where r.id = :id and x.id = r.exam_id and r.person_id = :person_id and x.certificate_kind = :kind and r.is_passed
          and r.certificate_id is null returning r.id
    """
    values = {"id": result_id, "person_id": person_id, "kind": kind, "certificate_id": certificate_id}
    return (await db.execute(text(sql), values)).first() is not None


async def counts_by_unit(db: AsyncSession, certificates: Where, people: Where, days: int) -> list[dict[str, Any]]:
    """For each unit with something to do: certificates that end within ``days``, and people without one today."""
    sql = UNITS.format(expiring=certificates, people=people)
    rows = await db.execute(text(sql), {**certificates.values, **people.values, "days": days})
    return [dict(r) for r in rows.mappings()]


async def requirements(db: AsyncSession) -> list[dict[str, Any]]:
    """Which kind of person needs which certificate, with the source."""
    sql = "select person_kind, certificate_kind, valid_from, valid_to, source from certificate_requirements order by 1, 3, 2"
    return [dict(r) for r in (await db.execute(text(sql))).mappings()]


async def own(db: AsyncSession, days: int) -> tuple[date | None, list[dict[str, Any]]]:
    """Until when the acting person is certified as of today (``date.max``: without end), and what she holds."""
    until: date | None = await db.scalar(text("select certified_until(app_person(), china_today())"))
    sql = f"""
        select t.kind, t.number, t.expires_on, t.revoked_on, {STATE} as state, t.expires_on - china_today() as days_left
        from certificates t where t.person_id = app_person() order by t.issued_on desc, t.id limit 20
    """
    rows = await db.execute(text(sql), {"days": days})
    return until, [dict(r) for r in rows.mappings()]


async def people_by_number(db: AsyncSession, numbers: list[str]) -> dict[str, dict[str, Any]]:
    """People of the acting scope by employee number."""
    sql = """
        select employee_no, id, grid_path::text as grid_path from people
        where employee_no = any(:numbers) and grid_path <@ (select app_scope())
    """
    return {r["employee_no"]: dict(r) for r in (await db.execute(text(sql), {"numbers": numbers})).mappings()}


async def holders(db: AsyncSession, keys: list[tuple[str, str, str]]) -> dict[tuple[str, str, str], UUID]:
    """Who holds these certificates (kind, issuer, number) already, anywhere in the city."""
    sql = "select * from certificate_holders(cast(:kinds as text[]), cast(:issuers as text[]), cast(:numbers as text[]))"
    kinds, issuers, numbers = ([k[i] for k in keys] for i in range(3))
    rows = await db.execute(text(sql), {"kinds": kinds, "issuers": issuers, "numbers": numbers})
    return {(r[0], r[1], r[2]): r[3] for r in rows}


async def insert_certificates(db: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Store many certificates."""
    sql = """
        insert into certificates (id, person_id, kind, number, issuer, issued_on, expires_on, entered_by, grid_path)
        select w.id, w.person_id, w.kind, w.number, w.issuer, w.issued_on, w.expires_on, :entered_by, w.grid_path::ltree
        from unnest(cast(:id as uuid[]), cast(:person_id as uuid[]), cast(:kind as text[]), cast(:number as text[]),
                    cast(:issuer as text[]), cast(:issued_on as date[]), cast(:expires_on as date[]), cast(:grid_path as text[]))
          as w(id, person_id, kind, number, issuer, issued_on, expires_on, grid_path)
    """
    names = ("id", "person_id", "kind", "number", "issuer", "issued_on", "expires_on", "grid_path")
    await db.execute(text(sql), {**{n: [r[n] for r in rows] for n in names}, "entered_by": rows[0]["entered_by"]})
