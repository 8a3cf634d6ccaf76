"""Wire shapes of the key supervision list."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.employers.schemas import NamedRef

KeyListCriterion = Literal["unsupervised", "wage_arrears", "premium_arrears", "complaints", "collective_petition", "low_grade"]


class KeyListFacts(Struct, omit_defaults=True):
    """Why an employer is on the list; which there are depends on the criterion. ``amount`` is yuan, ``signals`` the evidence."""

    filed_on: date | None = None
    opened_on: date | None = None
    since: date | None = None
    amount: float | None = None
    people: int | None = None
    count: int | None = None
    first: date | None = None
    last: date | None = None
    grade: str | None = None
    signals: list[UUID] = []


class KeyListItem(Struct):
    """An employer is (or was) on the list for one criterion; ``left_on`` is the first day on which it was not.

    ``owner`` answers for its grid today.
    """

    id: UUID
    employer: NamedRef
    uscc: str | None
    grid_name: str
    owner: NamedRef | None
    criterion: KeyListCriterion
    facts: KeyListFacts
    entered_on: date
    left_on: date | None
    left_why: Literal["condition_ended", "rule_ended", "file_returned"] | None
    must_acknowledge: bool
    acknowledged_by: NamedRef | None
    acknowledged_at: datetime | None
    acknowledged_note: str
    version: int


class KeyListQuery(Struct):
    """What is looked for. ``status``: waiting (for an acknowledgement), open, left or all."""

    grid_id: UUID | None = None
    criterion: str | None = None
    status: str | None = None
    q: str = ""


class KeyListAcknowledge(Struct, forbid_unknown_fields=True):
    """That one has taken note; what will be done may be said."""

    version: int
    note: Annotated[str, Meta(max_length=1000)] = ""


class KeyListRuleRead(Struct):
    """A criterion as it stands today: how it is read, when one leaves, and where it comes from."""

    criterion: KeyListCriterion
    valid_from: date
    notice_item: int
    is_active: bool
    must_acknowledge: bool
    params: dict[str, Any]
    zh: str
    en: str
    reading_zh: str
    reading_en: str
    leaves_zh: str
    leaves_en: str
    source: str
