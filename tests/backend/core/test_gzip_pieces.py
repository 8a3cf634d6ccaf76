"""Pieces that were compressed apart are one gzip stream like any other."""

import gzip
import subprocess
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.core.gzip_pieces import combined, gzipped, piece, text_of


@given(st.lists(st.binary(max_size=2000), max_size=8))
def test_pieces_are_read_as_the_texts_behind_one_another(texts: list[bytes]) -> None:
    pieces = [piece(text) for text in texts]
    assert gzip.decompress(gzipped(pieces)) == b"".join(texts)
    assert [text_of(one) for one in pieces] == texts


@given(st.binary(max_size=500), st.binary(max_size=500))
def test_a_checksum_follows_from_its_parts(first: bytes, second: bytes) -> None:
    assert combined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@pytest.mark.parametrize("length", [0, 1, 255, 256, 65_535, 65_536, 3_000_001])
def test_of_any_length(length: int) -> None:
    first, second = b"grid" * 100, bytes(length)
    assert combined(zlib.crc32(first), zlib.crc32(second), length) == zlib.crc32(first + second)


def test_another_reader_takes_it_too() -> None:
    whole = gzipped([piece("网格".encode() * 1000), piece(b""), piece(b"tail")])
    assert subprocess.run(["gzip", "-dc"], input=whole, capture_output=True, check=True).stdout == "网格".encode() * 1000 + b"tail"


def test_a_damaged_piece_is_told() -> None:
    whole = bytearray(gzipped([piece(b"one"), piece(b"two")]))
    whole[-8] ^= 1
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(bytes(whole))
