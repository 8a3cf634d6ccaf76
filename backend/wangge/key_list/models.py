"""Tables of the key supervision list, of its rules, and of the work on it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class KeyListRule(SQLModel, table=True):
    """A criterion of the list as it stands from a day on: parameters, how it is read, when one leaves, and the source.

    Lengths of time in ``params`` are PostgreSQL intervals ("60 days", "2 months"). ``notice_item`` is the notice's number, 1 to 4.
    ``must_acknowledge``: somebody who answers for the employer has to take note.
    """

    __tablename__ = "key_list_rules"
    criterion: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    seq: int
    notice_item: int
    is_active: bool
    must_acknowledge: bool
    params: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    zh: str
    en: str
    reading_zh: str
    reading_en: str
    leaves_zh: str
    leaves_en: str
    source: str


class KeyListEntry(SQLModel, table=True):
    """An employer is on the list for one criterion, from ``entered_on``; ``left_on`` is the first day on which it is not.

    ``facts`` say why: days, counts, amounts and the ids of the signals. At most one entry of a criterion is open.
    """

    __tablename__ = "key_list_entries"
    __table_args__ = (
        CheckConstraint("left_on is null or left_on >= entered_on", name="days"),
        CheckConstraint("(left_on is null) = (left_why is null)", name="left"),
        CheckConstraint("left_why in ('condition_ended', 'rule_ended', 'file_returned')", name="left_why"),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged"),
        Index("uq_key_list_entries_open", "employer_id", "criterion", unique=True, postgresql_where=text("left_on is null")),
        Index("ix_key_list_entries_employer_id_entered_on", "employer_id", "entered_on"),
        Index("ix_key_list_entries_grid_path", "grid_path", postgresql_using="gist"),
        Index(
            "ix_key_list_entries_waiting",
            "entered_on",
            postgresql_where=text("left_on is null and acknowledged_at is null and must_acknowledge"),
        ),
        Index("ix_key_list_entries_entered_on", "entered_on", "id"),
    )
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id")
    criterion: str
    rule_from: date
    must_acknowledge: bool
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    entered_on: date
    entered_at: datetime = moment(default_now=True)
    left_on: date | None = None
    left_at: datetime | None = moment(nullable=True)
    left_why: str | None = None
    acknowledged_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    acknowledged_at: datetime | None = moment(nullable=True)
    acknowledged_note: str = ""
    version: int = 1
    grid_path: str = grid_path_field()


class KeyListDue(SQLModel, table=True):
    """An employer of which something has changed that the list may follow from."""

    __tablename__ = "key_list_due"
    __table_args__ = (Index("ix_key_list_due_noted_at", "noted_at"),)
    employer_id: UUID = Field(foreign_key="employers.id", primary_key=True)
    noted_at: datetime = moment(default_now=True)


class KeyListSweep(SQLModel, table=True):
    """The looking through of all employers that a new day asks for: how far it is, and what came of it."""

    __tablename__ = "key_list_sweeps"
    on_day: date = Field(primary_key=True)
    after_id: UUID
    looked_at: int = 0
    changed: int = 0
    began_at: datetime = moment(default_now=True)
    done_at: datetime | None = moment(nullable=True)
