"""Where a record belongs that names no employer: by its point, else by the grid it declares, else where its person works."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from wangge.core.operations import Position


@dataclass(frozen=True)
class Place:
    """A grid for a record, and what is odd about how it was found."""

    grid_id: UUID
    grid_path: str
    flags: tuple[str, ...] = ()


PLACES = "select grid_id, grid_path::text, grid_source from grids_for_registering($1, $2, $3) order by ordinal"
HOME = """
    select id, path::text from grids
    where valid_to is null and path @> coalesce($1::text::ltree, (select grid_path from people where id = $2)) order by level desc limit 1
"""


def is_within(grid_path: str, scope: Sequence[str]) -> bool:
    """Whether a path lies in one of these subtrees."""
    return any(grid_path == path or grid_path.startswith(path + ".") for path in scope)


async def places_for(
    conn: Any, person_id: UUID, scope: Sequence[str], spots: Sequence[Position | None], declared: Sequence[UUID | None]
) -> list[Place]:
    """A grid for each record, in their order.

    ``spots``: points on earth in EPSG:4326 degrees, or None. A record with neither point nor grid belongs to the person's own
    first grid, else to her unit's.
    """
    rows = await conn.fetch(PLACES, [p.lon if p else None for p in spots], [p.lat if p else None for p in spots], list(declared))
    home = await conn.fetchrow(HOME, scope[0] if scope else None, person_id)
    found = []
    for spot, (grid_id, grid_path, source) in zip(spots, rows, strict=True):
        if source == "none" and spot is None and home is not None:
            grid_id, grid_path = home
        flags = ["outside_all_grids"] if spot and source != "position" else []
        flags += [] if is_within(grid_path, scope) else ["outside_own_grid"]
        found.append(Place(grid_id, grid_path, tuple(flags)))
    return found
