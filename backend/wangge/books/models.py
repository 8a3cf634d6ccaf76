"""Table of the books that were made."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment

KINDS = ("grid", "employer")
STATES = ("making", "ready", "failed")


class Book(SQLModel, table=True):
    """A book (册) of a grid or of an employer, made once and kept until ``expires_at``; its two files lie in the data folder.

    ``grid_id`` is the grid of the book, or that of its employer, which it follows. ``scope`` is what whoever asked could see then: the
    book holds no more. ``attempt`` is the secret of the making under way, ``alive_at`` its last sign of life. ``facts`` counts what is
    in the book.
    """

    __tablename__ = "books"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("(kind = 'employer') = (employer_id is not null)", name="subject"),
        CheckConstraint("language in ('zh', 'en')", name="language"),
        CheckConstraint("period_to >= period_from", name="period"),
        CheckConstraint(f"state in {STATES}", name="state"),
        CheckConstraint("(state = 'making') = (attempt is not null)", name="attempt"),
        Index("ix_books_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_books_made_at", "made_at", "id"),
        Index("ix_books_expires_at", "expires_at"),
        Index("ix_books_under_way", "alive_at", postgresql_where=text("state = 'making'")),
        Index("uq_books_attempt", "attempt", unique=True, postgresql_where=text("attempt is not null")),
    )
    id: UUID = id_field()
    kind: str
    grid_id: UUID = Field(foreign_key="grids.id", index=True)
    grid_path: str = grid_path_field()
    employer_id: UUID | None = Field(default=None, foreign_key="employers.id", index=True)
    title: str
    language: str
    period_from: date
    period_to: date
    state: str
    stage: str
    attempt: UUID | None = None
    alive_at: datetime = moment(default_now=True)
    scope: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    problem: Any = Field(sa_column=Column(JSONB, nullable=True))
    facts: Any = Field(sa_column=Column(JSONB, nullable=True))
    pages: int | None = None
    pdf_bytes: int | None = None
    pdf_sha256: str | None = None
    xlsx_bytes: int | None = None
    xlsx_sha256: str | None = None
    made_by: UUID = Field(foreign_key="people.id", index=True)
    made_at: datetime = moment(default_now=True)
    finished_at: datetime | None = moment(nullable=True)
    expires_at: datetime = moment()
