"""SQL of registry lists."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.db import driver
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.employers.repository import GRID_NAME
from wangge.registries.jobs import COLUMNS
from wangge.registries.schemas import ListAnswers

ITEM = """
    i.id, i.source, json_build_object('id', i.grid_id, 'name', g.name) as grid, i.file_name, i.size_bytes, i.state, i.stage, i.rows_done,
    i.version, json_build_object('id', i.made_by, 'name', p.name) as made_by, i.made_at, i.updated_at, i.applied_at,
    i.report -> 'counts' as counts, i.result
"""
FROM = "from registry_imports i join grids g on g.id = i.grid_id left join people p on p.id = i.made_by"
ROW = f"""
    e.id, e.source, e.name, e.uscc, e.registration_no, e.address, e.contact_name, e.contact_phone, e.industry_code, e.employees,
    e.registered_on, e.status, e.division, case when e.position is not null then array[ST_X(e.position), ST_Y(e.position)] end as position,
    e.position_source, {GRID_NAME}, e.grid_source, e.state,
    case when e.employer_id is not null then json_build_object('id', e.employer_id, 'name',
        (select f.name from employers f where f.id = e.employer_id)) end as employer,
    e.matched_by, e.match_score, (select count(*) from match_candidates c where c.subject_id = e.id) as candidates, e.first_seen_at,
    e.changed_at, e.version
"""


async def imports_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of lists' imports."""
    select = f"select {ITEM} {FROM} where {{where}} order by {order}, i.id"
    return await fetch_page(db, select, f"select count(*) {FROM} where {{where}}", where, page, page_size)


async def import_or_none(db: AsyncSession, import_id: UUID) -> dict[str, Any] | None:
    """One import with its answers and report."""
    sql = f"select {ITEM}, i.sha256, i.answers, i.report, i.problem, i.grid_id, i.grid_path::text as grid_path {FROM} where i.id = :id"
    row = (await db.execute(text(sql), {"id": import_id})).mappings().first()
    return dict(row) if row else None


async def lock_import(db: AsyncSession, import_id: UUID) -> dict[str, Any] | None:
    """One import as it stands, locked until the transaction ends."""
    sql = """select id, source, grid_id, grid_path::text as grid_path, file_name, sha256, state, stage, rows_done, answers, report, result,
                    version
             from registry_imports where id = :id for update"""
    row = (await db.execute(text(sql), {"id": import_id})).mappings().first()
    return dict(row) if row else None


async def insert_import(db: AsyncSession, values: dict[str, Any]) -> None:
    """A new import, being read."""
    await db.execute(
        text(
            """insert into registry_imports (id, source, grid_id, grid_path, file_name, sha256, size_bytes, state,
                stage, rows_done, attempt,
                                             answers, version, made_by)
               values (:id, :source, :grid_id, cast(:grid_path as ltree), :file_name, :sha256, :size_bytes,
                   'reading', 'queued', 0, :attempt,
                       cast(:answers as jsonb), 1, :made_by)"""
        ),
        values,
    )


async def begin_reading(db: AsyncSession, import_id: UUID, attempt: UUID, answers: ListAnswers) -> None:
    """Back to reading, with these answers; what was found before is dropped."""
    await drop_rows(db, import_id)
    await db.execute(
        text(
            """update registry_imports set state = 'reading', stage = 'queued', rows_done = 0, attempt = :attempt, alive_at = now(),
                   updated_at = now(), answers = cast(:answers as jsonb), report = null, problem = null,
                       version = version + 1 where id = :id"""
        ),
        {"id": import_id, "attempt": attempt, "answers": _json(answers)},
    )


async def drop_rows(db: AsyncSession, import_id: UUID) -> None:
    """Forget the rows of a file."""
    await db.execute(text("delete from registry_import_rows where import_id = :id"), {"id": import_id})


async def begin_applying(db: AsyncSession, import_id: UUID, attempt: UUID, person_id: UUID) -> None:
    """Being written from now on."""
    await db.execute(
        text(
            """update registry_imports set state = 'applying', stage = 'gone', rows_done = 0, attempt = :attempt, alive_at = now(),
                   updated_at = now(), applied_by = :person, result = '{}', version = version + 1 where id = :id"""
        ),
        {"id": import_id, "attempt": attempt, "person": person_id},
    )


