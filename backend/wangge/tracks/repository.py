"""SQL of tracks as the desk reads them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

STRETCHES = text("""
    select t.id, t.seq, t.begins_at, t.ends_at, t.walked_m,
           (select json_agg(json_build_array(ST_X(d.geom), ST_Y(d.geom),
                                             round((ST_M(d.geom) - extract(epoch from t.begins_at))::numeric, 1),
                                             t.accuracies_m[d.path[1]]) order by d.path[1])
            from ST_DumpPoints(t.geom) d) as points
    from tracks t where t.patrol_id = :patrol_id order by t.begins_at, t.seq
""")
PAUSES = text("select id, paused_at, resumed_at from patrol_pauses where patrol_id = :patrol_id order by paused_at")
PATROL = text("select grid_path::text as grid_path, assignee_id from patrols where id = :patrol_id")


async def patrol_or_none(db: AsyncSession, patrol_id: UUID) -> dict[str, Any] | None:
    """Where a patrol lies and whose it is; None outside the caller's sight."""
    row = (await db.execute(PATROL, {"patrol_id": patrol_id})).mappings().first()
    return dict(row) if row else None


async def stretches(db: AsyncSession, patrol_id: UUID) -> list[dict[str, Any]]:
    """The stretches of a patrol in the order of time."""
    return [dict(r) for r in (await db.execute(STRETCHES, {"patrol_id": patrol_id})).mappings()]


async def pauses(db: AsyncSession, patrol_id: UUID) -> list[dict[str, Any]]:
    """The breaks of a patrol in the order of time."""
    return [dict(r) for r in (await db.execute(PAUSES, {"patrol_id": patrol_id})).mappings()]
