"""Whatever a forger does to a package, ``wangge evidence verify`` finds it and calls it by its name.

Each forger but the clumsiest mends the manifest after his work, so that what is tried is the proof behind it; only with the
server's own key could he sign it again, and the last tests give him even that.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from packages import (
    Data,
    Exported,
    Forger,
    archive_of,
    byte_receipt_by,
    codes,
    hexes,
    plain_path,
    plain_root,
    receipt_by,
    root_by,
    verified,
)
from sealing import new_key, sha256

from wangge.core.signatures import key_id_of, sign, text_of
from wangge.record_log.merkle import consistency_ranges

Forging = Callable[[Forger], None]


def photo_path(exported: Exported, part: str) -> str:
    return str(next(p["path"] for p in exported.json("photos.json") if p["part"] == part))


# ---- one byte of a photo


def a_byte_of_a_photo(f: Forger) -> None:
    path = photo_path(f.exported, "copy")
    data = f.files[path]
    f.files[path] = data[:100] + bytes([data[100] ^ 1]) + data[101:]


def a_byte_of_the_original(f: Forger) -> None:
    path = photo_path(f.exported, "original")
    f.files[path] = f.files[path][:-1] + b"!"


def a_photo_and_all_that_lists_it(f: Forger) -> None:
    """The forger also changes the hash in the list of photos and in the log's entry."""
    a_byte_of_a_photo(f)
    fresh = sha256(f.files[photo_path(f.exported, "copy")])

    def relist(photos: list[Data]) -> None:
        next(p for p in photos if p["part"] == "copy")["sha256"] = fresh

    def reenter(log: Data) -> None:
        next(e for e in log["entries"] if e["kind"] == "copy")["sha256"] = fresh

    f.change("photos.json", relist)
    f.change("log.json", reenter)


def a_photo_taken_out(f: Forger) -> None:
    del f.files[photo_path(f.exported, "copy")]


def a_photo_that_nobody_took(f: Forger) -> None:
    f.files["photos/forged.jpg"] = b"\xff\xd8\xff\xe0 forged"

    def add(photos: list[Data]) -> None:
        photos.append(photos[0] | {"evidence_id": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "path": "photos/forged.jpg",
                                   "sha256": sha256(f.files["photos/forged.jpg"])})  # fmt: skip

    f.change("photos.json", add)


def a_byte_of_a_note(f: Forger) -> None:
    [path] = [name for name in f.files if name.startswith("notes/")]
    f.files[path] = f.files[path][:-1] + b"!"


# ---- a receipt for bytes


def change_photo(f: Forger, part: str, how: Callable[[Data], None]) -> None:
    f.change("photos.json", lambda photos: how(next(p for p in photos if p["part"] == part)))


def the_moment_of_a_byte_receipt(f: Forger) -> None:
    change_photo(f, "copy", lambda p: p["receipt"].update(stored_at="2026-01-01T00:00:00Z"))


def the_byte_receipt_of_another_file(f: Forger) -> None:
    other = next(p for p in f.exported.json("photos.json") if p["part"] == "original")["receipt"]
    change_photo(f, "copy", lambda p: p.update(receipt=other))


def a_byte_receipt_by_the_servers_key_for_a_later_place(f: Forger) -> None:
    """Even the server itself cannot say that the bytes came later than the log has them."""

    change_photo(f, "copy", lambda p: p.update(byte_receipt_by(f.exported.server_key, p, 10**6)))


# ---- one field of a record


def a_field_of_a_record(f: Forger) -> None:
    f.change_operation("visit", lambda op: op.update(body=op["body"].replace("工资已发放", "工资未发放")))


def a_field_and_the_hash(f: Forger) -> None:
    def change(op: Data) -> None:
        op["body"] = op["body"].replace("工资已发放", "工资未发放")
        op["op_sha256"] = sha256(op["body"].encode())
        op["receipt"]["op_sha256"] = op["op_sha256"]

    f.change_operation("visit", change)


