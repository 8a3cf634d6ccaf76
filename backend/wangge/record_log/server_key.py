"""The server's signing key: a file that only the server reads, made at its first use."""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.core.db import unit_of_work
from wangge.core.processes import beside
from wangge.core.settings import SettingsError
from wangge.core.signatures import PrivateKey, key_id_of, sign, text_of
from wangge.record_log.texts import byte_receipt_text, manifest_text, receipt_text, root_text

log = structlog.get_logger()
ANNOUNCE = text("select announce_server_key(:key_id, :public_key)")


def _make(path: Path) -> None:
    """Write a new key, whole or not at all; where another process is quicker, hers stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _read(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    pem = path.read_bytes()
    try:
        _key_in(pem)
    except ValueError as broken:
        raise SettingsError(f"{path}: a P-256 private key in PEM is needed; put the backup in its place.") from broken
    return pem


@lru_cache(maxsize=2)
def _key_in(pem: bytes) -> PrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("no key of that curve")
    return key


def _sign_all(pem: bytes, texts: Sequence[bytes]) -> list[str]:
    return [sign(_key_in(pem), text) for text in texts]


class ServerKey:
    """Signs receipts, roots and packages. Copies of the API on several machines share the file.

    The public half is announced in the database before the first signature, so that whoever is given a signature can find the
    key; a new file is a new key, and the former one stays valid for what it has signed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pem: bytes | None = None
        self.public_key = ""
        self.key_id = ""

    async def ready(self, engine: AsyncEngine) -> "ServerKey":
        """This key, read and announced."""
        if self._pem is None:
            pem = _read(self._path)
            self.public_key = text_of(_key_in(pem).public_key())
            self.key_id = key_id_of(self.public_key)
            async with unit_of_work(engine) as db:
                if await db.scalar(ANNOUNCE, {"key_id": self.key_id, "public_key": self.public_key}):
                    log.info("server_key_announced", key_id=self.key_id)
            self._pem = pem
        return self

    def _known(self) -> bytes:
        if self._pem is None:
            raise RuntimeError("the server's key is not ready")
        return self._pem

    def _sign(self, data: bytes) -> str:
        return sign(_key_in(self._known()), data)

    async def sign_receipts(self, received: Sequence[tuple[str, str, str]]) -> list[str]:
        """The signatures of receipts, each of an operation's id, its SHA-256 and the moment it was received; on another core."""
        return await beside(len(received), _sign_all, self._known(), [receipt_text(*one, self.key_id) for one in received])

    def sign_bytes(self, evidence_id: str, part: str, sha256: str, size: int, stored_at: str, log_size: int) -> str:
        """The signature of a file's receipt."""
        return self._sign(byte_receipt_text(evidence_id, part, sha256, size, stored_at, log_size, self.key_id))

    def sign_root(self, tree_size: int, root_hash: str, at: str, day: str | None = None) -> str:
        """The signature of a root."""
        return self._sign(root_text(tree_size, root_hash, at, self.key_id, day))

    def sign_manifest(self, manifest_sha256: str) -> str:
        """The signature of a package."""
        return self._sign(manifest_text(manifest_sha256, self.key_id))
