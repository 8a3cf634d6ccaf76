"""Wire shapes of training."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from wangge.certificates.schemas import CertificateKind
from wangge.visits.schemas import Who

Title = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(max_length=2000)]
Url = Annotated[str, Meta(max_length=500, pattern=r"^(https?://\S+)?$")]
Mark = Annotated[float, Meta(ge=0, le=1000)]


class PlanMake(Struct, forbid_unknown_fields=True):
    """A training plan of a unit for a year."""

    id: UUID
    year: Annotated[int, Meta(ge=2000, le=2100)]
    title: Title
    unit_id: UUID
    target_people: Annotated[int, Meta(ge=0, le=1_000_000)]
    goal: Text = ""


class PlanChange(Struct, forbid_unknown_fields=True):
    """A plan as it should read."""

    title: Title
    target_people: Annotated[int, Meta(ge=0, le=1_000_000)]
    goal: Text
    version: int


class CourseMake(Struct, forbid_unknown_fields=True):
    """A course: ``hours`` are class hours (学时), ``material_url`` leads to its material."""

    id: UUID
    title: Title
    hours: Annotated[float, Meta(gt=0, le=1000)]
    teacher: Annotated[str, Meta(max_length=60)] = ""
    held_on: date | None = None
    place: Annotated[str, Meta(max_length=120)] = ""
    material_url: Url = ""


class ExamMake(Struct, forbid_unknown_fields=True):
    """An exam; without a pass mark the policy's (of 100) applies in proportion."""

    id: UUID
    title: Title
    held_on: date
    certificate_kind: CertificateKind
    place: Annotated[str, Meta(max_length=120)] = ""
    full_mark: Annotated[float, Meta(gt=0, le=1000)] = 100
    pass_mark: Mark | None = None


class Score(Struct, forbid_unknown_fields=True):
    """What one person scored."""

    person_id: UUID
    score: Mark


class ScoresEnter(Struct, forbid_unknown_fields=True):
    """Scores of an exam; one entered before is corrected."""

    scores: Annotated[list[Score], Meta(min_length=1, max_length=1000)]


class CourseRead(Struct):
    """A course of a plan."""

    id: UUID
    title: str
    hours: float
    teacher: str
    held_on: date | None
    place: str
    material_url: str


class ExamRead(Struct):
    """An exam with how many sat and passed it, and how many of those have no certificate yet (all within one's scope)."""

    id: UUID
    plan_id: UUID
    title: str
    held_on: date
    place: str
    certificate_kind: CertificateKind
    full_mark: float
    pass_mark: float
    sat: int
    passed: int
    to_certify: int


class PlanItem(Struct):
    """A plan; ``trained`` counts people who passed one of its exams."""

    id: UUID
    year: int
    title: str
    unit_name: str
    target_people: int
    trained: int
    courses: int
    exams: int
    version: int


class PlanDetail(PlanItem):
    """A plan with its courses and exams."""

    goal: str
    course_list: list[CourseRead]
    exam_list: list[ExamRead]


class ResultRead(Struct):
    """What a person scored; who passed and has no certificate of it yet is to be given one."""

    id: UUID
    exam_id: UUID
    exam_title: str
    held_on: date
    certificate_kind: CertificateKind
    person: Who
    employee_no: str | None
    unit_name: str | None
    score: float
    full_mark: float
    is_passed: bool
    certificate_id: UUID | None