def a_field_sealed_anew_by_the_phones_owner(f: Forger) -> None:
    """Whoever holds the phone itself can sign another text; the server never saw it."""

    def change(op: Data) -> None:
        a = f.exported.phones["phone"].seal(op["body"].replace("回访", "未到"))
        op.update(body=a.body, op_sha256=a.op_sha256, signature=a.signature)
        op["receipt"]["op_sha256"] = a.op_sha256

    f.change_operation("second visit", change)


def the_moment_of_a_record(f: Forger) -> None:
    def change(op: Data) -> None:
        body = json.loads(op["body"])
        op["body"] = op["body"].replace(body["captured_at"], "2020-01-01T08:00:00+00:00")

    f.change_operation("check-in", change)


def the_seal_taken_off(f: Forger) -> None:
    f.change_operation("visit", lambda op: op.update(key_id=None, signature=None))


def the_seal_of_another_record(f: Forger) -> None:
    other = f.exported.operation("check-in")["signature"]
    f.change_operation("visit", lambda op: op.update(signature=other))


# ---- a removed log entry


def a_log_entry_removed(f: Forger) -> None:
    sha = f.exported.ops["visit"].op_sha256
    f.change("log.json", lambda log: log.update(entries=[e for e in log["entries"] if e["sha256"] != sha]))


def a_files_log_entry_removed(f: Forger) -> None:
    f.change("log.json", lambda log: log.update(entries=[e for e in log["entries"] if e["kind"] != "copy"]))


def the_moment_of_a_log_entry(f: Forger) -> None:
    f.change("log.json", lambda log: log["entries"][0].update(at="2020-01-01T00:00:00.000000Z"))


# ---- a swapped order


def two_log_entries_swapped(f: Forger) -> None:
    def swap(log: Data) -> None:
        one, two = log["entries"][0], log["entries"][1]
        one["log_index"], two["log_index"] = two["log_index"], one["log_index"]

    f.change("log.json", swap)


def two_log_entries_swapped_with_their_proofs(f: Forger) -> None:
    def swap(log: Data) -> None:
        one, two = log["entries"][0], log["entries"][1]
        for name in ("log_index", "proof"):
            one[name], two[name] = two[name], one[name]

    f.change("log.json", swap)


def one_place_claimed_twice(f: Forger) -> None:
    f.change("log.json", lambda log: log["entries"][1].update(log_index=log["entries"][0]["log_index"]))


