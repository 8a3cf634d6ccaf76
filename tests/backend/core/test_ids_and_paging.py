"""Ids, days, pages: the small things that every domain leans on."""

import time
from datetime import UTC, date, datetime
from uuid import RFC_4122

import pytest

from wangge.core.clock import china_day, utc_now
from wangge.core.errors import InvalidInput
from wangge.core.ids import new_id
from wangge.core.paging import order_by, search_pattern
from wangge.core.settings import SettingsError, load_settings


def test_ids_are_of_version_7_and_say_when_they_were_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= int.from_bytes(made.bytes[:6], "big") <= after


def test_ids_sort_by_time_and_never_repeat() -> None:
    made = []
    for _ in range(4):
        made.append(new_id())
        time.sleep(0.002)
    assert made == sorted(made)
    assert len({new_id() for _ in range(20_000)}) == 20_000


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2026, 11, 24)),
    ],
)
def test_days_are_chinas(moment: datetime, day: date) -> None:
    assert china_day(moment) == day
    assert utc_now().tzinfo is UTC


ALLOWED = {"name": "e.name", "visited": "e.last_visited_at"}


@pytest.mark.parametrize(
    ("sort", "sql"),
    [(None, "e.name asc nulls first"), ("visited", "e.last_visited_at asc nulls first"), ("-visited", "e.last_visited_at desc nulls last")],
)
def test_a_list_is_sorted_by_what_it_allows(sort: str | None, sql: str) -> None:
    assert order_by(sort, ALLOWED, "name") == sql


@pytest.mark.parametrize("sort", ["size", "name; drop table employers", "-", "NAME", "e.name"])
def test_a_list_is_sorted_by_nothing_else(sort: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        order_by(sort, ALLOWED, "name")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("sort", "unknown_sort")
    assert "name, visited" in problem.en and "name, visited" in problem.zh


def test_a_search_takes_wildcards_literally() -> None:
    assert search_pattern(r" 50%_\ ") == r"%50\%\_\\%"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WANGGE_PORT", "0"), ("WANGGE_PORT", "65536"), ("WANGGE_PORT", "http"), ("WANGGE_POOL_SIZE", "-1"),
        ("WANGGE_SESSION_DAYS", "1.5"), ("WANGGE_MAX_BODY_BYTES", "10"), ("WANGGE_LOG_FORMAT", "xml"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_stops_the_start_and_says_what_would_do(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value})
    message = str(caught.value)
    assert name in message and repr(value) in message and "needed" in message


def test_empty_settings_are_the_defaults() -> None:
    assert load_settings({"WANGGE_PORT": "", "WANGGE_DATA_DIR": ""}) == load_settings({})
    assert load_settings({}).trusted_proxies == ()
    assert load_settings({"WANGGE_TRUSTED_PROXIES": "10.0.0.1,10.0.0.2"}).trusted_proxies == ("10.0.0.1", "10.0.0.2")
