"""How the list follows what happens: at once at the desk, soon after the field, once a day for all."""

from datetime import timedelta
from uuid import UUID

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_employer, make_signal, make_visit, today
from fixture_types import Acting, Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.clock import utc_now
from wangge.core.ids import new_id
from wangge.key_list.keeping import keep_key_list

OPEN = "select criterion from key_list_entries where employer_id = $1 and left_on is null order by 1"


async def open_entries(owner: Owner, employer_id: UUID) -> list[str]:
    return [r[0] for r in await owner.fetch(OPEN, employer_id)]


async def keep_now(owner: Owner, engine: AsyncEngine) -> None:
    """As the background does, once all that is due has waited long enough."""
    await owner.execute("update key_list_due set noted_at = noted_at - interval '1 hour'")
    await keep_key_list(engine)


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    return await make_employer(owner, WEST_NORTH_1, last_visited_at=utc_now() - timedelta(days=400))


async def complain(client: Client, territory: Territory, employer: UUID, days_ago: int = 0) -> None:
    data = {"id": str(new_id()), "kind": "complaint", "since": (today() - timedelta(days=days_ago)).isoformat(), "reference": "2026-1"}
    answer = await client(territory["street"]).post(f"/api/employers/{employer}/signals", json=data)
    assert answer.status_code == 200, answer.text


async def test_two_complaints_at_the_desk_show_at_once_with_their_evidence(client: Client, territory: Territory, employer: UUID) -> None:
    await complain(client, territory, employer, days_ago=10)
    await complain(client, territory, employer)

    (item,) = (await client(territory["county"]).get("/api/key-list", params={"criterion": "complaints"})).json()["items"]
    assert item["employer"]["id"] == str(employer)
    assert item["facts"]["count"] == 2
    assert len(item["facts"]["signals"]) == 2
    assert item["entered_on"] == today().isoformat()
    assert item["owner"]["name"] == territory["community"].name
    standing = (await client(territory["county"]).get(f"/api/employers/{employer}/standing")).json()
    assert standing["on_key_list"] is True
    assert standing["visit_interval_days"] == 30


async def test_the_same_record_twice_is_one(client: Client, owner: Owner, territory: Territory, employer: UUID) -> None:
    data = {"id": str(new_id()), "kind": "complaint", "since": today().isoformat()}
    for _ in range(2):
        assert (await client(territory["street"]).post(f"/api/employers/{employer}/signals", json=data)).status_code == 200

    assert await owner.fetchval("select count(*) from employer_signals where employer_id = $1", employer) == 1
    assert await owner.fetchval("select count(*) from audit_log where action = 'signal_recorded' and subject_id = $1", employer) == 1


async def test_bad_signals_are_named_field_by_field(client: Client, territory: Territory, employer: UUID) -> None:
    url, http = f"/api/employers/{employer}/signals", client(territory["street"])
    late = (today() + timedelta(days=1)).isoformat()

    both = await http.post(url, json={"id": str(new_id()), "kind": "gossip", "since": late})
    violation = await http.post(url, json={"id": str(new_id()), "kind": "violation", "since": today().isoformat()})

    assert {e["field"] for e in both.json()["errors"]} == {"kind", "since"}
    assert {e["field"] for e in violation.json()["errors"]} == {"aspect", "reference"}


async def test_settled_arrears_leave_at_once_and_a_withdrawn_signal_cannot_end(
    client: Client, owner: Owner, territory: Territory, employer: UUID
) -> None:
    http = client(territory["county"])
    data = {
        "id": str(new_id()),
        "kind": "wage_arrears",
        "since": (today() - timedelta(days=70)).isoformat(),
        "amount": 52000.5,
        "people": 12,
    }
    signal = (await http.post(f"/api/employers/{employer}/signals", json=data)).json()
    assert await open_entries(owner, employer) == ["wage_arrears"]
    end = {"until": today().isoformat(), "note": "已全部支付", "version": signal["version"]}

    ended = await http.post(f"/api/employers/{employer}/signals/{signal['id']}/end", json=end)
    again = await http.post(f"/api/employers/{employer}/signals/{signal['id']}/end", json=end)

    assert ended.json()["amount"] == 52000.5
    assert await open_entries(owner, employer) == []
    assert again.json()["type"] == "signal_closed"
    withdrawn = {"reason": "记错单位", "version": ended.json()["version"]}
    assert (await http.post(f"/api/employers/{employer}/signals/{signal['id']}/withdraw", json=withdrawn)).json()["withdrawn_why"]
    assert (await http.post(f"/api/employers/{employer}/signals/{signal['id']}/withdraw", json=withdrawn)).status_code == 409


async def test_an_entry_is_acknowledged_once(client: Client, owner: Owner, territory: Territory, employer: UUID) -> None:
    for _ in range(2):
        await complain(client, territory, employer)
    http = client(territory["street"])
    (item,) = (await http.get("/api/key-list", params={"status": "waiting"})).json()["items"]

    first = await http.post(f"/api/key-list/{item['id']}/acknowledge", json={"version": item["version"], "note": "本周走访"})
    second = await http.post(f"/api/key-list/{item['id']}/acknowledge", json={"version": item["version"]})

    assert first.json()["acknowledged_by"]["name"] == territory["street"].name
    assert second.json()["type"] == "key_list_acknowledged"
    assert (await http.get("/api/key-list", params={"status": "waiting"})).json()["total"] == 0
    assert await owner.fetchval("select count(*) from audit_log where action = 'key_list_acknowledged' and subject_id = $1", employer) == 1


