"""Rounds of ratings: begun, proposed in the background, decided on, published; and what comes after."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force
from wangge.ratings import repository
from wangge.ratings.errors import (
    ObjectionDecided,
    ObjectionLate,
    RatingNotPublished,
    RatingsUndecided,
    RoundBusy,
    RoundExists,
    RoundPublished,
)
from wangge.ratings.rules import grades_of, objection_until, unknown_grades
from wangge.ratings.schemas import (
    RatingDecide,
    RatingDetail,
    RatingItem,
    RatingObjectionDecide,
    RatingObjectionFile,
    RatingQuery,
    RatingRoundAccept,
    RatingRoundPublish,
    RatingRoundRead,
    RatingRoundStart,
)

SORTS = {"employer": "e.name", "proposed_grade": "t.proposed_grade", "grade": "t.grade", "year": "t.year", "published_on": "t.published_on"}
STATES = ("proposed", "reviewed", "published")
WORKING = ("proposing", "accepting", "publishing")


async def list_rounds(db: AsyncSession, actor: Actor, grid_id: UUID | None, page: int, page_size: int) -> Page[RatingRoundRead]:
    """The rounds of one's scope, the newest first."""
    actor.require("rating.read")
    where = await in_subtree(db, actor, Where(), grid_id, "r.grid_path")
    found = await repository.rounds_page(db, where, page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[RatingRoundRead])


async def _round(db: AsyncSession, round_id: UUID) -> dict[str, Any]:
    row = await repository.round_or_none(db, round_id)
    if row is None:
        raise NotFound()
    return row


