"""Tables of ratings, of the scales that they follow, and of objections to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


class RatingScale(SQLModel, table=True):
    """A scale (评价标准) from a day on. ``grades``: ``[{grade, zh, en}]``, the best first.

    ``rules``: ``[{code, grade, kinds, at_least, zh, en}]``: so many signals of these kinds within the year lead to this grade; the worst
    that applies is proposed, the best grade where none does.
    """

    __tablename__ = "rating_scales"
    __table_args__ = (Index("uq_rating_scales_valid_from", "valid_from", unique=True),)
    code: str = Field(primary_key=True)
    valid_from: date
    zh: str
    en: str
    grades: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    rules: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    source: str
    confidence: str


class InspectionCap(SQLModel, table=True):
    """How many inspections of a kind an employer of a grade may get in a year, from a day on; ``per_year`` null: no cap."""

    __tablename__ = "inspection_caps"
    __table_args__ = (
        CheckConstraint("kind in ('routine', 'special')", name="kind"),
        CheckConstraint("per_year >= 0", name="per_year"),
        CheckConstraint("confidence in ('high', 'medium', 'low')", name="confidence"),
    )
    grade: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    per_year: int | None = None
    source: str
    confidence: str


class RatingRound(SQLModel, table=True):
    """The rating of all employers of a territory for a year (评价批次). ``done`` of ``total`` tell of the work under way.

    ``task_by`` is who ordered the work that ``state`` names; ``problem`` why it stopped, in both languages.
    """

    __tablename__ = "rating_rounds"
    __table_args__ = (
        CheckConstraint("state in ('proposing', 'reviewing', 'accepting', 'publishing', 'published')", name="state"),
        CheckConstraint("year between 2000 and 2200", name="year"),
        Index("uq_rating_rounds_grid_id_year", "grid_id", "year", unique=True),
        Index("ix_rating_rounds_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_rating_rounds_working", "task_at", postgresql_where=text("state in ('proposing', 'accepting', 'publishing')")),
    )
    id: UUID = id_field()
    year: int
    scale: str = Field(foreign_key="rating_scales.code", index=True)
    state: str = "proposing"
    task_at: datetime = moment(default_now=True)
    task_by: UUID = Field(foreign_key="people.id", index=True)
    accept_grades: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    after_id: UUID
    done: int = 0
    total: int = 0
    made_by: UUID = Field(foreign_key="people.id", index=True)
    made_at: datetime = moment(default_now=True)
    published_on: date | None = None
    published_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    version: int = 1
    grid_id: UUID = Field(foreign_key="grids.id")
    grid_path: str = grid_path_field()


class Rating(SQLModel, table=True):
    """An employer's rating for a year: ``proposed_grade`` with its reasons, ``grade`` as decided.

    ``aspects``: ``{aspect: {violations, signals, findings}}``, only what is not nought; ``reasons``: the rules that applied.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'reviewed', 'published')", name="state"),
        CheckConstraint("(state = 'proposed') = (grade is null)", name="grade"),
        CheckConstraint("(state = 'published') = (published_on is not null)", name="published"),
        Index("uq_ratings_employer_id_year", "employer_id", "year", unique=True),
        Index("ix_ratings_round_id_state_employer_id", "round_id", "state", "employer_id"),
        Index("ix_ratings_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    round_id: UUID = Field(foreign_key="rating_rounds.id")
    employer_id: UUID = Field(foreign_key="employers.id")
    year: int
    proposed_grade: str
    aspects: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    proposed_at: datetime = moment(default_now=True)
    state: str = "proposed"
    grade: str | None = None
    decision_reason: str = ""
    reviewed_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    reviewed_at: datetime | None = moment(nullable=True)
    published_on: date | None = None
    published_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    version: int = 1
    grid_path: str = grid_path_field()


class RatingChange(SQLModel, table=True):
    """That a rating's grade became another; written by a trigger, never changed."""

    __tablename__ = "rating_changes"
    __table_args__ = (
        Index("ix_rating_changes_rating_id_made_at", "rating_id", "made_at"),
        Index("ix_rating_changes_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    rating_id: UUID = Field(foreign_key="ratings.id")
    from_grade: str
    to_grade: str
    was_published: bool
    reason: str
    made_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    made_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class RatingObjection(SQLModel, table=True):
    """An employer's objection (异议) to a published rating; to be decided by ``due_on``."""

    __tablename__ = "rating_objections"
    __table_args__ = (
        CheckConstraint("decision in ('upheld', 'rejected')", name="decision"),
        CheckConstraint("(decision is null) = (decided_at is null) and (decided_at is null) = (decided_by is null)", name="decided"),
        CheckConstraint("due_on >= filed_on", name="days"),
        Index("ix_rating_objections_rating_id", "rating_id"),
        Index("uq_rating_objections_open", "rating_id", unique=True, postgresql_where=text("decision is null")),
        Index("ix_rating_objections_due_on", "due_on", postgresql_where=text("decision is null")),
        Index("ix_rating_objections_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    rating_id: UUID = Field(foreign_key="ratings.id")
    filed_on: date
    filed_by: str
    grounds: str
    due_on: date
    recorded_by: UUID = Field(foreign_key="people.id", index=True)
    recorded_at: datetime = moment(default_now=True)
    decision: str | None = None
    new_grade: str | None = None
    decision_reason: str = ""
    decided_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    decided_at: datetime | None = moment(nullable=True)
    version: int = 1
    grid_path: str = grid_path_field()
