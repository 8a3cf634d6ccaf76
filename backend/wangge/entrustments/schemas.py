"""Wire shapes of entrustments."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.designations.schemas import By
from wangge.units.schemas import HistoryLine, UnitRef

Reach = Literal["area", "employers"]
Status = Literal["draft", "upcoming", "in_force", "expired", "ended", "revoked"]
Codes = Annotated[list[str], Meta(min_length=1, max_length=100)]


class EntrustmentWrite(Struct, forbid_unknown_fields=True):
    """An entrustment as it shall be; ``id`` is made by the desk, so that a repeated request draws it up once.

    ``reach`` says whether it covers an area (``grid_id``) or the employers named in ``employer_ids``. ``version`` is the one
    that was looked at, for a change of a draft.
    """

    id: UUID
    principal_id: UUID
    agent_id: UUID
    matters: Codes
    powers: Codes
    reach: Reach
    valid_from: date
    valid_to: date
    grid_id: UUID | None = None
    employer_ids: Annotated[list[UUID], Meta(max_length=20_000)] = []
    document_name: Annotated[str, Meta(max_length=200)] = ""
    document_number: Annotated[str, Meta(max_length=100)] = ""
    published_on: date | None = None
    published_where: Annotated[str, Meta(max_length=300)] = ""
    overlap_reason: Annotated[str, Meta(max_length=1000)] = ""
    note: Annotated[str, Meta(max_length=2000)] = ""
    version: int | None = None


class AreaRef(Struct):
    """A grid by name."""

    id: UUID
    name: str | None


class Overlap(Struct):
    """Another entrustment of the same matters and powers over some of the same ground and days."""

    id: UUID
    agent: UnitRef
    document_name: str
    matters: list[str]
    powers: list[str]
    area_name: str | None
    valid_from: date
    last_day: date


class EntrustmentPreview(Struct):
    """What drawing an entrustment up would mean: it is allowed, and meets these others."""

    overlaps: list[Overlap]


class EntrustmentItem(Struct):
    """An entrustment in a list; ``last_day`` is the one on which it ends or ended, ``days_left`` counts from today."""

    id: UUID
    principal: UnitRef
    agent: UnitRef
    matters: list[str]
    powers: list[str]
    reach: Reach
    area: AreaRef | None
    employers: int
    valid_from: date
    valid_to: date
    last_day: date
    days_left: int
    status: Status
    document_name: str
    document_number: str
    has_document: bool
    published_on: date | None
    version: int


class Neighbour(Struct):
    """The entrustment before or after this one in a chain of extensions."""

    id: UUID
    document_name: str
    valid_from: date
    valid_to: date


class EntrustmentDetail(EntrustmentItem):
    """An entrustment whole; ``overlaps`` are those in force now, ``history`` comes from the audit log."""

    published_where: str
    overlap_reason: str
    note: str
    document_sha256: str | None
    document_media_type: str | None
    document_bytes: int | None
    follows: Neighbour | None
    followed_by: Neighbour | None
    created_by: By | None
    created_at: datetime
    put_in_force_by: By | None
    put_in_force_at: datetime | None
    ended_on: date | None
    ended_by: By | None
    ended_at: datetime | None
    end_reason: str
    may_edit: bool
    overlaps: list[Overlap]
    history: list[HistoryLine]


class NamedEmployer(Struct):
    """An employer that an entrustment names, as far as one may see it."""

    id: UUID
    name: str
    uscc: str | None
    address: str


class PutInForce(Struct, forbid_unknown_fields=True):
    """Publish: from its first day on the agent acts. ``overlap_reason`` is needed where another agent holds the same."""

    version: int
    overlap_reason: Annotated[str, Meta(max_length=1000)] = ""


class EntrustmentEnd(Struct, forbid_unknown_fields=True):
    """End it early (``ended``), or take it back (``revoked``); a draft can only be taken back. ``last_day``: its last one."""

    version: int
    how: Literal["ended", "revoked"]
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    last_day: date | None = None


class EntrustmentExtend(Struct, forbid_unknown_fields=True):
    """A new entrustment that follows this one to ``valid_to``, as a draft; ``id`` is made by the desk."""

    id: UUID
    valid_to: date
