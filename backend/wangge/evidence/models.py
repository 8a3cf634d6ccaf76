"""Tables of evidence and of uploads under way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class Evidence(SQLModel, table=True):
    """A photo (证据照片), or a note in sound or picture (录音、录像): what the phone announced, and which of its files have arrived.

    ``copy`` is the 1600 px evidence copy, ``original`` the camera's file, ``thumb`` a small picture that travels first. A note has
    one file, as it was recorded, which stands as its ``copy``. Every SHA-256 was taken at capture. ``byte_receipts`` holds what the
    server signed for each file when it was stored, by part.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("subject_kind in ('visit', 'employer', 'check_in', 'talk', 'incident')", name="subject_kind"),
        CheckConstraint("employer_id is not null or subject_kind in ('talk', 'incident')", name="employer_id"),
        CheckConstraint("source in ('camera', 'gallery', 'recorder', 'file')", name="source"),
        CheckConstraint("medium in ('photo', 'audio', 'video')", name="medium"),
        CheckConstraint(
            "copy_sha256 ~ '^[0-9a-f]{64}$' and original_sha256 ~ '^[0-9a-f]{64}$' and thumb_sha256 ~ '^[0-9a-f]{64}$'", name="sha256"
        ),
        CheckConstraint("copy_bytes > 0 and original_bytes > 0 and thumb_bytes > 0", name="bytes"),
        CheckConstraint("copy_state in ('expected', 'stored', 'refused')", name="copy_state"),
        CheckConstraint("original_state in ('none', 'expected', 'stored', 'refused')", name="original_state"),
        CheckConstraint("thumb_state in ('none', 'expected', 'stored', 'refused')", name="thumb_state"),
        CheckConstraint(
            "case medium when 'photo' then num_nulls(copy_width, copy_height, original_sha256, original_bytes) = 0 "
            "and original_state <> 'none' else num_nonnulls(original_sha256, thumb_sha256) = 0 and original_state = 'none' end",
            name="files_of_medium",
        ),
        Index("ix_evidence_subject_id", "subject_id"),
        Index("ix_evidence_original_sha256", "original_sha256"),
        Index("ix_evidence_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_evidence_thumbnail_due", "stored_at", postgresql_where=text("thumbnail_state = 'due'")),
    )
    id: UUID = id_field()
    subject_kind: str
    subject_id: UUID
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    person_id: UUID = Field(foreign_key="people.id", index=True)
    device_id: UUID
    media_type: str
    medium: str = Field(default="photo", sa_column_kwargs={"server_default": "photo"})
    seconds: float | None = None
    source: str
    copy_sha256: str
    copy_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    copy_width: int | None = None
    copy_height: int | None = None
    copy_state: str = "expected"
    original_sha256: str | None = None
    original_bytes: int | None = Field(default=None, sa_column=Column(BigInteger))
    original_state: str = "expected"
    thumb_sha256: str | None = None
    thumb_bytes: int | None = Field(default=None, sa_column=Column(BigInteger))
    thumb_state: str = Field(default="none", sa_column_kwargs={"server_default": "none"})
    stored_at: datetime | None = moment(nullable=True)
    thumbnail_state: str = "none"
    byte_receipts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}"))
    problem: str | None = None
    captured_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()


class Upload(SQLModel, table=True):
    """An upload under way (上传): tus 1.0; the partial file's size is the offset, so a crash loses nothing."""

    __tablename__ = "uploads"
    __table_args__ = (CheckConstraint("part in ('thumb', 'copy', 'original')", name="part"),)
    id: UUID = id_field()
    evidence_id: UUID = Field(foreign_key="evidence.id", index=True)
    part: str
    length: int = Field(sa_column=Column(BigInteger, nullable=False))
    person_id: UUID = Field(foreign_key="people.id", index=True)
    created_at: datetime = moment(default_now=True, index=True)
    finished_at: datetime | None = moment(nullable=True)
    grid_path: str = grid_path_field()
