"""S6, order does not matter: parents and children may come in any order and in any parts."""

from itertools import permutations
from uuid import UUID

import pytest
from factories import WEST_NORTH_1, Owner, Someone, Territory, make_employer, make_patrol, middle_of
from phones import NewPhone, Op, announce, check_in, days_ago, finding, finish, register, start, visit

from wangge.core.ids import new_id

# Everything that the six records leave behind, ids and moments left out: rounds that ended alike make one row.
END_STATES = """
    select e.name, e.review_state, e.grid_source, e.version as employer_version, e.last_visited_at = v.happened_at as visit_counts,
           c.is_on_site, c.distance_m < 0.01 as is_near, c.flags, c.employer_id = e.id as of_employer, v.flags,
           v.patrol_id = p.id as on_patrol,
           v.evidence_expected, (select count(*) from findings f where f.visit_id = v.id) as findings, x.copy_state, x.original_state,
           p.status, p.started_at < p.finished_at as in_order, p.closing_note, p.version as patrol_version, count(*) as rounds
    from patrols p join check_ins c on c.patrol_id = p.id join visits v on v.check_in_id = c.id join employers e on e.id = v.employer_id
    join evidence x on x.subject_id = v.id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
"""


def a_round(territory: Territory, patrol: UUID) -> list[Op]:
    """One of each kind, about one employer found on the way, in the order of capture."""
    lon, lat = middle_of(WEST_NORTH_1)
    found = register(position={"lon": lon, "lat": lat}, position_source="gps")
    begin, end = start(patrol), finish(patrol)
    arrive = check_in(found.entity_id, (lon, lat), patrol_id=patrol)
    saw = visit(found.entity_id, patrol_id=patrol, check_in_id=arrive.entity_id, findings=[finding()], evidence_ids=[str(new_id())])
    return [begin, found, arrive, saw, announce(saw.entity_id, found.entity_id), end]


async def test_every_order_one_push_each_ends_in_the_same_state(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    """All 720 orders at once: each has records of its own; the k-th push of every order travels in a batch with the others'."""
    me: Someone = territory["community"]
    orders = list(permutations(range(6)))
    patrols = [new_id() for _ in orders]
    await owner.execute(
        """insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, grid_id, grid_path, version)
           select id, '巡查', '', $2, china_today(), $2, 'planned', '', $3, $4::text::ltree, 1 from unnest($1::uuid[]) as id""",
        patrols, me.id, territory.grids[WEST_NORTH_1], WEST_NORTH_1,
    )  # fmt: skip
    rounds = [a_round(territory, patrol) for patrol in patrols]
    phone = phone_of(me)
    for k in range(6):
        ops = [work[order[k]] for work, order in zip(rounds, orders, strict=True)]
        for at in range(0, len(ops), 180):
            outcomes = await phone.push(*ops[at : at + 180])
            assert {o["outcome"] for o in outcomes} <= {"applied", "waiting_for_parent"}
    assert await owner.fetchval("select count(*) from sync_operations where outcome <> 'applied'") == 0
    assert await owner.fetchval("select count(*) from sync_operations") == 720 * 6
    (end,) = await owner.fetch(END_STATES)
    assert dict(end).items() >= {"rounds": 720, "status": "finished", "visit_counts": True, "is_on_site": True, "findings": 1}.items()
    for table in ("employers", "check_ins", "visits", "findings", "evidence"):
        assert await owner.fetchval(f"select count(*) from {table}") == 720, table


@pytest.mark.parametrize("cuts", [(1, 3), (2, 4), (5,), (1, 2, 3, 4, 5), ()])
async def test_the_last_first_in_parts(owner: Owner, territory: Territory, phone_of: NewPhone, cuts: tuple[int, ...]) -> None:
    me = territory["community"]
    patrol = await make_patrol(owner, me, [])
    work = a_round(territory, patrol)[::-1]
    for begin, end in zip((0, *cuts), (*cuts, 6), strict=True):
        await phone_of(me).push(*work[begin:end])
    assert await owner.fetchval("select count(*) from sync_operations where outcome = 'applied'") == 6
    (end,) = await owner.fetch(END_STATES)
    assert (end["rounds"], end["patrol_version"]) == (1, 3)


async def test_what_waits_says_so_and_a_repeat_learns_that_it_went_on(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    phone, work = phone_of(territory["community"], language="en"), a_round(territory, new_id())
    _, found, _, saw, photo, _ = work
    (outcome,) = await phone.push(photo)
    assert (outcome["outcome"], outcome["problem"]["type"]) == ("waiting_for_parent", "parent_not_here_yet")
    assert outcome["problem"]["parent_id"] == str(found.entity_id)
    assert outcome["receipt"]["op_sha256"] == photo.sha256
    alone = visit(found.entity_id)
    (later,) = await phone.push(alone)
    await phone.push(found)
    (again,) = await phone.push(alone)
    assert (again["outcome"], again["problem"], again["receipt"]) == ("duplicate", None, later["receipt"])
    (still,) = await phone.push(photo)
    assert (still["outcome"], still["problem"]["parent_id"]) == ("waiting_for_parent", str(saw.entity_id))
    assert still["receipt"] == outcome["receipt"]


async def test_a_patrol_that_does_not_exist_is_waited_for(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer, patrol = await make_employer(owner, WEST_NORTH_1), new_id()
    outcomes = await phone_of(territory["community"]).push(start(patrol), check_in(employer, patrol_id=patrol), finish(patrol))
    assert [o["outcome"] for o in outcomes] == ["waiting_for_parent"] * 3
    assert {o["problem"]["parent_id"] for o in outcomes} == {str(patrol)}


async def test_visits_out_of_order_leave_the_latest_as_the_last(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer, phone = await make_employer(owner, WEST_NORTH_1), phone_of(territory["community"])
    for days in (2, 0.5, 3):
        await phone.push(visit(employer, captured_at=days_ago(days)))
    last = await owner.fetchval("select last_visited_at from employers where id = $1", employer)
    assert abs((last - days_ago(0.5)).total_seconds()) < 60
