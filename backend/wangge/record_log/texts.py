"""What the server signs and what the log's leaves are, as texts that anyone can make again from the fields they carry."""

from datetime import datetime
from typing import Any

import msgspec

from wangge.core.canonical import canonical_json

KINDS = ("operation", "copy", "original")


def moment_text(moment: datetime) -> str:
    """A moment as it stands in an answer and in a signed text (RFC 3339, UTC)."""
    text: str = msgspec.to_builtins(moment)
    return text


def receipt_text(op_id: str, op_sha256: str, received_at: str, key_id: str) -> bytes:
    """What the server signs of an operation's receipt."""
    return _signed("wangge.receipt", op_id=op_id, op_sha256=op_sha256, received_at=received_at, key_id=key_id)


def byte_receipt_text(evidence_id: str, part: str, sha256: str, size: int, stored_at: str, log_size: int, key_id: str) -> bytes:
    """What the server signs of a file's receipt; ``size`` in bytes."""
    return _signed(
        "wangge.bytes", evidence_id=evidence_id, part=part, sha256=sha256, bytes=size, stored_at=stored_at, log_size=log_size, key_id=key_id
    )


def root_text(tree_size: int, root_hash: str, at: str, key_id: str, day: str | None = None) -> bytes:
    """What the server signs of the log's root: of a day that has ended, or as it stands (no ``day``)."""
    return _signed("wangge.root", tree_size=tree_size, root_hash=root_hash, at=at, key_id=key_id, day=day)


def manifest_text(manifest_sha256: str, key_id: str) -> bytes:
    """What the server signs of an evidence package: the hash of its manifest."""
    return _signed("wangge.package", manifest_sha256=manifest_sha256, key_id=key_id)


def leaf_text(kind: str, subject_id: str, sha256: str, at: str) -> bytes:
    """A leaf of the log: an operation's text or a photo's file arrived. ``at`` has six decimals (the database writes it)."""
    return _signed("wangge.log", kind=kind, subject_id=subject_id, sha256=sha256, at=at)


def _signed(kind_of_text: str, **fields: Any) -> bytes:
    return canonical_json({"type": kind_of_text, **fields}).encode()
