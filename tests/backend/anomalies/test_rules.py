"""What makes a day odd, told from its records alone; above all around the limits, and what must not look odd."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.anomalies.rules import Observation, Reason, reasons_of, score_of
from wangge.core.ids import new_id

MORNING = datetime(2026, 11, 27, 1, tzinfo=UTC)
LIMITS = {
    "anomaly_speed_max_kmh": 150, "anomaly_teleport_min_m": 1000, "anomaly_frozen_fixes_min": 4, "anomaly_clock_jump_s": 300,
}  # fmt: skip
A_KILOMETRE_OF_LATITUDE = 1 / 110.97


def seen(minutes: float = 0, *, kind: str = "check_in", north_km: float | None = 0, offset_ms: int = 0, late_min: float = 60, **more: Any
) -> Observation:  # fmt: skip
    """A record so many minutes into the morning, so far north of the first."""
    captured = MORNING + timedelta(minutes=minutes)
    place = {} if north_km is None else {"lon": 119.1, "lat": 36.7 + north_km * A_KILOMETRE_OF_LATITUDE, "accuracy_m": 10.0, "age_s": 1.0}
    return Observation(kind, new_id(), captured, captured + timedelta(minutes=late_min), offset_ms, **{**place, **more})


def codes(*day: Observation) -> list[list[str]]:
    """The codes of each record, in the order given."""
    found = reasons_of(day, LIMITS)
    return [[r.code for r in found.get(o.subject_id, [])] for o in day]


@pytest.mark.parametrize(("km", "minutes", "odd"), [(2.4, 1, False), (2.6, 1, True), (24.9, 10, False), (25.2, 10, True), (60, 25, False)])
def test_a_way_is_odd_when_it_was_made_faster_than_anybody_travels(km: float, minutes: float, odd: bool) -> None:
    assert codes(seen(0), seen(minutes, north_km=km)) == [[], ["teleport"] if odd else []]


def test_a_short_way_in_no_time_is_only_a_poor_fix() -> None:
    assert codes(seen(0), seen(0.01, north_km=0.9)) == [[], []]


def test_what_the_phone_says_it_may_be_wrong_by_is_taken_off_the_way() -> None:
    assert codes(seen(0, accuracy_m=1500.0), seen(0.5, north_km=2.4)) == [[], []]


def test_an_old_fix_counts_from_when_it_was_taken() -> None:
    assert codes(seen(0, age_s=600.0), seen(0.5, north_km=20)) == [[], []]


@pytest.mark.parametrize("times", [3, 4, 5])
def test_the_same_fix_to_the_last_digit_again_and_again_is_no_receivers(times: int) -> None:
    day = [seen(10 * n) for n in range(times)]
    assert codes(*day) == [["frozen_position"] if times >= 4 else []] * times


def test_one_fix_that_several_records_of_one_act_carry_is_one_fix() -> None:
    # the check-in, the visit and its photos, all by the fix of one moment
    day = [seen(n / 10, age_s=1.0 + 6 * n) for n in range(8)]
    assert codes(*day) == [[]] * 8


def test_standing_still_with_a_receiver_that_breathes_is_not_frozen() -> None:
    assert codes(*[seen(10 * n, lat=36.7 + n * 1e-7) for n in range(6)]) == [[]] * 6


@pytest.mark.parametrize(("jump_s", "odd"), [(299, False), (301, True), (-301, True)])
def test_a_clock_that_is_set_during_the_day_shows_at_the_first_record_after(jump_s: int, odd: bool) -> None:
    day = [seen(0, north_km=None), seen(10, north_km=None, offset_ms=jump_s * 1000), seen(20, north_km=None, offset_ms=jump_s * 1000)]
    assert codes(*day) == [[], ["clock_jump"] if odd else [], []]


def test_a_clock_that_is_wrong_all_day_is_no_jump() -> None:
    assert codes(seen(0, offset_ms=7_200_000, late_min=300), seen(30, offset_ms=7_200_000, north_km=1, late_min=300)) == [[], []]


def test_what_was_captured_after_it_arrived_cannot_be() -> None:
    assert codes(seen(0, north_km=None, late_min=-4.9), seen(0, north_km=None, late_min=-5.1)) == [[], ["ahead_of_time"]]


def test_photos_tell_where_they_come_from() -> None:
    other = new_id()
    day = [
        seen(kind="evidence", source="camera"), seen(kind="evidence", source="gallery"),
        seen(kind="evidence", source="camera", same_as=other),
        seen(kind="evidence", source="camera", similar_to=other, similar_bits=2),
        # the same file is alike too: said once
        seen(kind="evidence", source="gallery", same_as=other, similar_to=other, similar_bits=0),
    ]  # fmt: skip
    assert codes(*day) == [[], ["gallery"], ["same_file"], ["similar_photo"], ["gallery", "same_file"]]


def test_reasons_say_what_was_seen() -> None:
    first, second = seen(0), seen(1, north_km=10)
    (reason,) = reasons_of([second, first], LIMITS)[second.subject_id]
    assert reason.seen["from_id"] == str(first.subject_id)
    assert reason.seen["seconds"] == 60 and 9_950 <= reason.seen["metres"] <= 10_000


def test_the_score_adds_up_to_a_hundred_at_most_and_one_at_least() -> None:
    weights = {"teleport": 50, "same_file": 60}
    assert [score_of([Reason(c) for c in cs], weights) for cs in (["teleport"], ["teleport", "same_file"], ["gallery"])] == [50, 100, 1]


walks = st.lists(st.tuples(st.floats(0.5, 30), st.floats(-2, 2)), min_size=1, max_size=20)


@given(walks, st.randoms())
def test_a_days_walk_by_bicycle_is_never_odd_in_whatever_order_it_arrives(steps: list[tuple[float, float]], chance: Any) -> None:
    minutes, north, day = 0.0, 0.0, []
    for took, part in steps:
        minutes += took
        north += part / 2 * took * 0.25  # 15 km/h at most
        day.append(seen(minutes, north_km=north, lon=119.1 + len(day) * 1e-6))
    chance.shuffle(day)
    assert reasons_of(day, LIMITS) == {}


@given(st.lists(st.builds(seen, st.floats(0, 600), north_km=st.one_of(st.none(), st.floats(-50, 50)), late_min=st.floats(-30, 5000),
                          offset_ms=st.integers(-10**9, 10**9)), max_size=12))  # fmt: skip
def test_any_day_at_all_can_be_judged_and_only_its_own_records_are(day: list[Observation]) -> None:
    found = reasons_of(day, LIMITS)
    assert set(found) <= {o.subject_id for o in day}
    assert all(isinstance(i, UUID) and found[i] for i in found)
