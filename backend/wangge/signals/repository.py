"""SQL of signals."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

SHOWN_MOST = 200


def named(column: str) -> str:
    """Whoever a column names, as JSON; null where it names nobody."""
    return f"""case when {column} is not null then
        json_build_object('id', {column}, 'name', (select w.name from people w where w.id = {column})) end"""


SIGNALS = f"""
    select s.id, s.kind, s.aspect, s.since, s.until, s.amount::float8 as amount, s.people, s.source, s.source_id, s.reference, s.note,
           {named("s.recorded_by")} as recorded_by, s.recorded_at, {named("s.ended_by")} as ended_by, s.ended_at, s.end_note,
           {named("s.withdrawn_by")} as withdrawn_by, s.withdrawn_at, s.withdrawn_why, s.version, s.employer_id,
           s.grid_path::text as grid_path
    from employer_signals s
"""
KINDS = "select code, zh, en, aspect, is_lasting, is_violation, source from signal_kinds where valid_from <= china_today() and (valid_to is null or valid_to >= china_today()) order by seq"  # noqa: E501
ASPECTS = "select code, zh, en, source from rating_aspects where valid_from <= china_today() and (valid_to is null or valid_to >= china_today()) order by seq"  # noqa: E501


async def of_employer(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """An employer's signals, the newest first."""
    sql = f"{SIGNALS} where s.employer_id = :id order by s.since desc, s.id limit {SHOWN_MOST}"
    return [dict(r) for r in (await db.execute(text(sql), {"id": employer_id})).mappings()]


async def signal_or_none(db: AsyncSession, employer_id: UUID, signal_id: UUID) -> dict[str, Any] | None:
    """One signal of an employer of the scope."""
    sql = f"{SIGNALS} where s.id = :id and s.employer_id = :employer_id"
    row = (await db.execute(text(sql), {"id": signal_id, "employer_id": employer_id})).mappings().first()
    return dict(row) if row else None


async def kinds(db: AsyncSession) -> list[dict[str, Any]]:
    """What a signal can say today."""
    return [dict(r) for r in (await db.execute(text(KINDS))).mappings()]


async def aspects(db: AsyncSession) -> list[dict[str, Any]]:
    """The aspects of a rating today."""
    return [dict(r) for r in (await db.execute(text(ASPECTS))).mappings()]


async def lock_employer(db: AsyncSession, employer_id: UUID) -> str | None:
    """Lock an employer of the acting scope as a push does, before anything of it is written; its path, None outside of the scope."""
    sql = "select grid_path::text from employers where id = :id and grid_path <@ (select app_scope()) for no key update"
    path: str | None = await db.scalar(text(sql), {"id": employer_id})
    return path


INSERT = """
    insert into employer_signals (id, employer_id, kind, aspect, since, amount, people, source, reference, note, recorded_by, end_note,
                                  withdrawn_why, version, grid_path)
    values (:id, :employer_id, :kind, :aspect, :since, cast(cast(:amount as float8) as numeric(14, 2)), :people, 'desk', :reference,
            :note, app_person(), '', '', 1, cast(:grid_path as ltree))
    on conflict (id) do nothing returning true
"""


async def insert(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Record a signal; False when its id is taken."""
    return bool(await db.scalar(text(INSERT), values))


async def end(db: AsyncSession, signal_id: UUID, until: date, note: str, version: int) -> bool:
    """Write that it ended; False when it has changed since it was looked at."""
    sql = """update employer_signals set until = :until, ended_by = app_person(), ended_at = now(), end_note = :note, version = version + 1
             where id = :id and version = :version returning true"""
    return bool(await db.scalar(text(sql), {"id": signal_id, "until": until, "note": note, "version": version}))


async def withdraw(db: AsyncSession, signal_id: UUID, reason: str, version: int) -> bool:
    """Write that it should not have been recorded; False when it has changed since it was looked at."""
    sql = """update employer_signals set withdrawn_by = app_person(), withdrawn_at = now(), withdrawn_why = :reason, version = version + 1
             where id = :id and version = :version returning true"""
    return bool(await db.scalar(text(sql), {"id": signal_id, "reason": reason, "version": version}))
