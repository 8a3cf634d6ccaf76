"""Bytes from phones over tus 1.0.0: cut, killed, doubled, wrong, too large; nothing that was sealed is ever changed."""

import os
import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from functools import partial

import httpx
import pytest
from evidence_city import IMAGES, City, Server, eventually, photo, sha256

from wangge.accounts.actor import token_hash
from wangge.core.ids import new_id

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def test_options_tell_version_extensions_and_size_limit_without_signing_in(server: Server) -> None:
    answer = httpx.options(f"{server.base_url}/api/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,creation-with-upload,expiration"
    assert answer.headers["tus-max-size"] == "52428800"


def test_a_photo_arrives_byte_for_byte_with_its_receipt(server: Server, city: City) -> None:
    data = photo(1)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    assert server.offset(location) == 0
    answer = server.patch(location, 0, data)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["upload-offset"] == str(len(data))
    assert answer.headers["x-wangge-stored-sha256"] == sha256(data)
    assert server.stored(sha256(data)).read_bytes() == data
    assert server.stored(sha256(data)).stat().st_mode & 0o777 == 0o444
    row = city.evidence(evidence_id)
    assert (row["copy_state"], row["original_state"], row["problem"]) == ("stored", "expected", None)
    assert row["stored_at"] is not None
    assert not (server.evidence_dir / "incoming" / location.rsplit("/", 1)[1]).exists()


def test_both_files_arrive_and_the_record_says_so(server: Server, city: City) -> None:
    copy, original = photo(2), photo(3, (2400, 1800))
    evidence_id = city.announce(copy, original)
    server.upload(evidence_id, "original", original)
    server.upload(evidence_id, "copy", copy)
    read = server.ask("GET", f"/api/evidence/{evidence_id}", "county").json()
    receipt = read["copy"].pop("receipt")
    assert (receipt["part"], receipt["sha256"]) == ("copy", sha256(copy))
    assert receipt["stored_at"] >= read["copy"]["stored_at"]
    assert read["copy"] | {"stored_at": ""} == {
        "sha256": sha256(copy), "bytes": len(copy), "width": 4, "height": 3, "state": "stored", "stored_at": "",
    }  # fmt: skip
    assert read["original"]["state"] == "stored"
    assert read["copy"]["stored_at"] and read["original"]["stored_at"]
    assert (read["thumbnail"], read["problem"], read["person"]["name"]) == (True, None, city.people["walker"].name)


def test_the_answer_to_a_lost_receipt_is_the_same_receipt(server: Server, city: City) -> None:
    data = photo(4)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    server.patch(location, 0, data)
    again = server.ask("HEAD", location)
    assert again.headers["upload-offset"] == again.headers["upload-length"] == str(len(data))
    assert again.headers["x-wangge-stored-sha256"] == sha256(data)
    anew = server.create(evidence_id, "copy", len(data))
    assert (anew.status_code, anew.headers["location"]) == (201, location)


@pytest.mark.parametrize("kept", [0, 1, 100_000, -1, None])
def test_a_cut_keeps_exactly_what_arrived(server: Server, city: City, kept: int | None) -> None:
    data = photo(5, (2000, 1500)) + bytes([0 if kept is None else abs(kept) % 251])
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    end = len(data) if kept is None else kept % len(data)
    with server.open_patch(location, 0, len(data)) as connection:
        connection.sendall(data[:end])
        eventually(partial(server.has, location, end))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    assert server.offset(location) == end
    if end < len(data):
        answer = server.patch(location, end, data[end:])
        assert answer.headers["x-wangge-stored-sha256"] == sha256(data)
    assert server.stored(sha256(data)).read_bytes() == data


@pytest.mark.parametrize("seed", range(5))
def test_an_upload_cut_at_random_bytes_ends_whole(server: Server, city: City, seed: int) -> None:
    chance = random.Random(seed)
    data = photo(100 + seed, (2000, 1500))
    location = server.begin(city.announce(data), "copy", len(data))
    cuts = 0
    while (offset := server.offset(location)) < len(data):
        sent = chance.randint(0, min(len(data) - offset, 60_000))
        with server.open_patch(location, offset, len(data) - offset) as connection:
            connection.sendall(data[offset : offset + sent])
            if chance.random() < 0.3:  # a reset makes this machine forget what it had not read yet
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        cuts += 1
        assert cuts < 200
    assert server.stored(sha256(data)).read_bytes() == data


def test_what_was_sent_just_before_the_end_of_a_connection_is_kept(server: Server, city: City) -> None:
    data = photo(6)
    location = server.begin(city.announce(data), "copy", len(data))
    for offset in range(0, 100_000, 10_000):
        with server.open_patch(location, offset, len(data) - offset) as connection:
            connection.sendall(data[offset : offset + 10_000])
        eventually(partial(server.has, location, offset + 10_000), 2)


@pytest.mark.parametrize("seed", range(8 if os.environ.get("WANGGE_TEST_FULL") else 1))
def test_kill_9_in_mid_upload_loses_nothing_that_was_on_disk(make_server: Callable[[], Server], city: City, seed: int) -> None:
    server, chance = make_server(), random.Random(seed)
    data = photo(200 + seed, (3000, 2000))
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    half = chance.randint(1, len(data) - 1)
    with server.open_patch(location, 0, len(data)) as connection:
        connection.sendall(data[:half])
        eventually(partial(server.has, location, half))
        server.kill()
    server.start()
    assert server.offset(location) == half
    with server.open_patch(location, half, len(data) - half) as connection:  # and once more, anywhere in the ending
        connection.sendall(data[half:])
        time.sleep(chance.random() * 0.05)
        server.kill()
    server.start()
    offset = server.offset(location)
    if offset < len(data):
        assert server.patch(location, offset, data[offset:]).headers["x-wangge-stored-sha256"] == sha256(data)
    assert server.stored(sha256(data)).read_bytes() == data
    assert city.evidence(evidence_id)["copy_state"] == "stored"
    server.kill()


@pytest.mark.parametrize("in_store", [False, True])
def test_a_crash_between_the_last_byte_and_the_commit_is_made_good_by_the_next_question(server: Server, city: City, in_store: bool) -> None:
    data = photo(7 + in_store)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    (server.evidence_dir / "incoming" / location.rsplit("/", 1)[1]).write_bytes(data)  # as the crash left it
    if in_store:
        server.stored(sha256(data)).parent.mkdir(parents=True)
        server.stored(sha256(data)).write_bytes(data)
    answer = server.ask("HEAD", location)
    assert answer.headers["x-wangge-stored-sha256"] == sha256(data)
    assert city.evidence(evidence_id)["copy_state"] == "stored"
    assert server.stored(sha256(data)).read_bytes() == data


def test_a_truncated_file_in_the_store_is_replaced_by_the_whole_one(server: Server, city: City) -> None:
    data = photo(9)
    server.stored(sha256(data)).parent.mkdir(parents=True)
    server.stored(sha256(data)).write_bytes(data[:100])
    server.upload(city.announce(data), "copy", data)
    assert server.stored(sha256(data)).read_bytes() == data


@pytest.mark.parametrize("claimed", [1, 499, 501, 10**9])
def test_a_wrong_offset_is_refused_with_the_right_one(server: Server, city: City, claimed: int) -> None:
    data = photo(10)
    location = server.begin(city.announce(data), "copy", len(data))
    server.patch(location, 0, data[:500])
    answer = server.patch(location, claimed, b"x")
    assert (answer.status_code, answer.json()["type"], answer.json()["offset"]) == (409, "upload_offset_mismatch", 500)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert server.offset(location) == 500


def test_more_bytes_than_announced_are_not_written(server: Server, city: City) -> None:
    data = photo(11)
    location = server.begin(city.announce(data), "copy", len(data))
    assert server.patch(location, 0, data + b"more").json()["type"] == "upload_too_long"
    assert server.ask("HEAD", location).headers["x-wangge-stored-sha256"] == sha256(data)


def test_wrong_bytes_are_put_aside_and_the_phone_may_send_again(server: Server, city: City) -> None:
    data = photo(12)
    evidence_id = city.announce(data)
    wrong = data[:-1] + bytes([data[-1] ^ 1])
    location = server.begin(evidence_id, "copy", len(data))
    answer = server.patch(location, 0, wrong, **{"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["type"]) == (460, "evidence_hash_mismatch")
    assert "sealed at capture" in answer.json()["detail"]
    assert (server.evidence_dir / "refused" / location.rsplit("/", 1)[1]).read_bytes() == wrong
    assert not server.stored(sha256(wrong)).exists()
    row = city.evidence(evidence_id)
    assert (row["copy_state"], row["problem"]) == ("refused", "evidence_hash_mismatch")
    assert server.ask("HEAD", location).status_code == 410
    assert server.upload(evidence_id, "copy", data).headers["x-wangge-stored-sha256"] == sha256(data)
    row = city.evidence(evidence_id)
    assert (row["copy_state"], row["problem"], row["thumbnail_state"] != "none") == ("stored", None, True)


def test_wrong_bytes_cannot_unmake_what_is_stored(server: Server, city: City) -> None:
    data = photo(13)
    evidence_id = city.announce(data)
    late = server.begin(evidence_id, "copy", len(data))
    server.upload(evidence_id, "copy", data)
    assert server.patch(late, 0, bytes(len(data))).status_code == 409
    assert city.evidence(evidence_id)["copy_state"] == "stored"


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "照片有 62914560 字节，超过上限 52428800 字节"), ("en", "over the limit")])
def test_a_60_mb_photo_is_refused_with_sizes_before_any_byte_travels(server: Server, city: City, language: str, words: str) -> None:
    answer = server.create(city.announce(b"x"), "original", 60 * 2**20, headers={"Accept-Language": language})
    assert answer.status_code == 413
    problem = answer.json()
    assert (problem["type"], problem["max_bytes"], problem["bytes"]) == ("photo_too_large", 52428800, 62914560)
    assert words in problem["detail"]


