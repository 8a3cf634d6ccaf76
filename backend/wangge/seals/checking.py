"""Checking the seals of a push: one query for the keys, then arithmetic on another core."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from wangge.core.processes import beside
from wangge.core.signatures import PublicKey, public_key_of
from wangge.seals.rules import SealFault, SealKey, seal_fault

KEYS = "select key_id, device_id, public_key, revoked_at from seal_keys($1::text[])"


class Seal(NamedTuple):
    """What there is to check: the text as it came, and what it says of where and when it was recorded."""

    body: bytes
    key_id: str
    signature: str
    device_id: UUID | None
    happened_at: datetime | None


class KeyRow(NamedTuple):
    """A key as the database tells it; what is another account's has neither phone nor text."""

    device_id: UUID | None
    public_key: str | None
    revoked_at: datetime | None


async def _keys(conn: Any, key_ids: Sequence[str]) -> dict[str, KeyRow]:
    rows = await conn.fetch(KEYS, list(set(key_ids)))
    return {r["key_id"]: KeyRow(r["device_id"], r["public_key"], r["revoked_at"]) for r in rows}


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> PublicKey | None:
    return public_key_of(text)


def _faults(seals: Sequence[Seal], rows: Mapping[str, KeyRow]) -> list[SealFault | None]:
    keys = {
        key_id: SealKey(key_id, r.device_id, _parsed(r.public_key) if r.public_key else None, r.revoked_at) for key_id, r in rows.items()
    }
    return [seal_fault(s.body, s.signature, keys.get(s.key_id), s.device_id, s.happened_at) for s in seals]


async def start_checking(conn: Any, seals: Sequence[Seal]) -> Awaitable[list[SealFault | None]]:
    """Look the keys up now, and check each seal on another core while the database works on something else.

    What is awaited says, in the order of the seals, what is wrong with each; None where it holds. Some 90 µs of one core for
    each, during which the library lets no other thread of its process run.
    """
    if not seals:
        return _nothing()
    return asyncio.ensure_future(beside(len(seals), _faults, seals, await _keys(conn, [s.key_id for s in seals])))


async def _nothing() -> list[SealFault | None]:
    return []
