"""SQL of reading entrustments."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page
from wangge.core.repository import Where, fetch_page
from wangge.entrustments.states import LAST_DAY, STATUS

UNIT = "json_build_object('id', {0}.id, 'name', {0}.name, 'kind', {0}.kind)"
ITEM = f"""
    t.id, {UNIT.format("p")} as principal, {UNIT.format("a")} as agent, t.matters, t.powers, t.reach,
    case when t.grid_id is not null then json_build_object('id', t.grid_id, 'name',
        (select g.name from grids g where g.id = t.grid_id)) end as area,
    (select count(*) from entrustment_employers e where e.entrustment_id = t.id) as employers, t.valid_from, t.valid_to,
    {LAST_DAY} as last_day, {LAST_DAY} - china_today() as days_left, {STATUS} as status, t.document_name, t.document_number,
    t.document_sha256 is not null as has_document, t.published_on, t.version
"""
JOINS = " from entrustments t join units p on p.id = t.principal_id join units a on a.id = t.agent_id "
NEIGHBOUR = """(select json_build_object('id', n.id, 'document_name', n.document_name, 'valid_from', n.valid_from, 'valid_to', n.valid_to)
    from entrustments n where {})"""
WHO = """case when {0} is not null then json_build_object('id', {0}, 'name', (select o.name from people o where o.id = {0})) end"""
DETAIL = f"""
    select {ITEM}, t.published_where, t.overlap_reason, t.note, t.document_sha256, t.document_media_type, t.document_bytes,
           {NEIGHBOUR.format("n.id = t.follows_id")} as follows,
           {NEIGHBOUR.format("n.follows_id = t.id and n.state <> 'revoked'")} as followed_by,
           {WHO.format("t.created_by")} as created_by, t.created_at, {WHO.format("t.put_in_force_by")} as put_in_force_by,
           t.put_in_force_at, t.ended_on, {WHO.format("t.ended_by")} as ended_by, t.ended_at, t.end_reason,
           t.principal_path <@ (select app_scope()) as may_edit, t.grid_path::text as ground
    {JOINS} where t.id = :id
"""
# Others in force that share a matter, a power, a day and some ground. An area never takes designated employers with it, so a
# list of such employers does not meet an area.
OVERLAPS = f"""
    select t.id, {UNIT.format("a")} as agent, t.document_name, t.area_name, t.valid_from, t.last_day,
           array(select m from unnest(t.matters) m where m = any(cast(:matters as text[]))) as matters,
           array(select w from unnest(t.powers) w where w = any(cast(:powers as text[]))) as powers
    from (select t.*, {LAST_DAY} as last_day, (select g.name from grids g where g.id = t.grid_id) as area_name from entrustments t) t
    join units a on a.id = t.agent_id
    where t.state = 'in_force' and t.id <> :id and t.id is distinct from cast(:follows_id as uuid)
      and t.matters && cast(:matters as text[]) and t.powers && cast(:powers as text[])
      and t.valid_from <= :valid_to and t.last_day >= greatest(cast(:valid_from as date), china_today())
      and case
          when :reach = 'area' and t.reach = 'area' then t.grid_path <@ cast(:path as ltree) or t.grid_path @> cast(:path as ltree)
          when :reach = 'area' then exists (select from entrustment_employers x where x.entrustment_id = t.id
              and x.grid_path <@ cast(:path as ltree) and not is_designated(x.employer_id, greatest(t.valid_from, :valid_from)))
          when t.reach = 'area' then exists (select from employers e where e.id = any(cast(:employer_ids as uuid[]))
              and e.grid_path <@ t.grid_path and not is_designated(e.id, greatest(t.valid_from, :valid_from)))
          else exists (select from entrustment_employers x where x.entrustment_id = t.id
              and x.employer_id = any(cast(:employer_ids as uuid[]))) end
    order by a.name, t.id limit 50
"""


async def entrustments_page(db: AsyncSession, where: Where, order: str, page: int, page_size: int) -> Page[dict[str, Any]]:
    """A page of entrustments."""
    return await fetch_page(
        db,
        f"select {ITEM} {JOINS} where {{where}} order by {order}, t.id",
        f"select count(*) {JOINS} where {{where}}",
        where,
        page,
        page_size,
    )


async def entrustment_or_none(db: AsyncSession, entrustment_id: UUID) -> dict[str, Any] | None:
    """One entrustment."""
    row = (await db.execute(text(DETAIL), {"id": entrustment_id})).mappings().first()
    return dict(row) if row else None


async def employers_page(db: AsyncSession, entrustment_id: UUID, page: int, page_size: int) -> Page[dict[str, Any]]:
    """The employers that an entrustment names, as far as the acting person may see them."""
    where = Where("x.entrustment_id = :id", id=entrustment_id)
    source = "from entrustment_employers x join employers e on e.id = x.employer_id where {where}"
    select = f"select e.id, e.name, e.uscc, e.address {source} order by e.name, e.id"
    return await fetch_page(db, select, f"select count(*) {source}", where, page, page_size)


async def employer_ids(db: AsyncSession, entrustment_id: UUID) -> list[UUID]:
    """The employers that an entrustment names, of the acting scope."""
    return list(await db.scalars(text("select employer_id from entrustment_employers where entrustment_id = :id"), {"id": entrustment_id}))


async def overlaps(db: AsyncSession, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Entrustments in force that share a matter, a power, a day and some ground with the one described; at most fifty."""
    return [dict(r) for r in (await db.execute(text(OVERLAPS), values)).mappings()]
