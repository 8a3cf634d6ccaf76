"""Wire shapes of seals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct


class SealKeyRegistration(Struct):
    """A phone's key: SubjectPublicKeyInfo of a P-256 key, base64url; ``proof`` is its signature over
    ``{"account_id","device_id","public_key","type":"wangge.key"}`` in canonical JSON."""

    public_key: Annotated[str, Meta(max_length=400)]
    proof: Annotated[str, Meta(max_length=200)]


class SealKeyRead(Struct):
    """A key of the signed-in phone; what a revoked one signs from then on is not accepted."""

    key_id: str
    is_revoked: bool


class ChainRead(Struct):
    """What has arrived of what one store of one phone recorded.

    ``missing`` holds numbers that never came, as first and last (the first null: from the beginning); ``forks`` numbers that
    came with more than one text; ``breaks`` numbers that name another predecessor than the one that came.
    """

    device_id: UUID | None
    chain_id: UUID
    first_seq: int
    last_seq: int
    operations: int
    unsealed: int
    missing: list[tuple[int | None, int]]
    forks: list[int]
    breaks: list[int]
    last_received_at: datetime
    is_whole: bool
