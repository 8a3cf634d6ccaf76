"""The employer's file at the desk: every field with its source, its history, conflicts decided, duplicates merged and taken apart."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH_1,
    WEST_NORTH_2,
    Owner,
    Territory,
    make_check_in,
    make_employer,
    make_evidence,
    make_incident,
    make_talk,
    make_visit,
    today,
)
from fixture_types import Client

from wangge.core.clock import utc_now
from wangge.core.ids import new_id

Data = dict[str, Any]


async def file_of(http: httpx.AsyncClient, employer: UUID) -> Data:
    answer = await http.get(f"/api/employers/{employer}/file")
    assert answer.status_code == 200, answer.text
    found: Data = answer.json()
    return found


async def change(http: httpx.AsyncClient, employer: UUID, version: int, changes: Data, status: int = 200, **more: Any) -> Data:
    answer = await http.post(f"/api/employers/{employer}/file", json={"version": version, "changes": changes, **more})
    assert answer.status_code == status, answer.text
    found: Data = answer.json()
    return found


async def dispute(owner: Owner, territory: Territory, employer: UUID, field: str, values: Sequence[Any]) -> None:
    """Two people in the field said otherwise; their edits as the push writes them."""
    person = territory["community"]
    await owner.execute("insert into employer_forms (employer_id, answers, problems, errors, disputed, grid_path) "
                        "select id, '{}', '[]', 0, $2, grid_path from employers where id = $1", employer, json.dumps([field]))  # fmt: skip
    for n, value in enumerate(values):
        await owner.execute(
            """insert into employer_edits (op_id, field, edit_id, employer_id, value, base_version, arrived_version, person_id, store_id,
                                           store_seq, origin, note, happened_at, grid_path)
               select gen_random_uuid(), $2, gen_random_uuid(), id, $3, 1, 1 + $4::int, $5, gen_random_uuid(), 1, 'phone', '', now(),
                      grid_path from employers where id = $1""",
            employer, field, json.dumps(value), n + 1, person.id,
        )  # fmt: skip
    candidates = [{"value": v, "person_id": str(person.id), "at": utc_now().isoformat(), "origin": "phone", "edit_id": str(new_id()),
                   "note": ""} for v in values]  # fmt: skip
    await owner.execute(
        """insert into employer_conflicts (id, employer_id, field, candidates, version, grid_path)
           select gen_random_uuid(), id, $2, $3, 1, grid_path from employers where id = $1""",
        employer, field, json.dumps(candidates),
    )  # fmt: skip
    await owner.execute("update employers set version = 3 where id = $1", employer)


async def test_the_file_says_where_each_field_comes_from(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, name="北关饭店", uscc="91370700729253432M")
    async with owner.transaction():
        await owner.execute("select set_config('wangge.change_source', 'registry:7', true)")
        await owner.execute("update employers set address = '登记地址' where id = $1", employer)
    http = client(territory["county"])
    await change(http, employer, 2, {"legal_rep": "周总", "on_roll": 12}, note="电话核实")
    found = await file_of(http, employer)
    sources = {s["field"]: (s["source"], s["person"] and s["person"]["id"]) for s in found["sources"]}
    assert sources["address"] == ("registry:7", None)
    assert sources["legal_rep"] == ("desk", str(territory["county"].id))
    assert sources["name"][0] == ""  # as it was made
    assert found["values"]["on_roll"] == 12 and found["version"] == 3
    assert not found["is_complete"] and "pay_lowest" in found["missing"] and "uscc|no_uscc_reason" not in found["missing"]


async def test_a_desk_edit_is_refused_field_by_field_and_never_overwrites_what_changed(
    owner: Owner, territory: Territory, client: Client
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    http = client(territory["street"])
    problem = await change(http, employer, 1, {"pay_day": 32, "uscc": "91350100M000100Y4Z", "name": ""}, 422)
    assert {e["field"] for e in problem["errors"]} == {"changes.pay_day", "changes.uscc", "changes.name"}
    problem = await change(
        client(territory["street"], language="en"), employer, 1, {"on_roll": 4, "on_roll_male": 1, "on_roll_female": 1}, 422
    )
    assert problem["errors"][0]["detail"] == "The roll (4) must be men and women together (2)."
    await change(http, employer, 1, {"on_roll": 5})
    assert (await change(http, employer, 1, {"on_roll": 6}, 409))["type"] == "version_stale"
    await change(http, employer, 1, {"migrant": 2})  # another field: nobody's word is lost
    assert (await change(http, employer, 3, {"migrant": 2}, 409))["type"] == "nothing_to_change"
    await change(client(territory["other_street"]), employer, 3, {"on_roll": 1}, 404)
    await change(client(territory["community"]), employer, 3, {"on_roll": 1}, 403)


async def test_versions_compare_and_come_back(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, name="一")
    http = client(territory["county"])
    await change(http, employer, 1, {"name": "二", "on_roll": 1})
    await change(http, employer, 2, {"name": "三", "migrant": 1})
    await change(http, employer, 3, {"name": "一", "on_roll": 2})
    versions = (await http.get(f"/api/employers/{employer}/versions")).json()
    assert versions["total"] == 3 and [v["version"] for v in versions["items"]] == [4, 3, 2]
    assert {c["field"]: (c["before"], c["after"]) for c in versions["items"][0]["changes"]} == {"name": ("三", "一"), "on_roll": (1, 2)}
    compared = (await http.get(f"/api/employers/{employer}/versions/compare", params={"first": 2, "last": 4})).json()
    assert {c["field"]: (c["before"], c["after"]) for c in compared} == {"name": ("二", "一"), "on_roll": (1, 2), "migrant": (None, 1)}
    assert (await http.get(f"/api/employers/{employer}/versions/compare", params={"first": 4, "last": 2})).json() == compared
    body = {"to_version": 2, "version": 4, "reason": "误改"}
    restored = (await http.post(f"/api/employers/{employer}/restore", json=body)).json()
    assert restored["values"]["name"] == "二" and restored["values"]["on_roll"] == 1 and "migrant" not in restored["values"]
    assert restored["version"] == 5
    again = await http.post(f"/api/employers/{employer}/restore", json=body)
    assert again.status_code == 409
    only = {"to_version": 4, "version": 5, "reason": "只要名称", "fields": ["name"]}
    assert (await http.post(f"/api/employers/{employer}/restore", json=only)).json()["values"]["name"] == "一"


async def test_private_numbers_are_masked_for_whoever_may_not_see_them(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, contact_phone="13912345678")
    await change(client(territory["county"]), employer, 1, {"contact_phone": "13900001111", "legal_rep_phone": "13700002222"})
    city = client(territory["city"])
    found = await file_of(city, employer)
    assert (found["values"]["contact_phone"], found["values"]["legal_rep_phone"]) == ("139****1111", "137****2222")
    versions = (await city.get(f"/api/employers/{employer}/versions")).json()
    assert "13900001111" not in json.dumps(versions) and "13912345678" not in json.dumps(versions)
    logged = await owner.fetchval("select details::text from audit_log where action = 'employer_file_edited' and subject_id = $1", employer)
    assert "13900001111" not in logged and "139****1111" in logged


async def test_the_street_chooses_between_two_values(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, name="两说饭店")
    await dispute(owner, territory, employer, "on_roll", [8, 11])
    street = client(territory["street"])
    assert (await client(territory["other_street"]).get("/api/employer-conflicts")).json()["total"] == 0
    listed = (await street.get("/api/employer-conflicts", params={"q": "两说"})).json()
    (item,) = listed["items"]
    assert [c["value"] for c in item["candidates"]] == [8, 11] and item["candidates"][0]["person"]["name"] == territory["community"].name
    url = f"/api/employer-conflicts/{item['id']}/resolve"
    assert (await street.post(url, json={"value": "很多", "reason": "查了名册", "version": 1})).status_code == 422
    assert (await street.post(url, json={"value": 8, "reason": "查了名册", "version": 9})).json()["type"] == "version_stale"
    answer = await street.post(url, json={"value": 8, "reason": "查了名册", "version": 1})
    assert answer.status_code == 200 and answer.json()["chosen"] == 8 and answer.json()["reason"] == "查了名册"
    found = await file_of(street, employer)
    assert found["values"]["on_roll"] == 8 and found["disputed"] == []
    assert (await street.post(url, json={"value": 8, "reason": "查了名册", "version": 2})).json()["type"] == "conflict_settled"
    assert (await street.get("/api/employer-conflicts")).json()["total"] == 0
    assert (await street.get("/api/employer-conflicts", params={"status": "resolved"})).json()["total"] == 1
    # what was said before is answered for good: one more field changes nothing of it
    await change(street, employer, found["version"], {"migrant": 1})
    assert (await file_of(street, employer))["values"]["on_roll"] == 8


async def test_duplicates_merge_with_their_history_and_come_apart_again(owner: Owner, territory: Territory, client: Client) -> None:
    kept = await make_employer(owner, WEST_NORTH_1, name="北关饭店", address="甲路 1 号", uscc=None)
    gone = await make_employer(
        owner, WEST_NORTH_2, name="北关饭店有限公司", address="甲路 1-1 号", uscc="91370700729253432M", last_visited_at=utc_now()
    )
    visit = await make_visit(owner, territory["community"], gone)
    http = client(territory["county"])
    body = {"merged_id": str(gone), "reason": "同一家", "version": 1, "merged_version": 1, "take": ["uscc", "name"]}
    answer = await http.post(f"/api/employers/{kept}/merge", json=body)
    assert answer.status_code == 200, answer.text
    merged = answer.json()
    assert merged["values"]["uscc"] == "91370700729253432M" and merged["values"]["name"] == "北关饭店有限公司"
    assert [m["employer"]["id"] for m in merged["merged"]] == [str(gone)]
    events = (await http.get(f"/api/employers/{kept}/timeline")).json()["items"]
    assert str(visit) in {e["id"] for e in events}
    assert await owner.fetchval("select last_visited_at is not null from employers where id = $1", kept)
    assert (await file_of(http, gone))["merged_into"]["employer"]["id"] == str(kept)
    assert (await change(http, gone, 9, {"on_roll": 1}, 409))["type"] == "file_merged"
    assert (await http.post(f"/api/employers/{kept}/merge", json=body)).json()["type"] == "merge_impossible"
    # one of the two fields is changed since: it stays when the merge is undone
    await change(http, kept, merged["version"], {"name": "北关大饭店"})
    undo = f"/api/employer-merges/{merged['merged'][0]['id']}/undo"
    back = await http.post(undo, json={"reason": "是两家"})
    assert back.status_code == 200, back.text
    assert back.json()["kept_fields"] == ["name"] and "uscc" not in back.json()["file"]["values"]
    rows = {r["id"]: tuple(r)[1:] for r in await owner.fetch(
        "select id, uscc, review_state, merged_into, last_visited_at is null from employers where id = any($1)", [kept, gone])}  # fmt: skip
    assert rows[kept] == (None, "accepted", None, True) and rows[gone][:3] == ("91370700729253432M", "accepted", None)
    assert (await http.post(undo, json={"reason": "再来"})).json()["type"] == "merge_undone"


async def test_nobody_merges_across_the_border_of_her_scope(owner: Owner, territory: Territory, client: Client) -> None:
    kept, other = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, EAST_SOUTH_2)
    body = {"merged_id": str(other), "reason": "同一家", "version": 1, "merged_version": 1}
    assert (await client(territory["county"]).post(f"/api/employers/{kept}/merge", json=body)).status_code == 404
    assert (await client(territory["street"]).post(f"/api/employers/{kept}/merge", json=body)).status_code == 403


async def test_the_timeline_tells_everything_that_happened(owner: Owner, territory: Territory, client: Client) -> None:
    me = territory["community"]
    employer = await make_employer(owner, WEST_NORTH_1)
    visit = await make_visit(owner, me, employer, findings=[("overtime", "minor")])
    await make_check_in(owner, me, employer)
    await make_talk(owner, me, employer)
    await make_evidence(owner, me, employer, subject_kind="visit", subject_id=visit)
    incident = await make_incident(owner, me)
    await owner.execute("update incidents set employer_id = $1 where id = $2", employer, incident)
    http = client(territory["county"])
    await change(http, employer, 1, {"on_roll": 3})
    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path from grids g where g.path = $2::text::ltree and e.id = $1",
        employer,
        WEST_NORTH_2,
    )
    page = (await http.get(f"/api/employers/{employer}/timeline")).json()
    kinds = {e["kind"] for e in page["items"]}
    assert kinds >= {"registered", "visit", "finding", "check_in", "talk", "evidence", "incident", "version", "move"}
    assert [e["at"] for e in page["items"]] == sorted((e["at"] for e in page["items"]), reverse=True)
    only = (await http.get(f"/api/employers/{employer}/timeline", params={"kind": "talk"})).json()
    assert only["total"] == 1
    assert (await http.get(f"/api/employers/{employer}/timeline", params={"kind": "x"})).status_code == 422
    for table in ("employer_forms", "employer_versions", "employer_edits"):  # the file moved whole
        assert await owner.fetchval(
            f"select bool_and(grid_path = $2::text::ltree) from {table} where employer_id = $1", employer, WEST_NORTH_2
        )


async def test_how_it_stands_is_told_with_each_of_its_moments(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, last_visited_at=utc_now() - timedelta(days=100))
    http = client(territory["county"])
    signal = {"id": str(new_id()), "kind": "wage_arrears", "since": (today() - timedelta(days=70)).isoformat(), "people": 12}
    recorded = (await http.post(f"/api/employers/{employer}/signals", json=signal)).json()
    (entry,) = (await http.get("/api/key-list")).json()["items"]
    await http.post(f"/api/key-list/{entry['id']}/acknowledge", json={"version": entry["version"], "note": "本周走访"})
    end = {"until": today().isoformat(), "note": "已结清", "version": recorded["version"]}
    await http.post(f"/api/employers/{employer}/signals/{signal['id']}/end", json=end)

    page = (await http.get(f"/api/employers/{employer}/timeline")).json()

    told = [(e["kind"], e["facts"].get("act"), e["facts"].get("note")) for e in page["items"]]
    assert told == [
        ("key_list", "left", ""), ("signal", "ended", "已结清"), ("key_list", "acknowledged", "本周走访"), ("key_list", "entered", ""),
        ("signal", "recorded", ""), ("registered", None, None),
    ]  # fmt: skip
    assert len({(e["kind"], e["id"]) for e in page["items"]}) == len(told)
    assert page["items"][2]["person"]["name"] == territory["county"].name
    assert page["items"][3]["facts"]["zh"] == "拖欠工资两个月以上" and page["items"][3]["facts"]["facts"]["people"] == 12


async def test_at_one_moment_what_follows_stands_above_what_it_follows_from(owner: Owner, territory: Territory, client: Client) -> None:
    me = territory["community"]
    employer = await make_employer(owner, WEST_NORTH_1)
    visit = await make_visit(owner, me, employer, findings=[("overtime", "minor")])
    await make_check_in(owner, me, employer)
    await owner.execute("update check_ins c set happened_at = v.happened_at from visits v where v.id = $1", visit)

    page = (await client(territory["county"]).get(f"/api/employers/{employer}/timeline")).json()

    order = [e["kind"] for e in page["items"] if e["kind"] in ("check_in", "visit", "finding")]
    assert order == ["finding", "visit", "check_in"]


async def test_head_office_and_branches_find_each_other_by_credit_code(owner: Owner, territory: Territory, client: Client) -> None:
    head = await make_employer(owner, WEST_NORTH_1, name="总公司", uscc="91370700729253432M")
    branch = await make_employer(owner, WEST_NORTH_2, name="分公司")
    http = client(territory["county"])
    found = await change(http, branch, 1, {"is_branch": True, "parent_name": "总公司", "parent_uscc": "91370700729253432m"})
    assert found["parent"]["id"] == str(head)
    assert [b["name"] for b in (await file_of(http, head))["branches"]] == ["分公司"]


async def test_an_employer_without_a_licence_gets_a_number_of_ours(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    found = await change(client(territory["county"]), employer, 1, {"no_uscc_reason": "no_licence"})
    assert found["system_no"].startswith("WZ") and len(found["system_no"]) == 11
    other = await make_employer(owner, WEST_NORTH_1)
    numbers = {found["system_no"], (await change(client(territory["county"]), other, 1, {"no_uscc_reason": "no_licence"}))["system_no"]}
    assert len(numbers) == 2


async def test_a_form_filled_in_at_the_desk_is_kept_as_it_was_filled_in(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    http = client(territory["street"])
    answers = {"name": "一家", "no_uscc_reason": "not_shown", "employees": 4, "hours_day": 10}
    survey = {"filled_on": "2026-10-01", "filler": "会计", "answers": answers, "kept": {"hours_day": "赶工"}}
    found = await change(http, employer, 1, {"hours_day": 10, "employees": 4}, survey=survey)
    assert found["filled_on"] == "2026-10-01" and [p["code"] for p in found["problems"]] == ["uscc_or_reason", "hours_day"]
    listed = (await http.get(f"/api/employers/{employer}/surveys")).json()
    assert listed["total"] == 1 and listed["items"][0]["kept"] == {"hours_day": "赶工"} and listed["items"][0]["answers"] == answers


@pytest.mark.parametrize(
    "sites", [[{"id": "x", "kind": "site", "name": "a"}], [{"kind": "site"}], "x", [{"id": str(new_id()), "kind": "house", "name": "a"}]]
)
async def test_sites_are_looked_at_one_by_one(owner: Owner, territory: Territory, client: Client, sites: Any) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    problem = await change(client(territory["county"]), employer, 1, {"sites": sites}, 422)
    assert problem["errors"][0]["field"] == "changes.sites"
