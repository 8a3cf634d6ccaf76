"""Nobody without a valid certificate is given work: by the database, whoever asks, on that very day."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from factories import (
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    Owner,
    Territory,
    make_certificate,
    make_duty,
    make_employer,
    make_patrol,
    make_person,
    make_person_with_account,
    today,
)
from fixture_types import Client

from wangge.core.ids import new_id

DAY = timedelta(days=1)
REFUSED = "certified_on_the_day"


async def refused_by(act: Awaitable[Any]) -> str | None:
    """The constraint that refuses an act of the owner's, whom no policy binds; None when it is done."""
    try:
        await act
    except asyncpg.CheckViolationError as refusal:
        return refusal.constraint_name
    return None


# valid from, valid to, revoked, and the days around it on which it counts
VALIDITY = [
    pytest.param({"issued_on": -10, "expires_on": 10}, {-11: False, -10: True, 0: True, 10: True, 11: False}, id="both days count"),
    pytest.param({"issued_on": 0}, {-1: False, 0: True, 4000: True}, id="without end"),
    pytest.param({"issued_on": -10, "revoked_on": 0}, {-10: True, -1: True, 0: False, 1: False}, id="not on the day of its revocation"),
    pytest.param({"issued_on": 0, "expires_on": 0}, {-1: False, 0: True, 1: False}, id="a single day"),
]


@pytest.mark.parametrize(("days", "expected"), VALIDITY)
async def test_a_certificate_counts_on_its_days(
    days: dict[str, int], expected: dict[int, bool], owner: Owner, territory: Territory
) -> None:
    person = await make_person(owner, WEST_NORTH_1, certified=False)
    await make_certificate(owner, person, **{name: today() + n * DAY for name, n in days.items()})

    found = {n: await owner.fetchval("select certified_on($1, $2)", person, today() + n * DAY) for n in expected}

    assert found == expected


@pytest.mark.parametrize(
    ("person_kind", "enough"),
    [
        ("legal_supervisor", {"post_certificate"}),
        ("part_time_inspector", {"inspector_certificate", "enforcement_certificate"}),
        ("full_time_inspector", {"inspector_certificate", "enforcement_certificate"}),
        ("staff", {"post_certificate", "inspector_certificate", "enforcement_certificate"}),
    ],
)
async def test_each_kind_of_person_needs_its_kind_of_certificate(
    person_kind: str, enough: set[str], owner: Owner, territory: Territory
) -> None:
    found = set()
    for kind in ("post_certificate", "inspector_certificate", "enforcement_certificate"):
        person = await make_person(owner, WEST_NORTH, kind=person_kind, certified=False)
        await make_certificate(owner, person, kind=kind)
        if await owner.fetchval("select certified_on($1, $2)", person, today()):
            found.add(kind)

    assert found == enough


async def test_what_is_required_is_dated(owner: Owner, territory: Territory) -> None:
    """A new rule counts from its first day, and the days before are judged by the old one."""
    person = await make_person(owner, WEST_NORTH, kind="part_time_inspector")
    await owner.execute("begin")
    try:
        await owner.execute("update certificate_requirements set valid_to = $1 where person_kind = 'part_time_inspector'", today() - DAY)
        await owner.execute(
            """insert into certificate_requirements (person_kind, certificate_kind, valid_from, source)
               values ('part_time_inspector', 'enforcement_certificate', $1, 'a test')""",
            today(),
        )
        assert await owner.fetchval("select certified_on($1, $2)", person, today() - DAY) is True
        assert await owner.fetchval("select certified_on($1, $2)", person, today()) is False
    finally:
        await owner.execute("rollback")


async def test_no_duty_begins_without_a_certificate(owner: Owner, territory: Territory) -> None:
    person = await make_person(owner, WEST_NORTH_1, certified=False)
    assert await refused_by(make_duty(owner, person, WEST_NORTH_2)) == REFUSED

    await make_certificate(owner, person, issued_on=today(), expires_on=today() + 9 * DAY)
    assert await refused_by(make_duty(owner, person, WEST_NORTH_2, valid_from=today() - DAY)) == REFUSED
    assert await refused_by(make_duty(owner, person, WEST_NORTH_2, valid_from=today() + 10 * DAY)) == REFUSED
    # a duty may outlive the certificate: its grid is a gap from then on, which is shown, not hidden
    assert await refused_by(make_duty(owner, person, WEST_NORTH_2, valid_from=today())) is None


async def test_a_duty_is_not_extended_nor_given_on_without_a_certificate(owner: Owner, territory: Territory) -> None:
    person = await make_person(owner, WEST_NORTH_1, certified=False)
    other = await make_person(owner, WEST_NORTH_1, certified=False)
    certificate = await make_certificate(owner, person, issued_on=today() - 20 * DAY, expires_on=today() + 5 * DAY)
    duty = await make_duty(owner, person, WEST_NORTH_2, valid_from=today() - 9 * DAY, valid_to=today() + 5 * DAY)

    async def set_(column: str, value: object) -> str | None:
        return await refused_by(owner.execute(f"update duties set {column} = $2 where id = $1", duty, value))

    assert await set_("valid_to", today() + 6 * DAY) == REFUSED
    assert await set_("valid_to", None) == REFUSED
    assert await set_("person_id", other) == REFUSED
    assert await set_("valid_from", today() - 21 * DAY) == REFUSED
    assert await set_("valid_to", today() + 2 * DAY) is None
    assert await set_("duty", "只采集") is None
    await owner.execute("update certificates set expires_on = $2 where id = $1", certificate, today() + 6 * DAY)
    assert await set_("valid_to", today() + 6 * DAY) is None


