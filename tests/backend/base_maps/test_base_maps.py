"""The deployment's base map: tiles for the desk, an extract of one's own area for the phone, on an archive made by PostGIS."""

import asyncio
import gzip
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from factories import BOXES, EAST, OF_A_TEST, WEST, WEST_NORTH_1, Owner, Someone, Territory
from litestar import Litestar
from pmtiles.tile import zxy_to_tileid
from tiles import features_of

from wangge.app import create_app
from wangge.base_maps.archive import Archive
from wangge.base_maps.extracting import area_around
from wangge.cluster import ClusterUrls
from wangge.core.settings import Settings, SettingsError, load_settings
from wangge.demo.base_map import make_base_map
from wangge.maps.rules import tile_box


@pytest.fixture(scope="session")
async def base_map(database: ClusterUrls, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("base_map") / "weifang.pmtiles"
    assert await make_base_map(database.owner, target) > 300
    return target


@pytest.fixture
def own_copy(base_map: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "city.pmtiles"
    copy.write_bytes(base_map.read_bytes())
    return copy


@pytest.fixture
def with_base(database: ClusterUrls, settings: Settings, own_copy: Path, tmp_path: Path) -> Litestar:
    return create_app(replace(settings, base_map=own_copy, data_dir=tmp_path / "data"), database.app)


def http_of(app: Litestar, someone: Someone | None) -> httpx.AsyncClient:
    headers = {"X-Wangge-Client": "test/0.1.0", "Accept-Language": "zh-CN", **(someone.headers if someone else {})}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wangge.test", headers=headers)


def archive_of(content: bytes, folder: Path) -> Archive:
    file = folder / "received.pmtiles"
    file.write_bytes(content)
    return Archive(file)


def replaced(file: Path, content: bytes) -> bytes:
    before = file.read_bytes()
    file.write_bytes(content)
    return before


async def test_a_deployment_without_one_says_so(territory: Territory, client: Callable[..., httpx.AsyncClient]) -> None:
    http = client(territory["county"])

    assert (await http.get("/api/map/base")).json() == {"base": None}
    for path in ("/api/map/base/own", "/api/map/base/tiles/9/425/199"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "no_base_map")


async def test_the_desk_learns_what_there_is_and_draws_it_tile_by_tile(territory: Territory, with_base: Litestar) -> None:
    http = http_of(with_base, territory["county"])
    base = (await http.get("/api/map/base")).json()["base"]

    assert base == base | {"kind": "vector", "min_zoom": 0, "max_zoom": 12, "layers": ["earth", "water", "boundaries", "places"]}
    assert "天地图" in base["attribution"]
    tile = await http.get(f"/api/map/base/tiles/9/425/199?version={base['version']}")
    assert (tile.status_code, tile.headers["content-type"]) == (200, "application/vnd.mapbox-vector-tile")
    assert "immutable" in tile.headers["cache-control"]
    assert {f["name"] for f in features_of(tile.content, "places")} & {"潍城区", "奎文区", "寒亭区", "坊子区"}
    assert features_of(tile.content, "earth")
    assert "immutable" not in (await http.get("/api/map/base/tiles/9/425/199?version=old")).headers["cache-control"]
    assert (await http.get("/api/map/base/tiles/9/0/0")).status_code == 204
    assert (await http.get("/api/map/base/tiles/3/9/0")).status_code == 422


async def test_a_phone_gets_the_tiles_around_its_own_grids_and_no_others(
    territory: Territory, with_base: Litestar, base_map: Path, tmp_path: Path
) -> None:
    whole = Archive(base_map)

    answer = await http_of(with_base, territory["community"]).get("/api/map/base/own")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.pmtiles")
    assert "content-encoding" not in answer.headers
    own = archive_of(answer.content, tmp_path)
    assert own.metadata == whole.metadata
    assert own.header["max_zoom"] == 12
    west, south, east, north = BOXES[WEST_NORTH_1]
    block = area_around([west, south, east, north], 1000)
    there = [(x, y) for x in range(block.west, block.east + 1) for y in range(block.north, block.south + 1)]
    assert len(there) >= 9
    first, last = tile_box(12, block.west, block.north), tile_box(12, block.east, block.south)
    assert first.west < west - 0.009 < west < east < east + 0.009 < last.east
    assert last.south < south - 0.008 < north + 0.008 < first.north
    for x, y in there:
        assert own.tile(12, x, y) == whole.tile(12, x, y)
    assert own.tile(0, 0, 0) == whole.tile(0, 0, 0)
    beyond = [(x, y) for x in range(3380, 3420) for y in range(1580, 1610) if (x, y) not in there]
    assert sum(whole.tile(12, x, y) is not None for x, y in beyond) > 50
    assert not any(own.tile(12, x, y) for x, y in beyond)


async def test_whoever_looks_after_more_gets_more(territory: Territory, with_base: Litestar) -> None:
    sizes = {
        name: len((await http_of(with_base, territory[name]).get("/api/map/base/own")).content)
        for name in ("community", "street", "county")
    }
    assert sizes["community"] < sizes["street"] < sizes["county"]


async def test_a_download_goes_on_where_it_was_cut_off(territory: Territory, with_base: Litestar) -> None:
    http = http_of(with_base, territory["community"])
    whole = await http.get("/api/map/base/own")
    etag, size = whole.headers["etag"], len(whole.content)

    parts = b""
    while len(parts) < size:
        answer = await http.get("/api/map/base/own", headers={"Range": f"bytes={len(parts)}-{len(parts) + 9999}", "If-Range": etag})
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {len(parts)}-{min(len(parts) + 9999, size - 1)}/{size}"
        parts += answer.content
    assert parts == whole.content
    assert (await http.get("/api/map/base/own", headers={"Range": "bytes=-5"})).content == whole.content[-5:]
    beyond = await http.get("/api/map/base/own", headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.json()["type"]) == (416, "range_unsatisfiable")
    other = await http.get("/api/map/base/own", headers={"Range": "bytes=5-9", "If-Range": '"of another day"'})
    assert (other.status_code, len(other.content)) == (200, size)


async def test_nothing_is_sent_twice_and_a_new_archive_is_noticed(
    territory: Territory, with_base: Litestar, own_copy: Path, owner: Owner
) -> None:
    http = http_of(with_base, territory["community"])
    etag = (await http.get("/api/map/base/own")).headers["etag"]
    desk = http_of(with_base, territory["county"])
    version = (await desk.get("/api/map/base")).json()["base"]["version"]
    assert (await http.get("/api/map/base/own", headers={"If-None-Match": etag})).status_code == 304

    os.utime(own_copy, (1, 1))

    answer = await http.get("/api/map/base/own", headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag
    assert (await desk.get("/api/map/base")).json()["base"]["version"] != version


async def test_the_policy_on_bytes_leaves_out_the_deepest_zooms(
    territory: Territory, with_base: Litestar, owner: Owner, tmp_path: Path
) -> None:
    await owner.execute(
        "insert into policies (key, valid_from, value, unit, source) values ('base_map_max_bytes', china_today(), '12000', 'bytes', $1)",
        OF_A_TEST,
    )

    content = (await http_of(with_base, territory["community"]).get("/api/map/base/own")).content

    own = archive_of(content, tmp_path)
    assert 0 < own.header["max_zoom"] < 12
    assert own.header["tile_data_length"] <= 12000


async def test_many_phones_of_one_area_share_one_extract(territory: Territory, with_base: Litestar, tmp_path: Path) -> None:
    http = http_of(with_base, territory["community"])

    answers = await asyncio.gather(*(http.get("/api/map/base/own") for _ in range(6)))

    assert len({a.content for a in answers}) == 1
    assert len(list((tmp_path / "data/base_maps").iterdir())) == 1


async def test_an_extract_nobody_asks_for_is_let_go(territory: Territory, with_base: Litestar, tmp_path: Path) -> None:
    await http_of(with_base, territory["community"]).get("/api/map/base/own")
    (first,) = (tmp_path / "data/base_maps").iterdir()
    os.utime(first, (1, 1))

    await http_of(with_base, territory["county"]).get("/api/map/base/own")

    assert first not in list((tmp_path / "data/base_maps").iterdir())


async def test_an_archive_that_shows_nothing_of_the_area_is_no_base_map(territory: Territory, with_base: Litestar, owner: Owner) -> None:
    await owner.execute(
        "insert into policies (key, valid_from, value, unit, source) values ('base_map_max_bytes', china_today(), '10', 'bytes', $1)",
        OF_A_TEST,
    )

    answer = await http_of(with_base, territory["community"]).get("/api/map/base/own")

    assert (answer.status_code, answer.json()["type"]) == (404, "no_base_map")


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "version 2"])
def test_a_server_does_not_start_with_a_file_it_cannot_serve(damage: str, base_map: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.pmtiles"
    content = base_map.read_bytes()
    if damage != "missing":
        file.write_bytes({"text": b"no map at all", "cut": content[:400], "version 2": b"PMTiles\x02" + content[8:]}[damage])
    settings = load_settings({"WANGGE_BASEMAP_PMTILES": str(file), "WANGGE_DATA_DIR": str(tmp_path)})

    with pytest.raises(SettingsError, match=r"WANGGE_BASEMAP_PMTILES: .*broken\.pmtiles"):
        create_app(settings, "postgresql://wangge_app@127.0.0.1:1/none")


async def test_an_archive_replaced_by_rubbish_is_none_until_it_is_mended(territory: Territory, with_base: Litestar, own_copy: Path) -> None:
    http = http_of(with_base, territory["county"])
    good = replaced(own_copy, b"rubbish")
    assert (await http.get("/api/map/base")).json() == {"base": None}

    replaced(own_copy, good)

    assert (await http.get("/api/map/base")).json()["base"]["kind"] == "vector"


def test_tiles_are_stored_gzipped_and_found_by_their_number(base_map: Path) -> None:
    archive = Archive(base_map)
    tile = archive.tile(9, 425, 199)
    assert tile is not None
    assert gzip.decompress(tile)
    entry = archive.entry(zxy_to_tileid(9, 425, 199))
    assert entry is not None
    assert archive.content(entry) == tile


def test_neighbours_share_an_area_and_the_margin_widens_it() -> None:
    def is_within(box: list[float]) -> bool:
        return area_around(box, 0) == area_around([119.10, 36.70, 119.101, 36.701], 0)

    assert is_within([119.102, 36.702, 119.103, 36.703])
    assert area_around(list(BOXES[WEST]), 0).count < area_around(list(BOXES[WEST]), 20_000).count
    assert area_around(list(BOXES[WEST]), 0) != area_around(list(BOXES[EAST]), 0)
    assert area_around([-180.0, -90.0, 180.0, 90.0], 1000).count == 4096 * 4096