async def test_findings_and_incidents_are_signals_once(owner: Owner, territory: Territory, employer: UUID) -> None:
    person = territory["community"]
    for _ in range(2):  # a second visit that finds the same arrears says nothing new
        await make_visit(owner, person, employer, findings=[("wage_arrears", "major"), ("overtime", "note")])
    await owner.execute(
        """insert into incidents (id, kind, severity, employer_id, place, note, person_id, device_id, captured_at, happened_at,
                                  closing_note, evidence_expected, version, status, grid_id, grid_path)
           select gen_random_uuid(), 'petition', 'serious', e.id, '', '', $2, $2, now(), now(), '', 0, 1, 'open', e.grid_id, e.grid_path
           from employers e where e.id = $1""",
        employer, person.id,
    )  # fmt: skip

    rows = await owner.fetch("select kind, source from employer_signals where employer_id = $1 order by 1", employer)
    assert [tuple(r) for r in rows] == [("collective_petition", "incident"), ("wage_arrears", "visit")]


async def test_several_signals_of_one_statement_note_their_employer_once(owner: Owner, territory: Territory, employer: UUID) -> None:
    await owner.execute(
        """insert into employer_signals (id, employer_id, kind, since, source, reference, note, recorded_by, end_note, withdrawn_why,
                                         version, grid_path)
           select gen_random_uuid(), e.id, 'complaint', china_today() - n, 'import', '', '', $2, '', '', 1, e.grid_path
           from employers e, generate_series(1, 3) n where e.id = $1""",
        employer, territory["city"].id,
    )  # fmt: skip

    assert await owner.fetchval("select count(*) from key_list_due where employer_id = $1", employer) == 1


async def test_what_the_field_brings_is_looked_at_after_the_wait(owner: Owner, territory: Territory, engine: AsyncEngine) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    await keep_now(owner, engine)
    assert await open_entries(owner, employer) == ["unsupervised"]

    await make_visit(owner, territory["community"], employer)
    assert await owner.fetchval("select count(*) from key_list_due where employer_id = $1", employer) == 1
    await keep_now(owner, engine)

    assert await open_entries(owner, employer) == []
    assert await owner.fetchval("select count(*) from key_list_due") == 0


async def test_an_employer_that_somebody_holds_waits_for_the_next_round(
    owner: Owner, territory: Territory, engine: AsyncEngine, acting: Acting
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    async with acting(territory["county"]) as (db, _):
        await db.execute(text("select lock_employers(array[cast(:id as uuid)])"), {"id": employer})
        await keep_now(owner, engine)
        assert await open_entries(owner, employer) == []
    await keep_now(owner, engine)

    assert await open_entries(owner, employer) == ["unsupervised"]


async def test_a_new_day_looks_through_all_in_stretches_and_once(owner: Owner, territory: Territory, engine: AsyncEngine) -> None:
    signed = today() - timedelta(days=60)
    for path in (WEST_NORTH_1, EAST_SOUTH_2):
        for _ in range(3):
            employer = await make_employer(owner, path, last_visited_at=utc_now())
            await make_signal(owner, employer, "wage_arrears", territory["city"].id, since=signed)
    async with owner.transaction():  # the server under test goes on sweeping, and must not come first
        await owner.execute("delete from key_list_sweeps")
        looked_at = [await owner.fetchval("select key_list_sweep_next(4)") for _ in range(4)]

    assert looked_at == [4, 2, 0, 0]
    assert await owner.fetchval("select count(*) from key_list_entries where criterion = 'wage_arrears'") == 6
    sweep = await owner.fetchrow("select * from key_list_sweeps")
    assert (sweep["looked_at"], sweep["changed"], sweep["done_at"] is not None) == (6, 6, True)


async def test_the_desk_looks_only_at_employers_of_its_scope(owner: Owner, territory: Territory, acting: Acting) -> None:
    far = await make_employer(owner, EAST_SOUTH_2)
    async with acting(territory["county"]) as (db, _):
        await db.execute(text("select key_list_look_at(:id)"), {"id": far})

    assert await open_entries(owner, far) == []


async def test_the_list_searches_sorts_and_exports(client: Client, owner: Owner, territory: Territory) -> None:
    for name in ("安丘纺织厂", "昌乐机械厂"):
        employer = await make_employer(owner, WEST_NORTH_1, name=name, last_visited_at=utc_now())
        await make_signal(owner, employer, "collective_petition", territory["city"].id)
        await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", employer)
    http = client(territory["county"])

    found = (await http.get("/api/key-list", params={"q": "机械"})).json()
    by_name = (await http.get("/api/key-list", params={"sort": "employer", "page_size": 1})).json()
    sheet = await http.get("/api/key-list/export.xlsx")

    assert [i["employer"]["name"] for i in found["items"]] == ["昌乐机械厂"]
    assert (by_name["total"], len(by_name["items"])) == (2, 1)
    assert sheet.content.startswith(b"PK")
    assert (await client(territory["other_county"]).get("/api/key-list")).json()["total"] == 0


async def test_an_employer_that_moves_takes_its_standing_along(owner: Owner, territory: Territory, employer: UUID) -> None:
    await make_signal(owner, employer, "collective_petition", territory["city"].id)
    await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", employer)
    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path from grids g where g.path = $2::text::ltree and e.id = $1",
        employer, EAST_SOUTH_2,
    )  # fmt: skip

    for table in ("employer_signals", "key_list_entries"):
        assert await owner.fetchval(f"select grid_path::text from {table} where employer_id = $1", employer) == EAST_SOUTH_2
