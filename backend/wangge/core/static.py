"""The built front end on the API's own port: two entries, hashed assets cached for good, everything else revalidated."""

from pathlib import Path
from typing import Any

import anyio
from litestar import HttpMethod, Request, Response, get, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

MEDIA_TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".json": "application/json",
    ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
    ".woff2": "font/woff2", ".txt": "text/plain", ".map": "application/json", ".wasm": "application/wasm",
}  # fmt: skip
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self)",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
        "worker-src 'self' blob:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}


def _entry_for(path: str) -> str:
    return "console.html" if path == "console" or path.startswith("console/") else "index.html"


@route(
    "/api/{path:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
    include_in_schema=False,
)
async def no_such_route(path: FromPath[str]) -> None:
    """What the API does not have is not found, whatever the method; the front end does not answer for it."""
    raise NotFoundException()


def _file_at(root: Path, relative: str) -> Path | None:
    """The built file that a path names, or None; a path that no file system takes names none."""
    try:
        wanted = (root / relative).resolve()
        return wanted if wanted.is_relative_to(root) and wanted.is_file() else None
    except (OSError, ValueError):
        return None


def front_end(pwa_dir: Path) -> Any:
    """Route handler for every path that is not the API's."""
    root = pwa_dir.resolve()

    @get(["/", "/{path:path}"], include_in_schema=False, name="front_end")
    async def serve(request: Request[Any, Any, Any]) -> Response[Any]:
        relative = str(request.path_params.get("path", "")).strip("/")
        wanted = await anyio.to_thread.run_sync(_file_at, root, relative)
        if wanted is None and relative != "api" and "." not in relative.rsplit("/", 1)[-1]:
            wanted = await anyio.to_thread.run_sync(_file_at, root, _entry_for(relative))
        if wanted is None:
            raise NotFoundException()
        is_asset = relative.startswith("assets/")
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if is_asset else "no-cache",
            **SECURITY_HEADERS,
        }
        return File(wanted, filename=wanted.name, content_disposition_type="inline", headers=headers,
                    media_type=MEDIA_TYPES.get(wanted.suffix, "application/octet-stream"))  # fmt: skip

    return serve
