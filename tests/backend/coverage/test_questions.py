"""Every question that can be asked of the uncovered, and what leaves the system as a file."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyogrio.raw
import pytest
from factories import EAST_NORTH_1, OF_A_TEST, WEST_NORTH_1, WEST_NORTH_2, WEST_SOUTH_2, Owner, Territory, make_employer, today
from fixture_types import Client
from python_calamine import CalamineWorkbook

from wangge.core.clock import utc_now


@pytest.fixture
async def shops(owner: Owner, territory: Territory) -> dict[str, UUID]:
    """Employers along a street, from west to east, each of its own kind."""
    old = utc_now() - timedelta(days=200)
    return {
        "机械厂": await make_employer(owner, None, position=(119.02, 36.8), name="机械厂", grade="C", last_visited_at=old),
        "食品厂": await make_employer(owner, None, position=(119.03, 36.8), name="食品厂", grade="A", last_visited_at=old,
                                     is_complete=False),
        "重点店": await make_employer(owner, None, position=(119.05, 36.8), name="重点店", on_key_list=True,
                                    last_visited_at=utc_now() - timedelta(days=31)),
        "新店": await make_employer(owner, None, position=(119.0500001, 36.81), name="新店"),
        "好店": await make_employer(owner, None, position=(119.04, 36.8), name="好店", last_visited_at=utc_now()),
    }  # fmt: skip


async def names(client: Client, territory: Territory, **params: Any) -> list[str]:
    answer = await client(territory["county"]).get("/api/coverage/uncovered", params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["items"])
    return [item["name"] for item in body["items"]]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"grade": "C"}, ["机械厂"]),
        ({"grade": "ungraded"}, ["新店", "重点店"]),
        ({"key_list": "true"}, ["重点店"]),
        ({"key_list": "false", "reason": "overdue"}, ["机械厂"]),
        ({"reason": "incomplete_file"}, ["食品厂"]),
        ({"reason": "overdue", "sort": "visit_due_on"}, ["机械厂", "重点店"]),
        ({"not_visited_days": 31}, ["机械厂", "重点店", "食品厂"]),
        ({"not_visited_days": 32}, ["机械厂", "食品厂"]),
        ({"not_visited_days": 200}, ["机械厂", "食品厂"]),
        ({"not_visited_days": 201}, []),
        ({"industry": "52"}, ["新店", "机械厂", "重点店", "食品厂"]),
        ({"industry": "5212", "grade": "A"}, ["食品厂"]),
        ({"industry": "521", "bbox": "119.025,36.7,119.06,36.805"}, ["重点店", "食品厂"]),
        ({"industry": "26"}, []),
        ({"near": "119.0,36.8", "nearest": 2}, ["机械厂", "食品厂"]),
        ({"near": "119.06,36.8"}, ["重点店", "新店", "食品厂", "机械厂"]),
        ({"near": "119.06,36.8", "sort": "-distance", "nearest": 2}, ["新店", "重点店"]),
        ({"near": "119.0,36.8", "reason": "never_visited"}, ["新店"]),
    ],
)
async def test_a_question_finds_what_it_names(
    params: dict[str, Any], found: list[str], shops: dict[str, UUID], territory: Territory, client: Client
) -> None:
    assert await names(client, territory, **params) == found


async def test_the_nearest_are_so_by_metres_and_not_by_degrees(owner: Owner, territory: Territory, client: Client) -> None:
    # at 36.8° north a degree of longitude is a fifth shorter: 0.010° east is nearer than 0.009° north
    await make_employer(owner, None, position=(119.11, 36.8), name="东")
    await make_employer(owner, None, position=(119.1, 36.809), name="北")

    answer = (await client(territory["county"]).get("/api/coverage/uncovered", params={"near": "119.1,36.8", "nearest": 1})).json()

    assert [(i["name"], round(i["distance_m"])) for i in answer["items"]] == [("东", 892)]


async def test_a_visit_is_in_time_on_its_last_day_and_overdue_on_the_next(owner: Owner, territory: Territory, client: Client) -> None:
    for grade, key, days in (("A", False, 365), ("B", False, 180), ("C", False, 90), (None, False, 180), ("A", True, 30)):
        for late in (0, 1):
            await make_employer(
                owner, WEST_NORTH_1, name=f"{grade}{key}{late}", grade=grade, on_key_list=key,
                last_visited_at=utc_now() - timedelta(days=days + late),
            )  # fmt: skip

    overdue = (await client(territory["county"]).get("/api/coverage/uncovered", params={"reason": "overdue"})).json()["items"]

    assert sorted(i["name"] for i in overdue) == ["AFalse1", "ATrue1", "BFalse1", "CFalse1", "NoneFalse1"]
    assert {i["visit_due_on"] for i in overdue} == {(today() - timedelta(days=1)).isoformat()}


BAD = [
    ("industry", "2a"), ("industry", "12345"), ("industry", "%"), ("grade", "A'"), ("grade", "best"), ("not_visited_days", "0"),
    ("not_visited_days", "99999"), ("near", "1"), ("near", "a,b"), ("near", "200,36"), ("nearest", "0"), ("nearest", "501"),
    ("days", "0"), ("days", "731"), ("level", "5"), ("z", "25"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD)
async def test_what_cannot_be_understood_is_named_in_both_languages(field: str, value: str, territory: Territory, client: Client) -> None:
    path, params = "/api/coverage/uncovered", {field: value} | ({"near": "119,36"} if field == "nearest" else {})
    if field == "days":
        path = "/api/coverage/trend"
    elif field == "level":
        path, params = f"/api/coverage/tiles/grids/{value}/9/425/199", {}
    elif field == "z":
        path, params = f"/api/coverage/tiles/uncovered/{value}/1/1", {}
    said = []
    for language in ("zh-CN", "en"):
        answer = await client(territory["county"], language=language).get(path, params=params)
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == field
        said.append(error["detail"])
    assert said[0] != said[1]


@pytest.mark.parametrize("format_", ["xlsx", "geojson", "gpkg", "csv"])
async def test_every_format_holds_the_answer(
    format_: str, shops: dict[str, UUID], owner: Owner, territory: Territory, client: Client, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("wangge.coverage.export.EXPORT_PIECE", 3)
    await make_employer(owner, WEST_NORTH_1, position=None, name="=无处")

    answer = await client(territory["county"]).get(f"/api/coverage/uncovered.{format_}", params={"sort": "name"})

    assert answer.status_code == 200, answer.text
    assert f'filename="uncovered.{format_}"' in answer.headers["content-disposition"]
    if format_ == "xlsx":
        head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        found = [dict(zip(head, row, strict=True)) for row in rows]
        key = next(r for r in found if r["单位名称"] == "重点店")
        assert (key["重点监管"], key["应于此日前走访"], key["经度"]) == ("是", today() - timedelta(days=1), 119.05)
    elif format_ == "geojson":
        found = [f["properties"] for f in json.loads(answer.content)["features"]]
        places = [f["geometry"] and f["geometry"]["coordinates"] for f in json.loads(answer.content)["features"]]
        assert [119.05, 36.8] in [list(p) for p in places if p] and None in places
    elif format_ == "gpkg":
        file = tmp_path / "x.gpkg"
        file.write_bytes(answer.content)
        meta, _, shapes, fields = pyogrio.raw.read(file)
        found = [dict(zip(meta["fields"], row, strict=True)) for row in zip(*fields, strict=True)]
        assert meta["crs"] == "EPSG:4326" and sum(s is None for s in shapes) == 1
    else:
        head, *lines = answer.content.decode("utf-8-sig").splitlines()
        found = [dict(zip(head.split(","), line.split(","), strict=True)) for line in lines]
    listed = await names(client, territory, sort="name")
    assert [r["单位名称"].lstrip("'") for r in found] == listed
    reasons = {r["单位名称"]: r["未覆盖原因"] for r in found}
    assert (reasons["食品厂"], reasons["机械厂"], reasons["新店"]) == ("档案不全", "逾期未走访", "从未走访")


async def test_more_than_one_file_may_hold_is_refused(shops: dict[str, UUID], owner: Owner, territory: Territory, client: Client) -> None:
    await owner.execute(
        "insert into policies (key, valid_from, value, unit, source) values ('export_max_features', china_today(), '3', '', $1)", OF_A_TEST
    )
    for format_ in ("xlsx", "geojson", "gpkg"):
        answer = await client(territory["county"]).get(f"/api/coverage/uncovered.{format_}")
        assert (answer.status_code, answer.json()["type"]) == (422, "export_too_large")
    assert (await client(territory["county"]).get("/api/coverage/uncovered.csv")).status_code == 200


async def test_tiles_hold_the_answer_and_shade_the_grids(
    shops: dict[str, UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    await make_employer(owner, WEST_SOUTH_2, name="无人网格", last_visited_at=utc_now())
    await make_employer(owner, EAST_NORTH_1, name="别的县")
    http = client(territory["county"])
    assert (await http.get("/api/coverage/counts")).json()["uncovered"] == 5

    near = await http.get("/api/coverage/tiles/uncovered/13/6805/3195", params={"reason": "overdue"})
    assert near.status_code == 200
    tiles = [
        await http.get(f"/api/coverage/tiles/uncovered/8/{x}/{y}", params={"grade": "C"}) for x in (211, 212, 213) for y in (99, 100, 101)
    ]
    assert [t.status_code for t in tiles] == [200] * 9
    assert sum(bool(t.content) for t in tiles) == 1
    shaded = await http.get("/api/coverage/tiles/grids/4/8/212/100")
    again = await http.get("/api/coverage/tiles/grids/4/8/212/100", headers={"If-None-Match": shaded.headers["etag"]})
    assert again.status_code == 304


async def test_a_duty_and_a_certificate_show_at_once(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, WEST_NORTH_2, name="店", last_visited_at=utc_now())
    holder = territory[f"owner_of:{WEST_NORTH_2}"]
    assert await names(client, territory) == []

    await owner.execute("update certificates set revoked_on = china_today() where person_id = $1", holder.id)
    assert await names(client, territory, reason="owner_uncertified") == ["店"]
    await owner.execute("update duties set valid_to = china_today() - 1 where person_id = $1", holder.id)
    assert await names(client, territory, reason="grid_without_owner") == ["店"]
