"""When an employer comes on the key supervision list and when it leaves: day by day around every boundary."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import WEST_NORTH_1, Owner, Territory, make_employer, make_signal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import Fact, File, Readings, on_list

from wangge.core.clock import utc_now

DAY_0 = date(2026, 1, 5)
NEXT = timedelta(days=1)


async def evaluate(owner: Owner, employer_id: UUID, day: date) -> set[str]:
    """What the list says of an employer when a day has been looked at."""
    await owner.execute("select key_list_evaluate(array[$1::uuid], $2)", employer_id, day)
    rows = await owner.fetch("select criterion from key_list_entries where employer_id = $1 and left_on is null", employer_id)
    found = {r[0] for r in rows}
    assert await owner.fetchval("select on_key_list from employers where id = $1", employer_id) is bool(found)
    return found


async def visited(owner: Owner) -> UUID:
    """An employer that has been visited, so that nothing but what a test says puts it on the list."""
    return await make_employer(owner, WEST_NORTH_1, last_visited_at=utc_now() - timedelta(days=900))


async def entries(owner: Owner, employer_id: UUID) -> list[tuple[Any, ...]]:
    sql = "select criterion, entered_on, left_on, left_why from key_list_entries where employer_id = $1 order by entered_on, criterion"
    return [tuple(r) for r in await owner.fetch(sql, employer_id)]


async def change_rule(owner: Owner, criterion: str, params: str) -> None:
    """A criterion with other parameters; put back by the fixture."""
    await owner.execute("update key_list_rules set params = params || $2::jsonb where criterion = $1", criterion, params)


@pytest.fixture
async def rules(owner: Owner) -> Any:
    """Rules that a test changes, as they were afterwards."""
    before = await owner.fetch("select * from key_list_rules")
    yield None
    await owner.execute("delete from key_list_rules")
    await owner.copy_records_to_table("key_list_rules", records=[tuple(r) for r in before])


@pytest.mark.parametrize("kind", ["wage_arrears", "premium_arrears"])
@pytest.mark.parametrize(("days", "listed"), [(0, False), (59, False), (60, True), (61, True)])
async def test_two_months_of_arrears_are_sixty_days(kind: str, days: int, listed: bool, owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    await make_signal(owner, employer, kind, territory["county"].id, since=DAY_0)

    assert await evaluate(owner, employer, DAY_0 + timedelta(days=days)) == ({kind} if listed else set())


@pytest.mark.parametrize(
    ("since", "on_day", "listed"),
    [
        (date(2026, 1, 1), date(2026, 2, 28), False),
        (date(2026, 1, 1), date(2026, 3, 1), True),  # 59 days later
        (date(2026, 7, 1), date(2026, 8, 31), False),  # 61 days later
        (date(2026, 7, 1), date(2026, 9, 1), True),
        (date(2026, 12, 31), date(2027, 2, 27), False),
        (date(2026, 12, 31), date(2027, 2, 28), True),  # no 31st: the month's last day (Civil Code §202)
    ],
)
async def test_the_reading_of_two_months_is_a_parameter(
    since: date, on_day: date, listed: bool, owner: Owner, territory: Territory, rules: None
) -> None:
    await change_rule(owner, "wage_arrears", '{"for_at_least": "2 months"}')
    employer = await visited(owner)
    await make_signal(owner, employer, "wage_arrears", territory["county"].id, since=since)

    assert await evaluate(owner, employer, on_day) == ({"wage_arrears"} if listed else set())


async def test_arrears_leave_on_the_day_on_which_they_are_settled(owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    signal = await make_signal(owner, employer, "wage_arrears", territory["county"].id, since=DAY_0)
    came, settled = DAY_0 + timedelta(days=60), DAY_0 + timedelta(days=75)
    assert await evaluate(owner, employer, came) == {"wage_arrears"}
    await owner.execute("update employer_signals set until = $2, ended_by = recorded_by where id = $1", signal, settled)

    assert await evaluate(owner, employer, settled - NEXT) == {"wage_arrears"}
    assert await evaluate(owner, employer, settled) == set()
    assert await entries(owner, employer) == [("wage_arrears", came, settled, "condition_ended")]


@pytest.mark.parametrize(("days", "listed"), [(0, True), (1, True), (364, True), (365, True), (366, False)])
async def test_the_second_complaint_counts_within_a_year(days: int, listed: bool, owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    second = DAY_0 + timedelta(days=days)
    await make_signal(owner, employer, "complaint", territory["county"].id, since=DAY_0)
    assert await evaluate(owner, employer, second) == set()
    await make_signal(owner, employer, "complaint", territory["county"].id, since=second)

    assert await evaluate(owner, employer, second) == ({"complaints"} if listed else set())


async def test_complaints_leave_when_fewer_than_two_lie_within_the_year(owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    for days in (0, 100, 130):
        await make_signal(owner, employer, "complaint", territory["county"].id, since=DAY_0 + timedelta(days=days))
    came, last = DAY_0 + timedelta(days=100), DAY_0 + timedelta(days=100 + 365)

    assert await evaluate(owner, employer, came) == {"complaints"}
    assert await evaluate(owner, employer, DAY_0 + timedelta(days=130)) == {"complaints"}
    assert await evaluate(owner, employer, last) == {"complaints"}
    assert await evaluate(owner, employer, last + NEXT) == set()
    assert await entries(owner, employer) == [("complaints", came, last + NEXT, "condition_ended")]


async def test_a_withdrawn_complaint_counts_for_nothing(owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    await make_signal(owner, employer, "complaint", territory["county"].id, since=DAY_0)
    second = await make_signal(owner, employer, "complaint", territory["county"].id, since=DAY_0)
    assert await evaluate(owner, employer, DAY_0) == {"complaints"}
    await owner.execute("update employer_signals set withdrawn_at = now(), withdrawn_by = recorded_by where id = $1", second)

    assert await evaluate(owner, employer, DAY_0) == set()


@pytest.mark.parametrize(("days", "listed"), [(0, True), (364, True), (365, True), (366, False)])
async def test_one_collective_petition_is_enough_for_a_year(days: int, listed: bool, owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    await make_signal(owner, employer, "collective_petition", territory["county"].id, since=DAY_0)

    assert await evaluate(owner, employer, DAY_0 + timedelta(days=days)) == ({"collective_petition"} if listed else set())


async def test_a_file_without_a_visit_is_listed_until_its_first(owner: Owner, territory: Territory) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    assert await evaluate(owner, employer, DAY_0) == {"unsupervised"}
    await owner.execute("update employers set last_visited_at = $2::date + interval '12 hours' where id = $1", employer, DAY_0 + 3 * NEXT)

    assert await evaluate(owner, employer, DAY_0 + 3 * NEXT) == set()
    assert await entries(owner, employer) == [("unsupervised", DAY_0, DAY_0 + 3 * NEXT, "condition_ended")]


@pytest.mark.parametrize(("days", "listed"), [(0, True), (89, True), (90, True), (91, False)])
async def test_newly_opened_is_ninety_days(days: int, listed: bool, owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    await make_signal(owner, employer, "opened", territory["county"].id, since=DAY_0)

    assert await evaluate(owner, employer, DAY_0 + timedelta(days=days)) == ({"unsupervised"} if listed else set())


@pytest.mark.parametrize(("grade", "listed"), [(None, False), ("A", False), ("B", False), ("C", True)])
async def test_grade_c_is_included_and_b_is_not(grade: str | None, listed: bool, owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    await owner.execute("update employers set grade = $2 where id = $1", employer, grade)

    assert await evaluate(owner, employer, DAY_0) == ({"low_grade"} if listed else set())


async def test_a_local_scale_with_a_d_is_below_c(owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    await owner.execute(
        """insert into rating_scales select 'local_d', '2026-01-02', zh, en, grades || '[{"grade": "D", "zh": "D 级", "en": "D"}]', rules,
                  source, confidence from rating_scales where code = 'national_2016'"""
    )
    try:
        await owner.execute("update employers set grade = 'D' where id = $1", employer)
        assert await evaluate(owner, employer, DAY_0) == {"low_grade"}
    finally:
        await owner.execute("delete from rating_scales where code = 'local_d'")


async def test_who_comes_again_has_a_second_entry(owner: Owner, territory: Territory) -> None:
    employer = await visited(owner)
    for days in (0, 500):
        await make_signal(owner, employer, "collective_petition", territory["county"].id, since=DAY_0 + timedelta(days=days))
    for days in (0, 366, 500):
        await evaluate(owner, employer, DAY_0 + timedelta(days=days))

    assert [(e[1], e[2]) for e in await entries(owner, employer)] == [
        (DAY_0, DAY_0 + timedelta(days=366)),
        (DAY_0 + timedelta(days=500), None),
    ]


async def test_a_rule_that_is_switched_off_ends_its_entries(owner: Owner, territory: Territory, rules: None) -> None:
    employer = await visited(owner)
    await make_signal(owner, employer, "collective_petition", territory["county"].id, since=DAY_0)
    assert await evaluate(owner, employer, DAY_0) == {"collective_petition"}
    await owner.execute(
        """insert into key_list_rules select criterion, $1, seq, notice_item, false, must_acknowledge, params, zh, en, reading_zh,
                  reading_en, leaves_zh, leaves_en, 'a test' from key_list_rules where criterion = 'collective_petition'""",
        DAY_0 + 10 * NEXT,
    )

    assert await evaluate(owner, employer, DAY_0 + 9 * NEXT) == {"collective_petition"}
    assert await evaluate(owner, employer, DAY_0 + 10 * NEXT) == set()
    assert (await entries(owner, employer))[0][3] == "rule_ended"


async def test_a_returned_file_is_on_no_list(owner: Owner, territory: Territory) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    assert await evaluate(owner, employer, DAY_0) == {"unsupervised"}
    await owner.execute("update employers set review_state = 'returned' where id = $1", employer)

    assert await evaluate(owner, employer, DAY_0) == set()
    assert (await entries(owner, employer))[0][3] == "file_returned"


async def test_looking_twice_at_a_day_changes_nothing(owner: Owner, territory: Territory) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    await evaluate(owner, employer, DAY_0)

    assert await owner.fetchval("select key_list_evaluate(array[$1::uuid], $2)", employer, DAY_0) == 0


Days = st.integers(0, 900)
Facts = st.lists(
    st.tuples(
        st.sampled_from(["wage_arrears", "premium_arrears", "complaint", "complaint", "collective_petition", "opened"]),
        Days, st.integers(0, 40), st.one_of(st.none(), st.integers(0, 300)), st.one_of(st.none(), st.integers(0, 300)),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    facts=Facts,
    visit=st.one_of(st.none(), Days),
    grades=st.lists(st.tuples(Days, st.sampled_from("ABC")), max_size=3),
    steps=st.lists(st.integers(0, 120), min_size=3, max_size=14),
    arrears=st.integers(1, 100),
    year=st.integers(1, 500),
)
async def test_however_the_clock_moves_the_list_is_what_the_reference_says(
    facts: list[tuple[str, int, int, int | None, int | None]], visit: int | None, grades: list[tuple[int, str]], steps: list[int],
    arrears: int, year: int, owner: Owner, start_over: Any, rules: None,
) -> None:  # fmt: skip
    """Facts become known, end and are withdrawn as the days pass; each day's open entries are the reference's answer for it."""
    territory = await start_over()
    for criterion in ("wage_arrears", "premium_arrears"):
        await change_rule(owner, criterion, f'{{"for_at_least": "{arrears} days"}}')
    for criterion in ("complaints", "collective_petition"):
        await change_rule(owner, criterion, f'{{"within": "{year} days"}}')
    employer = await make_employer(owner, WEST_NORTH_1)
    at = lambda n: DAY_0 + timedelta(days=n)  # noqa: E731
    file = File(visited_on=None if visit is None else at(visit), grades=sorted((at(d), g) for d, g in grades))
    for kind, since, delay, lasts, taken_back in facts:
        fact = Fact(kind, at(since), at(since + delay))
        if kind.endswith("arrears") and lasts is not None:
            fact.until = at(since + lasts)
            fact.ended_on = max(fact.until, fact.recorded_on)
        if taken_back is not None:
            fact.withdrawn_on = max(at(since + taken_back), fact.recorded_on, fact.ended_on or DAY_0)
        file.facts.append(fact)
    written: dict[int, UUID] = {}
    day, was = DAY_0, set[str]()
    for step in [0, *steps]:
        day += timedelta(days=step)
        for nth, fact in enumerate(file.facts):
            if fact.recorded_on <= day and nth not in written:
                written[nth] = await make_signal(owner, employer, fact.kind, territory["county"].id, since=fact.since)
            if nth in written and fact.ended_on and fact.ended_on <= day:
                await owner.execute(
                    "update employer_signals set until = $2, ended_by = recorded_by where id = $1", written[nth], fact.until
                )
            if nth in written and fact.withdrawn_on and fact.withdrawn_on <= day:
                await owner.execute(
                    "update employer_signals set withdrawn_at = now(), withdrawn_by = recorded_by where id = $1", written[nth]
                )
        if file.visited_on and file.visited_on <= day:
            await owner.execute("update employers set last_visited_at = $2::date + time '03:00' where id = $1", employer, file.visited_on)
        if known := [g for d, g in file.grades if d <= day]:
            await owner.execute("update employers set grade = $2 where id = $1", employer, known[-1])
        wanted = on_list(file, day, Readings(arrears=arrears, year=year))

        assert await evaluate(owner, employer, day) == wanted, day
        rows = await entries(owner, employer)
        assert {c for c, entered, _, _ in rows if entered == day} >= wanted - was
        assert {c for c, _, left, _ in rows if left == day} >= was - wanted
        was = wanted