async def withdraw(db: AsyncSession, import_id: UUID) -> None:
    """Taken back before anything was written."""
    await drop_rows(db, import_id)
    sql = """update registry_imports set state = 'withdrawn', stage = '', attempt = null, updated_at = now(), version = version + 1
             where id = :id"""
    await db.execute(text(sql), {"id": import_id})


async def enter_attempt(db: AsyncSession, attempt: UUID) -> tuple[UUID, str, str] | None:
    """Act for the work of this attempt; None when it has ended. Returns the import, its grid path and its state."""
    row = (await db.execute(text("select id, grid_path, state from registry_import_enter(:attempt)"), {"attempt": attempt})).first()
    return (row[0], row[1], row[2]) if row else None


async def resume_one(db: AsyncSession, silent_s: int, attempt: UUID) -> bool:
    """Take over the work that has been silent for longest."""
    sql = "select registry_import_resume(:silent_s, :attempt)"
    return bool(await db.scalar(text(sql), {"silent_s": silent_s, "attempt": attempt}))


async def progress(
    db: AsyncSession, import_id: UUID, *, stage: str | None = None, rows_done: int | None = None, result: dict[str, Any] | None = None
) -> None:
    """It still goes on, and how far it has come."""
    await db.execute(
        text(
            """update registry_imports set alive_at = now(), stage = coalesce(:stage, stage), rows_done = coalesce(:rows_done, rows_done),
                   result = coalesce(cast(:result as jsonb), result) where id = :id"""
        ),
        {"id": import_id, "stage": stage, "rows_done": rows_done, "result": None if result is None else _json(result)},
    )


async def finish(db: AsyncSession, import_id: UUID, state: str, report: dict[str, Any] | None, problem: dict[str, Any] | None) -> None:
    """What the work came to; a report that is not given stays."""
    await db.execute(
        text(
            """update registry_imports set state = cast(:state as text), stage = '', attempt = null,
                updated_at = now(), version = version + 1,
                   report = coalesce(cast(:report as jsonb), report), problem = cast(:problem as jsonb),
                   applied_at = case when cast(:state as text) = 'applied' then now() else applied_at end where id = :id"""
        ),
        {"id": import_id, "state": state, "report": _json(report), "problem": _json(problem)},
    )


async def store_chunk(db: AsyncSession, import_id: UUID, chunk: Path) -> None:
    """The rows of a chunk's CSV. COPY knows no row-level security, so they come in by a table that nobody can read."""
    connection = await driver(db)
    await connection.copy_to_table("registry_chunk_rows", source=chunk, columns=list(COLUMNS), format="csv", null="\\N")
    await connection.execute("select registry_import_take_chunk($1)", import_id)


async def mark_repeats(db: AsyncSession, import_id: UUID) -> int:
    """Refuse rows that the file says twice; returns how many."""
    return int(await db.scalar(text("select registry_import_mark_repeats(:id)"), {"id": import_id}) or 0)


async def outcomes(db: AsyncSession, import_id: UUID) -> dict[str, int]:
    """What writing would do to the register."""
    row = (await db.execute(text("select * from registry_import_outcomes(:id)"), {"id": import_id})).mappings().one()
    return dict(row)


async def remembered(db: AsyncSession, source: str, grid_path: str) -> dict[str, dict[str, int]]:
    """Columns that were corrected before, by fingerprint of headings; those of the nearest area win."""
    sql = """select fingerprint, columns from registry_mappings where source = :source and grid_path @> cast(:path as ltree)
             order by nlevel(grid_path), remembered_at limit 2000"""
    return {row[0]: row[1] for row in await db.execute(text(sql), {"source": source, "path": grid_path})}


async def remember(db: AsyncSession, row: dict[str, Any], fingerprint: str, columns: dict[str, int], person_id: UUID) -> None:
    """Keep which column is what, for the next list with these headings."""
    await db.execute(
        text(
            """insert into registry_mappings (grid_id, source, fingerprint, grid_path, columns, remembered_by)
               values (:grid_id, :source, :fingerprint, cast(:grid_path as ltree), cast(:columns as jsonb), :person)
               on conflict (grid_id, source, fingerprint) do update set columns = excluded.columns, remembered_by = excluded.remembered_by,
                   remembered_at = now()"""
        ),
        {
            "grid_id": row["grid_id"], "source": row["source"], "fingerprint": fingerprint, "grid_path": row["grid_path"],
            "columns": _json(columns), "person": person_id,
        },
    )  # fmt: skip


