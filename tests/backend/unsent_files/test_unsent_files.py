"""Files of unsent work: what a phone encrypted is opened by this server alone, and taken in as if the phone had sent it."""

import base64
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from factories import Territory
from fixture_types import Client

from wangge.unsent_files.errors import UnsentFileError
from wangge.unsent_files.importing import read_unsent
from wangge.unsent_files.key import UnsentFilesKey


def encrypt(plain: bytes, key: Any) -> bytes:
    """As pwa/src/features/outbox/export.ts does it."""
    point = base64.b64decode(key.public_key)
    ours = ec.generate_private_key(ec.SECP256R1())
    ephemeral = ours.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    secret = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    derived = HKDF(hashes.SHA256(), 32, None, b"wangge unsent v1" + ephemeral + point).derive(secret)
    iv = os.urandom(12)
    head = {"format": "wangge.unsent.encrypted", "v": 1, "key_id": key.key_id, "ephemeral": base64.b64encode(ephemeral).decode(),
            "iv": base64.b64encode(iv).decode()}  # fmt: skip
    return json.dumps(head).encode() + b"\n" + AESGCM(derived).encrypt(iv, plain, None)


async def test_every_signed_in_person_is_told_the_same_key(client: Client, territory: Territory) -> None:
    keys = [(await client(territory[role]).get("/api/unsent-files/key")).json() for role in ("community", "city")]
    assert keys[0] == keys[1] and len(base64.b64decode(keys[0]["public_key"])) == 65


def test_only_the_server_it_was_made_for_opens_a_file(tmp_path: Path) -> None:
    key = UnsentFilesKey(tmp_path / "a")
    encrypted = encrypt("没有传出去的记录".encode(), key.public())
    assert key.open(encrypted) == "没有传出去的记录".encode()
    assert UnsentFilesKey(tmp_path / "a").open(encrypted) == "没有传出去的记录".encode()
    assert (tmp_path / "a" / "secrets" / "unsent_files_key.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnsentFileError, match="not to this server"):
        UnsentFilesKey(tmp_path / "b").open(encrypted)
    for damaged in (encrypted[:-1], encrypted[:-1] + bytes([encrypted[-1] ^ 1]), b"{}", b"", encrypted.replace(b'"v": 1', b'"v": 2')):
        with pytest.raises(UnsentFileError):
            key.open(damaged)


def test_two_servers_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [threading.Thread(target=lambda: keys.append(UnsentFilesKey(tmp_path).public().key_id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1 and len(keys) == 8


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "wangge.unsent", "v": 2}', b'{"format": "wangge.unsent", "v": 1}'])
def test_what_is_no_unsent_work_is_refused(content: bytes) -> None:
    with pytest.raises(UnsentFileError):
        read_unsent(content)
