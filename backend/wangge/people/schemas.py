"""Wire shapes of the register of people. Numbers that identify somebody are masked everywhere but in ``Unmasked``."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from wangge.people.rules import Kind, Role, State
from wangge.visits.schemas import Who

Name = Annotated[str, Meta(min_length=1, max_length=60)]
Short = Annotated[str, Meta(max_length=60)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Gender = Literal["female", "male"]
Education = Literal["middle_school", "high_school", "college", "bachelor", "postgraduate"]
BirthYear = Annotated[int, Meta(ge=1900, le=2100)]


class PersonNominate(Struct, forbid_unknown_fields=True):
    """A person nominated by her unit; ``id`` is made by the desk. Gender and birth year follow from the ID number where given."""

    id: UUID
    name: Name
    kind: Kind
    unit_id: UUID
    employee_no: Short | None = None
    gender: Gender | None = None
    birth_year: BirthYear | None = None
    education: Education | None = None
    post: Short = ""
    phone: Short = ""
    id_number: Short | None = None


class PersonChange(Struct, forbid_unknown_fields=True):
    """A person's file as it should read; ``phone`` and ``id_number`` are left as they are when not sent."""

    name: Name
    kind: Kind
    employee_no: Short | None
    gender: Gender | None
    birth_year: BirthYear | None
    education: Education | None
    post: Short
    version: int
    phone: Short | UnsetType = UNSET
    id_number: Short | UnsetType = UNSET


class PersonDecide(Struct, forbid_unknown_fields=True):
    """The county's decision on a nomination; a refusal needs its reason."""

    decision: Literal["approve", "reject"]
    version: int
    reason: Annotated[str, Meta(max_length=500)] = ""


class PersonAgain(Struct, forbid_unknown_fields=True):
    """Nominate somebody again who left or was refused."""

    version: int


class PersonAppoint(Struct, forbid_unknown_fields=True):
    """A post: a role in a unit from a day on; without a role the unit's own."""

    unit_id: UUID
    valid_from: date
    valid_to: date | None = None
    role: Role | None = None


class PersonUnmask(Struct, forbid_unknown_fields=True):
    """Which numbers to show whole, and why: the reason goes into the audit log with the reader's name."""

    fields: Annotated[list[Literal["phone", "id_number"]], Meta(min_length=1, max_length=2)]
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


class Unmasked(Struct):
    """The whole numbers that were asked for; null where none is kept or it was not asked for."""

    phone: str | None
    id_number: str | None


class UnitOf(Struct):
    """The unit of a person."""

    id: UUID
    name: str
    level: int


class PersonItem(Struct):
    """A person in the register. ``certified_until``: the last day of her certificate as of today (null: without end, or none).

    ``certificate``: whether she may be sent out today; ``none`` when she never held what her work needs.
    """

    id: UUID
    name: str
    kind: Kind
    state: State
    employee_no: str | None
    unit: UnitOf
    post: str
    gender: Gender | None
    phone_masked: str
    certificate: Literal["valid", "expiring", "expired", "none"]
    certified_until: date | None
    duties: int
    joined_on: date | None
    left_on: date | None
    version: int


class AppointmentRead(Struct):
    """A post held, from a day to a day."""

    id: UUID
    role: str
    unit_id: UUID
    unit_name: str
    valid_from: date
    valid_to: date | None


class ResultOf(Struct):
    """What a person scored in an exam; ``certificate_id`` what came of it."""

    id: UUID
    exam_title: str
    held_on: date
    certificate_kind: str
    score: float
    full_mark: float
    pass_mark: float
    is_passed: bool
    certificate_id: UUID | None


class HandOverOf(Struct):
    """A hand-over in a person's history; ``gave`` is false when she received."""

    id: UUID
    gave: bool
    other: str
    cause: str
    ends_on: date
    items: int


class PersonDetail(PersonItem):
    """A person's file."""

    birth_year: int | None
    education: Education | None
    id_number_masked: str
    leaving_reason: str
    nominated_by: Who | None
    nominated_at: datetime | None
    decided_by: Who | None
    decided_at: datetime | None
    decision_reason: str
    has_account: bool
    appointments: list[AppointmentRead]
    results: list[ResultOf]
    hand_overs: list[HandOverOf]


class Obstacle(Struct):
    """One thing that stands in the way of sending somebody out, as a code and as a sentence."""

    code: Literal["no_appointment", "role_without_phone", "outside_scope", "not_certified"]
    sentence: str


class Assignability(Struct):
    """Whether a person can be sent out on a day, and if not, why."""

    on: date
    assignable: bool
    obstacles: list[Obstacle]


class SheetProblem(Struct):
    """What is wrong with one row of a sheet; ``row`` counts as the spreadsheet does (the heading is row 1)."""

    row: int
    column: str
    detail: str


class SheetReport(Struct):
    """What an import would do or did: counts of rows, and the problems (the first 500)."""

    rows: int
    added: int
    changed: int
    unchanged: int
    faulty: int
    problems: list[SheetProblem]
    applied: bool
