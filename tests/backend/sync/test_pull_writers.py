"""S3, nothing missed: whatever the interleaving of commits, a phone that pulls until told "up to date" holds exactly its scope."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
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
    make_employer,
    make_patrol,
    make_person_with_account,
    today,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phones import NewPhone, Phone, visit
from scope import assert_holds_exactly_its_scope

from wangge.cluster import ClusterUrls

Writer = asyncpg.Connection
NewWriter = Callable[[], AbstractAsyncContextManager[Any]]
RENAME = "update employers set name = $2, version = version + 1 where id = $1"


@pytest.fixture
def writer(database: ClusterUrls) -> NewWriter:
    """Open a connection that writes beside the others."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        connection = await asyncpg.connect(database.owner)
        try:
            yield connection
        finally:
            await connection.close()

    return connect


async def a_slow_and_a_quick_writer(owner: Owner, phone: Phone, writer: NewWriter) -> tuple[str, str]:
    """A writes first and commits last, B in between; the phone pulls after each commit. What it then holds of both."""
    a, b = [await make_employer(owner, WEST_NORTH_1, name="旧名") for _ in range(2)]
    await phone.pull()
    async with writer() as slow, writer() as quick:
        slowly, quickly = slow.transaction(), quick.transaction()
        await slowly.start()
        await slow.execute(RENAME, a, "慢")
        await quickly.start()
        await quick.execute(RENAME, b, "快")
        await quickly.commit()
        await phone.pull()
        await slowly.commit()
    await phone.pull()
    return phone.held["employer", str(a)]["name"], phone.held["employer", str(b)]["name"]


async def test_a_slow_transaction_is_waited_for_and_never_skipped(
    owner: Owner, territory: Territory, phone_of: NewPhone, writer: NewWriter
) -> None:
    assert await a_slow_and_a_quick_writer(owner, phone_of(territory["community"]), writer) == ("慢", "快")


async def test_a_reader_that_goes_on_to_the_newest_transaction_misses_a_slow_one(
    owner: Owner, territory: Territory, phone_of: NewPhone, writer: NewWriter
) -> None:
    """The negative control: with a frontier that does not wait, the test above fails."""
    right = await owner.fetchval("select pg_get_functiondef('feed_frontier'::regproc)")
    await owner.execute(right.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))
    try:
        assert await a_slow_and_a_quick_writer(owner, phone_of(territory["community"]), writer) == ("旧名", "快")
    finally:
        await owner.execute(right)


async def test_a_slow_transaction_during_a_snapshot_is_not_skipped(
    owner: Owner, territory: Territory, phone_of: NewPhone, writer: NewWriter
) -> None:
    employers = sorted([await make_employer(owner, WEST_NORTH_1) for _ in range(5)])
    phone = phone_of(territory["community"])
    async with writer() as slow:
        slowly = slow.transaction()
        await slowly.start()
        await slow.execute(RENAME, employers[0], "慢")
        await make_employer(slow, WEST_NORTH_1)
        await phone.pull(3)
        await slowly.commit()
    (page,) = await phone.pull()
    assert page["reset"] is False
    await assert_holds_exactly_its_scope(owner, phone, territory["community"].id, [WEST_NORTH_1])


async def test_a_slow_transaction_that_is_undone_leaves_nothing_behind(
    owner: Owner, territory: Territory, phone_of: NewPhone, writer: NewWriter
) -> None:
    employer, other = [await make_employer(owner, WEST_NORTH_1) for _ in range(2)]
    phone = phone_of(territory["community"])
    await phone.pull()
    async with writer() as slow:
        slowly = slow.transaction()
        await slowly.start()
        await slow.execute(RENAME, employer, "慢")
        await owner.execute(RENAME, other, "快")
        await phone.pull()
        await slowly.rollback()
    await phone.pull()
    await assert_holds_exactly_its_scope(owner, phone, territory["community"].id, [WEST_NORTH_1])


async def test_a_push_under_way_is_not_skipped(owner: Owner, territory: Territory, phone_of: NewPhone, writer: NewWriter) -> None:
    """The same through the API: one person's push waits for a lock while another's work goes on."""
    mine, other = [await make_employer(owner, WEST_NORTH_1) for _ in range(2)]
    me, phone = territory["community"], phone_of(territory["community"])
    await phone.pull()
    async with writer() as slow:
        slowly = slow.transaction()
        await slowly.start()
        await slow.execute(RENAME, mine, "慢")
        await phone_of(territory["street"]).push(visit(other))
        await phone.pull()
        await slowly.commit()
    await phone.pull()
    await assert_holds_exactly_its_scope(owner, phone, me.id, [WEST_NORTH_1])


