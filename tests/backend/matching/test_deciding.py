"""Sure matches are made by the rules, unsure ones wait for a person; whoever decides can be undone."""

from typing import Any
from uuid import UUID

import pytest
from factories import WEST_NORTH_1, WEST_SOUTH_2, Owner, Territory, make_employer, middle_of
from fixture_types import Client
from registry_rows import all_keys_made, make_list, make_rows

A, B = "91370700729253432M", "91330100799655058B"


async def compare(owner: Owner, engine: Any, ids: list[UUID]) -> None:
    await all_keys_made(owner, engine)
    await owner.fetch("select * from match_registry_rows($1)", ids)


CASES = [
    ("the code alone", {"name": "完全改了名", "uscc": A}, {"name": "歌尔股份有限公司", "uscc": A}, "auto"),
    ("the code, but a branch", {"name": "歌尔股份有限公司青州分公司", "uscc": A}, {"name": "歌尔股份有限公司", "uscc": A}, "ask"),
    (
        "name and address",
        {"name": "潍坊市鑫源機械有限责任公司", "address": "北海路１号"},
        {"name": "鑫源机械有限公司", "address": "潍坊市北海路1号"},
        "auto",
    ),
    ("the name alone", {"name": "鑫源机械有限公司", "address": "别处9号"}, {"name": "鑫源机械有限公司", "address": "北海路1号"}, "ask"),
    (
        "another code",
        {"name": "鑫源机械", "uscc": B, "address": "北海路1号"},
        {"name": "鑫源机械", "uscc": A, "address": "北海路1号"},
        "none",
    ),
    (
        "sounds alike, same phone and address",
        {"name": "新源机械厂", "address": "北海路1号", "contact_phone": "13905360001"},
        {"name": "鑫源机械厂", "address": "北海路1号", "contact_phone": "139 0536 0001"},
        "auto",
    ),
    (
        "alike in name and address",
        {"name": "鑫源机械加工厂", "address": "北海路1号"},
        {"name": "鑫源机械加工店", "address": "北海路1号"},
        "ask",
    ),
    ("somebody else", {"name": "李记包子铺", "address": "北海路1号"}, {"name": "潍坊重工机械", "address": "东风街99号"}, "none"),
]


@pytest.mark.parametrize(("what", "row", "file", "expected"), CASES, ids=[case[0] for case in CASES])
async def test_what_is_sure_is_linked_and_what_is_not_waits(
    what: str, row: dict[str, Any], file: dict[str, Any], expected: str, owner: Owner, territory: Territory, engine: Any
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, **{"address": "", "contact_phone": "", **file})
    ids = await make_rows(owner, await make_list(owner, territory["county"].id), [row])

    await compare(owner, engine, ids)

    linked = await owner.fetchval("select employer_id from registry_rows where id = $1", ids[0])
    waiting = await owner.fetch("select employer_id, reasons from match_candidates where subject_id = $1", ids[0])
    outcome = "auto" if linked == employer else "ask" if waiting else "none"
    assert outcome == expected, await owner.fetch("select * from match_scores('registry_row', $1)", ids)
    if expected == "auto":
        decision = await owner.fetchrow("select * from match_decisions where subject_id = $1", ids[0])
        assert decision["decided_by"] is None and decision["score"] >= 85 and "points" in decision["reasons"]


async def test_a_person_decides_and_undoes_and_the_rules_do_not_insist(
    owner: Owner, territory: Territory, engine: Any, client: Client
) -> None:
    http = client(territory["county"])
    one = await make_employer(owner, WEST_NORTH_1, name="鑫源机械有限公司", address="北海路1号", contact_phone="", employees=None)
    two = await make_employer(owner, WEST_SOUTH_2, name="鑫源机械有限公司", address="南海路2号")
    row = {"name": "潍坊鑫源机械有限公司", "address": "", "uscc": A, "contact_phone": "13905360001", "employees": 8}
    ids = await make_rows(owner, await make_list(owner, territory["county"].id), [row])
    await compare(owner, engine, ids)

    queue = (await http.get("/api/matches")).json()
    assert queue["total"] == 1
    item = queue["items"][0]
    assert {c["id"] for c in item["choices"]} == {str(one), str(two)}
    assert [r["code"] for r in item["choices"][0]["reasons"]] == ["name_same"]

    said = {"kind": "registry_row", "subject_id": str(ids[0]), "verdict": "same", "employer_id": str(one)}
    answer = await http.post("/api/matches", json=said)
    assert answer.status_code == 201, answer.text
    file = await owner.fetchrow("select uscc, contact_phone, employees, address from employers where id = $1", one)
    assert dict(file) == {"uscc": A, "contact_phone": "13905360001", "employees": 8, "address": "北海路1号"}
    assert (await http.get("/api/matches")).json()["total"] == 0
    assert (await http.post("/api/matches", json=said)).json()["type"] == "match_not_possible"

    undone = await http.post(f"/api/matches/decisions/{answer.json()['id']}/undo")
    assert undone.status_code == 200 and undone.json()["undone_by"]["id"] == str(territory["county"].id)
    file = await owner.fetchrow("select uscc, contact_phone, employees, address from employers where id = $1", one)
    assert dict(file) == {"uscc": None, "contact_phone": "", "employees": None, "address": "北海路1号"}
    assert (await http.get("/api/matches")).json()["total"] == 1
    assert (await http.post(f"/api/matches/decisions/{answer.json()['id']}/undo")).status_code == 409
    lines = await owner.fetch("select action from audit_log where subject_id = $1 order by at", ids[0])
    assert [r["action"] for r in lines] == ["match_same", "match_undone"]


