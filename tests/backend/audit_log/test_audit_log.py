"""The audit log: who, what, from where; only added to; searched by who may; kept as long as the law asks."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from factories import (
    CITY,
    EAST_NORTH_1,
    WEST,
    WEST_NORTH_1,
    Owner,
    Someone,
    Territory,
    make_employer,
    make_patrol,
    make_person_with_account,
    make_policy,
    today,
)
from fixture_types import Acting, Client
from sqlalchemy import text

from wangge.accounts.passwords import hash_password
from wangge.audit_log.keeping import make_months_ahead, prune
from wangge.cluster import ClusterUrls

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def search(client: Client, someone: Someone, **params: Any) -> dict[str, Any]:
    answer = await client(someone).get("/api/audit", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_line_says_who_what_before_after_and_from_where(territory: Territory, owner: Owner, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, review_state="waiting_review", name="新单位")
    http = client(territory["county"])
    http.headers["User-Agent"] = FIREFOX
    await http.post(f"/api/employers/{employer}/review", json={"decision": "return", "version": 1, "reason": "重复"})

    (line,) = (await search(client, territory["city"], subject_id=str(employer), action="employer_returned"))["items"]

    assert line["person_name"] == territory["county"].name and line["subject_name"] == "新单位"
    assert (line["address"], line["agent"]) == ("127.0.0.1", "Firefox 140 · Windows")
    assert line["details"] == {"before": {"review_state": "waiting_review"}, "after": {"review_state": "returned"}, "reason": "重复"}
    row = await owner.fetchrow("select session_id, account_id from audit_log where subject_id = $1 limit 1", employer)
    assert row["account_id"] == territory["county"].account_id and row["session_id"]


async def test_a_patrol_called_off_keeps_both_states(territory: Territory, owner: Owner, client: Client) -> None:
    patrol = await make_patrol(owner, territory["community"], [await make_employer(owner, WEST_NORTH_1)])
    await client(territory["county"]).post(f"/api/patrols/{patrol}/cancel", json={"reason": "暴雨", "version": 1})

    (line,) = (await search(client, territory["city"], subject_id=str(patrol)))["items"]

    assert line["details"] == {"before": {"status": "planned"}, "after": {"status": "cancelled"}, "reason": "暴雨"}


async def test_a_refused_sign_in_names_the_address(territory: Territory, owner: Owner, client: Client) -> None:
    login = territory["county"].login
    await client().post("/api/auth/sign-in", json={"login": login, "password": "x"})

    row = await owner.fetchrow("select * from audit_log where action = 'sign_in_failed' order by id desc limit 1")

    assert (row["subject_id"], row["address"]) == (territory["county"].account_id, "127.0.0.1")


async def test_a_sign_in_is_a_line_of_whoever_signed_in(territory: Territory, owner: Owner, client: Client) -> None:
    someone = await make_person_with_account(owner, WEST, password_hash=hash_password("Kestrel-over-7-dunes"))
    await client().post("/api/auth/sign-in", json={"login": someone.login, "password": "Kestrel-over-7-dunes"})

    row = await owner.fetchrow("select * from audit_log where action = 'signed_in' order by id desc limit 1")

    assert (row["person_id"], row["account_id"], row["session_id"]) == (someone.id, someone.account_id, row["subject_id"])


# ---- who may read it


async def test_the_citys_auditor_reads_all_a_countys_its_subtree_and_a_county_nothing(
    territory: Territory, owner: Owner, client: Client, acting: Acting
) -> None:
    here, there = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, EAST_NORTH_1)
    for someone, employer in ((territory["county"], here), (territory["other_county"], there)):
        await client(someone).get(f"/api/employers/{employer}")
    seen: dict[str, set[UUID]] = {}
    people = {
        "city auditor": await make_person_with_account(owner, CITY, role="auditor"),
        "county auditor": await make_person_with_account(owner, WEST, role="auditor"),
        "city": territory["city"],
        "county": territory["county"],
        "street": territory["street"],
        "community": territory["community"],
    }
    for name, someone in people.items():
        async with acting(someone) as (db, _):
            seen[name] = set(
                await db.scalars(text("select subject_id from audit_log where subject_id = any(:ids)"), {"ids": [here, there]})
            )

    assert seen["city"] == seen["city auditor"] == {here, there}
    assert seen["county auditor"] == {here}
    assert seen["county"] == seen["street"] == seen["community"] == set()


async def test_a_search_is_a_line_itself(territory: Territory, client: Client) -> None:
    auditor = territory["city"]
    await search(client, auditor, action="employer_read", q="张三")

    newest = (await search(client, auditor, action="audit_searched"))["items"][0]

    assert newest["person_id"] == str(auditor.id)
    assert (newest["details"]["action"], newest["details"]["q"]) == ("employer_read", "张三")


# ---- searching


@pytest.fixture
async def marked(owner: Owner, territory: Territory) -> str:
    """Nine lines of one action of this test's own, an hour apart, by two people."""
    action = f"test_{territory['city'].id.hex}"
    for n in range(9):
        person = territory["county" if n % 3 else "street"]
        await owner.execute(
            """insert into audit_log (at, person_id, action, subject_kind, details) values (now() - make_interval(hours => $1), $2, $3,
               'test', jsonb_build_object('number', $1::int, 'note', $4::text))""",
            n, person.id, action, f"第{n}条",
        )  # fmt: skip
    return action


