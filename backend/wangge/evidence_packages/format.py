"""What is in an evidence package: the files of the archive and their shapes, for whoever writes one and whoever verifies one.

Hashes are hex, keys and signatures base64url, moments RFC 3339 texts, exactly as they were signed.
"""

from msgspec import Struct

FORMAT, VERSION = "wangge.evidence", 1
MANIFEST, MANIFEST_SEAL = "manifest.json", "manifest.sig.json"
OPERATIONS, PHOTOS, LOG, DEVICE_KEYS, SERVER_KEYS = "operations.json", "photos.json", "log.json", "device_keys.json", "server_keys.json"
INDEXES = {"zh": "index.zh.txt", "en": "index.en.txt"}


class PackedPerson(Struct):
    """Who recorded, or who made the package."""

    id: str
    name: str


class PackedReceipt(Struct):
    """A receipt as the phone was given it."""

    op_id: str
    op_sha256: str
    received_at: str
    key_id: str
    signature: str


class PackedOperation(Struct):
    """An operation: its text as the phone sealed it, and what the server made of it."""

    op_id: str
    op_sha256: str
    body: str
    key_id: str | None
    signature: str | None
    outcome: str
    problem: str | None
    flags: list[str]
    person: PackedPerson
    receipt: PackedReceipt | None


class PackedByteReceipt(Struct):
    """A receipt for a file's bytes as the phone was given it."""

    evidence_id: str
    part: str
    sha256: str
    bytes: int
    stored_at: str
    log_size: int
    key_id: str
    signature: str


class PackedPhoto(Struct):
    """A file of a photo or of a note; ``path`` in the archive where its bytes are here, ``state`` says why where they are not.

    ``receipt`` is null for what was stored before receipts for bytes were signed.
    """

    evidence_id: str
    part: str
    sha256: str
    bytes: int
    state: str
    path: str | None
    medium: str = "photo"
    receipt: PackedByteReceipt | None = None


class PackedEntry(Struct):
    """A leaf of the record log, and its proof of inclusion in the head."""

    log_index: int
    kind: str
    subject_id: str
    sha256: str
    at: str
    proof: list[str]


class PackedRoot(Struct):
    """A root with its signature: of a day, or the head (``day`` null)."""

    day: str | None
    tree_size: int
    root_hash: str
    at: str
    key_id: str
    signature: str


class PackedStep(Struct):
    """That the tree of ``second`` entries begins with the tree of ``first``."""

    first: int
    second: int
    proof: list[str]


class PackedLog(Struct):
    """The log as far as the package needs it: from the day of its first entry, root by root, to the head."""

    head: PackedRoot
    entries: list[PackedEntry]
    roots: list[PackedRoot]
    steps: list[PackedStep]


class PackedDeviceKey(Struct):
    """A phone's key, and the phone's own statement that it is hers."""

    key_id: str
    public_key: str
    proof: str
    device_id: str
    account_id: str
    person_id: str
    was_enrolled: bool
    registered_at: str
    revoked_at: str | None


class PackedServerKey(Struct):
    """A key that the server signs or has signed with."""

    key_id: str
    public_key: str
    valid_from: str
    retired_at: str | None


class PackedFile(Struct):
    """A file of the archive."""

    path: str
    sha256: str
    bytes: int


class Manifest(Struct):
    """What the package is about, who made it and why, and every other file in it."""

    format: str
    v: int
    made_at: str
    made_by: PackedPerson
    reason: str
    employer: PackedPerson | None
    visit_ids: list[str]
    files: list[PackedFile]


class ManifestSeal(Struct):
    """The server's signature over the manifest's hash (type ``wangge.package``)."""

    key_id: str
    signature: str
