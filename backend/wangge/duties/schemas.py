"""Wire shapes of duties."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.visits.schemas import Who

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Tasks = Annotated[str, Meta(max_length=2000)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class DutyAssign(Struct, forbid_unknown_fields=True):
    """A duty to give (四定): person, grid, what for (``duty``), what to do (``tasks``), first and last day.

    ``id`` is made by the desk, so that a repeated request assigns once. ``is_main``: the grid's one main owner.
    """

    id: UUID
    person_id: UUID
    grid_id: UUID
    duty: Title
    valid_from: date
    valid_to: date | None = None
    tasks: Tasks = ""
    is_main: bool = False


class DutyChange(Struct, forbid_unknown_fields=True):
    """A duty as it should read; only a later last day (or none) needs a certificate again."""

    duty: Title
    tasks: Tasks
    is_main: bool
    valid_to: date | None
    version: int


class DutyEnd(Struct, forbid_unknown_fields=True):
    """The last day of a duty, and why it ends."""

    ends_on: date
    reason: Reason
    version: int


class DutyGrid(Struct):
    """The grid of a duty; ``path_names`` from the county down."""

    id: UUID
    code: str
    name: str
    level: int
    path_names: list[str]


class DutyRead(Struct):
    """A duty. ``certified_until`` is the last day of the person's certificate as of today (none: without end), ``is_certified``
    whether she holds one today: a duty may outlive it, and then the grid is a gap."""

    id: UUID
    person: Who
    person_kind: str
    unit_name: str | None
    grid: DutyGrid
    duty: str
    tasks: str
    is_main: bool
    valid_from: date
    valid_to: date | None
    state: Literal["coming", "current", "ended"]
    end_reason: str
    is_certified: bool
    certified_until: date | None
    version: int
