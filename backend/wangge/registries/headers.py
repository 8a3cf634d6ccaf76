"""Where a list's headings are: below titles, in one to three rows, merged across and down."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wangge.registries.cells import code_of, text_of
from wangge.registries.fields import guessed, plain_heading

LOOKED_AT = 40
DEEPEST = 3
Merged = tuple[tuple[int, int], tuple[int, int]]
"""(first row, first column), (last row, last column), from 0."""


@dataclass(frozen=True)
class Header:
    """Rows ``first`` to before ``first + depth`` (from 0) are headings; one text for each column."""

    first: int
    depth: int
    headings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The same for lists with the same headings, however they are written."""
        return hashlib.sha256("\x1f".join(map(plain_heading, self.headings)).encode()).hexdigest()[:32]


def header_at(rows: Sequence[Sequence[Any]], first: int, depth: int, merged: Sequence[Merged] = ()) -> Header:
    """The headings of these rows: what is merged holds for all it covers, parts above each other are put together."""
    width = max((len(row) for row in rows[first : first + depth]), default=0)
    table = [[text_of(cell) for cell in row] + [""] * (width - len(row)) for row in rows[first : first + depth]]
    covered = [[False] * width for _ in table]
    for (top, left), (bottom, right) in merged:
        if first <= top < first + depth and top < len(rows) and left < width:
            said = table[top - first][left]
            for y in range(top, min(bottom, first + depth - 1) + 1):
                for x in range(left, min(right, width - 1) + 1):
                    table[y - first][x], covered[y - first][x] = said, True
    if depth > 1 and not merged:  # plain text knows no merging: a heading holds to the right while the row below has more
        for x in range(1, width):
            if not table[0][x] and table[1][x] and table[0][x - 1] and table[1][x - 1]:
                table[0][x] = table[0][x - 1]
    headings = []
    for x in range(width):
        parts = list(dict.fromkeys(row[x] for row in table if row[x]))
        headings.append("".join(parts)[:120])
    while headings and not headings[-1]:
        headings.pop()
    return Header(first, depth, tuple(headings))


def _is_data(row: Sequence[Any]) -> bool:
    """Whether a row holds what no heading is: a number, a day, a credit code."""
    for cell in row:
        if isinstance(cell, str) or cell is None:
            text = text_of(cell)
            if code_of(text)[0] or (len(text) >= 5 and text.replace("-", "").isdigit()):
                return True
        else:
            return True
    return False


def found_header(rows: Sequence[Sequence[Any]], merged: Sequence[Merged] = ()) -> Header | None:
    """The headings that name the most fields, or None where none names the employer or two fields."""
    best: tuple[int, int, int] | None = None
    header: Header | None = None
    for first in range(min(len(rows), LOOKED_AT)):
        if _is_data(rows[first]):
            if header is not None:
                break
            continue
        for depth in range(1, DEEPEST + 1):
            if first + depth > len(rows) or any(_is_data(row) for row in rows[first : first + depth]):
                break
            here = header_at(rows, first, depth, merged)
            fields = guessed(here.headings)
            if "name" not in fields and len(fields) < 2:
                continue
            filled = sum(1 for heading in here.headings if heading)
            score = (len(fields), filled, -depth)
            if best is None or score > best:
                best, header = score, here
    if header is not None and header.depth == 1:
        header = _deepened(rows, header, merged)
    return header


def _deepened(rows: Sequence[Sequence[Any]], header: Header, merged: Sequence[Merged]) -> Header:
    """As deep as the merging says: a heading that covers two rows makes both of them headings."""
    bottom = max((b for (t, _), (b, _) in merged if t == header.first), default=header.first)
    depth = min(bottom - header.first + 1, DEEPEST)
    if depth > 1 and not any(_is_data(row) for row in rows[header.first : header.first + depth]):
        return header_at(rows, header.first, depth, merged)
    return header