async def place_names(db: AsyncSession) -> tuple[list[str], list[str]]:
    """Names of the city and of its counties and zones: what names and addresses begin with."""
    rows = (await db.execute(text("select level, name from place_names()"))).all()
    return [name for level, name in rows if level == 1], [name for level, name in rows if level == 2]


async def let_go_gone(db: AsyncSession, import_id: UUID, size: int) -> int:
    """Rows that a whole list does not hold any more; returns how many this time."""
    return int(await db.scalar(text("select registry_import_let_go_gone(:id, :size)"), {"id": import_id, "size": size}) or 0)


async def move(db: AsyncSession, import_id: UUID, size: int) -> dict[str, int]:
    """The next rows into the register."""
    row = (await db.execute(text("select * from registry_import_move(:id, :size)"), {"id": import_id, "size": size})).mappings().first()
    return {name: int(value or 0) for name, value in (row or {}).items()}


async def match(db: AsyncSession, import_id: UUID, after: UUID, size: int) -> dict[str, Any] | None:
    """Compare the next rows without a file; None at the end."""
    sql = "select * from registry_import_match(:id, :after, :size)"
    row = (await db.execute(text(sql), {"id": import_id, "after": after, "size": size})).mappings().first()
    return dict(row) if row else None


async def settle(db: AsyncSession, import_id: UUID, after: UUID, size: int) -> UUID | None:
    """Let one row stand for all with its credit code; returns the last row looked at."""
    sql = "select registry_import_settle(:id, :after, :size)"
    found: UUID | None = await db.scalar(text(sql), {"id": import_id, "after": after, "size": size})
    return found


async def rows_page(db: AsyncSession, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of a file's rows with problems, in the file's order."""
    select = """select r.number, r.severity, r.name, r.uscc, r.address, r.problems, r.raw from registry_import_rows r
                where {where} order by r.number"""
    return await fetch_page(db, select, "select count(*) from registry_import_rows r where {where}", where, page, page_size)


async def rows_to_mark(db: AsyncSession, import_id: UUID, limit: int) -> list[tuple[int, list[Any], list[dict[str, Any]]]]:
    """Number, cells and problems of the rows that have problems."""
    sql = """select number, raw, problems from registry_import_rows where import_id = :id and severity <> 'none'
             order by number limit :limit"""
    rows = await db.execute(text(sql), {"id": import_id, "limit": limit})
    return [(row[0], row[1] or [], row[2]) for row in rows]


async def register_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of the register: first which rows, then what they say."""
    total = await db.scalar(text(f"select count(*) from registry_rows e where {where}"), where.values)
    ids = f"select e.id from registry_rows e where {where} order by {order}, e.id limit :limit offset :offset"
    sql = f"select {ROW} from ({ids}) w join registry_rows e on e.id = w.id order by {order}, e.id"
    rows = await db.execute(text(sql), {**where.values, "limit": page_size, "offset": (page - 1) * page_size})
    return Page([dict(row) for row in rows.mappings()], total or 0, page, page_size)


async def register_row(db: AsyncSession, row_id: UUID) -> dict[str, Any] | None:
    """One row of the register."""
    found = (await db.execute(text(f"select {ROW} from registry_rows e where e.id = :id"), {"id": row_id})).mappings().first()
    return dict(found) if found else None


async def place_row(db: AsyncSession, row_id: UUID, lon: float, lat: float) -> str | None:
    """Give a row its point; the path of its grid, or None outside of the scope."""
    sql = "select new_grid_path::text from place_registry_row(:id, cast(:lon as float8), cast(:lat as float8))"
    path: str | None = await db.scalar(text(sql), {"id": row_id, "lon": lon, "lat": lat})
    return path


def _json(value: Any) -> str | None:
    """JSON for a jsonb column, which holds no U+0000."""
    return None if value is None else msgspec.json.encode(value).decode().replace("\\u0000", "\ufffd")
