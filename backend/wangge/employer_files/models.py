"""Tables of the employer's file: the form's answers, each filling, each edit, every version, what is disputed, what was merged."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment


def _json(*, nullable: bool = False) -> Any:
    return Column(JSONB, nullable=nullable)


class EmployerForm(SQLModel, table=True):
    """What the survey form (调查登记表) of an employer says now, besides the columns of ``employers``.

    ``answers`` holds what is filled in, by the keys of ``form.json``; ``problems`` what the checks say about file and answers
    together, ``errors`` how many of these are errors; ``disputed`` the fields of which two values wait for somebody's choice.
    """

    __tablename__ = "employer_forms"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(answers) = 'object'", name="answers"),
        Index("ix_employer_forms_parent_uscc", text("(answers ->> 'parent_uscc')"),
              postgresql_where=text("answers ? 'parent_uscc'")),
    )  # fmt: skip
    employer_id: UUID = Field(foreign_key="employers.id", primary_key=True)
    answers: dict[str, Any] = Field(sa_column=_json())
    problems: list[dict[str, Any]] = Field(sa_column=_json())
    errors: int = 0
    disputed: list[str] = Field(sa_column=_json())
    filled_on: date | None = None
    updated_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class EmployerSurvey(SQLModel, table=True):
    """One filling of the form: a fact. ``kept`` are the reasons for which warnings were left standing, by the check's code."""

    __tablename__ = "employer_surveys"
    __table_args__ = (Index("ix_employer_surveys_employer_id_filled_on", "employer_id", "filled_on"),)
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id")
    filled_on: date
    filler: str = ""
    person_id: UUID = Field(foreign_key="people.id", index=True)
    source: str
    answers: dict[str, Any] = Field(sa_column=_json())
    kept: dict[str, str] = Field(sa_column=_json())
    problems: list[dict[str, Any]] = Field(sa_column=_json())
    captured_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class EmployerEdit(SQLModel, table=True):
    """One field of one edit, kept whatever became of it.

    ``base_version`` is the file's version that was on the screen, ``arrived_version`` the one that this edit made: an edit whose
    base is at least another's arrival has seen it. ``store_id`` is the phone's store that it was recorded in, ``store_seq`` its
    number there; both null from a desk.
    """

    __tablename__ = "employer_edits"
    __table_args__ = (
        CheckConstraint("origin in ('phone', 'desk', 'restore', 'merge', 'resolution')", name="origin"),
        Index("ix_employer_edits_employer_id_field", "employer_id", "field", "arrived_version"),
    )
    op_id: UUID = Field(primary_key=True)
    field: str = Field(primary_key=True)
    edit_id: UUID
    employer_id: UUID = Field(foreign_key="employers.id")
    value: Any = Field(sa_column=_json(nullable=True))
    base_version: int
    arrived_version: int
    person_id: UUID = Field(foreign_key="people.id", index=True)
    store_id: UUID | None = None
    store_seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    origin: str
    note: str = ""
    happened_at: datetime = moment()
    received_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()


class EmployerVersion(SQLModel, table=True):
    """What changed in a file when it got this version: ``changes`` is ``{field: [before, after]}``. Written by triggers alone.

    ``source`` is what ``wangge.change_source`` said: 'phone', 'desk', 'registry:<import>', 'merge:<id>', …
    """

    __tablename__ = "employer_versions"
    __table_args__ = (Index("ix_employer_versions_employer_id_version", "employer_id", "version"),)
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    employer_id: UUID = Field(foreign_key="employers.id")
    version: int
    changed_at: datetime = moment(default_now=True)
    person_id: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    source: str
    changes: dict[str, Any] = Field(sa_column=_json())
    grid_path: str = grid_path_field()


class EmployerConflict(SQLModel, table=True):
    """Two people, one field (字段冲突): ``candidates`` are ``{value, person_id, at, origin, edit_id, note}``; somebody chooses."""

    __tablename__ = "employer_conflicts"
    __table_args__ = (
        CheckConstraint("(resolved_at is null) = (reason is null)", name="resolved"),
        Index("uq_employer_conflicts_open", "employer_id", "field", unique=True, postgresql_where=text("resolved_at is null")),
        Index("ix_employer_conflicts_employer_id", "employer_id"),
        Index("ix_employer_conflicts_grid_path", "grid_path", postgresql_using="gist"),
        Index("ix_employer_conflicts_waiting", "opened_at", postgresql_where=text("resolved_at is null")),
        Index("ix_employer_conflicts_opened_at", "opened_at"),
    )
    id: UUID = id_field()
    employer_id: UUID = Field(foreign_key="employers.id")
    field: str
    candidates: list[dict[str, Any]] = Field(sa_column=_json())
    opened_at: datetime = moment(default_now=True)
    updated_at: datetime = moment(default_now=True)
    resolved_at: datetime | None = moment(nullable=True)
    resolved_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    chosen: Any = Field(default=None, sa_column=_json(nullable=True))
    reason: str | None = None
    version: int = 1
    grid_path: str = grid_path_field()


class EmployerMerge(SQLModel, table=True):
    """Two files of one employer made one (合并): ``merged_id`` points to ``kept_id`` until it is undone; facts stay where they are."""

    __tablename__ = "employer_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_files"),
        CheckConstraint("(undone_at is null) = (undone_by is null)", name="undone"),
        Index("uq_employer_merges_standing", "merged_id", unique=True, postgresql_where=text("undone_at is null")),
    )
    id: UUID = id_field()
    kept_id: UUID = Field(foreign_key="employers.id", index=True)
    merged_id: UUID = Field(foreign_key="employers.id", index=True)
    reason: str
    merged_at: datetime = moment(default_now=True)
    merged_by: UUID = Field(foreign_key="people.id", index=True)
    before: dict[str, Any] = Field(sa_column=_json())
    values_taken: dict[str, Any] = Field(sa_column=_json())
    undone_at: datetime | None = moment(nullable=True)
    undone_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    undo_reason: str = ""
    grid_path: str = grid_path_field()
