"""Wire shapes of imports."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from wangge.employers.schemas import NamedRef
from wangge.spatial_files.repairs import RepairCode

Target = Literal["grids", "employer_points"]
Short = Annotated[str, Meta(max_length=200)]
MatchBy = Literal["uscc", "id"]


class Consent(Struct, forbid_unknown_fields=True):
    """One kind of repair that somebody agrees to: for the features at these places (from 0), or for all that need it."""

    code: RepairCode
    positions: Annotated[list[int], Meta(max_length=100_000)] | None = None


class Answers(Struct, kw_only=True):
    """What a person has said about a file; null is "not said", and then the file's own word or a plain guess holds.

    ``columns`` are the longitude and the latitude column; ``mend_m2`` the largest sliver that may be given to a neighbour;
    ``left_out`` places of features (from 0) that are not imported; ``allow_far`` lets points move however far;
    ``skip_errors`` leaves out every feature that is broken by itself and was not repaired, and every point with an error.
    """

    datum: Short | None = None
    axes: Literal["xy", "yx"] | None = None
    layer: Short | None = None
    encoding: Short | None = None
    columns: tuple[Short, Short] | None = None
    code_column: Short | None = None
    name_column: Short | None = None
    parent_column: Short | None = None
    match_column: Short | None = None
    match_by: MatchBy = "uscc"
    accuracy_column: Short | None = None
    repairs: Annotated[list[Consent], Meta(max_length=50)] = []
    left_out: Annotated[list[int], Meta(max_length=100_000)] = []
    mend_m2: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    allow_far: bool = False
    skip_errors: bool = False


class AnswersPatch(Struct, kw_only=True, forbid_unknown_fields=True):
    """Answers to change; what is not sent stays. ``version`` is the one that was looked at. The file is read again."""

    version: int
    datum: Short | UnsetType | None = UNSET
    axes: Literal["xy", "yx"] | UnsetType | None = UNSET
    layer: Short | UnsetType | None = UNSET
    encoding: Short | UnsetType | None = UNSET
    columns: tuple[Short, Short] | UnsetType | None = UNSET
    code_column: Short | UnsetType | None = UNSET
    name_column: Short | UnsetType | None = UNSET
    parent_column: Short | UnsetType | None = UNSET
    match_column: Short | UnsetType | None = UNSET
    match_by: MatchBy | UnsetType = UNSET
    accuracy_column: Short | UnsetType | None = UNSET
    repairs: Annotated[list[Consent], Meta(max_length=50)] | UnsetType = UNSET
    left_out: Annotated[list[int], Meta(max_length=100_000)] | UnsetType = UNSET
    mend_m2: Annotated[float, Meta(ge=0, le=1_000_000)] | UnsetType = UNSET
    allow_far: bool | UnsetType = UNSET
    skip_errors: bool | UnsetType = UNSET


class NewImport(Struct, kw_only=True):
    """What is to become of a file: where it belongs (the only grid of one's scope without ``grid_id``), and as what level."""

    target: str
    grid_id: UUID | None
    level: int | None
    file_name: str


class Version(Struct, forbid_unknown_fields=True):
    """The version that was looked at."""

    version: int


class Apply(Version, forbid_unknown_fields=True):
    """The version that was looked at, and the ``basis`` of the preview of its changes, for areas of one parent."""

    basis: str | None = None


class ImportItem(Struct, kw_only=True):
    """An import in a list. ``counts`` are of features: all, with errors, with warnings, left out; null before reading ends."""

    id: UUID
    target: Target
    level: int | None
    grid: NamedRef
    file_name: str
    size_bytes: int
    state: str
    stage: str
    version: int
    made_by: NamedRef
    made_at: datetime
    updated_at: datetime
    applied_at: datetime | None
    counts: dict[str, int] | None
    result: dict[str, Any] | None


class ImportDetail(ImportItem, kw_only=True):
    """An import whole: the answers given, the report on its file or the question it asks, why it failed.

    ``report`` holds format, layer, fields, coordinate system, encoding, counts by kind of defect, defects of the file as a
    whole, the areas it falls into, ``question`` while one is open, and ``blockers``: why it cannot be applied yet.
    """

    sha256: str
    answers: Answers
    report: dict[str, Any] | None
    problem: dict[str, Any] | None


class DefectRead(Struct, kw_only=True):
    """One thing that is wrong; ``severity`` is error, warning, or mended (a sliver that applying gives to a neighbour).

    ``position`` is lon, lat; ``others`` are further features, counted from 1 as people do.
    """

    code: str
    severity: str
    detail: str
    position: list[float] | None
    area_m2: float | None
    width_m: float | None
    others: list[int]


class RepairRead(Struct, kw_only=True):
    """A repair that would help, in plain words, with the area before and after (m²), and whether it was agreed to."""

    code: str
    detail: str
    before_m2: float
    after_m2: float
    agreed: bool
    preview: dict[str, Any] | None


class FeatureRead(Struct, kw_only=True):
    """One feature of the file; ``number`` counts from 1. For points: the employer found, how far its point moves (m), and
    what became of it (``outcome``: moved, not_found, outside, far, unchanged)."""

    position: int
    number: int
    code: str
    name: str
    severity: str
    left_out: bool
    defects: list[DefectRead]
    repairs: list[RepairRead]
    attributes: dict[str, Any]
    parent: NamedRef | None
    area_m2: float | None
    spot: list[float] | None
    employer: NamedRef | None
    moved_m: float | None
    outcome: str | None
