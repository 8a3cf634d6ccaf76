"""``packages``: what a work package of 5,000 employers costs the server once it is kept, and one of 50,000 until the first of it is usable.

All figures are the caller's own clock over the loopback: the whole way of the requests, with nothing unpacked. ``packages.made`` is the
first pull of all, which makes what the later ones are given. The floor of a package is the bare query of the same rows as one JSON text;
that of an empty delta ``select 1`` on an open connection.
"""

import asyncio
import gzip
import json
import time
from typing import Any

from benchmarks.bench import Bench, Client, connected
from benchmarks.catalogue import CATALOGUE, Bar
from benchmarks.city import demo_city, give_employers
from benchmarks.measuring import RUNS, compare
from benchmarks.work_package import BARE

EMPLOYERS, MANY = 5000, 50_000
MOST_KB, MOST_DELTA_MS = 300, 2
LIMIT = 500
SETTLED = """
    select feed_frontier() > (select max(tx) from changes) and not exists (select from coverage_due)
           and not exists (select from employer_keys_due) and not exists (select from key_list_due)
"""
HELD = "select count(*) from employers where grid_id in (select grid_id from duties where person_id = $1)"


def _pull(client: Client) -> tuple[list[float], int, int, str]:
    """A first pull to its end: seconds of each request, bytes on the wire, employers, and the cursor behind it."""
    took, wire, employers, cursor = [], 0, 0, ""
    while True:
        began = time.perf_counter()
        status, _, body = client.request("GET", f"/api/sync/pull?limit={LIMIT}{cursor}")
        took.append(time.perf_counter() - began)
        if status != 200:
            raise RuntimeError(f"a pull was answered {status}: {body[:300]!r}")
        page = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        wire += len(body)
        employers += sum(item["kind"] == "employer" for item in page["items"])
        cursor = f"&cursor={page['cursor']}"
        if page["up_to_date"]:
            return took, wire, employers, cursor


async def run(bench: Bench) -> None:
    """On a copy of the demo city whose supervisor gets 5,000 employers, and then 50,000."""
    city, data_dir = await demo_city(bench)
    async with bench.copied_database(city, "bench_packages") as urls, connected(urls.owner) as owner:
        person = await owner.fetchval("select person_id from accounts where login = 'community'")
        async with bench.server(urls, data_dir) as server:
            with server.client("community", "field") as client:
                await _five_thousand(bench, owner, person, client)
                await _fifty_thousand(bench, owner, person, client)


async def _fill(owner: Any, person: Any, employers: int) -> None:
    await give_employers(owner, "community", employers - await owner.fetchval(HELD, person))
    await owner.execute("analyze employers; analyze changes")
    # A package stands where the oldest transaction of the cluster does, and the server still works on what is new.
    while not await owner.fetchval(SETTLED):  # noqa: ASYNC110  (another process works)
        await asyncio.sleep(0.5)


async def _five_thousand(bench: Bench, owner: Any, person: Any, client: Client) -> None:
    await _fill(owner, person, EMPLOYERS)
    made, *_ = await asyncio.to_thread(_pull, client)
    whole, bare, delta, one, wire, text = [], [], [], [], 0, ""
    for n in range(RUNS + 1):
        took, wire, employers, cursor = await asyncio.to_thread(_pull, client)
        if employers < EMPLOYERS:
            raise RuntimeError(f"{employers} employers came, not {EMPLOYERS}")
        began = time.perf_counter()
        text = await owner.fetchval(BARE, person)
        floor = time.perf_counter() - began
        began = time.perf_counter()
        await asyncio.to_thread(client.request, "GET", f"/api/sync/pull?limit={LIMIT}{cursor}")
        empty = time.perf_counter() - began
        began = time.perf_counter()
        await owner.fetchval("select 1")
        select_one = time.perf_counter() - began
        if n:
            for figures, seconds in ((whole, sum(took)), (bare, floor), (delta, empty), (one, select_one)):
                figures.append(seconds * 1000)
    bench.report(compare("packages", "ms", whole, bare, more_is_better=False, bar=CATALOGUE["packages"].bar))
    bench.report(compare("packages.made", "ms", [sum(made) * 1000], [bare[-1]], more_is_better=False))
    floor_kb = len(gzip.compress(text.encode(), 9)) / 1024
    bench.report(compare("packages.wire", "KB", [wire / 1024], [floor_kb], more_is_better=False, bar=Bar("value", MOST_KB)))
    bench.report(compare("packages.empty_delta", "ms", delta, one, more_is_better=False, bar=Bar("value", MOST_DELTA_MS)))


async def _fifty_thousand(bench: Bench, owner: Any, person: Any, client: Client) -> None:
    await _fill(owner, person, MANY)
    made, *_ = await asyncio.to_thread(_pull, client)
    kept, _, employers, _ = await asyncio.to_thread(_pull, client)
    if employers < MANY:
        raise RuntimeError(f"{employers} employers came, not {MANY}")
    for name, took in (("made", made), ("kept", kept)):
        whole = [sum(took) * 1000]
        bench.report(compare(f"packages.50000.{name}.first", "ms", [took[0] * 1000], whole, more_is_better=False))
        bench.report(compare(f"packages.50000.{name}", "ms", whole, whole, more_is_better=False))
