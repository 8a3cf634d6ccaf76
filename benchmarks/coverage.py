"""``coverage``: who is looked after by nobody, of a million employers in 10,000 grids, asked by eight people at once.

Each question goes through the API, under row-level security, from eight connections at a time; its floor is the plain statement that
finds the same in the tables, run by the tables' owner on eight connections at a time. p50 stands in the line, p95 in a line of its own.
``coverage`` itself is freshness: from the answer to a visit's push until the kept counts say so, nobody asking in between.

``WANGGE_BENCH_SMALL=1`` measures the demo city instead, for a look while the machine is busy; its figures mean nothing else.
``WANGGE_BENCH_GRIDS=0`` leaves the million employers in the city's own 7,198 grids, which spares the import of the 10,000.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.bench import Bench, Client, Server, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import demo_city, give_employers, million_city, tile_around
from benchmarks.grids import import_grids
from benchmarks.measuring import Result, compare
from benchmarks.push import DEVICE, Phone, Site
from benchmarks.rls import session_of
from wangge.accounts.actor import enter
from wangge.cluster import ClusterUrls
from wangge.core.db import make_engine, unit_of_work
from wangge.core.repository import Where
from wangge.coverage.asking import asked
from wangge.coverage.schemas import UncoveredQuery
from wangge.employers.reasons import COUNTED
from wangge.maps.rules import tile_box

USERS = 8
ASKED_BY_EACH = 12
POINTS = 20_000
FRESH_RUNS = 15
OWNED = "select grid_id from duties where valid_from <= current_date and (valid_to is null or valid_to >= current_date)"
# The same answer from the tables, without any of ours.
UNCOVERED = f"""(not is_complete or review_state = 'waiting_review' or position is null or grid_source <> 'position'
    or last_visited_at is null or visit_due_on < current_date or grid_id not in ({OWNED}))"""
BARE_TILE = f"""
    select ST_AsMVT(t, 'uncovered', 4096, 'geom') from (
        select n, ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857), ST_TileEnvelope($1, $2, $3),
                               4096, 0, false) as geom
        from (select count(*) as n, avg(ST_X(position)) as lon, avg(ST_Y(position)) as lat from employers
              where position && ST_MakeEnvelope($4, $5, $6, $7, 4326) and review_state <> 'returned' and {UNCOVERED}
              group by floor((ST_X(position) - $4) * 32 / ($6 - $4)), floor((ST_Y(position) - $5) * 32 / ($7 - $5))) cells
    ) t
