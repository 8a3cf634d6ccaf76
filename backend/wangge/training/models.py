"""Tables of training."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from wangge.certificates.models import KIND
from wangge.core.columns import grid_path_field, id_field, moment


class TrainingPlan(SQLModel, table=True):
    """A training plan (培训计划) of a unit for a year; ``target_people`` is how many are to be trained."""

    __tablename__ = "training_plans"
    __table_args__ = (
        CheckConstraint("year between 2000 and 2100", name="year"),
        CheckConstraint("target_people >= 0", name="target_people"),
        Index("ix_training_plans_year", "year"),
        Index("ix_training_plans_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    year: int
    title: str
    goal: str = ""
    target_people: int
    unit_id: UUID = Field(foreign_key="units.id", index=True)
    created_by: UUID = Field(foreign_key="people.id", index=True)
    created_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


class Course(SQLModel, table=True):
    """A course (课程) of a plan: teacher, class hours (学时), a link to its material."""

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours"),
        Index("ix_courses_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    plan_id: UUID = Field(foreign_key="training_plans.id", index=True)
    title: str
    teacher: str = ""
    hours: float
    held_on: date | None = None
    place: str = ""
    material_url: str = ""
    grid_path: str = grid_path_field()
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


class Exam(SQLModel, table=True):
    """An exam (考试) of a plan; who reaches ``pass_mark`` of ``full_mark`` may be given a certificate of ``certificate_kind``."""

    __tablename__ = "exams"
    __table_args__ = (
        CheckConstraint(f"certificate_kind {KIND}", name="certificate_kind"),
        CheckConstraint("full_mark > 0 and pass_mark between 0 and full_mark", name="marks"),
        Index("ix_exams_held_on", "held_on"),
        Index("ix_exams_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    plan_id: UUID = Field(foreign_key="training_plans.id", index=True)
    title: str
    held_on: date
    place: str = ""
    certificate_kind: str
    pass_mark: float
    full_mark: float
    grid_path: str = grid_path_field()
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


class ExamResult(SQLModel, table=True):
    """What a person scored (成绩). ``grid_path`` is the person's and follows her; ``certificate_id`` what came of it."""

    __tablename__ = "exam_results"
    __table_args__ = (
        CheckConstraint("score >= 0 and score <= full_mark", name="score"),
        UniqueConstraint("exam_id", "person_id"),
        Index("ix_exam_results_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_exam_results_to_certify", "grid_path", postgresql_using="gist",
              postgresql_where=text("is_passed and certificate_id is null")),
    )  # fmt: skip
    id: UUID = id_field()
    exam_id: UUID = Field(foreign_key="exams.id")
    person_id: UUID = Field(foreign_key="people.id", index=True)
    score: float
    pass_mark: float
    full_mark: float
    is_passed: bool = Field(sa_column_args=(Computed("score >= pass_mark", persisted=True),))
    certificate_id: UUID | None = Field(default=None, foreign_key="certificates.id", index=True)
    entered_by: UUID = Field(foreign_key="people.id", index=True)
    entered_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
