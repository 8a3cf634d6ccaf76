"""SQL of what is in books; all of it below one path, in the scope in which the book was asked for."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.repository import Where
from wangge.coverage import repository as coverage
from wangge.employers import repository as employers_files
from wangge.employers.reasons import COUNTED, REASONS_OF, UNCOVERED
from wangge.visits.repository import VISITS

Rows = list[dict[str, Any]]
BELOW = "cast(:path as ltree)"
IN_PERIOD = """v.happened_at >= cast(:first as date)::timestamp at time zone 'Asia/Shanghai'
    and v.happened_at < cast(:after as date)::timestamp at time zone 'Asia/Shanghai'"""
GRID = """
    select g.id, g.code, g.name, g.level, g.path::text as path, g.is_synthetic, g.valid_from, g.valid_to,
           ST_Area(g.geom::geography) / 1e6 as area_km2, ST_AsGeoJSON(g.geom, 6)::json as shape,
           (select array_agg(a.name order by a.level) from grids a
             where a.path @> g.path and a.level < g.level and a.valid_to is null) as above
    from grids g where g.id = :id
"""
CHILD_SHAPES = """
    select g.name, g.code, array[ST_X(g.label), ST_Y(g.label)] as label,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(g.geom, :tolerance), 6)::json as shape
    from grids g where g.parent_id = :id and g.valid_to is null order by g.code
"""
DUTIES = f"""
    select p.name as person, p.kind, u.name as unit, g.name as grid, t.duty, t.tasks, t.is_main, t.valid_from, t.valid_to,
           c.kind as certificate, c.number, c.expires_on
    from duties t join people p on p.id = t.person_id left join units u on u.id = p.unit_id join grids g on g.id = t.grid_id
    left join lateral (
        select c.kind, c.number, c.expires_on from certificates c
        join certificate_requirements r on r.person_kind = p.kind and r.certificate_kind = c.kind
         and r.valid_from <= china_today() and (r.valid_to is null or r.valid_to >= china_today())
        where c.person_id = p.id and c.issued_on <= china_today() and (c.expires_on is null or c.expires_on >= china_today())
          and (c.revoked_on is null or c.revoked_on > china_today())
        order by c.expires_on desc nulls first, c.number limit 1) c on true
    where t.grid_path <@ {BELOW} and t.valid_from <= china_today() and (t.valid_to is null or t.valid_to >= china_today())
    order by g.code, t.is_main desc, p.name, t.id limit :most
"""
EMPLOYERS = f"""
    select e.id, e.name, e.uscc, e.no_uscc_reason, e.address, e.industry_code, e.employees, e.grade, e.on_key_list, e.is_complete,
           e.last_visited_at, e.review_state, {REASONS_OF} as reasons, g.name as grid,
           ST_X(e.position) as lon, ST_Y(e.position) as lat
    from employers e join grids g on g.id = e.grid_id
    where e.grid_path <@ {BELOW} and {COUNTED} {{also}} order by g.code, e.name, e.id limit :most
"""
UNCOVERED_ROWS = f"""
    select e.name, e.last_visited_at, {REASONS_OF} as reasons, g.name as grid
    from coverage_subjects e join grids g on g.id = e.grid_id
    where e.grid_path <@ {BELOW} and {UNCOVERED} order by g.code, e.name, e.id limit :most
"""
KEY_COUNT = f"select count(*) from employers e where e.grid_path <@ {BELOW} and {COUNTED} and e.on_key_list"
BY_CHILD = f"""
    select g.code,
           (select count(*) from employers e where e.grid_path <@ g.path and e.on_key_list and {COUNTED}) as key_list,
           (select count(*) from visits v where v.grid_path <@ g.path and {IN_PERIOD}) as visits,
           (select string_agg(p.name, '、' order by p.name) from duties t join people p on p.id = t.person_id
             where t.grid_id = g.id and t.valid_from <= china_today() and (t.valid_to is null or t.valid_to >= china_today())) as owners
    from grids g where g.parent_id = :id and g.valid_to is null
