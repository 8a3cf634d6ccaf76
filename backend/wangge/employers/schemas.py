"""Wire shapes of employers' files."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.visits.schemas import FindingRead, PhotoRead


class GridName(Struct):
    """A grid by name, with the names of the grids around it from the city down."""

    id: UUID
    name: str
    path_names: list[str]


class NamedRef(Struct):
    """A thing by name; the name is null where one may not see it."""

    id: UUID
    name: str | None


class EmployerItem(Struct):
    """An employer in a list. ``position`` is ``[lon, lat]``; ``reasons`` say why it counts as uncovered, empty when covered.

    ``is_non_local`` and ``is_key`` hold today; such employers belong to the city's command centre. ``grade`` is that of the last
    rating published, ``on_key_list`` whether it is under key supervision,
    ``is_pressing`` whether for more than that nobody has been there yet.
    """

    id: UUID
    name: str
    uscc: str | None
    address: str
    grid: GridName | None
    position: list[float] | None
    employees: int | None
    review_state: Literal["accepted", "waiting_review", "returned"]
    last_visited_at: datetime | None
    registered_by: NamedRef | None
    registered_at: datetime
    duplicate_of: UUID | None
    reasons: list[str]
    is_non_local: bool
    is_key: bool
    grade: str | None
    on_key_list: bool
    is_pressing: bool


class PhotoOfEmployer(PhotoRead):
    """A photo or a note in an employer's file."""

    captured_at: datetime
    source: Literal["camera", "gallery", "recorder", "file"]


class CheckInOfVisit(Struct):
    """The check-in of a visit, in short."""

    id: UUID
    distance_m: float | None
    accuracy_m: float | None
    is_on_site: bool
    flags: list[str]


class VisitOfEmployer(Struct):
    """A visit in an employer's history."""

    id: UUID
    happened_at: datetime
    captured_at: datetime
    person: NamedRef
    activities: list[str]
    note: str
    people_met: str
    findings: list[FindingRead]
    evidence: list[PhotoOfEmployer]
    check_in: CheckInOfVisit | None


class EmployerDetail(EmployerItem):
    """An employer's file."""

    no_uscc_reason: str | None
    industry_code: str | None
    contact_name: str
    contact_phone: str
    accuracy_m: float | None
    position_source: str | None
    grid_source: str
    note: str
    review_reason: str
    reviewed_by: NamedRef | None
    reviewed_at: datetime | None
    duplicate: NamedRef | None
    version: int
    visits: list[VisitOfEmployer]
    evidence: list[PhotoOfEmployer]


class Review(Struct, forbid_unknown_fields=True):
    """A decision on a registered employer; a return needs a reason. ``version`` is the one that was looked at."""

    decision: Literal["accept", "return"]
    version: int
    reason: str = ""


class ContactUnmask(Struct, forbid_unknown_fields=True):
    """Why a masked number has to be seen whole."""

    reason: Annotated[str, Meta(min_length=2, max_length=500)]


class Contact(Struct):
    """An employer's contact, the number whole."""

    contact_name: str
    contact_phone: str


class Placement(Struct, forbid_unknown_fields=True):
    """Where an employer stands, as somebody at a desk has pointed it out; ``position`` is ``[lon, lat]`` in degrees (EPSG:4326)."""

    position: tuple[float, float]
    version: int
