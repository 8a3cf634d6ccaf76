"""What must hold of the ground after any change, asked by the owner in words of the tests' own."""

from typing import Any
from uuid import UUID

from factories import Owner

NOT_TILED = """
    select p.path::text from grids p join grids c on c.parent_id = p.id and c.valid_to is null where p.valid_to is null
    group by p.id
    having not tiles(p.id) or abs(sum(ST_Area(c.geom)) - ST_Area(p.geom)) > 1e-12 or not ST_Equals(ST_Union(c.geom), p.geom)
"""
# The rule of the edge, once more: the deepest level, then the lowest code.
MISPLACED = """
    select e.id, e.grid_path::text as has, g.path::text as should from employers e
    cross join lateral (select path from grids where valid_to is null and ST_Intersects(geom, e.position)
                        order by level desc, code limit 1) g
    where e.position is not null and e.grid_path <> g.path
"""
STALE = """
    select 'visit' from visits f join employers e on e.id = f.employer_id where f.grid_path <> e.grid_path
    union all select 'check_in' from check_ins f join employers e on e.id = f.employer_id where f.grid_path <> e.grid_path
    union all select 'stop' from patrol_stops f join employers e on e.id = f.employer_id where f.grid_path <> e.grid_path
    union all select 'evidence' from evidence f join employers e on e.id = f.employer_id where f.grid_path <> e.grid_path
"""


async def assert_all_tile(owner: Owner) -> None:
    """Every parent is tiled; every employer lies in the one grid that its point says; no fact has a stale path."""
    assert [r[0] for r in await owner.fetch(NOT_TILED)] == []
    assert [tuple(r) for r in await owner.fetch(MISPLACED)] == []
    assert await owner.fetch(STALE) == []
    assert await owner.fetchval("select count(*) from tiling_checks") == 0


async def grid_of(owner: Owner, employer_id: UUID) -> str:
    """The path of an employer's grid."""
    path: str = await owner.fetchval(
        "select g.path::text from employers e join grids g on g.id = e.grid_id and g.path = e.grid_path where e.id = $1", employer_id
    )
    return path


async def employers_of(owner: Owner) -> dict[Any, Any]:
    """Every employer's grid."""
    return dict(await owner.fetch("select id, grid_path::text from employers"))
