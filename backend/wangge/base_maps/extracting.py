"""Cutting an archive down to an area: another PMTiles archive, with the same tiles, of at most so many bytes."""

import os
import tempfile
from dataclasses import dataclass
from math import asinh, cos, floor, pi, radians, tan
from pathlib import Path

from pmtiles.tile import Entry, zxy_to_tileid
from pmtiles.writer import Writer

from wangge.base_maps.archive import Archive
from wangge.maps.rules import tile_box

# Areas are whole tiles of this zoom (some 8 km wide in Weifang): neighbours share one extract, and it does not tell whose it is.
AREA_ZOOM = 12
ACROSS = 1 << AREA_ZOOM
METRES_A_DEGREE = 111_320
MERCATOR_EDGE = 85.0511


@dataclass(frozen=True)
class TileArea:
    """A block of tiles of ``AREA_ZOOM``, first and last included."""

    west: int
    north: int
    east: int
    south: int

    def at(self, zoom: int) -> "TileArea":
        """The tiles of another zoom that it touches."""
        if zoom <= AREA_ZOOM:
            up = AREA_ZOOM - zoom
            return TileArea(self.west >> up, self.north >> up, self.east >> up, self.south >> up)
        down = zoom - AREA_ZOOM
        return TileArea(self.west << down, self.north << down, ((self.east + 1) << down) - 1, ((self.south + 1) << down) - 1)

    @property
    def count(self) -> int:
        """How many tiles it has."""
        return (self.east - self.west + 1) * (self.south - self.north + 1)


def area_around(bbox: list[float], margin_m: float) -> TileArea:
    """The area that holds ``[west, south, east, north]`` (degrees) and so many metres around it."""
    west, south, east, north = bbox
    up = margin_m / METRES_A_DEGREE
    aside = up / cos(radians(min(max(abs(south), abs(north)), 80)))
    return TileArea(_column(west - aside), _row(north + up), _column(east + aside), _row(south - up))


def _column(lon: float) -> int:
    return min(max(floor((lon + 180) / 360 * ACROSS), 0), ACROSS - 1)


def _row(lat: float) -> int:
    lat = min(max(lat, -MERCATOR_EDGE), MERCATOR_EDGE)
    return min(max(floor((1 - asinh(tan(radians(lat))) / pi) / 2 * ACROSS), 0), ACROSS - 1)


def tiles_within(archive: Archive, area: TileArea, max_zoom: int, max_bytes: int) -> list[tuple[int, Entry]]:
    """The archive's tiles of an area by number, zoom after zoom as long as they fit into ``max_bytes``: none is left half."""
    chosen: list[tuple[int, Entry]] = []
    seen: set[int] = set()
    total = 0
    for zoom in range(archive.header["min_zoom"], min(max_zoom, archive.header["max_zoom"]) + 1):
        block = area.at(zoom)
        if block.count > max_bytes:
            break  # each tile costs a byte at least, in the directory
        found = []
        for x in range(block.west, block.east + 1):
            for y in range(block.north, block.south + 1):
                tile_id = zxy_to_tileid(zoom, x, y)
                entry = archive.entry(tile_id)
                if entry is None:
                    continue
                found.append((tile_id, entry))
                if entry.offset not in seen:
                    seen.add(entry.offset)
                    total += entry.length
        if total > max_bytes:
            break
        chosen += sorted(found, key=lambda pair: pair[0])
    return chosen


def write_extract(source: Path, target: Path, area: TileArea, max_zoom: int, max_bytes: int) -> bool:
    """Write the extract; False, and no file, where the archive shows nothing of the area.

    Raises:
        ArchiveUnusable: the source is not to be read any more.
        OSError: the disk takes no more.
    """
    archive = Archive(source)
    tiles = tiles_within(archive, area, max_zoom, max_bytes)
    if not tiles:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            writer = Writer(file)
            for tile_id, entry in tiles:
                writer.write_tile(tile_id, archive.content(entry))
            writer.finalize({**archive.header, **_bounds(archive, area)}, archive.metadata)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _bounds(archive: Archive, area: TileArea) -> dict[str, int]:
    """The area's box, as far as the archive goes, in 1e-7 degrees; the middle of it."""
    first, last = tile_box(AREA_ZOOM, area.west, area.north), tile_box(AREA_ZOOM, area.east, area.south)
    header = archive.header
    west, east = max(round(first.west * 1e7), header["min_lon_e7"]), min(round(last.east * 1e7), header["max_lon_e7"])
    south, north = max(round(last.south * 1e7), header["min_lat_e7"]), min(round(first.north * 1e7), header["max_lat_e7"])
    return {"min_lon_e7": west, "max_lon_e7": east, "min_lat_e7": south, "max_lat_e7": north,
            "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2}  # fmt: skip
