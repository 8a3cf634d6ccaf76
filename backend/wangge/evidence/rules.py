"""What the bytes of evidence are, told from the bytes alone; and how an upload describes itself."""

import base64
import binascii
from typing import Literal, get_args
from uuid import UUID

from wangge.core.errors import FieldProblem, InvalidInput

Part = Literal["copy", "original"]
ImageProblem = Literal["type_mismatch", "image_too_many_pixels", "image_truncated", "image_not_decodable"]
HEAD_BYTES = 32
UNKNOWN_TYPE = "application/octet-stream"
TAKEN: dict[Part, frozenset[str]] = {
    "copy": frozenset({"image/jpeg"}),
    "original": frozenset({"image/jpeg", "image/png", "image/webp", "image/heif"}),
}
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


def file_extension(media_type: str) -> str:
    """The extension of a download's name, with its dot."""
    return {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heif": ".heic"}.get(media_type, ".bin")


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
    evidence_id, part = None, values.get("part", b"").decode("ascii", "replace")
    try:
        evidence_id = UUID(values.get("evidence_id", b"").decode("ascii", "replace"))
    except ValueError:
        problems.append(FieldProblem("evidence_id", "invalid", "Upload-Metadata 缺少证据编号。", "Upload-Metadata lacks the evidence id."))
    if part not in get_args(Part):
        problems.append(FieldProblem("part", "invalid", "part 应为 copy 或 original。", "part must be copy or original."))
    if problems or evidence_id is None:
        raise InvalidInput(problems)
    return evidence_id, "copy" if part == "copy" else "original"


def whole_number(header: str, value: str | None) -> int:
    """A header's count of bytes.

    Raises:
        InvalidInput: absent, negative or not a number.
    """
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 15:
        raise InvalidInput([FieldProblem(header, "invalid", f"{header} 应为非负整数。", f"{header} must be a whole number of bytes.")])
    return int(value)
