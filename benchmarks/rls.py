"""``rls``: what row-level security costs, on a million employers: the API's own statements for a list, a count, a tile and the
nearest employers, each run by the API's role bound to a person, against the very same statement run by the tables' owner, whom no
policy binds. Both know who acts (the statements ask), both in turns. ``rls`` is the worst of all.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.bench import Bench, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import million_city, tile_around
from benchmarks.measuring import Result, compare, in_turns
from wangge.accounts.actor import Actor, enter, token_hash
from wangge.core.db import make_engine, unit_of_work
from wangge.core.ids import new_id
from wangge.core.repository import Where
from wangge.employers.service import ON_OPEN_STOP
from wangge.grids.service import within_scope
from wangge.maps.repository import CELLS_ACROSS, EMPLOYER_CELLS
from wangge.maps.rules import tile_box

ROLES = ("county", "city")
ZOOM = 11
COUNT = "select count_employers(cast(cast(:paths as text[]) as ltree[]), true)"
# What takes a few ms wants many turns.
TURNS = {"list": 80, "count": 3, "tile": 8, "nearest": 40}


def statements(actor: Actor, middle: tuple[float, float]) -> Mapping[str, tuple[str, dict[str, Any]]]:
    """Each with its values, for what this person may see."""
    where = within_scope(Where(), actor, "e.grid_path", ON_OPEN_STOP)
    inside = within_scope(Where("e.position is not null"), actor, "e.grid_path")
    x, y = tile_around(ZOOM, *middle)
    box = tile_box(ZOOM, x, y)
    tile = {"z": ZOOM, "x": x, "y": y, "west": box.west, "south": box.south, "east": box.east, "north": box.north,
            "cells_a_degree_lon": CELLS_ACROSS / (box.east - box.west),
            "cells_a_degree_lat": CELLS_ACROSS / (box.north - box.south)}  # fmt: skip
    nearest = f"""
        select e.id, e.name, ST_Distance(e.position::geography, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography) as distance_m
        from employers e where {inside}
        order by e.position <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) limit 50
    """
    return {
        "list": (f"select e.id from employers e where {where} order by e.name, e.id limit 50", where.values),
        "count": (f"select count(*) from employers e where {where}", where.values),
        "tile": (EMPLOYER_CELLS, tile),
        "nearest": (nearest, {**inside.values, "lon": middle[0], "lat": middle[1]}),
    }


async def session_of(owner: Any, login: str) -> str:
    """A token for one of the demo people."""
    token = f"bench-{new_id()}"
    await owner.execute(
        """insert into sessions (id, account_id, appointment_id, token_sha256, expires_at)
           select $1, a.id, ap.id, $2, $3 from accounts a join appointments ap on ap.person_id = a.person_id where a.login = $4 limit 1""",
        new_id(), token_hash(token), datetime.now(UTC) + timedelta(hours=2), login,
    )  # fmt: skip
    return token


async def _timed(db: AsyncSession, sql: str, values: dict[str, Any]) -> float:
    began = time.perf_counter()
    (await db.execute(text(sql), values)).all()
    return time.perf_counter() - began


async def _same_rows(bound: AsyncSession, free: AsyncSession, sql: str, values: dict[str, Any]) -> None:
    seen, all_there_are = [(await db.execute(text(sql), values)).all() for db in (bound, free)]
    if sql is not EMPLOYER_CELLS and seen != all_there_are:
        raise RuntimeError("the policies show other rows than the statement asks for: the two are not comparable")


async def _measure(bench: Bench, role: str, bound: AsyncSession, free: AsyncSession, actor: Actor, middle: tuple[float, float]) -> None:
    for name, (sql, values) in statements(actor, middle).items():
        if name == "tile" and role == "county":
            # the owner's tile would hold the whole city: the county's own part of it is what can be compared
            sql = sql.replace("where e.position &&", f"where e.grid_path <@ '{actor.scope[0]}'::ltree and e.position &&")
        await _same_rows(bound, free, sql, values)

        # the API counts through a function that looks at the grids and not at the files; the floor counts as anybody would
        ours, ours_values = (COUNT, {"paths": list(actor.scope)}) if name == "count" else (sql, values)
        if name == "count" and await bound.scalar(text(ours), ours_values) != await free.scalar(text(sql), values):
            raise RuntimeError("the two counts differ")

        async def with_policies(_: int, sql: str = ours, values: dict[str, Any] = ours_values) -> float:
            return await _timed(bound, sql, values)

        async def without(_: int, sql: str = sql, values: dict[str, Any] = values) -> float:
            return await _timed(free, sql, values)

        turns = TURNS[name]
        cost, floor = await in_turns(with_policies, without, turns)
        ms = [[s / turns * 1000 for s in seconds] for seconds in (cost, floor)]
        bench.report(compare(f"rls.{role}.{name}", "ms", ms[0], ms[1], more_is_better=False))


async def run(bench: Bench) -> None:
    """Both roles; the worst figure is the one that the bar judges."""
    urls, _ = await million_city(bench)
    app, owner_engine = make_engine(urls.app, pool_size=1), make_engine(urls.owner, pool_size=1)
    first = len(bench.results)
    try:
        async with connected(urls.owner) as owner:
            for role in ROLES:
                token = await session_of(owner, role)
                async with unit_of_work(app) as bound, unit_of_work(owner_engine) as free:
                    actor = await enter(bound, token)
                    await enter(free, token)
                    point = await owner.fetchrow(
                        "select ST_X(label), ST_Y(label) from grids where level = 4 and path <@ $1::text::ltree order by code limit 1",
                        actor.scope[0],
                    )
                    await _measure(bench, role, bound, free, actor, (point[0], point[1]))
    finally:
        await app.dispose()
        await owner_engine.dispose()
    mine: list[Result] = bench.results[first:]
    bench.report(replace(min(mine, key=lambda r: r.ratio), name="rls", bar=CATALOGUE["rls"].bar))
