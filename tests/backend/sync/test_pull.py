"""Pull: a snapshot page by page, then what changed, and an exit for whatever left the scope."""

import base64
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_2,
    Owner,
    Someone,
    Territory,
    make_duty,
    make_employer,
    make_patrol,
    make_person_with_account,
    make_policy,
    middle_of,
    today,
    untiled,
)
from phones import NewPhone, Phone, check_in, finish, register, visit
from scope import assert_holds_exactly_its_scope

from wangge.sync.pulling import CURSOR, Cursor


@pytest.fixture
def me(territory: Territory) -> Someone:
    return territory["community"]


@pytest.fixture
def phone(me: Someone, phone_of: NewPhone) -> Phone:
    return phone_of(me)


async def move(owner: Owner, employer_id: UUID, path: str) -> None:
    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path, version = version + 1 from grids g "
        "where e.id = $1 and g.path = $2::text::ltree",
        employer_id, path,
    )  # fmt: skip


async def test_a_first_pull_is_a_snapshot_of_exactly_her_scope(owner: Owner, territory: Territory, me: Someone, phone: Phone) -> None:
    mine = {await make_employer(owner, WEST_NORTH_1) for _ in range(3)}
    await make_employer(owner, WEST_NORTH_2)
    stop = await make_employer(owner, EAST_SOUTH_2)
    patrol = await make_patrol(owner, me, [stop])
    await make_patrol(owner, territory["other_community"], [stop])
    pages = await phone.pull()
    assert [page["reset"] for page in pages] == [True, False]
    assert phone.ids("grid") == {territory.grids[WEST_NORTH_1]}
    assert phone.ids("employer") == {*mine, stop}
    assert phone.ids("patrol") == {patrol}
    assert pages[0]["scope_grid_ids"] == [str(territory.grids[WEST_NORTH_1])]
    grid = phone.held["grid", str(territory.grids[WEST_NORTH_1])]
    assert grid["geom"]["type"] == "MultiPolygon" and grid["own"] is True and len(grid["label"]) == 2
    assert phone.held["patrol", str(patrol)]["stops"][0]["position"] == pytest.approx(list(middle_of(EAST_SOUTH_2)))
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


