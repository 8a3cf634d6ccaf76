"""A change of the grids and the field's work at the same time, and phones that were away while it happened."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH_1,
    WEST_NORTH_2,
    Owner,
    Someone,
    Territory,
    make_duty,
    make_employer,
    make_patrol,
    make_person_with_account,
    today,
)
from fixture_types import Acting, Client
from ground import assert_all_tile, grid_of

from wangge.cluster import ClusterUrls
from wangge.grid_changes.schemas import MoveBoundary
from wangge.grid_changes.service import make_change

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sync"))
from phones import Op, Phone, check_in, days_ago, register, visit
from scope import assert_holds_exactly_its_scope

URL = "/api/grid-changes"
WAITS_S = 0.3


def moving(territory: Territory) -> MoveBoundary:
    """The western community wins a strip of its neighbour's."""
    return MoveBoundary(grid_ids=[territory.grids[WEST_NORTH_1], territory.grids[WEST_NORTH_2]],
                        line=[[119.2, 36.9], [119.3, 36.8], [119.2, 36.7]])  # fmt: skip


@asynccontextmanager
async def under_way(acting: Acting, territory: Territory) -> AsyncIterator[None]:
    """A border has moved, and the transaction that moved it has not committed yet."""
    async with acting(territory["county"]) as (db, actor):
        await make_change(db, actor, moving(territory))
        yield


async def test_a_push_to_an_employer_that_is_moving_waits_and_is_filed_where_it_then_lies(
    owner: Owner, territory: Territory, acting: Acting, client: Client
) -> None:
    moved = await make_employer(owner, position=(119.24, 36.8))
    phone = Phone(client(territory.people[f"owner_of:{WEST_NORTH_2}"]))
    async with under_way(acting, territory):
        pushing = asyncio.create_task(phone.push(visit(moved), check_in(moved, (119.24, 36.8))))
        await asyncio.sleep(WAITS_S)
        assert not pushing.done()

    assert [o["outcome"] for o in await pushing] == ["applied", "applied"]
    assert await grid_of(owner, moved) == WEST_NORTH_1
    await assert_all_tile(owner)  # no fact with the path of before


async def test_pushes_to_all_other_employers_wait_for_nothing(owner: Owner, territory: Territory, acting: Acting, client: Client) -> None:
    await make_employer(owner, position=(119.24, 36.8))
    same_grid = await make_employer(owner, position=(119.35, 36.8))
    elsewhere = await make_employer(owner, EAST_SOUTH_2)
    hers, others = Phone(client(territory.people[f"owner_of:{WEST_NORTH_2}"])), Phone(client(territory["other_community"]))
    async with under_way(acting, territory):
        answers = await asyncio.wait_for(asyncio.gather(hers.push(visit(same_grid)), others.push(visit(elsewhere))), 5)

    assert [o["outcome"] for answer in answers for o in answer] == ["applied", "applied"]


async def test_an_employer_found_while_a_border_moves_is_filed_by_the_new_border(
    owner: Owner, territory: Territory, acting: Acting, client: Client
) -> None:
    found = register(position={"lon": 119.24, "lat": 36.8}, position_source="gps", declared_grid_id=str(territory.grids[WEST_NORTH_2]))
    phone = Phone(client(territory.people[f"owner_of:{WEST_NORTH_2}"]))
    async with under_way(acting, territory):
        pushing = asyncio.create_task(phone.push(found))
        await asyncio.sleep(WAITS_S)
        assert not pushing.done()

    assert [o["outcome"] for o in await pushing] == ["applied"]
    assert await grid_of(owner, found.entity_id) == WEST_NORTH_1


async def test_a_change_waits_for_a_push_under_way_and_takes_its_facts_along(
    owner: Owner, territory: Territory, acting: Acting, database: ClusterUrls
) -> None:
    moved = await make_employer(owner, position=(119.24, 36.8))
    pusher = await asyncpg.connect(database.owner)
    pushing = pusher.transaction()
    await pushing.start()
    await pusher.execute("select lock_employers(array[$1::uuid])", moved)

    async def change() -> None:
        async with under_way(acting, territory):
            pass

    changing = asyncio.create_task(change())
    await asyncio.sleep(WAITS_S)
    assert not changing.done()
    await pusher.execute(
        """insert into check_ins (id, employer_id, person_id, device_id, is_on_site, captured_at, happened_at, grid_id, grid_path)
           select gen_random_uuid(), id, $2, gen_random_uuid(), true, now(), now(), grid_id, grid_path from employers where id = $1""",
        moved, territory["community"].id,
    )  # fmt: skip
    await pushing.commit()
    await changing
    await pusher.close()

    await assert_all_tile(owner)
    assert await owner.fetchval("select grid_path::text from check_ins where employer_id = $1", moved) == WEST_NORTH_1


