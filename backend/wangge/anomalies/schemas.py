"""Wire shapes of anomalies."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

AnomalySubject = Literal["check_in", "visit", "evidence"]
AnomalyCode = Literal["teleport", "frozen_position", "clock_jump", "ahead_of_time", "gallery", "same_file", "similar_photo"]
AnomalyConclusion = Literal["explained", "confirmed"]


class AnomalyReason(Struct, omit_defaults=True):
    """One reason with its weight and what was seen; which figures there are depends on the code.

    ``metres`` and ``seconds`` of the way or the clock; ``times`` the same fix came; ``bits`` of 64 by which two pictures differ;
    ``from_id`` the record before, ``as_id`` the photo that is the same or alike.
    """

    code: AnomalyCode
    weight: int
    metres: int | None = None
    seconds: int | None = None
    times: int | None = None
    bits: int | None = None
    from_id: UUID | None = None
    as_id: UUID | None = None


class AnomalyPerson(Struct):
    """Whose record it is, or who reviewed it."""

    id: UUID
    name: str


class AnomalyRead(Struct):
    """An odd record with its reasons, the gravest first, and what became of it. ``visit_id``: the visit a photo belongs to, if any."""

    id: UUID
    subject_kind: AnomalySubject
    subject_id: UUID
    person: AnomalyPerson
    employer_id: UUID | None
    employer_name: str
    grid_name: str
    patrol_id: UUID | None
    visit_id: UUID | None
    has_picture: bool
    on_day: date
    happened_at: datetime
    score: int
    reasons: list[AnomalyReason]
    conclusion: AnomalyConclusion | None
    note: str
    reviewed_by: AnomalyPerson | None
    reviewed_at: datetime | None
    version: int


class AnomalyReview(Struct):
    """A conclusion: there is a good reason (``explained``), or the record is not what it says (``confirmed``); and why."""

    conclusion: AnomalyConclusion
    note: Annotated[str, Meta(min_length=2, max_length=1000)]
    version: int


class AnomalyQuery(Struct):
    """What is looked for; the days are China's, both included. ``status``: open, explained, confirmed or all."""

    grid_id: UUID | None = None
    person_id: UUID | None = None
    employer_id: UUID | None = None
    reason: str | None = None
    status: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    min_score: int | None = None


def wire(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table as it travels: reasons the gravest first."""
    return {**row, "reasons": sorted(row["reasons"], key=lambda r: (-r["weight"], r["code"]))}