async def test_a_row_gets_a_new_file_which_undoing_returns(owner: Owner, territory: Territory, engine: Any, client: Client) -> None:
    http = client(territory["county"])
    await make_employer(owner, WEST_NORTH_1, name="鑫源机械有限公司")
    row = {"name": "鑫源机械有限公司", "uscc": A, "position": middle_of(WEST_SOUTH_2), "path": WEST_SOUTH_2, "address": "南路1号"}
    import_id = await make_list(owner, territory["county"].id)
    ids = await make_rows(owner, import_id, [row])
    await compare(owner, engine, ids)

    answer = await http.post("/api/matches", json={"kind": "registry_row", "subject_id": str(ids[0]), "verdict": "new_file"})

    made = answer.json()["employer"]["id"]
    file = await owner.fetchrow(
        "select name, uscc, review_state, grid_path::text as path, grid_source from employers where id = $1", UUID(made)
    )
    assert dict(file) == {"name": row["name"], "uscc": A, "review_state": "accepted", "path": WEST_SOUTH_2, "grid_source": "position"}
    await http.post(f"/api/matches/decisions/{answer.json()['id']}/undo")
    assert await owner.fetchval("select review_state from employers where id = $1", UUID(made)) == "returned"
    assert await owner.fetchval("select employer_id from registry_rows where id = $1", ids[0]) is None


async def test_somebody_found_in_the_street_who_is_on_file_says_so(owner: Owner, territory: Territory, engine: Any, client: Client) -> None:
    known = await make_employer(owner, WEST_NORTH_1, name="鑫源机械有限公司", address="北海路1号", contact_phone="13905360001")
    seen = await make_employer(owner, WEST_NORTH_1, name="鑫源机械", address="北海路1号", contact_phone="", review_state="waiting_review")
    unsure = await make_employer(
        owner, WEST_NORTH_1, name="鑫源机械", address="", contact_phone="", position=None, review_state="waiting_review"
    )
    await all_keys_made(owner, engine)

    assert await owner.fetchval("select duplicate_of from employers where id = $1", seen) == known
    assert await owner.fetchval("select duplicate_of from employers where id = $1", unsure) is None
    http = client(territory["county"])
    (item,) = (await http.get("/api/matches", params={"kind": "sighting"})).json()["items"]
    assert item["id"] == str(unsure)
    said = {"kind": "sighting", "subject_id": str(unsure), "verdict": "different"}
    assert (await http.post("/api/matches", json=said)).status_code == 201
    assert (await http.get("/api/matches")).json()["total"] == 0


async def test_a_new_file_is_compared_with_the_rows_that_wait_for_one(owner: Owner, territory: Territory, engine: Any) -> None:
    ids = await make_rows(owner, await make_list(owner, territory["county"].id), [{"name": "歌尔股份", "uscc": A}])
    await compare(owner, engine, ids)
    assert await owner.fetchval("select employer_id from registry_rows where id = $1", ids[0]) is None

    made = await make_employer(owner, WEST_NORTH_1, name="歌尔股份有限公司", uscc=A)
    await all_keys_made(owner, engine)

    assert await owner.fetchval("select employer_id from registry_rows where id = $1", ids[0]) == made


async def test_nobody_decides_outside_of_her_scope(owner: Owner, territory: Territory, engine: Any, client: Client) -> None:
    one = await make_employer(owner, WEST_NORTH_1, name="鑫源机械有限公司", address="北海路1号")
    ids = await make_rows(owner, await make_list(owner, territory["county"].id), [{"name": "鑫源机械"}])
    await compare(owner, engine, ids)
    other = client(territory["other_county"])

    assert (await other.get("/api/matches")).json()["total"] == 0
    said = {"kind": "registry_row", "subject_id": str(ids[0]), "verdict": "same", "employer_id": str(one)}
    assert (await other.post("/api/matches", json=said)).status_code == 404
    assert (await client(territory["community"]).get("/api/matches")).status_code == 403
