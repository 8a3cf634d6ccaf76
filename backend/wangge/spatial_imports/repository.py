"""SQL of imports."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.db import driver
from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.spatial_imports.jobs import KnownArea, Row
from wangge.spatial_imports.schemas import Answers

ITEM = """
    i.id, i.target, i.level, json_build_object('id', i.grid_id, 'name', g.name) as grid, i.file_name, i.size_bytes, i.state, i.stage,
    i.version, json_build_object('id', i.made_by, 'name', p.name) as made_by, i.made_at, i.updated_at, i.applied_at,
    i.report -> 'counts' as counts, i.result
"""
FROM = "from spatial_imports i join grids g on g.id = i.grid_id left join people p on p.id = i.made_by"
FEATURE = """
    f.position, f.position + 1 as number, f.code, f.name, f.severity, f.left_out, f.defects, f.repairs, f.attributes,
    case when f.parent_id is not null then json_build_object('id', f.parent_id, 'name', g.name) end as parent, f.area_m2,
    case when f.spot is not null then array[ST_X(f.spot), ST_Y(f.spot)] end as spot,
    case when f.employer_id is not null then json_build_object('id', f.employer_id, 'name', e.name) end as employer,
    f.moved_m, f.outcome
"""
FEATURES = "from spatial_import_features f left join grids g on g.id = f.parent_id left join employers e on e.id = f.employer_id"
CHUNK = 2_000


async def imports_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of imports."""
    select = f"select {ITEM} {FROM} where {{where}} order by {order}, i.id"
    return await fetch_page(db, select, f"select count(*) {FROM} where {{where}}", where, page, page_size)


async def import_or_none(db: AsyncSession, import_id: UUID) -> dict[str, Any] | None:
    """One import with its answers and report."""
    sql = f"select {ITEM}, i.sha256, i.answers, i.report, i.problem, i.grid_id, i.grid_path::text as grid_path {FROM} where i.id = :id"
    row = (await db.execute(text(sql), {"id": import_id})).mappings().first()
    return dict(row) if row else None


async def lock_import(db: AsyncSession, import_id: UUID) -> dict[str, Any] | None:
    """One import as it stands, locked until the transaction ends."""
    sql = """select id, target, level, grid_id, grid_path::text as grid_path, file_name, sha256, state, answers, report, version
             from spatial_imports where id = :id for update"""
    row = (await db.execute(text(sql), {"id": import_id})).mappings().first()
    return dict(row) if row else None


async def insert_import(db: AsyncSession, values: dict[str, Any]) -> None:
    """A new import, being read."""
    await db.execute(
        text(
            """insert into spatial_imports (id, target, level, grid_id, grid_path, file_name, sha256, size_bytes, state, stage, attempt,
                                            answers, version, made_by)
               values (:id, :target, :level, :grid_id, cast(:grid_path as ltree), :file_name, :sha256, :size_bytes, 'reading', 'queued',
                       :attempt, cast(:answers as jsonb), 1, :made_by)"""
        ),
        values,
    )


async def begin_reading(db: AsyncSession, import_id: UUID, attempt: UUID, answers: Answers) -> None:
    """Back to reading, with these answers; what was found before is dropped."""
    await drop_features(db, import_id)
    await db.execute(
        text(
            """update spatial_imports set state = 'reading', stage = 'queued', attempt = :attempt, alive_at = now(), updated_at = now(),
                   answers = cast(:answers as jsonb), report = null, problem = null, version = version + 1 where id = :id"""
        ),
        {"id": import_id, "attempt": attempt, "answers": msgspec.json.encode(answers).decode()},
    )


async def drop_features(db: AsyncSession, import_id: UUID) -> None:
    """Forget what was found in the file."""
    await db.execute(text("delete from spatial_import_features where import_id = :id"), {"id": import_id})


async def set_state(db: AsyncSession, import_id: UUID, state: str, attempt: UUID | None = None) -> None:
    """Another state, without touching anything else."""
    await db.execute(
        text(
            """update spatial_imports set state = :state, stage = '', attempt = :attempt, alive_at = now(), updated_at = now(),
                   version = version + 1 where id = :id"""
        ),
        {"id": import_id, "state": state, "attempt": attempt},
    )


