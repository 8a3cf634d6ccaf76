"""What a phone should hold, asked by the owner, whom no policy hides anything from."""

from typing import Any
from uuid import UUID

import msgspec
from phones import Phone

GRIDS = """
    select g.id, g.code, g.name, g.level, g.path::text as path
    from grids g where g.valid_to is null and g.path <@ $1::text[]::ltree[]
"""
EMPLOYERS = """
    select e.id, e.name, e.uscc, e.contact_phone, e.employees, e.grid_id, e.review_state, e.version, e.last_visited_at,
           case when e.position is not null then array[round(ST_X(e.position)::numeric, 6)::float8,
                                                       round(ST_Y(e.position)::numeric, 6)::float8] end as position
    from employers e
    where e.grid_path <@ $1::text[]::ltree[]
       or e.id in (select s.employer_id from patrol_stops s join patrols p on p.id = s.patrol_id
                   where p.assignee_id = $2 and p.status in ('planned', 'started'))
"""
PATROLS = f"""
    with seen as ({EMPLOYERS})
    select p.id, p.title, p.status, p.planned_on, p.version,
           (select coalesce(json_agg(json_build_object('employer_id', s.employer_id, 'status', s.status, 'name', e.name)
                                     order by s.seq), '[]')
            from patrol_stops s left join seen e on e.id = s.employer_id where s.patrol_id = p.id)::text as stops
    from patrols p where p.assignee_id = $2 and (p.planned_on >= china_today() - 7 or p.status in ('planned', 'started'))
"""


async def scope_of(owner: Any, person_id: UUID, paths: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The person's scope by kind and id, with the columns compared."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, sql in (("grid", GRIDS), ("employer", EMPLOYERS), ("patrol", PATROLS)):
        for row in await owner.fetch(sql, *[paths, person_id][: 1 if kind == "grid" else 2]):
            data = msgspec.json.decode(msgspec.json.encode(dict(row)))
            if "stops" in data:
                data["stops"] = msgspec.json.decode(data["stops"])
            found[kind, data["id"]] = data
    return found


def held_by(phone: Phone, scope: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the phone holds, cut to the columns that ``scope_of`` compares."""
    columns = {kind: data.keys() for (kind, _), data in scope.items()}
    held = {}
    for key, data in phone.held.items():
        held[key] = {name: data[name] for name in columns.get(key[0], data)}
        if "stops" in held[key]:
            held[key]["stops"] = [{name: s[name] for name in ("employer_id", "status", "name")} for s in data["stops"]]
    return held


async def assert_holds_exactly_its_scope(owner: Any, phone: Phone, person_id: UUID, paths: list[str]) -> None:
    """S3 and S4: nothing missing, nothing stale, nothing else."""
    scope = await scope_of(owner, person_id, paths)
    assert held_by(phone, scope) == scope
