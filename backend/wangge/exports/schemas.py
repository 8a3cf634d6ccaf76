"""Wire shapes of exports."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from wangge.spatial_files.writing import TextEncoding

ExportFormat = Literal["geojson", "shapefile", "gpkg", "kml", "csv"]


class ExportQuery(Struct, kw_only=True):
    """What to export: the subtree of ``grid_id`` (one's scope without it), grids of ``level`` only, as they were ``on`` a day.

    ``encoding`` is of a Shapefile's texts: UTF-8, or GBK for programs that read nothing else.
    """

    format: ExportFormat
    grid_id: UUID | None = None
    level: int | None = None
    on: date | None = None
    encoding: TextEncoding = "UTF-8"
