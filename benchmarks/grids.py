"""``grids``: a city of 10,000 community grids, and a border in it that moves 5,000 employers while 20 phones push.

The grids come as a layer for each street, through the command that imports use: read, matched, given shared edges, written, and
proved by the database at every commit. Each step's seconds are told. The border then moves to and fro; ``grids`` is the time of the
transaction that writes, against the bare UPDATE of the very same employers, all its triggers on.
"""

import asyncio
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import shapely
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.bench import Bench, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import million_city
from benchmarks.measuring import Result, compare
from benchmarks.rls import session_of
from wangge.accounts.actor import enter, token_hash
from wangge.core.clock import utc_now
from wangge.core.db import make_engine, unit_of_work
from wangge.core.ids import new_id
from wangge.grid_changes import service
from wangge.grid_changes.planning import Plan, make_plan
from wangge.grid_changes.schemas import LayerFeature, MoveBoundary, Replace
from wangge.policies.service import policies_in_force
from wangge.record_log.server_key import ServerKey
from wangge.sync.pushing import push
from wangge.sync.schemas import Push, SealedOperation

GRIDS = 10_000
EMPLOYERS = 5_000
PHONES = 20
RUNS = 6


@dataclass
class Steps:
    """Seconds of each step of the import, added up over the streets."""

    read: float = 0.0
    planned: float = 0.0
    written: float = 0.0


