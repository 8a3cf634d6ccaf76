"""Wire shapes of books."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

BookKind = Literal["grid", "employer"]
BookFormat = Literal["pdf", "xlsx"]


class NewBook(Struct, forbid_unknown_fields=True):
    """What to make a book of: a grid, or an employer; visits from a day to a day (none: the policy's period until today)."""

    kind: BookKind
    grid_id: UUID | None = None
    employer_id: UUID | None = None
    period_from: date | None = None
    period_to: date | None = None


class BookSubject(Struct):
    """The grid, employer or person of a book by name."""

    id: UUID
    name: str


class BookItem(Struct):
    """A book: its subject, how far its making is, its two files with size (bytes) and SHA-256, and until when it is kept.

    ``stage``: queued, gathering, drawing, typesetting, spreadsheet. ``problem`` says why it failed. ``facts`` counts what is in it.
    """

    id: UUID
    kind: BookKind
    title: str
    grid: BookSubject
    employer_id: UUID | None
    language: Literal["zh", "en"]
    period_from: date
    period_to: date
    state: Literal["making", "ready", "failed"]
    stage: str
    problem: dict[str, Any] | None
    facts: dict[str, int] | None
    pages: int | None
    pdf_bytes: int | None
    pdf_sha256: str | None
    xlsx_bytes: int | None
    xlsx_sha256: str | None
    made_by: BookSubject
    made_at: datetime
    finished_at: datetime | None
    expires_at: datetime
