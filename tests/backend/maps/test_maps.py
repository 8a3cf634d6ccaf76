"""Tiles, the box of one's scope, and the public backdrop."""

import gzip
from math import asinh, pi, radians, tan
from typing import Any

import pytest
from factories import (
    BOXES,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_employer,
    make_person_with_account,
    make_visit,
)
from fixture_types import Client
from httpx import Response
from tiles import features_of, point_of

from wangge.core.clock import utc_now
from wangge.maps.rules import tile_box


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    return int((lon + 180) / 360 * 2**zoom), int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom)


async def tile(client: Client, territory: Territory, layer: str, zoom: int, at: tuple[float, float], **headers: str) -> Response:
    x, y = tile_at(*at, zoom)
    return await client(territory["county"]).get(f"/api/map/tiles/{layer}/{zoom}/{x}/{y}", headers=headers)


async def employers_at(client: Client, territory: Territory, zoom: int, at: tuple[float, float]) -> list[dict[str, Any]]:
    answer = await tile(client, territory, "employers", zoom, at)
    assert answer.status_code == 200, answer.text
    return features_of(answer.content, "employers")


async def test_near_the_ground_every_employer_is_a_point_that_says_whether_it_is_covered(
    owner: Owner, territory: Territory, client: Client
) -> None:
    spot = (119.1, 36.8)
    covered = await make_employer(owner, WEST_NORTH_1, name="已覆盖", last_visited_at=utc_now())
    never = await make_employer(owner, WEST_NORTH_1, name="从未走访", review_state="waiting_review")
    await make_employer(owner, WEST_NORTH_1, name="已退回", review_state="returned")

    await owner.execute("select keep_coverage(500)")
    found = {f["id"]: f for f in await employers_at(client, territory, 13, spot)}

    assert set(found) == {str(covered), str(never)}
    assert found[str(covered)] == found[str(covered)] | {"name": "已覆盖", "covered": True, "review_state": "accepted"}
    assert "reason" not in found[str(covered)]
    assert found[str(never)] == found[str(never)] | {"covered": False, "reason": "no_file", "review_state": "waiting_review"}
    box = tile_box(13, *tile_at(*spot, 13))
    x, _ = point_of(found[str(never)])
    assert x == pytest.approx((119.1 - box.west) / (box.east - box.west) * 4096, abs=1)


async def test_from_afar_employers_are_counted_in_cells(owner: Owner, territory: Territory, client: Client) -> None:
    for _ in range(3):
        await make_employer(owner, None, position=(119.1, 36.8))
    visited = await make_employer(owner, None, position=(119.1, 36.8), review_state="waiting_review")
    await make_visit(owner, territory["community"], visited)
    await make_employer(owner, None, position=(119.35, 36.65), last_visited_at=utc_now())

    await owner.execute("select keep_coverage(500)")
    cells = await employers_at(client, territory, 8, (119.1, 36.8))

    assert [(c["n"], c["uncovered"], c["waiting"]) for c in sorted(cells, key=lambda c: -c["n"])] == [(4, 4, 1), (1, 1, 0)]
    assert "id" not in cells[0]


async def test_an_employer_on_the_edge_of_two_tiles_is_in_one_of_them(owner: Owner, territory: Territory, client: Client) -> None:
    for zoom in (11, 13):
        x, y = tile_at(119.1, 36.8, zoom)
        box = tile_box(zoom, x, y)
        await make_employer(owner, None, position=(box.west, box.north))
        await make_employer(owner, None, position=(box.east, box.south))
        found = 0
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                answer = await client(territory["county"]).get(f"/api/map/tiles/employers/{zoom}/{x + dx}/{y + dy}")
                found += sum(f.get("n", 1) for f in features_of(answer.content, "employers"))
        assert found == 2
        await owner.execute("update employers set review_state = 'returned'")


@pytest.mark.parametrize(("zoom", "levels"), [(8, {2}), (9, {2, 3}), (11, {3}), (12, {3, 4}), (14, {3, 4})])
async def test_grids_show_the_levels_of_the_zoom_and_whether_they_have_an_owner(
    zoom: int, levels: set[int], territory: Territory, client: Client
) -> None:
    answer = await tile(client, territory, "grids", zoom, (119.3, 36.65))
    found = {f["code"]: f for f in features_of(answer.content, "grids")}

    assert {f["level"] for f in found.values()} == levels
    if 4 in levels:
        assert found["370702002002"]["id"] == str(territory.grids[WEST_SOUTH_2])
        assert found["370702002002"]["has_owner"] is False
    if zoom == 12:
        around = features_of((await tile(client, territory, "grids", 12, (119.1, 36.8))).content, "grids")
        assert next(f for f in around if f["level"] == 4)["has_owner"] is True