def _halves(shape: Any) -> list[Any]:
    """A grid in two, across its longer side."""
    west, south, east, north = shape.bounds
    x, y = (west + east) / 2, (south + north) / 2
    box = shapely.box(west, south, x, north) if east - west > north - south else shapely.box(west, south, east, y)
    parts = [p for part in (shape & box, shape - box) for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    return parts if len(parts) == 2 and min(p.area for p in parts) > shape.area / 5 else [shape]


async def _layers(owner: Any) -> dict[UUID, list[LayerFeature]]:
    """For each street its communities, the largest of the city in halves, until there are enough."""
    rows = await owner.fetch(
        "select parent_id, code, name, ST_AsBinary(geom) as wkb from grids where level = 4 and valid_to is null order by ST_Area(geom) desc"
    )
    missing, layers = GRIDS - len(rows), {}
    for row in rows:
        shape = shapely.get_parts(shapely.from_wkb(row["wkb"]))
        pieces = _halves(shape[0]) if missing > 0 and len(shape) == 1 else [shapely.MultiPolygon(list(shape))]
        missing -= len(pieces) - 1
        for n, piece in enumerate(pieces):
            feature = LayerFeature(f"{row['name'][:50]}{n or ''}", json.loads(shapely.to_geojson(piece)), None if n else row["code"])
            layers.setdefault(row["parent_id"], []).append(feature)
    return layers


async def import_grids(bench: Bench, engine: AsyncEngine, owner: Any, token: str) -> None:
    began = time.perf_counter()
    layers = {street: layer for street, layer in (await _layers(owner)).items() if any(f.code is None for f in layer)}
    steps = Steps(read=time.perf_counter() - began)
    for street, features in layers.items():
        async with unit_of_work(engine) as db:
            await enter(db, token)
            start = time.perf_counter()
            plan = await make_plan(db, Replace(parent_id=street, features=features, mend_m2=50.0), await policies_in_force(db))
            middle = time.perf_counter()
            await service.carry_out(db, plan)
            await db.commit()
            steps.planned += middle - start
            steps.written += time.perf_counter() - middle
    start = time.perf_counter()
    untiled = await owner.fetchval("select count(*) from grids g where valid_to is null and not tiles(g.id)")
    proved = time.perf_counter() - start
    start = time.perf_counter()
    await owner.execute("reindex table grids; analyze grids; analyze employers")
    indexed = time.perf_counter() - start
    count = await owner.fetchval("select count(*) from grids where valid_to is null and level = 4")
    if untiled or count < GRIDS:
        raise RuntimeError(f"{count} grids, {untiled} parents not tiled")
    bench.say(f"{count} community grids: made {steps.read:.1f} s, matched and noded {steps.planned:.1f} s, written with "
              f"{len(layers)} commits {steps.written:.1f} s, proved again {proved:.1f} s, indexes rebuilt {indexed:.1f} s")  # fmt: skip
    for name, seconds in (("planned", steps.planned), ("written", steps.written), ("proved", proved), ("indexed", indexed)):
        bench.report(Result(f"grids.import.{name}", seconds, "s", seconds, 1.0, 1, 0.0))


@dataclass
class Border:
    """Two neighbours with a strip between the border as it is and as it will be."""

    ids: list[UUID]
    here: list[list[float]]
    there: list[list[float]]


async def _border(owner: Any) -> Border:
    """The longest straight piece of a border between two communities of one street, and a detour around it."""
    pairs = await owner.fetch(
        """
        select a.id as a, b.id as b, ST_AsBinary(a.geom) as first, ST_AsBinary(b.geom) as second
        from grids a join grids b on b.parent_id = a.parent_id and a.code < b.code and a.geom && b.geom
        where a.level = 4 and a.valid_to is null and b.valid_to is null and ST_NPoints(a.geom) < 200 and ST_NPoints(b.geom) < 200
          and ST_Length(ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 2)) > 0.01
        order by a.code limit 50
        """
    )
    for pair in pairs:
        first, second = shapely.from_wkb(pair["first"]), shapely.from_wkb(pair["second"])
        shared = shapely.line_merge(shapely.intersection(first, second))
        if shared.geom_type != "LineString" or shared.is_ring:
            continue
        here = shapely.get_coordinates(shared).tolist()
        start, end = here[0], here[-1]
        inside = shapely.point_on_surface(second)
        middle = shared.interpolate(0.5, normalized=True)
        there = [start, [round(middle.x + (inside.x - middle.x) * 0.6, 7), round(middle.y + (inside.y - middle.y) * 0.6, 7)], end]
        if shapely.covers(second, shapely.LineString(there)) and shapely.Polygon([*here, *there[-2::-1]]).is_valid:
            return Border([pair["a"], pair["b"]], here, there)
    raise RuntimeError("no border was found that can be moved")


async def _settle(owner: Any, border: Border) -> list[UUID]:
    """5,000 employers on the strip."""
    strip = shapely.Polygon([*border.here, *border.there[-2::-1]])
    return [r[0] for r in await owner.fetch(
        """
        insert into employers (id, name, address, contact_name, contact_phone, position, accuracy_m, position_source, grid_id, grid_path,
                               grid_source, review_state, review_reason, note, version)
        select gen_random_uuid(), '单位' || (d).path[1], '', '', '', (d).geom, 10, 'map', g.id, g.path, 'position', 'accepted', '', '', 1
        from (select ST_Dump(ST_GeneratePoints(ST_SetSRID(ST_GeomFromWKB($1), 4326), $2, 7)) as d) t
        join grids g on g.id = $3 returning id
        """,
        shapely.to_wkb(strip), EMPLOYERS, border.ids[1],
    )]  # fmt: skip


@dataclass
class Supervisor:
    """Somebody who pushes visits to some employers all the time; ``took`` are the seconds of her pushes."""

    token: str
    employers: list[UUID]
    is_moved: bool
    took: list[float] = field(default_factory=list)


async def _phones(owner: Any, moving: list[UUID], border: Border) -> list[Supervisor]:
    """Supervisors, each with two employers of her own grid; every fourth also answers for the grids of the border, and visits one
    of the employers that move."""
    people = await owner.fetch(
        """
        select distinct on (d.person_id) d.person_id, d.grid_id, d.grid_path::text as path,
               (select array_agg(id) from (select id from employers e where e.grid_id = d.grid_id limit 2) t) as employers
        from duties d join appointments a on a.person_id = d.person_id and a.role = 'community'
        where exists (select from employers e where e.grid_id = d.grid_id) order by d.person_id limit $1
        """,
        PHONES,
    )
    phones = []
    for n, row in enumerate(people):
        token, account = f"bench-{new_id()}", new_id()
        account = await owner.fetchval("select id from accounts where person_id = $1", row["person_id"]) or account
        await owner.execute(
            """insert into accounts (id, person_id, login, password_hash, is_active) values ($1, $2, $3, 'none', true)
               on conflict do nothing""",
            account, row["person_id"], f"bench-{n}",
        )  # fmt: skip
        await owner.execute(
            """insert into sessions (id, account_id, appointment_id, token_sha256, expires_at)
               select $1, $2, id, $3, now() + interval '1 day' from appointments where person_id = $4 limit 1""",
            new_id(), account, token_hash(token), row["person_id"],
        )  # fmt: skip
        is_moved = n % 4 == 0
        if is_moved:
            await owner.execute(
                """insert into duties (id, person_id, grid_id, grid_path, duty, valid_from)
                   select gen_random_uuid(), $1, id, path, '', china_today() from grids where id = any($2)""",
                row["person_id"], border.ids,
            )  # fmt: skip
        phones.append(Supervisor(token, [*row["employers"], *([moving[n]] if is_moved else [])], is_moved))
    return phones


def _visit(employer_id: UUID) -> SealedOperation:
    body = {
        "op_id": str(new_id()), "kind": "visit.record", "v": 1, "entity_id": str(new_id()), "base_version": None,
        "captured_at": utc_now().isoformat(), "device_id": str(new_id()), "device_seq": 1,
        "payload": {"employer_id": str(employer_id), "activities": ["collect"], "people_met": "", "findings": [], "note": "",
                    "evidence_ids": []},
        "binding": {"server_offset_ms": 0, "position": None, "network": "4g", "battery": 0.8, "app_version": "0.1.0"},
    }  # fmt: skip
    return SealedOperation(json.dumps(body))


async def _push_on(engine: AsyncEngine, key: ServerKey, her: Supervisor, until: asyncio.Event) -> None:
    while not until.is_set():
        began = time.perf_counter()
        async with unit_of_work(engine) as db:
            answer = await push(db, await enter(db, her.token), key, Push([_visit(e) for e in her.employers]), "zh")
        if {o.outcome for o in answer.outcomes} != {"applied"}:
            raise RuntimeError(f"a push was not applied: {answer.outcomes}")
        her.took.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)


