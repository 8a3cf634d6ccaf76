"""What looks odd is kept and flagged; who may refer to what is decided for the day on which it happened."""

from datetime import timedelta
from typing import Any

import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_duty,
    make_employer,
    make_patrol,
    make_person_with_account,
    make_policy,
    middle_of,
    today,
)
from phones import NewPhone, announce, check_in, days_ago, finish, register, start, visit

from wangge.core.clock import utc_now

LON, LAT = middle_of(WEST_NORTH_1)
METRE = 1 / 111_000  # of latitude, about


def north(metres: float) -> tuple[float, float]:
    return LON, LAT + metres * METRE


PLACES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "on the spot": ({"position": north(0)}, []),
    "99 m away": ({"position": north(99), "accuracy_m": 0}, []),
    "101 m away": ({"position": north(101.5), "accuracy_m": 0}, ["off_site"]),
    "150 m away, known to 60 m": ({"position": north(150), "accuracy_m": 60}, []),
    "off site": ({"position": north(900)}, ["off_site"]),
    "in another county": ({"position": middle_of(EAST_SOUTH_2)}, ["off_site"]),
    "known to 2 km, on the spot": ({"position": north(0), "accuracy_m": 2000}, ["poor_accuracy"]),
    "known to 2 km, 1 km away": ({"position": north(1000), "accuracy_m": 2000}, ["poor_accuracy", "off_site"]),
    "no accuracy told": ({"position": north(0), "accuracy_m": None}, ["poor_accuracy"]),
    "a negative accuracy": ({"position": north(0), "accuracy_m": -5}, ["poor_accuracy"]),
    "an immense accuracy": ({"position": north(0), "accuracy_m": 1e300}, ["poor_accuracy"]),
    "no position": ({"position": None}, ["no_position"]),
    "a stale fix": ({"position": north(0), "age_s": 61}, ["stale_position"]),
    "a fix as old as time": ({"position": north(0), "age_s": 1e300}, ["stale_position"]),
    "a fix of no age": ({"position": north(0), "age_s": None}, []),
    "north of the pole": ({"position": (LON, 90.1)}, ["no_position"]),
    "beyond the date line": ({"position": (-180.5, LAT)}, ["no_position"]),
    "immensely far": ({"position": (1e300, LAT)}, ["no_position"]),
    "the other end of the earth": ({"position": (LON - 180, -LAT)}, ["off_site"]),
}


@pytest.mark.parametrize(("place", "flags"), PLACES.values(), ids=PLACES)
async def test_a_check_in_is_kept_with_what_is_odd_about_its_place(
    owner: Owner, territory: Territory, phone_of: NewPhone, place: dict[str, Any], flags: list[str]
) -> None:
    op = check_in(await make_employer(owner, WEST_NORTH_1), **place)
    (outcome,) = await phone_of(territory["community"]).push(op)
    assert (outcome["outcome"], outcome["flags"]) == ("applied", flags)
    stored = await owner.fetchrow("select *, ST_X(position) as lon from check_ins where id = $1", op.entity_id)
    assert (stored["flags"], stored["is_on_site"]) == (flags, not flags)
    assert (stored["distance_m"] is None) == ("no_position" in flags)
    assert stored["lon"] == (None if "no_position" in flags else place["position"][0])