@pytest.mark.parametrize("limit", [1, 2, 7, 2000])
async def test_a_snapshot_in_pages_of_any_size_is_whole(owner: Owner, me: Someone, phone: Phone, limit: int) -> None:
    await make_policy(owner, "kept_package_employers", 2)
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(9)]
    stops = [await make_employer(owner, EAST_SOUTH_2) for _ in range(3)]
    await make_patrol(owner, me, [*stops, employers[0]])
    await make_patrol(owner, me, [])
    pages = await phone.pull(limit)
    assert [page["reset"] for page in pages] == [True] + [False] * (len(pages) - 1)
    assert [page["up_to_date"] for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(len(page["items"]) < limit + 2 for page in pages)
    # a writer anywhere in the cluster may hold the frontier back, and what is above it then comes once more as a delta
    sent = [(item["kind"], item["id"]) for page in pages if page["progress"] for item in page["items"]]
    assert len(sent) == len(set(sent)) == 1 + 12 + 2
    done = [page["progress"]["done"] for page in pages if page["progress"]]
    assert done == sorted(done) and done[-1] == 15
    assert all(page["progress"]["done"] <= page["progress"]["total"] for page in pages if page["progress"])
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


async def test_what_changes_during_a_snapshot_comes_with_the_next_delta(owner: Owner, me: Someone, phone: Phone) -> None:
    employers = sorted([await make_employer(owner, WEST_NORTH_1) for _ in range(6)])
    await phone.pull_page(4)
    await owner.execute("update employers set name = '改名' where id = any($1)", employers)
    await move(owner, employers[0], EAST_SOUTH_2)
    await move(owner, employers[5], EAST_SOUTH_2)
    await make_employer(owner, WEST_NORTH_1)
    await phone.pull(4)
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


async def test_nothing_new_is_an_empty_page(owner: Owner, me: Someone, phone: Phone) -> None:
    await make_employer(owner, WEST_NORTH_1)
    await phone.pull()
    await make_employer(owner, EAST_SOUTH_2)
    for _ in range(3):
        (page,) = await phone.pull()
        assert (page["items"], page["reset"], page["up_to_date"], page["progress"]) == ([], False, True, None)


async def test_a_delta_brings_each_thing_once_as_it_stands_now(owner: Owner, me: Someone, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    await phone.pull()
    for name in ("一", "二", "三"):
        await owner.execute("update employers set name = $2 where id = $1", employer, name)
    (page,) = await phone.pull()
    assert [(item["id"], item["data"]["name"]) for item in page["items"]] == [(str(employer), "三")]


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_a_delta_in_pages_of_any_size_is_whole(owner: Owner, me: Someone, phone: Phone, limit: int) -> None:
    await phone.pull()
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(5)]
    async with owner.transaction():  # many lines of one transaction, cut by the page
        await owner.execute("update employers set name = name || '甲'")
        await make_patrol(owner, me, [*employers, await make_employer(owner, EAST_SOUTH_2)])
    await phone.pull(limit)
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


async def test_what_she_pushes_comes_back_as_the_server_sees_it(owner: Owner, territory: Territory, me: Someone, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    patrol = await make_patrol(owner, me, [employer])
    await phone.pull()
    found = register("新店", declared_grid_id=territory.grids[WEST_NORTH_1])
    await phone.push(found, check_in(employer, patrol_id=patrol), visit(employer, patrol_id=patrol), finish(patrol))
    await phone.pull()
    assert phone.held["employer", str(found.entity_id)]["review_state"] == "waiting_review"
    assert phone.held["employer", str(employer)]["last_visited_at"] is not None
    assert phone.held["patrol", str(patrol)]["status"] == "finished"
    assert phone.held["patrol", str(patrol)]["stops"][0]["status"] == "visited"
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


async def test_an_employer_that_moves_to_another_grid_leaves_and_comes_back(owner: Owner, me: Someone, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    await phone.pull()
    await move(owner, employer, WEST_NORTH_2)
    (page,) = await phone.pull()
    assert [(item["id"], item["data"]) for item in page["items"]] == [(str(employer), None)]
    assert phone.ids("employer") == set()
    await move(owner, employer, WEST_NORTH_1)
    await phone.pull()
    assert phone.ids("employer") == {employer}


async def test_a_renamed_employer_is_renamed_in_the_patrol_too(owner: Owner, me: Someone, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, name="老店")
    patrol = await make_patrol(owner, me, [employer], status="finished")
    await phone.pull()
    await owner.execute("update employers set name = '新店' where id = $1", employer)
    await phone.pull()
    assert phone.held["patrol", str(patrol)]["stops"][0]["name"] == "新店"


@pytest.mark.parametrize("end", ["cancelled", "finished", "reassigned"])
async def test_a_patrol_that_ends_takes_the_employers_outside_her_grid_with_it(
    owner: Owner, territory: Territory, me: Someone, phone: Phone, phone_of: NewPhone, end: str
) -> None:
    inside, outside = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, EAST_SOUTH_2)
    colleague = territory[f"owner_of:{WEST_NORTH_2}"]
    patrol, other = await make_patrol(owner, me, [inside, outside]), phone_of(colleague)
    await phone.pull()
    await other.pull()
    assert phone.ids("employer") == {inside, outside}
    if end == "reassigned":
        await owner.execute("update patrols set assignee_id = $2 where id = $1", patrol, colleague.id)
    else:
        await owner.execute("update patrols set status = $2 where id = $1", patrol, end)
    (page,) = await phone.pull()
    assert page["reset"] is False
    assert phone.ids("employer") == {inside}
    assert phone.ids("patrol") == (set() if end == "reassigned" else {patrol})
    assert str(outside) in {item["id"] for item in page["items"] if item["data"] is None}
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])
    await other.pull()
    assert other.ids("employer") == ({inside, outside} if end == "reassigned" else set())
    await assert_holds_exactly_its_scope(owner, other, colleague.id, [WEST_NORTH_2])


async def test_an_employer_on_two_open_patrols_stays_until_both_end(owner: Owner, me: Someone, phone: Phone) -> None:
    outside = await make_employer(owner, EAST_SOUTH_2)
    patrols = [await make_patrol(owner, me, [outside]) for _ in range(2)]
    await phone.pull()
    for patrol, left in zip(patrols, ({outside}, set()), strict=True):
        await owner.execute("update patrols set status = 'cancelled' where id = $1", patrol)
        await phone.pull()
        assert phone.ids("employer") == left


