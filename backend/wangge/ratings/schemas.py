"""Wire shapes of ratings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar.params import Parameter
from msgspec import Meta, Struct

from wangge.employers.schemas import NamedRef

FIRST_YEAR, LAST_YEAR = 2000, 2200
Year = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]
YearAsked = Annotated[int, Parameter(ge=FIRST_YEAR, le=LAST_YEAR)]
"""A year in a query, whose bounds the framework reads from a parameter of its own."""
Grade = Annotated[str, Meta(min_length=1, max_length=8)]
Reason = Annotated[str, Meta(min_length=2, max_length=2000)]
RoundState = Literal["proposing", "reviewing", "accepting", "publishing", "published"]
RatingState = Literal["proposed", "reviewed", "published"]


class RatingCount(Struct):
    """How many ratings of a round are in a state with a grade (the proposed one where none is decided)."""

    status: RatingState
    grade: str
    count: int


class RatingRoundRead(Struct):
    """The rating of a territory for a year; while work is under way, ``done`` of ``total`` ratings."""

    id: UUID
    year: int
    scale: str
    grid: NamedRef
    status: RoundState
    done: int
    total: int
    accept_grades: list[str]
    counts: list[RatingCount]
    made_by: NamedRef
    made_at: datetime
    published_on: date | None
    published_by: NamedRef | None
    version: int


class RatingRoundStart(Struct, forbid_unknown_fields=True):
    """A round to begin; ``id`` is made by the desk. ``year`` is the year whose record is looked at, a past one."""

    id: UUID
    grid_id: UUID
    year: Year


class RatingRoundAccept(Struct, forbid_unknown_fields=True):
    """Take over all proposals of these grades that nobody has decided on."""

    grades: Annotated[list[Grade], Meta(min_length=1, max_length=20)]
    version: int


class RatingRoundPublish(Struct, forbid_unknown_fields=True):
    """Publish all of a round, today."""

    version: int


class RatingReason(Struct):
    """A rule of the scale that applied, how often, and the signals that it counted."""

    rule: str
    grade: str
    count: int
    signals: list[UUID]


class RatingItem(Struct):
    """An employer's rating for a year. ``grade`` is null until somebody has decided."""

    id: UUID
    round_id: UUID
    employer: NamedRef
    uscc: str | None
    address: str
    grid_name: str
    year: int
    proposed_grade: str
    grade: str | None
    status: RatingState
    reasons: list[RatingReason]
    published_on: date | None
    has_open_objection: bool
    version: int


class AspectCount(Struct):
    """What the year's record says of an aspect; findings of visits are shown and decide nothing."""

    violations: int
    signals: int
    findings: int


class RatingChangeRead(Struct):
    """That the grade became another. ``by`` is null for what no person did."""

    from_grade: str
    to_grade: str
    was_published: bool
    reason: str
    by: NamedRef | None
    at: datetime


class RatingObjectionRead(Struct):
    """An objection and what was decided."""

    id: UUID
    filed_on: date
    filed_by: str
    grounds: str
    due_on: date
    recorded_by: NamedRef
    recorded_at: datetime
    decision: Literal["upheld", "rejected"] | None
    new_grade: str | None
    decision_reason: str
    decided_by: NamedRef | None
    decided_at: datetime | None
    version: int


class RatingDetail(RatingItem):
    """A rating with all that led to it. ``objection_until``: the last day on which an objection is taken."""

    aspects: dict[str, AspectCount]
    proposed_at: datetime
    decision_reason: str
    reviewed_by: NamedRef | None
    reviewed_at: datetime | None
    published_by: NamedRef | None
    objection_until: date | None
    changes: list[RatingChangeRead]
    objections: list[RatingObjectionRead]


class RatingDecide(Struct, forbid_unknown_fields=True):
    """A grade for an employer; a reason is needed where it is not the proposed one, and for any change after publication."""

    grade: Grade
    version: int
    reason: Annotated[str, Meta(max_length=2000)] = ""


class RatingObjectionFile(Struct, forbid_unknown_fields=True):
    """An objection to take in; ``id`` is made by the desk."""

    id: UUID
    filed_on: date
    filed_by: Annotated[str, Meta(min_length=1, max_length=200)]
    grounds: Reason


class RatingObjectionDecide(Struct, forbid_unknown_fields=True):
    """What comes of an objection; ``new_grade`` where it is upheld."""

    decision: Literal["upheld", "rejected"]
    reason: Reason
    version: int
    new_grade: Grade | None = None


class RatingQuery(Struct):
    """What is looked for."""

    round_id: UUID | None = None
    grid_id: UUID | None = None
    year: int | None = None
    grade: str | None = None
    status: str | None = None
    objected: bool = False
    q: str = ""


class RatingScaleRead(Struct):
    """A scale with its rules, and how sure it is."""

    code: str
    valid_from: date
    zh: str
    en: str
    grades: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    source: str
    confidence: str


class InspectionCapRead(Struct):
    """How many inspections of a kind an employer of a grade may get in a year; null: no cap."""

    grade: str
    kind: Literal["routine", "special"]
    per_year: int | None
    valid_from: date
    source: str
    confidence: Literal["high", "medium", "low"]
