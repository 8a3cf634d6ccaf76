"""The record log in the database: what arrives gets in, once, in order; nothing leaves it; roots and proofs hold."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from factories import Owner, Territory, make_employer, make_evidence
from fixture_types import Client
from sealing import SealedOp, SealingPhone, sealing_phone
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.cluster import ClusterUrls
from wangge.core.clock import china_day, utc_now
from wangge.core.db import unit_of_work
from wangge.core.ids import new_id
from wangge.core.settings import Settings
from wangge.core.signatures import holds, public_key_of
from wangge.record_log.keeping import append_all, publish_yesterday
from wangge.record_log.merkle import fold, holds_consistency, holds_inclusion, leaf_hash, node_hash, subtrees_of
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import leaf_text, root_text


@pytest.fixture
async def phone(owner: Owner, territory: Territory, client: Client) -> SealingPhone:
    made = await sealing_phone(owner, client, territory["community"])
    await made.make_key_known()
    return made


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    return await make_employer(owner, territory["community"].path)


@pytest.fixture
async def key(engine: AsyncEngine, settings: Settings) -> ServerKey:
    return await ServerKey(settings.receipt_key).ready(engine)


async def whole_log(owner: Owner) -> list[bytes]:
    """The leaf hashes, made again from the entries."""
    rows = await owner.fetch("select kind, subject_id::text, sha256, log_moment(at) as at from log_entries order by log_index")
    return [leaf_hash(leaf_text(r["kind"], r["subject_id"], r["sha256"], r["at"])) for r in rows]


def plain_root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(plain_root(hashes[:k]), plain_root(hashes[k:]))


async def places(owner: Owner, *ops: SealedOp) -> list[int | None]:
    return [await owner.fetchval("select log_index from log_entries where sha256 = $1", op.op_sha256) for op in ops]


async def test_every_operation_that_arrives_gets_in_once_also_a_refused_one(
    owner: Owner, phone: SealingPhone, employer: UUID, engine: AsyncEngine
) -> None:
    good, refused = phone.check_in(employer), phone.record("visit.record", {"employer_id": 7})
    await phone.push(good, refused)
    await phone.push(good, refused)

    await append_all(engine)

    assert None not in await places(owner, good, refused)
    assert await owner.fetchval("select count(*) from log_entries where sha256 = any($1)", [good.op_sha256, refused.op_sha256]) == 2
    assert await owner.fetchval("select count(*) from log_pending") == 0


async def test_every_file_that_is_stored_gets_in_once(owner: Owner, territory: Territory, employer: UUID, engine: AsyncEngine) -> None:
    evidence = await make_evidence(owner, territory["community"], employer)
    await owner.execute("update evidence set copy_state = 'stored' where id = $1", evidence)
    await owner.execute("update evidence set copy_state = 'stored', original_state = 'stored' where id = $1", evidence)
    await owner.execute("update evidence set thumbnail_state = 'made' where id = $1", evidence)

    await append_all(engine)

    rows = await owner.fetch("select kind, sha256 from log_entries where subject_id = $1 order by kind", evidence)
    row = await owner.fetchrow("select copy_sha256, original_sha256 from evidence where id = $1", evidence)
    assert [tuple(r) for r in rows] == [("copy", row["copy_sha256"]), ("original", row["original_sha256"])]


async def test_what_is_rolled_back_never_gets_in(owner: Owner, territory: Territory, employer: UUID, engine: AsyncEngine) -> None:
    evidence = await make_evidence(owner, territory["community"], employer)
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("update evidence set copy_state = 'stored' where id = $1", evidence)
    await transaction.rollback()

    await append_all(engine)

    assert await owner.fetchval("select count(*) from log_entries where subject_id = $1", evidence) == 0


async def test_places_are_without_gaps_and_every_kept_node_is_right(owner: Owner, engine: AsyncEngine) -> None:
    """Uneven portions, so that subtrees become complete now here, now there."""
    for portion in (1, 2, 5, 1, 7, 16, 3):
        await _pend(owner, portion)
        await append_all(engine)

    hashes = await whole_log(owner)
    nodes = {(0, r[0]): r[1] for r in await owner.fetch("select log_index, leaf_hash from log_entries")}
    nodes |= {(r[0], r[1]): r[2] for r in await owner.fetch("select level, node_index, hash from log_nodes")}
    indexes = [r[0] for r in await owner.fetch("select log_index from log_entries order by 1")]

    assert indexes == list(range(len(hashes)))
    assert {i: nodes[0, i] for i in indexes} == dict(enumerate(hashes))
    for (level, index), kept in nodes.items():
        assert level == 0 or kept == node_hash(nodes[level - 1, 2 * index], nodes[level - 1, 2 * index + 1])
    assert len(nodes) == sum(len(hashes) >> level for level in range(len(hashes).bit_length()))
    assert fold([nodes[s] for s in subtrees_of((0, len(hashes)))]) == plain_root(hashes)


async def _pend(owner: Owner, count: int) -> None:
    await owner.execute(
        "insert into log_pending (kind, subject_id, sha256, at) select 'operation', gen_random_uuid(), md5(n::text) || md5(n::text), now() "
        "from generate_series(1, $1) as n",
        count,
    )


async def test_many_copies_of_the_server_at_it_at_once_make_one_log(owner: Owner, engine: AsyncEngine) -> None:
    before = await owner.fetchval("select log_size()")
    for _ in range(5):
        await _pend(owner, 11)
        await asyncio.gather(*(append_all(engine) for _ in range(4)))

    hashes = await whole_log(owner)
    assert len(hashes) == before + 55
    assert await owner.fetchval("select count(*) from log_nodes where level = 1") == len(hashes) // 2


async def test_a_slow_push_keeps_nobody_from_the_log_and_gets_in_later(owner: Owner, database: ClusterUrls, engine: AsyncEngine) -> None:
    slow = await asyncpg.connect(database.owner)
    transaction = slow.transaction()
    await transaction.start()
    late = new_id()
    await slow.execute("insert into log_pending (kind, subject_id, sha256, at) values ('operation', $1, repeat('a', 64), now())", late)
    await _pend(owner, 3)

    await append_all(engine)
    size = await owner.fetchval("select log_size()")
    await transaction.commit()
    await append_all(engine)

    assert await owner.fetchval("select log_index from log_entries where subject_id = $1", late) == size
    await slow.close()


@pytest.mark.parametrize(
    "statement",
    [
        "delete from log_entries",
        "update log_entries set sha256 = 'x'",
        "truncate log_entries",
        "insert into log_entries values (10000000, 'copy', gen_random_uuid(), 'x', now(), '\\x00')",
        "delete from log_nodes",
        "update log_nodes set hash = '\\x00'",
        "insert into log_nodes values (1, 10000000, '\\x00')",
        "delete from log_roots",
        "insert into log_roots values ('2020-01-01', 1, 'x', now(), 'x', 'x')",
        "delete from log_pending",
        "insert into log_pending (kind, subject_id, sha256, at) values ('copy', gen_random_uuid(), 'x', now())",
        "update server_keys set public_key = 'x'",
        "insert into server_keys (key_id, public_key) values ('x', 'x')",
        "update device_keys set public_key = 'x'",
        "update sync_operations set signature = 'x'",
        "update sync_operations set body = 'x'",
    ],
)
async def test_the_apis_role_may_not(statement: str, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute(text(statement))


@pytest.mark.parametrize("table", ["log_entries", "log_nodes", "log_roots"])
async def test_not_even_the_owner_changes_what_is_in_the_log(table: str, owner: Owner) -> None:
    for statement in (f"delete from {table}", f"truncate {table} cascade"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await owner.execute(statement)


# ---- roots


async def test_the_root_of_a_day_is_published_once_signed_and_for_days_that_ended(
    owner: Owner, engine: AsyncEngine, key: ServerKey, client: Client, territory: Territory
) -> None:
    await _pend(owner, 3)
    await append_all(engine)
    day = _fresh_day()
    async with unit_of_work(engine) as db:
        assert await publish_yesterday(db, key, day + timedelta(days=1))
    async with unit_of_work(engine) as db:
        assert not await publish_yesterday(db, key, day + timedelta(days=1))

    answer = await client(territory["community"]).get("/api/log/roots", params={"since": day.isoformat(), "until": day.isoformat()})

    [root] = answer.json()
    assert root["tree_size"] == await owner.fetchval("select tree_size from log_roots where day = $1", day)
    hashes = (await whole_log(owner))[: root["tree_size"]]
    assert root["root_hash"] == plain_root(hashes).hex()
    public = public_key_of(key.public_key)
    signed = root_text(root["tree_size"], root["root_hash"], root["published_at"], root["key_id"], root["day"])
    assert public and holds(public, root["signature"], signed)
    assert not holds(public, root["signature"], signed.replace(b'"tree_size":', b'"tree_size":1'))


_days = iter(date(2001, 1, 1) + timedelta(days=n) for n in range(1000))


def _fresh_day() -> date:
    """A day that no other test has published: roots stay."""
    return next(_days)


async def test_no_root_of_a_day_that_has_not_ended(engine: AsyncEngine, key: ServerKey) -> None:
    with pytest.raises(Exception, match="has not ended"):
        async with unit_of_work(engine) as db:
            await publish_yesterday(db, key, china_day(utc_now()) + timedelta(days=2))


# ---- proofs


async def test_proofs_of_inclusion_hold(owner: Owner, phone: SealingPhone, employer: UUID, engine: AsyncEngine) -> None:
    ops = [phone.check_in(employer) for _ in range(5)]
    outcomes = await phone.push(*ops)
    await append_all(engine)

    for op, outcome in zip(ops, outcomes, strict=True):
        answer = (await phone.http.get("/api/log/proof/inclusion", params={"subject_id": outcome["op_id"]})).json()
        leaf = leaf_hash(leaf_text(answer["kind"], answer["subject_id"], answer["sha256"], answer["at"]))
        proof = [bytes.fromhex(h) for h in answer["proof"]]
        assert answer["sha256"] == op.op_sha256
        assert holds_inclusion(leaf, answer["log_index"], answer["tree_size"], proof, bytes.fromhex(answer["root_hash"]))


async def test_proofs_of_consistency_hold(owner: Owner, engine: AsyncEngine, client: Client, territory: Territory) -> None:
    await _pend(owner, 13)
    await append_all(engine)
    hashes = await whole_log(owner)
    http = client(territory["community"])

    for first in {1, 2, len(hashes) // 2, len(hashes) - 1, len(hashes)}:
        answer = (await http.get("/api/log/proof/consistency", params={"first": first, "second": len(hashes)})).json()
        assert answer["first_root_hash"] == plain_root(hashes[:first]).hex()
        proof = [bytes.fromhex(h) for h in answer["proof"]]
        assert holds_consistency(first, plain_root(hashes[:first]), len(hashes), bytes.fromhex(answer["second_root_hash"]), proof)


@pytest.mark.parametrize(
    ("path", "params", "problem"),
    [
        ("inclusion", {"subject_id": str(new_id())}, "not_in_log_yet"),
        ("inclusion", {"subject_id": str(new_id()), "tree_size": 2**40}, "tree_size_unknown"),
        ("consistency", {"first": 2**40}, "tree_size_unknown"),
        ("consistency", {"first": 2, "second": 1}, "tree_size_unknown"),
        ("consistency", {"first": 0}, "invalid_input"),
    ],
)
async def test_what_is_not_there_is_said(
    path: str, params: dict[str, Any], problem: str, owner: Owner, engine: AsyncEngine, client: Client, territory: Territory
) -> None:
    await _pend(owner, 2)
    await append_all(engine)

    answer = await client(territory["community"]).get(f"/api/log/proof/{path}", params=params)

    assert answer.json()["type"] == problem


# ---- the server's key


async def test_the_key_is_made_once_and_read_by_the_server_alone(engine: AsyncEngine, tmp_path: Any, owner: Owner) -> None:
    path = tmp_path / "secrets" / "receipt_key.pem"
    made = await asyncio.gather(*(ServerKey(path).ready(engine) for _ in range(4)))

    assert path.stat().st_mode & 0o777 == 0o600
    assert len({k.key_id for k in made}) == 1
    assert [p.name for p in path.parent.iterdir()] == ["receipt_key.pem"]


async def test_a_new_key_leaves_the_former_one_good_for_what_it_signed(
    engine: AsyncEngine, tmp_path: Any, key: ServerKey, client: Client, territory: Territory
) -> None:
    fresh = await ServerKey(tmp_path / "new.pem").ready(engine)

    keys = {k["key_id"]: k for k in (await client(territory["community"]).get("/api/log/key")).json()}

    assert keys[fresh.key_id]["retired_at"] is None
    assert keys[key.key_id]["retired_at"] is not None
    assert keys[key.key_id]["public_key"] == key.public_key
    again = ServerKey(key._path)
    await again.ready(engine)
    keys = {k["key_id"]: k for k in (await client(territory["community"]).get("/api/log/key")).json()}
    assert keys[key.key_id]["retired_at"] is None