"""


class Question:
    """What is asked over the wire, and the plain statement that answers it."""

    def __init__(self, name: str, path: str, bare: str, values: Sequence[Any] = (), body: dict[str, Any] | None = None) -> None:
        self.name, self.path, self.bare, self.values, self.body = name, path, bare, values, body

    def ask(self, client: Client) -> float:
        """Seconds of one answer."""
        began = time.perf_counter()
        sent = json.dumps(self.body).encode() if self.body else None
        status, _, answer = client.request("POST" if sent else "GET", self.path, sent)
        seconds = time.perf_counter() - began
        if status != 200:
            raise RuntimeError(f"{self.name} was answered {status}: {answer[:300]!r}")
        return seconds


async def _questions(owner: Any) -> list[Question]:
    county = await owner.fetchrow("select id, path::text from grids where level = 2 and valid_to is null order by "
                                  "(select count(*) from employers e where e.grid_path <@ grids.path) desc limit 1")  # fmt: skip
    lon, lat = await owner.fetchrow(
        "select ST_X(position), ST_Y(position) from employers where grid_path <@ $1::text::ltree and position is not null limit 1",
        county["path"],
    )
    ring = [[lon - 0.03, lat - 0.02], [lon + 0.03, lat - 0.025], [lon + 0.02, lat + 0.03], [lon - 0.03, lat - 0.02]]
    area = json.dumps({"type": "Polygon", "coordinates": [ring]})
    below = f"grid_path <@ '{county['path']}' and review_state <> 'returned'"
    nearest = f"""select id from employers where review_state <> 'returned' and {UNCOVERED}
        order by position <-> ST_SetSRID(ST_MakePoint($1, $2), 4326) limit 50"""
    found = [
        Question("counts.county", f"/api/coverage/counts?grid_id={county['id']}",
                 f"select count(*), count(*) filter (where {UNCOVERED}) from employers where {below}"),
        Question("counts.city", "/api/coverage/counts",
                 f"select count(*), count(*) filter (where {UNCOVERED}) from employers where review_state <> 'returned'"),
        Question("list.county", f"/api/coverage/uncovered?grid_id={county['id']}",
                 f"select id, name from employers where {below} and {UNCOVERED} order by name, id limit 50"),
        Question("polygon", "/api/coverage/uncovered",
                 "select count(*) from employers where ST_Covers(ST_GeomFromGeoJSON($1), position) and "
                 f"review_state <> 'returned' and {UNCOVERED}", [area], {"polygon": json.loads(area)}),
        Question("nearest", f"/api/coverage/uncovered?near={lon},{lat}&nearest=50", nearest, [lon, lat]),
    ]  # fmt: skip
    for z in (8, 11, 14):
        tile = (z, *tile_around(z, lon, lat))
        box = tile_box(*tile)
        values = [*tile, box.west, box.south, box.east, box.north]
        found.append(Question(f"tile.z{z}", f"/api/coverage/tiles/uncovered/{'/'.join(map(str, tile))}", BARE_TILE, values))
    return found


async def _eight(one: Callable[[int], Awaitable[float]], turns: int) -> list[float]:
    """Seconds of each, ``USERS`` at a time."""

    async def user(n: int) -> list[float]:
        return [await one(n) for _ in range(turns)]

    return [s for seconds in await asyncio.gather(*(user(n) for n in range(USERS))) for s in seconds]


async def _measure(bench: Bench, server: Server, urls: ClusterUrls, questions: Sequence[Question]) -> None:
    clients = [Client(server.port, "console") for _ in range(USERS)]
    bare = [await asyncpg.connect(urls.owner) for _ in range(USERS)]
    with server.client("city", "console") as signed_in:
        for client in clients:
            client.headers["Cookie"] = signed_in.headers["Cookie"]
        for question in questions:
            turns = 3 if question.name in ("counts.city", "tile.z8") else ASKED_BY_EACH

            async def ours(n: int, question: Question = question) -> float:
                return await asyncio.to_thread(question.ask, clients[n])

            async def floor(n: int, question: Question = question) -> float:
                began = time.perf_counter()
                await bare[n].fetch(question.bare, *question.values)
                return time.perf_counter() - began

            await _eight(ours, 1)
            await _eight(floor, 1)
            values, floors = [], []
            for _ in range(3):  # in turns, so that a slow minute hits both
                values += [s * 1000 for s in await _eight(ours, max(1, turns // 3))]
                floors += [s * 1000 for s in await _eight(floor, max(1, turns // 3))]
            bench.report(compare(f"coverage.{question.name}", "ms", sorted(values), sorted(floors), more_is_better=False))
            p95, floor95 = quantiles(values, n=20)[-1], quantiles(floors, n=20)[-1]
            bench.report(Result(f"coverage.{question.name}.p95", p95, "ms", floor95, floor95 / p95, len(values), 0.0))
    for client in clients:
        client.close()
    for connection in bare:
        await connection.close()


async def _show_plans(bench: Bench, db: AsyncSession, actor: Any, questions: Sequence[Question]) -> None:
    """By which index the API's own conditions are found, under the policies."""
    nearest = next(q for q in questions if q.name == "nearest")
    polygon = next(q for q in questions if q.name == "polygon")
    for name, query, order in (
        ("list", UncoveredQuery(), "e.name"),
        ("polygon", UncoveredQuery(polygon=(polygon.body or {})["polygon"]), "e.name"),
        ("nearest", UncoveredQuery(), "e.position <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"),
    ):
        where: Where = await asked(db, actor, query)
        sql = f"explain select e.id from employers e where {COUNTED} and {where} order by {order} limit 50"
        values = {**where.values, "lon": nearest.values[0], "lat": nearest.values[1]}
        used = {k: v for k, v in values.items() if f":{k}" in sql}
        plan = [line for (line,) in await db.execute(text(sql), used)]
        scans = {line.strip(" ->").split("  (")[0] for line in plan if "Scan" in line and "employers" in line}
        bench.say(f"plan of {name}: " + "; ".join(sorted(scans)))
        if os.environ.get("WANGGE_BENCH_SMALL") != "1" and any(scan.startswith("Seq Scan") for scan in scans):
            raise RuntimeError(f"{name} reads every employer:\n" + "\n".join(plan))


