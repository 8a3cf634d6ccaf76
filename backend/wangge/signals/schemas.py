"""Wire shapes of signals."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.employers.schemas import NamedRef

Yuan = Annotated[float, Meta(ge=0, le=999_999_999_999)]
People = Annotated[int, Meta(ge=0, le=1_000_000)]
SignalSource = Literal["desk", "visit", "incident", "import"]


class SignalRead(Struct):
    """A dated fact about an employer; ``amount`` is yuan. A withdrawn one is kept, and counts for nothing."""

    id: UUID
    kind: str
    aspect: str | None
    since: date
    until: date | None
    amount: float | None
    people: int | None
    source: SignalSource
    source_id: UUID | None
    reference: str
    note: str
    recorded_by: NamedRef
    recorded_at: datetime
    ended_by: NamedRef | None
    ended_at: datetime | None
    end_note: str
    withdrawn_by: NamedRef | None
    withdrawn_at: datetime | None
    withdrawn_why: str
    version: int


class SignalRecord(Struct, forbid_unknown_fields=True):
    """A signal to record; ``id`` is made by the desk, so that a repeated request records once. ``amount`` is yuan."""

    id: UUID
    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    since: date
    aspect: str | None = None
    amount: Yuan | None = None
    people: People | None = None
    reference: Annotated[str, Meta(max_length=200)] = ""
    note: Annotated[str, Meta(max_length=2000)] = ""


class SignalEnd(Struct, forbid_unknown_fields=True):
    """The day on which it was settled, and how one knows."""

    until: date
    note: Annotated[str, Meta(min_length=2, max_length=1000)]
    version: int


class SignalWithdraw(Struct, forbid_unknown_fields=True):
    """Why it should never have been recorded."""

    reason: Annotated[str, Meta(min_length=2, max_length=1000)]
    version: int


class SignalKindRead(Struct):
    """What a signal can say."""

    code: str
    zh: str
    en: str
    aspect: str | None
    is_lasting: bool
    is_violation: bool
    source: str


class RatingAspectRead(Struct):
    """One of the nine aspects of a rating."""

    code: str
    zh: str
    en: str
    source: str
