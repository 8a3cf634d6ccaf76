"""Non-local and key employers: set with a reason and a source, ended with a day, shown and filtered."""

from datetime import timedelta
from typing import Any

import pytest
from factories import EAST_NORTH_1, WEST_NORTH_1, Owner, Territory, make_designation, make_employer, today
from fixture_types import Client

from wangge.core.ids import new_id


def body(**more: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "kind": "non_local",
        "valid_from": today().isoformat(),
        "reason": "总部在济南",
        "source": "2026 年名单",
        **more,
    }


async def test_a_designation_shows_in_the_file_and_the_list(territory: Territory, client: Client, owner: Owner) -> None:
    employer, other = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, WEST_NORTH_1)
    http = client(territory["county"])

    told = (await http.post(f"/api/employers/{employer}/designations", json=body())).json()
    assert (told["is_non_local"], told["is_key"], told["items"][0]["current"]) == (True, False, True)
    file = (await http.get(f"/api/employers/{employer}")).json()
    assert (file["is_non_local"], file["is_key"]) == (True, False)
    listed = (await http.get("/api/employers", params={"designation": "non_local"})).json()
    assert [e["id"] for e in listed["items"]] == [str(employer)]
    assert (await http.get("/api/employers", params={"designation": "key"})).json()["total"] == 0
    assert (await http.get("/api/employers", params={"designation": "x"})).status_code == 422
    assert (await http.get(f"/api/employers/{other}")).json()["is_non_local"] is False
    details = await owner.fetchval(
        "select details->>'reason' from audit_log where subject_id = $1 and action = 'employer_designated'", employer
    )
    assert details == "总部在济南"


async def test_the_same_request_twice_sets_it_once_and_another_is_refused(territory: Territory, client: Client, owner: Owner) -> None:
    employer, other = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, WEST_NORTH_1)
    http, first = client(territory["county"]), body()

    for _ in range(2):
        assert len((await http.post(f"/api/employers/{employer}/designations", json=first)).json()["items"]) == 1
    assert (await http.post(f"/api/employers/{employer}/designations", json=body())).json()["type"] == "designation_overlaps"
    assert (await http.post(f"/api/employers/{other}/designations", json=first)).json()["type"] == "designation_id_reused"


async def test_it_ends_with_a_day_not_past_and_once(territory: Territory, client: Client, owner: Owner) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    made = await make_designation(owner, employer, "key", territory["city"].id)
    http, path = client(territory["county"]), f"/api/employers/{employer}/designations/{made}/end"

    early = await http.post(path, json={"last_day": (today() - timedelta(days=1)).isoformat(), "reason": "迁出"})
    assert early.json()["errors"][0]["field"] == "last_day"
    ended = (await http.post(path, json={"last_day": today().isoformat(), "reason": "迁出"})).json()
    assert (ended["items"][0]["valid_to"], ended["items"][0]["end_reason"], ended["is_key"]) == (today().isoformat(), "迁出", True)
    assert (await http.post(path, json={"last_day": today().isoformat(), "reason": "x"})).json()["type"] == "designation_ended"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"reason": " "}, "reason"), ({"source": " "}, "source"), ({"valid_from": "2090-01-01"}, "valid_from"), ({"kind": "x"}, "kind")],
)
async def test_without_reason_and_source_none(
    change: dict[str, Any], field: str, territory: Territory, client: Client, owner: Owner
) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)

    answer = await client(territory["county"]).post(f"/api/employers/{employer}/designations", json=body(**change))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_neighbours_employer_is_not_found_and_a_street_designates_nobody(
    territory: Territory, client: Client, owner: Owner
) -> None:
    theirs, ours = await make_employer(owner, EAST_NORTH_1), await make_employer(owner, WEST_NORTH_1)

    assert (await client(territory["county"]).post(f"/api/employers/{theirs}/designations", json=body())).status_code == 404
    assert (await client(territory["county"]).get(f"/api/employers/{theirs}/designations")).status_code == 404
    answer = await client(territory["street"]).post(f"/api/employers/{ours}/designations", json=body())
    assert answer.json()["type"] == "right_missing"
