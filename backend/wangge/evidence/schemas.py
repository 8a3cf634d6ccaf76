"""Wire shapes of evidence."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

FileState = Literal["expected", "stored", "refused"]


class EvidencePerson(Struct):
    """Who took the photo."""

    id: UUID
    name: str


class CopyRead(Struct):
    """The evidence copy as announced, and whether its bytes are here; width and height in pixels."""

    sha256: str
    bytes: int
    width: int
    height: int
    state: FileState
    stored_at: datetime | None


class OriginalRead(Struct):
    """The camera's own file as announced, and whether its bytes are here."""

    sha256: str
    bytes: int
    state: FileState
    stored_at: datetime | None


class EvidenceRead(Struct, rename={"evidence_copy": "copy"}):
    """A photo; ``thumbnail``: one can be had; ``problem``: what is odd about bytes that are kept all the same."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    employer_id: UUID | None
    person: EvidencePerson
    captured_at: datetime
    source: str
    evidence_copy: CopyRead
    original: OriginalRead
    thumbnail: bool
    problem: str | None