async def test_a_closed_patrol_names_a_stop_just_as_long_as_she_may_see_its_employer(owner: Owner, me: Someone, phone: Phone) -> None:
    outside = await make_employer(owner, EAST_SOUTH_2, name="远处的店")
    done = await make_patrol(owner, me, [outside], status="finished")
    await phone.pull()
    for status, name in ((None, None), ("planned", "远处的店"), ("cancelled", None)):
        if status == "planned":
            other = await make_patrol(owner, me, [outside])
        elif status:
            await owner.execute("update patrols set status = $2 where id = $1", other, status)
        await phone.pull()
        assert phone.held["patrol", str(done)]["stops"][0]["name"] == name


async def test_an_old_open_patrol_stays_on_the_phone_and_an_old_finished_one_does_not(owner: Owner, me: Someone, phone: Phone) -> None:
    outside = await make_employer(owner, EAST_SOUTH_2)
    long_ago = today() - timedelta(days=30)
    still_open = await make_patrol(owner, me, [outside], planned_on=long_ago, status="started")
    done = await make_patrol(owner, me, [outside], planned_on=long_ago, status="finished")
    await phone.pull()
    assert phone.ids("patrol") == {still_open}
    await owner.execute("update patrols set note = '补记' where id = $1", done)
    await owner.execute("update patrols set status = 'finished' where id = $1", still_open)
    await phone.pull()
    assert (phone.ids("patrol"), phone.ids("employer")) == (set(), set())


