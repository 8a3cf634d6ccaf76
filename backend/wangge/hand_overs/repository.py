"""SQL of hand-overs."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.ids import new_id

PATROLS = """
    select t.id, t.title, t.planned_on, t.status, g.name as grid_name, t.grid_path::text as grid_path,
           (select count(*) from patrol_stops s where s.patrol_id = t.id) as stops_total,
           (select count(*) from patrol_stops s where s.patrol_id = t.id and s.status = 'planned') as stops_open
    from patrols t left join grids g on g.id = t.grid_id
    where t.assignee_id = :id and t.status in ('planned', 'started') and t.grid_path <@ (select app_scope())
    order by t.planned_on, t.id
"""
READ = """
    select h.id, json_build_object('id', h.person_id, 'name', p.name) as person, u.name as unit_name, h.cause, h.reason, h.ends_on,
           json_build_object('id', h.done_by, 'name', (select d.name from people d where d.id = h.done_by)) as done_by, h.done_at,
           coalesce((select json_agg(json_build_object('kind', i.kind, 'outcome', i.outcome, 'reason', i.reason, 'details', i.details,
                        'receiver', case when i.receiver_id is not null then json_build_object('id', i.receiver_id, 'name',
                            i.details->>'receiver') end) order by i.kind, i.details->>'name', i.id)
                     from hand_over_items i where i.hand_over_id = h.id), '[]') as items
    from hand_overs h left join people p on p.id = h.person_id left join units u on u.id = p.unit_id where h.id = :id
"""


async def open_patrols(db: AsyncSession, person_id: UUID, *, lock: bool = False) -> list[dict[str, Any]]:
    """A person's patrols that are not over; with ``lock`` until the transaction ends."""
    rows = await db.execute(text(PATROLS + (" for update of t" if lock else "")), {"id": person_id})
    return [dict(r) for r in rows.mappings()]


async def open_duties(db: AsyncSession, person_id: UUID, after: date) -> list[dict[str, Any]]:
    """A person's duties that go on after a day, locked until the transaction ends."""
    sql = """
        select t.id, g.name, g.code, t.duty, t.is_main, t.valid_from, t.valid_to, t.grid_path::text as grid_path
        from duties t join grids g on g.id = t.grid_id
        where t.person_id = :id and (t.valid_to is null or t.valid_to > :after) and t.grid_path <@ (select app_scope())
        order by g.code, t.id for update of t
    """
    return [dict(r) for r in (await db.execute(text(sql), {"id": person_id, "after": after})).mappings()]


