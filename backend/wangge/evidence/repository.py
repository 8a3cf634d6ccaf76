"""SQL of evidence and uploads; row-level security decides what exists for the caller."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.evidence.rules import ImageProblem, Part
from wangge.evidence.schemas import ByteReceipt

EVIDENCE = text("""
    select e.id, e.subject_kind, e.subject_id, e.employer_id, e.person_id, p.name as person_name, e.source,
           e.captured_at,
           e.copy_sha256, e.copy_bytes, e.copy_width, e.copy_height, e.copy_state, e.stored_at as copy_stored_at,
           e.original_sha256, e.original_bytes, e.original_state, e.thumbnail_state, e.problem, e.medium, e.media_type, e.seconds,
           e.thumb_sha256, e.thumb_bytes, e.thumb_state, e.byte_receipts,
           (select max(u.finished_at) from uploads u
             where u.evidence_id = e.id and u.part = 'original' and e.original_state = 'stored') as original_stored_at
      from evidence e left join people p on p.id = e.person_id
     where e.id = :id
""")
UPLOAD = text("""
    select u.id, u.evidence_id, u.part, u.length, u.person_id, u.finished_at,
           case u.part when 'copy' then e.copy_sha256 when 'thumb' then e.thumb_sha256 else e.original_sha256 end as sha256,
           case u.part when 'copy' then e.copy_state when 'thumb' then e.thumb_state else e.original_state end as state,
           e.media_type, e.byte_receipts -> u.part as receipt,
           (policy('evidence_max_pixels'))::bigint as max_pixels
      from uploads u join evidence e on e.id = u.evidence_id
     where u.id = :id
""")
FINISHED_UPLOAD = text("""
    select id from uploads
     where evidence_id = :evidence_id and part = :part and person_id = app_person() and finished_at is not null
    order by finished_at desc limit 1
""")
BEGIN_UPLOAD = text("""
    insert into uploads (id, evidence_id, part, length, person_id, grid_path, finished_at)
    select :id, e.id, :part, :length, e.person_id, e.grid_path, case when :finished then now() end
      from evidence e where e.id = :evidence_id
""")
FINISH_UPLOAD = text("update uploads set finished_at = coalesce(finished_at, now()) where id = :id")
# A problem of what is stored outlives a refusal, which is only a transfer that failed and ends with the next good one. A thumbnail
# is no evidence: whatever is odd about it is not said of the photo.
STORED = text("""
    update evidence
       set thumb_state = case when :part = 'thumb' then 'stored' else thumb_state end,
           copy_state = case when :part = 'copy' then 'stored' else copy_state end,
           original_state = case when :part = 'original' then 'stored' else original_state end,
           stored_at = case when :part = 'copy' then coalesce(stored_at, now()) else stored_at end,
           thumbnail_state = case when :part = 'copy' and thumbnail_state = 'none' and medium = 'photo' and cast(:problem as text) is null
                                  then 'due' else thumbnail_state end,
           problem = case when :part = 'thumb' or problem <> 'evidence_hash_mismatch' then problem
                          when cast(:problem as text) is not null then :problem
                          when (case when :part = 'copy' then original_state else copy_state end) = 'refused' then problem end
     where id = :id
""")
REFUSED = text("""
    update evidence
       set thumb_state = case when :part = 'thumb' then 'refused' else thumb_state end,
           copy_state = case when :part = 'copy' then 'refused' else copy_state end,
           original_state = case when :part = 'original' then 'refused' else original_state end,
           problem = case when :part = 'thumb' then problem else coalesce(problem, 'evidence_hash_mismatch') end
     where id = :id and (case :part when 'copy' then copy_state when 'thumb' then thumb_state else original_state end) <> 'stored'
""")
RECEIPT = text("select byte_receipts -> cast(:part as text) from evidence where id = :id")
MOMENT_AND_SIZE = text("select clock_timestamp(), log_size()")
GIVE_RECEIPT = text("""
    update evidence set byte_receipts = byte_receipts || jsonb_build_object(cast(:part as text), cast(:receipt as jsonb))
     where id = :id and not jsonb_exists(byte_receipts, :part)
