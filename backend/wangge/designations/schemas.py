"""Wire shapes of designations."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

Kind = Literal["non_local", "key"]
Words = Annotated[str, Meta(min_length=1, max_length=500)]


class By(Struct):
    """A person by name; the name is null where one may not see her."""

    id: UUID
    name: str | None


class DesignationRead(Struct):
    """That an employer is non-local or key, from a day to a day, and why; ``current`` says whether it is today."""

    id: UUID
    kind: Kind
    valid_from: date
    valid_to: date | None
    reason: str
    source: str
    set_by: By
    set_at: datetime
    ended_by: By | None
    ended_at: datetime | None
    end_reason: str
    current: bool


class Designations(Struct):
    """An employer's designations, the newest first."""

    employer_id: UUID
    is_non_local: bool
    is_key: bool
    items: list[DesignationRead]


class Designate(Struct, forbid_unknown_fields=True):
    """A designation to set; ``id`` is made by the desk, so that a repeated request sets once."""

    id: UUID
    kind: Kind
    valid_from: date
    reason: Words
    source: Words


class DesignationEnd(Struct, forbid_unknown_fields=True):
    """The designation's last day, and why it ends."""

    last_day: date
    reason: Words
