"""From upload to the register and again: what is new, changed, gone; killed in between; seen by whom."""

from typing import Any
from uuid import UUID

from factories import EAST, WEST, WEST_NORTH_1, Owner, Territory, make_employer
from fixture_types import Client
from registry_lists import csv_list, to_its_end
from sqlalchemy import text

from wangge.core.ids import new_id
from wangge.core.settings import Settings
from wangge.registries.running import take_over, work
from wangge.spatial_imports.files import ImportFiles

A, B, C, D = "91370700729253432M", "91330100799655058B", "914403001922038216", "9144030071526726XG"
HEAD = ["企业名称", "统一社会信用代码", "住所", "联系电话", "从业人数", "所属社区"]


async def test_a_list_becomes_the_register_and_its_next_edition_says_what_has_changed(
    owner: Owner, territory: Territory, send: Any, apply: Any, client: Client
) -> None:
    someone, http = territory["county"], client(territory["county"])
    place = await owner.fetchval("select name from grids where path = $1::text::ltree", WEST_NORTH_1)
    first = [
        HEAD,
        ["甲机械有限公司", A, "北海路1号", "0536-1", 10, place],
        ["乙饭店", B, "北海路2号", "", 3, "没有的社区"],
        ["丙商行", "", "北海路3号", "", 2, ""],
    ]

    found = await send(someone, csv_list(first), "三月.csv")
    assert found["report"]["outcomes"] == {"added": 3, "changed": 0, "unchanged": 0, "gone": 0}
    done = await apply(someone, found)
    assert done["state"] == "applied", done
    assert (done["result"]["added"], done["result"]["moved"]) == (3, 3)
    rows = {r["name"]: r for r in await owner.fetch("select *, grid_path::text as path from registry_rows")}
    assert rows["甲机械有限公司"]["path"] == WEST_NORTH_1 and rows["甲机械有限公司"]["grid_source"] == "division"
    assert rows["乙饭店"]["path"] == WEST and rows["乙饭店"]["grid_source"] == "list"
    assert await owner.fetchval("select count(*) from registry_import_rows") == 0

    same = await apply(someone, await send(someone, csv_list(first), "三月.csv"))
    assert same["result"]["unchanged"] == 3 and same["result"]["added"] == same["result"]["changed"] == 0

    second = [
        HEAD,
        ["甲重工有限公司", A, "北海路1号", "0536-1", 12, place],
        ["丙商行", "", "北海路3号", "", 2, ""],
        ["丁超市", C, "", "", "", ""],
    ]
    found = await send(someone, csv_list(second), "四月.csv")
    whole = await http.patch(f"/api/registry-imports/{found['id']}", json={"version": found["version"], "whole_list": True})
    assert whole.status_code == 200, whole.text
    found = await to_its_end(http, found["id"])
    assert found["report"]["outcomes"] == {"added": 1, "changed": 1, "unchanged": 1, "gone": 1}
    done = await apply(someone, found)
    assert {k: done["result"][k] for k in ("added", "changed", "unchanged", "gone")} == {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
        "gone": 1,
    }
    states = {r["name"]: r["state"] for r in await owner.fetch("select name, state from registry_rows")}
    assert states == {"甲重工有限公司": "open", "乙饭店": "gone", "丙商行": "open", "丁超市": "open"}


async def test_corrected_columns_are_remembered_for_lists_with_the_same_headings(
    territory: Territory, send: Any, client: Client, owner: Owner
) -> None:
    someone, http = territory["county"], client(territory["county"])
    rows = [["全称", "地点", "代号"], ["甲公司", "北海路1号", A]]
    found = await send(someone, csv_list(rows), "a.csv")
    assert found["state"] == "needs_answer"
    answers = {"version": found["version"], "header_row": 1, "columns": {"name": 0, "address": 1, "uscc": 2}}
    await http.patch(f"/api/registry-imports/{found['id']}", json=answers)
    found = await to_its_end(http, found["id"])
    shared = {"version": found["version"], "columns": {"name": 0, "address": 0}}
    refused = await http.patch(f"/api/registry-imports/{found['id']}", json=shared)
    assert refused.status_code == 422 and {e["code"] for e in refused.json()["errors"]} == {"shared"}
    await http.patch(
        f"/api/registry-imports/{found['id']}", json={"version": found["version"], "columns": {"name": 0, "address": 1, "uscc": 2}}
    )
    await to_its_end(http, found["id"])

    again = await send(someone, csv_list([["单位名称", "x"], ["甲", "y"]]), "b.csv")
    assert again["report"]["basis"]["name"] == "guessed"
    known = await send(someone, csv_list(rows), "c.csv")
    assert await owner.fetchval("select count(*) from registry_mappings") == 1
    if known["state"] == "needs_answer":  # the headings are found by nobody; once pointed out, the columns are known
        await http.patch(f"/api/registry-imports/{known['id']}", json={"version": known["version"], "header_row": 1})
        known = await to_its_end(http, known["id"])
    assert known["report"]["basis"] == {"name": "remembered", "address": "remembered", "uscc": "remembered"}


