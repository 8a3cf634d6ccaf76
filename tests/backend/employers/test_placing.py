"""Putting an employer on the map from the desk."""

import json
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_NORTH_1,
    OUTSIDE,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_employer,
    make_visit,
    middle_of,
)
from fixture_types import Client


async def place(client: Client, territory: Territory, role: str, employer_id: UUID, position: Any, version: int = 1) -> Any:
    return await client(territory[role]).post(f"/api/employers/{employer_id}/place", json={"position": position, "version": version})


@pytest.fixture
async def lost(owner: Owner, territory: Territory) -> UUID:
    """An employer without a position, declared for a community."""
    return await make_employer(owner, WEST_NORTH_1, position=None, name="无位置商店")


async def test_the_grid_follows_from_the_place_and_the_history_with_it(
    lost: UUID, owner: Owner, territory: Territory, client: Client
) -> None:
    visit = await make_visit(owner, territory["community"], lost)

    answer = await place(client, territory, "county", lost, middle_of(WEST_SOUTH_2))

    assert answer.status_code == 200, answer.text
    assert answer.json()["position"] == pytest.approx(middle_of(WEST_SOUTH_2))
    row = await owner.fetchrow("select * from employers where id = $1", lost)
    assert (row["grid_path"], row["grid_source"], row["position_source"], row["version"]) == (WEST_SOUTH_2, "position", "map", 2)
    assert await owner.fetchval("select grid_path from visits where id = $1", visit) == WEST_SOUTH_2
    details = json.loads(await owner.fetchval("select details from audit_log where subject_id = $1 and action = 'employer_placed'", lost))
    assert details["before"] == {"position": [None, None], "grid_path": WEST_NORTH_1}
    assert details["after"]["grid_path"] == WEST_SOUTH_2


async def test_both_gaps_close(lost: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    outside = await make_employer(owner, WEST_NORTH, position=OUTSIDE)
    kinds = (await client(territory["county"]).get("/api/gaps/counts")).json()["kinds"]
    assert (kinds["employer_no_position"], kinds["employer_outside_all_grids"]) == (1, 1)

    for employer in (lost, outside):
        assert (await place(client, territory, "county", employer, middle_of(WEST_NORTH_1))).status_code == 200

    kinds = (await client(territory["county"]).get("/api/gaps/counts")).json()["kinds"]
    assert (kinds["employer_no_position"], kinds["employer_outside_all_grids"]) == (0, 0)


async def test_outside_all_grids_it_stays_with_its_declared_grid(lost: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    assert (await place(client, territory, "county", lost, OUTSIDE)).status_code == 200

    row = await owner.fetchrow("select * from employers where id = $1", lost)
    assert (row["grid_path"], row["grid_source"]) == (WEST_NORTH_1, "declared")


async def test_nobody_places_an_employer_in_anothers_territory(lost: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    answer = await place(client, territory, "county", lost, middle_of(EAST_NORTH_1))

    assert (answer.status_code, answer.json()["type"]) == (422, "place_outside_scope")
    assert await owner.fetchval("select position from employers where id = $1", lost) is None
    assert (await place(client, territory, "city", lost, middle_of(EAST_NORTH_1))).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("other_county", 404), ("street", 403)])
async def test_only_who_answers_for_it_places_it(role: str, status: int, lost: UUID, territory: Territory, client: Client) -> None:
    assert (await place(client, territory, role, lost, middle_of(WEST_NORTH_1))).status_code == status


@pytest.mark.parametrize(
    ("position", "version", "kind"), [([181, 36], 1, "invalid_input"), ([119.1], 1, "invalid_input"), ([119.1, 36.8], 7, "version_stale")]
)
async def test_what_cannot_be_is_refused(
    position: list[float], version: int, kind: str, lost: UUID, territory: Territory, client: Client
) -> None:
    answer = await place(client, territory, "county", lost, position, version)

    assert answer.json()["type"] == kind
