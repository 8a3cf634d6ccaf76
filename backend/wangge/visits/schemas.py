"""Wire shapes of visits and check-ins."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from wangge.evidence.rules import Medium


class Who(Struct):
    """A person by name."""

    id: UUID
    name: str | None


class FindingRead(Struct):
    """Something noticed on a visit (发现问题)."""

    id: UUID
    kind: str
    severity: Literal["note", "minor", "major"]
    note: str


class PhotoRead(Struct):
    """A photo or a note by its state; ``thumbnail`` says whether a photo has a small picture to show, ``seconds`` how long a note is."""

    id: UUID
    state: Literal["expected", "stored", "refused"]
    thumbnail: bool
    medium: Medium
    seconds: float | None


class CheckInRead(Struct):
    """A check-in. ``position`` is ``[lon, lat]``; ``distance_m`` metres from the employer's point; ``flags`` what is odd."""

    id: UUID
    employer_id: UUID
    employer_name: str | None
    person: Who
    patrol_id: UUID | None
    position: list[float] | None
    accuracy_m: float | None
    distance_m: float | None
    is_on_site: bool
    flags: list[str]
    captured_at: datetime
    happened_at: datetime
    received_at: datetime


class VisitRead(Struct):
    """A visit with its findings and its photos, of which ``arrived`` of ``expected`` are here."""

    id: UUID
    employer_id: UUID
    employer_name: str | None
    person: Who
    patrol_id: UUID | None
    check_in_id: UUID | None
    captured_at: datetime
    happened_at: datetime
    received_at: datetime
    activities: list[str]
    people_met: str
    findings: list[FindingRead]
    note: str
    flags: list[str]
    evidence: list[PhotoRead]
    expected: int
    arrived: int
