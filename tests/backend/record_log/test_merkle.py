"""The Merkle tree's arithmetic against the plain recursion of RFC 9162, and against vectors that others have published."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.record_log.merkle import (
    Range,
    consistency_ranges,
    fold,
    holds_consistency,
    holds_inclusion,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    subtrees_of,
)

# The eight leaves and roots of the reference implementation of certificate transparency (merkletree tests).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
Leaves = Sequence[bytes]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def plain_root(leaves: Leaves) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_path(m: int, leaves: Leaves) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*plain_path(m, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(m - k, leaves[k:]), plain_root(leaves[:k])]


def plain_consistency(m: int, leaves: Leaves, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [plain_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*plain_consistency(m, leaves[:k], whole), plain_root(leaves[k:])]
    return [*plain_consistency(m - k, leaves[k:], False), plain_root(leaves[:k])]


def kept_nodes(leaves: Leaves) -> dict[tuple[int, int], bytes]:
    """The complete subtrees, as the log keeps them."""
    nodes = {(0, i): leaf_hash(leaf) for i, leaf in enumerate(leaves)}
    level, count = 0, len(leaves)
    while count > 1:
        count //= 2
        nodes |= {(level + 1, i): node_hash(nodes[level, 2 * i], nodes[level, 2 * i + 1]) for i in range(count)}
        level += 1
    return nodes


def from_nodes(nodes: dict[tuple[int, int], bytes], ranges: Sequence[Range]) -> list[bytes]:
    return [fold([nodes[s] for s in subtrees_of(r)]) for r in ranges]


def made(count: int) -> list[bytes]:
    return [f"leaf {i}".encode() for i in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_that_others_have_published(size: int) -> None:
    leaves = [bytes.fromhex(leaf) for leaf in LEAVES[:size]]

    assert fold([kept_nodes(leaves)[s] for s in subtrees_of((0, size))]).hex() == ROOTS[size - 1]
    assert plain_root(leaves).hex() == ROOTS[size - 1]


def test_the_root_of_an_empty_log() -> None:
    assert fold([]) == plain_root([])


@given(st.integers(1, 300), st.data())
def test_a_proof_of_inclusion_is_that_of_the_plain_recursion_and_holds(size: int, data: st.DataObject) -> None:
    leaves, index = made(size), data.draw(st.integers(0, size - 1))

    proof = from_nodes(kept_nodes(leaves), inclusion_ranges(index, size))

    assert proof == plain_path(index, leaves)
    assert holds_inclusion(leaf_hash(leaves[index]), index, size, proof, plain_root(leaves))


@given(st.integers(1, 300), st.data())
def test_a_proof_of_consistency_is_that_of_the_plain_recursion_and_holds(size: int, data: st.DataObject) -> None:
    leaves, earlier = made(size), data.draw(st.integers(1, size))

    proof = from_nodes(kept_nodes(leaves), consistency_ranges(earlier, size))

    assert proof == plain_consistency(earlier, leaves)
    assert holds_consistency(earlier, plain_root(leaves[:earlier]), size, plain_root(leaves), proof)


@given(st.integers(2, 200), st.data())
def test_no_proof_of_inclusion_holds_for_anything_else(size: int, data: st.DataObject) -> None:
    leaves, index = made(size), data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index))
    proof, root = plain_path(index, leaves), plain_root(leaves)
    leaf = leaf_hash(leaves[index])

    assert not holds_inclusion(leaf, other, size, proof, root), "another place"
    assert not holds_inclusion(leaf_hash(b"another"), index, size, proof, root)
    assert not holds_inclusion(leaf, index, size, proof[:-1], root)
    assert not holds_inclusion(leaf, index, size, [*proof, root], root)
    assert not holds_inclusion(leaf, index, size, [bytes(32), *proof[1:]], root)
    assert not holds_inclusion(leaf, index, size, proof, plain_root(leaves[:-1]))
    assert not holds_inclusion(leaf, size, size, proof, root)


@given(st.integers(2, 200), st.data())
def test_a_log_in_which_anything_was_altered_removed_or_moved_is_not_consistent(size: int, data: st.DataObject) -> None:
    leaves, earlier = made(size), data.draw(st.integers(1, size - 1))
    victim = data.draw(st.integers(0, earlier - 1))
    altered = [*leaves[:victim], b"altered", *leaves[victim + 1 :]]
    removed = [*leaves[:victim], *leaves[victim + 1 :], b"new"]
    moved = [*leaves[:victim], leaves[victim + 1], leaves[victim], *leaves[victim + 2 :]]

    for forged in (altered, removed, moved):
        if forged[:earlier] == leaves[:earlier]:
            continue
        proof = plain_consistency(earlier, forged)
        assert not holds_consistency(earlier, plain_root(leaves[:earlier]), size, plain_root(forged), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_ranges(index, size)


def test_a_proof_in_a_log_of_ten_million_reads_a_few_dozen_nodes() -> None:
    size = 10_000_000 - 1
    most = max(sum(len(subtrees_of(r)) for r in inclusion_ranges(index, size)) for index in range(0, size, 99_991))

    assert most <= 2 * size.bit_length()
    assert sum(len(subtrees_of(r)) for r in consistency_ranges(9_000_001, size)) <= 3 * size.bit_length()
