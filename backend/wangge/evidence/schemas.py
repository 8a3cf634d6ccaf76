"""Wire shapes of evidence."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from wangge.evidence.rules import Medium

FileState = Literal["expected", "stored", "refused"]


class ByteReceipt(Struct):
    """The server has these bytes: ``sha256`` and ``bytes`` of one file (``part``) of a photo or note, stored at ``stored_at``.

    ``signature`` is the server key's over all the other fields and ``"type":"wangge.bytes"`` in canonical JSON. ``log_size`` is how many
    entries the record log had then: the file's own stands at that place or after it.
    """

    evidence_id: str
    part: str
    sha256: str
    bytes: int
    stored_at: str
    log_size: int
    key_id: str
    signature: str


class EvidencePerson(Struct):
    """Who took the photo or made the note."""

    id: UUID
    name: str


class CopyRead(Struct):
    """The evidence copy, or a note's one file, as announced, and whether its bytes are here; width and height in pixels."""

    sha256: str
    bytes: int
    width: int | None
    height: int | None
    state: FileState
    stored_at: datetime | None
    receipt: ByteReceipt | None


class OriginalRead(Struct):
    """The camera's own file as announced, and whether its bytes are here."""

    sha256: str
    bytes: int
    state: FileState
    stored_at: datetime | None
    receipt: ByteReceipt | None


class ThumbRead(Struct):
    """The small picture that the phone sent ahead, and whether its bytes are here."""

    sha256: str
    bytes: int
    state: FileState
    receipt: ByteReceipt | None


class EvidenceRead(Struct, rename={"evidence_copy": "copy"}):
    """A photo or a note; ``thumbnail``: a small picture can be had; ``problem``: what is odd about bytes that are kept all the same.

    ``original`` and ``thumb`` are null where none was announced (a note has neither), ``seconds`` is a note's length.
    """

    id: UUID
    subject_kind: str
    subject_id: UUID
    employer_id: UUID | None
    person: EvidencePerson
    captured_at: datetime
    source: str
    medium: Medium
    media_type: str
    seconds: float | None
    evidence_copy: CopyRead
    original: OriginalRead | None
    thumb: ThumbRead | None
    thumbnail: bool
    problem: str | None
