"""SQL of training."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.ids import new_id
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

PLAN = """
    t.id, t.year, t.title, u.name as unit_name, t.target_people, t.version,
    (select count(*) from courses c where c.plan_id = t.id) as courses,
    (select count(*) from exams x where x.plan_id = t.id) as exams,
    (select count(distinct r.person_id) from exam_results r join exams x on x.id = r.exam_id
     where x.plan_id = t.id and r.is_passed) as trained
"""
EXAMS = """
    select x.id, x.plan_id, x.title, x.held_on, x.place, x.certificate_kind, x.full_mark, x.pass_mark, count(r.id) as sat,
           count(r.id) filter (where r.is_passed) as passed,
           count(r.id) filter (where r.is_passed and r.certificate_id is null) as to_certify
    from exams x left join exam_results r on r.exam_id = x.id where x.plan_id = :id group by x.id order by x.held_on desc, x.id
"""
RESULTS = """
    select r.id, r.exam_id, x.title as exam_title, x.held_on, x.certificate_kind,
           json_build_object('id', p.id, 'name', p.name) as person, p.employee_no, u.name as unit_name, r.score, r.full_mark,
           r.is_passed, r.certificate_id
    from exam_results r join exams x on x.id = r.exam_id join people p on p.id = r.person_id left join units u on u.id = p.unit_id
    where {where} order by {order}
"""


async def plans_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of plans."""
    select = f"select {PLAN} from training_plans t left join units u on u.id = t.unit_id where {{where}} order by {order}, t.id"
    return await fetch_page(db, select, "select count(*) from training_plans t where {where}", where, page, page_size)


async def plan_or_none(db: AsyncSession, plan_id: UUID) -> dict[str, Any] | None:
    """One plan with its courses and exams."""
    sql = f"select {PLAN}, t.goal from training_plans t left join units u on u.id = t.unit_id where t.id = :id"
    row = (await db.execute(text(sql), {"id": plan_id})).mappings().first()
    if row is None:
        return None
    courses = "select * from courses where plan_id = :id order by held_on nulls last, id"
    found = {
        "course_list": [dict(r) for r in (await db.execute(text(courses), {"id": plan_id})).mappings()],
        "exam_list": [dict(r) for r in (await db.execute(text(EXAMS), {"id": plan_id})).mappings()],
    }
    return {**row, **found}


async def plan_for_update(db: AsyncSession, plan_id: UUID) -> dict[str, Any] | None:
    """A plan of the acting scope, locked until the transaction ends."""
    sql = """
        select id, title, target_people, goal, version, grid_path::text as grid_path from training_plans
        where id = :id and grid_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": plan_id})).mappings().first()
    return dict(row) if row else None


async def insert_plan(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Store a plan; False when one has the id already."""
    sql = """
        insert into training_plans (id, year, title, goal, target_people, unit_id, created_by, grid_path)
        values (:id, :year, :title, :goal, :target_people, :unit_id, :created_by, cast(:grid_path as ltree))
        on conflict (id) do nothing returning id
    """
    return (await db.execute(text(sql), values)).first() is not None


async def change_plan(db: AsyncSession, plan_id: UUID, values: dict[str, Any]) -> None:
    """Write what a plan says."""
    sql = "update training_plans set title = :title, target_people = :target_people, goal = :goal, version = version + 1 where id = :id"
    await db.execute(text(sql), {**values, "id": plan_id})


async def insert_course(db: AsyncSession, values: dict[str, Any]) -> None:
    """Store a course; a repeated id changes nothing."""
    sql = """
        insert into courses (id, plan_id, title, teacher, hours, held_on, place, material_url, grid_path)
        values (:id, :plan_id, :title, :teacher, :hours, :held_on, :place, :material_url, cast(:grid_path as ltree))
        on conflict (id) do nothing
    """
    await db.execute(text(sql), values)


async def insert_exam(db: AsyncSession, values: dict[str, Any]) -> None:
    """Store an exam; a repeated id changes nothing."""
    sql = """
        insert into exams (id, plan_id, title, held_on, place, certificate_kind, pass_mark, full_mark, grid_path)
        values (:id, :plan_id, :title, :held_on, :place, :certificate_kind, :pass_mark, :full_mark, cast(:grid_path as ltree))
        on conflict (id) do nothing
    """
    await db.execute(text(sql), values)


async def exam_or_none(db: AsyncSession, exam_id: UUID) -> dict[str, Any] | None:
    """An exam that the acting person may see: her own unit's, or that of a unit above."""
    sql = "select id, plan_id, title, held_on, pass_mark, full_mark from exams where id = :id"
    row = (await db.execute(text(sql), {"id": exam_id})).mappings().first()
    return dict(row) if row else None


async def write_scores(db: AsyncSession, exam: dict[str, Any], people: list[UUID], scores: list[float], by: UUID) -> tuple[int, int]:
    """Write scores of people in the acting scope; returns how many were written, and how many stay for a certificate came of them."""
    sql = """
        with wanted as (
            select w.person_id, w.score, p.grid_path
            from unnest(cast(:people as uuid[]), cast(:scores as float8[])) as w(person_id, score) join people p on p.id = w.person_id
            where p.grid_path <@ (select app_scope())
        ), kept as (
            select r.person_id from exam_results r join wanted w using (person_id)
            where r.exam_id = :exam_id and r.certificate_id is not null and r.score <> w.score
        ), written as (
            insert into exam_results (id, exam_id, person_id, score, pass_mark, full_mark, entered_by, grid_path)
            select i.id, :exam_id, w.person_id, w.score, :pass_mark, :full_mark, :by, w.grid_path
            from (select row_number() over () as n, wanted.* from wanted) w
            join unnest(cast(:ids as uuid[])) with ordinality as i(id, n) using (n)
            where w.person_id not in (select person_id from kept)
            on conflict (exam_id, person_id) do update set score = excluded.score, entered_by = excluded.entered_by, entered_at = now()
            returning 1
        ) select (select count(*) from written), (select count(*) from kept)
    """
    values = {"people": people, "scores": scores, "exam_id": exam["id"], "pass_mark": exam["pass_mark"], "full_mark": exam["full_mark"],
              "by": by, "ids": [new_id() for _ in people]}  # fmt: skip
    written, kept = (await db.execute(text(sql), values)).one()
    return written, kept


async def results_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of results."""
    count = "select count(*) from exam_results r join people p on p.id = r.person_id where {where}"
    return await fetch_page(db, RESULTS.replace("{order}", f"{order}, r.id"), count, where, page, page_size)


async def people_by_number(db: AsyncSession, numbers: list[str]) -> dict[str, UUID]:
    """People of the acting scope by employee number."""
    sql = "select employee_no, id from people where employee_no = any(:numbers) and grid_path <@ (select app_scope())"
    return {r[0]: r[1] for r in await db.execute(text(sql), {"numbers": numbers})}
