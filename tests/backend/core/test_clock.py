"""Days in China as moments that database and calendar can hold."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import Owner, Territory
from fixture_types import Client

from wangge.core.clock import day_begins, day_ends


def test_a_day_in_china_begins_at_four_in_the_afternoon_utc() -> None:
    assert day_begins(date(2026, 11, 28)) == datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert day_ends(date(2026, 11, 28)) - day_begins(date(2026, 11, 28)) == timedelta(days=1)


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(3000, 1, 1), date.max])
async def test_no_day_is_too_early_or_too_late_for_the_database(owner: Owner, day: date) -> None:
    assert await owner.fetchval("select $1::timestamptz < $2::timestamptz", day_begins(day), day_ends(day)) is True


# Every question by days, on the first and the last day of the calendar.
BY_DAYS = [
    "/api/audit?first_day={}", "/api/audit?last_day={}", "/api/audit/lines.csv?first_day={}", "/api/audit/lines.csv?last_day={}",
    "/api/audit?q=x&last_day={}", "/api/visits?on={}", "/api/check-ins?on={}", "/api/incidents?on={}", "/api/talks?since={}",
    "/api/talks?until={}", "/api/anomalies?first_day={}", "/api/anomalies?last_day={}",
]  # fmt: skip


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("question", BY_DAYS)
async def test_the_first_and_last_day_of_the_calendar_are_days(territory: Territory, client: Client, question: str, day: date) -> None:
    answer = await client(territory["city"]).get(question.format(day.isoformat()))
    assert answer.status_code == 200, answer.text
