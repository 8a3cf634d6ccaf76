"""SQL of the list of books."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.books.asked import Asked, Limits
from wangge.books.document import Made
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.policies.service import policies_in_force

ITEM = """
    b.id, b.kind, b.title, json_build_object('id', b.grid_id, 'name', g.name) as grid, b.employer_id, b.language, b.period_from,
    b.period_to, b.state, b.stage, b.problem, b.facts, b.pages, b.pdf_bytes, b.pdf_sha256, b.xlsx_bytes, b.xlsx_sha256,
    json_build_object('id', b.made_by, 'name', coalesce(p.name, '')) as made_by, b.made_at, b.finished_at, b.expires_at
"""
FROM = "from books b join grids g on g.id = b.grid_id left join people p on p.id = b.made_by"
GRID = """select id, name, path::text as path from grids where id = :id and path <@ (select app_scope())"""
EMPLOYER = """select e.name, e.grid_id, e.grid_path::text as path from employers e
              where e.id = :id and e.grid_path <@ (select app_scope())"""
INSERT = """
    insert into books (id, kind, grid_id, grid_path, employer_id, title, language, period_from, period_to, state, stage, attempt, scope,
                       made_by, expires_at)
    values (:id, :kind, :grid_id, cast(:grid_path as ltree), :employer_id, :title, :language, :period_from, :period_to, 'making', 'queued',
            :attempt, cast(:scope as text[]), :made_by, :expires_at)
"""
# The same book asked for twice at once is one book.
UNDER_WAY = """
    select id, kind = :kind and grid_id = :grid_id and employer_id is not distinct from cast(:employer_id as uuid)
               and language = :language and period_from = :period_from and period_to = :period_to as is_same
    from books where made_by = :made_by and state = 'making'
"""
FINISH = """
    update books set state = case when cast(:problem as jsonb) is null then 'ready' else 'failed' end, stage = '', attempt = null,
           problem = cast(:problem as jsonb), pages = :pages, facts = cast(:facts as jsonb), pdf_bytes = :pdf_bytes,
           pdf_sha256 = :pdf_sha256, xlsx_bytes = :xlsx_bytes, xlsx_sha256 = :xlsx_sha256, finished_at = now()
    where id = :id
"""


async def books_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of books."""
    select = f"select {ITEM} {FROM} where {{where}} order by {order}, b.id"
    return await fetch_page(db, select, f"select count(*) {FROM} where {{where}}", where, page, page_size)


async def book_or_none(db: AsyncSession, book_id: UUID) -> dict[str, Any] | None:
    """One book."""
    sql = f"select {ITEM}, b.grid_path::text as grid_path {FROM} where b.id = :id"
    row = (await db.execute(text(sql), {"id": book_id})).mappings().first()
    return dict(row) if row else None


async def grid_of_scope(db: AsyncSession, grid_id: UUID) -> dict[str, Any] | None:
    """A grid that lies in the acting scope."""
    row = (await db.execute(text(GRID), {"id": grid_id})).mappings().first()
    return dict(row) if row else None


async def employer_of_scope(db: AsyncSession, employer_id: UUID) -> dict[str, Any] | None:
    """An employer that lies in the acting scope; one seen through a patrol alone has no book."""
    row = (await db.execute(text(EMPLOYER), {"id": employer_id})).mappings().first()
    return dict(row) if row else None


async def under_way(db: AsyncSession, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The books being made for the person, and whether each is the one she asks for now."""
    names = ("kind", "grid_id", "employer_id", "language", "period_from", "period_to", "made_by")
    await db.execute(text("select pg_advisory_xact_lock(hashtext('book ' || :who))"), {"who": str(values["made_by"])})
    return [dict(r) for r in (await db.execute(text(UNDER_WAY), {n: values[n] for n in names})).mappings()]


async def insert_book(db: AsyncSession, values: dict[str, Any]) -> None:
    """A new book, being made."""
    await db.execute(text(INSERT), values)


async def enter_attempt(db: AsyncSession, attempt: UUID | str) -> dict[str, Any] | None:
    """Act as whoever asked, in the scope in which she did; None when the attempt has ended."""
    row = (await db.execute(text("select * from book_enter(cast(:attempt as uuid))"), {"attempt": str(attempt)})).mappings().first()
    return dict(row) if row else None


async def enter_to_read(db: AsyncSession, attempt: str) -> Asked | None:
    """The same, with all that gathering needs to know."""
    row = await enter_attempt(db, attempt)
    if row is None:
        return None
    limits = await policies_in_force(db)
    return Asked(**row, limits=Limits(int(limits["book_printed_rows"]), int(limits["book_sheet_rows"]), int(limits["book_photos"])))


async def sign_of_life(db: AsyncSession, book_id: UUID, stage: str | None) -> None:
    """That the making goes on, and how far it is."""
    sql = "update books set alive_at = now(), stage = coalesce(cast(:stage as text), stage) where id = :id"
    await db.execute(text(sql), {"id": book_id, "stage": stage})


async def finish(db: AsyncSession, book_id: UUID, made: Made, files: dict[str, Any]) -> None:
    """The outcome: ready with its files, or failed with the reason."""
    values = {
        "id": book_id, "pages": made.pages or None, "facts": msgspec.json.encode(made.facts).decode(),
        "problem": None if made.problem is None else msgspec.json.encode(made.problem).decode(),
        **dict.fromkeys(("pdf_bytes", "pdf_sha256", "xlsx_bytes", "xlsx_sha256")), **files,
    }  # fmt: skip
    await db.execute(text(FINISH), values)


async def tidy(db: AsyncSession, silent_s: int, problem: dict[str, Any]) -> None:
    """End what nobody makes any more, and forget what has been kept for its time."""
    values = {"silent_s": silent_s, "problem": msgspec.json.encode(problem).decode()}
    await db.execute(text("select books_tidy(:silent_s, cast(:problem as jsonb))"), values)


async def known(db: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these books there still are."""
    return set(await db.scalars(text("select books_known(cast(:ids as uuid[]))"), {"ids": list(ids)}))