def _longest(phones: list[Supervisor], *, is_moved: bool) -> float:
    """In ms, and begin anew."""
    longest = max((seconds for p in phones if p.is_moved is is_moved for seconds in p.took), default=0.0)
    for p in phones:
        if p.is_moved is is_moved:
            p.took.clear()
    return longest * 1000


async def _move(engine: AsyncEngine, token: str, command: MoveBoundary) -> tuple[float, float, dict[str, Any]]:
    """Seconds of working it out, and of the writing and its commit."""
    async with unit_of_work(engine) as db:
        await enter(db, token)
        start = time.perf_counter()
        plan: Plan = await make_plan(db, command, await policies_in_force(db))
        planned = time.perf_counter()
        made = await service.carry_out(db, plan)
        await db.commit()
        return planned - start, time.perf_counter() - planned, made.summary


STALE = "select count(*) from visits v join employers e on e.id = v.employer_id where v.grid_path <> e.grid_path"
BARE = "update employers set grid_id = g.id, grid_path = g.path from grids g where g.id = $1 and employers.id = any($2::uuid[])"


async def _moves(bench: Bench, engine: AsyncEngine, owner: Any, token: str) -> None:
    key = await ServerKey(bench.folder / "grids_receipt_key.pem").ready(engine)
    border = await _border(owner)
    moving = await _settle(owner, border)
    phones = await _phones(owner, moving, border)
    written, bare = [], []
    waits: dict[bool, list[float]] = {True: [], False: []}
    before: dict[bool, list[float]] = {True: [], False: []}
    for run in range(RUNS + 1):
        command = MoveBoundary(grid_ids=border.ids, line=border.there if run % 2 == 0 else border.here)
        done = asyncio.Event()
        pushers = [asyncio.create_task(_push_on(engine, key, her, done)) for her in phones]
        await asyncio.sleep(2)
        idle = {kind: _longest(phones, is_moved=kind) for kind in (True, False)}
        planned, seconds, summary = await _move(engine, token, command)
        await asyncio.sleep(0.5)  # those that waited come through
        meanwhile = {kind: _longest(phones, is_moved=kind) for kind in (True, False)}
        # back and again, under the same pushing: afterwards they lie where the border says
        start = time.perf_counter()
        for grid_id in (border.ids[1 - run % 2], border.ids[run % 2]):
            await owner.execute(BARE, grid_id, moving)
        floor = (time.perf_counter() - start) / 2
        done.set()
        await asyncio.gather(*pushers)
        for her in phones:
            her.took.clear()
        if summary["employers_moved"] < EMPLOYERS:
            raise RuntimeError(f"only {summary['employers_moved']} employers moved")
        if run:
            written.append(seconds * 1000)
            bare.append(floor * 1000)
            for kind in (True, False):
                waits[kind].append(meanwhile[kind])
                before[kind].append(idle[kind])
        bench.say(f"{summary['employers_moved']} employers moved: worked out in {planned * 1000:.0f} ms, "
                  f"written in {seconds * 1000:.0f} ms; bare UPDATE {floor * 1000:.0f} ms; longest push to employers that move "
                  f"{meanwhile[True]:.0f} ms, to others {meanwhile[False]:.0f} ms (before: {idle[False]:.0f} ms)")  # fmt: skip
    bench.report(compare("grids.push.moving", "ms", waits[True], before[True], more_is_better=False))
    bench.report(compare("grids.push.others", "ms", waits[False], before[False], more_is_better=False))
    bench.report(compare("grids", "ms", written, bare, more_is_better=False, bar=CATALOGUE["grids"].bar))


async def run(bench: Bench) -> None:
    """On a copy of the city with a million employers."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # a line a push is no news here
    original, _ = await million_city(bench)
    async with bench.copied_database(original, "bench_grids") as urls:
        engine = make_engine(urls.app, pool_size=PHONES + 5)
        try:
            async with connected(urls.owner) as owner:
                token = await session_of(owner, "city")
                await import_grids(bench, engine, owner, token)
                await _moves(bench, engine, owner, token)
                stale = await owner.fetchval(STALE)
                if stale:
                    raise RuntimeError(f"{stale} visits lie in another grid than their employer")
        finally:
            await engine.dispose()
