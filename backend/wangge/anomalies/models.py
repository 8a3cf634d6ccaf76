"""Tables of anomalies, of the days that wait to be looked at, and of the pictures' fingerprints."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class PhotoHash(SQLModel, table=True):
    """A picture's fingerprint (dHash, 64 bits) and its four quarters, by which similar ones are found.

    ``dhash`` is null for a picture without structure (a dark pocket, a white wall), which resembles every other such picture.
    """

    __tablename__ = "photo_hashes"
    __table_args__ = tuple(
        Index(f"ix_photo_hashes_quarter_{n}", f"quarter_{n}", postgresql_where=text("dhash is not null")) for n in range(1, 5)
    )
    evidence_id: UUID = Field(foreign_key="evidence.id", primary_key=True)
    dhash: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    quarter_1: int | None = None
    quarter_2: int | None = None
    quarter_3: int | None = None
    quarter_4: int | None = None
    made_at: datetime = moment(default_now=True)


class PhotoHashDue(SQLModel, table=True):
    """A picture that has arrived and has no fingerprint yet."""

    __tablename__ = "photo_hashes_due"
    __table_args__ = (Index("ix_photo_hashes_due_noted_at", "noted_at"),)
    evidence_id: UUID = Field(foreign_key="evidence.id", primary_key=True)
    noted_at: datetime = moment(default_now=True)


class AnomalyDayDue(SQLModel, table=True):
    """A person's day with records that nobody has looked at for anomalies yet."""

    __tablename__ = "anomaly_days_due"
    __table_args__ = (Index("ix_anomaly_days_due_noted_at", "noted_at"),)
    person_id: UUID = Field(foreign_key="people.id", primary_key=True)
    on_day: date = Field(primary_key=True)
    noted_at: datetime = moment(default_now=True)


class Anomaly(SQLModel, table=True):
    """A record that looks odd (异常记录). ``score`` is 1 to 100, ``reasons`` a list of ``{code, weight, ...}``.

    A person's conclusion stays; a reason that turns up later opens it again.
    """

    __tablename__ = "anomalies"
    __table_args__ = (
        CheckConstraint("subject_kind in ('check_in', 'visit', 'evidence')", name="subject_kind"),
        CheckConstraint("conclusion in ('explained', 'confirmed')", name="conclusion"),
        CheckConstraint("score between 1 and 100", name="score"),
        CheckConstraint("(conclusion is null) = (reviewed_at is null)", name="reviewed"),
        Index("uq_anomalies_subject_id", "subject_id", unique=True),
        Index("ix_anomalies_person_id_on_day", "person_id", "on_day"),
        Index("ix_anomalies_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_anomalies_open", "score", "happened_at", postgresql_where=text("conclusion is null")),
        Index("ix_anomalies_happened_at", "happened_at"),
    )
    id: UUID = id_field()
    subject_kind: str
    subject_id: UUID
    person_id: UUID = Field(foreign_key="people.id")
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    on_day: date
    happened_at: datetime = moment()
    score: int
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    assessed_at: datetime = moment(default_now=True)
    conclusion: str | None = None
    note: str = ""
    reviewed_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    reviewed_at: datetime | None = moment(nullable=True)
    version: int = 1
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
