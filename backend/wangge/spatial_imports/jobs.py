"""What goes to the reading process and what comes back; both travel as MessagePack in a folder of their own."""

from typing import Any

import msgspec
from msgspec import Struct

from wangge.spatial_files.limits import Limits
from wangge.spatial_imports.schemas import Answers, Target


class KnownArea(Struct):
    """A grid as the reader needs it; ``wkb`` is EPSG:4326."""

    id: str
    code: str
    name: str
    wkb: bytes


class Job(Struct, kw_only=True):
    """One file to read: where it lies, what was answered, what it is compared with.

    ``known`` are boundaries to trust for the datum; ``parents`` the areas that the features must tile, or lie in (one of
    them for each feature).
    """

    path: str
    file_name: str
    target: Target
    answers: Answers
    limits: dict[str, float]
    known: list[KnownArea]
    parents: list[KnownArea]

    def bounds(self) -> Limits:
        """The limits as the readers take them; names that they do not know are left out."""
        fields = {name: value for name, value in self.limits.items() if name in Limits.__dataclass_fields__}
        return Limits(**{name: type(getattr(Limits(), name))(value) for name, value in fields.items()})


class Row(Struct, kw_only=True):
    """One feature as it is kept; the names are those of ``SpatialImportFeature``. Words are in both languages."""

    position: int
    code: str = ""
    name: str = ""
    severity: str = "none"
    left_out: bool = False
    defects: list[dict[str, Any]] = []
    repairs: list[dict[str, Any]] = []
    attributes: dict[str, Any] = {}
    parent_id: str | None = None
    area_m2: float | None = None
    shape: bytes | None = None
    preview: dict[str, Any] | None = None
    spot: tuple[float, float] | None = None
    match_key: str | None = None
    accuracy_m: float | None = None


class Found(Struct, kw_only=True):
    """What reading came to: a refusal (``problem``, by language), a question (in ``report``), or features."""

    state: str
    report: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    rows: list[Row] = []


encode = msgspec.msgpack.encode
decode_job = msgspec.msgpack.Decoder(Job).decode
decode_found = msgspec.msgpack.Decoder(Found).decode
