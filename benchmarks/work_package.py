"""``work_package``: what a phone's first work package of 2,000 employers weighs on the wire, all pages, gzip as a browser takes it.

The floor is the very same things as one bare JSON array, compressed the same way: what the data itself weighs. Beside it the
server's milliseconds for the whole package and for an empty delta, each against the bare query of the same rows.
"""

import asyncio
import gzip
import json
import time
from typing import Any

from benchmarks.bench import Bench, Client, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import demo_city, give_employers
from benchmarks.measuring import RUNS, compare

EMPLOYERS = 2000
GZIP_LEVEL = 5
BARE = """
    select json_agg(json_build_object('id', e.id, 'name', e.name, 'address', e.address, 'contact_name', e.contact_name,
                                      'contact_phone', e.contact_phone, 'employees', e.employees,
                                      'position', array[ST_X(position), ST_Y(position)], 'grid_id', e.grid_id))::text
    from employers e where grid_id in (select grid_id from duties where person_id = $1)
"""


def _pull(client: Client) -> tuple[list[Any], int, str]:
    """A first pull to its end: the items, the bytes that came over the wire, and the cursor."""
    items: list[Any] = []
    wire, cursor = 0, ""
    while True:
        status, _, body = client.request("GET", f"/api/sync/pull?limit=500{cursor}")
        if status != 200:
            raise RuntimeError(f"a pull was answered {status}: {body[:300]!r}")
        page = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        wire += len(body)
        items += page["items"]
        cursor = f"&cursor={page['cursor']}"
        if page["up_to_date"]:
            return items, wire, cursor


async def run(bench: Bench) -> None:
    """On a copy of the demo city whose supervisor has 2,000 employers."""
    city, data_dir = await demo_city(bench)
    async with bench.copied_database(city, "bench_work_package") as urls, connected(urls.owner) as owner:
        person = await owner.fetchval("select person_id from accounts where login = 'community'")
        held = await owner.fetchval(
            "select count(*) from employers where grid_id in (select grid_id from duties where person_id = $1)", person
        )
        await give_employers(owner, "community", EMPLOYERS - held)
        await owner.execute("analyze employers")
        async with bench.server(urls, data_dir) as server:
            with server.client("community", "field") as client:
                await _measure(bench, owner, person, client)


async def _measure(bench: Bench, owner: Any, person: Any, client: Client) -> None:
    whole, bare, nothing, select_one, wire, floor_kb = [], [], [], [], 0, 0.0
    for n in range(RUNS + 1):
        began = time.perf_counter()
        items, wire, cursor = await asyncio.to_thread(_pull, client)
        took = time.perf_counter() - began
        began = time.perf_counter()
        text = await owner.fetchval(BARE, person)
        floor = time.perf_counter() - began
        began = time.perf_counter()
        await asyncio.to_thread(client.request, "GET", f"/api/sync/pull?limit=500{cursor}")
        empty = time.perf_counter() - began
        began = time.perf_counter()
        await owner.fetchval("select 1")
        one = time.perf_counter() - began
        employers = sum(i["kind"] == "employer" for i in items)
        if employers < EMPLOYERS:
            raise RuntimeError(f"{employers} employers came, not {EMPLOYERS}")
        floor_kb = len(gzip.compress(text.encode(), GZIP_LEVEL)) / 1024
        if n:
            for figures, seconds in ((whole, took), (bare, floor), (nothing, empty), (select_one, one)):
                figures.append(seconds * 1000)
    bench.report(compare("work_package.time", "ms", whole, bare, more_is_better=False))
    bench.report(compare("work_package.empty_delta", "ms", nothing, select_one, more_is_better=False))
    bar = CATALOGUE["work_package"].bar
    bench.report(compare("work_package", "KB", [wire / 1024], [floor_kb], more_is_better=False, bar=bar))
