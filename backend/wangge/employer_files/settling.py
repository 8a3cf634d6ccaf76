"""Edits of one field that meet (字段合并): which value stands, and whether somebody has to choose. Pure.

What comes out depends on what was said, by whom, and on what each had seen; not on the order in which it arrived (S6).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Said:
    """One field as somebody said it. ``base_version`` is the file that was seen, ``arrived_version`` the one that this made.

    ``store`` is the phone's store that it was recorded in (None: a desk or an import), ``store_seq`` its number there.
    """

    op_id: UUID
    value: Any
    base_version: int
    arrived_version: int
    person_id: UUID | None
    store: UUID | None
    store_seq: int
    at: datetime
    origin: str = "phone"
    note: str = ""
    edit_id: UUID | None = None

    def follows(self, other: "Said") -> bool:
        """Whether this was said knowing the other: by the same hand later, or over a file that held it already."""
        if self.store is not None and self.store == other.store:
            return (self.store_seq, str(self.op_id)) > (other.store_seq, str(other.op_id))
        return self.base_version >= other.arrived_version


@dataclass(frozen=True)
class Settled:
    """The value that stands for now, and the candidates between which somebody has to choose (none when all agree)."""

    value: Any
    candidates: tuple[Said, ...]


def settle(edits: Sequence[Said], desk: Said | None) -> Settled | None:
    """What a field comes to. ``desk`` is the last word from a desk or an import: it ends whatever had arrived before it.

    Of several values the one said last stands meanwhile, for one has to. None: nothing was said.
    """
    alive = [e for e in edits if desk is None or e.arrived_version > desk.arrived_version]
    heads = [e for e in alive if not any(other.follows(e) for other in alive if other is not e)]
    if desk is not None and (not heads or any(e.base_version < desk.arrived_version for e in heads)):
        heads.append(desk)
    if not heads:
        return None
    heads.sort(key=lambda e: (e.at, str(e.op_id)))
    values = {json.dumps(e.value, sort_keys=True, ensure_ascii=False) for e in heads}
    return Settled(heads[-1].value, tuple(heads) if len(values) > 1 else ())
