"""SQL of ratings."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.signals.repository import named

ROUNDS = f"""
    select r.id, r.year, r.scale, json_build_object('id', g.id, 'name', g.name) as grid, r.state as status, r.done, r.total,
           r.accept_grades,
           coalesce((select json_agg(json_build_object('status', c.state, 'grade', c.grade, 'count', c.n) order by c.state, c.grade)
                     from (select t.state, coalesce(t.grade, t.proposed_grade) as grade, count(*) as n from ratings t
                           where t.round_id = r.id group by 1, 2) c), '[]') as counts,
           {named("r.made_by")} as made_by, r.made_at, r.published_on, {named("r.published_by")} as published_by, r.version,
           r.grid_path::text as grid_path
    from rating_rounds r join grids g on g.id = r.grid_id
    where {{where}}
"""
RATINGS = """
    select t.id, t.round_id, json_build_object('id', e.id, 'name', e.name) as employer, e.uscc, e.address,
           coalesce(g.name, '') as grid_name, t.year, t.proposed_grade, t.grade, t.state as status, t.reasons, t.published_on,
           exists (select from rating_objections o where o.rating_id = t.id and o.decision is null) as has_open_objection, t.version,
           t.grid_path::text as grid_path{more}
    from ratings t join employers e on e.id = t.employer_id left join grids g on g.id = e.grid_id
    where {{where}}
"""
MORE = f""", t.aspects, t.proposed_at, t.decision_reason, {named("t.reviewed_by")} as reviewed_by, t.reviewed_at,
           {named("t.published_by")} as published_by,
           coalesce((select json_agg(json_build_object('from_grade', c.from_grade, 'to_grade', c.to_grade, 'was_published', c.was_published,
                            'reason', c.reason, 'by', {named("c.made_by")}, 'at', c.made_at) order by c.made_at, c.id)
                     from rating_changes c where c.rating_id = t.id), '[]') as changes,
           coalesce((select json_agg(json_build_object('id', o.id, 'filed_on', o.filed_on, 'filed_by', o.filed_by, 'grounds', o.grounds,
                            'due_on', o.due_on, 'recorded_by', {named("o.recorded_by")}, 'recorded_at', o.recorded_at,
                            'decision', o.decision, 'new_grade', o.new_grade, 'decision_reason', o.decision_reason,
                            'decided_by', {named("o.decided_by")}, 'decided_at', o.decided_at, 'version', o.version)
                                     order by o.filed_on, o.id)
                     from rating_objections o where o.rating_id = t.id), '[]') as objections"""
ITEM, DETAIL = RATINGS.format(more=""), RATINGS.format(more=MORE)
COUNT = "select count(*) from ratings t join employers e on e.id = t.employer_id where {where}"
COUNT_ALONE = "select count(*) from ratings t where {where}"
BEGIN = """
    insert into rating_rounds (id, year, scale, state, task_by, accept_grades, after_id, done, total, made_by, version, grid_id, grid_path)
    values (:id, :year, :scale, 'proposing', app_person(), '{}', '00000000-0000-0000-0000-000000000000', 0,
            (select count(*) from employers where grid_path <@ cast(:path as ltree) and review_state = 'accepted'), app_person(), 1,
            :grid_id, cast(:path as ltree))
"""
ORDER_WORK = """
    update rating_rounds r set state = a.work, task_at = now(), task_by = app_person(), accept_grades = a.grades, done = 0,
           total = (select count(*) from ratings t where t.round_id = r.id and case when a.work = 'publishing' then t.state = 'reviewed'
                    else t.state = 'proposed' and t.proposed_grade = any(a.grades) end),
           after_id = '00000000-0000-0000-0000-000000000000', version = version + 1,
           published_on = case when a.work = 'publishing' then china_today() end,
           published_by = case when a.work = 'publishing' then app_person() end
    from (select cast(:work as text) as work, cast(:grades as text[]) as grades) a
    where r.id = :id and r.version = :version returning true
"""
DECIDE = """
    update ratings set state = case when state = 'proposed' then 'reviewed' else state end, grade = :grade, decision_reason = :reason,
           reviewed_by = app_person(), reviewed_at = now(), version = version + 1
    where id = :id and version = :version returning true
"""
FILE = """
    insert into rating_objections (id, rating_id, filed_on, filed_by, grounds, due_on, recorded_by, decision_reason, version, grid_path)
    values (:id, :rating_id, :filed_on, :filed_by, :grounds, :due_on, app_person(), '', 1, cast(:grid_path as ltree))
