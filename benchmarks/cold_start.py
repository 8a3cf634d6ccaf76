"""``cold_start``: from an offline start of a fresh browser to the list of 5,000 employers that can be read and searched.

The phone gets its data the real way: it signs in, pulls, and its service worker keeps the app; then the server ends. Each run is
a fresh Chromium process on the same profile, offline, its CPU slowed 4 times (the page's own thread: the DevTools protocol
does not slow workers). The clock is the page's own, from the start of the navigation to the paint after the whole list is in.
The PIN is typed by the script as soon as the door is on the screen; ``.door`` is when it was, ``.after_pin`` what came after.

The floor, in turns with it: a page of 40 lines with its own service worker that reads the same 5,000 rows from IndexedDB and
shows the first of them: what browser, worker and store take when there is no app and no encryption.
"""

import json
import shutil
from pathlib import Path

from benchmarks.bench import Bench, free_port
from benchmarks.catalogue import CATALOGUE
from benchmarks.measuring import compare
from benchmarks.phone import browse, served_phone

RUNS = 5
BROWSER = Path(__file__).with_name("cold_start.mjs")


async def run(bench: Bench) -> None:
    """Fill a phone online, end the server, then start the app and the bare page in turns."""
    async with served_phone(bench, "bench_cold_start") as phone:
        settings = {**phone, "floor_port": free_port(), "runs": RUNS}
        await browse(BROWSER, "prepare", json.dumps(settings))
    figures = await browse(BROWSER, "measure", json.dumps(settings))
    shutil.rmtree(settings["profile"], ignore_errors=True)
    floors = figures["floor"]
    bench.report(compare("cold_start", "ms", figures["whole"], floors, more_is_better=False, bar=CATALOGUE["cold_start"].bar))
    bench.report(compare("cold_start.door", "ms", figures["door"], floors, more_is_better=False))
    bench.report(compare("cold_start.after_pin", "ms", figures["after_pin"], floors, more_is_better=False))