async def test_many_phones_push_through_many_changes_and_nothing_is_refused_lost_or_stale(
    owner: Owner, territory: Territory, client: Client
) -> None:
    people = [await make_person_with_account(owner, p, duties=[WEST_NORTH_1, WEST_NORTH_2]) for p in (WEST_NORTH_1,) * 5]
    employers = [await make_employer(owner, position=(119.15 + n * 0.006, 36.8)) for n in range(20)]
    phones = [Phone(client(p)) for p in people]
    grids = [str(territory.grids[p]) for p in (WEST_NORTH_1, WEST_NORTH_2)]
    outcomes: list[str] = []
    sent: list[Op] = []
    finished = asyncio.Event()

    async def work(number: int) -> None:
        turn = 0
        while not finished.is_set():
            # everybody names many, each in another order: only a common order of locks keeps them from a deadlock
            ops = [visit(employers[(number * 7 + k * (number + 1) + turn) % 20]) for k in range(6)]
            ops += [register(position={"lon": 119.16 + turn % 10 * 0.01, "lat": 36.85}, position_source="gps", declared_grid_id=grids[0])]
            sent.extend(ops)
            outcomes.extend(o["outcome"] for o in await phones[number].push(*ops))
            turn += 1

    async def redraw() -> None:
        http = client(territory["county"])
        try:
            for turn in range(8):
                line = [[119.2, 36.9], [119.12 + turn % 2 * 0.16, 36.8], [119.2, 36.7]]
                answer = await http.post(URL, json={"kind": "move_boundary", "grid_ids": grids, "line": line})
                assert answer.status_code == 201, answer.text
        finally:
            finished.set()

    await asyncio.gather(redraw(), *(work(n) for n in range(5)))

    assert len(outcomes) == len(sent) > 50
    assert set(outcomes) == {"applied"}
    stored = await owner.fetchval("select count(*) from visits where id = any($1)", [op.entity_id for op in sent])
    assert stored == len([op for op in sent if '"visit.record"' in op.body])
    await assert_all_tile(owner)


async def pull_until(phone: Phone, is_so: Callable[[], bool]) -> None:
    """Pull until something holds: what commits while another transaction runs anywhere in the cluster comes with a later pull."""
    for _ in range(50):
        await phone.pull()
        if is_so():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the phone still holds what has left its scope")


Change = dict[str, Any]


def _split(t: Territory) -> Change:
    return {"kind": "split", "grid_id": str(t.grids[WEST_NORTH_2]), "line": [[119.3, 37], [119.3, 36]], "copy_duties": False}


def _merge(t: Territory) -> Change:
    ids = [str(t.grids[WEST_NORTH_1]), str(t.grids[WEST_NORTH_2])]
    return {"kind": "merge", "grid_ids": ids, "keep_id": ids[0]}


def _move(t: Territory) -> Change:
    ids = [str(t.grids[WEST_NORTH_1]), str(t.grids[WEST_NORTH_2])]
    return {"kind": "move_boundary", "grid_ids": ids, "line": [[119.2, 36.9], [119.39, 36.8], [119.2, 36.7]]}


@pytest.mark.parametrize("what", ["split", "merge", "move_boundary", "duty moved", "split and undone"])
async def test_five_phones_that_were_away_lose_nothing_when_their_ground_changes(
    what: str, owner: Owner, territory: Territory, client: Client
) -> None:
    """Everything captured while it was in scope is accepted and attributed; what left the scope leaves the phones."""
    people = [await make_person_with_account(owner, WEST_NORTH_2, duties=[WEST_NORTH_2]) for _ in range(5)]
    employers = [await make_employer(owner, position=(119.21 + n * 0.02, 36.72 + n * 0.015)) for n in range(10)]
    patrol = await make_patrol(owner, people[0], employers[:2])
    phones = [Phone(client(p)) for p in people]
    for phone in phones:
        await phone.pull()
        assert phone.ids("employer") == set(employers)
    captured = [
        [op for n, e in enumerate(employers) for op in (visit(e, captured_at=days_ago(n / 3)), check_in(e, captured_at=days_ago(n / 3)))]
        for _ in phones
    ]

    await _change(what, owner, territory, client, people)
    for phone, ops in zip(phones, captured, strict=True):
        late = register(position={"lon": 119.22, "lat": 36.73}, position_source="gps", declared_grid_id=str(territory.grids[WEST_NORTH_2]))
        outcomes = await phone.push(*ops, late)
        assert {o["outcome"] for o in outcomes} == {"applied"}, [o for o in outcomes if o["outcome"] != "applied"]

    await assert_all_tile(owner)
    for person, phone in zip(people, phones, strict=True):
        stored = await owner.fetchval("select count(*) from visits where person_id = $1", person.id)
        assert stored == len(employers)
        held = [r[0] for r in await owner.fetch(
            "select grid_path::text from duties where person_id = $1 and valid_from <= china_today() "
            "and (valid_to is null or valid_to >= china_today())", person.id)]  # fmt: skip
        await phone.pull()
        await assert_holds_exactly_its_scope(owner, phone, person.id, held)
    gone = {await grid_of(owner, e) for e in employers} - {WEST_NORTH_2}
    if what in ("split", "merge", "move_boundary"):
        assert gone
        assert len(phones[1].ids("employer")) < len(employers) + 5  # exits have arrived
        assert phones[0].ids("employer") >= set(employers[:2])  # an open patrol keeps its stops
        await owner.execute("update patrols set status = 'finished' where id = $1", patrol)
        lost = {e for e in employers if await grid_of(owner, e) != WEST_NORTH_2}
        await pull_until(phones[0], lambda: not phones[0].ids("employer") & lost)


async def _change(what: str, owner: Owner, territory: Territory, client: Client, people: list[Someone]) -> None:
    http = client(territory["county"])
    if what == "duty moved":
        for person in people:
            await owner.execute("update duties set valid_to = $2 where person_id = $1", person.id, today())
            await make_duty(owner, person.id, EAST_SOUTH_2, valid_from=today())
        return
    body = {"split": _split, "merge": _merge, "move_boundary": _move, "split and undone": _split}[what](territory)
    made = await http.post(URL, json=body)
    assert made.status_code == 201, made.text
    if what == "split and undone":
        undone = await http.post(f"{URL}/{UUID(made.json()['id'])}/undo")
        assert undone.status_code == 200, undone.text
