"""A phone's first pull, as the benchmarks of work packages walk it."""

import gzip
import json
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.bench import Client

# Employers of her grids, and what they weigh bare: the same fields to the same places.
HELD = "select count(*) from employers where grid_id in (select grid_id from duties where person_id = $1)"
BARE = """
    select json_agg(json_build_object(
        'id', e.id, 'name', e.name, 'address', e.address, 'contact_name', e.contact_name, 'contact_phone', e.contact_phone,
        'employees', e.employees, 'position', array[round(ST_X(position)::numeric, 6), round(ST_Y(position)::numeric, 6)],
        'grid_id', e.grid_id))::text
    from employers e where grid_id in (select grid_id from duties where person_id = $1)
"""
# As the phone asks (pwa/src/sync/pull.ts): twice as many each time the last page came quickly.
FIRST_PAGE, LARGEST_PAGE = 500, 2000


@dataclass
class Pulled:
    """What came: seconds of each request to the caller and in the server, bytes on the wire, items, and the cursor behind them."""

    took: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    wire: int = 0
    items: list[dict[str, Any]] = field(default_factory=list)
    cursor: str = ""
    up_to_date: bool = False

    @property
    def employers(self) -> int:
        """How many of the items are employers."""
        return sum(item["kind"] == "employer" for item in self.items)


def pull_page(client: Client, so_far: Pulled, limit: int) -> None:
    """One request more, from where ``so_far`` ends.

    Raises:
        RuntimeError: it was refused.
    """
    began = time.perf_counter()
    status, headers, body = client.request("GET", f"/api/sync/pull?limit={limit}{so_far.cursor and f'&cursor={so_far.cursor}'}")
    so_far.took.append(time.perf_counter() - began)
    if status != 200:
        raise RuntimeError(f"a pull was answered {status}: {body[:300]!r}")
    so_far.server.append(float(headers["Server-Timing"].removeprefix("app;dur=")) / 1000)
    so_far.wire += len(body)
    page = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    so_far.items += page["items"]
    so_far.cursor, so_far.up_to_date = page["cursor"], page["up_to_date"]


def pull_all(client: Client) -> Pulled:
    """A first pull to its end, its pages growing as the phone's do."""
    pulled, limit = Pulled(), FIRST_PAGE
    while not pulled.up_to_date:
        pull_page(client, pulled, limit)
        limit = min(2 * limit, LARGEST_PAGE)
    return pulled
