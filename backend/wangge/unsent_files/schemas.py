"""Wire shapes of the files of unsent work."""

from msgspec import Struct


class UnsentFilesKeyRead(Struct):
    """The public key that phones seal such files to: a point of P-256, uncompressed (65 bytes), in base64."""

    key_id: str
    public_key: str
