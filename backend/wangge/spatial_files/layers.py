"""What every reader hands over: one layer, as drawn and as written, before its coordinate system is settled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wangge.spatial_files.defects import Defect, describe
from wangge.spatial_files.drawn import Drawn
from wangge.spatial_files.errors import TooManyFeatures, TooManyVertices
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.texts import Encoding

Value = str | int | float | bool | None
Attributes = dict[str, Value]


@dataclass(slots=True)
class RawFeature:
    """One feature with the coordinates of the file."""

    index: int
    attributes: Attributes
    drawn: Drawn | None
    defects: list[Defect] = field(default_factory=list)


@dataclass(slots=True)
class RawLayer:
    """One layer of a file."""

    format: str
    name: str
    features: list[RawFeature]
    fields: list[str]
    encoding: Encoding | None = None
    declared: str | None = None
    """The coordinate system that the file names: a code or name, or WKT when ``declared_is_wkt``."""
    declared_is_wkt: bool = False
    by_format: bool = False
    """``declared`` comes from the format's own rule (RFC 7946, KML), not from the file."""
    datum_hint: str | None = None
    """A datum that column names suggest; a hint is asked about, never followed."""
    defects: list[Defect] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """A layer that could be read."""

    name: str
    feature_count: int | None


class SeveralLayers(Exception):
    """The file has several layers and nobody said which; becomes a question."""

    def __init__(self, layers: Sequence[LayerChoice]) -> None:
        self.layers = tuple(layers)


class ColumnsUnclear(Exception):
    """No columns are certainly longitude and latitude; becomes a question. ``pairs`` are (lon, lat) names."""

    def __init__(self, fields: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
        self.fields, self.pairs = tuple(fields), tuple(pairs)


class Counter:
    """Counts features and vertices while a file is read, and stops at the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._features = self._vertices = 0

    def add_feature(self) -> None:
        """Raises TooManyFeatures."""
        self._features += 1
        if self._features > self._limits.max_features:
            raise TooManyFeatures(limit=self._limits.max_features)

    def add_vertices(self, count: int) -> None:
        """Raises TooManyVertices."""
        self._vertices += count
        if self._vertices > self._limits.max_vertices:
            raise TooManyVertices(limit=self._limits.max_vertices, what_zh="顶点", what_en="vertices")

    def check_table(self, rows: int, columns: int) -> None:
        """Raises TooManyVertices for more columns or cells than an attribute table may have."""
        if columns > self._limits.max_fields:
            raise TooManyVertices(limit=self._limits.max_fields, what_zh="字段", what_en="fields")
        if rows * columns > self._limits.max_cells:
            raise TooManyVertices(limit=self._limits.max_cells, what_zh="属性值", what_en="attribute values")

    def check_rings(self, count: int) -> None:
        """Rings of one feature. Raises TooManyVertices."""
        if count > self._limits.max_rings_per_feature:
            raise TooManyVertices(limit=self._limits.max_rings_per_feature, what_zh="单个要素的环", what_en="rings in one feature")


def unique_names(names: Sequence[str], defects: list[Defect]) -> list[str]:
    """Field names made distinct; a repeated one gets a number and a defect."""
    taken: set[str] = set()
    out: list[str] = []
    for position, name in enumerate(names, start=1):
        wanted = name.strip() or f"列{position}"
        final, turn = wanted, 1
        while final in taken or (turn > 1 and final in names):
            turn += 1
            final = f"{wanted}_{turn}"
        if turn > 1:
            defects.append(describe("field_name_repeated", name=wanted, renamed=final))
        taken.add(final)
        out.append(final)
    return out
