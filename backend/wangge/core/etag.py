"""What a file to read is sent with, and whether the caller already has it."""

from typing import Any

from litestar import Request

# Private to one session (Vary): the next person at the same desk asks the server, which checks her own scope.
READ_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Vary": "Cookie, Authorization",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def has_it(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether the caller has this content already (RFC 9110, section 13.1.2: weak comparison)."""
    known = request.headers.get("if-none-match", "").split(",")
    return etag in (tag.strip().removeprefix("W/") for tag in known)
