"""What the bytes of evidence are, told from the bytes alone; and how an upload describes itself."""

import base64
import binascii
from typing import Literal, get_args
from uuid import UUID

import puremagic

from wangge.core.errors import FieldProblem, InvalidInput

Part = Literal["thumb", "copy", "original"]
Medium = Literal["photo", "audio", "video"]
NoteType = Literal[
    "audio/webm", "audio/ogg", "audio/mp4", "audio/3gpp", "audio/mpeg", "audio/wav",
    "video/webm", "video/mp4", "video/3gpp", "video/quicktime",
]  # fmt: skip
ImageProblem = Literal["type_mismatch", "image_too_many_pixels", "image_truncated", "image_not_decodable"]
HEAD_BYTES = 64
UNKNOWN_TYPE = "application/octet-stream"
TAKEN: dict[Part, frozenset[str]] = {
    "thumb": frozenset({"image/jpeg"}),
    "copy": frozenset({"image/jpeg"}),
    "original": frozenset({"image/jpeg", "image/png", "image/webp", "image/heif"}),
}
# What a recording is in, and what the library calls it; sound and picture lie in the same containers.
CONTAINERS: dict[str, frozenset[str]] = {
    "webm": frozenset({"video/webm"}),
    "ogg": frozenset({"audio/ogg", "application/ogg"}),
    "mp4": frozenset({"video/mp4", "audio/mp4", "video/3gpp", "video/quicktime"}),
    "mpeg": frozenset({"audio/mpeg"}),
    "wav": frozenset({"audio/wave", "audio/x-wav"}),
}
CONTAINER_OF: dict[str, str] = {
    "webm": "webm", "ogg": "ogg", "mp4": "mp4", "3gpp": "mp4", "quicktime": "mp4", "mpeg": "mpeg", "wav": "wav",
}  # fmt: skip
NOTE_EXTENSIONS = {
    "audio/webm": ".webm", "audio/ogg": ".ogg", "audio/mp4": ".m4a", "audio/3gpp": ".3gp", "audio/mpeg": ".mp3", "audio/wav": ".wav",
    "video/webm": ".webm", "video/mp4": ".mp4", "video/3gpp": ".3gp", "video/quicktime": ".mov",
}  # fmt: skip
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def media_type_of(head: bytes) -> str:
    """The media type that a file's first ``HEAD_BYTES`` bytes prove; ``UNKNOWN_TYPE`` for anything we do not take.

    Source: signatures of ITU-T T.81, PNG (ISO/IEC 15948), RIFF/WebP (RFC 9649) and HEIF brands (ISO/IEC 23008-12).
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "image/heif"
    return UNKNOWN_TYPE


def medium_of(media_type: str) -> Medium:
    """Whether a media type is a photo's, or a note's in sound or picture."""
    kind = media_type.partition("/")[0]
    return "audio" if kind == "audio" else "video" if kind == "video" else "photo"


def is_note_of(head: bytes, media_type: str) -> bool:
    """Whether a recording's first ``HEAD_BYTES`` bytes are of the container that its announced type lies in."""
    wanted = CONTAINERS[CONTAINER_OF[media_type.partition("/")[2]]]
    try:
        found = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):  # nothing it knows; nothing at all
        return False
    # Matroska is what WebM is made from, and the library names both where it is the former.
    return bool(found & wanted) and not (wanted == CONTAINERS["webm"] and "video/x-matroska" in found)


def file_extension(media_type: str) -> str:
    """The extension of a download's name, with its dot."""
    images = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heif": ".heic"}
    return images.get(media_type) or NOTE_EXTENSIONS.get(media_type, ".bin")


def type_proven(head: bytes, announced: str) -> str:
    """The media type that a file may be sent out under: what its first bytes prove, or ``UNKNOWN_TYPE``."""
    if medium_of(announced) == "photo":
        return media_type_of(head)
    return announced if is_note_of(head, announced) else UNKNOWN_TYPE


def _metadata(header: str) -> dict[str, bytes]:
    """``Upload-Metadata`` of tus 1.0.0: comma-separated ``key base64(value)``; undecodable values are left out."""
    values: dict[str, bytes] = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        try:
            values[key] = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
    return values


def upload_subject(header: str) -> tuple[UUID, Part]:
    """Which file of which evidence an upload carries, from its ``Upload-Metadata``.

    Raises:
        InvalidInput: ``evidence_id`` is not a UUID, or ``part`` is not one of ours.
    """
    values = _metadata(header)
    problems: list[FieldProblem] = []
    evidence_id, named = None, values.get("part", b"").decode("ascii", "replace")
    part = next((known for known in get_args(Part) if known == named), None)
    try:
        evidence_id = UUID(values.get("evidence_id", b"").decode("ascii", "replace"))
    except ValueError:
        problems.append(FieldProblem("evidence_id", "invalid", "Upload-Metadata 缺少证据编号。", "Upload-Metadata lacks the evidence id."))
    if part is None:
        problems.append(FieldProblem("part", "invalid", "part 应为 thumb、copy 或 original。", "part must be thumb, copy or original."))
    if problems or evidence_id is None or part is None:
        raise InvalidInput(problems)
    return evidence_id, part


def whole_number(header: str, value: str | None) -> int:
    """A header's count of bytes.

    Raises:
        InvalidInput: absent, negative or not a number.
    """
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 15:
        raise InvalidInput([FieldProblem(header, "invalid", f"{header} 应为非负整数。", f"{header} must be a whole number of bytes.")])
    return int(value)
