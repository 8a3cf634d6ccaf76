"""Points of employers from a table: matched, judged, written all at once, and nobody else's."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from factories import EAST_NORTH_1, WEST_NORTH_1, WEST_NORTH_2, Owner, Territory, make_check_in, make_employer, make_policy
from fixture_types import Client
from import_reading import read_to_its_end
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

Upload = Callable[..., Any]
CODES = ["914403001922038216", "9144030071526726XG", "91330100799655058B", "913700007456765902", "91370700729253432M"]


def table(*rows: tuple[str, float, float, str], encoding: str = "gbk") -> bytes:
    lines = ["统一社会信用代码,单位名称,经度,纬度,定位精度"]
    lines += [f"{code},单位,{lon},{lat},{accuracy}" for code, lon, lat, accuracy in rows]
    return "\r\n".join(lines).encode(encoding)


async def imported(upload: Upload, client: Client, who: Any, data: bytes, **answers: Any) -> dict[str, Any]:
    found = await upload(who, data, "点位.csv", target="employer_points")
    assert found["report"]["question"]["kind"] == "datum"  # a table says nothing of its datum
    http = client(who)
    answer = await http.patch(f"/api/spatial-imports/{found['id']}", json={"version": found["version"], "datum": "EPSG:4490", **answers})
    assert answer.status_code == 200, answer.text
    return await read_to_its_end(http, found["id"])


async def applied(client: Client, who: Any, found: dict[str, Any]) -> Any:
    return await client(who).post(f"/api/spatial-imports/{found['id']}/apply", json={"version": found["version"]})


async def test_points_move_their_employers_and_every_row_has_an_outcome(
    owner: Owner, territory: Territory, upload: Upload, client: Client
) -> None:
    near = await make_employer(owner, position=(119.1, 36.8), uscc=CODES[0])
    without = await make_employer(owner, WEST_NORTH_1, position=None, uscc=CODES[1])
    far = await make_employer(owner, position=(119.1, 36.8), uscc=CODES[2])
    elsewhere = await make_employer(owner, position=(119.5, 36.8), uscc=CODES[3])
    check_in = await make_check_in(owner, territory["county"], near)
    data = table(
        (CODES[0].lower(), 119.201, 36.8, "8"),  # 9 km away, in the next community
        (CODES[1], 119.15, 36.85, ""),
        (CODES[2], 119.39, 36.51, "5"),  # 40 km
        (CODES[3], 119.3, 36.6, "5"),  # another county's employer
        (CODES[4], 119.3, 36.6, "5"),  # nobody
        ("", 119.3, 36.6, ""),
        ("X1", 121.0, 38.0, ""),
    )

    found = await imported(upload, client, territory["county"], data, allow_far=False, skip_errors=True)
    assert found["report"]["encoding"].startswith("GB") and found["report"]["columns"]["match"] == "统一社会信用代码"
    assert found["report"]["outcomes"] == {"far": 2, "moves": 1, "not_found": 2, "error": 1, "outside": 1}
    rows = (await client(territory["county"]).get(f"/api/spatial-imports/{found['id']}/features")).json()["items"]
    assert rows[0]["moved_m"] == pytest.approx(9012, rel=0.01) and [d["code"] for d in rows[0]["defects"]] == ["moves_far"]
    assert rows[1]["moved_m"] is None and rows[1]["employer"]["id"] == str(without)
    assert rows[3]["employer"] is None and rows[3]["outcome"] == "not_found"

    again = await client(territory["county"]).patch(
        f"/api/spatial-imports/{found['id']}", json={"version": found["version"], "allow_far": True}
    )
    assert again.status_code == 200
    found = await read_to_its_end(client(territory["county"]), found["id"])
    answer = await applied(client, territory["county"], found)

    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "applied"
    assert answer.json()["result"] == {"outcomes": {"moved": 3, "not_found": 2, "error": 1, "outside": 1}}
    row = await owner.fetchrow(
        "select ST_X(position) as x, accuracy_m, position_source, grid_path::text, grid_source, version from employers where id = $1", near
    )
    assert dict(row) == {
        "x": 119.201, "accuracy_m": 8.0, "position_source": "import", "grid_path": WEST_NORTH_2, "grid_source": "position", "version": 2,
    }  # fmt: skip
    assert await owner.fetchval("select grid_path::text from employers where id = $1", without) == WEST_NORTH_1
    assert await owner.fetchval("select ST_X(position) from employers where id = $1", far) == 119.39
    assert await owner.fetchval("select grid_path::text from employers where id = $1", elsewhere) == EAST_NORTH_1
    # its history goes with it, phones hear of it, and the old place is kept
    assert await owner.fetchval("select grid_path::text from check_ins where id = $1", check_in) == WEST_NORTH_2
    assert await owner.fetchval("select count(*) from changes where entity_id = $1 and kind = 'employer'", near) >= 2
    assert await owner.fetchval("select old_position from spatial_import_features where employer_id = $1", near) == [119.1, 36.8]
    assert (
        await owner.fetchval("select count(*) from audit_log where action = 'import_applied' and subject_id = $1::uuid", found["id"]) == 1
    )


async def test_applying_twice_writes_once(owner: Owner, territory: Territory, upload: Upload, client: Client) -> None:
    employer = await make_employer(owner, position=(119.1, 36.8), uscc=CODES[0])
    found = await imported(upload, client, territory["county"], table((CODES[0], 119.101, 36.8, "3")))

    answers = await asyncio.gather(*(applied(client, territory["county"], found) for _ in range(3)))

    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert {a.json()["type"] for a in answers if a.status_code == 409} == {"import_closed"}
    assert await owner.fetchval("select version from employers where id = $1", employer) == 2


async def test_a_file_with_errors_is_not_applied(owner: Owner, territory: Territory, upload: Upload, client: Client) -> None:
    await make_employer(owner, position=(119.1, 36.8), uscc=CODES[0])
    found = await imported(upload, client, territory["county"], table((CODES[0], 119.101, 36.8, ""), (CODES[0], 119.102, 36.8, "")))

    assert [b["code"] for b in found["report"]["blockers"]] == ["errors", "nothing"]
    answer = await applied(client, territory["county"], found)
    assert (answer.status_code, answer.json()["type"]) == (409, "import_has_defects")
    assert await owner.fetchval("select ST_X(position) from employers where uscc = $1", CODES[0]) == 119.1


async def test_ids_are_matched_too_and_what_is_no_id_is_only_not_found(
    owner: Owner, territory: Territory, upload: Upload, client: Client
) -> None:
    employer = await make_employer(owner, position=(119.1, 36.8))
    data = table((str(employer), 119.1001, 36.8, ""), ("abc", 119.1, 36.8, ""))

    found = await imported(upload, client, territory["county"], data, match_by="id")

    assert found["report"]["outcomes"] == {"moves": 1, "not_found": 1}


async def test_a_scope_that_shrinks_between_reading_and_writing_holds(
    owner: Owner, territory: Territory, upload: Upload, client: Client
) -> None:
    """The database itself writes only inside the scope of whoever applies."""
    employer = await make_employer(owner, position=(119.1, 36.8), uscc=CODES[0])
    found = await imported(upload, client, territory["county"], table((CODES[0], 119.101, 36.8, "")))
    await owner.execute(
        "update employers set grid_path = $2::text::ltree, grid_id = $3 where id = $1",
        employer,
        EAST_NORTH_1,
        territory.grids[EAST_NORTH_1],
    )

    answer = await applied(client, territory["county"], found)

    assert answer.json()["result"] == {"outcomes": {"outside": 1}}
    assert await owner.fetchval("select ST_X(position) from employers where id = $1", employer) == 119.1


async def test_nobody_writes_through_the_function_alone(
    owner: Owner, territory: Territory, upload: Upload, client: Client, acting: Any
) -> None:
    await make_employer(owner, position=(119.1, 36.8), uscc=CODES[0])
    found = await imported(upload, client, territory["county"], table((CODES[0], 119.101, 36.8, "")))
    for who in ("county", "other_county"):
        with pytest.raises(DBAPIError, match="no such import"):
            async with acting(territory[who]) as (db, _):
                await db.execute(text("select * from spatial_import_set_positions(:id)"), {"id": found["id"]})


async def test_more_points_than_one_transaction_should_move_are_refused(owner: Owner, territory: Territory, upload: Upload) -> None:
    await make_policy(owner, "import_points_max", 2)
    data = table(*((CODES[n], 119.1, 36.8, "") for n in range(3)))
    found = await upload(territory["county"], data, "点位.csv", target="employer_points")
    assert found["problem"]["type"] == "spatial_file_too_many_features" and found["problem"]["limit"] == 2
