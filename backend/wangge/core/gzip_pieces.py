"""A gzip stream put together of pieces that were compressed at other times.

Each piece is raw deflate that ends on a whole byte and refers to nothing before it (a full flush), so pieces may stand behind one
another; the checksum of the whole follows from those of the pieces, as pigz does it. RFC 1951, RFC 1952; zlib's ``crc32_combine``.
"""

import zlib
from collections.abc import Iterable
from typing import NamedTuple

LEVEL = 9
# Of a route whose answers are compressed before the middleware sees them.
COMPRESSES_ITSELF = "compresses_itself"
_POLYNOMIAL = 0xEDB88320
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"


class Piece(NamedTuple):
    """Compressed bytes, with the checksum (CRC-32) and the length of the text they stand for."""

    body: bytes
    crc: int
    length: int


def piece(text: bytes, level: int = LEVEL) -> Piece:
    """Compress a text of its own; lets other threads run meanwhile."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH), zlib.crc32(text), len(text))


def text_of(one: Piece) -> bytes:
    """The text of a piece.

    Raises:
        zlib.error: it is damaged.
    """
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(one.body)


def gzipped(pieces: Iterable[Piece]) -> bytes:
    """The pieces as one gzip member, which every reader of gzip takes."""
    bodies, crc, length = [_HEADER], 0, 0
    for one in pieces:
        bodies.append(one.body)
        crc = combined(crc, one.crc, one.length)
        length += one.length
    return b"".join([*bodies, _LAST_BLOCK, crc.to_bytes(4, "little"), (length & 0xFFFFFFFF).to_bytes(4, "little")])


def combined(first: int, second: int, second_length: int) -> int:
    """The CRC-32 of two texts behind one another, from the CRC-32 of each and the second one's length in bytes."""
    return _times(_shift(second_length), first) ^ second


def _times(a: int, b: int) -> int:
    """The product of two polynomials over GF(2), modulo the CRC's."""
    product, bit = 0, 1 << 31
    while bit:
        if a & bit:
            product ^= b
        bit >>= 1
        b = (b >> 1) ^ (_POLYNOMIAL if b & 1 else 0)
    return product


def _squares() -> list[int]:
    """x to the powers of two, as far as a length of 32 bits of bytes can ask for."""
    powers = [1 << 30]
    for _ in range(31 + 3):
        powers.append(_times(powers[-1], powers[-1]))
    return powers


_POWERS = _squares()


def _shift(length: int) -> int:
    """What moves a checksum past so many bytes: x to the power of their bits."""
    product, place = 1 << 31, 3
    while length:
        if length & 1:
            product = _times(_POWERS[place], product)
        length >>= 1
        place += 1
    return product