# Random interleavings. Each writer has employers, patrols and a transaction of its own, so that none waits for another.
WRITERS = 3
PATHS = [WEST_NORTH_1, WEST_NORTH_2, EAST_SOUTH_2]
pick = st.integers(0, 1000)
STEPS = st.one_of(
    st.tuples(st.just("found"), st.integers(0, WRITERS - 1), st.sampled_from(PATHS)),
    st.tuples(st.just("rename"), st.integers(0, WRITERS - 1), pick),
    st.tuples(st.just("move"), st.integers(0, WRITERS - 1), pick, st.sampled_from(PATHS)),
    st.tuples(st.just("plan"), st.integers(0, WRITERS - 1), pick, st.booleans()),
    st.tuples(st.just("close"), st.integers(0, WRITERS - 1), pick, st.sampled_from(["started", "finished", "cancelled"])),
    st.tuples(st.just("reassign"), st.integers(0, WRITERS - 1), pick, st.booleans()),
    st.tuples(st.just("visit"), st.integers(0, WRITERS - 1), pick),
    st.tuples(st.just("commit"), st.integers(0, WRITERS - 1)),
    st.tuples(st.just("commit"), st.integers(0, WRITERS - 1)),
    st.tuples(st.just("undo"), st.integers(0, WRITERS - 1)),
    st.tuples(st.just("pull"), st.sampled_from([1, 3, 500])),
    st.tuples(st.just("pull page"), st.sampled_from([1, 2])),
    st.tuples(st.just("duty"), st.booleans()),
)


@dataclass
class OneWriter:
    """A connection, its transaction under way, and what it may touch (as last committed, as it sees it now)."""

    connection: Any
    transaction: Any = None
    employers: list[UUID] = field(default_factory=list)
    patrols: list[UUID] = field(default_factory=list)
    kept: tuple[list[UUID], list[UUID]] = field(default_factory=lambda: ([], []))

    async def begin(self) -> Any:
        if self.transaction is None:
            self.transaction = self.connection.transaction()
            await self.transaction.start()
        return self.connection

    async def end(self, undo: bool = False) -> None:
        if self.transaction is None:
            return
        await (self.transaction.rollback() if undo else self.transaction.commit())
        self.transaction = None
        if undo:
            self.employers, self.patrols = list(self.kept[0]), list(self.kept[1])
        else:
            self.kept = list(self.employers), list(self.patrols)


async def write(one: OneWriter, me: Someone, colleague: Someone, step: tuple[Any, ...]) -> None:
    """One step of a writer inside its transaction."""
    what, arguments = step[0], step[2:]
    connection = await one.begin()
    if what == "found":
        one.employers.append(await make_employer(connection, arguments[0]))
        return
    employer = one.employers[arguments[0] % len(one.employers)] if one.employers else None
    patrol = one.patrols[arguments[0] % len(one.patrols)] if one.patrols else None
    if what == "rename" and employer:
        await connection.execute(RENAME, employer, f"改名{arguments[0]}")
    elif what == "move" and employer:
        await connection.execute(
            "update employers e set grid_id = g.id, grid_path = g.path from grids g where e.id = $1 and g.path = $2::text::ltree",
            employer, arguments[1],
        )  # fmt: skip
    elif what == "plan":
        stops = one.employers[-(arguments[0] % 4) :] if one.employers else []
        one.patrols.append(await make_patrol(connection, me if arguments[1] else colleague, stops, path=WEST_NORTH_1))
    elif what == "close" and patrol:
        await connection.execute("update patrols set status = $2, version = version + 1 where id = $1", patrol, arguments[1])
    elif what == "reassign" and patrol:
        await connection.execute("update patrols set assignee_id = $2 where id = $1", patrol, (me if arguments[1] else colleague).id)
    elif what == "visit" and employer:
        await connection.execute(
            """insert into visits (id, employer_id, person_id, device_id, patrol_id, activities, people_met, note, evidence_expected,
                                   flags, captured_at, happened_at, grid_id, grid_path)
               select gen_random_uuid(), e.id, $2, gen_random_uuid(), $3, '{}', '', '', 0, '{}', now(), now(), e.grid_id, e.grid_path
               from employers e where e.id = $1""",
            employer, me.id, patrol,
        )  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=4, max_size=30))
async def test_after_any_interleaving_of_writers_a_phone_holds_exactly_its_scope(
    owner: Owner, territory: Territory, phone_of: NewPhone, writer: NewWriter, steps: list[tuple[Any, ...]]
) -> None:
    me, colleague = [await make_person_with_account(owner, WEST_NORTH_1) for _ in range(2)]
    phone, other, paths = phone_of(me), phone_of(colleague), [WEST_NORTH_1]
    async with writer() as one, writer() as two, writer() as three:
        writers = [OneWriter(c) for c in (one, two, three)]
        for step in steps:
            if step[0] == "pull":
                await phone.pull(step[1])
            elif step[0] == "pull page":
                await phone.pull_page(step[1])
            elif step[0] == "duty":
                paths = [WEST_NORTH_1, WEST_NORTH_2] if step[1] else [WEST_NORTH_1]
                await owner.execute("delete from duties where person_id = $1 and grid_path = $2::text::ltree", me.id, WEST_NORTH_2)
                await owner.execute(
                    "insert into duties (id, person_id, grid_id, grid_path, duty, valid_from, valid_to) "
                    "select gen_random_uuid(), $1, id, path, '', $3, $4 from grids where path = $2::text::ltree",
                    me.id, WEST_NORTH_2, today() - timedelta(days=9), None if step[1] else today() - timedelta(days=1),
                )  # fmt: skip
            elif step[0] in ("commit", "undo"):
                await writers[step[1]].end(undo=step[0] == "undo")
            else:
                await write(writers[step[1]], me, colleague, step)
        for each in writers:
            await each.end()
    for held, person, grids in ((phone, me, paths), (other, colleague, [WEST_NORTH_1])):
        await held.pull(3)
        await assert_holds_exactly_its_scope(owner, held, person.id, grids)
