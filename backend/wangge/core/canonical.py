"""The one text of a JSON value, and how bytes and public keys are written in such texts."""

import base64
import binascii
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """Canonical JSON of objects whose keys are ASCII and whose numbers are whole.

    Source:
        RFC 8785; for other numbers and for keys beyond the basic plane it asks for more than this does.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def base64url(data: bytes) -> str:
    """Bytes as base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """The bytes again; None where the text is not base64url."""
    if not text.isascii() or "+" in text or "/" in text:
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
