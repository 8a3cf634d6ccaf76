"""SQL of drawing entrustments up and deciding on them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

UNITS = """
    select id, name, kind, grid_path::text as grid_path, opened_on, closed_on, grid_path <@ (select app_scope()) as in_scope
    from units where id = any(:ids)
"""
# Which matters the principal does not hold by its own power over the whole term, and by which entrustment it has them instead.
NOT_HELD = """
    select m.code, m.name_zh, m.name_en,
           (select string_agg(distinct p.name || '《' || t.document_name || '》', '、')
              from entrustments t join units p on p.id = t.principal_id
             where t.agent_id = :principal_id and t.state = 'in_force' and m.code = any(t.matters)
               and t.valid_from <= :valid_to and coalesce(t.ended_on, t.valid_to) >= :valid_from) as held_from
    from matters m
    where m.code = any(cast(:matters as text[])) and coalesce(not (
        select range_agg(daterange(w.valid_from, w.valid_to, '[]')) from unit_powers w
        where w.unit_id = :principal_id and w.matter_code = m.code)
        @> daterange(:valid_from, :valid_to, '[]'), true)
    order by m.position
"""
OTHERS = """
    select distinct u.name from units u join unit_powers w on w.unit_id = u.id
    where u.id <> :principal_id and u.grid_path <@ cast(:principal_path as ltree) and u.grid_path <> cast(:principal_path as ltree)
      and (u.grid_path @> cast(:path as ltree) or u.grid_path <@ cast(:path as ltree)) and w.matter_code = any(cast(:matters as text[]))
      and daterange(w.valid_from, w.valid_to, '[]') && daterange(:valid_from, :valid_to, '[]') order by 1 limit 20
"""
NOT_ALLOWED = """
    select p.name_zh, p.name_en, k.manner
    from powers p cross join (values (cast(:principal_kind as text), 'own'), (cast(:agent_kind as text), 'entrusted')) k(unit_kind, manner)
    where p.code = any(cast(:powers as text[])) and coalesce(not (
        select range_agg(daterange(h.valid_from, h.valid_to, '[]')) from power_holders h
        where h.power_code = p.code and h.unit_kind = k.unit_kind and h.manner = k.manner)
        @> daterange(:valid_from, :valid_to, '[]'), true)
    order by p.position
"""
FIELDS = (
    "principal_id", "agent_id", "matters", "powers", "reach", "grid_id", "valid_from", "valid_to", "document_name", "document_number",
    "published_on", "published_where", "overlap_reason", "note",
)  # fmt: skip
# The trigger fills the paths in from the units and the grid; the columns only must not be empty before it runs.
INSERT = f"""
    insert into entrustments (id, {", ".join(FIELDS)}, follows_id, created_by, state, end_reason, version,
                              principal_path, agent_path, grid_path)
    values (:id, {", ".join(":" + name for name in FIELDS)}, :follows_id, :created_by, 'draft', '', 1, '', '', '')
    on conflict (id) do nothing returning id
"""
UPDATE = f"update entrustments set {', '.join(f'{name} = :{name}' for name in FIELDS)}, version = version + 1 where id = :id"


async def units(db: AsyncSession, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """These units, as far as one may see them."""
    return {r["id"]: dict(r) for r in (await db.execute(text(UNITS), {"ids": ids})).mappings()}


async def rows(db: AsyncSession, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to one of the questions above."""
    return [dict(r) for r in (await db.execute(text(sql), values)).mappings()]


async def not_entrustable(db: AsyncSession, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Employers of the list that are not the principal's to entrust to the agent."""
    sql = """select * from employers_not_entrustable(:principal_id, :agent_id, cast(:matters as text[]), :valid_from,
                                                     cast(:employer_ids as uuid[])) order by employer_name"""
    return await rows(db, sql, values)


async def known_employers(db: AsyncSession, ids: list[UUID]) -> int:
    """How many of these employers lie in the acting scope."""
    sql = "select count(*) from employers where id = any(:ids) and grid_path <@ (select app_scope())"
    return int(await db.scalar(text(sql), {"ids": ids}) or 0)


async def one_at_a_time(db: AsyncSession, principal_id: UUID) -> None:
    """Let nobody else put an entrustment of this principal in force until the transaction ends: two at once would both find no overlap."""
    await db.execute(text("select pg_advisory_xact_lock(hashtextextended(:principal, 12))"), {"principal": str(principal_id)})


async def insert(db: AsyncSession, values: dict[str, Any]) -> bool:
    """Store a draft; false when the id is taken."""
    return (await db.execute(text(INSERT), values)).first() is not None


async def update(db: AsyncSession, values: dict[str, Any]) -> None:
    """Rewrite a draft."""
    await db.execute(text(UPDATE), values)


async def clear_employers(db: AsyncSession, entrustment_id: UUID) -> None:
    """Empty a draft's list."""
    await db.execute(text("delete from entrustment_employers where entrustment_id = :id"), {"id": entrustment_id})


async def name_employers(db: AsyncSession, entrustment_id: UUID, ids: list[UUID]) -> None:
    """Write a draft's list."""
    await db.execute(
        text("""insert into entrustment_employers (entrustment_id, employer_id, grid_path)
                select :id, e.id, e.grid_path from employers e where e.id = any(:ids)"""),
        {"id": entrustment_id, "ids": ids},
    )


async def for_update(db: AsyncSession, entrustment_id: UUID) -> dict[str, Any] | None:
    """One entrustment whose principal is in the acting scope, locked until the transaction ends."""
    sql = """
        select id, principal_id, agent_id, matters, powers, reach, grid_id, grid_path::text as grid_path, valid_from, valid_to,
               document_name, document_number, published_on, published_where, overlap_reason, note, state, ended_on, follows_id,
               document_sha256, version, principal_path::text as principal_path
        from entrustments where id = :id and principal_path <@ (select app_scope()) for update
    """
    row = (await db.execute(text(sql), {"id": entrustment_id})).mappings().first()
    return dict(row) if row else None


async def put_in_force(db: AsyncSession, entrustment_id: UUID, reason: str, person_id: UUID) -> None:
    """Let it count from its first day on."""
    await db.execute(
        text("""update entrustments set state = 'in_force', overlap_reason = :reason, put_in_force_by = :person, put_in_force_at = now(),
                version = version + 1 where id = :id"""),
        {"id": entrustment_id, "reason": reason, "person": person_id},
    )


async def end(db: AsyncSession, entrustment_id: UUID, how: str, last_day: date | None, reason: str, person_id: UUID) -> None:
    """End it with a day."""
    await db.execute(
        text("""update entrustments set state = :how, ended_on = :day, end_reason = :reason, ended_by = :person, ended_at = now(),
                version = version + 1 where id = :id"""),
        {"id": entrustment_id, "how": how, "day": last_day, "reason": reason, "person": person_id},
    )


async def keep_document(db: AsyncSession, entrustment_id: UUID, sha256: str, media_type: str, size: int) -> None:
    """Tie a stored file to an entrustment."""
    await db.execute(
        text("""update entrustments set document_sha256 = :sha256, document_media_type = :media_type, document_bytes = :size,
                version = version + 1 where id = :id"""),
        {"id": entrustment_id, "sha256": sha256, "media_type": media_type, "size": size},
    )