async def test_a_duty_that_ends_or_begins_starts_a_snapshot_of_what_is_left(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    her = await make_person_with_account(owner, WEST_NORTH_1, duties=[WEST_NORTH_1])
    first, second = await make_employer(owner, WEST_NORTH_1), await make_employer(owner, WEST_NORTH_2)
    phone = phone_of(her)
    await phone.pull()
    await make_duty(owner, her.id, WEST_NORTH_2)
    assert (await phone.pull())[0]["reset"] is True
    assert phone.ids("employer") == {first, second}
    await owner.execute("update duties set valid_to = $2 where person_id = $1 and grid_path = $3::text::ltree",
                        her.id, today() - timedelta(days=1), WEST_NORTH_1)  # fmt: skip
    assert (await phone.pull())[0]["reset"] is True
    assert (phone.ids("grid"), phone.ids("employer")) == ({territory.grids[WEST_NORTH_2]}, {second})
    await owner.execute("update duties set valid_to = $2 where person_id = $1", her.id, today() - timedelta(days=1))
    pages = await phone.pull()
    assert pages[0]["reset"] is True and pages[0]["scope_grid_ids"] == []
    assert phone.held == {}


async def test_a_duty_that_is_still_to_come_gives_nothing_yet(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    her = await make_person_with_account(owner, WEST_NORTH_1, duties=[])
    await make_duty(owner, her.id, WEST_NORTH_1, valid_from=today() + timedelta(days=1))
    await make_employer(owner, WEST_NORTH_1)
    phone = phone_of(her)
    await phone.pull()
    assert phone.held == {}


async def test_a_grid_that_is_redrawn_or_renamed_comes_again_and_one_that_ends_leaves(
    owner: Owner, territory: Territory, me: Someone, phone: Phone
) -> None:
    await phone.pull()
    await owner.execute("update grids set name = '新名' where path = $1::text::ltree", WEST_NORTH_1)
    (page,) = await phone.pull()
    assert [item["data"]["name"] for item in page["items"]] == ["新名"]
    async with untiled(owner):
        await owner.execute("update grids set valid_to = $2 where path = $1::text::ltree", WEST_NORTH_1, today())
    assert (await phone.pull())[0]["reset"] is True
    assert phone.held == {}


async def test_a_street_pulls_its_whole_subtree(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    inside = {await make_employer(owner, path) for path in (WEST_NORTH_1, WEST_NORTH_2)}
    await make_employer(owner, WEST_SOUTH_2)
    phone = phone_of(territory["street"])
    await phone.pull(2)
    assert phone.ids("employer") == inside
    assert phone.ids("grid") == {territory.grids[p] for p in (WEST_NORTH, WEST_NORTH_1, WEST_NORTH_2)}
    await make_employer(owner, WEST_NORTH_2)
    await phone.pull()
    await assert_holds_exactly_its_scope(owner, phone, territory["street"].id, [WEST_NORTH])


def encode(*cursor: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def read(cursor: str) -> Cursor:
    return CURSOR.decode(base64.urlsafe_b64decode(cursor))


GARBAGE = {
    "words": "no cursor",
    "not ASCII": "游标",
    "not base64": "a",
    "base64 of nothing": "",
    "base64 of garbage": base64.urlsafe_b64encode(b"\xff\x00garbage").decode(),
    "an object": encode({"epoch": 1}),
    "too short": encode(str(uuid4()), "x"),
    "too long": encode(*msgspec.to_builtins(Cursor(uuid4(), "x", 1)), 1),
    "beyond all numbers": encode(str(uuid4()), "x", 2**63),
    "a negative number": encode(str(uuid4()), "x", -1),
    "a kind that is none": encode(str(uuid4()), "x", 1, 0, 3),
    "deep": base64.urlsafe_b64encode(b"[" * 5000).decode(),
    "a null byte": "\x00",
}


@pytest.mark.parametrize("cursor", GARBAGE.values(), ids=GARBAGE)
async def test_a_cursor_that_is_none_starts_a_snapshot(owner: Owner, me: Someone, phone: Phone, cursor: str) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    phone.cursor = cursor
    assert (await phone.pull())[0]["reset"] is True
    assert phone.ids("employer") == {employer}


async def test_a_cursor_of_another_epoch_starts_a_snapshot(owner: Owner, me: Someone, phone: Phone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    await phone.pull()
    await owner.execute("insert into feed (epoch) values (gen_random_uuid())")  # a restored backup
    try:
        assert (await phone.pull())[0]["reset"] is True
        assert (await phone.pull())[0]["reset"] is False
        assert phone.ids("employer") == {employer}
    finally:
        await owner.execute("delete from feed where epoch <> (select epoch from feed order by started_at limit 1)")


async def test_a_cursor_ahead_of_the_feed_starts_a_snapshot(owner: Owner, me: Someone, phone: Phone) -> None:
    """A backup was restored and nobody started a new epoch: the numbers went back under the phone's feet."""
    employer = await make_employer(owner, WEST_NORTH_1)
    await phone.pull()
    assert phone.cursor
    phone.cursor = encode(*msgspec.to_builtins(msgspec.structs.replace(read(phone.cursor), tx=2**62)))
    assert (await phone.pull())[0]["reset"] is True
    assert phone.ids("employer") == {employer}


async def test_a_cursor_of_another_person_starts_a_snapshot_even_with_the_same_grid(
    owner: Owner, territory: Territory, me: Someone, phone: Phone, phone_of: NewPhone
) -> None:
    colleague = await make_person_with_account(owner, WEST_NORTH_1)
    await make_patrol(owner, colleague, [await make_employer(owner, EAST_SOUTH_2)])
    theirs = phone_of(colleague)
    await theirs.pull()
    phone.cursor = theirs.cursor
    assert (await phone.pull())[0]["reset"] is True
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


@pytest.mark.parametrize(("path", "is_hers"), [(WEST_NORTH_1, True), (WEST_NORTH_2, False)])
async def test_an_employer_that_she_registers_just_outside_leaves_her_phone_again(phone: Phone, path: str, is_hers: bool) -> None:
    lon, lat = middle_of(path)
    await phone.pull()
    employer = register(position={"lon": lon, "lat": lat}, accuracy_m=8, position_source="gps")
    await phone.push(employer)
    told = [item for page in await phone.pull() for item in page["items"] if item["id"] == str(employer.entity_id)]
    assert [item["data"] is not None for item in told] == [is_hers]


async def test_a_forged_cursor_shows_nothing_of_others(owner: Owner, territory: Territory, me: Someone, phone: Phone) -> None:
    await phone.pull()
    await make_patrol(owner, territory["other_community"], [await make_employer(owner, EAST_SOUTH_2)])
    assert phone.cursor
    cursor = read(phone.cursor)
    for forged in (
        msgspec.structs.replace(cursor, tx=0),
        msgspec.structs.replace(cursor, snapshot_kind=2),
        msgspec.structs.replace(cursor, snapshot_kind=0, tx=2**63 - 1, seq=2**63 - 1),
    ):
        phone.cursor = encode(*msgspec.to_builtins(forged))
        await phone.pull()
        assert phone.ids("employer") == phone.ids("patrol") == set()
        assert phone.ids("grid") == {territory.grids[WEST_NORTH_1]}


@pytest.mark.parametrize("limit", ["0", "-1", "2001", "many", ""])
async def test_a_limit_out_of_bounds_is_refused_by_name(phone: Phone, limit: str) -> None:
    answer = await phone.http.get("/api/sync/pull", params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"
