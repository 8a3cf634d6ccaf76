"""What is odd about a person's day, told from what her phone bound to each record. Pure: no database, no clock.

Each rule names its reason and what it saw; weights and limits are policies (``anomaly_*``). A reason is a question to a person,
never a proof: a ferry is fast, a shop front is photographed twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from wangge.core.geodesy import EARTH

CODES = ("teleport", "frozen_position", "clock_jump", "ahead_of_time", "gallery", "same_file", "similar_photo")
# Two records of one act (the check-in, its photo) carry the same fix; a fix is another one when it is this much younger.
ANOTHER_FIX = timedelta(seconds=60)


@dataclass(frozen=True)
class Observation:
    """One record as its phone saw the world. Degrees are EPSG:4326; ``accuracy_m`` a 95 % radius; moments UTC.

    ``offset_ms`` is the server's clock less the phone's, as the phone last knew it. ``same_as`` is an earlier record with the very
    same file, ``similar_to`` one whose picture differs in ``similar_bits`` of 64.
    """

    subject_kind: str
    subject_id: UUID
    captured_at: datetime
    received_at: datetime
    offset_ms: int | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    age_s: float | None = None
    source: str | None = None
    same_as: UUID | None = None
    similar_to: UUID | None = None
    similar_bits: int | None = None

    @property
    def happened_at(self) -> datetime:
        """The best estimate of the true moment."""
        return self.captured_at + timedelta(milliseconds=self.offset_ms or 0)

    @property
    def fixed_at(self) -> datetime:
        """When the phone knew where it was."""
        return self.happened_at - timedelta(seconds=self.age_s or 0)


@dataclass(frozen=True)
class Reason:
    """Why a record looks odd; ``seen`` are the figures that a person is told."""

    code: str
    seen: dict[str, Any] = field(default_factory=dict)


Found = Iterator[tuple[UUID, Reason]]


def reasons_of(day: Sequence[Observation], limits: Mapping[str, Any]) -> dict[UUID, list[Reason]]:
    """Every odd record of a day with its reasons, in the order of ``CODES``."""
    found: dict[UUID, list[Reason]] = defaultdict(list)
    in_order = sorted(day, key=lambda o: (o.happened_at, str(o.subject_id)))
    placed = sorted((o for o in in_order if o.lon is not None and o.lat is not None), key=lambda o: o.fixed_at)
    for rule in (_teleports(placed, limits), _frozen(placed, limits), _clock_jumps(in_order, limits), _ahead(in_order, limits),
                 _photos(in_order)):  # fmt: skip
        for subject_id, reason in rule:
            found[subject_id].append(reason)
    return dict(found)


def score_of(reasons: Sequence[Reason], weights: Mapping[str, int]) -> int:
    """1 to 100: the reasons' weights added up."""
    return max(1, min(100, sum(int(weights.get(r.code, 0)) for r in reasons)))


def _teleports(placed: Sequence[Observation], limits: Mapping[str, Any]) -> Found:
    """Faster than anybody travels here; what both fixes may be wrong by is taken off the way first."""
    for a, b in pairwise(placed):
        way_m = EARTH.inv(a.lon, a.lat, b.lon, b.lat)[2] - (a.accuracy_m or 0) - (b.accuracy_m or 0)
        seconds = max((b.fixed_at - a.fixed_at).total_seconds(), 1.0)
        if way_m > limits["anomaly_teleport_min_m"] and way_m / seconds * 3.6 > limits["anomaly_speed_max_kmh"]:
            yield b.subject_id, Reason("teleport", {"from_id": str(a.subject_id), "metres": round(way_m), "seconds": round(seconds)})


def _frozen(placed: Sequence[Observation], limits: Mapping[str, Any]) -> Found:
    """The very same fix, to the last digit, again and again: no receiver gives that, a programme does."""
    by_fix: dict[tuple[Any, ...], list[Observation]] = defaultdict(list)
    for o in placed:
        same = by_fix[(o.lon, o.lat, o.accuracy_m)]
        if not same or o.fixed_at - same[-1].fixed_at >= ANOTHER_FIX:
            same.append(o)
    for same in by_fix.values():
        if len(same) >= limits["anomaly_frozen_fixes_min"]:
            for o in same:
                yield o.subject_id, Reason("frozen_position", {"times": len(same)})


def _clock_jumps(in_order: Sequence[Observation], limits: Mapping[str, Any]) -> Found:
    """The phone's clock was set in the middle of the day."""
    known = [o for o in sorted(in_order, key=lambda o: o.received_at) if o.offset_ms is not None]
    for a, b in pairwise(known):
        jump_s = abs((b.offset_ms or 0) - (a.offset_ms or 0)) / 1000
        if jump_s > limits["anomaly_clock_jump_s"]:
            yield b.subject_id, Reason("clock_jump", {"seconds": round(jump_s)})


def _ahead(in_order: Sequence[Observation], limits: Mapping[str, Any]) -> Found:
    """Captured later than it arrived."""
    for o in in_order:
        ahead_s = (o.happened_at - o.received_at).total_seconds()
        if ahead_s > limits["anomaly_clock_jump_s"]:
            yield o.subject_id, Reason("ahead_of_time", {"seconds": round(ahead_s)})


def _photos(in_order: Sequence[Observation]) -> Found:
    """Taken from the gallery, sent before, or much like one that was."""
    for o in in_order:
        if o.source == "gallery":
            yield o.subject_id, Reason("gallery")
        if o.same_as:
            yield o.subject_id, Reason("same_file", {"as_id": str(o.same_as)})
        elif o.similar_to:
            yield o.subject_id, Reason("similar_photo", {"as_id": str(o.similar_to), "bits": o.similar_bits})
