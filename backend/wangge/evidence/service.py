"""What people may see of evidence; every read of its bytes is written down."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import RowMapping
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import NotFound
from wangge.evidence import repository
from wangge.evidence.errors import EvidenceBytesMissing, EvidenceNotArrived, ThumbnailNotPossible
from wangge.evidence.files import EvidenceFiles
from wangge.evidence.rules import HEAD_BYTES, UNKNOWN_TYPE, Part, medium_of, type_proven
from wangge.evidence.schemas import ByteReceipt, CopyRead, EvidencePerson, EvidenceRead, OriginalRead, ThumbRead

log = structlog.get_logger()
SHOWN = ("due", "made")


async def _visible(db: AsyncSession, actor: Actor, evidence_id: UUID) -> RowMapping:
    row = await repository.find_evidence(db, evidence_id)
    if row is None:
        raise NotFound()
    if row["person_id"] != actor.person_id:
        actor.require("records.read")
    return row


async def describe_evidence(db: AsyncSession, actor: Actor, evidence_id: UUID) -> EvidenceRead:
    """A photo as announced, and which of its files have arrived.

    Raises:
        NotFound: outside the caller's grids.
        RightMissing: another person's, without the right to read records.
    """
    row = await _visible(db, actor, evidence_id)

    def receipt(part: Part) -> ByteReceipt | None:
        return msgspec.convert(row["byte_receipts"].get(part), ByteReceipt | None)

    original = thumb = None
    if row["original_sha256"]:
        original = OriginalRead(
            row["original_sha256"], row["original_bytes"], row["original_state"], row["original_stored_at"], receipt("original")
        )
    if row["thumb_sha256"]:
        thumb = ThumbRead(row["thumb_sha256"], row["thumb_bytes"], row["thumb_state"], receipt("thumb"))
    return EvidenceRead(
        id=row["id"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        employer_id=row["employer_id"],
        person=EvidencePerson(row["person_id"], row["person_name"] or ""),
        captured_at=row["captured_at"],
        source=row["source"],
        medium=row["medium"],
        media_type=row["media_type"],
        seconds=row["seconds"],
        evidence_copy=CopyRead(
            sha256=row["copy_sha256"],
            bytes=row["copy_bytes"],
            width=row["copy_width"],
            height=row["copy_height"],
            state=row["copy_state"],
            stored_at=row["copy_stored_at"],
            receipt=receipt("copy"),
        ),
        original=original,
        thumb=thumb,
        thumbnail=row["thumb_state"] == "stored" or (row["copy_state"] == "stored" and row["thumbnail_state"] in SHOWN),
        problem=row["problem"],
    )


@dataclass(frozen=True)
class FileToRead:
    """Bytes that a caller may read. ``media_type`` is what the bytes prove; only what ``is_shown`` is for showing or playing."""

    sha256: str
    size_bytes: int
    media_type: str
    is_shown: bool


async def file_to_read(db: AsyncSession, actor: Actor, files: EvidenceFiles, evidence_id: UUID, part: Part) -> FileToRead:
    """A file that the caller is about to read; the read goes into the audit log.

    A photo's copy is always called a JPEG, everything else what its first bytes prove.

    Raises:
        NotFound, RightMissing: as for ``describe_evidence``.
        EvidenceNotArrived: still on the phone.
        EvidenceBytesMissing: the store lost it.
    """
    row = await _visible(db, actor, evidence_id)
    if row[f"{part}_state"] != "stored":
        raise EvidenceNotArrived()
    sha256: str = row[f"{part}_sha256"]
    size: int = row[f"{part}_bytes"]
    if (found := await files.store.size(sha256)) != size:
        log.error("evidence_bytes_missing", evidence_id=str(evidence_id), part=part, sha256=sha256, bytes=found)
        raise EvidenceBytesMissing()
    proven = type_proven(await files.store.head(sha256, HEAD_BYTES), row["media_type"])
    await repository.audit_read(db, evidence_id, part)
    if medium_of(row["media_type"]) != "photo":
        return FileToRead(sha256, size, proven, is_shown=proven != UNKNOWN_TYPE)
    media_type = "image/jpeg" if part == "copy" else proven
    return FileToRead(sha256, size, media_type, is_shown=part == "copy" and proven == media_type)


async def thumbnail_of(db: AsyncSession, actor: Actor, files: EvidenceFiles, evidence_id: UUID) -> tuple[str, bytes]:
    """The hash of what is shown, and a small JPEG: made from the copy, or until that is here the one that the phone sent ahead.

    Raises:
        NotFound, RightMissing: as for ``describe_evidence``.
        EvidenceNotArrived: still on the phone.
        ThumbnailNotPossible: the bytes are no picture.
        EvidenceBytesMissing: the store lost them.
    """
    row = await _visible(db, actor, evidence_id)
    if row["copy_state"] == "stored" and row["thumbnail_state"] in SHOWN:
        part: Part = "copy"
    elif row["thumb_state"] == "stored":
        part = "thumb"
    elif row["copy_state"] != "stored":
        raise EvidenceNotArrived()
    else:
        raise ThumbnailNotPossible(problem=row["problem"] or "image_not_decodable")
    sha256: str = row[f"{part}_sha256"]
    try:
        return sha256, await files.thumbnail(sha256)
    except ValueError as undecodable:
        raise ThumbnailNotPossible(problem="image_not_decodable") from undecodable
    except FileNotFoundError as lost:
        log.error("evidence_bytes_missing", evidence_id=str(evidence_id), part=part, sha256=sha256)
        raise EvidenceBytesMissing() from lost