def test_the_largest_photo_passes_without_resting_in_memory(make_server: Callable[[], Server], city: City) -> None:
    server = make_server()
    data = random.Random(0).randbytes(50 * 2**20)
    evidence_id = city.announce(photo(14), data)
    server.upload(city.announce(photo(15)), "copy", photo(15))
    before = server.peak_memory_kib()
    assert server.upload(evidence_id, "original", data).headers["x-wangge-stored-sha256"] == sha256(data)
    assert server.peak_memory_kib() - before < 20 * 1024
    answer = server.ask("GET", f"/api/evidence/{evidence_id}/original")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/octet-stream"
    server.kill()


def test_a_length_other_than_announced_is_refused(server: Server, city: City) -> None:
    answer = server.create(city.announce(b"four"), "copy", 5)
    assert (answer.status_code, answer.json()["type"]) == (422, "upload_length_mismatch")


def test_bytes_wait_for_their_announcement(server: Server) -> None:
    answer = server.create(new_id(), "copy", 5)
    assert (answer.status_code, answer.json()["type"]) == (409, "waiting_for_parent")


def test_another_persons_photo_does_not_exist_for_an_uploader(server: Server, city: City) -> None:
    data = photo(16)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    assert server.create(evidence_id, "copy", len(data), "neighbour").status_code == 404
    for person in ("neighbour", "county", "stranger"):
        assert server.ask("HEAD", location, person).status_code == 404
        assert server.patch(location, 0, data, person).status_code == 404
    # outside one's sight it cannot be told from one that has not been announced
    assert server.create(evidence_id, "copy", len(data), "stranger").json()["type"] == "waiting_for_parent"
    assert server.offset(location) == 0


