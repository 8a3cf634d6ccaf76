"""What the map shows when there is no basemap: names of places, the coast and the rivers."""

from typing import Any

import shapely
from shapely.geometry import Point, box

from . import shapes, sources
from .grids import City

FRAME = box(117.9, 35.4, 120.3, 37.7)  # the city with its neighbours' edges and Laizhou Bay


def places(city: City) -> list[dict[str, Any]]:
    """A point with a name for the city, its counties and zones, and its streets."""
    return [
        {
            "type": "Feature",
            "properties": {"code": grid.code, "name": grid.name, "level": grid.level, "kind": grid.kind},
            "geometry": shapes.geojson(Point(grid.label)),
        }
        for grid in city.all
        if grid.level < 4
    ]


def lines() -> list[dict[str, Any]]:
    """Coast and rivers within the frame, each a LineString with its `kind`."""
    found = []
    for outline in sources.outlines("weifang_basemap_gshhg.geojson"):
        inside = shapely.intersection(outline.geom, FRAME)
        for part in getattr(inside, "geoms", [inside]):
            if part.geom_type == "LineString" and not part.is_empty:
                thinner = shapely.simplify(part, 0.0004)
                found.append(
                    {
                        "type": "Feature",
                        "properties": {"kind": outline.props["kind"]},
                        "geometry": shapes.geojson(thinner),
                    }
                )
    return found
