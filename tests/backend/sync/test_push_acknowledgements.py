"""Entries of the key list on the phone, and taking note of them there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_employer, make_patrol, make_signal
from fixture_types import Client
from phones import NewPhone, Phone, acknowledge, days_ago

from wangge.core.clock import utc_now
from wangge.core.ids import new_id

NOTE = "select acknowledged_by, acknowledged_note, acknowledged_at from key_list_entries where id = $1::text::uuid"


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    return await make_employer(owner, WEST_NORTH_1, last_visited_at=utc_now() - timedelta(days=200))


async def listed(owner: Owner, territory: Territory, employer: UUID, **more: Any) -> None:
    await make_signal(owner, employer, "collective_petition", territory["county"].id, **more)
    await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", employer)


def entry(phone: Phone, employer: UUID) -> dict[str, Any]:
    (only,) = phone.held["employer", str(employer)]["key_entries"]
    return dict(only)


async def test_an_entry_travels_with_its_facts_and_waits_until_somebody_takes_note(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone, client: Client
) -> None:
    me, phone = territory["community"], phone_of(territory["community"])
    await listed(owner, territory, employer)
    await phone.pull()
    waiting = entry(phone, employer)
    assert (waiting["criterion"], waiting["is_waiting"], waiting["facts"]["count"]) == ("collective_petition", True, 1)
    assert "signals" not in waiting["facts"]

    op = acknowledge(employer, waiting["id"])
    first, again = await phone.push(op), await phone.push(op)
    await phone.pull()

    assert (first[0]["outcome"], again[0]["outcome"], first[0]["flags"]) == ("applied", "duplicate", [])
    assert entry(phone, employer)["is_waiting"] is False
    row = await owner.fetchrow(NOTE, waiting["id"])
    assert (row[0], row[1]) == (me.id, "本周上门核实")
    (item,) = (await client(territory["street"]).get("/api/key-list")).json()["items"]
    assert item["acknowledged_by"] == {"id": str(me.id), "name": me.name}
    audited = "select details ->> 'criteria' from audit_log where action = 'key_list_acknowledged' and subject_id = $1"
    assert [r[0] for r in await owner.fetch(audited, employer)] == ['["collective_petition"]']


async def test_what_changes_in_its_facts_comes_with_the_next_pull(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone
) -> None:
    phone = phone_of(territory["community"])
    await listed(owner, territory, employer)
    await phone.pull()
    await listed(owner, territory, employer)
    await phone.pull()
    assert entry(phone, employer)["facts"]["count"] == 2


async def test_what_asks_for_nobodys_note_is_told_by_its_name_alone(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    new = await make_employer(owner, WEST_NORTH_1)
    await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", new)
    phone = phone_of(territory["community"])
    await phone.pull()
    held = phone.held["employer", str(new)]
    assert held["key_list"] == ["unsupervised"] and "key_entries" not in held


async def test_the_first_note_stands_and_a_later_one_is_kept_and_flagged(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone, client: Client
) -> None:
    phone = phone_of(territory["community"])
    await listed(owner, territory, employer)
    await phone.pull()
    seen = entry(phone, employer)["id"]
    http = client(territory["street"])
    (item,) = (await http.get("/api/key-list")).json()["items"]
    await http.post(f"/api/key-list/{seen}/acknowledge", json={"version": item["version"], "note": "街道已知悉"})

    (outcome,) = await phone.push(acknowledge(employer, seen))

    assert (outcome["outcome"], outcome["flags"]) == ("applied", ["acknowledged_before"])
    assert (await owner.fetchrow(NOTE, seen))[1] == "街道已知悉"


async def test_she_knew_of_it_though_it_has_left_and_her_moment_is_the_one_that_counts(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone
) -> None:
    phone = phone_of(territory["community"])
    await listed(owner, territory, employer)
    await phone.pull()
    seen, at = entry(phone, employer)["id"], days_ago(0.01)
    await owner.execute("update employer_signals set withdrawn_at = now(), withdrawn_by = recorded_by")
    await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", employer)

    (outcome,) = await phone.push(acknowledge(employer, seen, captured_at=at))

    assert outcome["outcome"] == "applied"
    assert (await owner.fetchrow(NOTE, seen))[2] == at


async def test_what_is_out_of_her_reach_or_of_no_such_employer_is_kept_aside(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone
) -> None:
    far = await make_employer(owner, EAST_SOUTH_2, last_visited_at=utc_now())
    for one in (employer, far):
        await listed(owner, territory, one)
    entries = dict(await owner.fetch("select employer_id, id::text from key_list_entries where criterion = 'collective_petition'"))
    phone = phone_of(territory["community"])

    outcomes = await phone.push(
        acknowledge(far, entries[far]), acknowledge(employer, entries[employer], entries[far]), acknowledge(employer, str(new_id())),
        acknowledge(new_id(), entries[far]), acknowledge(employer),
    )  # fmt: skip

    assert [o["outcome"] for o in outcomes] == ["quarantined", "quarantined", "quarantined", "waiting_for_parent", "quarantined"]
    assert [o["problem"]["type"] for o in outcomes[:3]] == ["employer_out_of_scope", "not_found", "not_found"]
    assert not await owner.fetchval("select count(*) from key_list_entries where acknowledged_by is not null")


async def test_who_is_sent_there_on_a_patrol_may_take_note(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    far = await make_employer(owner, EAST_SOUTH_2, last_visited_at=utc_now())
    await listed(owner, territory, far)
    await make_patrol(owner, territory["community"], [far], planned_by=territory["city"].id)
    phone = phone_of(territory["community"])
    await phone.pull()

    (outcome,) = await phone.push(acknowledge(far, entry(phone, far)["id"]))

    assert outcome["outcome"] == "applied"


async def test_a_role_without_the_right_takes_no_note(owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone) -> None:
    phone = phone_of(territory["community"])
    await listed(owner, territory, employer)
    await phone.pull()
    seen = entry(phone, employer)["id"]
    await owner.execute("delete from role_rights where role = 'community' and right_code = 'key_list.acknowledge'")
    try:
        (outcome,) = await phone.push(acknowledge(employer, seen))
    finally:
        await owner.execute("insert into role_rights (role, right_code) values ('community', 'key_list.acknowledge')")

    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "right_missing")
    assert (await owner.fetchrow(NOTE, seen))[0] is None