async def test_an_unchanged_tile_is_not_sent_again_and_a_changed_one_is(owner: Owner, territory: Territory, client: Client) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)
    first = await tile(client, territory, "employers", 13, (119.1, 36.8))
    etag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= {v.strip() for v in first.headers["vary"].split(",")}

    same = [
        await tile(client, territory, "employers", 13, (119.1, 36.8), **{"If-None-Match": known})
        for known in (etag, f"W/{etag}", f'"other", {etag}')
    ]
    await make_visit(owner, territory["community"], employer_id)
    changed = await tile(client, territory, "employers", 13, (119.1, 36.8), **{"If-None-Match": etag})

    assert [(s.status_code, s.content, s.headers["etag"]) for s in same] == [(304, b"", etag)] * 3
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_two_people_with_the_same_sight_get_the_same_tile_and_others_another(
    owner: Owner, territory: Territory, client: Client
) -> None:
    await make_employer(owner, WEST_NORTH_1)
    colleague = await make_person_with_account(owner, WEST)
    x, y = tile_at(119.1, 36.8, 13)

    etags = [
        (await client(someone).get(f"/api/map/tiles/employers/13/{x}/{y}")).headers["etag"]
        for someone in (territory["county"], colleague, territory["other_county"])
    ]

    assert etags[0] == etags[1] != etags[2]


async def test_a_large_tile_travels_compressed(owner: Owner, territory: Territory, client: Client) -> None:
    for n in range(30):
        await make_employer(owner, WEST_NORTH_1, name=f"很长的单位名称很长的单位名称{n}")
    x, y = tile_at(119.1, 36.8, 13)

    async with client(territory["county"]).stream(
        "GET", f"/api/map/tiles/employers/13/{x}/{y}", headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["content-encoding"] == "gzip"
    assert len(features_of(gzip.decompress(raw), "employers")) == 30


async def test_an_empty_tile_is_an_answer(territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).get("/api/map/tiles/employers/9/0/0")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("roads/9/425/199", "没有图层 roads。", "There is no layer roads."),
        ("grids/9/512/0", "没有瓦片 9/512/0。", "There is no tile 9/512/0."),
        ("grids/21/0/0", "没有瓦片 21/0/0。", "There is no tile 21/0/0."),
    ],
)
async def test_a_tile_that_there_is_not_is_explained(path: str, zh: str, en: str, territory: Territory, client: Client) -> None:
    for language, sentence in (("zh-CN", zh), ("en", en)):
        answer = await client(territory["county"], language=language).get(f"/api/map/tiles/{path}")
        assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (422, sentence)


@pytest.mark.parametrize("path", ["grids/x/0/0", "grids/9/1.5/0", "grids/9/0", "grids/99999999999999999999/0/0"])
async def test_an_address_that_is_no_tile_is_refused(path: str, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).get(f"/api/map/tiles/{path}")

    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("role", "path"), [("county", WEST), ("street", WEST_NORTH), ("community", WEST_NORTH_1)])
async def test_the_extent_is_the_box_of_ones_scope(role: str, path: str, territory: Territory, client: Client) -> None:
    answer = await client(territory[role]).get("/api/map/extent")

    assert answer.json() == {"bbox": pytest.approx(list(BOXES[path]))}


async def test_the_extent_of_two_grids_holds_both_and_of_none_is_nothing(owner: Owner, territory: Territory, client: Client) -> None:
    two = await make_person_with_account(owner, WEST_NORTH_1, duties=[WEST_NORTH_1, WEST_SOUTH_2])
    none = await make_person_with_account(owner, WEST_NORTH_1, duties=[])

    assert (await client(two).get("/api/map/extent")).json() == {"bbox": pytest.approx([119.0, 36.5, 119.4, 36.9])}
    assert (await client(none).get("/api/map/extent")).json() == {"bbox": None}


@pytest.mark.parametrize(("path", "kind"), [("places", "Point"), ("basemap", "LineString")])
async def test_the_backdrop_is_public_and_may_be_kept_a_day(path: str, kind: str, client: Client) -> None:
    answer = await client().get(f"/api/map/{path}")

    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert kind in {f["geometry"]["type"] for f in answer.json()["features"]}
