"""Planning training, holding exams, entering scores; who passed is proposed for a certificate."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound, VersionStale
from wangge.core.paging import Page, order_by, search_pattern
from wangge.core.repository import Where
from wangge.core.sheets import Column, SheetHasErrors, read_sheet, write_sheet
from wangge.grids.service import in_subtree
from wangge.people.repository import unit_of_scope
from wangge.people.schemas import SheetProblem, SheetReport
from wangge.policies.service import policies_in_force
from wangge.training import repository
from wangge.training.errors import ExamNotHeld, ResultHasCertificate, ScoreBeyondFullMark
from wangge.training.rules import pass_mark_of, score_of
from wangge.training.schemas import CourseMake, ExamMake, PlanChange, PlanDetail, PlanItem, PlanMake, ResultRead, ScoresEnter

SORTS = {"year": "t.year", "title": "t.title", "target_people": "t.target_people"}
RESULT_SORTS = {"person": "p.name", "score": "r.score", "held_on": "x.held_on"}
SCORE_COLUMNS = (
    Column("employee_no", "工号", "Employee number", 16, required=True), Column("name", "姓名", "Name", 12),
    Column("score", "成绩", "Score", 10, required=True),
)  # fmt: skip
ROWS_MOST = 1000


async def list_plans(
    db: AsyncSession, actor: Actor, year: int | None, q: str, sort: str | None, page: int, page_size: int
) -> Page[PlanItem]:
    """Plans of one's scope and of the units above it, the newest year first."""
    actor.require("people.read")
    where = Where()
    if year:
        where.add("t.year = :year", year=year)
    if q.strip():
        where.add("t.title ilike :q", q=search_pattern(q))
    found = await repository.plans_page(db, where, order_by(sort, SORTS, "-year"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[PlanItem])


async def plan_detail(db: AsyncSession, actor: Actor, plan_id: UUID) -> PlanDetail:
    """A plan with its courses and exams.

    Raises:
        NotFound: not to be seen from one's scope.
    """
    actor.require("people.read")
    row = await repository.plan_or_none(db, plan_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(row, PlanDetail)


async def make_plan(db: AsyncSession, actor: Actor, data: PlanMake) -> PlanDetail:
    """Store a plan for a unit of one's scope; the same id again gives the stored one.

    Raises:
        NotFound: the unit lies outside one's scope.
    """
    actor.require("people.train")
    unit = await unit_of_scope(db, data.unit_id)
    if unit is None:
        raise NotFound()
    values = {**msgspec.structs.asdict(data), "created_by": actor.person_id, "grid_path": unit["grid_path"]}
    if await repository.insert_plan(db, values):
        await audit(db, "training_planned", "training_plan", data.id, {"after": msgspec.to_builtins(data)}, unit["grid_path"])
    return await plan_detail(db, actor, data.id)


async def _plan(db: AsyncSession, plan_id: UUID) -> dict[str, Any]:
    row = await repository.plan_for_update(db, plan_id)
    if row is None:
        raise NotFound()
    return row


async def change_plan(db: AsyncSession, actor: Actor, plan_id: UUID, data: PlanChange) -> PlanDetail:
    """Change a plan of one's scope.

    Raises:
        NotFound, VersionStale: as they say.
    """
    actor.require("people.train")
    row = await _plan(db, plan_id)
    if row["version"] != data.version:
        raise VersionStale(version=row["version"])
    after = {"title": data.title.strip(), "target_people": data.target_people, "goal": data.goal}
    await repository.change_plan(db, plan_id, after)
    await audit(db, "training_changed", "training_plan", plan_id, {"before": {n: row[n] for n in after}, "after": after}, row["grid_path"])
    return await plan_detail(db, actor, plan_id)


async def add_course(db: AsyncSession, actor: Actor, plan_id: UUID, data: CourseMake) -> PlanDetail:
    """Add a course to a plan of one's scope."""
    actor.require("people.train")
    row = await _plan(db, plan_id)
    await repository.insert_course(db, {**msgspec.structs.asdict(data), "plan_id": plan_id, "grid_path": row["grid_path"]})
    await audit(db, "course_added", "training_plan", plan_id, {"after": msgspec.to_builtins(data)}, row["grid_path"])
    return await plan_detail(db, actor, plan_id)


async def add_exam(db: AsyncSession, actor: Actor, plan_id: UUID, data: ExamMake) -> PlanDetail:
    """Add an exam to a plan of one's scope; its pass mark is fixed now, so that a later policy changes no old result.

    Raises:
        NotFound, InvalidInput: as they say.
    """
    actor.require("people.train")
    row = await _plan(db, plan_id)
    mark = pass_mark_of(float((await policies_in_force(db))["exam_pass_mark"]), data.full_mark, data.pass_mark)
    if mark > data.full_mark:
        raise InvalidInput([FieldProblem("pass_mark", "beyond", "合格分不能高于满分。", "The pass mark lies above the full mark.")])
    values = {**msgspec.structs.asdict(data), "pass_mark": mark, "plan_id": plan_id, "grid_path": row["grid_path"]}
    await repository.insert_exam(db, values)
    await audit(db, "exam_added", "training_plan", plan_id, {"after": msgspec.to_builtins(data)}, row["grid_path"])
    return await plan_detail(db, actor, plan_id)


async def list_results(
    db: AsyncSession, actor: Actor, exam_id: UUID | None, to_certify: bool, grid_id: UUID | None, q: str, sort: str | None,
    page: int, page_size: int,
) -> Page[ResultRead]:  # fmt: skip
    """Results of one's people; ``to_certify``: those who passed and have no certificate of it yet."""
    actor.require("people.read")
    where = await in_subtree(db, actor, Where(), grid_id, "r.grid_path")
    if exam_id:
        where.add("r.exam_id = :exam_id", exam_id=exam_id)
    if to_certify:
        where.add("r.is_passed and r.certificate_id is null")
    if q.strip():
        where.add("(p.name ilike :q or p.name_pinyin ilike :q or p.employee_no ilike :q)", q=search_pattern(q))
    found = await repository.results_page(db, where, order_by(sort, RESULT_SORTS, "person"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[ResultRead])


async def _exam(db: AsyncSession, exam_id: UUID) -> dict[str, Any]:
    exam = await repository.exam_or_none(db, exam_id)
    if exam is None:
        raise NotFound()
    if exam["held_on"] > china_day(utc_now()):
        raise ExamNotHeld(on=exam["held_on"].isoformat())
    return exam


async def _write(db: AsyncSession, actor: Actor, exam: dict[str, Any], people: list[UUID], scores: list[float]) -> int:
    if any(score > exam["full_mark"] for score in scores):
        raise ScoreBeyondFullMark()
    written, kept = await repository.write_scores(db, exam, people, scores, actor.person_id)
    if kept:
        raise ResultHasCertificate(count=kept)
    if written < len(people):
        raise NotFound()
    await audit(db, "scores_entered", "exam", exam["id"], {"people": len(people)})
    return written


async def enter_scores(db: AsyncSession, actor: Actor, exam_id: UUID, data: ScoresEnter) -> Page[ResultRead]:
    """Enter or correct scores of people of one's scope, all or none.

    Raises:
        NotFound: the exam, or one of the people, is not of one's scope.
        ExamNotHeld, ScoreBeyondFullMark, ResultHasCertificate: as they say.
    """
    actor.require("people.train")
    exam = await _exam(db, exam_id)
    scores = {s.person_id: s.score for s in data.scores}
    await _write(db, actor, exam, list(scores), list(scores.values()))
    return await list_results(db, actor, exam_id, False, None, "", None, 1, 200)


async def import_scores(db: AsyncSession, actor: Actor, exam_id: UUID, content: bytes, apply: bool, language: Language) -> SheetReport:
    """Say what a sheet of scores would do; with ``apply`` do it, all rows or none.

    Raises:
        NotFound, ExamNotHeld, SheetUnreadable, SheetWithoutColumns, SheetTooLong, SheetHasErrors, ResultHasCertificate: as they say.
    """
    actor.require("people.train")
    exam = await _exam(db, exam_id)
    rows = await asyncio.to_thread(read_sheet, content, SCORE_COLUMNS, ROWS_MOST)
    people = await repository.people_by_number(db, [r.cells["employee_no"] for r in rows])
    scores: dict[UUID, float] = {}
    for row in rows:
        person, score = people.get(row.cells["employee_no"]), score_of(row.cells["score"], exam["full_mark"])
        if row.cells["employee_no"] and person is None:
            row.wrong("employee_no", "您的范围内没有这个工号的人员。", "Nobody in your grids has this number.")
        if row.cells["score"] and score is None:
            row.wrong("score", f"成绩应在 0 到 {exam['full_mark']:g} 之间。", f"A score lies between 0 and {exam['full_mark']:g}.")
        if person in scores:
            row.wrong("employee_no", "这个人在表中出现了两次。", "This person is in the sheet twice.")
        if person is not None and score is not None:
            scores[person] = score
    faulty = [r for r in rows if r.problems]
    if apply and faulty:
        raise SheetHasErrors(count=len(faulty))
    if apply and scores:
        await _write(db, actor, exam, list(scores), list(scores.values()))
    problems = [SheetProblem(r.number, p.field, p.zh if language == "zh" else p.en) for r in faulty for p in r.problems]
    return SheetReport(len(rows), len(rows) - len(faulty), 0, 0, len(faulty), problems[:500], apply)


async def score_sheet(language: Language) -> bytes:
    """An empty sheet of scores."""
    return await asyncio.to_thread(write_sheet, "成绩" if language == "zh" else "Scores", SCORE_COLUMNS, [], language)
