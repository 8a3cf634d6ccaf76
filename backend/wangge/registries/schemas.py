"""Wire shapes of registry lists."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from wangge.employers.schemas import GridName, NamedRef

RegistrySource = Literal["market_regulation", "tax", "social_insurance"]
Column = Annotated[int, Meta(ge=-1, le=10_000)]
RowNumber = Annotated[int, Meta(ge=1, le=1000)]
ListField = Literal[
    "name", "uscc", "registration_no", "address", "contact_name", "contact_phone", "industry_code", "employees", "registered_on", "status",
    "division", "lon", "lat",
]  # fmt: skip


class ListAnswers(Struct, kw_only=True):
    """What a person has said about a list; null is "not said", and then the file's own word, what is remembered, or a guess holds.

    ``header_row`` counts from 1 as the spreadsheet does. ``columns`` are places from 0; -1 says that no column holds that field.
    ``whole_list``: it names every employer of the area, so that what is missing is gone.
    """

    sheet: Annotated[str, Meta(max_length=200)] | None = None
    encoding: Literal["utf-8", "gb18030", "utf-16", "big5"] | None = None
    header_row: RowNumber | None = None
    header_rows: Annotated[int, Meta(ge=1, le=3)] = 1
    columns: dict[ListField, Column] | None = None
    whole_list: bool = False


class ListAnswersPatch(Struct, kw_only=True, forbid_unknown_fields=True):
    """Answers to change; what is not sent stays. ``version`` is the one that was looked at. The list is read again."""

    version: int
    sheet: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    encoding: Literal["utf-8", "gb18030", "utf-16", "big5"] | UnsetType | None = UNSET
    header_row: RowNumber | UnsetType | None = UNSET
    header_rows: Annotated[int, Meta(ge=1, le=3)] | UnsetType = UNSET
    columns: dict[ListField, Column] | UnsetType | None = UNSET
    whole_list: bool | UnsetType = UNSET


class ListVersion(Struct, forbid_unknown_fields=True):
    """The version that was looked at."""

    version: int


class RegistryImportItem(Struct, kw_only=True):
    """A list's import. ``counts`` are of rows: all, with errors, with warnings, passed over; null before reading ends."""

    id: UUID
    source: RegistrySource
    grid: NamedRef
    file_name: str
    size_bytes: int
    state: str
    stage: str
    rows_done: int
    version: int
    made_by: NamedRef
    made_at: datetime
    updated_at: datetime
    applied_at: datetime | None
    counts: dict[str, int] | None
    result: dict[str, Any] | None


class RegistryImportDetail(RegistryImportItem, kw_only=True):
    """A list's import whole: the answers, the report on the file or the question it asks, why it failed.

    ``report``: ``sheets``, ``sheet``, ``encoding``, ``header_row``, ``header_rows``, ``headings``, ``columns`` (field → place), ``basis``
    (field → answered, remembered, guessed), ``sample`` rows, ``counts``, ``codes`` by kind of problem, ``outcomes`` of writing.
    """

    sha256: str
    answers: ListAnswers
    report: dict[str, Any] | None
    problem: dict[str, Any] | None


class RowProblem(Struct, kw_only=True):
    """One thing that is wrong with a row; an ``error`` refuses it, a ``warning`` leaves the cell out."""

    code: str
    field: str
    value: str = ""
    severity: str
    detail: str


class ListRowRead(Struct, kw_only=True):
    """A row of the file that has problems; ``number`` is the spreadsheet's."""

    number: int
    severity: str
    name: str
    uscc: str | None
    address: str
    problems: list[RowProblem]
    raw: list[Any] | None


class RegistryRowItem(Struct, kw_only=True):
    """What a registry says of an employer, and its file. ``position`` is lon, lat; the contact's number is masked without the right."""

    id: UUID
    source: RegistrySource
    name: str
    uscc: str | None
    registration_no: str | None
    address: str
    contact_name: str
    contact_phone: str
    industry_code: str | None
    employees: int | None
    registered_on: date | None
    status: str
    division: str
    position: list[float] | None
    position_source: str | None
    grid: GridName | None
    grid_source: str
    state: str
    employer: NamedRef | None
    matched_by: str | None
    match_score: int | None
    candidates: int
    first_seen_at: datetime
    changed_at: datetime
    version: int


class RowPlacement(Struct, forbid_unknown_fields=True):
    """Where an employer of a registry stands; ``position`` is ``[lon, lat]`` in degrees (EPSG:4326)."""

    position: tuple[float, float]
    version: int
