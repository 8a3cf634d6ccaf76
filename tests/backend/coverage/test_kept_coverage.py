"""What is kept of coverage equals what a plain look at the tables says, whatever happened in between and whatever day it is."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from factories import (
    CITY,
    COMMUNITIES,
    OF_A_TEST,
    OUTSIDE,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_certificate,
    make_duty,
    make_employer,
    make_person_with_account,
    make_registry,
    make_visit,
    middle_of,
    today,
)
from fixture_types import Client

from wangge.core.clock import CHINA, utc_now
from wangge.employers.reasons import REASONS

SHIFTED = """create or replace function china_today() returns date language sql stable parallel safe as
$$ select (now() at time zone 'Asia/Shanghai')::date + {days} $$"""


@pytest.fixture
async def calendar(owner: Owner) -> AsyncIterator[Any]:
    """Moves the database's day; put back afterwards."""

    async def move(days: int) -> None:
        await owner.execute(SHIFTED.format(days=days))

    yield move
    await owner.execute(SHIFTED.format(days=0).replace(" + 0", ""))


# ---- the reference: every rule once more, in Python, from the tables as they are


def _holds(row: Any, day: date) -> bool:
    return bool(row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] >= day))


async def reference(owner: Owner, day: date) -> dict[str, tuple[str, list[str]]]:
    """Employer's name to its grid's path and its reasons."""
    employers = await owner.fetch(
        "select name, grid_id, grid_path::text, grid_source, review_state, is_complete, position is not null as is_placed, "
        "last_visited_at, grade, on_key_list from employers where review_state <> 'returned'"
    )
    duties = await owner.fetch("select d.*, p.kind from duties d join people p on p.id = d.person_id")
    certificates = await owner.fetch("select * from certificates")
    requirements = await owner.fetch("select * from certificate_requirements")
    policies = await owner.fetch("select value, valid_from from policies where key = 'visit_interval_days' order by valid_from")
    intervals = json.loads([p["value"] for p in policies if p["valid_from"] <= day][-1])

    def certified(duty: Any) -> bool:
        kinds = {r["certificate_kind"] for r in requirements if r["person_kind"] == duty["kind"] and _holds(r, day)}
        return any(
            c["person_id"] == duty["person_id"] and c["kind"] in kinds and c["issued_on"] <= day
            and (c["expires_on"] is None or c["expires_on"] >= day) and (c["revoked_on"] is None or c["revoked_on"] > day)
            for c in certificates
        )  # fmt: skip

    found = {}
    for e in employers:
        owners = [d for d in duties if d["grid_id"] == e["grid_id"] and _holds(d, day)]
        is_community = e["grid_path"].count(".") == 3
        interval = intervals.get(e["grade"] or "", intervals["ungraded"])
        if e["on_key_list"]:
            interval = min(interval, intervals["key_list"])
        visited = e["last_visited_at"].astimezone(CHINA).date() if e["last_visited_at"] else None
        holds = {
            "no_file": e["review_state"] == "waiting_review",
            "incomplete_file": e["review_state"] == "accepted" and not e["is_complete"],
            "no_position": not e["is_placed"],
            "outside_all_grids": e["is_placed"] and e["grid_source"] != "position",
            "grid_without_owner": is_community and not owners,
            "owner_uncertified": is_community and bool(owners) and not any(certified(d) for d in owners),
            "never_visited": visited is None,
            "overdue": visited is not None and day > visited + timedelta(days=interval),
        }
        found[e["name"]] = (e["grid_path"], [name for name in REASONS if holds[name]])
    return found


def _counted(found: dict[str, tuple[str, list[str]]], path: str) -> dict[str, Any]:
    below = [reasons for where, reasons in found.values() if where == path or where.startswith(f"{path}.")]
    by_reason = {name: sum(name in reasons for reasons in below) for name in REASONS}
    return {"total": len(below), "uncovered": sum(bool(r) for r in below), "by_reason": by_reason}


# ---- what can happen


