"""Grade and key list on the phone: there with their reasons, absent where there is nothing to say, and following every change."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_employer, make_patrol, make_signal
from phones import NewPhone, Phone

from wangge.core.clock import utc_now


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    return await make_employer(owner, WEST_NORTH_1, last_visited_at=utc_now() - timedelta(days=200))


def held(phone: Phone, employer: UUID) -> dict[str, Any]:
    return phone.held["employer", str(employer)]


async def listed(owner: Owner, territory: Territory, employer: UUID, *kinds: str) -> None:
    for kind in kinds:
        await make_signal(owner, employer, kind, territory["county"].id)
    await owner.execute("select key_list_evaluate(array[$1::uuid], china_today())", employer)


async def test_an_employer_with_nothing_to_say_carries_neither(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone
) -> None:
    phone = phone_of(territory["community"])
    await phone.pull()

    assert not {"grade", "key_list"} & held(phone, employer).keys()


async def test_each_change_of_reasons_comes_with_the_next_pull(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone
) -> None:
    phone = phone_of(territory["community"])
    await phone.pull()
    await listed(owner, territory, employer, "collective_petition")
    await phone.pull()
    first = held(phone, employer)["key_list"]
    await listed(owner, territory, employer, "complaint", "complaint")
    await owner.execute("update employers set grade = 'B' where id = $1", employer)
    await phone.pull()
    second = held(phone, employer)
    await owner.execute("update employer_signals set withdrawn_at = now(), withdrawn_by = recorded_by")
    await listed(owner, territory, employer)
    await phone.pull()

    assert first == ["collective_petition"]
    assert (second["key_list"], second["grade"]) == (["collective_petition", "complaints"], "B")
    assert "key_list" not in held(phone, employer)


async def test_who_is_sent_to_an_employer_elsewhere_sees_why_it_is_listed(
    owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone
) -> None:
    far = await make_employer(owner, EAST_SOUTH_2, last_visited_at=utc_now())
    await listed(owner, territory, far, "collective_petition")
    await make_patrol(owner, territory["community"], [far], planned_by=territory["city"].id)
    phone = phone_of(territory["community"])
    await phone.pull()

    assert held(phone, far)["key_list"] == ["collective_petition"]
