"""Wire shapes of patrols."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.visits.schemas import CheckInRead, VisitRead, Who


class PatrolPlan(Struct, forbid_unknown_fields=True):
    """A patrol to plan; ``id`` is made by the desk, so that a repeated request plans once.

    ``keep_order``: the employers stand in the order a person chose; otherwise the server finds a short round.
    """

    id: UUID
    assignee_id: UUID
    planned_on: date
    employer_ids: Annotated[list[UUID], Meta(min_length=1, max_length=1000)]
    title: Annotated[str, Meta(max_length=120)] = ""
    note: Annotated[str, Meta(max_length=2000)] = ""
    keep_order: bool = False


class PatrolCancel(Struct, forbid_unknown_fields=True):
    """Why a patrol is called off."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    version: int


class PatrolItem(Struct):
    """A patrol in a list."""

    id: UUID
    title: str
    planned_on: date
    status: Literal["planned", "started", "finished", "cancelled"]
    assignee: Who
    grid_name: str | None
    stops_total: int
    stops_visited: int
    started_at: datetime | None
    finished_at: datetime | None
    version: int


class StopEmployer(Struct):
    """The employer of a stop; ``position`` is ``[lon, lat]``."""

    id: UUID
    name: str | None
    address: str | None
    position: list[float] | None


class StopRead(Struct):
    """A stop with what was done there."""

    id: UUID
    seq: int
    status: Literal["planned", "visited", "skipped"]
    employer: StopEmployer
    check_ins: list[CheckInRead]
    visits: list[VisitRead]


class PatrolDetail(PatrolItem):
    """A patrol with its stops in walking order."""

    note: str
    closing_note: str
    planned_by: Who
    planned_at: datetime
    stops: list[StopRead]


class GridOfDuty(Struct):
    """A grid that a person answers for."""

    id: UUID
    name: str


class Assignable(Struct):
    """Somebody who can be sent out; ``stops_that_day`` counts stops already planned for that day."""

    id: UUID
    name: str
    kind: str
    unit_name: str | None
    grids: list[GridOfDuty]
    stops_that_day: int