class Days:
    """Makes things happen to the territory, as its own random numbers say."""

    def __init__(self, owner: Owner, territory: Territory, calendar: Any, seed: int) -> None:
        self.owner, self.territory, self.calendar, self.pick = owner, territory, calendar, random.Random(seed)
        self.shift, self.employers, self.people = 0, [], list(territory.people.values())

    @property
    def day(self) -> date:
        return today() + timedelta(days=self.shift)

    async def one_of(self, table: str) -> UUID:
        rows = await self.owner.fetch(f"select id from {table} order by id")
        return self.pick.choice(rows)["id"]  # type: ignore[no-any-return]

    async def found(self) -> None:
        path = self.pick.choice([*COMMUNITIES, WEST, None])
        position = self.pick.choice([OUTSIDE, None]) if path is None or path == WEST else middle_of(path)
        self.employers.append(
            await make_employer(
                self.owner, path, position=position, is_complete=self.pick.random() < 0.7,
                review_state=self.pick.choice(["accepted", "accepted", "accepted", "waiting_review", "returned"]),
                grade=self.pick.choice(["A", "B", "C", None, "X"]), on_key_list=self.pick.random() < 0.2,
                last_visited_at=None if self.pick.random() < 0.4 else utc_now() - timedelta(days=self.pick.randint(0, 400)),
            )
        )  # fmt: skip

    async def visited(self) -> None:
        moment = utc_now() - timedelta(days=self.pick.randint(0, 200))
        await make_visit(self.owner, self.pick.choice(self.people), self.pick.choice(self.employers), happened_at=moment)

    async def changed(self) -> None:
        change = self.pick.choice(
            ["review_state = 'accepted'", "review_state = 'returned'", "is_complete = not is_complete", "grade = 'C'", "grade = null",
             "on_key_list = not on_key_list", "position = null, grid_source = 'declared'"]
        )  # fmt: skip
        await self.owner.execute(f"update employers set {change} where id = $1", self.pick.choice(self.employers))

    async def moved(self) -> None:
        lon, lat = self.pick.choice([*(middle_of(p) for p in COMMUNITIES), OUTSIDE])
        await self.owner.execute(
            """update employers e set position = ST_SetSRID(ST_MakePoint($2, $3), 4326), grid_id = g.grid_id, grid_path = g.grid_path,
                      grid_source = g.grid_source
               from grids_for_registering(array[$2::float8], array[$3::float8], array[null::uuid]) g where e.id = $1""",
            self.pick.choice(self.employers), lon, lat,
        )  # fmt: skip

    async def duty_began(self) -> None:
        person = await make_person_with_account(self.owner, WEST_NORTH)
        from_day = self.day + timedelta(days=self.pick.randint(-5, 30))
        until = None if self.pick.random() < 0.5 else from_day + timedelta(days=self.pick.randint(0, 60))
        await make_duty(self.owner, person.id, self.pick.choice(COMMUNITIES), valid_from=from_day, valid_to=until)

    async def duty_ended(self) -> None:
        until = self.day + timedelta(days=self.pick.randint(-3, 40))
        with suppress(asyncpg.CheckViolationError):  # nobody's duty is made longer without a certificate: then nothing happens
            await self.owner.execute(
                "update duties set valid_to = greatest(valid_from, $1) where id = $2", until, await self.one_of("duties")
            )

    async def certificate_changed(self) -> None:
        day = self.day + timedelta(days=self.pick.randint(-3, 60))
        change = self.pick.choice(["expires_on = greatest($1::date, issued_on)", "revoked_on = greatest($1::date, issued_on)",
                                   "expires_on = null, revoked_on = null"])  # fmt: skip
        one = await self.one_of("certificates")
        await self.owner.execute(f"update certificates set {change} where id = $2 and $1::date is not null", day, one)

    async def certificate_came(self) -> None:
        person = self.pick.choice(self.people)
        await make_certificate(self.owner, person.id, issued_on=self.day - timedelta(days=3), expires_on=self.day + timedelta(days=50))

    async def days_passed(self) -> None:
        self.shift += self.pick.choice([1, 1, 2, 7, 30, 31])
        await self.calendar(self.shift)

    async def policy_changed(self) -> None:
        await self.owner.execute(
            """insert into policies (key, valid_from, value, unit, source)
               values ('visit_interval_days', $1, $2::jsonb, 'days', $3) on conflict do nothing""",
            self.day + timedelta(days=self.pick.randint(0, 3)),
            f'{{"A": {self.pick.randint(1, 400)}, "B": 180, "C": 90, "ungraded": {self.pick.randint(1, 300)}, "key_list": 30}}',
            OF_A_TEST,
        )

    async def step(self) -> str:
        what = self.pick.choices(
            [self.found, self.visited, self.changed, self.moved, self.duty_began, self.duty_ended, self.certificate_changed,
             self.certificate_came, self.days_passed, self.policy_changed], [4, 4, 4, 3, 2, 3, 3, 1, 4, 0.5]
        )[0]  # fmt: skip
        await what()
        return what.__name__


