"""天地图's geocoder, asked of a local server that speaks its protocol; and what becomes of its answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from factories import WEST, WEST_NORTH_1, Owner, Territory, make_policy
from registry_rows import make_list, make_rows

from wangge.geocoding.locating import locate_some
from wangge.geocoding.tianditu import GeocoderDown, Tianditu

PLACES = {
    "北海路1号": {"lon": "119.1", "lat": "36.8", "score": 95},
    "糊涂路": {"lon": "119.1", "lat": "36.8", "score": 40},
    "远方街9号": {"lon": "121.0", "lat": "38.0", "score": 99},
}


class Handler(BaseHTTPRequestHandler):
    """Answers as api.tianditu.gov.cn/geocoder does."""

    asked: list[str]

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if query["tk"] != ["our-key"]:
            said: dict[str, Any] = {"msg": "权限错误", "status": "404"}
        else:
            wanted = json.loads(query["ds"][0])["keyWord"]
            Handler.asked.append(wanted)
            place = PLACES.get(wanted)
            said = (
                {"msg": "ok", "location": {**place, "level": "门址", "keyWord": wanted}, "searchVersion": "6.0", "status": "0"}
                if place
                else {"msg": "无结果", "status": "101"}
            )
        body = json.dumps(said, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.asked = []
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/geocoder"
    http.shutdown()


async def test_a_sure_point_in_the_lists_own_area_is_taken_and_every_address_is_asked_for_once(
    owner: Owner, territory: Territory, engine: Any, server: str
) -> None:
    rows = [{"name": f"店{n}", "address": address} for n, address in enumerate([*PLACES, "没有的路", ""])]
    await make_rows(owner, await make_list(owner, territory["county"].id), rows)
    geocoder = Tianditu(server, "our-key")

    assert await locate_some(engine, geocoder) == 4
    assert await locate_some(engine, geocoder) == 0

    assert sorted(Handler.asked) == sorted([*PLACES, "没有的路"])
    placed = await owner.fetch("select name, position_source, grid_path::text as path from registry_rows order by name")
    assert [(r["position_source"], r["path"]) for r in placed] == [("geocoder", WEST_NORTH_1)] + [(None, WEST)] * 4
    await geocoder.close()


async def test_the_days_allowance_is_kept_and_a_geocoder_that_is_down_counts_for_nothing(
    owner: Owner, territory: Territory, engine: Any, server: str
) -> None:
    await make_policy(owner, "geocode_per_day", 2)
    await make_rows(owner, await make_list(owner, territory["county"].id), [{"name": f"店{n}", "address": f"路{n}号"} for n in range(5)])

    wrong_key = Tianditu(server, "another")
    with pytest.raises(GeocoderDown):
        await locate_some(engine, wrong_key)
    nobody = Tianditu("http://127.0.0.1:9/geocoder", "our-key", timeout_s=1)
    with pytest.raises(GeocoderDown):
        await locate_some(engine, nobody)
    assert await owner.fetchval("select count(*) from registry_rows where geocoded_at is not null") == 0

    geocoder = Tianditu(server, "our-key")
    assert await locate_some(engine, geocoder) == 2
    assert await locate_some(engine, geocoder) == 0
    for one in (wrong_key, nobody, geocoder):
        await one.close()
