"""Checking the seals of a push: one query for the keys, then arithmetic beside the event loop."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from wangge.core.signatures import public_key_of
from wangge.seals.rules import SealFault, SealKey, seal_fault

KEYS = "select key_id, device_id, public_key, revoked_at from seal_keys($1::text[])"


class Seal(NamedTuple):
    """What there is to check: the text as it came, and what it says of where and when it was recorded."""

    body: bytes
    key_id: str
    signature: str
    device_id: UUID | None
    happened_at: datetime | None


async def _keys(conn: Any, key_ids: Sequence[str]) -> dict[str, SealKey]:
    rows = await conn.fetch(KEYS, list(set(key_ids)))
    return {
        r["key_id"]: SealKey(r["key_id"], r["device_id"], public_key_of(r["public_key"]) if r["public_key"] else None, r["revoked_at"])
        for r in rows
    }


def _faults(seals: Sequence[Seal], keys: dict[str, SealKey]) -> list[SealFault | None]:
    return [seal_fault(s.body, s.signature, keys.get(s.key_id), s.device_id, s.happened_at) for s in seals]


async def seal_faults(conn: Any, seals: Sequence[Seal]) -> list[SealFault | None]:
    """What is wrong with each seal, in their order; None where it holds. Some 70 µs of one core for each."""
    if not seals:
        return []
    keys = await _keys(conn, [s.key_id for s in seals])
    return await asyncio.to_thread(_faults, seals, keys)
