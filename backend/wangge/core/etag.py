"""Whether a caller already has what would be sent."""

from typing import Any

from litestar import Request


def has_it(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether the caller has this content already (RFC 9110, section 13.1.2: weak comparison)."""
    known = request.headers.get("if-none-match", "").split(",")
    return etag in (tag.strip().removeprefix("W/") for tag in known)
