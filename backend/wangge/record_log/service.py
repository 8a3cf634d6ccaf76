"""Roots and proofs for whoever is signed in: they tell hashes and numbers, and nothing of what was recorded."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.clock import utc_now
from wangge.record_log import repository
from wangge.record_log.errors import NotInLogYet, TreeSizeUnknown
from wangge.record_log.merkle import consistency_ranges, inclusion_ranges
from wangge.record_log.schemas import ConsistencyProof, InclusionProof, LogHead, LogRootRead, ServerKeyRead
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import moment_text

ROOTS_MAX = 400


async def server_keys(db: AsyncSession) -> list[ServerKeyRead]:
    """The keys to verify the server's signatures with, today's first."""
    return [ServerKeyRead(**row) for row in await repository.keys(db)]


async def published_roots(db: AsyncSession, since: date | None, until: date | None) -> list[LogRootRead]:
    """Daily roots, the newest first, at most ``ROOTS_MAX``."""
    return [LogRootRead(**row) for row in await repository.roots(db, since, until, ROOTS_MAX)]


async def head(db: AsyncSession, key: ServerKey) -> LogHead:
    """The log as it stands, signed now."""
    size, now = await repository.tree_size(db), utc_now()
    root_hash = (await repository.root_of(db, size)).hex()
    return LogHead(size, root_hash, now, key.key_id, key.sign_root(size, root_hash, moment_text(now)))


async def proofs_of_inclusion(db: AsyncSession, log_indexes: Sequence[int], size: int) -> list[list[str]]:
    """A proof for each of these entries in the tree of ``size``, in their order."""
    ranges = [inclusion_ranges(index, size) for index in log_indexes]
    hashes = await repository.hashes_of(db, {r for proof in ranges for r in proof})
    return [[hashes[r].hex() for r in proof] for proof in ranges]


async def inclusion(db: AsyncSession, subject_id: UUID, sha256: str | None, tree_size: int | None) -> InclusionProof:
    """That an operation (by its id) or a photo's file (by the photo's) is in the log; ``sha256`` tells several apart.

    Raises:
        NotInLogYet: not in the tree of that size.
        TreeSizeUnknown: there is no such tree.
    """
    size = await _known_size(db, tree_size)
    found = [e for e in await repository.entries_of(db, [subject_id]) if sha256 in (None, e["sha256"]) and e["log_index"] < size]
    if not found:
        raise NotInLogYet()
    [proof] = await proofs_of_inclusion(db, [found[0]["log_index"]], size)
    return InclusionProof(**found[0], tree_size=size, root_hash=(await repository.root_of(db, size)).hex(), proof=proof)


async def consistency(db: AsyncSession, first: int, second: int | None) -> ConsistencyProof:
    """That the log of ``second`` entries (as it stands, without) begins with the log of ``first``.

    Raises:
        TreeSizeUnknown: there is no such tree, or the second is the smaller one.
    """
    size = await _known_size(db, second)
    if not 0 < first <= size:
        raise TreeSizeUnknown(tree_size=size)
    ranges = consistency_ranges(first, size)
    hashes = await repository.hashes_of(db, {*ranges, (0, first), (0, size)})
    proof = [hashes[r].hex() for r in ranges]
    return ConsistencyProof(first, hashes[0, first].hex(), size, hashes[0, size].hex(), proof)


async def _known_size(db: AsyncSession, wanted: int | None) -> int:
    size = await repository.tree_size(db)
    if wanted is None:
        return size
    if not 0 < wanted <= size:
        raise TreeSizeUnknown(tree_size=size)
    return wanted