async def read_round(db: AsyncSession, actor: Actor, round_id: UUID) -> RatingRoundRead:
    """One round with its progress and counts.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("rating.read")
    return msgspec.convert(await _round(db, round_id), RatingRoundRead)


async def begin_round(db: AsyncSession, actor: Actor, data: RatingRoundStart) -> RatingRoundRead:
    """Begin a round for a territory and a past year, by the scale in force today; proposals are made in the background.

    The same id again changes nothing.

    Raises:
        NotFound, InvalidInput, RoundExists: as they say.
    """
    actor.require("rating.review")
    path = await repository.grid_path_of(db, data.grid_id)
    if path is None:
        raise NotFound()
    if data.year >= (await repository.today(db)).year:
        problem = FieldProblem("year", "not_over", "评价依据上一年度的记录，请选择已经结束的年度。", "Choose a year that is over.")
        raise InvalidInput([problem])
    same = await repository.round_or_none(db, data.id)
    if same is not None:
        if (same["grid"]["id"], same["year"]) != (str(data.grid_id), data.year):
            raise RoundExists()
        return msgspec.convert(same, RatingRoundRead)
    scale = await repository.scale(db)
    await repository.begin_round(db, data.id, data.grid_id, path, data.year, scale["code"])
    await audit(db, "rating_round_begun", "rating_round", data.id, {"year": data.year, "scale": scale["code"]}, path)
    return msgspec.convert(await _round(db, data.id), RatingRoundRead)


def _idle(row: dict[str, Any]) -> None:
    if row["status"] in WORKING:
        raise RoundBusy()
    if row["status"] == "published":
        raise RoundPublished()


async def accept_proposals(db: AsyncSession, actor: Actor, round_id: UUID, data: RatingRoundAccept) -> RatingRoundRead:
    """Take over every undecided proposal of some grades; done in the background, in the name of who ordered it.

    Raises:
        NotFound, RoundBusy, RoundPublished, InvalidInput, VersionStale: as they say.
    """
    actor.require("rating.review")
    row = await _round(db, round_id)
    _idle(row)
    if problems := unknown_grades("grades", data.grades, grades_of(await repository.scale(db, row["scale"]))):
        raise InvalidInput(problems)
    if not await repository.order_work(db, round_id, "accepting", data.grades, data.version):
        raise VersionStale(version=row["version"])
    await audit(db, "rating_proposals_accepted", "rating_round", round_id, {"grades": data.grades}, row["grid_path"])
    return msgspec.convert(await _round(db, round_id), RatingRoundRead)


async def publish_round(db: AsyncSession, actor: Actor, round_id: UUID, data: RatingRoundPublish) -> RatingRoundRead:
    """Publish all grades of a round, dated today; written in the background.

    Raises:
        NotFound, RoundBusy, RoundPublished, RatingsUndecided, VersionStale: as they say.
    """
    actor.require("rating.publish")
    row = await _round(db, round_id)
    _idle(row)
    undecided = sum(c["count"] for c in row["counts"] if c["status"] == "proposed")
    if undecided:
        raise RatingsUndecided(count=undecided)
    if not await repository.order_work(db, round_id, "publishing", [], data.version):
        raise VersionStale(version=row["version"])
    await audit(db, "rating_round_published", "rating_round", round_id, {"year": row["year"], "counts": row["counts"]}, row["grid_path"])
    return msgspec.convert(await _round(db, round_id), RatingRoundRead)


async def chosen(db: AsyncSession, actor: Actor, query: RatingQuery) -> Where:
    """The conditions of a list."""
    where = await in_subtree(db, actor, Where(), query.grid_id, "t.grid_path")
    if query.round_id:
        where.add("t.round_id = :round_id", round_id=query.round_id)
    if query.year:
        where.add("t.year = :year", year=query.year)
    if query.grade:
        where.add("coalesce(t.grade, t.proposed_grade) = :grade", grade=query.grade)
    if one_of("status", query.status, STATES):
        where.add("t.state = :state", state=query.status)
    if query.objected:
        where.add("t.id in (select o.rating_id from rating_objections o where o.decision is null)")
    if query.q.strip():
        where.add("(e.name ilike :q or e.uscc = :code)", q=search_pattern(query.q), code=query.q.strip().upper())
    return where


async def list_ratings(db: AsyncSession, actor: Actor, query: RatingQuery, sort: str | None, page: int, page_size: int) -> Page[RatingItem]:
    """Ratings of one's scope.

    Raises:
        RightMissing, InvalidInput: as they say.
    """
    actor.require("rating.read")
    found = await repository.ratings_page(db, await chosen(db, actor, query), order_by(sort, SORTS, "employer"), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[RatingItem])


async def _rating(db: AsyncSession, rating_id: UUID) -> dict[str, Any]:
    row = await repository.rating_or_none(db, rating_id)
    if row is None:
        raise NotFound()
    days = int((await policies_in_force(db))["rating_objection_days"])
    return {**row, "objection_until": objection_until(row["published_on"], days)}


async def read_rating(db: AsyncSession, actor: Actor, rating_id: UUID) -> RatingDetail:
    """One rating with its record, changes and objections.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require("rating.read")
    return msgspec.convert(await _rating(db, rating_id), RatingDetail)


async def _known_grade(db: AsyncSession, row: dict[str, Any], field: str, grade: str | None) -> list[FieldProblem]:
    its_round = await _round(db, row["round_id"])
    return unknown_grades(field, [grade] if grade else [], grades_of(await repository.scale(db, its_round["scale"])))


async def decide_rating(db: AsyncSession, actor: Actor, rating_id: UUID, data: RatingDecide) -> RatingDetail:
    """Decide on a grade, or change one that is published (which needs the right to publish).

    Raises:
        NotFound, VersionStale: as they say.
        InvalidInput: no such grade, or a reason is missing.
    """
    actor.require("rating.review")
    row = await _rating(db, rating_id)
    if row["status"] == "published":
        actor.require("rating.publish")
    problems = await _known_grade(db, row, "grade", data.grade)
    needs_reason = data.grade != row["proposed_grade"] or row["status"] == "published"
    if needs_reason and len(data.reason.strip()) < 2:
        problems.append(FieldProblem("reason", "reason_missing", "与建议等级不同，请写明理由。", "Say why it is not the proposed grade."))
    if problems:
        raise InvalidInput(problems)
    if not await repository.decide(db, rating_id, data.grade, data.reason.strip(), data.version):
        raise VersionStale(version=row["version"])
    details = {"before": {"grade": row["grade"] or row["proposed_grade"]}, "after": {"grade": data.grade}, "reason": data.reason.strip(),
               "rating_id": str(rating_id), "year": row["year"]}  # fmt: skip
    await audit(db, "rating_decided", "employer", row["employer"]["id"], details, row["grid_path"])
    return await read_rating(db, actor, rating_id)


