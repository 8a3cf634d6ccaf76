"""Wire shapes of the files of unsent work."""

from msgspec import Struct


class UnsentFilesKeyRead(Struct):
    """The public key that such files are encrypted for: a point of P-256, uncompressed (65 bytes), in base64."""

    key_id: str
    public_key: str
