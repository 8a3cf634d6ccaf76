"""What the maps are drawn from."""

import hashlib

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.maps import repository
from wangge.maps.rules import is_tile

LAYERS = {"grids": (repository.grid_tile, "grid.read"), "employers": (repository.employer_tile, "employer.read")}


async def tile(db: AsyncSession, actor: Actor, layer: str, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A vector tile of what one may see, and its ETag, which changes only with the tile's content.

    Raises:
        RightMissing: no right to read what the layer shows.
        InvalidInput: no such layer or tile.
    """
    if layer not in LAYERS:
        raise InvalidInput([FieldProblem("layer", "unknown_layer", f"没有图层 {layer}。", f"There is no layer {layer}.")])
    draw, right = LAYERS[layer]
    actor.require(right)
    if not is_tile(z, x, y):
        raise InvalidInput([FieldProblem("z", "no_such_tile", f"没有瓦片 {z}/{x}/{y}。", f"There is no tile {z}/{x}/{y}.")])
    content = await draw(db, z, x, y)
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


async def extent(db: AsyncSession, actor: Actor) -> list[float] | None:
    """The box around one's scope."""
    return await repository.extent(db, list(actor.scope))
