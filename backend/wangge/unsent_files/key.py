"""The server's key for files of unsent work: P-256, made once, kept in the data folder (mode 0600) and not in the database.

A file is ``{"format", "v", "key_id", "ephemeral", "iv"}`` as one line of JSON, and behind it the encrypted bytes: AES-256-GCM under
HKDF-SHA256 of the ECDH secret, both public points in its info.

Source:
    The scheme of ECIES as in SECG SEC 1, section 5.1, with HKDF (RFC 5869) and AES-GCM.
"""

import base64
import hashlib
import json
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wangge.unsent_files.errors import UnsentFileError
from wangge.unsent_files.schemas import UnsentFilesKeyRead

FORMAT = "wangge.unsent.encrypted"
INFO = b"wangge unsent v1"
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


class UnsentFilesKey:
    """Opens what phones encrypted. Copies of the API on several machines share the file."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "secrets" / "unsent_files_key.pem"

    def _private(self) -> ec.EllipticCurvePrivateKey:
        if not self._file.is_file():
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = ec.generate_private_key(ec.SECP256R1())
            pem = fresh.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            handle, whole = tempfile.mkstemp(dir=self._file.parent)  # 0600
            with os.fdopen(handle, "wb") as file:
                file.write(pem)
            try:
                os.link(whole, self._file)  # whole or not at all, and the first of two servers wins
            except FileExistsError:
                pass
            finally:
                os.unlink(whole)
        key = serialization.load_pem_private_key(self._file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise UnsentFileError(f"{self._file} holds another kind of key.")
        return key

    def public(self) -> UnsentFilesKeyRead:
        """What phones encrypt to."""
        point = self._private().public_key().public_bytes(*POINT)
        return UnsentFilesKeyRead(key_id_of(point), base64.b64encode(point).decode())

    def open(self, data: bytes) -> bytes:
        """What a phone encrypted.

        Raises:
            UnsentFileError: not such a file, encrypted for another server's key, or damaged.
        """
        line, _, encrypted = data.partition(b"\n")
        try:
            head = json.loads(line)
            if head["format"] != FORMAT or head["v"] != 1:
                raise KeyError("format")
            ephemeral, iv = base64.b64decode(head["ephemeral"]), base64.b64decode(head["iv"])
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ephemeral)
        except (ValueError, KeyError, TypeError) as error:
            raise UnsentFileError("This is not a file of unsent work, or its head is damaged.") from error
        private = self._private()
        point = private.public_key().public_bytes(*POINT)
        if head["key_id"] != key_id_of(point):
            raise UnsentFileError(f"The file was encrypted for the key {head['key_id']}, not to this server's {key_id_of(point)}.")
        secret = private.exchange(ec.ECDH(), theirs)
        key = HKDF(hashes.SHA256(), 32, None, INFO + ephemeral + point).derive(secret)
        try:
            return AESGCM(key).decrypt(iv, encrypted, None)
        except InvalidTag as error:
            raise UnsentFileError("The file is damaged: export it from the phone once more.") from error


def key_id_of(point: bytes) -> str:
    """The name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(point).hexdigest()[:16]
