"""Who is looked after by nobody, and why."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST,
    EAST_NORTH_1,
    OUTSIDE,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_duty,
    make_employer,
    make_visit,
    today,
)
from fixture_types import Client

from wangge.core.clock import utc_now

SQUARE = {"type": "Polygon", "coordinates": [[[119.0, 36.7], [119.15, 36.7], [119.15, 36.9], [119.0, 36.9], [119.0, 36.7]]]}


async def uncovered(client: Client, territory: Territory, role: str = "city", **params: Any) -> dict[str, list[str]]:
    """Name to reasons."""
    answer = await client(territory[role]).get("/api/coverage/uncovered", params=params)
    assert answer.status_code == 200, answer.text
    return {item["name"]: item["reasons"] for item in answer.json()["items"]}


@pytest.fixture
async def employers(owner: Owner, territory: Territory) -> dict[str, UUID]:
    """One employer of each kind."""
    now = utc_now()
    return {
        "covered": await make_employer(owner, WEST_NORTH_1, name="已覆盖", last_visited_at=now),
        "never": await make_employer(owner, WEST_NORTH_2, name="从未走访"),
        "ownerless": await make_employer(owner, WEST_SOUTH_2, name="无人负责", last_visited_at=now),
        "outside": await make_employer(owner, None, position=OUTSIDE, name="网格之外", last_visited_at=now),
        "nowhere": await make_employer(owner, WEST_NORTH_1, position=None, name="没有位置", last_visited_at=now),
        "both": await make_employer(owner, WEST_SOUTH_2, name="两条原因"),
        "returned": await make_employer(owner, WEST_NORTH_1, name="已退回", review_state="returned"),
        "waiting": await make_employer(owner, WEST_NORTH_1, name="待审核", review_state="waiting_review"),
    }


async def test_each_reason_is_told_and_the_covered_are_left_out(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    assert await uncovered(client, territory) == {
        "从未走访": ["never_visited"],
        "无人负责": ["grid_without_owner"],
        "网格之外": ["outside_all_grids"],
        "没有位置": ["no_position"],
        "两条原因": ["grid_without_owner", "never_visited"],
        "待审核": ["no_file", "never_visited"],
    }


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        ("never_visited", {"从未走访", "两条原因", "待审核"}),
        ("outside_all_grids", {"网格之外"}),
        ("no_position", {"没有位置"}),
        ("grid_without_owner", {"无人负责", "两条原因"}),
    ],
)
async def test_one_reason_at_a_time(reason: str, names: set[str], employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    assert set(await uncovered(client, territory, reason=reason)) == names


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "owned"),
    [(-10, None, True), (-10, 0, True), (0, None, True), (-10, -1, False), (1, None, False)],
)
async def test_a_grid_has_an_owner_from_the_first_to_the_last_day_of_the_duty(
    valid_from: int, valid_to: int | None, owned: bool, employers: dict[str, UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    def day(offset: int) -> date:
        return today() + timedelta(days=offset)

    await make_duty(
        owner, territory["street"].id, WEST_SOUTH_2, valid_from=day(valid_from), valid_to=None if valid_to is None else day(valid_to)
    )

    assert ("无人负责" not in await uncovered(client, territory)) is owned


async def test_a_visit_takes_the_employer_off_the_list(
    employers: dict[str, UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    await make_visit(owner, territory["community"], employers["never"])

    assert "从未走访" not in await uncovered(client, territory)


async def test_a_grid_a_box_and_a_text_narrow_the_question(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    assert set(await uncovered(client, territory, grid_id=territory.grids[WEST_SOUTH])) == {"无人负责", "两条原因"}
    assert set(await uncovered(client, territory, bbox="119.2,36.7,119.4,36.9")) == {"从未走访"}
    assert set(await uncovered(client, territory, q="走访", bbox="118,36,120,37")) == {"从未走访"}


async def test_a_county_is_told_of_no_employer_outside_all_grids(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    assert "网格之外" not in await uncovered(client, territory, "county")


async def test_a_drawn_polygon_by_address_or_body_asks_the_same(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    http = client(territory["county"])

    by_address = await http.get("/api/coverage/uncovered", params={"polygon": json.dumps(SQUARE)})
    by_body = await http.post("/api/coverage/uncovered", json={"polygon": SQUARE, "page": 1, "page_size": 50, "sort": "name"})

    assert by_body.status_code == 200
    assert [i["name"] for i in by_body.json()["items"]] == ["待审核"]
    assert by_address.json() == by_body.json()


@pytest.mark.parametrize(
    ("name", "polygon", "found"),
    [
        ("edge on the point", [[[119.1, 36.7], [119.2, 36.7], [119.2, 36.9], [119.1, 36.9], [119.1, 36.7]]], 1),
        (
            "hole around the point",
            [SQUARE["coordinates"][0], [[119.05, 36.75], [119.05, 36.85], [119.12, 36.85], [119.12, 36.75], [119.05, 36.75]]],
            0,
        ),
        ("elsewhere", [[[100, 30], [101, 30], [101, 31], [100, 31], [100, 30]]], 0),
    ],
)
async def test_awkward_polygons(
    name: str, polygon: list[Any], found: int, employers: dict[str, UUID], territory: Territory, client: Client
) -> None:
    body = {"polygon": {"type": "Polygon", "coordinates": polygon}}

    answer = await client(territory["county"]).post("/api/coverage/uncovered", json=body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == found


async def test_a_multipolygon_is_one_question(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    other = [[[119.25, 36.75], [119.35, 36.75], [119.35, 36.85], [119.25, 36.85], [119.25, 36.75]]]
    body = {"polygon": {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], other]}, "sort": "name"}

    answer = await client(territory["county"]).post("/api/coverage/uncovered", json=body)

    assert {i["name"] for i in answer.json()["items"]} == {"待审核", "从未走访"}


BAD_POLYGONS: list[Any] = [
    {"type": "Polygon", "coordinates": [[[119, 36], [119.1, 36.1], [119.1, 36], [119, 36.1], [119, 36]]]},
    {"type": "Polygon", "coordinates": [[[119, 36], [119.1, 36]]]},
    {"type": "Polygon", "coordinates": [[[119, 36], [119.1, 36], [119.1, 36.1]]]},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[["a", "b"]]]},
    {"type": "Polygon", "coordinates": [[[999, 36], [1000, 36], [1000, 37], [999, 36]]]},
    {"type": "Polygon"},
    {"type": "Point", "coordinates": [119, 36]},
    {"type": "Feature", "geometry": SQUARE},
    {"type": "Polygon", "coordinates": {"a": 1}},
    {},
]


@pytest.mark.parametrize("polygon", BAD_POLYGONS)
async def test_an_unusable_polygon_is_explained(polygon: Any, territory: Territory, client: Client) -> None:
    for language, sentence in (("zh-CN", "画的区域不是有效的多边形"), ("en", "The area is not a valid polygon")):
        http = client(territory["county"], language=language)
        for answer in (
            await http.post("/api/coverage/uncovered", json={"polygon": polygon}),
            await http.get("/api/coverage/uncovered", params={"polygon": json.dumps(polygon)}),
        ):
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["code"] == "polygon_invalid"
            assert answer.json()["errors"][0]["detail"].startswith(sentence)


async def test_a_polygon_that_is_no_json_or_too_large_is_explained(territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    ring = [[119 + i * 1e-6, 36.0] for i in range(30_000)]
    large = {"type": "Polygon", "coordinates": [[*ring, [119, 37], ring[0]]]}

    for answer in (
        await http.get("/api/coverage/uncovered", params={"polygon": "{"}),
        await http.get("/api/coverage/uncovered", params={"polygon": "[1]"}),
        await http.post("/api/coverage/uncovered", json={"polygon": large}),
    ):
        assert answer.json()["errors"][0]["code"] == "polygon_invalid"


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "119,36,118,37", "119,37,120,36", "-181,0,1,1", "nan,0,1,1", "0,0,inf,1", "1,1,1,1"])
async def test_a_bad_box_is_explained(bbox: str, territory: Territory, client: Client) -> None:
    for language, sentence in (("zh-CN", "范围应为"), ("en", "bbox is west,south,east,north")):
        answer = await client(territory["county"], language=language).get("/api/coverage/uncovered", params={"bbox": bbox})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["detail"].startswith(sentence)


@pytest.mark.parametrize(
    "body", [{"page_size": 0}, {"page_size": 201}, {"page": 0}, {"reason": "x"}, {"unknown": 1}, {"page": "two"}, {"sort": "x"}, []]
)
async def test_a_bad_body_is_refused(body: Any, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).post("/api/coverage/uncovered", json=body)

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid_input")


# ---- counts


async def test_counts_add_up(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    counts = (await client(territory["city"]).get("/api/coverage/counts")).json()

    assert (counts["total"], counts["covered"], counts["uncovered"]) == (7, 1, 6)
    assert counts["by_reason"] == {
        "no_file": 1, "incomplete_file": 0, "no_position": 1, "outside_all_grids": 1, "grid_without_owner": 2, "owner_uncertified": 0,
        "never_visited": 3, "overdue": 0,
    }  # fmt: skip
    assert counts["pending"] == 0
    # the one outside all grids lies in no county
    assert [(c["grid"]["id"], c["total"], c["uncovered"]) for c in counts["children"]] == [
        (str(territory.grids[WEST]), 6, 5),
        (str(territory.grids[EAST]), 0, 0),
    ]


async def test_counts_go_down_the_tree_to_the_communities(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    async def children(path: str) -> dict[str, tuple[int, int]]:
        answer = await client(territory["county"]).get("/api/coverage/counts", params={"grid_id": territory.grids[path]})
        assert answer.status_code == 200
        return {c["grid"]["code"]: (c["total"], c["uncovered"]) for c in answer.json()["children"]}

    assert await children(WEST) == {"370702001": (4, 3), "370702002": (2, 2)}
    assert await children(WEST_NORTH) == {"370702001001": (3, 2), "370702001002": (1, 1)}
    assert await children(WEST_NORTH_1) == {}


async def test_an_employer_in_no_community_is_counted_where_it_lies(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, WEST, position=OUTSIDE, last_visited_at=utc_now())

    counts = (await client(territory["county"]).get("/api/coverage/counts")).json()

    assert (counts["total"], counts["by_reason"]["outside_all_grids"], counts["by_reason"]["grid_without_owner"]) == (1, 1, 0)
    assert sum(c["total"] for c in counts["children"]) == 0


# ---- export


async def test_the_export_is_what_a_spreadsheet_opens(
    employers: dict[str, UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    await make_employer(owner, EAST_NORTH_1, name='=cmd|"x"', address="+86, 逗号", employees=0, uscc="91370700TTTT000017")

    answer = await client(territory["city"]).get("/api/coverage/uncovered.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=\"uncovered.csv\"; filename*=UTF-8''")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[0] == "单位名称" and len(rows) == 7
    by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    formula = by_name['\'=cmd|"x"']
    assert formula["地址"] == "'+86, 逗号"
    assert (formula["统一社会信用代码"], formula["用工人数"], formula["经度"], formula["纬度"]) == (
        "91370700TTTT000017",
        "0",
        "119.5",
        "36.8",
    )
    assert formula["所属网格"] == "网格370700 / 网格370703 / 网格370703001 / 网格370703001001"
    assert by_name["两条原因"]["未覆盖原因"] == "网格无人负责；从未走访"
    assert (by_name["没有位置"]["经度"], by_name["没有位置"]["上次走访"]) == ("", today().isoformat())


async def test_the_export_speaks_english_too(employers: dict[str, UUID], territory: Territory, client: Client) -> None:
    answer = await client(territory["city"], language="en").get("/api/coverage/uncovered.csv", params={"reason": "grid_without_owner"})

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("name,credit code,address")
    assert [line.rsplit(",", 1)[-1] for line in lines[1:]] == ["grid without owner; never visited", "grid without owner"]


async def test_that_a_list_left_the_system_is_written_down(
    employers: dict[str, UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    grid_id = territory.grids[WEST_NORTH]

    await client(territory["county"]).get("/api/coverage/uncovered.csv", params={"grid_id": str(grid_id), "q": "走访"})

    (line,) = await owner.fetch("select * from audit_log where subject_id = $1", grid_id)
    assert (line["action"], line["person_id"]) == ("uncovered_exported", territory["county"].id)
    assert json.loads(line["details"]) == {"rows": 1, "reason": None, "bbox": None, "q": "走访", "format": "csv"}


async def test_a_bad_question_gets_its_answer_before_any_line_is_sent(territory: Territory, client: Client) -> None:
    answer = await client(territory["city"]).get("/api/coverage/uncovered.csv", params={"bbox": "1,2"})

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_an_export_of_many_pieces_is_whole_and_in_order(
    owner: Owner, territory: Territory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wangge.coverage.export.EXPORT_PIECE", 3)
    for n in range(8):
        await make_employer(owner, WEST_NORTH_1, name=f"第{n}家")

    answer = await client(territory["county"]).get("/api/coverage/uncovered.csv", params={"sort": "-name"})

    names = [line.split(",")[0] for line in answer.content.decode("utf-8-sig").splitlines()[1:]]
    assert names == [f"第{n}家" for n in reversed(range(8))]