async def open_records(db: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """A person's records that are not settled, by state."""
    sql = """
        select outcome, count(*) as count, min(received_at) as oldest_at from sync_operations
        where person_id = :id and outcome <> 'applied' group by outcome order by outcome
    """
    return [dict(r) for r in (await db.execute(text(sql), {"id": person_id})).mappings()]


async def devices(db: AsyncSession, person_id: UUID) -> list[dict[str, Any]]:
    """What a person signs in from."""
    rows = await db.execute(text("select * from devices_of(:id) order by last_seen_at desc nulls last"), {"id": person_id})
    return [dict(r) for r in rows.mappings()]


async def work_elsewhere(db: AsyncSession, person_id: UUID, after: date) -> int:
    """How many of a person's duties and patrols lie outside the acting scope."""
    return int(await db.scalar(text("select work_elsewhere(:id, :after)"), {"id": person_id, "after": after}) or 0)


async def has_post(db: AsyncSession, person_id: UUID, after: date) -> bool:
    """Whether a person holds an appointment that goes on after a day or ends on it."""
    sql = "select exists (select from appointments_of(:id) a where a.valid_to is null or a.valid_to >= :after)"
    return bool(await db.scalar(text(sql), {"id": person_id, "after": after}))


async def names_of(db: AsyncSession, people: list[UUID]) -> dict[UUID, str]:
    """The names of people in reach; the record keeps them as they were that day."""
    rows = await db.execute(text("select id, name from people where id = any(:ids)"), {"ids": people})
    return {r[0]: r[1] for r in rows}


async def who_can_receive(db: AsyncSession, people: list[UUID], days: list[date]) -> int:
    """How many of these can take work over on their day."""
    sql = "select count(*) from can_receive(cast(:people as uuid[]), cast(:days as date[]))"
    return int(await db.scalar(text(sql), {"people": people, "days": days}) or 0)


async def hand_duties_over(db: AsyncSession, giver: UUID, last_day: date, pairs: list[tuple[UUID, UUID | None]], why: str) -> None:
    """End duties, and begin them for whoever receives them."""
    sql = "select hand_duties_over(:giver, :last_day, cast(:ids as uuid[]), cast(:receivers as uuid[]), :why)"
    values = {"giver": giver, "last_day": last_day, "ids": [i for i, _ in pairs], "receivers": [r for _, r in pairs], "why": why}
    await db.execute(text(sql), values)


async def hand_patrols_over(db: AsyncSession, giver: UUID, pairs: list[tuple[UUID, UUID]]) -> None:
    """Give patrols to others."""
    sql = "select hand_patrols_over(:giver, cast(:ids as uuid[]), cast(:receivers as uuid[]))"
    await db.execute(text(sql), {"giver": giver, "ids": [i for i, _ in pairs], "receivers": [r for _, r in pairs]})


async def cancel_patrols(db: AsyncSession, giver: UUID, ids: list[UUID], reasons: list[str]) -> None:
    """Call patrols off; their stops close by trigger."""
    sql = """
        update patrols t set status = 'cancelled', closing_note = w.reason, version = version + 1
        from unnest(cast(:ids as uuid[]), cast(:reasons as text[])) as w(id, reason) where t.id = w.id and t.assignee_id = :giver
    """
    await db.execute(text(sql), {"giver": giver, "ids": ids, "reasons": reasons})


async def end_appointments(db: AsyncSession, person_id: UUID, last_day: date, late: date) -> int:
    """End a person's posts, and with them her sessions."""
    sql = "select end_appointments(:id, :last_day, :late)"
    return int(await db.scalar(text(sql), {"id": person_id, "last_day": last_day, "late": late}) or 0)


async def close_file(db: AsyncSession, person_id: UUID, state: str, left_on: date | None, reason: str) -> None:
    """Write where the person stands after the hand-over."""
    sql = "update people set state = :state, left_on = :left_on, leaving_reason = :reason, version = version + 1 where id = :id"
    await db.execute(text(sql), {"id": person_id, "state": state, "left_on": left_on, "reason": reason})


async def insert_hand_over(db: AsyncSession, values: dict[str, Any], items: list[dict[str, Any]]) -> bool:
    """Store the record and its items; False when one has the id already."""
    sql = """
        insert into hand_overs (id, person_id, cause, reason, ends_on, done_by, grid_path)
        values (:id, :person_id, :cause, :reason, :ends_on, :done_by, cast(:grid_path as ltree)) on conflict (id) do nothing returning id
    """
    if (await db.execute(text(sql), values)).first() is None:
        return False
    rows = [
        {**item, "id": new_id(), "hand_over_id": values["id"], "details": msgspec.json.encode(item["details"]).decode()} for item in items
    ]
    if rows:
        insert = """
            insert into hand_over_items (id, hand_over_id, kind, subject_id, outcome, receiver_id, reason, details, grid_path)
            values (:id, :hand_over_id, :kind, :subject_id, :outcome, :receiver_id, :reason, cast(:details as jsonb),
                    cast(:grid_path as ltree))
        """
        await db.execute(text(insert), rows)
    return True


async def hand_over_or_none(db: AsyncSession, hand_over_id: UUID) -> dict[str, Any] | None:
    """One hand-over with its items."""
    row = (await db.execute(text(READ), {"id": hand_over_id})).mappings().first()
    return dict(row) if row else None
