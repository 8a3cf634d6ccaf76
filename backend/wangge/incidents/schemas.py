"""Wire shapes of incidents."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.visits.schemas import PhotoRead, Who


class IncidentRead(Struct):
    """An incident. ``kind`` is a code of the catalogue; ``position`` is ``[lon, lat]``; ``grid_names`` go from the city down."""

    id: UUID
    kind: str
    severity: Literal["normal", "serious", "critical"]
    people_count: int | None
    employer_id: UUID | None
    employer_name: str | None
    place: str
    note: str
    person: Who
    position: list[float] | None
    accuracy_m: float | None
    flags: list[str]
    captured_at: datetime
    happened_at: datetime
    received_at: datetime
    status: Literal["open", "acknowledged", "closed"]
    acknowledged_at: datetime | None
    acknowledged_by: Who | None
    closed_at: datetime | None
    closed_by: Who | None
    closing_note: str
    version: int
    grid_id: UUID
    grid_names: list[str]
    evidence: list[PhotoRead]
    expected: int
    arrived: int


class IncidentAcknowledge(Struct, forbid_unknown_fields=True):
    """Taking an incident on, as it stood at ``version``."""

    version: int


class IncidentClose(Struct, forbid_unknown_fields=True):
    """Closing an incident: what came of it."""

    note: Annotated[str, Meta(min_length=1, max_length=2000)]
    version: int


class IncidentCounts(Struct):
    """How many incidents of one's scope nobody has taken on yet, and how many are being dealt with."""

    open: int
    acknowledged: int
