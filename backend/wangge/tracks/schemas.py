"""Wire shapes of tracks."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class TrackStretch(Struct):
    """One stretch: ``points`` are ``[lon, lat, seconds since begins_at, accuracy_m]``, ``walked_m`` metres along it."""

    id: UUID
    seq: int
    begins_at: datetime
    ends_at: datetime
    walked_m: float
    points: list[list[float]]


class PauseRead(Struct):
    """A break of a patrol; ``resumed_at`` null: it lasts, or lasted until the patrol ended."""

    id: UUID
    paused_at: datetime
    resumed_at: datetime | None


class PatrolTrack(Struct):
    """The way of a patrol while on duty: its stretches in the order of time, the breaks between them, and the metres in all."""

    patrol_id: UUID
    walked_m: float
    stretches: list[TrackStretch]
    pauses: list[PauseRead]
