"""What a book consists of, in its own language: sections that the PDF prints and the spreadsheet repeats, one sheet each.

Adding to a book means adding a section here; neither typesetting nor spreadsheet knows what a grid or an employer is.
"""

from typing import Any, Literal

from msgspec import Struct

Cell = str | int | float | None
How = Literal["text", "number", "day", "moment", "code"]


class Column(Struct, kw_only=True):
    """A column of a table: its heading, its share of the width, how its cells are written.

    ``under`` puts it on paper below the column before it, small; a spreadsheet has it in a column of its own. ``marks``: a cell that
    says something is something to look at (an uncovered employer).
    """

    title: str
    width: float = 1.0
    how: How = "text"
    under: bool = False
    marks: bool = False


class Table(Struct, tag="table", kw_only=True):
    """Rows under headings. Paper has the first ``printed`` rows; ``total`` counts those that there are, ``sheet`` those in ``rows``."""

    columns: list[Column]
    rows: list[list[Cell]]
    total: int
    printed: int
    empty: str
    left_out: str = ""


class Facts(Struct, tag="facts", kw_only=True):
    """Names with their values; an empty value prints as a line to fill in."""

    facts: list[tuple[str, str]]


class Figures(Struct, tag="figures", kw_only=True):
    """Large numbers with what they count; ``tone`` uncovered or key colours one."""

    figures: list[tuple[str, str, str]]


class Photo(Struct, kw_only=True):
    """A photo's thumbnail (a file of the job's folder; none where its bytes have not arrived) with the SHA-256 of its evidence copy."""

    file: str | None
    caption: str
    detail: str
    sha256: str


class Photos(Struct, tag="photos", kw_only=True):
    """Thumbnails in rows."""

    photos: list[Photo]
    empty: str
    missing: str


class Map(Struct, tag="map", kw_only=True):
    """A drawing (``file``, SVG) with its legend: (symbol, words)."""

    file: str
    legend: list[tuple[str, str]]
    note: str


class Text(Struct, tag="text", kw_only=True):
    """A paragraph."""

    text: str


Part = Table | Facts | Figures | Photos | Map | Text


class Section(Struct, kw_only=True):
    """A numbered chapter; ``sheet`` is the name of its sheet (at most 31 characters)."""

    title: str
    sheet: str
    parts: list[Part]


class Document(Struct, kw_only=True):
    """A whole book. ``day`` (ISO) is the day on which it was true; the same data on the same day make the same bytes."""

    kind: Literal["grid", "employer"]
    language: Literal["zh", "en"]
    series: str
    title: str
    subtitle: str
    day: str
    cover: list[tuple[str, str]]
    words: dict[str, str]
    sections: list[Section]
    contents: bool
    counts: dict[str, int]


class Made(Struct, kw_only=True):
    """What came of a making: the two files of the job's folder, or a refusal (``problem``, by language)."""

    pages: int = 0
    facts: dict[str, int] = {}
    problem: dict[str, Any] | None = None