async def test_a_server_that_is_killed_while_it_reads_or_writes_goes_on_where_it_was(
    owner: Owner, territory: Territory, send: Any, apply: Any, client: Client, engine: Any, settings: Settings
) -> None:
    someone, http = territory["county"], client(territory["county"])
    found = await send(someone, csv_list([HEAD, *[[f"第{n}商行", "", f"路{n}号", "", n, ""] for n in range(300)]]), "a.csv")
    # as a kill leaves it: some rows are stored, the attempt is silent
    await owner.execute("delete from registry_import_rows where number > 101")
    await owner.execute(
        """update registry_imports set state = 'reading', report = null, rows_done = 100, attempt = $2,
            alive_at = now() - interval '5 minutes'
           where id = $1""",
        UUID(found["id"]),
        new_id(),
    )
    await take_over(engine, ImportFiles(settings), silent_s=60)
    found = await to_its_end(http, found["id"])
    assert found["state"] == "ready" and found["report"]["counts"]["rows"] == 300
    assert await owner.fetchval("select count(*) from registry_import_rows") == 300

    attempt = new_id()
    await owner.execute(
        """update registry_imports set state = 'applying', stage = 'moving', applied_by = made_by,
            result = '{"moved": 120, "added": 120}', attempt = $2
           where id = $1""",
        UUID(found["id"]),
        attempt,
    )
    async with engine.begin() as connection:
        await connection.execute(text("select registry_import_enter(:a)"), {"a": attempt})
        await connection.execute(text("select registry_import_move(:i, 120)"), {"i": found["id"]})
    await work(engine, ImportFiles(settings), attempt)
    done = await to_its_end(http, found["id"])
    assert (done["state"], done["result"]["moved"], done["result"]["added"]) == ("applied", 300, 300)
    assert await owner.fetchval("select count(*) from registry_rows") == 300


async def test_rows_of_several_registries_with_one_code_are_one_employer_without_a_file(
    owner: Owner, territory: Territory, send: Any, apply: Any
) -> None:
    someone = territory["county"]
    for source, name in (("market_regulation", "甲公司"), ("tax", "甲 公司"), ("social_insurance", "甲公司（社保）")):
        await apply(someone, await send(someone, csv_list([HEAD[:2], [name, A]]), "a.csv", source=source))

    states = await owner.fetch("select source, state from registry_rows order by source")
    assert {r["source"]: r["state"] for r in states} == {"market_regulation": "open", "tax": "repeated", "social_insurance": "repeated"}


async def test_a_file_follows_its_registry_where_it_said_the_same_before(owner: Owner, territory: Territory, send: Any, apply: Any) -> None:
    someone = territory["county"]
    kept = await make_employer(owner, WEST_NORTH_1, name="甲公司", uscc=A, address="老地址", employees=None, contact_name="亲自问的")
    rows = [HEAD, ["甲公司", A, "北海路1号", "0536-1", 10, ""]]
    await apply(someone, await send(someone, csv_list(rows), "a.csv"))
    linked = await owner.fetchrow("select employer_id, matched_by from registry_rows")
    assert (linked["employer_id"], linked["matched_by"]) == (kept, "auto")
    assert await owner.fetchval("select employees from employers where id = $1", kept) == 10
    rows[1][0], rows[1][4] = "甲公司（新名）", 15
    await apply(someone, await send(someone, csv_list(rows), "b.csv"))
    after = await owner.fetchrow("select name, address, employees, contact_name from employers where id = $1", kept)
    assert dict(after) == {"name": "甲公司（新名）", "address": "老地址", "employees": 15, "contact_name": "亲自问的"}


async def test_a_row_is_put_on_the_map_by_hand_inside_the_scope_only(
    owner: Owner, territory: Territory, send: Any, apply: Any, client: Client
) -> None:
    someone, http = territory["county"], client(territory["county"])
    await apply(someone, await send(someone, csv_list([HEAD[:2], ["甲公司", A]]), "a.csv"))
    (row,) = (await http.get("/api/registry-rows", params={"filed": "no"})).json()["items"]

    outside = await http.post(f"/api/registry-rows/{row['id']}/place", json={"position": [119.7, 36.8], "version": row["version"]})
    assert (outside.status_code, outside.json()["type"]) == (422, "row_place_outside")
    placed = await http.post(f"/api/registry-rows/{row['id']}/place", json={"position": [119.1, 36.8], "version": row["version"]})
    assert placed.status_code == 200 and placed.json()["position_source"] == "map"
    assert await owner.fetchval("select grid_path::text from registry_rows") == WEST_NORTH_1
    stale = await http.post(f"/api/registry-rows/{row['id']}/place", json={"position": [119.1, 36.8], "version": row["version"]})
    assert stale.status_code == 409
    other = client(territory["other_county"])
    assert (await other.get("/api/registry-rows")).json()["total"] == 0
    assert (await other.post(f"/api/registry-rows/{row['id']}/place", json={"position": [119.7, 36.8], "version": 2})).status_code == 404
    assert EAST != WEST


async def test_an_applied_list_is_closed_and_a_withdrawn_one_leaves_nothing(
    owner: Owner, territory: Territory, send: Any, apply: Any, client: Client
) -> None:
    someone, http = territory["county"], client(territory["county"])
    done = await apply(someone, await send(someone, csv_list([HEAD[:2], ["甲公司", A]]), "a.csv"))
    for path, body in (("apply", {"version": done["version"]}), ("withdraw", {"version": done["version"]})):
        assert (await http.post(f"/api/registry-imports/{done['id']}/{path}", json=body)).json()["type"] == "import_closed"
    found = await send(someone, csv_list([HEAD[:2], ["乙公司", B]]), "b.csv")
    gone = await http.post(f"/api/registry-imports/{found['id']}/withdraw", json={"version": found["version"]})
    assert gone.json()["state"] == "withdrawn"
    assert await owner.fetchval("select count(*) from registry_import_rows") == 0
