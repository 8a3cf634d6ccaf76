"""``tile``: the map of a million employers at z11, through the API under row-level security, against the bare query.

Per role the API answers a set of tiles that spans from the fullest to the emptiest; the floor asks the database for the very
same tiles by one prepared ``ST_AsMVT`` statement as the tables' owner, whom no policy binds: for the county with its path as a
plain condition, for the city without one. It is written as tightly as the API's own. ``tile`` is the worse of the two roles.
"""

import re
import time
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from benchmarks.bench import Bench, Client, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import million_city
from benchmarks.measuring import Result, compare, in_turns
from wangge.accounts.actor import enter
from wangge.cluster import ClusterUrls
from wangge.core.db import make_engine, unit_of_work
from wangge.maps.repository import CELLS_ACROSS, EMPLOYER_CELLS
from wangge.maps.rules import tile_box

ZOOM = 11
TILES = 12
FULL_TILE = (1703, 800)
ROLES = ("county", "city")
BARE = """
    select ST_AsMVT(t, 'employers', 4096, 'geom') from (
        select n, uncovered, waiting,
               ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857), ST_TileEnvelope($1, $2, $3),
                            4096, 0, false) as geom
        from (
            select count(*) as n, count(*) filter (where is_uncovered) as uncovered, count(*) filter (where is_waiting) as waiting,
                   avg(lon) as lon, avg(lat) as lat
            from (
                select ST_X(position) as lon, ST_Y(position) as lat, review_state = 'waiting_review' as is_waiting,
                       last_visited_at is null or grid_source <> 'position' or grid_id not in (
                           select grid_id from duties where valid_from <= current_date and (valid_to is null or valid_to >= current_date)
                       ) as is_uncovered
                from employers
                where position && ST_MakeEnvelope($4, $5, $6, $7, 4326) and review_state <> 'returned' {scope} offset 0
            ) points
            where lon < $6 and lat > $5
            group by (floor((lon - $4) * $8) * 33 + floor((lat - $5) * $9))::int
        ) cells
    ) t where t.geom is not null
"""
FULLEST_FIRST = """
    select x, y from (
        select floor((ST_X(position) + 180) / 360 * 2 ^ $1)::int as x,
               floor((1 - ln(tan(radians(ST_Y(position))) + 1 / cos(radians(ST_Y(position)))) / pi()) / 2 * 2 ^ $1)::int as y
        from employers where position is not null and grid_path <@ $2::text::ltree
    ) t group by x, y order by count(*) desc, x, y
"""
SPATIAL_INDEX = "idx_employers_position"
Tile = tuple[int, int]


def _spanning(tiles: list[Tile], wanted: int) -> list[Tile]:
    """``wanted`` of them, evenly from the first to the last."""
    if len(tiles) <= wanted:
        return tiles
    return [tiles[round(i * (len(tiles) - 1) / (wanted - 1))] for i in range(wanted)]


def _values(tile: Tile) -> tuple[float, ...]:
    x, y = tile
    box = tile_box(ZOOM, x, y)
    return (ZOOM, x, y, box.west, box.south, box.east, box.north, CELLS_ACROSS / (box.east - box.west),
            CELLS_ACROSS / (box.north - box.south))  # fmt: skip


def _fetch(client: Client, tile: Tile, etag: str | None = None) -> tuple[int, str, int]:
    headers = {"If-None-Match": etag} if etag else {}
    status, answered, body = client.request("GET", f"/api/map/tiles/employers/{ZOOM}/{tile[0]}/{tile[1]}", headers=headers)
    if status != (304 if etag else 200):
        raise RuntimeError(f"tile {tile} was answered {status}: {body[:300]!r}")
    return status, answered["ETag"], len(body)


async def _measure(bench: Bench, role: str, client: Client, owner: Any) -> Result:
    """One role's tiles in turns with the owner's, then the same tiles by their ETags."""
    path = await owner.fetchval(
        "select ap.grid_path::text from accounts a join appointments ap on ap.person_id = a.person_id where a.login = $1", role
    )
    tiles = _spanning([(r["x"], r["y"]) for r in await owner.fetch(FULLEST_FIRST, ZOOM, path)], TILES)
    scope = f"and grid_path <@ '{path}'" if role == "county" else ""
    bare = await owner.prepare(BARE.format(scope=scope))
    etags: dict[Tile, str] = {}

    async def through_the_api(turn: int) -> float:
        began = time.perf_counter()
        _, etag, _ = _fetch(client, tiles[turn])
        seconds = time.perf_counter() - began
        etags[tiles[turn]] = etag
        return seconds

    async def bare_query(turn: int) -> float:
        values = _values(tiles[turn])
        began = time.perf_counter()
        await bare.fetchrow(*values)
        return time.perf_counter() - began

    async def by_its_etag(turn: int) -> float:
        began = time.perf_counter()
        _fetch(client, tiles[turn], etags[tiles[turn]])
        return time.perf_counter() - began

    def ms(seconds: list[float]) -> list[float]:
        return [s / len(tiles) * 1000 for s in seconds]

    cold = await in_turns(through_the_api, bare_query, len(tiles))
    known = await in_turns(by_its_etag, bare_query, len(tiles))
    bench.report(compare(f"tile.{role}.unchanged", "ms", ms(known[0]), ms(known[1]), more_is_better=False))
    return compare(f"tile.{role}", "ms", ms(cold[0]), ms(cold[1]), more_is_better=False)


async def _require_index(bench: Bench, urls: ClusterUrls, client: Client, role: str) -> None:
    """Show that the API's own statement finds the points by the spatial index, bound by the role's policies."""
    engine = make_engine(urls.app, pool_size=1)
    try:
        async with unit_of_work(engine) as db:
            await enter(db, client.headers["Cookie"].partition("=")[2])
            names = ("z", "x", "y", "west", "south", "east", "north", "cells_a_degree_lon", "cells_a_degree_lat")
            values = dict(zip(names, _values(FULL_TILE), strict=True))
            plan = [line for (line,) in await db.exec(text("explain " + EMPLOYER_CELLS), params=values)]  # type: ignore[call-overload]
    finally:
        await engine.dispose()
    scans = [line.strip(" ->") for line in plan if "Scan" in line and "employers" in line]
    bench.say(f"plan of the {role}: " + "; ".join(re.sub(r"  \(.*", "", scan) for scan in scans))
    if not any(SPATIAL_INDEX in scan for scan in scans):
        raise RuntimeError(f"the {role}'s tile is not found by {SPATIAL_INDEX}:\n" + "\n".join(plan))


async def run(bench: Bench) -> None:
    """Both roles; the worse one is the figure that the bar judges."""
    urls, data_dir = await million_city(bench)
    by_role = []
    async with bench.server(urls, data_dir) as server, connected(urls.owner) as owner:
        for role in ROLES:
            with server.client(role, "console") as client:
                await _require_index(bench, urls, client, role)
                by_role.append(await _measure(bench, role, client, owner))
                bench.report(by_role[-1])
    worse = min(by_role, key=lambda r: r.ratio)
    bench.report(replace(worse, name="tile", bar=CATALOGUE["tile"].bar))
