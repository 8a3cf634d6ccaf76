"""The parts of evidence one by one: signatures, images, the store, the partial file, thumbnails in the making."""

import asyncio
import errno
import io
import os
import random
from pathlib import Path

import pytest
from evidence_city import IMAGES, photo, sha256
from PIL import Image, ImageCms

from wangge.core.ids import new_id
from wangge.evidence import files as files_module
from wangge.evidence.errors import EvidenceStoreFull
from wangge.evidence.files import EvidenceFiles
from wangge.evidence.images import make_thumbnail, problem_of
from wangge.evidence.incoming import Incoming, LostPlace, Writer
from wangge.evidence.rules import media_type_of
from wangge.evidence.store import FolderStore

MAX_PIXELS = 120_000_000


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "application/octet-stream"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "application/octet-stream"),
        (b"<svg xmlns=", "application/octet-stream"),
        (b"GIF89a", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_type_is_told_by_the_bytes(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize("cut", [20, 200, 1000, 5000, -2000, -500])
def test_a_photo_cut_anywhere_has_a_problem_and_never_an_exception(tmp_path: Path, cut: int) -> None:
    (tmp_path / "cut").write_bytes(photo(80)[:cut])
    assert problem_of(tmp_path / "cut", "copy", MAX_PIXELS) in ("image_truncated", "image_not_decodable")


def test_originals_may_be_webp_or_heif_or_progressive(tmp_path: Path) -> None:
    image, file = Image.open(io.BytesIO(photo(81))), tmp_path / "file"
    image.save(file, "WEBP")
    assert problem_of(file, "original", MAX_PIXELS) is None
    assert problem_of(file, "copy", MAX_PIXELS) == "type_mismatch"
    file.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    assert problem_of(file, "original", MAX_PIXELS) is None
    image.save(file, "JPEG", progressive=True)
    assert problem_of(file, "copy", MAX_PIXELS) is None


def test_more_pixels_than_the_policy_allows_are_never_decoded(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(photo(82))
    assert problem_of(file, "copy", 1600 * 1200 - 1) == "image_too_many_pixels"
    data = bytearray(photo(82))
    start_of_frame = data.index(b"\xff\xc0")
    data[start_of_frame + 5 : start_of_frame + 9] = b"\xff\xff\xff\xff"  # declares 65535 by 65535
    file.write_bytes(data)
    assert problem_of(file, "copy", MAX_PIXELS) == "image_too_many_pixels"


def test_random_damage_never_raises(tmp_path: Path) -> None:
    chance, whole, file = random.Random(1), photo(83, (400, 300)), tmp_path / "file"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(2, 700)] = chance.randrange(256)
        file.write_bytes(data)
        if problem_of(file, "copy", MAX_PIXELS) is None:
            assert make_thumbnail(bytes(data))


def test_grey_cmyk_and_profiled_photos_become_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mode, extra in (("L", {}), ("CMYK", {}), ("RGB", {"icc_profile": profile})):
        out = io.BytesIO()
        Image.new(mode, (640, 480), 0 if mode == "L" else (200, 30, 30, 0)[: len(mode)]).save(out, "JPEG", **extra)
        thumbnail = Image.open(io.BytesIO(make_thumbnail(out.getvalue())))
        assert (thumbnail.mode, thumbnail.size, "icc_profile" in thumbnail.info) == ("RGB", (320, 240), False)


async def test_a_store_without_hard_links_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    source, store = tmp_path / "source", FolderStore(tmp_path)
    source.write_bytes(b"bytes")
    await store.keep(source, sha256(b"bytes"))
    assert store.path(sha256(b"bytes")).read_bytes() == b"bytes"
    assert store.path(sha256(b"bytes")).stat().st_mode & 0o777 == 0o444
    assert await store.size(sha256(b"other")) is None


async def test_a_full_disk_keeps_what_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming, upload_id = Incoming(tmp_path), new_id()
    await incoming.create(upload_id)
    write, room = os.write, 7

    def small_disk(fd: int, data: memoryview) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, "full")
        written = write(fd, data[:room])
        room -= written
        return written

    async with Writer(incoming.path(upload_id)) as writer:
        monkeypatch.setattr(os, "write", small_disk)
        with pytest.raises(EvidenceStoreFull):
            await writer.append(b"0123456789", 0)
        monkeypatch.undo()
        assert (await incoming.state(upload_id) or (0, 0))[0] == 7
        assert await writer.append(b"789", 7) == 10
    assert incoming.path(upload_id).read_bytes() == b"0123456789"


async def test_a_writer_that_lost_its_place_writes_nothing(tmp_path: Path) -> None:
    incoming, upload_id = Incoming(tmp_path), new_id()
    await incoming.create(upload_id)
    async with Writer(incoming.path(upload_id)) as first, Writer(incoming.path(upload_id)) as second:
        await first.append(b"abc", 0)
        with pytest.raises(LostPlace) as lost:
            await second.append(b"xyz", 0)
        assert lost.value.size == 3
        await second.append(b"def", 3)
    assert incoming.path(upload_id).read_bytes() == b"abcdef"


async def test_sweeping_leaves_what_still_grows(tmp_path: Path) -> None:
    incoming, old, young = Incoming(tmp_path), new_id(), new_id()
    assert await incoming.sweep(60) == 0
    await incoming.create(old)
    await incoming.create(young)
    os.utime(incoming.path(old), (0, 0))
    assert await incoming.sweep(60) == 1
    assert await incoming.state(old) is None and await incoming.state(young) is not None


async def test_many_who_ask_at_once_wait_for_one_making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def counting(data: bytes) -> bytes:
        nonlocal made
        made += 1
        return make_thumbnail(data)

    monkeypatch.setattr(files_module, "make_thumbnail", counting)
    data, folder = (IMAGES / "orient_1.jpg").read_bytes(), EvidenceFiles(tmp_path)
    source = tmp_path / "source"
    source.write_bytes(data)
    await folder.store.keep(source, sha256(data))
    thumbnails = await asyncio.gather(*(folder.thumbnail(sha256(data)) for _ in range(20)))
    assert made == 1 and len(set(thumbnails)) == 1
    assert await folder.thumbnail(sha256(data)) == thumbnails[0] and made == 1
