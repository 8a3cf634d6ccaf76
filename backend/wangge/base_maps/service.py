"""What the base map shows to whom."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.base_maps.archive import Archive
from wangge.base_maps.errors import NoBaseMap
from wangge.base_maps.extracting import area_around
from wangge.base_maps.keeping import BaseMaps, attribution_of
from wangge.base_maps.schemas import BaseMapFacts
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.maps import repository
from wangge.maps.rules import is_tile
from wangge.policies.service import policies_in_force

DESK, PHONE = "grid.read", "field.pull"


@dataclass(frozen=True)
class Extract:
    """A file to send, and the name of its content."""

    path: Path
    size_bytes: int
    etag: str


async def facts(maps: BaseMaps, actor: Actor) -> BaseMapFacts | None:
    """What a map must know of it; None where the deployment has none.

    Raises:
        RightMissing: no right to read grids.
    """
    actor.require(DESK)
    archive = await maps.archive()
    if archive is None:
        return None
    header = archive.header
    kind = "vector" if archive.is_vector else "raster"
    return BaseMapFacts(archive.stamp, kind, archive.layers, attribution_of(archive), header["min_zoom"], header["max_zoom"])


async def tile(maps: BaseMaps, actor: Actor, z: int, x: int, y: int) -> tuple[Archive, bytes | None]:
    """A tile's bytes as they are stored, None where nothing is drawn; and the archive, which knows what they are.

    Raises:
        RightMissing: no right to read grids.
        NoBaseMap: the deployment has none.
        InvalidInput: no such tile.
    """
    actor.require(DESK)
    archive = await maps.archive()
    if archive is None:
        raise NoBaseMap()
    if not is_tile(z, x, y):
        raise InvalidInput([FieldProblem("z", "no_such_tile", f"没有瓦片 {z}/{x}/{y}。", f"There is no tile {z}/{x}/{y}.")])
    return archive, await asyncio.to_thread(archive.tile, z, x, y)


async def own_extract(maps: BaseMaps, acting: Acting) -> Extract:
    """The part of the base map around one's own grids, as one file; no transaction is open while it is made.

    Raises:
        RightMissing: no right to a work package.
        NoBaseMap: the deployment has none, it shows nothing there, or one has no grid.
    """
    archive = await maps.archive()
    async with acting() as (db, actor):
        actor.require(PHONE)
        bbox = await repository.extent(db, list(actor.scope))
        limits = await policies_in_force(db)
    if archive is None or bbox is None:
        raise NoBaseMap()
    area = area_around(bbox, float(limits["base_map_margin_m"]))
    most = int(limits["base_map_max_zoom"]), int(limits["base_map_max_bytes"])
    path = await maps.extract(archive, area, *most, keep_days=int(limits["base_map_keep_days"]))
    if path is None:
        raise NoBaseMap()
    size = (await asyncio.to_thread(path.stat)).st_size
    return Extract(path, size, f'"{path.stem}"')
