"""Reading the catalogues, and which of their words could be chosen on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.catalogues.schemas import Catalogues, CatalogueWord
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.matching.keys import normaliser_for

List = Literal["talk_topics", "material_kinds", "incident_kinds"]
LISTS: tuple[List, ...] = ("talk_topics", "material_kinds", "incident_kinds")
WORDS = "select code, zh, en, valid_from, valid_to from {} order by seq, code"


async def read_catalogues(db: AsyncSession) -> Catalogues:
    """Every word there is or was."""
    found: dict[str, list[CatalogueWord]] = {}
    for name in LISTS:
        rows = await db.execute(text(WORDS.format(name)))
        found[name] = msgspec.convert([dict(r) for r in rows.mappings()], list[CatalogueWord])
    return Catalogues(**found, place_names=(await normaliser_for(db)).places)


class Words:
    """The words of one catalogue, for deciding which of them a record of a day may use."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._known = {code: (valid_from, valid_to) for code, valid_from, valid_to in rows}

    def unknown(self, codes: Sequence[str], on: date) -> list[str]:
        """Which of these were no words on that day; a day before the catalogue began (a clock that is off) counts as known."""
        return [c for c in codes if c not in self._known or ((last := self._known[c][1]) is not None and on > last)]

    def require(self, field: str, codes: Sequence[str], on: date) -> InvalidInput | None:
        """The problem to quarantine a record for, naming the field; None where every word is known."""
        if not (wrong := self.unknown(codes, on)):
            return None
        words = "、".join(wrong)
        return InvalidInput([FieldProblem(field, "unknown_word", f"目录里没有“{words}”。", f"Not in the catalogue: {', '.join(wrong)}.")])


async def words_of(conn: Any, name: List) -> Words:
    """The words of one catalogue, on the driver's connection (for a push)."""
    return Words(await conn.fetch(f"select code, valid_from, valid_to from {name}"))