"""
PHOTOS = """
    select v.id, v.subject_kind, v.copy_sha256, v.copy_state, v.captured_at, v.source, p.name as person, count(*) over () as total
    from evidence v left join people p on p.id = v.person_id
    where v.employer_id = :id order by v.captured_at desc, v.id limit :most
"""


async def _all(db: AsyncSession, sql: str, **values: Any) -> Rows:
    return [dict(r) for r in (await db.execute(text(sql), values)).mappings()]


async def grid(db: AsyncSession, grid_id: UUID) -> dict[str, Any]:
    """The grid with its area in km², its shape as GeoJSON, and the names above it from the city down."""
    return (await _all(db, GRID, id=grid_id))[0]


async def child_shapes(db: AsyncSession, grid_id: UUID, tolerance: float) -> Rows:
    """The grids below, drawn as exactly as a sheet of paper shows (``tolerance`` in degrees)."""
    return await _all(db, CHILD_SHAPES, id=grid_id, tolerance=tolerance)


async def beside(db: AsyncSession, grid_id: UUID, margin: float) -> Rows:
    """The neighbours' names and borders, cut to the box around the grid, wider by ``margin`` times its longer side."""
    return await _all(db, "select * from grids_beside(:id, :margin)", id=grid_id, margin=margin)


async def duties(db: AsyncSession, path: str, most: int) -> Rows:
    """Who answers for the grids today, with the certificate that lets her."""
    return await _all(db, DUTIES, path=path, most=most)


async def employers(db: AsyncSession, path: str, most: int) -> Rows:
    """Employers grid by grid, by name; those returned to whoever registered them do not count."""
    return await _all(db, EMPLOYERS.format(also=""), path=path, most=most)


async def key_list(db: AsyncSession, path: str, most: int) -> Rows:
    """Those on the key supervision list."""
    return await _all(db, EMPLOYERS.format(also="and e.on_key_list"), path=path, most=most)


async def uncovered(db: AsyncSession, path: str, most: int) -> Rows:
    """Those that nobody looks after, also where a registry alone knows of them."""
    return await _all(db, UNCOVERED_ROWS, path=path, most=most)


async def counts(db: AsyncSession, path: str) -> dict[str, Any]:
    """How many employers there are, how many uncovered, by reason, and how many on the key list."""
    found = await coverage.totals(db, Where(f"c.grid_path <@ {BELOW}", path=path))
    return {**found, "key_list": await db.scalar(text(KEY_COUNT), {"path": path}) or 0}


async def by_child(db: AsyncSession, grid_id: UUID, path: str, first: date, last: date) -> Rows:
    """Each grid below with its counts and who answers for it."""
    sums = await coverage.child_counts(db, Where(f"c.grid_path <@ {BELOW}", path=path), path)
    more = {r["code"]: r for r in await _all(db, BY_CHILD, id=grid_id, first=first, after=last + timedelta(days=1))}
    return [{**row, **more[row["grid"]["code"]]} for row in sums if row["grid"]["code"] in more]


async def visits(db: AsyncSession, below: Where, first: date, last: date, most: int) -> tuple[Rows, int]:
    """The visits of the period, the newest first, and how many there are."""
    below.add(IN_PERIOD, first=first, after=last + timedelta(days=1))
    total = await db.scalar(text(f"select count(*) from visits v where {below}"), below.values)
    return await _all(db, VISITS.format(where=below) + " limit :most", **below.values, most=most), total or 0


async def photos(db: AsyncSession, employer_id: UUID, most: int) -> Rows:
    """An employer's newest photos; each row says how many there are (``total``)."""
    return await _all(db, PHOTOS, id=employer_id, most=most)


async def employer(db: AsyncSession, employer_id: UUID) -> dict[str, Any]:
    """An employer's file as the service of files reads it, with how it stands."""
    found = await employers_files.employer_or_none(db, employer_id)
    assert found is not None  # noqa: S101  (looked up in the same scope when the book was asked for)
    return {**found, **(await _all(db, "select grade, on_key_list, is_complete from employers where id = :id", id=employer_id))[0]}
