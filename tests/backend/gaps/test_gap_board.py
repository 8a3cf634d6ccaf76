"""The gap board: the same numbers as the owner finds by queries of the tests' own, at every level, for every role."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from factories import (
    CITY,
    EAST,
    EAST_SOUTH,
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
    make_person,
    make_unit,
    today,
    untiled,
)
from fixture_types import Acting, Client
from sqlalchemy import text

from wangge.gaps.kinds import KINDS

ROLES = ("city", "county", "street", "other_county", "other_street")
# What the owner calls each kind, in words of the tests' own.
IN_THE_OWNERS_WORDS = {
    "grid_without_owner": """
        select path, id from grids g where level = 4 and valid_to is null and id not in (
            select grid_id from duties where $2::date between valid_from and coalesce(valid_to, 'infinity'))""",
    "employer_outside_all_grids": """
        select grid_path, id from employers where position is not null and review_state in ('accepted', 'waiting_review')
        and not exists (select from grids c where c.level = 4 and ST_Covers(c.geom, position)) and $2::date is not null""",
    "employer_no_position": """
        select grid_path, id from employers where position is null and review_state <> 'returned' and $2::date is not null""",
    "unit_without_people": """
        select grid_path, id from units where kind in ('command_centre', 'county', 'zone', 'street')
        and id not in (select unit_id from people where state = 'appointed') and $2::date is not null""",
}


@pytest.fixture
async def gaps(owner: Owner, territory: Territory) -> dict[str, UUID]:
    """At least one gap of each kind, in different places; and what looks like one and is none."""
    await make_duty(owner, territory["street"].id, WEST_NORTH_2, valid_to=today())
    return {
        "outside": await make_employer(owner, WEST_NORTH, position=OUTSIDE, name="界外一厂"),
        "outside_city": await make_employer(owner, None, position=OUTSIDE, name="界外二厂"),
        "nowhere": await make_employer(owner, WEST_NORTH_1, position=None, name="无位置商店"),
        "returned": await make_employer(owner, WEST_NORTH_1, position=None, name="退回", review_state="returned"),
        "placed": await make_employer(owner, WEST_SOUTH_2, name="在册"),
        "unit": await make_unit(owner, WEST_NORTH, name="新设服务站"),
    }


async def counts(client: Client, territory: Territory, role: str, grid: str | None = None) -> dict[str, Any]:
    params = {"grid_id": str(territory.grids[grid])} if grid else {}
    answer = await client(territory[role]).get("/api/gaps/counts", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def listed(client: Client, territory: Territory, role: str, kind: str, **params: Any) -> list[dict[str, Any]]:
    answer = await client(territory[role]).get(f"/api/gaps/{kind}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] >= len(answer.json()["items"])
    return list(answer.json()["items"])


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_is_told_its_own_gaps_as_the_owner_finds_them(
    role: str, gaps: dict[str, UUID], owner: Owner, territory: Territory, client: Client
) -> None:
    found = await counts(client, territory, role)

    for kind, sql in IN_THE_OWNERS_WORDS.items():
        mine = await owner.fetch(f"select id from ({sql}) s(path, id) where path <@ $1::text::ltree", territory[role].path, today())
        items = await listed(client, territory, role, kind)
        assert {i["id"] for i in items} == {str(r["id"]) for r in mine}, kind
        assert found["kinds"][kind] == len(mine), kind


async def test_every_kind_is_counted_and_each_has_one_to_show(gaps: dict[str, UUID], territory: Territory, client: Client) -> None:
    found = await counts(client, territory, "city")

    assert set(found["kinds"]) == set(KINDS)
    assert found["kinds"] == {
        **dict.fromkeys(KINDS, 0),
        "grid_without_owner": 1,
        "employer_outside_all_grids": 2,
        "employer_no_position": 1,
        "unit_without_people": found["kinds"]["unit_without_people"],
    }
    assert found["kinds"]["unit_without_people"] >= 1


async def test_numbers_go_down_the_tree(gaps: dict[str, UUID], territory: Territory, client: Client) -> None:
    async def below(grid: str, kind: str) -> dict[str, int]:
        found = await counts(client, territory, "city", grid)
        return {c["grid"]["code"]: c["kinds"][kind] for c in found["children"]}

    assert await below(CITY, "grid_without_owner") == {"370702": 1, "370703": 0}
    assert await below(WEST, "grid_without_owner") == {"370702001": 0, "370702002": 1}
    assert await below(WEST_SOUTH, "grid_without_owner") == {"370702002001": 0, "370702002002": 1}
    # a declared grid keeps what stands outside; what nobody declared belongs to the city alone
    assert await below(CITY, "employer_outside_all_grids") == {"370702": 1, "370703": 0}
    assert (await counts(client, territory, "city", CITY))["kinds"]["employer_outside_all_grids"] == 2
    at_the_bottom = await counts(client, territory, "city", WEST_SOUTH_2)
    assert (at_the_bottom["kinds"]["grid_without_owner"], at_the_bottom["children"]) == (1, [])
    assert [g["code"] for g in at_the_bottom["around"]] == ["370700", "370702", "370702002", "370702002002"]


async def test_one_is_led_down_from_ones_own_grid_only(gaps: dict[str, UUID], territory: Territory, client: Client) -> None:
    found = await counts(client, territory, "county", WEST_NORTH)

    assert [g["code"] for g in found["around"]] == ["370702", "370702001"]
    assert (await client(territory["county"]).get("/api/gaps/counts", params={"grid_id": str(territory.grids[EAST])})).status_code == 404


@pytest.mark.parametrize(("days", "gap"), [((-9, 0), False), ((0, None), False), ((-9, -1), True), ((1, None), True)])
async def test_a_duty_closes_the_gap_from_its_first_to_its_last_day(
    days: tuple[int, int | None], gap: bool, owner: Owner, territory: Territory, client: Client
) -> None:
    day = await owner.fetch("select china_today() + $1::int as a, china_today() + $2::int as b", days[0], days[1])
    await make_duty(owner, territory["street"].id, WEST_SOUTH_2, valid_from=day[0]["a"], valid_to=day[0]["b"])

    assert (await counts(client, territory, "county"))["kinds"]["grid_without_owner"] == int(gap)


async def test_the_first_person_of_a_unit_closes_its_gap(gaps: dict[str, UUID], owner: Owner, territory: Territory, client: Client) -> None:
    before = {i["id"] for i in await listed(client, territory, "street", "unit_without_people")}
    person = await make_person(owner, WEST_NORTH)
    await owner.execute("update people set unit_id = $1 where id = $2", gaps["unit"], person)

    assert before - {i["id"] for i in await listed(client, territory, "street", "unit_without_people")} == {str(gaps["unit"])}


# ---- tilings


async def tilings(client: Client, territory: Territory, role: str = "city") -> dict[str, dict[str, Any]]:
    return {i["grid"]["code"]: i["tiling"] for i in await listed(client, territory, role, "grids_overlap_or_gap")}


async def reshape(owner: Owner, path: str, box: tuple[float, float, float, float]) -> None:
    async with untiled(owner):
        await owner.execute(
            "update grids set geom = ST_Multi(ST_MakeEnvelope($2, $3, $4, $5, 4326)) where path = $1::text::ltree", path, *box
        )


async def test_a_territory_that_tiles_has_no_such_gap(territory: Territory, client: Client) -> None:
    assert await tilings(client, territory) == {}
    assert (await counts(client, territory, "city"))["tilings_pending"] == 0


async def test_a_gap_and_an_overlap_are_measured(owner: Owner, territory: Territory, client: Client) -> None:
    assert await tilings(client, territory) == {}
    await reshape(owner, WEST_NORTH_1, (119.0, 36.7, 119.19, 36.9))
    await reshape(owner, f"{EAST_SOUTH}.370703002001", (119.4, 36.5, 119.61, 36.7))

    found = await tilings(client, territory)

    assert found["370702001"]["gap_m2"] == pytest.approx(0.01 * 89_300 * 0.2 * 111_000, rel=0.01)
    assert found["370702001"]["overlap_m2"] == pytest.approx(0, abs=1)
    assert found["370703002"]["overlap_m2"] == pytest.approx(0.01 * 89_500 * 0.2 * 111_000, rel=0.01)
    assert found["370703002"]["gap_m2"] == pytest.approx(0, abs=1)
    assert set(await tilings(client, territory, "county")) == {"370702001"}
    city = await counts(client, territory, "city")
    assert city["kinds"]["grids_overlap_or_gap"] == 2
    assert [c["kinds"]["grids_overlap_or_gap"] for c in city["children"]] == [1, 1]


async def test_mending_takes_it_off_the_board(owner: Owner, territory: Territory, client: Client) -> None:
    await reshape(owner, WEST_NORTH_1, (119.0, 36.7, 119.19, 36.9))
    assert set(await tilings(client, territory)) == {"370702001"}

    await reshape(owner, WEST_NORTH_1, (119.0, 36.7, 119.2, 36.9))

    assert await tilings(client, territory) == {}


async def test_a_street_without_communities_is_a_gap_of_its_whole_area(owner: Owner, territory: Territory, client: Client) -> None:
    await owner.execute("update grids set valid_to = china_today() where path <@ $1::text::ltree and level = 4", WEST_SOUTH)

    found = await tilings(client, territory)

    whole = await owner.fetchval("select ST_Area(geom::geography) from grids where path = $1::text::ltree", WEST_SOUTH)
    assert found["370702002"] == {"children": 0, "gap_m2": pytest.approx(whole), "overlap_m2": 0}


async def test_a_grid_that_has_ended_is_no_gap(owner: Owner, territory: Territory, client: Client) -> None:
    async with untiled(owner):
        await owner.execute("update grids set valid_to = china_today() where path <@ $1::text::ltree", WEST_SOUTH)

    assert set(await tilings(client, territory)) == {"370702"}
    assert (await counts(client, territory, "city"))["kinds"]["grid_without_owner"] == 0


# ---- lists


async def test_lists_search_sort_and_page(gaps: dict[str, UUID], territory: Territory, client: Client) -> None:
    async def names(**params: Any) -> list[str]:
        return [i["employer"]["name"] for i in await listed(client, territory, "city", "employer_outside_all_grids", **params)]

    assert await names() == sorted(["界外一厂", "界外二厂"])
    assert await names(sort="-name") == sorted(["界外一厂", "界外二厂"], reverse=True)
    assert await names(q="二厂") == ["界外二厂"]
    assert await names(q="%") == []
    assert len(await names(page=2, page_size=1)) == 1
    assert await names(grid_id=territory.grids[WEST]) == ["界外一厂"]


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_every_order_of_every_kind_works(kind: str, gaps: dict[str, UUID], territory: Territory, client: Client) -> None:
    for sort in KINDS[kind].sorts:
        up = [i["id"] for i in await listed(client, territory, "city", kind, sort=sort, q="3707")]
        down = [i["id"] for i in await listed(client, territory, "city", kind, sort=f"-{sort}")]
        assert set(up) <= set(down)
    assert (await client(territory["city"]).get(f"/api/gaps/{kind}", params={"sort": "colour"})).status_code == 422


async def test_a_gap_says_where_it_is(gaps: dict[str, UUID], territory: Territory, client: Client) -> None:
    (item,) = await listed(client, territory, "city", "grid_without_owner")

    assert item["grid"]["code"] == "370702002002"
    assert item["grid"]["path_names"] == ["网格370700", "网格370702", "网格370702002", "网格370702002002"]
    assert item["grid"]["label"] == pytest.approx([119.3, 36.6], abs=0.05)
    assert item["employers"] == 1


async def test_there_is_no_other_kind(territory: Territory, client: Client) -> None:
    answer = await client(territory["city"]).get("/api/gaps/nothing")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "kind")


# ---- export


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_the_export_holds_what_the_list_holds(
    kind: str, gaps: dict[str, UUID], owner: Owner, territory: Territory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wangge.gaps.service.EXPORT_PIECE", 1)
    await reshape(owner, WEST_NORTH_1, (119.0, 36.7, 119.19, 36.9))
    items = await listed(client, territory, "city", kind)

    for language in ("zh-CN", "en"):
        answer = await client(territory["city"], language=language).get(f"/api/gaps/{kind}.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert len(rows) == len(items)
        assert items or kind.startswith("owner_")
        assert all(len(row) == len(head) for row in rows)
    line = await owner.fetchrow("select * from audit_log where action = 'gaps_exported' order by id desc limit 1")
    assert line["person_id"] == territory["city"].id and kind in line["details"]


# ---- live


async def test_nothing_new_is_not_sent_again(gaps: dict[str, UUID], owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    first = await http.get("/api/gaps/counts")

    again = await http.get("/api/gaps/counts", headers={"If-None-Match": first.headers["etag"]})
    await make_duty(owner, territory["street"].id, WEST_SOUTH_2)
    after = await http.get("/api/gaps/counts", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert after.status_code == 200
    assert after.json()["kinds"]["grid_without_owner"] == first.json()["kinds"]["grid_without_owner"] - 1


async def test_counting_employers_reads_only_the_index(gaps: dict[str, UUID], territory: Territory, acting: Acting) -> None:
    for kind in ("employer_outside_all_grids", "employer_no_position"):
        async with acting(territory["county"]) as (db, _):
            await db.execute(text("set local enable_seqscan = off"))
            await db.execute(text("set local enable_bitmapscan = off"))
            await db.execute(text("set local enable_indexscan = off"))
            sql = f"""explain select e.grid_path, count(*) from employers e
                      where {KINDS[kind].holds} and e.grid_path <@ '{WEST}' group by e.grid_path"""
            plan = "\n".join(await db.scalars(text(sql)))
        assert "Index Only Scan using ix_employers_gap_" in plan, plan
