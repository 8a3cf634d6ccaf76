"""Input that nobody meant: each is answered, kept as it came, and holds up nothing else."""

import json
from typing import Any

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_employer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phones import NewPhone, Op, Phone, announce, check_in, credit_code, finding, journal, register, sealed, visit

from wangge.core.ids import new_id


@pytest.fixture
def phone(territory: Territory, phone_of: NewPhone) -> Phone:
    return phone_of(territory["community"], language="en")


GOOD = register()
WITH_ID = f'"op_id":"{GOOD.op_id}"'
UNREADABLE = {
    "not JSON": "garbage",
    "empty": "",
    "blank": " ",
    "null": "null",
    "a list": "[1]",
    "cut in the middle": GOOD.body[: len(GOOD.body) // 2],
    "no id": '{"kind":"visit.record"}',
    "an id that is none": '{"op_id":"me"}',
    "nested beyond depth": '{"payload":' + "[" * 100_000 + "]" * 100_000 + "}",
    "a byte order mark": "\ufeff" + GOOD.body,
    "a null byte": "a\x00b",
    "a lone surrogate in the id": '{"op_id":"\\ud800"}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_no_operation_is_kept_as_it_came(owner: Owner, phone: Phone, body: str) -> None:
    answer = await phone.post([body, GOOD.body])
    assert answer.status_code == 200
    unreadable, good = answer.json()["outcomes"]
    assert (unreadable["op_id"], unreadable["index"], unreadable["outcome"]) == (None, 0, "quarantined")
    assert unreadable["problem"]["type"] == "operation_unreadable"
    assert unreadable["receipt"]["op_sha256"] == Op(body, new_id(), new_id()).sha256
    assert good["outcome"] == "applied"
    stored = await owner.fetchval("select body from sync_operations where outcome = 'quarantined'")
    assert stored == body.replace("\x00", "\\u0000")
    again = (await phone.post([body])).json()["outcomes"][0]
    assert again["receipt"] == unreadable["receipt"]
    assert await owner.fetchval("select count(*) from sync_operations") == 2


ODD_HEADS: dict[str, tuple[dict[str, Any], str]] = {
    "a version beyond all bounds": ({"v": 10**30}, "v"),
    "version 0": ({"v": 0}, "v"),
    "a kind without end": ({"kind": "x" * 5000}, "kind"),
    "a moment before year 1": ({"captured_at": "0001-01-01T00:00:00+14:00"}, "captured_at"),
    "a moment after year 9999": ({"captured_at": "9999-12-31T23:59:59-14:00"}, "captured_at"),
    "a moment in year 2500": ({"captured_at": "2500-01-01T00:00:00Z"}, "captured_at"),
    "a moment that is none": ({"captured_at": "yesterday"}, "captured_at"),
    "an offset of ages": ({"binding": {"server_offset_ms": 10**18}}, "binding.server_offset_ms"),
    "an offset beyond all bounds": ({"binding": {"server_offset_ms": -(10**30)}}, "binding.server_offset_ms"),
    "an entity that is no id": ({"entity_id": "7"}, "entity_id"),
    "no device": ({"device_id": None}, "device_id"),
    "a payload of the wrong shape": ({"payload": [1, 2]}, "body"),
}


@pytest.mark.parametrize(("head", "field"), ODD_HEADS.values(), ids=ODD_HEADS)
async def test_a_field_that_cannot_be_is_named_and_the_operation_kept(owner: Owner, phone: Phone, head: dict[str, Any], field: str) -> None:
    op = register()
    op = Op(json.dumps(json.loads(op.body) | head), op.op_id, op.entity_id)
    outcome, good = await phone.push(op, register())
    assert (outcome["outcome"], good["outcome"]) == ("quarantined", "applied")
    assert outcome["problem"]["errors"][0]["field"] == field
    assert [line["body"] for line in await journal(owner, op)] == [op.body]


ODD_PAYLOADS: dict[str, tuple[str, dict[str, Any]]] = {
    "a null character": ("employer.register", {"name": "a\x00b"}),
    "a null character in a choice": ("employer.register", {"name": "a", "no_uscc_reason": "\x00"}),
    "half a character": ("employer.register", {"name": "\ud83d"}),
    "too many employees": ("employer.register", {"name": "a", "employees": 10**30}),
    "a name without end": ("employer.register", {"name": "长" * 201}),
    "NaN as text": ("employer.register", {"name": "a", "position": {"lon": "NaN", "lat": 36.7}}),
    "no employer": ("check_in.record", {"employer_id": None}),
    "a photo of no size": ("evidence.announce", {"copy": {"sha256": "a" * 64, "bytes": 0, "width": 1, "height": 1}}),
    "a hash in capitals": ("evidence.announce", {"original": {"sha256": "A" * 64, "bytes": 1}}),
    "an activity not known": ("visit.record", {"activities": ["sing"]}),
    "a finding without end": ("visit.record", {"findings": [{**finding(), "note": "长" * 4001}]}),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "odd"), ODD_PAYLOADS.values(), ids=ODD_PAYLOADS)
async def test_a_payload_that_cannot_be_stored_is_kept_and_holds_up_nothing(
    owner: Owner, territory: Territory, phone: Phone, kind: str, odd: dict[str, Any]
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    fine: dict[str, Op] = {
        "employer.register": register(), "check_in.record": check_in(employer), "visit.record": visit(employer),
        "evidence.announce": announce(employer, employer, "employer"),
    }  # fmt: skip
    bad = sealed(kind, json.loads(fine[kind].body)["payload"] | odd)
    bad = Op(json.dumps(json.loads(bad.body)), bad.op_id, bad.entity_id)  # escapes what UTF-8 cannot carry
    outcome, *others = await phone.push(bad, *fine.values())
    assert outcome["outcome"] == "quarantined"
    assert outcome["problem"]["type"] in ("invalid_input", "text_unstorable", "operation_unreadable")
    assert [o["outcome"] for o in others] == ["applied"] * 4
    assert [line["body"] for line in await journal(owner, bad)] == [bad.body]


async def test_numbers_that_are_none_are_kept_as_text(owner: Owner, territory: Territory, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    sent = check_in(employer, (119.1, 36.8), accuracy_m=7)
    for number in ("NaN", "Infinity", "1e999"):
        op_id = new_id()
        body = sent.body.replace('"accuracy_m":7', f'"accuracy_m":{number}').replace(str(sent.op_id), str(op_id))
        (outcome,) = await phone.push(Op(body, op_id, sent.entity_id))
        assert outcome["outcome"] == "quarantined"
        assert outcome["problem"]["type"] in ("invalid_input", "operation_unreadable")


async def test_one_poisoned_operation_in_a_full_batch_holds_up_none_of_the_others(owner: Owner, territory: Territory, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    visits = [visit(employer) for _ in range(199)]
    poison = visit(employer, note="\x00")
    outcomes = await phone.push(*visits[:100], poison, *visits[100:])
    assert outcomes[100]["outcome"] == "quarantined"
    assert outcomes[100]["problem"]["type"] == "text_unstorable"
    assert [o["outcome"] for i, o in enumerate(outcomes) if i != 100] == ["applied"] * 199
    assert await owner.fetchval("select count(*) from visits") == 199


async def test_what_the_database_refuses_for_no_known_reason_is_kept_and_the_rest_goes_on(
    owner: Owner, territory: Territory, phone: Phone
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    await owner.execute("alter table visits add constraint surprise check (note <> 'surprise')")
    try:
        outcomes = await phone.push(visit(employer, note="a"), visit(employer, note="surprise"), visit(employer, note="b"))
    finally:
        await owner.execute("alter table visits drop constraint surprise")
    assert [o["outcome"] for o in outcomes] == ["applied", "quarantined", "applied"]
    assert outcomes[1]["problem"]["type"] == "operation_failed"
    assert await owner.fetchval("select count(*) from visits") == 2
    assert await owner.fetchval("select count(*) from sync_operations") == 3


async def test_five_megabytes_in_one_operation_are_kept(owner: Owner, phone: Phone) -> None:
    big = register("长" * 1_700_000)
    outcome, good = await phone.push(big, register())
    assert outcome["outcome"] == "quarantined"
    assert outcome["problem"]["errors"][0]["field"] == "name"
    assert good["outcome"] == "applied"
    (line,) = await journal(owner, big)
    assert line["body"] == big.body


async def test_more_than_the_server_takes_at_once_is_refused_whole(owner: Owner, phone: Phone) -> None:
    answer = await phone.post(["x" * (17 * 2**20)])
    assert answer.status_code == 413
    assert answer.json()["type"] == "body_too_large"
    assert await owner.fetchval("select count(*) from sync_operations") == 0


async def test_201_operations_are_refused_whole(owner: Owner, phone: Phone) -> None:
    ops = [register() for _ in range(201)]
    answer = await phone.post([op.body for op in ops])
    assert answer.status_code == 413
    problem = answer.json()
    assert (problem["type"], problem["max"]) == ("too_many_operations", 200)
    assert problem["request_id"]
    assert await owner.fetchval("select count(*) from sync_operations") == 0
    assert len(await phone.push(*ops[:200])) == 200


async def test_an_empty_push_is_answered(phone: Phone) -> None:
    assert await phone.push() == []


@pytest.mark.parametrize("head", [{"kind": "inspection.draft"}, {"v": 2}], ids=["unknown kind", "newer version"])
async def test_a_newer_apps_record_is_kept_until_the_server_knows_it(
    owner: Owner, territory: Territory, phone: Phone, head: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    op = visit(employer)
    op = Op(json.dumps(json.loads(op.body) | head), op.op_id, op.entity_id)
    (first,) = await phone.push(op)
    assert (first["outcome"], first["problem"]["type"]) == ("quarantined", "kind_unknown")
    (again,) = await phone.push(op)
    assert again == first

    from wangge.sync.kinds import KINDS, ORDER  # the server is upgraded

    sent = json.loads(op.body)
    monkeypatch.setitem(KINDS, (sent["kind"], sent["v"]), KINDS["visit.record", 1])
    monkeypatch.setitem(ORDER, (sent["kind"], sent["v"]), 9)
    (after,) = await phone.push(op)
    assert (after["outcome"], after["problem"], after["receipt"]) == ("applied", None, first["receipt"])
    assert await owner.fetchval("select count(*) from visits where id = $1", op.entity_id) == 1
    (line,) = await journal(owner, op)
    assert (line["outcome"], line["entity_id"]) == ("applied", op.entity_id)


async def test_a_problem_is_told_again_in_the_language_of_whoever_asks(territory: Territory, phone_of: NewPhone) -> None:
    op = register(uscc="123")
    zh, en = phone_of(territory["community"]), phone_of(territory["community"], language="en")
    ((first,), (second,), (third,)) = await zh.push(op), await en.push(op), await zh.push(op)
    assert "对照营业执照" in first["problem"]["errors"][0]["detail"]
    assert "Compare it with the licence" in second["problem"]["errors"][0]["detail"]
    assert third == first


async def test_an_id_that_another_record_has_is_not_overwritten(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    mine, theirs = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, EAST_SOUTH_2)
    taken = [register(), check_in(theirs), visit(theirs, findings=[finding()]), announce(theirs, theirs, "employer")]
    assert {o["outcome"] for o in await phone_of(territory["other_community"]).push(*taken)} == {"applied"}
    finding_id = await owner.fetchval("select id from findings")
    ids = [op.entity_id for op in taken]
    ops = [
        register("别的", entity_id=ids[0]), check_in(mine, entity_id=ids[1]), visit(mine, entity_id=ids[2], note="别的"),
        announce(mine, mine, "employer", entity_id=ids[3]), visit(mine, findings=[finding(finding_id=finding_id)]),
    ]  # fmt: skip
    before = [await owner.fetch(f"select * from {t} order by id") for t in ("employers", "check_ins", "visits", "evidence", "findings")]
    outcomes = await phone_of(territory["community"]).push(*ops, visit(mine))
    assert [o["outcome"] for o in outcomes] == ["quarantined"] * 5 + ["applied"]
    assert {o["problem"]["type"] for o in outcomes[:5]} == {"entity_id_taken"}
    assert len(await owner.fetch("select from sync_operations where outcome = 'quarantined'")) == 5
    await owner.execute("delete from visits where employer_id = $1", mine)
    await owner.execute("update employers set last_visited_at = null where id = $1", mine)
    assert before == [
        await owner.fetch(f"select * from {t} order by id") for t in ("employers", "check_ins", "visits", "evidence", "findings")
    ]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.uuids().map(str) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_a_field_holds_every_operation_is_answered_and_kept(
    owner: Owner, territory: Territory, phone: Phone, data: st.DataObject
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    whole = [
        register(uscc=credit_code(1)), check_in(employer, (119.1, 36.8)), visit(employer, findings=[finding()]),
        announce(employer, employer, "employer"),
    ]  # fmt: skip
    bodies = []
    for op in data.draw(st.lists(st.sampled_from(whole), min_size=1, max_size=4)):
        body = json.loads(op.body) | {"op_id": str(new_id()), "entity_id": str(new_id())}
        part = data.draw(st.sampled_from([body, body["payload"], body["binding"]]))
        part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON_VALUES)
        bodies.append(json.dumps(body))
    good = visit(employer)
    answer = await phone.post([*bodies, good.body])
    assert answer.status_code == 200, bodies
    assert answer.json()["outcomes"][-1]["outcome"] == "applied"
    kept = {r["body"] for r in await owner.fetch("select body from sync_operations")}
    assert kept.issuperset(bodies)
