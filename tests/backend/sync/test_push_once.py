"""S2, once: a repeat has the effect of one and the same receipt. S1: an answer comes only after the commit."""

import asyncio
import json

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_employer, make_patrol, make_session
from fixture_types import Client
from phones import NewPhone, Op, announce, check_in, credit_code, finding, finish, journal, register, start, visit
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.db import driver

FIELD_TABLES = ("employers", "check_ins", "visits", "findings", "evidence", "sync_operations")


async def a_days_work(owner: Owner, territory: Territory) -> list[Op]:
    """One operation of each kind, and one of each outcome that is kept."""
    employer = await make_employer(owner, WEST_NORTH_1, uscc=credit_code(1))
    patrol = await make_patrol(owner, territory["community"], [employer])
    arrive, found = check_in(employer, patrol_id=patrol), register(declared_grid_id=territory.grids[WEST_NORTH_1])
    saw = visit(employer, patrol_id=patrol, check_in_id=arrive.entity_id, findings=[finding()])
    return [
        found, start(patrol), arrive, saw, announce(saw.entity_id, employer), visit(found.entity_id), finish(patrol),
        register(uscc=credit_code(1)), register(uscc="1"), visit(await make_employer(owner, EAST_SOUTH_2)),
    ]  # fmt: skip


OUTCOMES = ["applied"] * 7 + ["conflict", "quarantined", "quarantined"]
REPEATED = ["duplicate"] * 7 + ["conflict", "quarantined", "quarantined"]


async def everything(owner: Owner) -> list[list[object]]:
    return [sorted(map(str, await owner.fetch(f"select * from {table}"))) for table in (*FIELD_TABLES, "patrols", "patrol_stops")]


