"""Notes in sound and picture byte for byte, thumbnails that come first, and what the server signs for bytes."""

import json
from typing import Any
from uuid import UUID

import pytest
from evidence_city import City, Server, photo, sha256

from wangge.core.signatures import holds, public_key_of
from wangge.record_log.texts import byte_receipt_text

OGG = b"OggS\0\2" + bytes(22) + b"\x01\x13OpusHead" + bytes(range(256)) * 20
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff") + bytes(4_000)
MATROSKA = bytes.fromhex("1a45dfa3a34286810142f7810142f2810442f38108428288") + b"matroska" + bytes(4_000)
MP3 = b"ID3\x03\0\0\0\0\0\x0a" + bytes(4_000)
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(4_000)


def mp4(brand: bytes) -> bytes:
    return (24).to_bytes(4, "big") + b"ftyp" + brand + bytes(4) + b"isom" + brand + bytes(4_000)


def announce_note(city: City, data: bytes, media_type: str) -> UUID:
    evidence_id = city.announce(data)
    city.rows(
        """update evidence set medium = $2, media_type = $3, seconds = 3, source = 'recorder', copy_width = null, copy_height = null,
                               original_sha256 = null, original_bytes = null, original_state = 'none' where id = $1 returning id""",
        evidence_id, media_type.split("/")[0], media_type,
    )  # fmt: skip
    return evidence_id


def check_receipt(server: Server, receipt: dict[str, Any], evidence_id: UUID, part: str, data: bytes) -> None:
    """The receipt is of these bytes, and signed by a key that the server names."""
    assert (receipt["evidence_id"], receipt["part"], receipt["sha256"], receipt["bytes"]) == (
        str(evidence_id),
        part,
        sha256(data),
        len(data),
    )
    [key] = [k for k in server.ask("GET", "/api/log/key").json() if k["key_id"] == receipt["key_id"]]
    public = public_key_of(key["public_key"])
    values = [receipt[name] for name in ("evidence_id", "part", "sha256", "bytes", "stored_at", "log_size", "key_id")]
    assert public and holds(public, receipt["signature"], byte_receipt_text(*values))


@pytest.mark.parametrize(
    ("media_type", "data", "extension"),
    [
        ("audio/ogg", OGG, ".ogg"),
        ("audio/webm", WEBM, ".webm"),
        ("video/webm", WEBM, ".webm"),
        ("audio/mp4", mp4(b"M4A "), ".m4a"),
        ("audio/mp4", mp4(b"isom"), ".m4a"),
        ("video/mp4", mp4(b"mp42"), ".mp4"),
        ("video/3gpp", mp4(b"3gp4"), ".3gp"),
        ("video/quicktime", mp4(b"qt  "), ".mov"),
        ("audio/mpeg", MP3, ".mp3"),
        ("audio/wav", WAV, ".wav"),
    ],
)
def test_a_note_comes_back_as_recorded_under_its_type(server: Server, city: City, media_type: str, data: bytes, extension: str) -> None:
    data += media_type.encode()  # another file each
    evidence_id = announce_note(city, data, media_type)
    assert server.upload(evidence_id, "copy", data).status_code == 204
    row = city.evidence(evidence_id)
    assert (row["copy_state"], row["problem"], row["thumbnail_state"]) == ("stored", None, "none")
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/copy", "county")
    assert sha256(answer.content) == sha256(data)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == f'inline; filename="{evidence_id}-copy{extension}"'
    read = server.ask("GET", f"/api/evidence/{evidence_id}", "county").json()
    assert (read["medium"], read["seconds"], read["original"], read["thumb"]) == (media_type.split("/")[0], 3, None, None)
    assert not read["thumbnail"]
    assert not city.rows("select 1 from photo_hashes_due where evidence_id = $1", evidence_id)


@pytest.mark.parametrize("data", [b"<html><script>alert(1)</script>" + bytes(100), photo(900), MATROSKA, mp4(b"heic"), b"\0"])
def test_what_is_no_recording_is_kept_and_never_played(server: Server, city: City, data: bytes) -> None:
    evidence_id = announce_note(city, data, "audio/webm")
    assert server.upload(evidence_id, "copy", data).status_code == 204
    assert city.evidence(evidence_id)["problem"] == "type_mismatch"
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/copy", "county")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_note_has_no_original(server: Server, city: City) -> None:
    evidence_id = announce_note(city, OGG, "audio/ogg")
    assert server.create(evidence_id, "original", 5).status_code == 404
    assert server.create(evidence_id, "thumb", 5).status_code == 404


def test_a_thumbnail_is_shown_until_the_copy_is_here(server: Server, city: City) -> None:
    copy, thumb = photo(901), photo(902, (320, 240))
    evidence_id = city.announce(copy)
    city.rows(
        "update evidence set thumb_sha256 = $2, thumb_bytes = $3, thumb_state = 'expected' where id = $1 returning id",
        evidence_id, sha256(thumb), len(thumb),
    )  # fmt: skip
    assert server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail").status_code == 404
    assert server.upload(evidence_id, "thumb", thumb).status_code == 204
    read = server.ask("GET", f"/api/evidence/{evidence_id}").json()
    assert (read["thumbnail"], read["thumb"]["state"], read["copy"]["state"]) == (True, "stored", "expected")
    first = server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail")
    assert (first.status_code, first.headers["etag"]) == (200, f'"{sha256(thumb)}-thumbnail"')
    server.upload(evidence_id, "copy", copy)
    second = server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail")
    assert second.headers["etag"] == f'"{sha256(copy)}-thumbnail"'


def test_a_wrong_thumbnail_says_nothing_of_the_photo(server: Server, city: City) -> None:
    copy, thumb = photo(903), photo(904, (320, 240))
    evidence_id = city.announce(copy)
    city.rows(
        "update evidence set thumb_sha256 = $2, thumb_bytes = $3, thumb_state = 'expected' where id = $1 returning id",
        evidence_id, sha256(thumb), len(thumb),
    )  # fmt: skip
    assert server.upload(evidence_id, "thumb", thumb[:-1] + b"!").status_code == 460
    row = city.evidence(evidence_id)
    assert (row["thumb_state"], row["copy_state"], row["problem"]) == ("refused", "expected", None)


def test_bytes_get_a_signed_receipt_and_always_the_same(server: Server, city: City) -> None:
    data = photo(905)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    receipt = json.loads(server.patch(location, 0, data).headers["x-wangge-byte-receipt"])
    check_receipt(server, receipt, evidence_id, "copy", data)
    assert json.loads(server.ask("HEAD", location).headers["x-wangge-byte-receipt"]) == receipt
    assert json.loads(server.create(evidence_id, "copy", len(data)).headers["x-wangge-byte-receipt"]) == receipt
    read = server.ask("GET", f"/api/evidence/{evidence_id}").json()
    assert read["copy"]["receipt"] == receipt
    assert read["original"]["receipt"] is None


def test_what_was_stored_before_receipts_gets_one_when_asked(server: Server, city: City) -> None:
    data = photo(906)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    server.patch(location, 0, data)
    for ask in (lambda: server.ask("HEAD", location), lambda: server.create(evidence_id, "copy", len(data))):
        city.rows("update evidence set byte_receipts = '{}' where id = $1 returning id", evidence_id)
        check_receipt(server, json.loads(ask().headers["x-wangge-byte-receipt"]), evidence_id, "copy", data)
