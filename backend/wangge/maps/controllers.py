"""HTTP of maps."""

from typing import Any

import anyio
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.etag import has_it
from wangge.core.settings import REPOSITORY
from wangge.maps import service

GEODATA = REPOSITORY / "geodata"
TILE_TYPE = "application/vnd.mapbox-vector-tile"


class Extent(Struct):
    """``[west, south, east, north]`` in degrees; null for somebody without a grid."""

    bbox: list[float] | None


class MapController(Controller):
    """Tiles of what one may see, and the public backdrop."""

    path = "/map"
    tags = ("map",)

    @get("/tiles/{layer:str}/{z:int}/{x:int}/{y:int}")
    async def tile(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        layer: FromPath[str],
        z: FromPath[int],
        x: FromPath[int],
        y: FromPath[int],
    ) -> Response[bytes]:
        """A vector tile; 304 when the caller has it already."""
        content, etag = await service.tile(db, actor, layer, z, x, y)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
        if has_it(request, etag):
            return Response(b"", status_code=304, headers=headers, media_type=TILE_TYPE)
        return Response(content, headers=headers, media_type=TILE_TYPE)

    @get("/extent")
    async def extent(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Extent:
        """The box around one's scope."""
        return Extent(await service.extent(db, actor))

    @get("/places", media_type="application/geo+json")
    async def places(self) -> Response[bytes]:
        """Names of places, GeoJSON points: public data (geodata/SOURCES.md)."""
        return await _public("weifang_places.geojson")

    @get("/basemap", media_type="application/geo+json")
    async def basemap(self) -> Response[bytes]:
        """Coast and rivers, GeoJSON lines: public data (geodata/SOURCES.md)."""
        return await _public("weifang_basemap.geojson")


async def _public(name: str) -> Response[bytes]:
    content = await anyio.Path(GEODATA / name).read_bytes()
    return Response(content, media_type="application/geo+json", headers={"Cache-Control": "public, max-age=86400"})