async def test_a_repeat_has_the_effect_of_one_and_the_same_receipt(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    ops, phone = await a_days_work(owner, territory), phone_of(territory["community"])
    first = await phone.push(*ops)
    assert [o["outcome"] for o in first] == OUTCOMES
    before = await everything(owner)
    again = await phone.push(*reversed(ops))
    assert [o["outcome"] for o in reversed(again)] == REPEATED
    assert [o["receipt"] for o in reversed(again)] == [o["receipt"] for o in first]
    assert [o["flags"] for o in reversed(again)] == [o["flags"] for o in first]
    assert [o["problem"] for o in reversed(again)] == [o["problem"] for o in first]
    assert await everything(owner) == before


async def test_a_repeat_within_one_push_has_the_effect_of_one(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    ops = await a_days_work(owner, territory)
    outcomes = await phone_of(territory["community"]).push(*ops, *ops, ops[3])
    assert [o["outcome"] for o in outcomes] == [*OUTCOMES, *OUTCOMES, "applied"]
    assert [o["receipt"] for o in outcomes[10:20]] == [o["receipt"] for o in outcomes[:10]]
    assert await owner.fetchval("select count(*) from sync_operations") == len(ops)
    assert await owner.fetchval("select count(*) from visits") == 2


async def test_the_same_batch_from_many_connections_at_once_has_the_effect_of_one(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    ops, me = await a_days_work(owner, territory), territory["community"]
    answers = await asyncio.gather(*(phone_of(me).push(*ops) for _ in range(12)))
    for outcomes in answers:
        assert [o["receipt"] for o in outcomes] == [o["receipt"] for o in answers[0]]
    assert sorted([o["outcome"] for o in outcomes] == OUTCOMES for outcomes in answers) == [False] * 11 + [True]
    for table, rows in zip(FIELD_TABLES, (4, 1, 2, 1, 1, 10), strict=True):
        assert await owner.fetchval(f"select count(*) from {table}") == rows, table
    assert await owner.fetchval("select version from patrols") == 3


async def test_many_people_pushing_at_once_wait_for_nobody_in_a_circle(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(8)]
    people = [territory[name] for name in ("community", "street", "county")]

    async def work(turn: int) -> list[str]:
        mine = employers if turn % 2 else employers[::-1]
        outcomes = await phone_of(people[turn % 3]).push(*(op for e in mine for op in (check_in(e), visit(e))))
        return [o["outcome"] for o in outcomes]

    answers = await asyncio.gather(*map(work, range(15)))
    assert {outcome for answer in answers for outcome in answer} == {"applied"}
    assert await owner.fetchval("select count(*) from visits") == 15 * 8


async def test_one_id_with_other_content_is_kept_twice(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer, phone = await make_employer(owner, WEST_NORTH_1), phone_of(territory["community"])
    first = visit(employer, note="第一份")
    second = visit(employer, note="第二份", op_id=first.op_id)
    third = visit(employer, note="第三份", op_id=first.op_id)
    assert [o["outcome"] for o in await phone.push(first)] == ["applied"]
    outcomes = await phone.push(second, first, third)
    assert [o["outcome"] for o in outcomes] == ["quarantined", "duplicate", "quarantined"]
    assert {outcomes[0]["problem"]["type"], outcomes[2]["problem"]["type"]} == {"operation_id_reused"}
    assert {line["body"] for line in await journal(owner, first)} == {first.body, second.body, third.body}
    assert await owner.fetchval("select note from visits") == "第一份"
    assert [o["outcome"] for o in await phone.push(second)] == ["quarantined"]


async def test_what_waits_is_not_lost_to_another_content_under_its_id(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    phone = phone_of(territory["community"])
    found = register(declared_grid_id=territory.grids[WEST_NORTH_1])
    saw = visit(found.entity_id)
    other = visit(found.entity_id, op_id=saw.op_id, note="另一份")
    assert [o["outcome"] for o in await phone.push(saw)] == ["waiting_for_parent"]
    assert [o["outcome"] for o in await phone.push(other)] == ["quarantined"]
    assert [o["outcome"] for o in await phone.push(saw)] == ["waiting_for_parent"]
    assert [o["outcome"] for o in await phone.push(found, saw)] == ["applied", "applied"]


async def test_two_people_may_send_operations_under_one_id(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = register(declared_grid_id=territory.grids[WEST_NORTH_1])
    (mine,) = await phone_of(territory["community"]).push(op)
    (theirs,) = await phone_of(territory["other_community"]).push(op)
    assert (mine["outcome"], theirs["outcome"]) == ("applied", "quarantined")
    assert theirs["problem"]["type"] == "entity_id_taken"
    assert len(await journal(owner, op)) == 2


async def test_nothing_is_there_and_no_receipt_given_when_the_connection_dies_before_the_commit(
    owner: Owner, territory: Territory, phone_of: NewPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ops, phone = await a_days_work(owner, territory), phone_of(territory["community"])
    before = await everything(owner)
    commit = AsyncSession.commit

    async def cut_then_commit(session: AsyncSession) -> None:
        (await driver(session)).terminate()
        await commit(session)

    with monkeypatch.context() as patched:
        patched.setattr(AsyncSession, "commit", cut_then_commit)
        answer = await phone.post([op.body for op in ops])
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "server_busy"
    assert "receipt" not in answer.text
    assert await everything(owner) == before
    assert [o["outcome"] for o in await phone.push(*ops)] == OUTCOMES


async def test_an_answer_lost_after_the_commit_is_given_again(
    owner: Owner, territory: Territory, phone_of: NewPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ops, phone = await a_days_work(owner, territory), phone_of(territory["community"])
    commit = AsyncSession.commit

    async def commit_then_fail(session: AsyncSession) -> None:
        await commit(session)
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(AsyncSession, "commit", commit_then_fail)
        assert (await phone.post([op.body for op in ops])).status_code == 503
    kept = {r["op_sha256"]: r["received_at"] for r in await owner.fetch("select op_sha256, received_at from sync_operations")}
    outcomes = await phone.push(*ops)
    assert [o["outcome"] for o in outcomes] == REPEATED
    assert {o["receipt"]["op_sha256"]: o["receipt"]["received_at"] for o in outcomes} == {
        sha256: received_at.isoformat().replace("+00:00", "Z") for sha256, received_at in kept.items()
    }


@pytest.mark.parametrize("end", ["revoked", "expired", "appointment over", "account closed"])
async def test_a_session_that_ends_in_mid_sync_loses_nothing(owner: Owner, territory: Territory, phone_of: NewPhone, end: str) -> None:
    ops, me = await a_days_work(owner, territory), territory["community"]
    phone = phone_of(me, language="en")
    assert [o["outcome"] for o in await phone.push(*ops[:3])] == OUTCOMES[:3]
    # A day that passes runs no statement, so nothing looks whether it leaves an open patrol behind.
    await owner.execute("alter table appointments disable trigger appointment_leaves_no_orphan")
    await owner.execute(
        {
            "revoked": "update sessions set revoked_at = now() where account_id = $1",
            "expired": "update sessions set expires_at = now() - interval '1 s' where account_id = $1",
            "appointment over": "update appointments set valid_to = china_today() - 1 where person_id = "
            "(select person_id from accounts where id = $1)",
            "account closed": "update accounts set is_active = false where id = $1",
        }[end],
        me.account_id,
    )
    await owner.execute("alter table appointments enable trigger appointment_leaves_no_orphan")
    before = await everything(owner)
    for answer in (await phone.post([op.body for op in ops[3:]]), await phone.http.get("/api/sync/pull")):
        assert answer.status_code == 401
        problem = answer.json()
        assert problem["type"] == "session_expired"
        assert "safe on this device" in problem["detail"]
    assert await everything(owner) == before

    await owner.execute("update accounts set is_active = true where id = $1", me.account_id)
    await owner.execute("update appointments set valid_to = null where person_id = $1", me.id)
    phone.http.headers["Authorization"] = f"Bearer {await make_session(owner, me.account_id, me.appointment_id)}"
    assert [o["outcome"] for o in await phone.push(*ops[3:])] == OUTCOMES[3:]
    assert [o["outcome"] for o in await phone.push(*ops)] == REPEATED
    assert await owner.fetchval("select count(*) from visits") == 2


async def test_pushing_needs_a_session_the_client_header_and_the_right(territory: Territory, client: Client) -> None:
    body = {"operations": []}
    answer = await client().post("/api/sync/push", json=body)
    assert (answer.status_code, answer.json()["type"]) == (401, "not_signed_in")
    me = client(territory["community"])
    del me.headers["X-Wangge-Client"]
    answer = await me.post("/api/sync/push", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "client_header_missing")
    assert (await me.get("/api/sync/pull")).status_code == 200
    city = client(territory["city"])
    answer = await city.post("/api/sync/push", json=body)
    assert (answer.status_code, answer.json()["right"]) == (403, "field.capture")
    answer = await city.get("/api/sync/pull")
    assert (answer.status_code, answer.json()["right"]) == (403, "field.pull")


@pytest.mark.parametrize("body", ['{"operations": [', '{"operations": 7}', "{}", '{"operations": [{"body": 7}]}', "[]", ""])
async def test_a_push_that_is_none_is_refused_and_says_why(territory: Territory, phone_of: NewPhone, body: str) -> None:
    http = phone_of(territory["community"]).http
    answer = await http.post("/api/sync/push", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.text)
    assert problem["detail"] and problem["request_id"]


async def test_what_one_person_captured_is_never_pushed_as_anothers(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    """A shared phone: somebody else signed in, the cookie is hers now, the outbox is not."""
    op, me = register(declared_grid_id=territory.grids[WEST_NORTH_1]), territory["community"]
    phone = phone_of(territory["other_community"], language="en")
    phone.http.headers["X-Wangge-Account"] = str(me.account_id)
    for answer in (await phone.post([op.body]), await phone.http.get("/api/sync/pull"), await phone.http.get("/api/me")):
        assert (answer.status_code, answer.json()["type"]) == (409, "other_account")
        assert "safe on this device" in answer.json()["detail"]
    assert await owner.fetchval("select count(*) from sync_operations") == 0
    phone.http.headers["Authorization"] = f"Bearer {me.token}"
    assert [o["outcome"] for o in await phone.push(op)] == ["applied"]
