"""``cold_start``: from an offline start of a fresh browser to the list of 5,000 employers that can be read and searched.

The phone gets its data the real way: it signs in, pulls, and its service worker keeps the app; then the server ends. Each run is
a fresh Chromium process on the same profile, offline, its CPU slowed 4 times (the page's own thread: the DevTools protocol
does not slow workers). The clock is the page's own, from the start of the navigation to the paint after the whole list is in.
The PIN is typed by the script the moment the door is there; ``.door`` is when it stood, ``.after_pin`` what came after.

The floor, in turns with it: a page of 40 lines with its own service worker that reads the same 5,000 rows from IndexedDB and
shows the first of them: what browser, worker and store take when there is no app and no encryption.
"""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, connected, demo_password, free_port
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import demo_city, give_employers
from benchmarks.measuring import compare

EMPLOYERS = 5000
RUNS = 5
BROWSER = Path(__file__).with_name("cold_start.mjs")


async def _browser(verb: str, settings: dict[str, Any]) -> Any:
    """Run one part of the browser's script: settings in, JSON out."""
    process = await asyncio.create_subprocess_exec(
        "node", str(BROWSER), verb, json.dumps(settings), stdout=asyncio.subprocess.PIPE, stderr=sys.stderr
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the browser's part '{verb}' failed; see above")
    return json.loads(out)


async def run(bench: Bench) -> None:
    """Fill a phone online, end the server, then start the app and the bare page in turns."""
    city, data_dir = await demo_city(bench)
    profile = bench.folder / "phone"
    shutil.rmtree(profile, ignore_errors=True)
    settings = {
        "profile": str(profile), "floor_port": free_port(), "login": "community", "password": demo_password(data_dir),
        "employers": EMPLOYERS, "runs": RUNS, "chromium": os.environ.get("CHROMIUM", shutil.which("chromium")),
    }  # fmt: skip
    async with bench.copied_database(city, "bench_cold_start") as urls:
        async with connected(urls.owner) as owner:
            # what the phone holds: her grids' employers, and those of her open patrols
            held = await owner.fetchval(
                "select count(*) from employers where grid_id in (select grid_id from duties where person_id = $1) or id in "
                "(select employer_id from patrol_stops where assignee_id = $1 and is_open)",
                await owner.fetchval("select person_id from accounts where login = 'community'"),
            )
            await give_employers(owner, "community", EMPLOYERS - held)
        async with bench.server(urls, data_dir, bench.built_app()) as server:
            settings["app_port"] = server.port
            await _browser("prepare", settings)
    figures = await _browser("measure", settings)
    shutil.rmtree(profile, ignore_errors=True)
    floors = figures["floor"]
    bench.report(compare("cold_start", "ms", figures["whole"], floors, more_is_better=False, bar=CATALOGUE["cold_start"].bar))
    bench.report(compare("cold_start.door", "ms", figures["door"], floors, more_is_better=False))
    bench.report(compare("cold_start.after_pin", "ms", figures["after_pin"], floors, more_is_better=False))