async def _assignment(bench: Bench, owner: Any) -> None:
    """Points put into their grids: the API's function against the plain join."""
    lons, lats = await owner.fetchrow(
        "select array_agg(ST_X(position)), array_agg(ST_Y(position)) from (select position from employers "
        "where position is not null order by id limit $1) s", POINTS,
    )  # fmt: skip
    values, floors = [], []
    for _ in range(5):
        began = time.perf_counter()
        await owner.fetchval("select count(grid_id) from grids_for_registering($1, $2, array_fill(null::uuid, array[$3::int]))",
                             lons, lats, len(lons))  # fmt: skip
        values.append(len(lons) / (time.perf_counter() - began))
        began = time.perf_counter()
        await owner.fetchval(
            """select count(*) from unnest($1::float8[], $2::float8[]) p(lon, lat)
               join grids g on g.level = 4 and g.valid_to is null and ST_Covers(g.geom, ST_SetSRID(ST_MakePoint(lon, lat), 4326))""",
            lons, lats,
        )  # fmt: skip
        floors.append(len(lons) / (time.perf_counter() - began))
    bench.report(compare("coverage.assignment", "points/s", values, floors, more_is_better=True))


async def _freshness(bench: Bench, server: Server, owner: Any) -> None:
    """From the answer to a visit's push until the kept counts say so."""
    await give_employers(owner, "community", FRESH_RUNS * 100)
    rows = await owner.fetch("select id::text, ST_X(position), ST_Y(position), null from employers where note = 'bench' order by id")
    counted = "select sum(never_visited) from grid_coverage"
    while await owner.fetchval("select count(*) from coverage_due"):  # noqa: ASYNC110  (another process counts)
        await asyncio.sleep(0.2)
    waits = []
    with server.client("community", "field", str(DEVICE)) as phone:
        maker = Phone([Site(*row) for row in rows])
        maker.make_key_known(phone)
        for run in range(FRESH_RUNS):
            maker.sites = [Site(*row) for row in rows[run * 100 : run * 100 + 100]]
            before, body = await owner.fetchval(counted), maker.batch()
            status, _, answer = await asyncio.to_thread(phone.request, "POST", "/api/sync/push", body)
            began = time.perf_counter()
            if status != 200:
                raise RuntimeError(f"push was answered {status}: {answer[:300]!r}")
            while await owner.fetchval(counted) == before:
                await asyncio.sleep(0.005)
                if time.perf_counter() - began > 60:
                    raise RuntimeError("the counts never followed the push")
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.37)  # not in step with the background
    bare = []
    for _ in range(FRESH_RUNS):
        began = time.perf_counter()
        await owner.fetchval("select count(*) filter (where last_visited_at is null) from employers")
        bare.append((time.perf_counter() - began) * 1000)
    bench.report(compare("coverage", "ms", waits, bare, more_is_better=False, bar=CATALOGUE["coverage"].bar))
    bench.report(
        Result("coverage.freshness.p95", quantiles(waits, n=20)[-1], "ms", median(bare), median(bare) / max(waits), len(waits), 0.0)
    )


@asynccontextmanager
async def _city(bench: Bench) -> AsyncIterator[tuple[ClusterUrls, Path]]:
    """A copy to write to: a million employers in 10,000 grids, or the demo city as it is."""
    small = os.environ.get("WANGGE_BENCH_SMALL") == "1"
    urls, data_dir = await (demo_city(bench) if small else million_city(bench))
    async with bench.copied_database(urls, "bench_coverage") as copy, connected(copy.owner) as owner:
        if not small and os.environ.get("WANGGE_BENCH_GRIDS") != "0":
            engine = make_engine(copy.app, pool_size=2)
            await import_grids(bench, engine, owner, await session_of(owner, "city"))
            await engine.dispose()
        began = time.perf_counter()
        while await owner.fetchval("select keep_coverage(500)"):
            pass
        grids = await owner.fetchval("select count(*) from grid_coverage")
        employers = await owner.fetchval("select sum(total) from grid_coverage")
        bench.say(f"{employers} employers in {grids} grids; what was due counted in {time.perf_counter() - began:.1f} s")
        await owner.execute("vacuum analyze grid_coverage")
        yield copy, data_dir


async def run(bench: Bench) -> None:
    """Questions, assignment, freshness."""
    async with _city(bench) as (urls, data_dir), connected(urls.owner) as owner:
        questions = await _questions(owner)
        engine = make_engine(urls.app, pool_size=1)
        token = await session_of(owner, "city")
        async with unit_of_work(engine) as db:
            await _show_plans(bench, db, await enter(db, token), questions)
        await engine.dispose()
        await _assignment(bench, owner)
        async with bench.server(urls, data_dir) as server:
            await _measure(bench, server, urls, questions)
            await _freshness(bench, server, owner)
