"""Fingerprints: the same scene stays near whatever is done to its file, other scenes stay far."""

import io
import random
from typing import Any

import pytest
from PIL import Image, ImageEnhance

from wangge.anomalies.fingerprint import fingerprint


def scene(seed: int) -> Image.Image:
    """Something with the structure of a place: large soft areas, and detail."""
    rough = Image.frombytes("RGB", (12, 9), random.Random(seed).randbytes(12 * 9 * 3))
    return rough.resize((1600, 1200), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, **save: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 88, **save})
    return out.getvalue()


def bits_between(a: bytes, b: bytes) -> int:
    first, second = fingerprint(a), fingerprint(b)
    assert first is not None and second is not None
    return ((first ^ second) & (1 << 64) - 1).bit_count()


@pytest.mark.parametrize("seed", range(12))
def test_a_picture_stays_near_when_it_is_saved_smaller_worse_or_brighter(seed: int) -> None:
    picture = scene(seed)
    original = jpeg(picture)
    for changed in (
        jpeg(picture, quality=35), jpeg(picture.resize((640, 480))), jpeg(ImageEnhance.Brightness(picture).enhance(1.15)),
        jpeg(ImageEnhance.Color(picture).enhance(0.4)),
    ):  # fmt: skip
        assert bits_between(original, changed) <= 5


def test_other_scenes_are_far() -> None:
    pictures = [jpeg(scene(seed)) for seed in range(25)]
    near = [(a, b) for a in range(25) for b in range(a) if bits_between(pictures[a], pictures[b]) <= 7]
    assert near == []


@pytest.mark.parametrize("colour", ["black", "white", "#777"])
def test_a_picture_of_nothing_has_no_fingerprint(colour: str) -> None:
    assert fingerprint(jpeg(Image.new("RGB", (320, 240), colour))) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", jpeg(scene(1))[:-400], b"GIF89a"])
def test_what_cannot_be_decoded_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match="not decodable"):
        fingerprint(data)