def test_nobody_uploads_without_signing_in_or_the_client_header(server: Server, city: City) -> None:
    data = photo(17)
    location = server.begin(city.announce(data), "copy", len(data))
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    nobody = httpx.patch(server.base_url + location, headers=tus | {"X-Wangge-Client": "field/0.1.0"}, content=data)
    assert (nobody.status_code, nobody.json()["type"]) == (401, "not_signed_in")
    token = {"Authorization": city.people["walker"].headers["Authorization"]}
    foreign = httpx.patch(server.base_url + location, headers=tus | token, content=data)
    assert (foreign.status_code, foreign.json()["type"]) == (400, "client_header_missing")
    assert server.offset(location) == 0


def test_a_session_that_ends_in_mid_upload_costs_no_byte(server: Server, city: City) -> None:
    data, session = photo(18), token_hash(city.people["walker"].token)
    location = server.begin(city.announce(data), "copy", len(data))
    with server.open_patch(location, 0, len(data)) as connection:
        connection.sendall(data[:-1])
        eventually(partial(server.has, location, len(data) - 1))
        city.rows("update sessions set expires_at = now() where token_sha256 = $1", session)
        try:
            connection.sendall(data[-1:])
            assert b"401" in connection.recv(4096).split(b"\r\n")[0]
        finally:
            city.rows("update sessions set expires_at = now() + interval '1 day' where token_sha256 = $1", session)
    assert server.ask("HEAD", location).headers["x-wangge-stored-sha256"] == sha256(data)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412, "tus_version_unsupported"),
        ({"Upload-Length": "-1"}, 422, "invalid_input"),
        ({"Upload-Length": "many"}, 422, "invalid_input"),
        ({"Upload-Metadata": "part Y29weQ=="}, 422, "invalid_input"),
        ({"Upload-Metadata": "evidence_id !!!,part !!!"}, 422, "invalid_input"),
        ({"Upload-Metadata": "part Li4vLi4vZXRj"}, 422, "invalid_input"),
    ],
)
def test_an_upload_that_makes_no_sense_is_refused(server: Server, city: City, headers: dict[str, str], status: int, code: str) -> None:
    answer = server.create(city.announce(b"data"), "copy", 4, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (status, code)
    assert answer.headers["tus-version"] == "1.0.0"


def test_a_patch_must_say_what_it_is(server: Server, city: City) -> None:
    location = server.begin(city.announce(b"data"), "copy", 4)
    assert server.patch(location, 0, b"data", **{"Content-Type": "image/jpeg"}).status_code == 415
    assert server.patch(location, 0, b"", **{"Upload-Offset": "x"}).status_code == 422
    assert server.offset(location) == 0


def test_a_file_can_come_with_its_creation(server: Server, city: City) -> None:
    data = photo(19)
    evidence_id = city.announce(data)
    body = {"Content-Type": "application/offset+octet-stream"}
    part = server.create(evidence_id, "copy", len(data), headers=body, content=data[:1000])
    assert (part.status_code, part.headers["upload-offset"]) == (201, "1000")
    whole = server.create(evidence_id, "copy", len(data), headers=body, content=data)
    assert (whole.status_code, whole.headers["x-wangge-stored-sha256"]) == (201, sha256(data))


def test_an_unfinished_upload_says_when_it_runs_out_and_is_gone_then(make_server: Callable[[], Server], city: City) -> None:
    server, data = make_server(), photo(20)
    evidence_id = city.announce(data)
    location = server.begin(evidence_id, "copy", len(data))
    answer = server.patch(location, 0, data[:10])
    left_s = parsedate_to_datetime(answer.headers["upload-expires"]).timestamp() - time.time()
    assert 6.9 * 86400 < left_s < 7.1 * 86400
    partial = server.evidence_dir / "incoming" / location.rsplit("/", 1)[1]
    old = time.time() - 8 * 86400
    os.utime(partial, (old, old))
    assert server.ask("HEAD", location).status_code == 410
    server.kill()
    server.start()
    server.begin(evidence_id, "copy", len(data))  # the first upload after a start sweeps
    eventually(lambda: not partial.exists())
    server.kill()


def test_two_uploads_of_one_photo_at_the_same_time_both_end_well(server: Server, city: City) -> None:
    for round_ in range(4):
        data = photo(30 + round_)
        evidence_id = city.announce(data)
        locations = [server.begin(evidence_id, "copy", len(data)) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda location, data=data: server.patch(location, 0, data), locations))
        for location, answer in zip(locations, answers, strict=True):
            # one that began after another had ended is told to ask, and then hears that all is here
            assert answer.status_code in (204, 409)
            assert server.ask("HEAD", location).headers["x-wangge-stored-sha256"] == sha256(data)
        assert city.evidence(evidence_id)["copy_state"] == "stored"
        assert server.stored(sha256(data)).read_bytes() == data