async def file_objection(db: AsyncSession, actor: Actor, rating_id: UUID, data: RatingObjectionFile) -> RatingDetail:
    """Take in an employer's objection to a published rating, within its term. The same id again changes nothing.

    Raises:
        NotFound, RatingNotPublished, ObjectionLate, ObjectionOpen, InvalidInput: as they say.
    """
    actor.require("rating.review")
    row = await _rating(db, rating_id)
    if any(o["id"] == str(data.id) for o in row["objections"]):
        return msgspec.convert(row, RatingDetail)
    if row["status"] != "published":
        raise RatingNotPublished()
    problems = []
    if data.filed_on > await repository.today(db):
        problems.append(FieldProblem("filed_on", "in_future", "提出日期不能晚于今天。", "It cannot have been filed in the future."))
    if data.filed_on < row["published_on"]:
        problems.append(FieldProblem("filed_on", "too_early", "提出日期不能早于公布日期。", "It cannot be older than the publication."))
    if problems:
        raise InvalidInput(problems)
    if data.filed_on > row["objection_until"]:
        raise ObjectionLate(until=row["objection_until"].isoformat())
    days = int((await policies_in_force(db))["rating_objection_decision_days"])
    values = msgspec.structs.asdict(data) | {
        "rating_id": rating_id, "due_on": data.filed_on + timedelta(days=days), "grid_path": row["grid_path"],
        "filed_by": data.filed_by.strip(), "grounds": data.grounds.strip(),
    }  # fmt: skip
    await repository.file_objection(db, values)
    details = {"rating_id": str(rating_id), "filed_on": data.filed_on.isoformat(), "filed_by": data.filed_by}
    await audit(db, "rating_objection_filed", "employer", row["employer"]["id"], details, row["grid_path"])
    return await read_rating(db, actor, rating_id)


async def decide_objection(
    db: AsyncSession, actor: Actor, rating_id: UUID, objection_id: UUID, data: RatingObjectionDecide
) -> RatingDetail:
    """Decide on an objection; where it is upheld, the grade becomes the new one.

    Raises:
        NotFound, ObjectionDecided, VersionStale, InvalidInput: as they say.
    """
    actor.require("rating.publish")
    row = await _rating(db, rating_id)
    objection = next((o for o in row["objections"] if o["id"] == str(objection_id)), None)
    if objection is None:
        raise NotFound()
    if objection["decision"] is not None:
        raise ObjectionDecided()
    problems = await _known_grade(db, row, "new_grade", data.new_grade)
    if data.decision == "upheld" and data.new_grade in (None, row["grade"]):
        problems.append(FieldProblem("new_grade", "missing", "异议成立的，请选择改为哪一级。", "Choose the grade that it becomes."))
    if problems:
        raise InvalidInput(problems)
    new_grade = data.new_grade if data.decision == "upheld" else None
    if not await repository.answer_objection(db, objection_id, data.decision, new_grade, data.reason.strip(), data.version):
        raise VersionStale(version=objection["version"])
    if new_grade and not await repository.decide(db, rating_id, new_grade, data.reason.strip(), row["version"]):
        raise VersionStale(version=row["version"])
    details = {"before": {"grade": row["grade"]}, "after": {"grade": new_grade or row["grade"]}, "decision": data.decision,
               "reason": data.reason.strip(), "rating_id": str(rating_id)}  # fmt: skip
    await audit(db, "rating_objection_decided", "employer", row["employer"]["id"], details, row["grid_path"])
    return await read_rating(db, actor, rating_id)
