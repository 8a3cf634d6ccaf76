"""The order of a patrol's stops: a short round found by the server, or the one a person chose."""

from typing import Any
from uuid import UUID

from factories import WEST_NORTH_1, Owner, Territory, make_employer, today

from wangge.core.ids import new_id

# On one street, given in an order that nobody would walk.
SCATTERED = [(119.11, 36.8), (119.14, 36.8), (119.12, 36.8), (119.13, 36.8)]


async def _plan(client: Any, territory: Territory, employer_ids: list[UUID], **choice: Any) -> list[UUID]:
    plan = {
        "id": str(new_id()),
        "assignee_id": str(territory.people["community"].id),
        "planned_on": today().isoformat(),
        "employer_ids": [str(i) for i in employer_ids],
        **choice,
    }
    answer = await client(territory.people["county"]).post("/api/patrols", json=plan)
    assert answer.status_code == 201, answer.text
    return [UUID(stop["employer"]["id"]) for stop in answer.json()["stops"]]


async def test_the_order_a_person_chose_is_kept(client: Any, owner: Owner, territory: Territory) -> None:
    chosen = [await make_employer(owner, WEST_NORTH_1, position=spot) for spot in SCATTERED]
    assert await _plan(client, territory, chosen, keep_order=True) == chosen


async def test_without_a_choice_the_round_is_short(client: Any, owner: Owner, territory: Territory) -> None:
    a, d, b, c = [await make_employer(owner, WEST_NORTH_1, position=spot) for spot in SCATTERED]
    assert await _plan(client, territory, [a, d, b, c]) in ([a, b, c, d], [d, c, b, a])
