"""SQL of the employer's file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page

PERSON = "case when {id} is not null then json_build_object('id', {id}, 'name', (select x.name from people x where x.id = {id})) end"
FILE = """
    select e.id, e.name, e.version, e.system_no, e.is_complete, employer_fields(e) as fields, e.grid_path::text as grid_path,
           e.merged_into, e.review_state, e.uscc, e.source, e.registered_at, e.registered_by,
           coalesce(f.answers, '{}') as answers, coalesce(f.problems, '[]') as problems, coalesce(f.disputed, '[]') as disputed,
           f.filled_on, policy('survey_required_fields') as required,
           f.filled_on < china_today() - make_interval(months => (policy('survey_refresh_months'))::int) as is_stale
    from employers e left join employer_forms f on f.employer_id = e.id where e.id = :id
"""
SOURCES = f"""
    select distinct on (field) field, v.source, v.changed_at as at, {PERSON.format(id="v.person_id")} as person
    from employer_versions v cross join lateral jsonb_object_keys(v.changes) as field
    where v.employer_id = :id order by field, v.id desc
"""
PARENT = (
    "select e.id, e.name, e.uscc from employers e where e.uscc = :uscc and e.review_state <> 'returned' order by e.registered_at limit 1"
)
BRANCHES = """
    select e.id, e.name, e.uscc, count(*) over () as total from employer_forms f join employers e on e.id = f.employer_id
    where f.answers ? 'parent_uscc' and f.answers ->> 'parent_uscc' = :uscc and e.review_state <> 'returned' order by e.name, e.id limit 50
"""
MERGE = f"""
    select m.id, json_build_object('id', e.id, 'name', e.name) as employer, m.reason, m.merged_at,
           {PERSON.format(id="m.merged_by")} as merged_by
    from employer_merges m left join employers e on e.id = {{other}}
    where {{mine}} = :id and m.undone_at is null order by m.merged_at
"""
VERSIONS = f"""
    select v.version, max(v.changed_at) as changed_at, {PERSON.format(id="v.person_id")} as person, v.source,
           jsonb_agg(v.changes order by v.id) as changes
    from employer_versions v where {{where}} group by v.version, v.person_id, v.source, v.employer_id
    order by v.version desc, changed_at desc
"""
COUNT_VERSIONS = "select count(*) from (select from employer_versions v where {where} group by v.version, v.person_id, v.source) x"
SURVEYS = f"""
    select s.id, s.filled_on, s.filler, {PERSON.format(id="s.person_id")} as person, s.source, s.answers, s.kept, s.problems,
           s.captured_at, s.received_at
    from employer_surveys s where {{where}} order by s.filled_on desc, s.id desc
"""
COUNT_SURVEYS = "select count(*) from employer_surveys s where {where}"
CONFLICTS = f"""
    select k.id, json_build_object('id', e.id, 'name', e.name, 'uscc', e.uscc) as employer, k.field, k.opened_at, k.resolved_at,
           {PERSON.format(id="k.resolved_by")} as resolved_by, k.chosen, k.reason, k.version, coalesce(g.name, '') as grid_name,
           (employer_fields(e) || coalesce(f.answers, '{{{{}}}}')) -> k.field as stands, k.employer_id, k.grid_path::text as grid_path,
           (select json_agg(json_build_object(
                'value', c -> 'value', 'at', c ->> 'at', 'origin', c ->> 'origin', 'edit_id', c ->> 'edit_id', 'note', c ->> 'note',
                'person', case when c ->> 'person_id' is not null then json_build_object('id', c ->> 'person_id',
                    'name', (select x.name from people x where x.id = (c ->> 'person_id')::uuid)) end,
                'photos', (select count(*) from evidence v where v.employer_id = k.employer_id and v.person_id = (c ->> 'person_id')::uuid
                           and v.captured_at between (c ->> 'at')::timestamptz - interval '12 hours'
                                                 and (c ->> 'at')::timestamptz + interval '12 hours'))
                order by c ->> 'at')
            from jsonb_array_elements(k.candidates) c) as candidates
    from employer_conflicts k join employers e on e.id = k.employer_id
    left join employer_forms f on f.employer_id = e.id left join grids g on g.id = e.grid_id
    where {{where}} order by ORDER_BY
