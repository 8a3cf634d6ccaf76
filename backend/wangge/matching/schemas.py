"""Wire shapes of matching."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from wangge.employers.schemas import GridName, NamedRef

SubjectKind = Literal["registry_row", "sighting"]


class MatchReason(Struct, omit_defaults=True):
    """Why two records may be the same, or not: points, and what was measured (% or m)."""

    code: str
    points: int
    seen: float | None = None


class MatchSide(Struct, kw_only=True):
    """One record of a comparison. ``position`` is lon, lat; the contact's number is masked without the right."""

    id: UUID
    name: str
    uscc: str | None
    address: str
    contact_name: str
    contact_phone: str
    industry_code: str | None
    employees: int | None
    position: list[float] | None
    grid: GridName | None


class MatchChoice(MatchSide, kw_only=True):
    """A file that the subject may be; ``score`` of 100 points, ``distance_m`` metres between the two."""

    review_state: str
    last_visited_at: datetime | None
    score: int
    reasons: list[MatchReason]
    distance_m: float | None


class MatchItem(MatchSide, kw_only=True):
    """A registry's row, or an employer found in the street, that waits for somebody to say which file it is."""

    kind: SubjectKind
    source: str | None
    status: str
    seen_at: datetime
    choices: list[MatchChoice]


class MatchVerdict(Struct, forbid_unknown_fields=True):
    """What somebody says of a subject: ``same`` as a file, a ``new_file`` (of a registry's row), or ``different`` from all (a sighting)."""

    kind: SubjectKind
    subject_id: UUID
    verdict: Literal["same", "new_file", "different"]
    employer_id: UUID | None = None


class MatchDecisionRead(Struct, kw_only=True):
    """A decision; ``decided_by`` null: by the rules. ``undone_at``: taken back."""

    id: UUID
    kind: SubjectKind
    subject_id: UUID
    subject_name: str
    employer: NamedRef | None
    verdict: str
    score: int | None
    reasons: list[MatchReason]
    decided_by: NamedRef | None
    decided_at: datetime
    undone_by: NamedRef | None
    undone_at: datetime | None
