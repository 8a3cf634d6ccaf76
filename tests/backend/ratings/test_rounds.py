"""A round of ratings from the first proposal to an objection, for a whole county."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_SOUTH_2,
    WEST,
    WEST_NORTH_1,
    WEST_SOUTH_1,
    Owner,
    Territory,
    make_employer,
    make_signal,
    make_visit,
    today,
)
from fixture_types import Client
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.clock import utc_now
from wangge.core.ids import new_id
from wangge.ratings.working import work_on_rounds

LAST_YEAR = today().year - 1
IN_YEAR = date(LAST_YEAR, 6, 1)


async def rated(owner: Owner, territory: Territory, *signals: tuple[str, date], path: str = WEST_NORTH_1, **more: Any) -> UUID:
    """An employer with these signals."""
    employer = await make_employer(owner, path, last_visited_at=utc_now(), **more)
    for kind, day in signals:
        await make_signal(owner, employer, kind, territory["county"].id, since=day, aspect="wages" if kind == "violation" else None)
    return employer


async def begin(client: Client, territory: Territory, who: str = "county") -> Any:
    body = {"id": str(new_id()), "grid_id": str(territory.grids[WEST]), "year": LAST_YEAR}
    return await client(territory[who]).post("/api/rating-rounds", json=body)


async def proposed(client: Client, territory: Territory, engine: AsyncEngine) -> dict[str, Any]:
    """A round of the county, proposed."""
    answer = await begin(client, territory)
    assert answer.status_code == 200, answer.text
    await work_on_rounds(engine)
    found: dict[str, Any] = (await client(territory["county"]).get(f"/api/rating-rounds/{answer.json()['id']}")).json()
    return found


async def published(client: Client, territory: Territory, engine: AsyncEngine) -> dict[str, Any]:
    """A round of the county, published as proposed."""
    found, http = await proposed(client, territory, engine), client(territory["county"])
    for work, body in (("accept", {"grades": ["A", "B", "C"]}), ("publish", {})):
        version = (await http.get(f"/api/rating-rounds/{found['id']}")).json()["version"]
        answer = await http.post(f"/api/rating-rounds/{found['id']}/{work}", json={**body, "version": version})
        assert answer.status_code == 200, answer.text
        await work_on_rounds(engine)
    result: dict[str, Any] = (await http.get(f"/api/rating-rounds/{found['id']}")).json()
    return result


async def rating_of(client: Client, territory: Territory, employer: UUID) -> dict[str, Any]:
    http = client(territory["county"])
    (item,) = [r for r in (await http.get("/api/ratings")).json()["items"] if r["employer"]["id"] == str(employer)]
    found: dict[str, Any] = (await http.get(f"/api/ratings/{item['id']}")).json()
    return found


GRADES = [
    ([], "A"),
    ([("complaint", IN_YEAR), ("complaint", IN_YEAR)], "A"),  # not found violating: a complaint is no violation
    ([("wage_arrears", IN_YEAR)], "A"),
    ([("violation", IN_YEAR)], "B"),
    ([("violation", date(LAST_YEAR, 1, 1))], "B"),
    ([("violation", date(LAST_YEAR, 12, 31))], "B"),
    ([("violation", date(LAST_YEAR - 1, 12, 31))], "A"),
    ([("violation", date(LAST_YEAR + 1, 1, 1))], "A"),
    ([("violation", IN_YEAR)] * 2, "B"),
    ([("violation", IN_YEAR)] * 3, "C"),
    ([("child_labour", IN_YEAR)], "C"),
    ([("forced_labour", IN_YEAR)], "C"),
    ([("mass_event", IN_YEAR)], "C"),
    ([("order_refused", IN_YEAR)], "C"),
    ([("obstruction", IN_YEAR)], "C"),
    ([("criminal", IN_YEAR)], "C"),
]


async def test_each_rule_of_the_scale_leads_to_its_grade(client: Client, owner: Owner, territory: Territory, engine: AsyncEngine) -> None:
    employers = [await rated(owner, territory, *signals) for signals, _ in GRADES]

    await proposed(client, territory, engine)

    found = dict(await owner.fetch("select employer_id, proposed_grade from ratings"))
    assert [found[e] for e in employers] == [grade for _, grade in GRADES]


async def test_a_proposal_gives_its_reasons_and_the_record_by_aspect(
    client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    employer = await rated(owner, territory, ("violation", IN_YEAR), ("premium_arrears", date(LAST_YEAR - 1, 3, 1)))
    long_over = await make_signal(
        owner, employer, "wage_arrears", territory["county"].id, since=date(LAST_YEAR - 1, 1, 1), until=date(LAST_YEAR - 1, 6, 1)
    )
    visit = await make_visit(owner, territory["community"], employer, findings=[("overtime", "minor")])
    await owner.execute("update visits set happened_at = $2::date + time '10:00' where id = $1", visit, IN_YEAR)

    await proposed(client, territory, engine)

    rating = await rating_of(client, territory, employer)
    assert [(r["rule"], r["grade"], r["count"]) for r in rating["reasons"]] == [("violated", "B", 1)]
    assert str(long_over) not in str(rating["reasons"])
    assert rating["aspects"] == {
        "wages": {"violations": 1, "signals": 0, "findings": 0},
        "insurance": {"violations": 0, "signals": 1, "findings": 0},
        "hours_and_leave": {"violations": 0, "signals": 0, "findings": 1},
    }


async def test_a_round_takes_the_files_of_its_county_and_no_others(
    client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    inside = {await rated(owner, territory, path=path) for path in (WEST_NORTH_1, WEST_SOUTH_1)}
    await rated(owner, territory, path=EAST_SOUTH_2)
    await rated(owner, territory, review_state="waiting_review")

    its_round = await proposed(client, territory, engine)

    assert {r[0] for r in await owner.fetch("select employer_id from ratings")} == inside
    assert (its_round["status"], its_round["done"], its_round["total"]) == ("reviewing", 2, 2)
    assert its_round["counts"] == [{"status": "proposed", "grade": "A", "count": 2}]


async def test_a_round_goes_on_in_stretches_from_where_it_stopped(client: Client, owner: Owner, territory: Territory) -> None:
    for _ in range(5):
        await rated(owner, territory)
    async with owner.transaction():  # the server under test works on rounds too, and must not come first
        await owner.execute(
            """insert into rating_rounds (id, year, scale, state, task_by, accept_grades, after_id, done, total, made_by, version, grid_id,
                                          grid_path)
               select gen_random_uuid(), $1, 'national_2016', 'proposing', $2, '{}', '00000000-0000-0000-0000-000000000000', 0, 5, $2, 1,
                      id, path from grids where path = $3::text::ltree""",
            LAST_YEAR, territory["county"].id, WEST,
        )  # fmt: skip
        done = []
        for _ in range(3):
            await owner.execute("select rating_round_next(2)")
            done.append(tuple(await owner.fetchrow("select done, state from rating_rounds")))

    assert done == [(2, "proposing"), (4, "proposing"), (5, "reviewing")]


async def test_nothing_is_published_before_all_is_decided(client: Client, owner: Owner, territory: Territory, engine: AsyncEngine) -> None:
    good, bad = await rated(owner, territory), await rated(owner, territory, ("violation", IN_YEAR))
    its_round, http = await proposed(client, territory, engine), client(territory["county"])
    url = f"/api/rating-rounds/{its_round['id']}"
    await http.post(f"{url}/accept", json={"grades": ["A"], "version": its_round["version"]})
    busy = await http.post(f"{url}/publish", json={"version": its_round["version"] + 1})
    await work_on_rounds(engine)
    version = (await http.get(url)).json()["version"]

    early = await http.post(f"{url}/publish", json={"version": version})

    assert busy.json()["type"] in ("rating_round_busy", "ratings_undecided")
    assert (early.status_code, early.json()["type"], early.json()["count"]) == (409, "ratings_undecided", 1)
    reviewer = await owner.fetchrow("select state, grade, reviewed_by from ratings where employer_id = $1", good)
    assert tuple(reviewer) == ("reviewed", "A", territory["county"].id)
    assert await owner.fetchval("select state from ratings where employer_id = $1", bad) == "proposed"


async def test_a_grade_that_was_not_proposed_needs_a_reason_and_stays_in_the_history(
    client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    employer = await rated(owner, territory, ("violation", IN_YEAR))
    await proposed(client, territory, engine)
    rating, http = await rating_of(client, territory, employer), client(territory["county"])
    url = f"/api/ratings/{rating['id']}/decide"

    silent = await http.post(url, json={"grade": "C", "version": rating["version"]})
    wrong = await http.post(url, json={"grade": "E", "version": rating["version"], "reason": "影响恶劣"})
    decided = await http.post(url, json={"grade": "C", "version": rating["version"], "reason": "影响恶劣"})
    stale = await http.post(url, json={"grade": "B", "version": rating["version"]})

    assert silent.json()["errors"][0]["field"] == "reason"
    assert wrong.json()["errors"][0]["field"] == "grade"
    assert [(c["from_grade"], c["to_grade"], c["reason"]) for c in decided.json()["changes"]] == [("B", "C", "影响恶劣")]
    assert stale.json()["type"] == "version_stale"


async def test_publication_reaches_file_interval_and_key_list(
    client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    good, bad = await rated(owner, territory), await rated(owner, territory, ("criminal", IN_YEAR))

    its_round = await published(client, territory, engine)
    await owner.execute("select key_list_evaluate(array[$1::uuid, $2::uuid], china_today())", good, bad)

    assert its_round["status"] == "published"
    assert its_round["published_on"] == today().isoformat()
    assert its_round["published_by"]["name"] == territory["county"].name
    http = client(territory["county"])
    one, other = [(await http.get(f"/api/employers/{e}/standing")).json() for e in (good, bad)]
    assert (one["grade"], one["visit_interval_days"], one["on_key_list"]) == ("A", 365, False)
    assert {(c["kind"], c["per_year"]) for c in one["caps"]} == {("routine", 0), ("special", 0)}
    assert (other["grade"], other["visit_interval_days"], other["on_key_list"]) == ("C", 30, True)
    assert [e["criterion"] for e in other["key_list"]] == ["low_grade"]
    again = await http.post(f"/api/rating-rounds/{its_round['id']}/publish", json={"version": its_round["version"]})
    assert again.json()["type"] == "rating_round_published"


async def test_an_upheld_objection_changes_grade_and_key_list(
    client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    employer = await rated(owner, territory, ("obstruction", IN_YEAR))
    await published(client, territory, engine)
    rating, http = await rating_of(client, territory, employer), client(territory["county"])
    url = f"/api/ratings/{rating['id']}/objections"
    body = {"id": str(new_id()), "filed_on": today().isoformat(), "filed_by": "王经理", "grounds": "当天负责人不在场"}
    filed = (await http.post(url, json=body)).json()
    (objection,) = filed["objections"]

    second = await http.post(url, json={**body, "id": str(new_id())})
    without = await http.post(f"{url}/{objection['id']}/decide", json={"decision": "upheld", "reason": "属实", "version": 1})
    decide = {"decision": "upheld", "reason": "核查属实", "version": 1, "new_grade": "A"}
    decided = (await http.post(f"{url}/{objection['id']}/decide", json=decide)).json()
    again = await http.post(f"{url}/{objection['id']}/decide", json=decide)
    await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", employer)

    assert objection["due_on"] == (today() + timedelta(days=20)).isoformat()
    assert second.json()["type"] == "objection_open"
    assert without.json()["errors"][0]["field"] == "new_grade"
    assert decided["grade"] == "A"
    assert [(c["from_grade"], c["to_grade"], c["was_published"]) for c in decided["changes"]] == [("C", "A", True)]
    assert again.json()["type"] == "objection_decided"
    assert tuple(await owner.fetchrow("select grade, on_key_list from employers where id = $1", employer)) == ("A", False)


@pytest.mark.parametrize(("days_ago", "taken"), [(29, True), (30, True), (31, False)])
async def test_objections_are_taken_within_their_term(
    days_ago: int, taken: bool, client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    employer = await rated(owner, territory)
    await published(client, territory, engine)
    await owner.execute("update ratings set published_on = china_today() - $2::int where employer_id = $1", employer, days_ago)
    rating = await rating_of(client, territory, employer)
    body = {"id": str(new_id()), "filed_on": today().isoformat(), "filed_by": "王经理", "grounds": "有误"}

    answer = await client(territory["county"]).post(f"/api/ratings/{rating['id']}/objections", json=body)

    assert (answer.status_code == 200) is taken
    if not taken:
        assert answer.json()["type"] == "objection_late"


async def test_a_later_year_replaces_the_grade_and_an_earlier_one_does_not(owner: Owner, territory: Territory) -> None:
    employer = await rated(owner, territory)
    for year, grade in ((2024, "B"), (2025, "C"), (2023, "A")):
        await owner.execute(
            """with r as (
                   insert into rating_rounds (id, year, scale, state, task_by, accept_grades, after_id, done, total, made_by, version,
                                              grid_id, grid_path)
                   select gen_random_uuid(), $2, 'national_2016', 'reviewing', $3, '{}', e.id, 0, 0, $3, 1, e.grid_id, e.grid_path
                   from employers e where e.id = $1 returning id)
               insert into ratings (id, round_id, employer_id, year, proposed_grade, aspects, reasons, state, grade, decision_reason,
                                    version, grid_path)
               select gen_random_uuid(), r.id, e.id, $2, $4, '{}', '[]', 'reviewed', $4, '', 1, e.grid_path from employers e, r
               where e.id = $1""",
            employer, year, territory["county"].id, grade,
        )  # fmt: skip
        await owner.execute(
            "update ratings set state = 'published', published_on = china_today() where employer_id = $1 and year = $2", employer, year
        )

    assert await owner.fetchval("select grade from employers where id = $1", employer) == "C"


async def test_a_year_is_rated_once_and_only_when_it_is_over(client: Client, owner: Owner, territory: Territory) -> None:
    first, second = await begin(client, territory), await begin(client, territory)
    body = {"id": str(new_id()), "grid_id": str(territory.grids[WEST]), "year": today().year}
    early = await client(territory["county"]).post("/api/rating-rounds", json=body)
    far = await client(territory["other_county"]).post("/api/rating-rounds", json={**body, "year": LAST_YEAR})

    assert first.status_code == 200
    assert second.json()["type"] == "rating_round_exists"
    assert early.json()["errors"][0]["field"] == "year"
    assert far.status_code == 404


async def test_the_list_is_exported_and_the_export_recorded(
    client: Client, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    await rated(owner, territory, ("violation", IN_YEAR))
    its_round = await proposed(client, territory, engine)

    sheet = await client(territory["county"]).get("/api/ratings/export.xlsx", params={"round_id": its_round["id"]})

    assert sheet.content.startswith(b"PK")
    last = await owner.fetchrow("select details from audit_log where action = 'ratings_exported' order by at desc limit 1")
    assert '"rows": 1' in last["details"]
