"""SQL of evidence packages; row-level security decides what exists for the caller."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel.ext.asyncio.session import AsyncSession

EMPLOYER = text("select id, name from employers where id = :id")
ABOUT_EMPLOYER = text("""
    select cast(:id as uuid) as id
    union select id from visits where employer_id = :id
    union select id from check_ins where employer_id = :id
    union select id from evidence where employer_id = :id
""")
VISITS = text("select id, check_in_id from visits where id = any(:ids)")
PHOTOS_OF = text("select id from evidence where subject_id = any(:ids)")
OPERATIONS = text("""
    select o.op_id, o.op_sha256, o.body, o.key_id, o.signature, o.outcome, o.problem -> 'en' ->> 'type' as problem, o.flags,
           o.person_id, o.entity_id, coalesce(p.name, '') as person_name, o.received_at, o.receipt_key_id, o.receipt_signature
    from sync_operations o left join people p on p.id = o.person_id
    where o.entity_id = any(:ids) order by o.received_at, o.device_seq, o.op_id
""")
COUNT = text("select count(*) from sync_operations where entity_id = any(:ids)")
PHOTOS = text("""
    select id, medium, media_type, copy_sha256, copy_bytes, copy_state, original_sha256, original_bytes, original_state, byte_receipts
    from evidence where id = any(:ids) order by id
""")
DEVICE_KEYS = text("select * from package_keys(:key_ids)")


async def find_employer(db: AsyncSession, employer_id: UUID) -> RowMapping | None:
    """An employer's id and name; None outside the caller's sight."""
    return (await db.execute(EMPLOYER, {"id": employer_id})).mappings().one_or_none()


async def things_about_employer(db: AsyncSession, employer_id: UUID) -> list[UUID]:
    """The employer and everything recorded about it, by id."""
    return list((await db.scalars(ABOUT_EMPLOYER, {"id": employer_id})).all())


async def things_about_visits(db: AsyncSession, visit_ids: Sequence[UUID]) -> tuple[set[UUID], list[UUID]]:
    """Which of these visits the caller sees; and these with their check-ins and photos, by id."""
    visits = (await db.execute(VISITS, {"ids": list(visit_ids)})).mappings().all()
    seen = {v["id"] for v in visits}
    subjects = [*seen, *(v["check_in_id"] for v in visits if v["check_in_id"])]
    photos = (await db.scalars(PHOTOS_OF, {"ids": subjects})).all()
    return seen, [*subjects, *photos]


async def count_operations(db: AsyncSession, ids: Sequence[UUID]) -> int:
    """How many operations are about these things."""
    count: int = await db.scalar(COUNT, {"ids": list(ids)})
    return count


async def operations(db: AsyncSession, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The operations about these things, the oldest first."""
    return (await db.execute(OPERATIONS, {"ids": list(ids)})).mappings().all()


async def photos(db: AsyncSession, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Those of these things that are photos or notes, with their files."""
    return (await db.execute(PHOTOS, {"ids": list(ids)})).mappings().all()


async def device_keys(db: AsyncSession, key_ids: Sequence[str]) -> Sequence[RowMapping]:
    """The phones' keys with these ids."""
    return (await db.execute(DEVICE_KEYS, {"key_ids": list(key_ids)})).mappings().all()
