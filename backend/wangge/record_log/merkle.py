"""Merkle trees over a log: which complete subtrees a root or a proof is made of, and whether a proof holds. Pure.

A tree of ``size`` leaves is never rebuilt. Its complete subtrees never change once they are complete, so that they are kept;
``subtrees_of`` says which of them a range of leaves is made of, and every hash that a proof needs is one of a range.

Source:
    RFC 9162, sections 2.1.1 to 2.1.4 (the same tree as RFC 6962).
"""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()
# A range of leaves, the first and the one after the last; a complete subtree as its level (0 is a leaf) and its number there.
Range = tuple[int, int]
Subtree = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; the prefix keeps a leaf from posing as a node."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(NODE + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def subtrees_of(leaves: Range) -> list[Subtree]:
    """The complete subtrees of a range, from left to right. A range of a tree begins where a subtree as large as it would begin."""
    first, end = leaves
    found = []
    while first < end:
        level = (end - first).bit_length() - 1
        found.append((level, first >> level))
        first += 1 << level
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range from those of its ``subtrees_of``, in their order; of none, the root of an empty tree."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that leaf ``index`` is in the tree of ``size`` leaves, in the order of the proof (2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    first, end, ranges = 0, size, []
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def consistency_ranges(earlier: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of ``size`` leaves begins with the tree of ``earlier`` leaves (2.1.4.1)."""
    if not 0 < earlier <= size:
        raise ValueError(f"a tree of {size} does not begin with one of {earlier}")
    if earlier == size:
        return []
    first, end, ranges, is_whole = 0, size, [], True
    while earlier != end:
        middle = first + _split(end - first)
        if earlier <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((first, middle))
            first, is_whole = middle, False
    # the earlier tree itself is known to whoever asks, if it is one subtree
    return [*([] if is_whole else [(first, end)]), *ranges[::-1]]


def holds_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``leaf`` (its hash) is number ``index`` of the tree with this size and root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, computed = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            computed = node_hash(part, computed)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            computed = node_hash(computed, part)
        number, last = number >> 1, last >> 1
    return last == 0 and computed == root


def holds_consistency(earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``size`` leaves with this root begins with the earlier one: nothing altered, removed or moved (2.1.4.2)."""
    if earlier == size:
        return not proof and earlier_root == root
    if earlier == 0:
        return not proof and earlier_root == EMPTY_ROOT
    if not 0 < earlier < size or not proof:
        return False
    path = list(proof)
    if earlier & (earlier - 1) == 0:
        path.insert(0, earlier_root)
    number, last = earlier - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    of_earlier = of_later = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            of_earlier, of_later = node_hash(part, of_earlier), node_hash(part, of_later)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            of_later = node_hash(of_later, part)
        number, last = number >> 1, last >> 1
    return last == 0 and of_earlier == earlier_root and of_later == root
