"""From upload to its end: limits, hostile files, servers that stop, withdrawing, who may see what."""

import io
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
from factories import WEST_NORTH, Owner, Territory, make_policy
from fixture_types import Acting, Client
from import_reading import read_to_its_end
from sqlalchemy import text

Upload = Callable[..., Any]


async def test_a_file_over_the_limit_is_refused_before_it_is_kept(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    query = {"target": "grids", "file_name": "a.geojson"}

    announced = await http.post("/api/spatial-imports", params=query, content=b" " * 60_000_000)
    assert (announced.status_code, announced.json()["type"]) == (413, "spatial_file_too_large")

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(60):
            yield b" " * 1_000_000

    streamed = await http.post("/api/spatial-imports", params=query, content=unannounced())
    assert (streamed.status_code, streamed.json()["type"]) == (413, "spatial_file_too_large")
    assert await owner.fetchval("select count(*) from spatial_imports") == 0


async def test_an_empty_body_is_refused(territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).post("/api/spatial-imports", params={"target": "grids"}, content=b"")
    assert (answer.status_code, answer.json()["type"]) == (422, "spatial_file_empty")


@pytest.mark.parametrize(
    ("query", "field"),
    [({"target": "people"}, "target"), ({"target": "grids", "level": 2}, "level"), ({"target": "grids", "level": 5}, "level")],
)
async def test_what_is_asked_for_must_fit(query: dict[str, Any], field: str, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).post("/api/spatial-imports", params=query, content=b"x")
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def test_a_grid_outside_ones_scope_is_no_place_to_import_into(territory: Territory, client: Client) -> None:
    http = client(territory["other_county"])
    query = {"target": "grids", "grid_id": str(territory.grids[WEST_NORTH])}
    assert (await http.post("/api/spatial-imports", params=query, content=b"x")).status_code == 404


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * 190_000_000)
    return packed.getvalue()


def deep_json() -> bytes:
    return b'{"type":"FeatureCollection","features":' + b"[" * 200_000


def lying_shp() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.shp", struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, 2**30) + struct.pack("<ii8d", 1000, 5, *[0.0] * 8) + b"\0" * 40)
    return packed.getvalue()


@pytest.mark.parametrize(
    "make", [bomb, deep_json, lying_shp, lambda: b"\xff\xd8\xff\xe0 a photo", lambda: b"SQLite format 3\0" + b"x" * 500]
)
async def test_hostile_files_end_in_a_sentence(make: Callable[[], bytes], territory: Territory, upload: Upload) -> None:
    found = await upload(territory["county"], make(), "a.bin")

    assert found["state"] == "failed"
    assert found["problem"]["status"] in (413, 422)
    assert found["problem"]["detail"]


async def test_reading_that_takes_too_long_or_too_much_is_ended(
    owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes]
) -> None:
    await make_policy(owner, "import_read_memory_bytes", 20_000_000)
    points = ",".join(f"[119.{n:06},36.7]" for n in range(300_000))
    line = f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"LineString","coordinates":[{points}]}}}}'
    heavy = await upload(territory["county"], line.encode(), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    assert heavy["problem"]["type"] == "import_too_heavy"
    await owner.execute("delete from policies where key = 'import_read_memory_bytes' and source = 'a test'")
    await make_policy(owner, "import_read_seconds", 0)
    slow = await upload(territory["county"], squares(), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    assert slow["problem"]["type"] == "import_too_slow"
    assert slow["state"] == "failed" and slow["problem"]["limit_s"] == 0


async def test_a_server_that_stopped_leaves_nothing_being_read_for_ever(
    owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    found = await upload(territory["county"], squares(), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    stopped = "update spatial_imports set state = $2, attempt = gen_random_uuid(), alive_at = now() - interval '2 minutes' where id = $1"
    http = client(territory["county"])

    await owner.execute(stopped, UUID(found["id"]), "reading")
    listed = (await http.get("/api/spatial-imports")).json()["items"]
    assert [one["state"] for one in listed] == ["failed"]
    detail = (await http.get(f"/api/spatial-imports/{found['id']}")).json()
    assert detail["problem"]["type"] == "import_interrupted" and "重新检查" in detail["problem"]["detail"]

    again = await http.patch(f"/api/spatial-imports/{found['id']}", json={"version": detail["version"]})
    assert again.json()["state"] == "reading"
    assert (await read_to_its_end(http, found["id"]))["state"] == "ready"

    await owner.execute(stopped, UUID(found["id"]), "applying")
    assert (await http.get(f"/api/spatial-imports/{found['id']}")).json()["state"] == "ready"


async def test_withdrawing_ends_an_import_at_any_time_before_it_is_written(
    owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    http = client(territory["county"])
    query = {"grid_id": territory.grids[WEST_NORTH]}
    reading = await upload(territory["county"], squares(), "a.geojson", wait=False, **query)
    ready = await upload(territory["county"], squares(), "b.geojson", **query)

    for found in (reading, ready):
        now = (await http.get(f"/api/spatial-imports/{found['id']}")).json()
        gone = await http.post(f"/api/spatial-imports/{found['id']}/withdraw", json={"version": now["version"]})
        assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
        again = await http.post(f"/api/spatial-imports/{found['id']}/withdraw", json={"version": gone.json()["version"]})
        assert (again.status_code, again.json()["type"]) == (409, "import_closed")
        for path, body in (("apply", {"version": 1}), ("withdraw", {"version": 1})):
            assert (await http.post(f"/api/spatial-imports/{found['id']}/{path}", json=body)).json()["type"] == "import_closed"
        patch = await http.patch(f"/api/spatial-imports/{found['id']}", json={"version": gone.json()["version"]})
        assert patch.json()["type"] == "import_closed"
    assert await owner.fetchval("select count(*) from spatial_import_features") == 0


async def test_a_reading_acts_only_inside_its_import_and_only_while_it_lasts(
    owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes], acting: Acting
) -> None:
    found = await upload(territory["county"], squares(), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    attempt = UUID("01900000-0000-7000-8000-00000000aaaa")
    async with acting(territory["other_county"]) as (db, _):
        assert (await db.execute(text("select * from spatial_import_enter(:a)"), {"a": attempt})).all() == []
        assert (await db.execute(text("select count(*) from spatial_imports"))).scalar() == 0
    await owner.execute("update spatial_imports set state = 'reading', attempt = $2 where id = $1", UUID(found["id"]), attempt)
    async with acting(territory["other_county"]) as (db, _):
        assert len((await db.execute(text("select * from spatial_import_enter(:a)"), {"a": attempt})).all()) == 1
        seen = (await db.execute(text("select distinct path::text from grids order by 1"))).scalars().all()
        assert seen and all(path.startswith(WEST_NORTH) for path in seen)


@pytest.mark.parametrize("table", ["spatial_imports", "spatial_import_features"])
async def test_without_anybody_there_is_nothing(
    table: str, owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes], engine: Any
) -> None:
    await upload(territory["county"], squares(), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    async with engine.connect() as connection:
        assert (await connection.execute(text(f"select count(*) from {table}"))).scalar() == 0
    assert await owner.fetchval(f"select count(*) from {table}") > 0
