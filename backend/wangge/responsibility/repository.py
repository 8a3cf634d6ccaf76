"""SQL of responsibility: one statement for the place, one for everything that bears on it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

GRIDS = """coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'level', g.level, 'owners', g.owners) order by g.level)
    from grids_down_to({}, :on) g), '[]')"""
AT_POINT = f"""
    with place as (select grid_path from grid_at(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)))
    select place.grid_path::text as path, {GRIDS.format("place.grid_path")} as grids from (select) one left join place on true
"""
OF_EMPLOYER = f"""
    select jsonb_build_object('id', e.id, 'name', e.name, 'placed', e.position is not null) as employer,
           {GRIDS.format("e.grid_path")} as grids,
           coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'valid_from', d.valid_from, 'reason', d.reason,
                                                         'source', d.source) order by d.kind desc)
                     from employer_designations d
                     where d.employer_id = e.id and d.valid_from <= :on and (d.valid_to is null or d.valid_to >= :on)),
                    '[]') as designations
    from employers e where e.id = :id and e.grid_path <@ (select app_scope())
"""
ENTRUSTMENT = """jsonb_build_object('id', t.id, 'principal_id', t.principal_id, 'principal_name', p.name, 'agent_id', t.agent_id,
    'agent_name', a.name, 'agent_kind', a.kind, 'reach', t.reach, 'area_name', (select g.name from grids g where g.id = t.grid_id),
    'powers', t.powers, 'valid_from', t.valid_from, 'last_day', t.last_day, 'document_name', t.document_name,
    'document_number', t.document_number)"""
# Found by the ids of the grids and of the employer: equality of ids keeps its index under row-level security.
SURROUNDINGS = f"""
    with reaching as (
        select t.*, coalesce(t.ended_on, t.valid_to) as last_day from entrustments t
        where t.id in (select x.id from entrustments x where x.grid_id = any(cast(:grids as uuid[]))
                       union all select x.entrustment_id from entrustment_employers x where x.employer_id = cast(:employer as uuid))
          and t.put_in_force_at is not null and cast(:matter as text) = any(t.matters) and t.valid_from <= :on
    ), latest as ( -- of those over by that day, each agent's last
        select distinct on (t.agent_id) t.* from reaching t where t.last_day < :on and t.last_day >= t.valid_from
        order by t.agent_id, t.last_day desc
    )
    select
        coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'code', u.code, 'name', u.name, 'kind', u.kind,
            'level', nlevel(u.grid_path),
            'own_source', (select w.source from unit_powers w where w.unit_id = u.id and w.matter_code = :matter and w.basis = 'own'
                           and w.valid_from <= :on and (w.valid_to is null or w.valid_to >= :on)),
            'counter_since', (select c.valid_from from intake_counters c where c.unit_id = u.id and c.valid_from <= :on
                              and (c.valid_to is null or c.valid_to >= :on))) order by nlevel(u.grid_path), u.code)
          from units u where u.grid_id = any(cast(:grids as uuid[])) and u.opened_on <= :on and (u.closed_on is null or u.closed_on >= :on)
        ), '[]') as units,
        coalesce((select jsonb_agg({ENTRUSTMENT}) from reaching t join units p on p.id = t.principal_id join units a on a.id = t.agent_id
                  where t.last_day >= :on), '[]') as entrustments,
        coalesce((select jsonb_agg({ENTRUSTMENT}) from latest t join units p on p.id = t.principal_id join units a on a.id = t.agent_id),
                 '[]') as lapsed,
        (select jsonb_agg(jsonb_build_object('code', w.code, 'zh', w.name_zh, 'en', w.name_en,
            'own', array(select h.unit_kind from power_holders h where h.power_code = w.code and h.manner = 'own'
                         and h.valid_from <= :on and (h.valid_to is null or h.valid_to >= :on)),
            'assist', array(select h.unit_kind from power_holders h where h.power_code = w.code and h.manner = 'assist'
                            and h.valid_from <= :on and (h.valid_to is null or h.valid_to >= :on)))
            order by w.position) from powers w) as powers
"""
MATTER = """
    select code, name_zh as zh, name_en as en from matters
    where code = :code and valid_from <= :on and (valid_to is null or valid_to >= :on)
"""


async def _one(db: AsyncSession, sql: str, values: dict[str, Any]) -> dict[str, Any] | None:
    row = (await db.execute(text(sql), values)).mappings().first()
    return dict(row) if row else None


async def matter_on(db: AsyncSession, code: str, on: date) -> dict[str, Any] | None:
    """A matter as it stood on a day."""
    return await _one(db, MATTER, {"code": code, "on": on})


async def at_point(db: AsyncSession, lon: float, lat: float, on: date) -> dict[str, Any]:
    """The path of the deepest grid at a point, null outside all; and its grids from the city down, empty out of scope."""
    found = await _one(db, AT_POINT, {"lon": lon, "lat": lat, "on": on})
    return found or {"path": None, "grids": []}


async def of_employer(db: AsyncSession, employer_id: UUID, on: date) -> dict[str, Any] | None:
    """An employer of the acting scope with its grids and designations on a day."""
    return await _one(db, OF_EMPLOYER, {"id": employer_id, "on": on})


async def surroundings(db: AsyncSession, grids: list[str], employer_id: UUID | None, matter: str, on: date) -> dict[str, Any]:
    """Units of these grids, entrustments that reach them or name the employer, and who may hold which power, on a day."""
    return await _one(db, SURROUNDINGS, {"grids": grids, "employer": employer_id, "matter": matter, "on": on}) or {}
