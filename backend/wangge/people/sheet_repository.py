"""SQL of importing people: whole sheets at a time."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

FIELDS = {"name": "text", "kind": "text", "post": "text", "gender": "text", "birth_year": "int", "education": "text"}


async def units_by_code(db: AsyncSession, codes: list[str]) -> set[str]:
    """Of these codes those of units in the acting scope."""
    sql = "select code from units where code = any(:codes) and grid_path <@ (select app_scope())"
    return {r[0] for r in await db.execute(text(sql), {"codes": codes})}


async def known(db: AsyncSession, numbers: list[str], id_numbers: list[str | None]) -> dict[int, dict[str, Any]]:
    """Whom the register holds under these numbers, by place in the list from 1."""
    sql = "select * from people_known(cast(:numbers as text[]), cast(:ids as text[]))"
    rows = await db.execute(text(sql), {"numbers": numbers, "ids": id_numbers})
    return {r["ordinal"]: dict(r) for r in rows.mappings()}


async def differing(db: AsyncSession, rows: list[tuple[UUID | None, dict[str, str]]]) -> set[UUID | None]:
    """Of these people those whose file says something else than their row. Empty cells say nothing; numbers that identify
    are compared by the database and not told."""
    sql = """
        select w.id from unnest(cast(:ids as uuid[]), cast(:names as text[]), cast(:kinds as text[]), cast(:posts as text[]),
                                cast(:genders as text[]), cast(:years as text[]), cast(:educations as text[]), cast(:phones as text[]),
                                cast(:id_numbers as text[]))
             as w(id, name, kind, post, gender, year, education, phone, id_number) join people p on p.id = w.id
        where (w.name, w.kind) is distinct from (p.name, p.kind) or (w.post <> '' and w.post <> p.post)
           or (w.gender <> '' and w.gender is distinct from p.gender) or (w.year <> '' and w.year is distinct from p.birth_year::text)
           or (w.education <> '' and w.education is distinct from p.education) or private_differs(w.id, w.phone, w.id_number)
    """
    cells = [c for _, c in rows]
    values: dict[str, Any] = {"ids": [i for i, _ in rows]}
    named = {"names": "name", "kinds": "kind", "posts": "post", "genders": "gender", "years": "birth_year",
             "educations": "education", "phones": "phone", "id_numbers": "id_number"}  # fmt: skip
    values |= {name: [c[key] for c in cells] for name, key in named.items()}
    return {r[0] for r in await db.execute(text(sql), values)}


def _columns(rows: list[dict[str, Any]], *more: str) -> dict[str, Any]:
    return {key: [row[key] for row in rows] for key in ("id", "name_pinyin", *FIELDS, *more)}


async def insert_people(db: AsyncSession, rows: list[dict[str, Any]], by: UUID) -> None:
    """Store nominations."""
    sql = """
        insert into people (id, name, name_pinyin, kind, state, employee_no, gender, birth_year, education, post, nominated_by,
                            nominated_at, unit_id, grid_path)
        select w.id, w.name, w.name_pinyin, w.kind, 'nominated', w.employee_no, w.gender, w.birth_year, w.education, w.post, :by, now(),
               u.id, u.grid_path
        from unnest(cast(:id as uuid[]), cast(:name as text[]), cast(:name_pinyin as text[]), cast(:kind as text[]),
                    cast(:post as text[]), cast(:gender as text[]), cast(:birth_year as int[]), cast(:education as text[]),
                    cast(:employee_no as text[]), cast(:unit_code as text[]))
          as w(id, name, name_pinyin, kind, post, gender, birth_year, education, employee_no, unit_code)
        join units u on u.code = w.unit_code
    """
    if rows:
        await db.execute(text(sql), {**_columns(rows, "employee_no", "unit_code"), "by": by})


async def update_people(db: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Bring files up to date; empty cells leave what is there. Units change by appointment, not by import."""
    sql = """
        update people p set name = w.name, name_pinyin = w.name_pinyin, kind = w.kind, post = coalesce(nullif(w.post, ''), p.post),
                            gender = coalesce(w.gender, p.gender), birth_year = coalesce(w.birth_year, p.birth_year),
                            education = coalesce(w.education, p.education), version = p.version + 1
        from unnest(cast(:id as uuid[]), cast(:name as text[]), cast(:name_pinyin as text[]), cast(:kind as text[]),
                    cast(:post as text[]), cast(:gender as text[]), cast(:birth_year as int[]), cast(:education as text[]))
          as w(id, name, name_pinyin, kind, post, gender, birth_year, education) where p.id = w.id
    """
    if rows:
        await db.execute(text(sql), _columns(rows))