"""
ANSWER = """
    update rating_objections set decision = :decision, new_grade = :new_grade, decision_reason = :reason, decided_by = app_person(),
           decided_at = now(), version = version + 1
    where id = :id and version = :version and decision is null returning true
"""
SCALES = "select code, valid_from, zh, en, grades, rules, source, confidence from rating_scales"
CAPS = """
    select distinct on (grade, kind) grade, kind, per_year, valid_from, source, confidence from inspection_caps
    where valid_from <= china_today() order by grade, kind, valid_from desc
"""


async def rounds_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of rounds, the newest first."""
    return await fetch_page(
        db, ROUNDS + " order by r.year desc, g.code, r.id", "select count(*) from rating_rounds r where {where}", where, page, page_size
    )


async def round_or_none(db: AsyncSession, round_id: UUID) -> dict[str, Any] | None:
    """One round of the scope."""
    row = (await db.execute(text(ROUNDS.format(where="r.id = :id")), {"id": round_id})).mappings().first()
    return dict(row) if row else None


async def grid_path_of(db: AsyncSession, grid_id: UUID) -> str | None:
    """The path of a grid of the acting scope that stands today."""
    sql = "select path::text from grids where id = :id and valid_to is null and path <@ (select app_scope())"
    path: str | None = await db.scalar(text(sql), {"id": grid_id})
    return path


async def begin_round(db: AsyncSession, round_id: UUID, grid_id: UUID, path: str, year: int, scale: str) -> None:
    """Begin a round; the background proposes."""
    await db.execute(text(BEGIN), {"id": round_id, "grid_id": grid_id, "path": path, "year": year, "scale": scale})


async def order_work(db: AsyncSession, round_id: UUID, work: str, grades: list[str], version: int) -> bool:
    """Have the background accept or publish; False when the round has changed since it was looked at."""
    return bool(await db.scalar(text(ORDER_WORK), {"id": round_id, "work": work, "grades": grades, "version": version}))


async def ratings_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of ratings."""
    count = COUNT if any("e." in c for c in where.conditions) else COUNT_ALONE
    return await fetch_page(db, f"{ITEM} order by {order}, t.id", count, where, page, page_size)


async def of_employer(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """An employer's ratings, the newest year first."""
    sql = ITEM.format(where="t.employer_id = :id") + " order by t.year desc limit 30"
    return [dict(r) for r in (await db.execute(text(sql), {"id": employer_id})).mappings()]


async def rating_or_none(db: AsyncSession, rating_id: UUID) -> dict[str, Any] | None:
    """One rating of the scope with all that led to it."""
    row = (await db.execute(text(DETAIL.format(where="t.id = :id")), {"id": rating_id})).mappings().first()
    return dict(row) if row else None


async def decide(db: AsyncSession, rating_id: UUID, grade: str, reason: str, version: int) -> bool:
    """Write a grade; False when the rating has changed since it was looked at."""
    return bool(await db.scalar(text(DECIDE), {"id": rating_id, "grade": grade, "reason": reason, "version": version}))


async def file_objection(db: AsyncSession, values: dict[str, Any]) -> None:
    """Take an objection in."""
    await db.execute(text(FILE), values)


async def answer_objection(db: AsyncSession, objection_id: UUID, decision: str, new_grade: str | None, reason: str, version: int) -> bool:
    """Write what was decided; False when it has changed since it was looked at."""
    values = {"id": objection_id, "decision": decision, "new_grade": new_grade, "reason": reason, "version": version}
    return bool(await db.scalar(text(ANSWER), values))


async def scale(db: AsyncSession, code: str | None = None) -> dict[str, Any]:
    """A scale, by its code or the one in force today."""
    where = "where code = :code" if code else "where valid_from <= china_today() order by valid_from desc limit 1"
    row = (await db.execute(text(f"{SCALES} {where}"), {"code": code} if code else {})).mappings().one()
    return dict(row)


async def caps(db: AsyncSession) -> list[dict[str, Any]]:
    """The caps in force today."""
    return [dict(r) for r in (await db.execute(text(CAPS))).mappings()]


async def today(db: AsyncSession) -> date:
    """The day it is in China, as the database says."""
    day: date = (await db.execute(text("select china_today()"))).scalar_one()
    return day
