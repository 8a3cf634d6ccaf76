"""Wire shapes of the record log. Hashes are hex, keys and signatures base64url."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct


class ServerKeyRead(Struct):
    """A public key of the server (SubjectPublicKeyInfo, P-256); ``key_id`` is its SHA-256. A retired one is good for what it signed."""

    key_id: str
    public_key: str
    valid_from: datetime
    retired_at: datetime | None


class LogRootRead(Struct):
    """The log's root at the end of a day in China. The key signs ``{"at","day","key_id","root_hash","tree_size","type"}`` in canonical
    JSON, type ``wangge.root``, ``at`` being ``published_at``."""

    day: date
    tree_size: int
    root_hash: str
    published_at: datetime
    key_id: str
    signature: str


class LogHead(Struct):
    """The log as it stands, signed like a day's root with ``day`` null."""

    tree_size: int
    root_hash: str
    at: datetime
    key_id: str
    signature: str


class InclusionProof(Struct):
    """That an entry is in the tree of ``tree_size`` (RFC 9162, 2.1.3). The leaf is canonical JSON of
    ``{"at","kind","sha256","subject_id","type"}``, type ``wangge.log``."""

    log_index: int
    kind: str
    subject_id: UUID
    sha256: str
    at: str
    tree_size: int
    root_hash: str
    proof: list[str]


class ConsistencyProof(Struct):
    """That the tree of ``second`` entries begins with the tree of ``first`` (RFC 9162, 2.1.4)."""

    first: int
    first_root_hash: str
    second: int
    second_root_hash: str
    proof: list[str]
