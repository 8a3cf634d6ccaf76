"""SQL of the record log."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.record_log.merkle import Range, Subtree, fold, subtrees_of

SIZE = text("select log_size()")
NODES = text("""
    with wanted as (select * from unnest(cast(:levels as int[]), cast(:indexes as bigint[])) as w(level, node_index))
    select n.level, n.node_index, n.hash from log_nodes n join wanted using (level, node_index)
    union all
    select 0, e.log_index, e.leaf_hash from log_entries e join wanted w on w.level = 0 and w.node_index = e.log_index
""")
ROOTS = text("""
    select day, tree_size, root_hash, published_at, key_id, signature from log_roots
    where (cast(:since as date) is null or day >= :since) and (cast(:until as date) is null or day <= :until)
    order by day desc limit :at_most
""")
ROOTS_AFTER = text("""
    select day, tree_size, root_hash, published_at, key_id, signature from log_roots
    where tree_size > :first and tree_size <= :size order by tree_size, day
""")
KEYS = text("select key_id, public_key, valid_from, retired_at from server_keys order by retired_at desc nulls first, valid_from desc")
ENTRIES = text("""
    select log_index, kind, subject_id, sha256, log_moment(at) as at from log_entries
    where subject_id = any(:ids) order by log_index
""")


async def tree_size(db: AsyncSession) -> int:
    """How many entries the log has."""
    size: int = await db.scalar(SIZE)
    return size


async def hashes_of(db: AsyncSession, ranges: Iterable[Range]) -> dict[Range, bytes]:
    """The hash of each range of leaves, from the complete subtrees that are kept; one query for all of them.

    Raises:
        LookupError: a subtree is not there: somebody has removed it, for the log only grows.
    """
    parts: dict[Range, list[Subtree]] = {r: subtrees_of(r) for r in ranges}
    wanted = sorted({subtree for subtrees in parts.values() for subtree in subtrees})
    values = {"levels": [level for level, _ in wanted], "indexes": [index for _, index in wanted]}
    found = {(level, index): node for level, index, node in await db.execute(NODES, values)}
    if missing := [s for s in wanted if s not in found]:
        raise LookupError(f"the record log lacks nodes {missing[:5]}")
    return {r: fold([found[s] for s in subtrees]) for r, subtrees in parts.items()}


async def root_of(db: AsyncSession, size: int) -> bytes:
    """The root of the tree of the first ``size`` entries."""
    return (await hashes_of(db, [(0, size)]))[(0, size)]


async def roots(db: AsyncSession, since: date | None, until: date | None, at_most: int) -> Sequence[RowMapping]:
    """Published roots, the newest first."""
    return (await db.execute(ROOTS, {"since": since, "until": until, "at_most": at_most})).mappings().all()


async def roots_covering(db: AsyncSession, first: int, size: int) -> Sequence[RowMapping]:
    """Every published root of a tree that holds entry ``first`` and is no larger than ``size``, the smallest first."""
    return (await db.execute(ROOTS_AFTER, {"first": first, "size": size})).mappings().all()


async def keys(db: AsyncSession) -> Sequence[RowMapping]:
    """The keys that the server signs or has signed with, today's first."""
    return (await db.execute(KEYS)).mappings().all()


async def entries_of(db: AsyncSession, subject_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The log's entries about operations or photos, ``at`` as the leaf has it."""
    return (await db.execute(ENTRIES, {"ids": list(subject_ids)})).mappings().all()
