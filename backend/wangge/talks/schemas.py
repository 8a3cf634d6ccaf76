"""Wire shapes of talks."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from wangge.visits.schemas import PhotoRead, Who


class MaterialRead(Struct):
    """How many of one material were handed out; ``kind`` is a code of the catalogue."""

    kind: str
    count: int


class TalkRead(Struct):
    """A talk (宣传); without an employer at ``place``. ``topics`` are codes of the catalogue; ``arrived`` of ``expected`` photos."""

    id: UUID
    employer_id: UUID | None
    employer_name: str | None
    grid_name: str | None
    place: str
    person: Who
    patrol_id: UUID | None
    captured_at: datetime
    happened_at: datetime
    received_at: datetime
    audience: str
    people_count: int
    topics: list[str]
    materials: list[MaterialRead]
    note: str
    flags: list[str]
    position: list[float] | None
    evidence: list[PhotoRead]
    expected: int
    arrived: int
