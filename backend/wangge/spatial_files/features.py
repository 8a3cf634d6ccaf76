"""What reading hands to the importers: features with their defects, or a question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shapely.geometry.base import BaseGeometry

from wangge.core.errors import Language
from wangge.spatial_files.datums import Datum
from wangge.spatial_files.defects import Defect, Position
from wangge.spatial_files.drawn import Drawn
from wangge.spatial_files.layers import Attributes
from wangge.spatial_files.texts import Encoding

Wanted = Literal["areas", "points", "any"]
DatumBasis = Literal["asked", "file", "format", "no_position"]
Axes = Literal["xy", "yx"]


@dataclass(frozen=True, slots=True)
class KnownBoundary:
    """An area that is already ours, to compare a file with."""

    code: str
    name: str
    geometry: BaseGeometry
    """Polygon or MultiPolygon, EPSG:4326."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a file."""

    index: int
    """Its place in the file, from 0; people are told from 1."""
    attributes: Attributes
    geometry: BaseGeometry | None
    """As drawn, EPSG:4326 lon/lat without heights, possibly invalid; None when there is none or it cannot be held so:
    a ring that does not close, a coordinate that is not finite or out of range."""
    drawn: Drawn | None
    """The same with heights (metres) and unclosed rings; lon/lat in degrees."""
    defects: tuple[Defect, ...] = ()
    repairs: tuple[str, ...] = ()
    """Codes of the repairs that somebody agreed to and that were made."""

    @property
    def has_errors(self) -> bool:
        """Whether it must not be written as it is."""
        return any(defect.severity == "error" for defect in self.defects)


@dataclass(frozen=True, slots=True)
class SpatialFile:
    """A layer that was read, with what is wrong with it. Nothing in it was repaired."""

    filename: str
    format: str
    layer: str
    features: tuple[Feature, ...]
    fields: tuple[str, ...]
    datum: Datum
    datum_basis: DatumBasis
    """Who says so: a person (asked), the file, or the format's own rule."""
    encoding: Encoding | None
    defects: tuple[Defect, ...] = field(default=())
    """Of the file as a whole."""

    def all_defects(self) -> Iterator[Defect]:
        """The file's, then each feature's."""
        yield from self.defects
        for feature in self.features:
            yield from feature.defects

    @property
    def has_errors(self) -> bool:
        """Whether anything in it must not be written as it is."""
        return any(defect.severity == "error" for defect in self.all_defects())


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question; ``value`` and ``axes`` (or ``columns``) go back into ``read_spatial_file``."""

    value: str
    zh: str
    en: str
    axes: Axes | None = None
    columns: tuple[str, str] | None = None
    position: Position | None = None
    """Where the middle of the data would lie with this answer: lon, lat, EPSG:4326."""

    def label(self, language: Language) -> str:
        """For the person."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class NeedsAnswer:
    """The file can be read once somebody answers; until then no position is given out."""

    filename: str
    question: Literal["datum", "layer", "columns"]
    zh: str
    en: str
    choices: tuple[Choice, ...]
    """Most plausible first; ``datum`` questions also take any EPSG code."""
    fields: tuple[str, ...] = ()
    sample: tuple[Attributes, ...] = ()
    """Attributes of the first features."""
    defects: tuple[Defect, ...] = ()

    def sentence(self, language: Language) -> str:
        """The question for the person."""
        return self.zh if language == "zh" else self.en


def bounds_of(known: Sequence[KnownBoundary]) -> tuple[float, float, float, float] | None:
    """``(min_lon, min_lat, max_lon, max_lat)`` in degrees of all known boundaries."""
    boxes = [boundary.geometry.bounds for boundary in known if not boundary.geometry.is_empty]
    if not boxes:
        return None
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