""")
THUMBNAIL = text("update evidence set thumbnail_state = :state, problem = coalesce(problem, :problem) where id = :id")
MAX_BYTES = text("select (policy('evidence_max_bytes'))::bigint")
AUDIT_READ = text("""
    select audit('evidence_read', 'evidence', id, jsonb_build_object('part', cast(:part as text)), grid_path)
      from evidence where id = :id
""")


async def find_evidence(db: AsyncSession, evidence_id: UUID) -> RowMapping | None:
    """A photo with its person's name; None outside the caller's sight."""
    return (await db.execute(EVIDENCE, {"id": evidence_id})).mappings().one_or_none()


async def find_upload(db: AsyncSession, upload_id: UUID) -> RowMapping | None:
    """An upload with the hash announced for its file, that file's state, and ``max_pixels`` as the policy stands today."""
    return (await db.execute(UPLOAD, {"id": upload_id})).mappings().one_or_none()


async def finished_upload(db: AsyncSession, evidence_id: UUID, part: Part) -> UUID | None:
    """The caller's upload that brought a file."""
    found: UUID | None = await db.scalar(FINISHED_UPLOAD, {"evidence_id": evidence_id, "part": part})
    return found


async def add_upload(db: AsyncSession, upload_id: UUID, evidence_id: UUID, part: Part, length: int, *, finished: bool) -> None:
    """Begin an upload of ``length`` bytes; a ``finished`` one stands for a file that is here already."""
    values = {"id": upload_id, "evidence_id": evidence_id, "part": part, "length": length, "finished": finished}
    await db.execute(BEGIN_UPLOAD, values)


async def mark_stored(db: AsyncSession, upload_id: UUID, evidence_id: UUID, part: Part, problem: ImageProblem | None) -> None:
    """The file is in the store; idempotent."""
    await db.execute(STORED, {"id": evidence_id, "part": part, "problem": problem})
    await db.execute(FINISH_UPLOAD, {"id": upload_id})


async def mark_refused(db: AsyncSession, upload_id: UUID, evidence_id: UUID, part: Part) -> None:
    """What arrived is not the announced file; one that is stored stays so."""
    await db.execute(REFUSED, {"id": evidence_id, "part": part})
    await db.execute(FINISH_UPLOAD, {"id": upload_id})


async def moment_and_size(db: AsyncSession) -> tuple[datetime, int]:
    """Now, and how many entries the record log has."""
    row = (await db.execute(MOMENT_AND_SIZE)).one()
    return row[0], row[1]


async def give_receipt(db: AsyncSession, evidence_id: UUID, part: Part, receipt: ByteReceipt) -> ByteReceipt:
    """Keep what was signed for a file, unless something was before; returns what is kept."""
    await db.execute(GIVE_RECEIPT, {"id": evidence_id, "part": part, "receipt": msgspec.json.encode(receipt).decode()})
    return msgspec.convert(await db.scalar(RECEIPT, {"id": evidence_id, "part": part}), ByteReceipt)


async def mark_thumbnail(db: AsyncSession, evidence_id: UUID, *, made: bool) -> None:
    """Note whether a thumbnail could be made; only the photo's own person can."""
    values = {
        "id": evidence_id,
        "state": "made" if made else "failed",
        "problem": None if made else "image_not_decodable",
    }
    await db.execute(THUMBNAIL, values)


async def max_bytes(db: AsyncSession) -> int:
    """The largest file in bytes, by the policy ``evidence_max_bytes`` of today."""
    found: int = await db.scalar(MAX_BYTES)
    return found


async def audit_read(db: AsyncSession, evidence_id: UUID, part: Part) -> None:
    """Write down that the caller read the bytes of a file."""
    await db.execute(AUDIT_READ, {"id": evidence_id, "part": part})
