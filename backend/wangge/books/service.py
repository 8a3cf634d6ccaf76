"""Books: asking for one, the list of those made, taking one's files."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.books import files, repository
from wangge.books.errors import BookGone, BookNotReady, BookQueueFull
from wangge.books.making import make_in_background
from wangge.books.models import KINDS, STATES
from wangge.books.schemas import BookFormat, BookItem, NewBook
from wangge.core.audit import audit
from wangge.core.clock import china_day, utc_now
from wangge.core.errors import FieldProblem, InvalidInput, Language, NotFound
from wangge.core.ids import new_id
from wangge.core.paging import Page, one_of, order_by, search_pattern
from wangge.core.repository import Where
from wangge.core.settings import Settings
from wangge.employers.repository import refresh_coverage
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force

RIGHT = "book.make"
SORTS = {"made_at": "b.made_at", "title": "b.title", "pdf_bytes": "b.pdf_bytes", "expires_at": "b.expires_at"}
SERIES = {"grid": {"zh": "一格一册", "en": "Grid book"}, "employer": {"zh": "一企一档", "en": "Employer file"}}


async def list_books(
    db: AsyncSession, actor: Actor, q: str, kind: str | None, status: str | None, grid_id: UUID | None, employer_id: UUID | None,
    sort: str | None, page: int, page_size: int, language: Language,
) -> Page[BookItem]:  # fmt: skip
    """The books of one's scope, the newest first."""
    actor.require(RIGHT)
    where = await in_subtree(db, actor, Where(), grid_id, "b.grid_path")
    if q.strip():
        where.add("b.title ilike :q", q=search_pattern(q))
    if one_of("kind", kind or None, KINDS):
        where.add("b.kind = :kind", kind=kind)
    if one_of("status", status or None, STATES):
        where.add("b.state = :status", status=status)
    if employer_id:
        where.add("b.employer_id = :employer_id", employer_id=employer_id)
    found = await repository.books_page(db, where, order_by(sort, SORTS, "-made_at"), page, page_size)
    items = [_in_language(item, language) for item in found.items]
    return msgspec.convert({**msgspec.structs.asdict(found), "items": items}, Page[BookItem])


def _in_language(row: dict[str, Any], language: Language) -> dict[str, Any]:
    return {**row, "problem": row["problem"][language] if row["problem"] else None}


async def book_detail(db: AsyncSession, actor: Actor, book_id: UUID, language: Language) -> BookItem:
    """One book.

    Raises:
        NotFound: not in one's scope.
    """
    actor.require(RIGHT)
    row = await repository.book_or_none(db, book_id)
    if row is None:
        raise NotFound()
    return msgspec.convert(_in_language(row, language), BookItem)


async def begin_book(acting: Acting, engine: AsyncEngine, settings: Settings, wanted: NewBook, language: Language) -> BookItem:
    """Ask for a book; the answer comes before it is made. The same one asked for again meanwhile is not made twice.

    Raises:
        RightMissing, NotFound, InvalidInput: as they say.
        BookQueueFull: too many of one's own are being made.
    """
    book_id, attempt, seconds = new_id(), new_id(), 0.0
    async with acting() as (db, actor):
        actor.require(RIGHT)
        await refresh_coverage(db)  # the book counts as the asker would see it now
        limits = await policies_in_force(db)
        values = {
            "id": book_id, "attempt": attempt, "language": language, "scope": list(actor.scope), "made_by": actor.person_id,
            "expires_at": utc_now() + timedelta(days=limits["book_keep_days"]), **await _subject(db, wanted),
            **_period(wanted, int(limits["book_period_days"])),
        }  # fmt: skip
        waiting = await repository.under_way(db, values)
        same = next((b["id"] for b in waiting if b["is_same"]), None)
        if same:
            return await book_detail(db, actor, same, language)
        if len(waiting) >= limits["book_waiting"]:
            raise BookQueueFull(waiting=len(waiting))
        await repository.insert_book(db, values)
        details = {"kind": wanted.kind, "title": values["title"], "language": language,
                   "period": [str(values["period_from"]), str(values["period_to"])]}  # fmt: skip
        await audit(db, "book_begun", "book", book_id, details, values["grid_path"])
        begun = await book_detail(db, actor, book_id, language)
        seconds = float(limits["book_seconds"])
    make_in_background(engine, settings, book_id, attempt, seconds)
    return begun


async def _subject(db: AsyncSession, wanted: NewBook) -> dict[str, Any]:
    """The grid or the employer of the book.

    Raises:
        InvalidInput: not named, or both.
        NotFound: not in one's scope.
    """
    if wanted.kind == "grid":
        if wanted.grid_id is None or wanted.employer_id is not None:
            zh, en = "请选择一个网格（不要同时选择单位）。", "Choose a grid, and no employer."
            raise InvalidInput([FieldProblem("grid_id", "one_of", zh, en)])
        grid = await repository.grid_of_scope(db, wanted.grid_id)
        if grid is None:
            raise NotFound()
        return {"kind": "grid", "grid_id": grid["id"], "grid_path": grid["path"], "employer_id": None, "title": grid["name"]}
    if wanted.employer_id is None or wanted.grid_id is not None:
        zh, en = "请选择一个单位（不要同时选择网格）。", "Choose an employer, and no grid."
        raise InvalidInput([FieldProblem("employer_id", "one_of", zh, en)])
    employer = await repository.employer_of_scope(db, wanted.employer_id)
    if employer is None:
        raise NotFound()
    return {"kind": "employer", "grid_id": employer["grid_id"], "grid_path": employer["path"], "employer_id": wanted.employer_id,
            "title": employer["name"]}  # fmt: skip


def _period(wanted: NewBook, days: int) -> dict[str, date]:
    """The days of the visits; the end defaults to today, the beginning to so many days before the end."""
    last = wanted.period_to or china_day(utc_now())
    first = wanted.period_from or last - timedelta(days=min(days, (last - date.min).days))
    if first > last:
        zh, en = "起始日期不能晚于截止日期。", "The first day cannot be after the last."
        raise InvalidInput([FieldProblem("period_from", "after_the_end", zh, en)])
    if last.year >= 9999:  # the day after it is asked for
        zh, en = "截止日期太远。", "The last day is too far away."
        raise InvalidInput([FieldProblem("period_to", "out_of_range", zh, en)])
    return {"period_from": first, "period_to": last}


async def take_book(db: AsyncSession, actor: Actor, settings: Settings, book_id: UUID, format_: BookFormat) -> tuple[Path, str]:
    """A file of a book and the name that it is saved by; that it leaves the system is audited.

    Raises:
        NotFound, BookNotReady, BookGone: as they say.
    """
    actor.require(RIGHT)
    row = await repository.book_or_none(db, book_id)
    if row is None:
        raise NotFound()
    if row["state"] != "ready":
        raise BookNotReady()
    path = files.path_of(settings.books_dir, book_id, format_)
    if not path.is_file():
        raise BookGone()
    details = {"format": format_, "title": row["title"], "sha256": row[f"{format_}_sha256"]}
    await audit(db, "book_taken", "book", book_id, details, row["grid_path"])
    name = f"{SERIES[row['kind']][row['language']]}_{row['title']}_{china_day(row['made_at']):%Y%m%d}.{format_}"
    return path, "".join(sign for sign in name if sign.isprintable() and sign not in '/\\:*?"<>|')
