"""What was kept without being applied is done with for a reason: withdrawn by whoever captured it, or closed at a desk."""

from uuid import UUID

import httpx
import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Someone, Territory, make_kept_operation
from phones import NewPhone

from wangge.core.ids import new_id

REASON = {"reason": "重复登记，已另报"}


@pytest.fixture
async def kept(owner: Owner, territory: Territory) -> UUID:
    return await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)


async def ask(phone_of: NewPhone, someone: Someone, op_id: UUID, verb: str, body: object = REASON) -> httpx.Response:
    return await phone_of(someone, language="en").http.post(f"/api/sync/operations/{op_id}/{verb}", json=body)


async def listed(phone_of: NewPhone, someone: Someone, **params: object) -> set[str]:
    page = (await phone_of(someone).http.get("/api/sync/operations", params=params)).json()
    return {item["op_id"] for item in page["items"]}


async def test_she_withdraws_her_own_and_the_text_stays(owner: Owner, territory: Territory, kept: UUID, phone_of: NewPhone) -> None:
    answer = await ask(phone_of, territory["community"], kept, "withdraw")

    assert answer.status_code == 200, answer.text
    closing = answer.json()["closing"]
    assert (closing["how"], closing["reason"]) == ("withdrawn", REASON["reason"])
    assert closing["by"] == {"id": str(territory["community"].id), "name": territory["community"].name}
    assert answer.json()["body"] == "{}"
    assert await owner.fetchval("select outcome from sync_operations where op_id = $1", kept) == "quarantined"
    for who in ("community", "street"):
        assert str(kept) not in await listed(phone_of, territory[who])
        assert str(kept) in await listed(phone_of, territory[who], closed=True)


@pytest.mark.parametrize("desk", ["street", "county", "city"])
async def test_a_desk_closes_those_of_its_area(desk: str, owner: Owner, territory: Territory, kept: UUID, phone_of: NewPhone) -> None:
    answer = await ask(phone_of, territory[desk], kept, "close")

    assert answer.status_code == 200, answer.text
    assert answer.json()["closing"]["how"] == "closed"
    line = await owner.fetchrow("select action, details->>'reason' as reason from audit_log where subject_id = $1", kept)
    assert line is not None
    assert tuple(line) == ("operation_closed", REASON["reason"])


@pytest.mark.parametrize("who", ["other_street", "other_county"])
async def test_another_areas_is_not_to_be_found(who: str, territory: Territory, kept: UUID, phone_of: NewPhone) -> None:
    assert (await ask(phone_of, territory[who], kept, "close")).status_code == 404


async def test_a_colleagues_cannot_be_withdrawn(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    theirs = await make_kept_operation(owner, territory["other_community"].id, EAST_SOUTH_2)
    assert (await ask(phone_of, territory["community"], theirs, "withdraw")).status_code == 404


async def test_it_is_closed_once(owner: Owner, territory: Territory, kept: UUID, phone_of: NewPhone) -> None:
    assert (await ask(phone_of, territory["community"], kept, "withdraw")).status_code == 200
    again = await ask(phone_of, territory["street"], kept, "close")
    assert (again.status_code, again.json()["type"]) == (409, "operation_not_open")
    assert await owner.fetchval("select how from operation_closings where op_id = $1", kept) == "withdrawn"


async def test_what_was_applied_is_not_withdrawn(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    done = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1, outcome="applied")
    assert (await ask(phone_of, territory["community"], done, "withdraw")).json()["type"] == "operation_not_open"
    assert (await ask(phone_of, territory["community"], new_id(), "withdraw")).status_code == 404


@pytest.mark.parametrize("reason", ["", "x", "x" * 301])
async def test_a_reason_is_asked_for(reason: str, territory: Territory, kept: UUID, phone_of: NewPhone) -> None:
    assert (await ask(phone_of, territory["street"], kept, "close", {"reason": reason})).status_code == 422


async def test_the_list_is_filtered_and_sorted(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    first = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)
    second = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)
    await owner.execute("update sync_operations set received_at = received_at - interval '1 hour' where op_id = $1", first)
    page = (await phone_of(territory["street"]).http.get("/api/sync/operations", params={"sort": "received_at"})).json()
    assert [item["op_id"] for item in page["items"]] == [str(first), str(second)]
    assert await listed(phone_of, territory["street"], kind="visit.record") == {str(first), str(second)}
    assert await listed(phone_of, territory["street"], kind="patrol.start") == set()
    assert await listed(phone_of, territory["street"], q=territory["community"].name) == {str(first), str(second)}
    assert await listed(phone_of, territory["street"], q="100%") == set()