async def test_distance_is_metres_on_the_ellipsoid(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = check_in(await make_employer(owner, WEST_NORTH_1), (LON, LAT + 0.01), accuracy_m=5)
    await phone_of(territory["community"]).push(op)
    assert await owner.fetchval("select distance_m from check_ins") == pytest.approx(1109.8, abs=0.5)


async def test_an_employer_without_a_point_proves_no_place(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = check_in(await make_employer(owner, WEST_NORTH_1, position=None), north(0))
    (outcome,) = await phone_of(territory["community"]).push(op)
    assert (outcome["outcome"], outcome["flags"]) == ("applied", ["employer_without_position"])
    assert await owner.fetchval("select is_on_site from check_ins") is False


DAY_MS = 86_400_000
# captured_at less now in days, the known offset, flags, days from now at which it happened
CLOCKS: dict[str, tuple[float, int | None, list[str], float]] = {
    "right": (0, 0, [], 0),
    "a day ahead, known": (1, -DAY_MS, ["clock_skew"], 0),
    "a day ahead, not known": (1, None, ["clock_skew"], 1),
    "a day behind, known": (-1, DAY_MS, ["clock_skew"], 0),
    "a day behind, not known: as if it had waited a day offline": (-1, None, [], -1),
    "four minutes off, known": (4 / 1440, -240_000, [], 0),
    "four minutes ahead, not known": (4 / 1440, None, [], 4 / 1440),
    "an offset that is wrong itself": (0, 5 * DAY_MS, ["clock_skew"], 5),
    "a flat battery's 1970": (-20_000, None, [], -20_000),
}


@pytest.mark.parametrize(("off_days", "offset_ms", "flags", "happened_in"), CLOCKS.values(), ids=CLOCKS)
async def test_a_wrong_clock_is_flagged_and_dates_nothing_into_the_future(
    owner: Owner, territory: Territory, phone_of: NewPhone, off_days: float, offset_ms: int | None, flags: list[str], happened_in: float
) -> None:
    me, captured_at = territory["community"], days_ago(-off_days)
    employer = await make_employer(owner, WEST_NORTH_1)
    patrol = await make_patrol(owner, me, [employer])
    clock: dict[str, Any] = {"captured_at": captured_at, "offset_ms": offset_ms}
    arrive, saw = check_in(employer, north(0), **clock), visit(employer, **clock)
    found = register(declared_grid_id=territory.grids[WEST_NORTH_1], **clock)
    ops = [start(patrol, **clock), arrive, saw, announce(saw.entity_id, employer, **clock), found, finish(patrol, **clock)]
    outcomes = await phone_of(me).push(*ops)
    assert [(o["outcome"], o["flags"]) for o in outcomes] == [("applied", flags)] * 6
    happened_at = utc_now() + timedelta(days=happened_in)
    for table in ("visits", "check_ins"):
        stored = await owner.fetchrow(f"select * from {table}")
        assert stored["captured_at"] == captured_at
        assert abs(stored["happened_at"] - happened_at) < timedelta(seconds=30)
    last_visited_at = await owner.fetchval("select last_visited_at from employers where id = $1", employer)
    assert last_visited_at <= utc_now()
    assert abs(last_visited_at - min(happened_at, utc_now())) < timedelta(seconds=30)


async def test_a_visit_from_the_future_does_not_hide_later_ones(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer, phone = await make_employer(owner, WEST_NORTH_1), phone_of(territory["community"])
    await phone.push(visit(employer, captured_at=days_ago(-30), offset_ms=None))
    first = await owner.fetchval("select last_visited_at from employers where id = $1", employer)
    await phone.push(visit(employer))
    assert await owner.fetchval("select last_visited_at from employers where id = $1", employer) > first


@pytest.mark.parametrize(
    ("ended_days_ago", "captured_days_ago", "outcome"),
    [(1, 2, "applied"), (1, 1, "applied"), (2, 1, "quarantined"), (1, 0, "quarantined"), (1, 400, "quarantined")],
    ids=["the day before it ended", "its last day", "after it ended", "today", "before it began"],
)
async def test_late_evidence_counts_for_whoever_held_the_grid_then(
    owner: Owner, territory: Territory, phone_of: NewPhone, ended_days_ago: int, captured_days_ago: int, outcome: str
) -> None:
    her = await make_person_with_account(owner, WEST_NORTH_1, duties=[WEST_NORTH_2])
    await make_duty(
        owner, her.id, WEST_NORTH_1,
        valid_from=today() - timedelta(days=100), valid_to=today() - timedelta(days=ended_days_ago),
    )  # fmt: skip
    employer = await make_employer(owner, WEST_NORTH_1)
    moment = {"captured_at": days_ago(captured_days_ago)}
    ops = [check_in(employer, north(0), **moment), visit(employer, **moment), announce(employer, employer, "employer", **moment)]
    outcomes = await phone_of(her).push(*ops)
    assert [o["outcome"] for o in outcomes] == [outcome] * 3
    if outcome == "quarantined":
        assert {o["problem"]["type"] for o in outcomes} == {"employer_out_of_scope"}
    lines = await owner.fetch("select person_id, grid_path::text as path from sync_operations")
    assert {(line["person_id"], line["path"]) for line in lines} == {(her.id, WEST_NORTH_1)}


async def test_late_evidence_counts_for_somebody_who_holds_no_grid_any_more(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    her = await make_person_with_account(owner, WEST_NORTH_1, duties=[])
    await make_duty(owner, her.id, WEST_NORTH_1, valid_to=today() - timedelta(days=1))
    employer = await make_employer(owner, WEST_NORTH_1)
    ops = [visit(employer, captured_at=days_ago(3)), visit(employer), register(), visit(register().entity_id)]
    outcomes = await phone_of(her).push(*ops)
    assert [o["outcome"] for o in outcomes] == ["applied", "quarantined", "applied", "waiting_for_parent"]


async def test_a_stop_of_a_finished_patrol_is_still_hers_to_report(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_SOUTH_2)
    patrol = await make_patrol(owner, territory["community"], [employer], status="finished")
    (outcome,) = await phone_of(territory["community"]).push(visit(employer, patrol_id=patrol, captured_at=days_ago(1)))
    assert outcome["outcome"] == "applied"


async def test_a_limit_changes_from_its_day_on_and_not_before(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    """policies: a later dated row; late evidence is judged by the limit of its own day."""
    employer, phone = await make_employer(owner, WEST_NORTH_1), phone_of(territory["community"])
    await make_policy(owner, "geofence_radius_m", 500, today())
    await make_policy(owner, "geofence_radius_m", 2000, today() + timedelta(days=1))

    async def flags_of(days: float, metres: float) -> list[str]:
        (outcome,) = await phone.push(check_in(employer, north(metres), accuracy_m=0, captured_at=days_ago(days)))
        return [flag for flag in outcome["flags"] if flag != "clock_skew"]

    assert await flags_of(0, 450) == []
    assert await flags_of(0, 600) == ["off_site"]
    assert await flags_of(1, 450) == ["off_site"]
    assert await flags_of(1, 90) == []
    assert await flags_of(-1, 600) == ["off_site"], "a clock ahead does not reach tomorrow's limit"
    assert await flags_of(3000, 90) == [], "before the first row the first value holds"


async def test_what_is_recorded_without_a_certificate_is_kept_and_flagged(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    """Her certificate ended two days ago: a visit is not an inspection, so nothing is refused, and everything says so."""
    me, employer = territory["community"], await make_employer(owner, WEST_NORTH_1)
    await owner.execute("update certificates set expires_on = $2 where person_id = $1", me.id, today() - timedelta(days=2))
    ops = [check_in(employer, north(0)), visit(employer), check_in(employer, north(0), captured_at=days_ago(2)),
           visit(employer, captured_at=days_ago(2))]  # fmt: skip

    outcomes = await phone_of(me).push(*ops)

    assert [(o["outcome"], o["flags"]) for o in outcomes] == [*[("applied", ["uncertified"])] * 2, *[("applied", [])] * 2]
    assert await owner.fetchval("select is_on_site from check_ins where id = $1", ops[0].entity_id) is True
    assert await owner.fetchval("select flags from visits where id = $1", ops[1].entity_id) == ["uncertified"]
