"""What the maps are drawn from."""

import hashlib

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.maps import repository

MAX_ZOOM = 20
LAYERS = ("grids", "employers")


def levels_at(zoom: int) -> list[int]:
    """Which levels of grids a zoom shows: the ones whose outlines can be told apart there."""
    if zoom < 9:
        return [1, 2]
    if zoom < 11:
        return [2, 3]
    if zoom < 13:
        return [3, 4] if zoom == 12 else [3]
    return [3, 4]


async def tile(db: AsyncSession, actor: Actor, layer: str, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A vector tile of what one may see, and its ETag, which changes only with the tile's content.

    Raises:
        InvalidInput: no such layer or tile.
    """
    actor.require("patrol.read")
    if layer not in LAYERS:
        raise InvalidInput([FieldProblem("layer", "unknown_layer", "没有这个图层。", "No such layer.")])
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidInput([FieldProblem("z", "no_such_tile", "没有这个瓦片。", "No such tile.")])
    content = await (repository.grid_tile(db, z, x, y, levels_at(z)) if layer == "grids" else repository.employer_tile(db, z, x, y))
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


async def extent(db: AsyncSession, actor: Actor) -> list[float] | None:
    """The box around one's scope."""
    return await repository.extent(db, list(actor.scope))
