"""Tables of matching: what names and addresses are compared by, whom something may be, and what was decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment

SUBJECTS = ("registry_row", "sighting")
VERDICTS = ("same", "new_file", "different")


class EmployerKey(SQLModel, table=True):
    """A file's name and address as they are compared; ``blocks`` are what two records must share one of to be compared at all."""

    __tablename__ = "employer_keys"
    __table_args__ = (
        Index("ix_employer_keys_blocks", "blocks", postgresql_using="gin"),
        Index("ix_employer_keys_pinyin", "pinyin"),
    )
    employer_id: UUID = Field(foreign_key="employers.id", primary_key=True)
    name_key: str
    core: str
    pinyin: str
    place: str
    address_key: str
    phone: str
    blocks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class EmployerKeyDue(SQLModel, table=True):
    """A file whose keys have still to be made, for it is new or has changed; a line each time."""

    __tablename__ = "employer_keys_due"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    employer_id: UUID = Field(foreign_key="employers.id", index=True)
    noted_at: datetime = moment(default_now=True)


class MatchCandidate(SQLModel, table=True):
    """A file that a registry's row, or an employer found in the street, may be; waits for somebody to look."""

    __tablename__ = "match_candidates"
    __table_args__ = (
        CheckConstraint(f"subject_kind in {SUBJECTS}", name="subject_kind"),
        CheckConstraint("score between 1 and 100", name="score"),
        Index("ix_match_candidates_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_match_candidates_score", "score", "subject_id"),
    )
    subject_id: UUID = Field(primary_key=True)
    employer_id: UUID = Field(foreign_key="employers.id", primary_key=True, index=True)
    subject_kind: str
    score: int
    reasons: Any = Field(sa_column=Column(JSONB, nullable=False))
    grid_path: str = grid_path_field()


class MatchDecision(SQLModel, table=True):
    """That a subject is this file, a new one, or none of those offered; by the rules (``decided_by`` null) or by a person.

    ``filled`` are the columns of the file that were empty before and hold the registry's word since; undoing empties them again.
    """

    __tablename__ = "match_decisions"
    __table_args__ = (
        CheckConstraint(f"subject_kind in {SUBJECTS}", name="subject_kind"),
        CheckConstraint(f"verdict in {VERDICTS}", name="verdict"),
        CheckConstraint("(verdict = 'different') = (employer_id is null)", name="employer"),
        Index("ix_match_decisions_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_match_decisions_subject_id", "subject_id", "decided_at"),
        Index("ix_match_decisions_decided_at", "decided_at", "id"),
        Index("ix_match_decisions_by_hand", "decided_by", "decided_at", postgresql_where=text("decided_by is not null")),
    )
    id: UUID = id_field()
    subject_kind: str
    subject_id: UUID
    subject_name: str
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    verdict: str
    score: int | None = None
    reasons: Any = Field(sa_column=Column(JSONB, nullable=False))
    filled: Any = Field(sa_column=Column(JSONB, nullable=False))
    decided_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    decided_at: datetime = moment(default_now=True)
    undone_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    undone_at: datetime | None = moment(nullable=True)
    grid_path: str = grid_path_field()