def test_two_connections_on_one_upload_never_mix(server: Server, city: City) -> None:
    data = photo(40, (3000, 2000))
    location = server.begin(city.announce(data), "copy", len(data))
    refusals = 0

    def push() -> None:
        nonlocal refusals
        while (offset := server.offset(location)) < len(data):
            refusals += server.patch(location, offset, data[offset : offset + 90_000]).status_code == 409

    threads = [threading.Thread(target=push) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.stored(sha256(data)).read_bytes() == data


def test_a_half_open_connection_does_not_hold_up_the_one_that_replaced_it(server: Server, city: City) -> None:
    data = photo(41)
    location = server.begin(city.announce(data), "copy", len(data))
    with server.open_patch(location, 0, len(data)) as silent:
        silent.sendall(data[:1000])
        eventually(partial(server.has, location, 1000))
        assert server.patch(location, 1000, data[1000:]).headers["x-wangge-stored-sha256"] == sha256(data)
        silent.sendall(b"\0" * 1000)  # the old one wakes up: it has lost its place
        assert b"409" in silent.recv(4096).split(b"\r\n")[0]
    assert server.stored(sha256(data)).read_bytes() == data


def test_the_same_photo_twice_is_stored_once(server: Server, city: City) -> None:
    data = photo(42)
    first, second = city.announce(data), city.announce(data, person="neighbour")
    server.upload(first, "copy", data)
    inode = server.stored(sha256(data)).stat().st_ino
    assert server.upload(first, "original", data).status_code == 204
    # the neighbour's phone has to send it: a hash alone proves nothing, and must not open someone else's photo
    assert city.evidence(second)["copy_state"] == "expected"
    assert server.upload(second, "copy", data, "neighbour").headers["x-wangge-stored-sha256"] == sha256(data)
    assert server.stored(sha256(data)).stat().st_ino == inode
    assert [p.name for p in server.stored(sha256(data)).parent.iterdir()] == [sha256(data)]


@pytest.mark.parametrize(
    ("name", "part", "problem"),
    [
        ("truncated.jpg", "copy", "image_truncated"),
        ("truncated.jpg", "original", "image_truncated"),
        ("html_named.jpg", "copy", "type_mismatch"),
        ("html_named.jpg", "original", "type_mismatch"),
        ("svg_script.svg", "copy", "type_mismatch"),
        ("svg_script.svg", "original", "type_mismatch"),
        ("png_named.jpg", "copy", "type_mismatch"),
        ("png_named.jpg", "original", None),
        ("orient_6.png", "original", None),
        ("bomb_declared_60000x60000.png", "copy", "type_mismatch"),
        ("bomb_declared_60000x60000.png", "original", "image_too_many_pixels"),
    ],
)
def test_whatever_was_sealed_is_kept_as_it_is_and_flagged(server: Server, city: City, name: str, part: str, problem: str | None) -> None:
    data = (IMAGES / name).read_bytes()
    evidence_id = city.announce(data)
    assert server.upload(evidence_id, part, data).headers["x-wangge-stored-sha256"] == sha256(data)
    assert server.stored(sha256(data)).read_bytes() == data
    row = city.evidence(evidence_id)
    assert (row[f"{part}_state"], row["problem"]) == ("stored", problem)
    thumbnail = server.ask("GET", f"/api/evidence/{evidence_id}/thumbnail")
    assert thumbnail.status_code == 404
    if part == "copy":
        assert (thumbnail.json()["type"], thumbnail.json()["problem"]) == ("thumbnail_not_possible", problem)


def test_an_empty_file_cannot_be_announced_and_so_not_sent(server: Server, city: City) -> None:
    assert (IMAGES / "empty.jpg").stat().st_size == 0
    assert server.create(city.announce(b"x"), "copy", 0).json()["type"] == "upload_length_mismatch"


def test_a_flag_outlives_a_later_good_file_and_a_refusal_does_not(server: Server, city: City) -> None:
    broken, good = (IMAGES / "truncated.jpg").read_bytes(), photo(43)
    evidence_id = city.announce(broken, good)
    server.upload(evidence_id, "copy", broken)
    assert server.upload(evidence_id, "original", bytes(len(good))).status_code == 460
    assert city.evidence(evidence_id)["problem"] == "image_truncated"
    server.upload(evidence_id, "original", good)
    row = city.evidence(evidence_id)
    assert (row["problem"], row["copy_state"], row["original_state"]) == ("image_truncated", "stored", "stored")