async def test_pages_go_by_key_and_miss_and_repeat_nothing(marked: str, territory: Territory, client: Client) -> None:
    numbers, before = [], ""
    for _ in range(5):
        page = await search(client, territory["city"], action=marked, limit=2, before=before)
        numbers += [line["details"]["number"] for line in page["items"]]
        before = page["next"]
        if before is None:
            break

    assert numbers == list(range(9))


async def test_lines_are_found_by_person_text_and_day(marked: str, territory: Territory, client: Client) -> None:
    city = territory["city"]

    by_person = await search(client, city, action=marked, person=territory["street"].name)
    by_text = await search(client, city, q="第4条", action=marked)
    tomorrow = await search(client, city, action=marked, first_day=(today() + timedelta(days=1)).isoformat())

    assert [line["details"]["number"] for line in by_person["items"]] == [0, 3, 6]
    assert [line["details"]["number"] for line in by_text["items"]] == [4]
    assert tomorrow["items"] == []


async def test_free_text_alone_looks_only_some_days_back_and_says_so(territory: Territory, client: Client) -> None:
    city = territory["city"]

    page = await search(client, city, q="张三")
    refused = await client(city).get("/api/audit", params={"q": "张三", "first_day": (today() - timedelta(days=30)).isoformat()})

    assert (page["first_day"], page["last_day"]) == ((today() - timedelta(days=6)).isoformat(), today().isoformat())
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "too_many_days"


@pytest.mark.parametrize("before", ["x", "2026-01-01_x", "_", "2026-13-01T00:00:00+00:00_1"])
async def test_a_cursor_that_is_none_is_named(before: str, territory: Territory, client: Client) -> None:
    answer = await client(territory["city"]).get("/api/audit", params={"before": before})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "before")


async def test_the_export_holds_the_same_lines_and_is_a_line_too(marked: str, territory: Territory, client: Client) -> None:
    answer = await client(territory["city"]).get("/api/audit/lines.csv", params={"action": marked})

    rows = answer.text.lstrip("\ufeff").splitlines()
    assert rows[0].startswith("时间,人员") and len(rows) == 10
    assert marked in rows[1] and "第0条" in rows[1]
    exported = (await search(client, territory["city"], action="audit_exported"))["items"][0]
    assert exported["details"]["action"] == marked


async def test_a_search_that_the_log_cannot_store_is_refused_and_not_a_surprise(territory: Territory, client: Client) -> None:
    answer = await client(territory["city"]).get("/api/audit/lines.csv", params={"subject_kind": "a\x00b"})

    assert (answer.status_code, answer.json()["type"]) == (422, "text_unstorable")


async def test_a_search_by_person_or_subject_uses_an_index_of_the_month(territory: Territory, owner: Owner) -> None:
    for condition in ("person_id = any($1::uuid[])", "subject_id = any($1::uuid[])"):
        plan = await owner.fetch(
            f"explain select * from audit_log where {condition} and at >= date_trunc('month', now()) order by at desc, id desc limit 50",
            [territory["city"].id],
        )
        shown = "\n".join(r[0] for r in plan)
        assert "Index" in shown or "Bitmap" in shown, shown


# ---- only added to, and kept


@pytest.mark.parametrize("statement", ["update {} set action = 'x'", "delete from {}", "truncate {}"])
async def test_not_even_the_owner_changes_a_month(statement: str, owner: Owner, territory: Territory, client: Client) -> None:
    await client().post("/api/auth/sign-in", json={"login": "nobody", "password": "x"})
    month = await owner.fetchval("select tableoid::regclass::text from audit_log order by at desc limit 1")

    assert month.startswith("audit_months.m")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await owner.execute(statement.format(month))


@pytest.mark.parametrize("days", [1095, 180, 30])
async def test_pruning_lets_whole_old_months_go_and_never_less_than_half_a_year(days: int, owner: Owner, database: ClusterUrls) -> None:
    await make_policy(owner, "audit_retention_days", days)
    await owner.execute("select audit_make_months((now() - interval '5 years')::date, 1)")
    for age in (5 * 365, 170, 1):
        await owner.execute(
            "insert into audit_log (at, action, subject_kind, details) values (now() - make_interval(days => $1), 'old', 'test', '{}')", age
        )
    keep = max(days, 180)

    gone = await prune(database.owner)

    assert sum(lines for _, lines in gone) >= 1
    oldest = await owner.fetchval("select min(at) from audit_log")
    assert oldest >= await owner.fetchval("select date_trunc('month', now() - make_interval(days => $1))", keep)
    assert await owner.fetchval("select count(*) from audit_log where action = 'old' and at > now() - interval '175 days'") >= 2
    assert await owner.fetchval("select count(*) from audit_log where action = 'audit_pruned' and at > now() - interval '1 minute'") >= len(
        gone
    )
    await make_months_ahead(database.owner)