async def let_go_applying(db: AsyncSession, import_id: UUID) -> None:
    """Back to ready: writing came to nothing."""
    sql = "update spatial_imports set state = 'ready', attempt = null, version = version + 1 where id = :id and state = 'applying'"
    await db.execute(text(sql), {"id": import_id})


async def mark_applied(db: AsyncSession, import_id: UUID, person_id: UUID, result: dict[str, Any]) -> None:
    """Written: who did it and what came of it."""
    await db.execute(
        text(
            """update spatial_imports set state = 'applied', stage = '', attempt = null, applied_by = :person, applied_at = now(),
                   updated_at = now(), problem = null, result = cast(:result as jsonb), version = version + 1 where id = :id"""
        ),
        {"id": import_id, "person": person_id, "result": msgspec.json.encode(result).decode()},
    )


async def let_go(db: AsyncSession, silent_s: int, problem: dict[str, Any]) -> int:
    """End what stopped with its server; see ``spatial_imports_let_go``."""
    sql = "select spatial_imports_let_go(:silent_s, cast(:problem as jsonb))"
    return await db.scalar(text(sql), {"silent_s": silent_s, "problem": msgspec.json.encode(problem).decode()}) or 0


async def enter_attempt(db: AsyncSession, attempt: UUID) -> tuple[UUID, str] | None:
    """Act for the reading of this attempt; None when it has ended. Returns the import and its grid path."""
    row = (await db.execute(text("select id, grid_path from spatial_import_enter(:attempt)"), {"attempt": attempt})).first()
    return (row[0], row[1]) if row else None


async def sign_of_life(db: AsyncSession, import_id: UUID, stage: str | None = None) -> None:
    """It still goes on, and at which stage."""
    sql = "update spatial_imports set alive_at = now(), stage = coalesce(:stage, stage) where id = :id"
    await db.execute(text(sql), {"id": import_id, "stage": stage})


async def finish_reading(
    db: AsyncSession, import_id: UUID, state: str, report: dict[str, Any] | None, problem: dict[str, Any] | None
) -> None:
    """What reading came to."""
    await db.execute(
        text(
            """update spatial_imports set state = :state, stage = '', attempt = null, updated_at = now(), version = version + 1,
                   report = cast(:report as jsonb), problem = cast(:problem as jsonb) where id = :id"""
        ),
        {"id": import_id, "state": state, "report": _json(report), "problem": _json(problem)},
    )


async def insert_rows(db: AsyncSession, import_id: UUID, grid_path: str, rows: Sequence[Row], matches: dict[int, dict[str, Any]]) -> None:
    """The features, a few thousand a statement."""
    connection = await driver(db)
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        found = [matches.get(row.position, {}) for row in chunk]
        await connection.execute(
            """
            insert into spatial_import_features (import_id, position, grid_path, code, name, severity, left_out, codes, defects, repairs,
                attributes, parent_id, area_m2, shape, preview, spot, employer_id, moved_m, accuracy_m, outcome)
            select $1, w.position, $2::text::ltree, w.code, w.name, w.severity, w.left_out,
                   array(select d ->> 'code' from jsonb_array_elements(w.defects) d), w.defects, w.repairs, w.attributes, w.parent_id,
                   w.area_m2, w.shape, w.preview,
                   case when w.lon is not null then ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326) end,
                   w.employer_id, w.moved_m, w.accuracy_m, w.outcome
            from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::jsonb[], $9::jsonb[], $10::jsonb[], $11::uuid[],
                        $12::float8[], $13::bytea[], $14::jsonb[], $15::float8[], $16::float8[], $17::uuid[], $18::float8[],
                        $19::float8[], $20::text[])
                 as w(position, code, name, severity, left_out, defects, repairs, attributes, parent_id, area_m2, shape, preview,
                      lon, lat, employer_id, moved_m, accuracy_m, outcome)
            """,
            import_id, grid_path, [r.position for r in chunk], [r.code for r in chunk], [r.name for r in chunk],
            [r.severity for r in chunk], [r.left_out for r in chunk], [_json(r.defects) for r in chunk],
            [_json(r.repairs) for r in chunk], [_json(r.attributes) for r in chunk], [r.parent_id for r in chunk],
            [r.area_m2 for r in chunk], [r.shape for r in chunk], [_json(r.preview) for r in chunk],
            [r.spot[0] if r.spot else None for r in chunk], [r.spot[1] if r.spot else None for r in chunk],
            [m.get("employer_id") for m in found], [m.get("moved_m") for m in found], [r.accuracy_m for r in chunk],
            [m.get("outcome") for m in found],
        )  # fmt: skip


