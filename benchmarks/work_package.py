"""``work_package``: what a phone's first work package of 2,000 employers weighs on the wire, all pages, gzip as a browser takes it.

The floor is the very same things as one bare JSON array, compressed the same way: what the data itself weighs. Beside it the
server's milliseconds for the whole package and for an empty delta, each against the bare query of the same rows.
"""

import asyncio
import gzip
import time
from typing import Any

from benchmarks.bench import Bench, Client, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import demo_city, give_employers
from benchmarks.measuring import RUNS, compare
from benchmarks.pulling import BARE, FIRST_PAGE, HELD, pull_all, pull_page

EMPLOYERS = 2000
GZIP_LEVEL = 5


async def run(bench: Bench) -> None:
    """On a copy of the demo city whose supervisor has 2,000 employers."""
    city, data_dir = await demo_city(bench)
    async with bench.copied_database(city, "bench_work_package") as urls, connected(urls.owner) as owner:
        person = await owner.fetchval("select person_id from accounts where login = 'community'")
        held = await owner.fetchval(HELD, person)
        await give_employers(owner, "community", EMPLOYERS - held)
        await owner.execute("analyze employers")
        async with bench.server(urls, data_dir) as server:
            with server.client("community", "field") as client:
                await _measure(bench, owner, person, client)


async def _measure(bench: Bench, owner: Any, person: Any, client: Client) -> None:
    whole, bare, nothing, select_one, wire, floor_kb = [], [], [], [], 0, 0.0
    for n in range(RUNS + 1):
        pulled = await asyncio.to_thread(pull_all, client)
        if pulled.employers < EMPLOYERS:
            raise RuntimeError(f"{pulled.employers} employers came, not {EMPLOYERS}")
        took, wire = sum(pulled.took), pulled.wire
        began = time.perf_counter()
        text = await owner.fetchval(BARE, person)
        floor = time.perf_counter() - began
        await asyncio.to_thread(pull_page, client, pulled, FIRST_PAGE)
        began = time.perf_counter()
        await owner.fetchval("select 1")
        one = time.perf_counter() - began
        floor_kb = len(gzip.compress(text.encode(), GZIP_LEVEL)) / 1024
        if n:
            for figures, seconds in ((whole, took), (bare, floor), (nothing, pulled.took[-1]), (select_one, one)):
                figures.append(seconds * 1000)
    bench.report(compare("work_package.time", "ms", whole, bare, more_is_better=False))
    bench.report(compare("work_package.empty_delta", "ms", nothing, select_one, more_is_better=False))
    bar = CATALOGUE["work_package"].bar
    bench.report(compare("work_package", "KB", [wire / 1024], [floor_kb], more_is_better=False, bar=bar))