async def _answered(client: Client, territory: Territory) -> dict[str, list[str]]:
    answer = (await client(territory["city"]).get("/api/coverage/uncovered", params={"page_size": 200})).json()
    assert answer["total"] == len(answer["items"])
    return {item["name"]: item["reasons"] for item in answer["items"]}


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_kept_equals_a_plain_look_at_the_tables(
    seed: int, owner: Owner, territory: Territory, client: Client, calendar: Any
) -> None:
    days = Days(owner, territory, calendar, seed)
    for _ in range(12):
        await days.found()
    happened: list[str] = []
    for _ in range(10):
        happened += [await days.step() for _ in range(4)]
        while await owner.fetchval("select keep_coverage(50)"):
            pass
        expected = await reference(owner, days.day)

        assert await _answered(client, territory) == {name: reasons for name, (_, reasons) in expected.items() if reasons}, happened

        for path in (CITY, WEST, WEST_NORTH, WEST_NORTH_1, WEST_SOUTH_2):
            answer = (await client(territory["city"]).get("/api/coverage/counts", params={"grid_id": str(territory.grids[path])})).json()
            assert {k: answer[k] for k in ("total", "uncovered", "by_reason")} == _counted(expected, path), (path, happened)
            for child in answer["children"]:
                of = next(p for p, i in territory.grids.items() if str(i) == child["grid"]["id"])
                assert {k: child[k] for k in ("total", "uncovered", "by_reason")} == _counted(expected, of), (of, happened)


async def test_the_mark_of_a_change_that_is_not_committed_yet_is_kept(owner: Owner, territory: Territory, database: Any) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, last_visited_at=utc_now())
    while await owner.fetchval("select keep_coverage(500)"):
        pass
    other = await asyncpg.connect(database.owner)
    change = other.transaction()
    await change.start()
    await other.execute("update employers set is_complete = false where id = $1", employer)

    await owner.fetchval("select keep_coverage(500)")
    before = await owner.fetchval("select incomplete_file from grid_coverage where grid_path = $1::text::ltree", WEST_NORTH_1)
    await change.commit()
    await other.close()
    await owner.fetchval("select keep_coverage(500)")
    after = await owner.fetchval("select incomplete_file from grid_coverage where grid_path = $1::text::ltree", WEST_NORTH_1)

    assert (before, after) == (0, 1)


async def test_a_day_is_kept_once_for_every_grid_and_told_as_a_trend(
    owner: Owner, territory: Territory, client: Client, calendar: Any
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    while await owner.fetchval("select keep_coverage(500)"):
        pass
    await calendar(1)
    await make_visit(owner, territory["community"], employer)
    while await owner.fetchval("select keep_coverage(500)"):
        pass
    await owner.fetchval("select keep_coverage(500)")

    async def told(role: str, path: str | None) -> list[tuple[str, int, int, int]]:
        params = {"grid_id": str(territory.grids[path])} if path else {}
        days = (await client(territory[role]).get("/api/coverage/trend", params=params)).json()["days"]
        return [(d["day"], d["total"], d["uncovered"], d["by_reason"]["never_visited"]) for d in days]

    first, second = today().isoformat(), (today() + timedelta(days=1)).isoformat()
    expected = [(first, 1, 1, 1), (second, 1, 0, 0)]
    assert await told("city", None) == await told("county", WEST) == await told("county", WEST_NORTH_1) == expected
    assert await told("other_county", None) == [(first, 0, 0, 0), (second, 0, 0, 0)]
    refused = await client(territory["other_county"]).get("/api/coverage/trend", params={"grid_id": str(territory.grids[WEST])})
    assert refused.status_code == 404


async def test_what_a_registry_alone_knows_is_asked_about_like_the_rest(owner: Owner, territory: Territory, client: Client) -> None:
    on_file = await make_employer(owner, WEST_NORTH_1, name="在册", last_visited_at=utc_now())
    await make_registry(owner, WEST_NORTH_1, territory["county"].id, on_file)
    await owner.execute("update registry_rows set position = ST_SetSRID(ST_MakePoint(119.1, 36.8), 4326)")

    http = client(territory["county"])
    found = (await http.get("/api/coverage/uncovered", params={"bbox": "119,36.7,119.2,36.9"})).json()
    assert [(i["name"], i["employer_id"], i["reasons"]) for i in found["items"]] == [("甲", None, ["no_file"])]
    counts = (await http.get("/api/coverage/counts")).json()
    assert (counts["total"], counts["by_reason"]["no_file"]) == (2, 1)
    near = (await http.get("/api/coverage/uncovered", params={"near": "119.1,36.8"})).json()["items"]
    assert [(i["name"], round(i["distance_m"])) for i in near] == [("甲", 0)]

    await owner.execute("update registry_rows set employer_id = $1", on_file)
    counts = (await http.get("/api/coverage/counts")).json()
    assert (counts["total"], counts["by_reason"]["no_file"]) == (1, 0)
