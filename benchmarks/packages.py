"""``packages``: what a work package of 5,000 employers costs the server once it is kept, and one of 50,000 until the first of it is usable.

Judged is the server's own time, from the request's arrival to the answer's first byte, as its ``Server-Timing`` tells; ``.seen`` is the
caller's clock over the loopback for the same requests. ``packages.made`` is the first pull of all, which makes what the later ones are
given. The floor of a package is the bare query of the same rows as one JSON text; that of an empty delta ``select 1`` on an open
connection.
"""

import asyncio
import gzip
import time
from typing import Any

from benchmarks.bench import Bench, Client, connected
from benchmarks.catalogue import CATALOGUE, Bar
from benchmarks.city import demo_city, give_employers
from benchmarks.measuring import RUNS, compare
from benchmarks.pulling import BARE, FIRST_PAGE, HELD, pull_all, pull_page

EMPLOYERS, MANY = 5000, 50_000
MOST_KB, MOST_DELTA_MS = 300, 2
DELTAS = 20
SETTLED = """
    select feed_frontier() > (select max(tx) from changes) and not exists (select from coverage_due)
           and not exists (select from employer_keys_due) and not exists (select from key_list_due)
"""


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


async def _seconds(owner: Any, query: str, *values: Any) -> float:
    began = time.perf_counter()
    await owner.fetchval(query, *values)
    return time.perf_counter() - began


async def _five_thousand(bench: Bench, owner: Any, person: Any, client: Client) -> None:
    await _fill(owner, person, EMPLOYERS)
    made = await asyncio.to_thread(pull_all, client)
    whole, seen, bare, wire = [], [], [], 0
    delta, delta_seen, one = [], [], []
    for n in range(RUNS + 1):
        pulled = await asyncio.to_thread(pull_all, client)
        if pulled.employers < EMPLOYERS:
            raise RuntimeError(f"{pulled.employers} employers came, not {EMPLOYERS}")
        floor = await _seconds(owner, BARE, person)
        wire, requests = pulled.wire, len(pulled.took)
        if n:
            whole.append(sum(pulled.server) * 1000)
            seen.append(sum(pulled.took) * 1000)
            bare.append(floor * 1000)
        for _ in range(DELTAS):
            await asyncio.to_thread(pull_page, client, pulled, FIRST_PAGE)
            select_one = await _seconds(owner, "select 1")
            if n:
                one.append(select_one * 1000)
        if n:
            delta += [seconds * 1000 for seconds in pulled.server[requests:]]
            delta_seen += [seconds * 1000 for seconds in pulled.took[requests:]]
    text = await owner.fetchval(BARE, person)
    floor_kb = len(gzip.compress(text.encode(), 9)) / 1024
    bench.report(compare("packages", "ms", whole, bare, more_is_better=False, bar=CATALOGUE["packages"].bar))
    bench.report(compare("packages.seen", "ms", seen, bare, more_is_better=False))
    bench.report(compare("packages.made", "ms", [sum(made.server) * 1000], [bare[-1]], more_is_better=False))
    bench.report(compare("packages.wire", "KB", [wire / 1024], [floor_kb], more_is_better=False, bar=Bar("value", MOST_KB)))
    bench.report(compare("packages.empty_delta", "ms", delta, one, more_is_better=False, bar=Bar("value", MOST_DELTA_MS)))
    bench.report(compare("packages.empty_delta.seen", "ms", delta_seen, one, more_is_better=False))


async def _fifty_thousand(bench: Bench, owner: Any, person: Any, client: Client) -> None:
    await _fill(owner, person, MANY)
    made = await asyncio.to_thread(pull_all, client)
    kept = await asyncio.to_thread(pull_all, client)
    if kept.employers < MANY:
        raise RuntimeError(f"{kept.employers} employers came, not {MANY}")
    for name, took in (("made", made.took), ("kept", kept.took)):
        whole = [sum(took) * 1000]
        bench.report(compare(f"packages.50000.{name}.first", "ms", [took[0] * 1000], whole, more_is_better=False))
        bench.report(compare(f"packages.50000.{name}", "ms", whole, whole, more_is_better=False))