def two_records_swapped_by_the_phones_owner(f: Forger) -> None:
    """Numbers changed round and sealed anew with the phone's own key: links, receipts and the log remember."""
    phone = f.exported.phones["phone"]
    numbers = {"visit": 4, "second visit": 2}
    for name, number in numbers.items():

        def change(op: Data, number: int = number) -> None:
            body = json.loads(op["body"]) | {"device_seq": number}
            again = phone.seal(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
            op.update(body=again.body, op_sha256=again.op_sha256, signature=again.signature)
            op["receipt"]["op_sha256"] = again.op_sha256

        f.change_operation(name, change)


# ---- a forged receipt


def the_moment_of_a_receipt(f: Forger) -> None:
    f.change_operation("visit", lambda op: op["receipt"].update(received_at="2026-01-01T00:00:00Z"))


def the_receipt_of_another_record(f: Forger) -> None:
    other = f.exported.operation("check-in")["receipt"]
    f.change_operation("visit", lambda op: op.update(receipt=other))


def a_receipt_by_a_key_of_the_forgers(f: Forger) -> None:
    key = new_key()
    f.change_operation("visit", lambda op: op.update(receipt=receipt_by(key, op["receipt"], received_at="2026-01-01T00:00:00Z")))


def a_receipt_thrown_away(f: Forger) -> None:
    f.change_operation("visit", lambda op: op.update(receipt=None))


def a_record_that_never_arrived(f: Forger) -> None:
    invented = f.exported.phones["other"].visit(f.exported.phones["other"].device_id, note="补记")

    def add(operations: list[Data]) -> None:
        body = json.loads(invented.body)
        operations.append(operations[0] | {"op_id": body["op_id"], "op_sha256": invented.op_sha256, "body": invented.body,
                                           "key_id": invented.key_id, "signature": invented.signature})  # fmt: skip

    f.change("operations.json", add)


# ---- a replay from another device


def a_record_sealed_by_another_phone(f: Forger) -> None:
    other = f.exported.phones["other"]
    f.change_operation("visit", lambda op: op.update(key_id=other.key_id, signature=other.seal(op["body"]).signature))


def a_key_said_to_be_another_phones(f: Forger) -> None:
    """The forger renames the phone of a key, so that a text of that phone seems to be sealed by it."""
    other, phone = f.exported.phones["other"], f.exported.phones["phone"]
    f.change("device_keys.json", lambda keys: next(k for k in keys if k["key_id"] == other.key_id).update(device_id=str(phone.device_id)))
    f.change_operation("visit", lambda op: op.update(key_id=other.key_id, signature=other.seal(op["body"]).signature))


def a_key_swapped_under_its_id(f: Forger) -> None:
    f.change("device_keys.json", lambda keys: keys[0].update(public_key=text_of(new_key().public_key())))


def a_key_taken_out(f: Forger) -> None:
    f.change("device_keys.json", lambda _: [])


def a_key_said_to_be_revoked_earlier(f: Forger) -> None:
    phone = f.exported.phones["phone"].key_id
    f.change("device_keys.json", lambda keys: next(k for k in keys if k["key_id"] == phone).update(revoked_at="2020-01-01T00:00:00Z"))


# ---- roots


def a_root_rewritten(f: Forger) -> None:
    f.change("log.json", lambda log: log["roots"][0].update(root_hash="0" * 64))


def the_head_rewritten(f: Forger) -> None:
    f.change("log.json", lambda log: log["head"].update(tree_size=log["head"]["tree_size"] + 1))


def a_step_taken_out(f: Forger) -> None:
    f.change("log.json", lambda log: log.update(steps=[]))


def a_server_key_swapped_under_its_id(f: Forger) -> None:
    f.change("server_keys.json", lambda keys: [k.update(public_key=text_of(new_key().public_key())) for k in keys] and None)


ALL_SIGNED = {"manifest_signature_wrong", "root_signature_wrong", "receipt_forged"}
FORGED: list[tuple[Forging, set[str]]] = [
    (a_byte_of_a_photo, {"photo_altered"}),
    (a_byte_of_the_original, {"photo_altered"}),
    (a_photo_and_all_that_lists_it, {"photo_altered", "log_proof_wrong", "log_entry_missing", "byte_receipt_forged"}),
    (a_byte_of_a_note, {"photo_altered"}),
    (the_moment_of_a_byte_receipt, {"byte_receipt_forged"}),
    (the_byte_receipt_of_another_file, {"byte_receipt_forged"}),
    (a_byte_receipt_by_the_servers_key_for_a_later_place, {"byte_receipt_contradicted"}),
    (a_photo_taken_out, {"photo_missing"}),
    (a_photo_that_nobody_took, {"photo_not_announced"}),
    (a_field_of_a_record, {"operation_altered", "seal_wrong"}),
    (a_field_and_the_hash, {"seal_wrong", "receipt_forged", "log_entry_missing", "chain_broken"}),
    (a_field_sealed_anew_by_the_phones_owner, {"receipt_forged", "log_entry_missing", "chain_broken"}),
    (the_moment_of_a_record, {"operation_altered", "seal_wrong"}),
    (the_seal_taken_off, {"seal_wrong"}),
    (the_seal_of_another_record, {"seal_wrong"}),
    (a_log_entry_removed, {"log_entry_missing"}),
    (a_files_log_entry_removed, {"log_entry_missing"}),
    (the_moment_of_a_log_entry, {"log_proof_wrong"}),
    (two_log_entries_swapped, {"log_proof_wrong"}),
    (two_log_entries_swapped_with_their_proofs, {"log_proof_wrong"}),
    (one_place_claimed_twice, {"log_place_taken_twice", "log_proof_wrong"}),
    (two_records_swapped_by_the_phones_owner, {"chain_broken", "receipt_forged", "log_entry_missing"}),
    (the_moment_of_a_receipt, {"receipt_forged"}),
    (the_receipt_of_another_record, {"receipt_forged"}),
    (a_receipt_by_a_key_of_the_forgers, {"receipt_forged"}),
    (a_receipt_thrown_away, {"receipt_missing"}),
    (a_record_that_never_arrived, {"receipt_forged", "log_entry_missing"}),
    (a_record_sealed_by_another_phone, {"replayed_from_another_device"}),
    (a_key_said_to_be_another_phones, {"device_key_wrong", "seal_key_missing"}),
    (a_key_swapped_under_its_id, {"device_key_wrong", "seal_key_missing"}),
    (a_key_taken_out, {"seal_key_missing"}),
    (a_key_said_to_be_revoked_earlier, {"seal_after_revocation"}),
    (a_root_rewritten, {"root_signature_wrong", "root_not_consistent"}),
    (the_head_rewritten, {"root_signature_wrong", "root_not_consistent", "log_proof_wrong"}),
    (a_step_taken_out, {"root_not_consistent"}),
    (a_server_key_swapped_under_its_id, {"server_key_wrong", "root_signature_wrong", "receipt_forged", "byte_receipt_forged"}),
]


@pytest.mark.parametrize(("forge", "named"), FORGED, ids=[forge.__name__ for forge, _ in FORGED])
def test_a_forgery_is_found_behind_a_mended_manifest_and_named(forge: Forging, named: set[str], forger: Forger, tmp_path: Path) -> None:
    forge(forger)
    forger.mend_manifest()

    assert codes(verified(forger.save(tmp_path / "forged.zip"))) == named | {"manifest_signature_wrong"}


@pytest.mark.parametrize(("forge", "named"), FORGED, ids=[forge.__name__ for forge, _ in FORGED])
def test_a_forgery_is_found_although_the_servers_own_key_signed_the_manifest(
    forge: Forging, named: set[str], forger: Forger, tmp_path: Path
) -> None:
    forge(forger)
    forger.signs_with = forger.exported.server_key
    forger.mend_manifest()

    found = codes(verified(forger.save(tmp_path / "forged.zip"), "--key", forger.exported.public_key))

    assert found == named | ({"manifest_signature_wrong"} if "server_key_wrong" in named else set())


@pytest.mark.parametrize("forge", [a_byte_of_a_photo, a_field_of_a_record, a_log_entry_removed])
def test_a_forger_who_leaves_the_manifest_alone_is_met_by_it(forge: Forging, forger: Forger, tmp_path: Path) -> None:
    forge(forger)

    found = codes(verified(forger.save(tmp_path / "forged.zip")))

    assert "file_altered" in found and "manifest_signature_wrong" not in found


def test_what_is_added_to_the_archive_is_named(forger: Forger, tmp_path: Path) -> None:
    forger.files["photos/more.jpg"] = b"more"

    report = verified(forger.save(tmp_path / "forged.zip"))

    assert [(f["code"], f["where"]) for f in report["failures"]] == [("file_not_listed", "photos/more.jpg")]


def test_the_report_says_where(forger: Forger, tmp_path: Path) -> None:
    a_byte_of_a_photo(forger)
    forger.mend_manifest()

    [failure] = [f for f in verified(forger.save(tmp_path / "forged.zip"))["failures"] if f["code"] == "photo_altered"]

    assert failure["where"] == photo_path(forger.exported, "copy")
    assert failure["details"]["expected"] != failure["details"]["found"] == sha256(forger.files[failure["where"]])


# ---- forgers with a key of their own, or with the server's


def test_a_package_signed_throughout_by_another_server_is_not_trusted(forger: Forger, tmp_path: Path) -> None:
    """Nothing in it contradicts itself: only a key from elsewhere tells."""
    mine = new_key()
    mine_text = text_of(mine.public_key())
    forger.change("server_keys.json", lambda keys: [keys[0] | {"key_id": key_id_of(mine_text), "public_key": mine_text}])
    forger.change("operations.json", lambda ops: [op | {"receipt": receipt_by(mine, op["receipt"])} for op in ops])
    forger.change("photos.json", lambda photos: [byte_receipt_by(mine, photo) for photo in photos])

    def resign(log: Data) -> None:
        log["head"] = root_by(mine, log["head"], log["head"]["tree_size"], log["head"]["root_hash"])
        log["roots"] = [root_by(mine, r, r["tree_size"], r["root_hash"]) for r in log["roots"]]

    forger.change("log.json", resign)
    forger.signs_with = mine
    forger.mend_manifest()
    path = forger.save(tmp_path / "forged.zip")

    believed = verified(path)
    assert believed["ok"] and {n["code"] for n in believed["notes"]} >= {"key_not_compared"}
    assert codes(verified(path, "--key", forger.exported.public_key)) == {
        "signer_not_trusted", "receipt_forged", "byte_receipt_forged", "root_signature_wrong",
    }  # fmt: skip


def _rewrite_the_log_without(forger: Forger, victim: int) -> list[bytes]:
    """The operator takes an entry out of the log's tables and builds everything anew, with the server's own key."""
    leaves = [leaf for i, leaf in enumerate(forger.exported.leaves) if i != victim]

    def rewrite(log: Data) -> None:
        size = log["head"]["tree_size"] - 1
        log["head"] = root_by(forger.exported.server_key, log["head"], size, plain_root(leaves[:size]).hex())
        log["entries"] = [e for e in log["entries"] if e["log_index"] != victim]
        for entry in log["entries"]:
            entry["log_index"] -= entry["log_index"] > victim
            entry["proof"] = hexes(plain_path(entry["log_index"], leaves[:size]))

    forger.change("log.json", rewrite)
    forger.signs_with = forger.exported.server_key
    return leaves


def _victim(exported: Exported) -> int:
    sha = exported.ops["visit"].op_sha256
    return int(next(e["log_index"] for e in exported.json("log.json")["entries"] if e["sha256"] == sha))


def _forget_the_visit(forger: Forger) -> None:
    sha = forger.exported.ops["visit"].op_sha256
    forger.change("operations.json", lambda ops: [op for op in ops if op["op_sha256"] != sha])


def test_an_operator_who_removes_a_record_and_its_entry_is_betrayed_by_the_published_roots(forger: Forger, tmp_path: Path) -> None:
    _rewrite_the_log_without(forger, _victim(forger.exported))
    _forget_the_visit(forger)
    forger.mend_manifest()

    assert codes(verified(forger.save(tmp_path / "forged.zip"), "--key", forger.exported.public_key)) == {
        "root_not_consistent", "byte_receipt_contradicted",  # the phones' receipts remember how long the log was
    }  # fmt: skip


def _rewritten_roots(forger: Forger, leaves: list[bytes]) -> None:
    def rewrite(log: Data) -> None:
        log["roots"] = [
            root_by(forger.exported.server_key, r, r["tree_size"] - 1, plain_root(leaves[: r["tree_size"] - 1]).hex()) for r in log["roots"]
        ]
        sizes = sorted({*(r["tree_size"] for r in log["roots"]), log["head"]["tree_size"]})
        log["steps"] = [
            {"first": a, "second": b, "proof": [plain_root(leaves[i:j]).hex() for i, j in consistency_ranges(a, b)]}
            for a, b in pairwise(sizes)
        ]

    forger.change("log.json", rewrite)


def test_and_one_who_rewrites_the_roots_too_by_whoever_kept_them(forger: Forger, tmp_path: Path) -> None:
    """With the server's key and its tables in his hands a forger can make all of it fit; what somebody kept elsewhere, he cannot."""
    leaves = _rewrite_the_log_without(forger, _victim(forger.exported))
    _forget_the_visit(forger)
    _rewritten_roots(forger, leaves)
    forger.change("photos.json", lambda photos: [byte_receipt_by(forger.exported.server_key, photo, 0) for photo in photos])
    forger.mend_manifest()
    path = forger.save(tmp_path / "forged.zip")
    kept = tmp_path / "roots.json"
    kept.write_text(json.dumps(forger.exported.roots))

    assert verified(path, "--key", forger.exported.public_key)["ok"]
    assert codes(verified(path, "--key", forger.exported.public_key, "--trust", str(kept))) == {"root_contradicted"}


def test_a_kept_root_that_the_package_leaves_out_is_missed(forger: Forger, tmp_path: Path) -> None:
    kept = tmp_path / "roots.json"
    kept.write_text(json.dumps(forger.exported.roots))
    forger.change("log.json", lambda log: log.update(roots=[], steps=[]))
    forger.signs_with = forger.exported.server_key
    forger.mend_manifest()

    assert codes(verified(forger.save(tmp_path / "forged.zip"), "--trust", str(kept))) == {"root_missing"}


# ---- what cannot be read


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda files: _cut(archive_of(files)),
        lambda files: b"",
        lambda files: b"PK\x03\x04 no archive",
        lambda files: archive_of({}),
        lambda files: archive_of({**files, "operations.json": b"[{}]"}),
        lambda files: archive_of({**files, "log.json": b"{"}),
        lambda files: archive_of({**files, "manifest.json": files["manifest.json"].replace(b'"v":1', b'"v":9')}),
        lambda files: archive_of({name: data for name, data in files.items() if name != "device_keys.json"}),
    ],
    ids=["cut", "empty file", "no archive", "empty archive", "another shape", "broken JSON", "newer version", "a part gone"],
)
def test_what_is_no_package_is_called_so(spoil: Callable[[dict[str, bytes]], bytes], exported: Exported, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.zip"
    path.write_bytes(spoil(exported.files))

    assert codes(verified(path)) == {"package_unreadable"}


def test_a_damaged_byte_anywhere_in_the_archive_never_passes(exported: Exported, tmp_path: Path) -> None:
    """Also where the damage is in the archive's own structure."""
    whole = archive_of(exported.files)
    path = tmp_path / "damaged.zip"
    passed = []
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        report = verified(path)
        if report["ok"]:
            passed.append(at)
    # a few bytes of an archive mean nothing: times, attributes, repeated names
    assert all(_same_contents(whole, at, exported) for at in passed)


def _same_contents(whole: bytes, at: int, exported: Exported) -> bool:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])) as archive:
        return {name: archive.read(name) for name in archive.namelist()} == exported.files


