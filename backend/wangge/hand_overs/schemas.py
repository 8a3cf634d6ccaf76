"""Wire shapes of hand-overs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.duties.schemas import DutyRead
from wangge.visits.schemas import Who

Cause = Literal["leaving", "post_change"]
Why = Annotated[str, Meta(max_length=500)]


class OpenPatrol(Struct):
    """A patrol that is not over; ``stops_open`` counts stops not visited yet."""

    id: UUID
    title: str
    planned_on: date
    status: str
    grid_name: str | None
    stops_total: int
    stops_open: int


class OpenDevice(Struct):
    """Something that the person signs in from; a desk has no id."""

    id: UUID | None
    name: str
    last_seen_at: datetime | None
    open_sessions: int


class OpenRecord(Struct):
    """Records of hers that wait for another or need attention, by state."""

    outcome: str
    count: int
    oldest_at: datetime


class OpenWork(Struct):
    """All that is open with a person: what a hand-over must say something about (duties, patrols), and what it should know."""

    duties: list[DutyRead]
    patrols: list[OpenPatrol]
    records: list[OpenRecord]
    devices: list[OpenDevice]
    outside_scope: int


class DutySuccessor(Struct, forbid_unknown_fields=True):
    """Who takes a duty over; nobody needs a reason, for the grid is a gap then."""

    duty_id: UUID
    person_id: UUID | None = None
    reason: Why = ""


class PatrolSuccessor(Struct, forbid_unknown_fields=True):
    """What becomes of a patrol: given to somebody, cancelled with a reason, or kept until the last day."""

    patrol_id: UUID
    action: Literal["move", "cancel", "keep"]
    person_id: UUID | None = None
    reason: Why = ""


class HandOverMake(Struct, forbid_unknown_fields=True):
    """A hand-over; ``id`` is made by the desk, ``ends_on`` is the last day of the present post."""

    id: UUID
    cause: Cause
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    ends_on: date
    duties: Annotated[list[DutySuccessor], Meta(max_length=500)]
    patrols: Annotated[list[PatrolSuccessor], Meta(max_length=500)]


class HandOverItemRead(Struct):
    """One thing handed over."""

    kind: Literal["duty", "patrol"]
    outcome: Literal["moved", "ended", "cancelled", "kept"]
    receiver: Who | None
    reason: str
    details: dict[str, Any]


class HandOverRead(Struct):
    """The record of a hand-over: who gave, who received, what."""

    id: UUID
    person: Who
    unit_name: str | None
    cause: Cause
    reason: str
    ends_on: date
    done_by: Who
    done_at: datetime
    items: list[HandOverItemRead]
