"""What a making was asked for, as the working process finds it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from wangge.core.errors import Language


@dataclass(frozen=True)
class Limits:
    """Rows of one table on paper and on a sheet, photos of an employer: policies ``book_*``."""

    printed_rows: int
    sheet_rows: int
    photos: int


@dataclass(frozen=True)
class Asked:
    """The book's subject, language and period (both days included), who asked and when, and the limits in force."""

    id: UUID
    kind: str
    grid_id: UUID
    grid_path: str
    employer_id: UUID | None
    language: Language
    period_from: date
    period_to: date
    made_at: datetime
    made_by: str
    unit: str | None
    limits: Limits