# ---- the command


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as an outsider runs it: no server, no database, no settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("WANGGE_", "PG"))}
    command = [str(Path(sys.executable).parent / "wangge"), "evidence", "verify", *arguments]
    return subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)


def test_the_command_speaks_both_languages_and_its_exit_code_tells(exported: Exported, forger: Forger, tmp_path: Path) -> None:
    good = tmp_path / "good.zip"
    good.write_bytes(archive_of(exported.files))
    a_field_of_a_record(forger)
    bad = forger.save(tmp_path / "bad.zip")

    fine, wrong = run(str(good), "--key", exported.public_key), run(str(bad))

    assert (fine.returncode, wrong.returncode) == (0, 1), fine.stderr + wrong.stderr
    assert "核验通过 VERIFIED" in fine.stdout and "可信 trusted" in fine.stdout
    assert "核验不通过 NOT VERIFIED" in wrong.stdout
    assert "记录内容被改动" in wrong.stdout and "A record's text was altered" in wrong.stdout and "operation_altered" in wrong.stdout


@pytest.mark.parametrize(("option", "value"), [("--key", "no key"), ("--trust", "spoilt")])
def test_what_is_no_key_or_no_roots_is_refused(option: str, value: str, exported: Exported, tmp_path: Path) -> None:
    good = tmp_path / "good.zip"
    good.write_bytes(archive_of(exported.files))
    (tmp_path / "spoilt").write_text("{}")

    answer: Any = run(str(good), option, str(tmp_path / value) if option == "--trust" else value)

    assert answer.returncode == 2
    assert option in answer.stderr
    assert sign(new_key(), b"x")