def _json(value: Any) -> str | None:
    """JSON for a jsonb column, which holds no U+0000."""
    return None if value is None else msgspec.json.encode(value).decode().replace("\\u0000", "\ufffd")


async def known_areas(db: AsyncSession, paths: Sequence[str], levels: Sequence[int], limit: int) -> list[KnownArea]:
    """The current grids of these levels in these subtrees, for the reading process."""
    rows = await db.execute(
        text(
            """select g.id::text as id, g.code, g.name, ST_AsBinary(g.geom) as wkb from grids g
               where g.path <@ any(cast(:paths as ltree[])) and g.level = any(:levels) and g.valid_to is null
               order by g.level, g.code limit :limit"""
        ),
        {"paths": list(paths), "levels": list(levels), "limit": limit},
    )
    return [KnownArea(row["id"], row["code"], row["name"], bytes(row["wkb"])) for row in rows.mappings()]


async def grid_for_import(db: AsyncSession, grid_id: UUID) -> dict[str, Any] | None:
    """The grid that a file is imported into."""
    sql = "select id, level, path::text as path, name from grids where id = :id and valid_to is null"
    row = (await db.execute(text(sql), {"id": grid_id})).mappings().first()
    return dict(row) if row else None


async def grid_of_path(db: AsyncSession, path: str) -> UUID | None:
    """The current grid of a path."""
    sql = "select id from grids where path = cast(:path as ltree) and valid_to is null"
    found: UUID | None = await db.scalar(text(sql), {"path": path})
    return found


async def match_employers(db: AsyncSession, by: str, keys: Sequence[str], spots: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """The accepted employers of the acting scope that have these credit codes or ids, and how far each is from its spot (m).

    Answers hold ``nth``, the place in ``keys`` from 1.
    """
    test = "e.uscc = w.key" if by == "uscc" else "e.id = cast(w.key as uuid)"
    rows = await db.execute(
        text(
            f"""select w.nth, e.id as employer_id, e.grid_path::text as grid_path,
                       ST_Distance(e.position::geography, ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326)::geography) as moved_m
                from unnest(cast(:keys as text[]), cast(:lons as float8[]), cast(:lats as float8[]))
                     with ordinality as w(key, lon, lat, nth)
                join employers e on {test} and e.review_state = 'accepted'
                where e.grid_path <@ any((select app_scope())::ltree[])"""
        ),
        {"keys": list(keys), "lons": [spot[0] for spot in spots], "lats": [spot[1] for spot in spots]},
    )
    return [dict(row) for row in rows.mappings()]


async def features_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of an import's features."""
    select = f"select {FEATURE} {FEATURES} where {{where}} order by {order}, f.position"
    return await fetch_page(db, select, "select count(*) from spatial_import_features f where {where}", where, page, page_size)


async def preview_rows(db: AsyncSession, import_id: UUID, limit: int) -> list[dict[str, Any]]:
    """Small drawings of the features, those with errors first."""
    rows = await db.execute(
        text(
            """select f.position, f.code, f.name, f.severity, f.left_out, f.preview, f.defects, f.outcome
               from spatial_import_features f where f.import_id = :id
               order by array_position(array['error', 'warning', 'none'], f.severity), f.position limit :limit"""
        ),
        {"id": import_id, "limit": limit},
    )
    return [dict(row) for row in rows.mappings()]


async def areas_to_write(db: AsyncSession, import_id: UUID) -> list[dict[str, Any]]:
    """The areas that are not left out, by parent and place in the file."""
    sql = """select parent_id, position, code, name, shape from spatial_import_features
             where import_id = :id and not left_out order by parent_id, position"""
    return [dict(row) for row in (await db.execute(text(sql), {"id": import_id})).mappings()]


async def set_positions(db: AsyncSession, import_id: UUID) -> dict[str, int]:
    """Write the points of an import to its employers; returns how many had which outcome."""
    sql = "select coalesce(outcome, 'error') as outcome, count(*) as n from spatial_import_set_positions(:id) group by 1"
    return {row[0]: row[1] for row in await db.execute(text(sql), {"id": import_id})}
