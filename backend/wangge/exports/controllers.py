"""HTTP of exports."""

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.accounts.acting import acting_for
from wangge.exports import service
from wangge.exports.schemas import ExportFormat, ExportQuery
from wangge.spatial_files.writing import Export, TextEncoding


def _download(export: Export) -> Response[bytes]:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(export.filename)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(export.data, media_type=export.media_type, headers=headers)


class ExportController(Controller):
    """Files of what one may see, EPSG:4326."""

    path = "/exports"
    tags = ("exports",)

    @get("/grids", content_media_type="application/octet-stream")
    async def grids(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        format: FromQuery[ExportFormat] = "geojson",
        grid_id: FromQuery[UUID | None] = None,
        level: FromQuery[int | None] = None,
        on: FromQuery[date | None] = None,
        encoding: FromQuery[TextEncoding] = "UTF-8",
    ) -> Response[bytes]:
        """Grids as GeoJSON, zipped Shapefile, GeoPackage, KML or CSV (with WKT)."""
        query = ExportQuery(format=format, grid_id=grid_id, level=level, on=on, encoding=encoding)
        return _download(await service.export_grids(acting_for(request, engine), query))

    @get("/employers", content_media_type="application/octet-stream")
    async def employers(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        format: FromQuery[ExportFormat] = "csv",
        grid_id: FromQuery[UUID | None] = None,
        encoding: FromQuery[TextEncoding] = "UTF-8",
    ) -> Response[bytes]:
        """Employers' points in the same formats, without contacts."""
        query = ExportQuery(format=format, grid_id=grid_id, encoding=encoding)
        return _download(await service.export_employers(acting_for(request, engine), query))
