"""The criteria of the key supervision list, written down a second time: from the notice and the seeded readings, not from the code."""

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class Fact:
    """A signal: its kind and days; ``until`` None while it lasts, ``withdrawn_on`` the day from which it counts for nothing."""

    kind: str
    since: date
    recorded_on: date
    until: date | None = None
    ended_on: date | None = None
    withdrawn_on: date | None = None


@dataclass
class File:
    """What is known of an employer, each with the day from which one knows it."""

    facts: list[Fact] = field(default_factory=list)
    visited_on: date | None = None
    grades: list[tuple[date, str]] = field(default_factory=list)
    returned_on: date | None = None


@dataclass(frozen=True)
class Readings:
    """The parameters, in days."""

    arrears: int = 60
    year: int = 365
    complaints: int = 2
    petitions: int = 1
    newly_opened: int = 90
    from_grade: str = "C"


def on_list(file: File, day: date, readings: Readings) -> set[str]:
    """The criteria that a file meets on a day, as known on that day."""
    if file.returned_on and day >= file.returned_on:
        return set()
    known = [f for f in file.facts if f.recorded_on <= day and not (f.withdrawn_on and f.withdrawn_on <= day)]
    met = set()
    if file.visited_on is None or file.visited_on > day:
        met.add("unsupervised")
    for fact in known:
        if fact.kind == "opened" and 0 <= (day - fact.since).days <= readings.newly_opened:
            met.add("unsupervised")
        if fact.kind in ("wage_arrears", "premium_arrears") and (day - fact.since).days >= readings.arrears:
            settled = fact.ended_on is not None and fact.ended_on <= day and fact.until is not None and fact.until <= day
            if not settled:
                met.add(fact.kind)
    for kind, criterion, least in (
        ("complaint", "complaints", readings.complaints),
        ("collective_petition", "collective_petition", readings.petitions),
    ):
        within = [f for f in known if f.kind == kind and timedelta(0) <= day - f.since <= timedelta(days=readings.year)]
        if len(within) >= least:
            met.add(criterion)
    grades = [g for d, g in file.grades if d <= day]
    if grades and grades[-1] >= readings.from_grade:
        met.add("low_grade")
    return met
