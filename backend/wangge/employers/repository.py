"""SQL of employers' files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where
from wangge.designations.repository import holds
from wangge.employers.reasons import REASONS_OF

GRID_NAME = """
    (select json_build_object('id', g.id, 'name', g.name, 'path_names',
        array_remove(array[city.name, county.name, street.name, g.name], null))
     from grids g
     left join grids street on street.id = g.parent_id
     left join grids county on county.id = street.parent_id
     left join grids city on city.id = county.parent_id
     where g.id = e.grid_id) as grid
"""
ITEM = f"""
    e.id, e.name, e.uscc, e.address, {GRID_NAME},
    case when e.position is not null then array[ST_X(e.position), ST_Y(e.position)] end as position, e.employees, e.review_state,
    e.last_visited_at, e.registered_at, e.duplicate_of,
    case when e.registered_by is not null then json_build_object('id', e.registered_by, 'name',
        (select p.name from people p where p.id = e.registered_by)) end as registered_by,
    {REASONS_OF} as reasons, {holds("non_local")} as is_non_local, {holds("key")} as is_key,
    e.grade, e.on_key_list,
    e.on_key_list and exists (select from key_list_entries k where k.employer_id = e.id and k.left_on is null
                              and k.must_acknowledge) as is_pressing
"""
DETAIL = f"""
    select {ITEM}, e.no_uscc_reason, e.industry_code, e.contact_name, e.contact_phone, e.accuracy_m, e.position_source,
           e.grid_source, e.note, e.review_reason, e.reviewed_at, e.version, e.grid_path::text as grid_path,
           case when e.reviewed_by is not null then json_build_object('id', e.reviewed_by, 'name',
               (select p.name from people p where p.id = e.reviewed_by)) end as reviewed_by,
           case when e.duplicate_of is not null then json_build_object('id', e.duplicate_of, 'name',
               (select o.name from employers o where o.id = e.duplicate_of)) end as duplicate
    from employers e where e.id = :id
"""
EVIDENCE_OF = """
    select v.id, v.subject_id, v.copy_state as state, 'stored' in (v.copy_state, v.thumb_state) as thumbnail, v.medium, v.seconds,
           v.captured_at, v.source
    from evidence v where v.subject_id = any(:subjects) order by v.captured_at, v.id
"""
VISITS_OF = """
    select v.id, v.happened_at, v.captured_at, json_build_object('id', v.person_id, 'name', p.name) as person, v.activities, v.note,
           v.people_met,
           coalesce((select json_agg(json_build_object('id', f.id, 'kind', f.kind, 'severity', f.severity, 'note', f.note) order by f.id)
                     from findings f where f.visit_id = v.id), '[]') as findings,
           (select json_build_object('id', c.id, 'distance_m', c.distance_m, 'accuracy_m', c.accuracy_m, 'is_on_site', c.is_on_site,
                                     'flags', c.flags) from check_ins c where c.id = v.check_in_id) as check_in
    from visits v left join people p on p.id = v.person_id
    where v.employer_id = :id order by v.happened_at desc, v.id limit 50
"""


async def count_below(db: AsyncSession, paths: Sequence[str], *, with_open_stops: bool) -> int:
    """How many files lie below some paths of the scope (and on the person's open patrols); counted without reading them."""
    sql = "select count_employers(cast(cast(:paths as text[]) as ltree[]), :with_open_stops)"
    return int(await db.scalar(text(sql), {"paths": list(paths), "with_open_stops": with_open_stops}) or 0)


# Whoever asks counts at most so many grids herself; what is left is the background's.
REFRESH_ON_ASKING = 60


async def refresh_coverage(db: AsyncSession) -> int:
    """Count again what has changed of coverage, so that the asker sees her own work; how many grids are left to the background."""
    return int(await db.scalar(text("select refresh_coverage(:at_most)"), {"at_most": REFRESH_ON_ASKING}) or 0)


async def employers_page(
    db: AsyncSession, where: Where, order: str, page: int, page_size: int, total: int | None = None
) -> Page[dict[str, Any]]:
    """A page of employers' files. First which they are, then what they say: a late page skips ids, not whole files.

    ``total``: where it is known already.
    """
    if total is None:
        total = await db.scalar(text(f"select count(*) from employers e where {where}"), where.values)
    ids = await employer_ids(db, where, order, limit=page_size, offset=(page - 1) * page_size)
    return Page(await employers_by_id(db, ids), total or 0, page, page_size)


async def employer_ids(db: AsyncSession, where: Where, order: str, limit: int | None = None, offset: int = 0) -> list[UUID]:
    """The ids of all of them, in order, or of a stretch."""
    sql = f"select e.id from employers e where {where} order by {order}, e.id limit cast(:limit as bigint) offset :offset"
    return list(await db.scalars(text(sql), {**where.values, "limit": limit, "offset": offset}))


async def employers_by_id(db: AsyncSession, ids: list[UUID]) -> list[dict[str, Any]]:
    """These employers, in the order of the ids; one that may not be seen (any more) is left out."""
    sql = f"select {ITEM} from unnest(cast(:ids as uuid[])) with ordinality w(id, nth) join employers e on e.id = w.id order by w.nth"
    return [dict(r) for r in (await db.execute(text(sql), {"ids": ids})).mappings()]


async def employer_or_none(db: AsyncSession, employer_id: UUID) -> dict[str, Any] | None:
    """One file."""
    row = (await db.execute(text(DETAIL), {"id": employer_id})).mappings().first()
    return dict(row) if row else None


async def evidence_of(db: AsyncSession, subjects: list[UUID]) -> list[dict[str, Any]]:
    """The photos announced for these records."""
    rows = await db.execute(text(EVIDENCE_OF), {"subjects": subjects})
    return [{**r, "id": str(r["id"]), "subject_id": str(r["subject_id"])} for r in rows.mappings()]


async def visits_of(db: AsyncSession, employer_id: UUID) -> list[dict[str, Any]]:
    """The last fifty visits, newest first."""
    return [dict(r) for r in (await db.execute(text(VISITS_OF), {"id": employer_id})).mappings()]


async def employer_for_update(db: AsyncSession, employer_id: UUID) -> dict[str, Any] | None:
    """One file, locked until the transaction ends."""
    sql = """select id, version, review_state, uscc, grid_path::text as grid_path, ST_X(position) as lon, ST_Y(position) as lat
             from employers where id = :id for update"""
    row = (await db.execute(text(sql), {"id": employer_id})).mappings().first()
    return dict(row) if row else None


async def write_review(db: AsyncSession, employer_id: UUID, state: str, reason: str, person_id: UUID) -> None:
    """Store a review's decision."""
    await db.execute(
        text(
            "update employers set review_state = :state, review_reason = :reason, reviewed_by = :person, reviewed_at = now(), "
            "version = version + 1 where id = :id"
        ),
        {"state": state, "reason": reason, "person": person_id, "id": employer_id},
    )


async def place(db: AsyncSession, employer_id: UUID, lon: float, lat: float) -> str | None:
    """Store where an employer stands and the grid that follows from it, whose path is returned; None outside of the scope."""
    path: str | None = await db.scalar(
        text("select new_grid_path::text from place_employer(:id, cast(:lon as float8), cast(:lat as float8))"),
        {"id": employer_id, "lon": lon, "lat": lat},
    )
    return path
