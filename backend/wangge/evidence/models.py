"""Tables of evidence and of uploads under way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class Evidence(SQLModel, table=True):
    """A photo (证据照片): what the phone announced, and which of its two files have arrived.

    ``copy`` is the 1600 px evidence copy, ``original`` the camera's file; both SHA-256 were taken at capture.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("subject_kind in ('visit', 'employer', 'check_in', 'talk', 'incident')", name="subject_kind"),
        CheckConstraint("employer_id is not null or subject_kind in ('talk', 'incident')", name="employer_id"),
        CheckConstraint("source in ('camera', 'gallery')", name="source"),
        CheckConstraint("copy_sha256 ~ '^[0-9a-f]{64}$' and original_sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("copy_bytes > 0 and original_bytes > 0", name="bytes"),
        CheckConstraint("copy_state in ('expected', 'stored', 'refused')", name="copy_state"),
        CheckConstraint("original_state in ('expected', 'stored', 'refused')", name="original_state"),
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
    source: str
    copy_sha256: str
    copy_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    copy_width: int
    copy_height: int
    copy_state: str = "expected"
    original_sha256: str
    original_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    original_state: str = "expected"
    stored_at: datetime | None = moment(nullable=True)
    thumbnail_state: str = "none"
    problem: str | None = None
    captured_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()


class Upload(SQLModel, table=True):
    """An upload under way (上传): tus 1.0; the partial file's size is the offset, so a crash loses nothing."""

    __tablename__ = "uploads"
    __table_args__ = (CheckConstraint("part in ('copy', 'original')", name="part"),)
    id: UUID = id_field()
    evidence_id: UUID = Field(foreign_key="evidence.id", index=True)
    part: str
    length: int = Field(sa_column=Column(BigInteger, nullable=False))
    person_id: UUID = Field(foreign_key="people.id", index=True)
    created_at: datetime = moment(default_now=True, index=True)
    finished_at: datetime | None = moment(nullable=True)
    grid_path: str = grid_path_field()