"""
COUNT_CONFLICTS = "select count(*) from employer_conflicts k join employers e on e.id = k.employer_id where {where}"


async def file_or_none(db: AsyncSession, employer_id: UUID) -> dict[str, Any] | None:
    """One file with its form."""
    row = (await db.execute(text(FILE), {"id": employer_id})).mappings().first()
    return dict(row) if row else None


async def _rows(db: AsyncSession, sql: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(r) for r in (await db.execute(text(sql), values)).mappings()]


async def sources_of(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """Where each field that was ever changed got its value."""
    return await _rows(db, SOURCES, id=employer_id)


async def parent_of(db: AsyncSession, uscc: str | None) -> dict[str, Any] | None:
    """The head office's file, where it is on file within the scope."""
    return next(iter(await _rows(db, PARENT, uscc=uscc)), None) if uscc else None


async def branches_of(db: AsyncSession, uscc: str | None) -> tuple[list[dict[str, Any]], int]:
    """The first fifty branches by name, and how many there are."""
    rows = await _rows(db, BRANCHES, uscc=uscc) if uscc else []
    return rows, rows[0]["total"] if rows else 0


async def merged_into(db: AsyncSession, employer_id: UUID) -> dict[str, Any] | None:
    """The merge by which this file became part of another."""
    return next(iter(await _rows(db, MERGE.format(other="m.kept_id", mine="m.merged_id"), id=employer_id)), None)


async def merged_here(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """The files that became part of this one."""
    return await _rows(db, MERGE.format(other="m.merged_id", mine="m.kept_id"), id=employer_id)


async def versions_page(db: AsyncSession, employer_id: UUID, page: int, page_size: int) -> Page[dict[str, Any]]:
    """The newest versions first."""
    return await fetch_page(db, VERSIONS, COUNT_VERSIONS, Where("v.employer_id = :id", id=employer_id), page, page_size)


async def changes_between(db: AsyncSession, employer_id: UUID, first: int, last: int) -> list[dict[str, Any]]:
    """What changed after one version and up to another, the oldest first."""
    sql = """select v.changes from employer_versions v
             where v.employer_id = :id and v.version > :first and v.version <= :last order by v.id"""
    return [r["changes"] for r in await _rows(db, sql, id=employer_id, first=first, last=last)]


async def changed_since(db: AsyncSession, employer_id: UUID, version: int, fields: Sequence[str]) -> bool:
    """Whether any of these fields was changed after a version."""
    sql = """select exists (select from employer_versions v where v.employer_id = :id and v.version > :version
                            and v.changes ?| cast(:fields as text[]))"""
    return bool(await db.scalar(text(sql), {"id": employer_id, "version": version, "fields": list(fields)}))


async def surveys_page(db: AsyncSession, employer_id: UUID, page: int, page_size: int) -> Page[dict[str, Any]]:
    """Fillings of the form, the newest first."""
    return await fetch_page(db, SURVEYS, COUNT_SURVEYS, Where("s.employer_id = :id", id=employer_id), page, page_size)


async def merged_ids(db: AsyncSession, employer_id: UUID) -> list[UUID]:
    """The file and those that became part of it."""
    found = await db.scalars(text("select id from employers where merged_into = :id"), {"id": employer_id})
    return [employer_id, *found]


async def conflicts_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of conflicts."""
    return await fetch_page(db, CONFLICTS.replace("ORDER_BY", f"{order}, k.id"), COUNT_CONFLICTS, where, page, page_size)


async def conflict_or_none(db: AsyncSession, conflict_id: UUID) -> dict[str, Any] | None:
    """One conflict of the scope."""
    found = await conflicts_page(db, Where("k.id = :id", id=conflict_id), "k.opened_at", 1, 1)
    return found.items[0] if found.items else None


RESOLVE = """
    update employer_conflicts set resolved_at = now(), resolved_by = app_person(), chosen = cast(:chosen as jsonb), reason = :reason,
           version = version + 1, updated_at = now()
    where id = :id and version = :version and resolved_at is null returning true
"""


async def resolve(db: AsyncSession, conflict_id: UUID, chosen: str, reason: str, version: int) -> bool:
    """Write a choice (``chosen`` is JSON); False where the conflict has changed since."""
    return bool(await db.scalar(text(RESOLVE), {"id": conflict_id, "chosen": chosen, "reason": reason, "version": version}))


async def merge_or_none(db: AsyncSession, merge_id: UUID) -> dict[str, Any] | None:
    """One merge of the scope."""
    sql = "select id, kept_id, merged_id, values_taken, undone_at, grid_path::text as grid_path from employer_merges where id = :id"
    return next(iter(await _rows(db, sql, id=merge_id)), None)
