"""Wire shapes of the employer's file."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.employer_files.editing import Reasons, SurveyFilling, Values
from wangge.employer_files.timeline import TimelineKind
from wangge.employers.schemas import NamedRef

Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Reason = Annotated[str, Meta(min_length=2, max_length=1000)]


class FieldSource(Struct):
    """Where a field's value comes from: ``source`` is phone, desk, registry:<import>, restore, merge:<id>, resolution, or empty."""

    field: str
    source: str
    at: datetime
    person: NamedRef | None


class FormProblem(Struct):
    """A check of the form that does not hold; the screens say it from the form itself, with these figures."""

    code: str
    severity: Literal["error", "warning", "alert"]
    fields: list[str]
    left: Any
    right: Any
    limit: Any


class FileRef(Struct):
    """Another file that belongs to this one."""

    id: UUID
    name: str
    uscc: str | None


class StandingMerge(Struct):
    """A merge that holds: by which act, and of which other file."""

    id: UUID
    employer: NamedRef
    reason: str
    merged_at: datetime
    merged_by: NamedRef | None


class EmployerFile(Struct):
    """The file in full: what every field says, from where and since when. Values of fields that nobody filled in are left out.

    ``missing`` are the fields that a complete file still lacks ("a|b": one of the two); ``is_stale`` a form that was filled in too
    long ago.
    """

    id: UUID
    name: str
    version: int
    values: dict[str, Any]
    sources: list[FieldSource]
    problems: list[FormProblem]
    disputed: list[str]
    missing: list[str]
    is_complete: bool
    is_stale: bool
    filled_on: date | None
    system_no: str | None
    parent: FileRef | None
    branches: list[FileRef]
    branches_total: int
    merged_into: StandingMerge | None
    merged: list[StandingMerge]


class FileEdit(Struct, forbid_unknown_fields=True):
    """Changes by field at a desk; ``version`` is the file that was looked at."""

    version: Version
    changes: Values
    survey: SurveyFilling | None = None
    note: Annotated[str, Meta(max_length=1000)] = ""


class FieldChange(Struct):
    """A field before and after."""

    field: str
    before: Any
    after: Any


class FileVersion(Struct):
    """One version of a file: who made it of what, and what changed."""

    version: int
    changed_at: datetime
    person: NamedRef | None
    source: str
    changes: list[FieldChange]


class FileRestore(Struct, forbid_unknown_fields=True):
    """Back to how the file stood at a version; ``fields`` narrows it to some."""

    to_version: Version
    version: Version
    reason: Reason
    fields: list[str] | None = None


class SurveyRead(Struct):
    """One filling of the form."""

    id: UUID
    filled_on: date
    filler: str
    person: NamedRef
    source: str
    answers: dict[str, Any]
    kept: Reasons
    problems: list[FormProblem]
    captured_at: datetime
    received_at: datetime


class TimelineEvent(Struct):
    """Something that happened to an employer. ``facts`` depend on the kind: what was recorded, in the words of its own table.

    ``employer_id`` differs from the file's where it happened to one that was merged into it.
    """

    kind: TimelineKind
    id: str
    at: datetime
    person: NamedRef | None
    employer_id: UUID
    facts: dict[str, Any]


class FileMerge(Struct, forbid_unknown_fields=True):
    """Make one file of two: ``merged_id`` becomes part of this one; ``take`` are the fields whose value comes from it."""

    merged_id: UUID
    reason: Reason
    version: Version
    merged_version: Version
    take: Annotated[list[str], Meta(max_length=200)] = []


class MergeUndo(Struct, forbid_unknown_fields=True):
    """Take a merge back."""

    reason: Reason


class MergeUndoResult(Struct):
    """What came back, and the fields that were changed since and therefore stay as they are."""

    file: EmployerFile
    kept_fields: list[str]


class ConflictCandidate(Struct):
    """One of the values between which somebody chooses: who said it, when, and from where."""

    value: Any
    person: NamedRef | None
    at: datetime
    origin: str
    edit_id: UUID | None
    note: str
    photos: int


class ConflictRead(Struct):
    """One field with several values (字段冲突)."""

    id: UUID
    employer: FileRef
    field: str
    candidates: list[ConflictCandidate]
    stands: Any
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: NamedRef | None
    chosen: Any
    reason: str | None
    version: int
    grid_name: str


class ConflictChoice(Struct, forbid_unknown_fields=True):
    """The value that is right, and why; usually a candidate's."""

    value: Any
    reason: Reason
    version: Version
