"""Kept packages: what is given from them is what a phone would be given without them, and nobody is given more."""

import asyncio
from uuid import UUID

import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH_1,
    WEST_NORTH_2,
    Owner,
    Someone,
    Territory,
    make_employer,
    make_patrol,
    make_person_with_account,
    make_policy,
)
from phones import NewPhone
from scope import assert_holds_exactly_its_scope

from wangge.sync import kept_packages


@pytest.fixture(autouse=True)
async def _small_parts(owner: Owner) -> None:
    await make_policy(owner, "kept_package_employers", 3)


@pytest.fixture
def me(territory: Territory) -> Someone:
    return territory["community"]


async def move(owner: Owner, employer_id: UUID, path: str) -> None:
    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path from grids g where e.id = $1 and g.path = $2::text::ltree",
        employer_id, path,
    )  # fmt: skip


async def parts(owner: Owner) -> list[tuple[int, int, int]]:
    rows = await owner.fetch("select tx, part, employers from kept_packages order by grid_id, tx, part")
    return [tuple(row) for row in rows]


async def test_a_second_phone_is_given_what_was_kept_for_the_first(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    for _ in range(8):
        await make_employer(owner, WEST_NORTH_1)
    first, second = phone_of(me), phone_of(me)
    await first.pull()
    kept = await parts(owner)
    assert [employers for _, _, employers in kept] == [3, 3, 2]
    await second.pull()
    assert await parts(owner) == kept
    assert second.held == first.held
    await assert_holds_exactly_its_scope(owner, second, me.id, [WEST_NORTH_1])


async def test_what_has_changed_since_comes_with_the_delta(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(5)]
    await phone_of(me).pull()
    kept = await parts(owner)
    await owner.execute("update employers set name = '改名' where id = $1", employers[0])
    await make_employer(owner, WEST_NORTH_1)
    second = phone_of(me)
    pages = await second.pull()
    assert await parts(owner) == kept
    assert len(pages[-1]["items"]) == 2
    await assert_holds_exactly_its_scope(owner, second, me.id, [WEST_NORTH_1])


async def test_whom_one_may_not_see_any_more_is_not_given_from_what_was_kept(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(5)]
    await phone_of(me).pull()
    await move(owner, employers[2], EAST_SOUTH_2)
    second = phone_of(me)
    await second.pull()
    assert str(employers[2]) not in {item["id"] for page in second.pages for item in page["items"]}
    await assert_holds_exactly_its_scope(owner, second, me.id, [WEST_NORTH_1])


async def test_after_many_changes_it_is_made_anew(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    await make_policy(owner, "kept_package_changes", 3)
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(4)]
    await phone_of(me).pull()
    kept = await parts(owner)
    await owner.execute("update employers set name = '改名' where id = any($1::uuid[])", employers[:3])
    await phone_of(me).pull()
    assert await parts(owner) == kept
    await owner.execute("update employers set name = '又改' where id = $1", employers[0])
    second = phone_of(me)
    await second.pull()
    assert {tx for tx, _, _ in await parts(owner)}.isdisjoint({tx for tx, _, _ in kept})
    await assert_holds_exactly_its_scope(owner, second, me.id, [WEST_NORTH_1])


async def test_of_another_epoch_or_another_form_it_is_of_no_use(
    owner: Owner, me: Someone, phone_of: NewPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await make_employer(owner, WEST_NORTH_1)
    await phone_of(me).pull()
    await owner.execute("update kept_packages set body = $1", b"what another release or another database wrote")
    monkeypatch.setattr(kept_packages, "FORM_OF_EMPLOYERS", "another form")
    second = phone_of(me)
    await second.pull()
    await assert_holds_exactly_its_scope(owner, second, me.id, [WEST_NORTH_1])


async def test_let_go_of_in_the_middle_of_a_snapshot_it_is_whole_all_the_same(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    employers = [await make_employer(owner, WEST_NORTH_1) for _ in range(8)]
    phone = phone_of(me)
    for page in range(20):
        if (await phone.pull_page(3))["up_to_date"]:
            break
        if page % 2:
            await owner.execute("delete from kept_packages")
        await owner.execute("update employers set employees = $2 where id = $1", employers[page % 8], page)
    await phone.pull(3)
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


async def test_first_pulls_at_once_make_one_package(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    for _ in range(10):
        await make_employer(owner, WEST_NORTH_1)
    phones = [phone_of(me) for _ in range(4)]
    await asyncio.gather(*[phone.pull(4) for phone in phones])
    for phone in phones:
        await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


async def test_grids_with_nobody_in_them_and_people_with_several_grids(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    both = await make_person_with_account(owner, WEST_NORTH_1, duties=[WEST_NORTH_1, WEST_NORTH_2])
    for _ in range(4):
        await make_employer(owner, WEST_NORTH_2)
    stop = await make_employer(owner, EAST_SOUTH_2)
    await make_patrol(owner, both, [stop])
    phone = phone_of(both)
    await phone.pull(2)
    assert stop in phone.ids("employer")
    await assert_holds_exactly_its_scope(owner, phone, both.id, [WEST_NORTH_1, WEST_NORTH_2])


async def test_who_takes_no_gzip_is_told_the_same(owner: Owner, me: Someone, phone_of: NewPhone) -> None:
    for _ in range(7):
        await make_employer(owner, WEST_NORTH_1)
    packed, plain = phone_of(me), phone_of(me)
    plain.http.headers["accept-encoding"] = "identity"
    await packed.pull()
    await plain.pull()
    assert plain.held == packed.held


async def test_a_part_is_not_made_without_the_part_before_it(owner: Owner, territory: Territory) -> None:
    grid_id = territory.grids[WEST_NORTH_1]
    assert await kept_packages._made(owner, grid_id, "a test", 1, 2) is None
