"""What phones learn of their operations that a desk has had applied again."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.sync.schemas import RetriedOperation

RETRIED = text("""
    select o.op_id, o.outcome, o.problem -> 'en' ->> 'type' as problem
    from (select person_id, op_id, op_sha256, max(retried_at) as at from operation_retries
          where person_id = app_person() and retried_at > now() - make_interval(days => (policy('phone_record_keep_days'))::int)
          group by person_id, op_id, op_sha256 order by at desc limit 200) r
    join sync_operations o using (person_id, op_id, op_sha256)
""")


async def retried_of_mine(db: AsyncSession) -> list[RetriedOperation]:
    """The acting person's operations that were applied again, the newest 200, as far back as phones keep records."""
    return [RetriedOperation(*row) for row in await db.execute(RETRIED)]
