"""Whether a seal holds, told from texts and keys alone. Pure: the server judges by it at arrival, and anyone later without a server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from wangge.core.canonical import canonical_json
from wangge.core.signatures import PublicKey, holds

# What can be wrong with a seal; ``other_account``, ``other_device``: it is sealed, and not by the phone it names.
SealFault = Literal["malformed", "key_unknown", "other_account", "other_device", "key_revoked", "signature_wrong"]


@dataclass(frozen=True)
class SealKey:
    """A phone's key as one looks at a seal; ``device_id`` and ``public_key`` are None where it is another account's."""

    key_id: str
    device_id: UUID | None
    public_key: PublicKey | None
    revoked_at: datetime | None = None


def key_proof_text(account_id: UUID | str, device_id: UUID | str, public_key: str) -> bytes:
    """What a phone signs to show that it holds the private half of the key that it makes known."""
    fields = {"type": "wangge.key", "account_id": str(account_id), "device_id": str(device_id), "public_key": public_key}
    return canonical_json(fields).encode()


def seal_fault(body: bytes, signature: str, key: SealKey | None, device_id: UUID | None, happened_at: datetime | None) -> SealFault | None:
    """What is wrong with the seal of an operation's text; None when it holds.

    Args:
        body: The text as it came, UTF-8.
        signature: Over ``body`` (see ``core.signatures``).
        key: The key that the seal names, if there is one.
        device_id: The phone that the text names; None where it cannot be read.
        happened_at: When it was recorded; None where it cannot be read.
    """
    if key is None:
        return "key_unknown"
    if key.public_key is None:
        return "other_account"
    if device_id is not None and device_id != key.device_id:
        return "other_device"
    if not holds(key.public_key, signature, body):
        return "signature_wrong"
    if key.revoked_at and (happened_at is None or happened_at >= key.revoked_at):
        return "key_revoked"
    return None
