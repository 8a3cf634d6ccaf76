"""HTTP of base maps."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.accounts.acting import acting_for
from wangge.accounts.actor import Actor
from wangge.base_maps import service
from wangge.base_maps.keeping import BaseMaps
from wangge.base_maps.ranges import range_asked
from wangge.base_maps.schemas import BaseMapRead
from wangge.core.etag import has_it
from wangge.evidence.controllers import as_it_is

EXTRACT_TYPE = "application/vnd.pmtiles"
PRIVATE = {"Vary": "Cookie, Authorization", "X-Content-Type-Options": "nosniff"}
CHUNK_BYTES = 256 * 1024


class BaseMapController(Controller):
    """The deployment's own base map: its tiles for the desk, an extract of one's own area for the phone."""

    path = "/map/base"
    tags = ("map",)
    middleware = (as_it_is,)

    @get("/")
    async def base_map(self, actor: NamedDependency[Actor], base_maps: NamedDependency[BaseMaps]) -> BaseMapRead:
        """What there is."""
        return BaseMapRead(await service.facts(base_maps, actor))

    @get("/tiles/{z:int}/{x:int}/{y:int}")
    async def base_tile(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        base_maps: NamedDependency[BaseMaps],
        z: FromPath[int],
        x: FromPath[int],
        y: FromPath[int],
    ) -> Response[bytes]:
        """One tile, compressed as it is stored; 204 where the map shows nothing. Asked for with the map's version it never changes."""
        archive, content = await service.tile(base_maps, actor, z, x, y)
        is_named = request.query_params.get("version") == archive.stamp
        headers = {**PRIVATE, "Cache-Control": "private, max-age=604800, immutable" if is_named else "private, no-cache"}
        if content is None:
            return Response(b"", status_code=204, headers=headers)
        if archive.encoding:
            headers["Content-Encoding"] = archive.encoding
        return Response(content, headers=headers, media_type=archive.media_type)

    @get("/own")
    async def own_base_map(
        self, request: Request[Any, Any, Any], engine: NamedDependency[AsyncEngine], base_maps: NamedDependency[BaseMaps]
    ) -> Response[Any]:
        """The part around one's own grids as one PMTiles file; ``Range`` with ``If-Range`` goes on with a download."""
        extract = await service.own_extract(base_maps, acting_for(request, engine))
        headers = {**PRIVATE, "Cache-Control": "private, no-cache", "ETag": extract.etag, "Accept-Ranges": "bytes"}
        if has_it(request, extract.etag):
            return Response(b"", status_code=304, headers=headers)
        asked = range_asked(request.headers.get("range", ""), request.headers.get("if-range", ""), extract.etag, extract.size_bytes)
        begin, end = asked or (0, extract.size_bytes - 1)
        headers["Content-Length"] = str(end - begin + 1)
        if asked:
            headers["Content-Range"] = f"bytes {begin}-{end}/{extract.size_bytes}"
        body = _bytes(extract.path, begin, end - begin + 1)
        return Stream(body, status_code=206 if asked else 200, headers=headers, media_type=EXTRACT_TYPE)


async def _bytes(path: Path, begin: int, left: int) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(begin)
        while left > 0:
            chunk = await file.read(min(CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
