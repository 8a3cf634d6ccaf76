"""A phone of the demo city's supervisor with 5,000 employers of her own: the server it syncs with, and its browser's script."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, connected, demo_password
from benchmarks.city import demo_city, give_employers

EMPLOYERS = 5000
LOGIN = "community"
# What the phone holds: her grids' employers, and those of her open patrols.
HELD = """
    select count(*) from employers where grid_id in (select grid_id from duties where person_id = $1) or id in
        (select employer_id from patrol_stops where assignee_id = $1 and is_open)
"""


async def browse(script: Path, *arguments: str) -> Any:
    """Run a script in node with a browser: JSON out.

    Raises:
        RuntimeError: it failed; what it said is on the screen.
    """
    process = await asyncio.create_subprocess_exec("node", str(script), *arguments, stdout=asyncio.subprocess.PIPE, stderr=sys.stderr)
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{script.name} {' '.join(arguments[:-1])} failed; see above")
    return json.loads(out)


@asynccontextmanager
async def served_phone(bench: Bench, name: str) -> AsyncIterator[dict[str, Any]]:
    """A server with her 5,000 employers, and the settings that the browser's scripts take; her browser's profile is new."""
    city, data_dir = await demo_city(bench)
    profile = bench.folder / "phone"
    shutil.rmtree(profile, ignore_errors=True)
    async with bench.copied_database(city, name) as urls:
        async with connected(urls.owner) as owner:
            person = await owner.fetchval("select person_id from accounts where login = $1", LOGIN)
            await give_employers(owner, LOGIN, EMPLOYERS - await owner.fetchval(HELD, person))
            first = await owner.fetchval(
                "select name from employers where grid_id in (select grid_id from duties where person_id = $1) order by name limit 1",
                person,
            )
        async with bench.server(urls, data_dir, bench.built_app()) as server:
            yield {
                "profile": str(profile), "app_port": server.port, "login": LOGIN, "password": demo_password(data_dir),
                "employers": EMPLOYERS, "name": first, "chromium": os.environ.get("CHROMIUM", shutil.which("chromium")),
            }  # fmt: skip