async def test_no_patrol_is_given_to_somebody_uncertified_on_its_day(owner: Owner, territory: Territory) -> None:
    ending = await make_person_with_account(owner, WEST_NORTH_2, certified=False, duties=[])
    await make_certificate(owner, ending.id, issued_on=today() - 9 * DAY, expires_on=today())
    employer = await make_employer(owner, WEST_NORTH_1)

    assert await refused_by(make_patrol(owner, ending, [employer], planned_on=today() + DAY)) == REFUSED
    assert await refused_by(make_patrol(owner, ending, [employer], planned_on=today())) is None
    others = await make_patrol(owner, territory["community"], [employer], planned_on=today() + DAY)
    give = owner.execute("update patrols set assignee_id = $2 where id = $1", others, ending.id)
    assert await refused_by(give) == REFUSED
    assert await refused_by(owner.execute("update patrols set planned_on = $2 where id = $1", others, today() + 2 * DAY)) is None


async def test_an_open_patrol_is_never_left_with_somebody_without_an_appointment(owner: Owner, territory: Territory) -> None:
    person, employer = territory["community"], await make_employer(owner, WEST_NORTH_1)
    patrol = await make_patrol(owner, person, [employer], planned_on=today() + 3 * DAY)
    end = "update appointments set valid_to = $2 where id = $1"

    assert await refused_by(owner.execute(end, person.appointment_id, today() + 2 * DAY)) == "open_patrol_has_somebody"
    assert await refused_by(owner.execute(end, person.appointment_id, today() + 3 * DAY)) is None
    moved = owner.execute("update patrols set planned_on = $2 where id = $1", patrol, today() + 4 * DAY)
    assert await refused_by(moved) == "open_patrol_has_somebody"
    # within one transaction the order does not matter
    async with owner.transaction():
        await owner.execute(end, person.appointment_id, today())
        await owner.execute("update patrols set assignee_id = $2 where id = $1", patrol, territory["street"].id)


# ---- at the desk


@pytest.fixture
async def plan(client: Client, territory: Territory, owner: Owner) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Plan a patrol as the county; returns the answer."""
    employer = await make_employer(owner, WEST_NORTH_1)

    async def plan_one(assignee: UUID, on: date, language: str = "zh-CN") -> dict[str, Any]:
        body = {"id": str(new_id()), "assignee_id": str(assignee), "planned_on": on.isoformat(), "employer_ids": [str(employer)]}
        answer = await client(territory["county"], language=language).post("/api/patrols", json=body)
        return {"status_code": answer.status_code, **answer.json()}

    return plan_one


async def test_the_desk_is_told_who_on_which_day_and_what_is_missing(
    owner: Owner, territory: Territory, plan: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    person = await make_person_with_account(owner, WEST_NORTH_2, name="曲丽", certified=False, duties=[])
    yesterday = today() - DAY
    await make_certificate(owner, person.id, number="鲁岗培000777", issued_on=today() - 90 * DAY, expires_on=yesterday)

    zh, en = await plan(person.id, today()), await plan(person.id, today(), "en")

    assert (zh["status_code"], zh["type"], zh["name"], zh["on"]) == (422, "person_not_certified", "曲丽", today().isoformat())
    assert zh["needs"] == ["post_certificate"]
    assert zh["last"]["number"] == "鲁岗培000777"
    assert zh["detail"].startswith(f"曲丽 在 {today()} 没有有效的岗位培训合格证书（鲁岗培000777 号已于 {yesterday} 到期）")
    assert en["detail"].startswith(f"曲丽 holds no valid post certificate on {today()} (No. 鲁岗培000777 ended on {yesterday})")


async def test_the_uncertified_are_not_offered(owner: Owner, territory: Territory, client: Client) -> None:
    person = await make_person_with_account(owner, WEST_NORTH_2, certified=False, duties=[])
    await make_certificate(owner, person.id, issued_on=today() - 9 * DAY, expires_on=today() + 2 * DAY)

    async def offered(on: date) -> bool:
        found = (await client(territory["county"]).get("/api/people/assignable", params={"on": on.isoformat(), "page_size": 200})).json()
        return str(person.id) in [p["id"] for p in found["items"]]

    assert [await offered(today() + n * DAY) for n in (0, 2, 3)] == [True, True, False]


async def test_somebody_out_of_reach_stays_unknown_though_uncertified(
    owner: Owner, territory: Territory, plan: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    stranger = await make_person_with_account(owner, "370700.370703.370703001.370703001001", certified=False, duties=[], name="别县人")

    answer = await plan(stranger.id, today())

    assert answer["type"] == "assignee_not_available"
    assert "别县人" not in str(answer)
