"""Argon2id passwords (OWASP setting: 19 MiB, t=2, p=1); hashing is slow on purpose, so it runs in a thread."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when the login is unknown, so that the answer takes as long as for a known one.
NOBODY = HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """An Argon2id hash with its own salt."""
    return HASHER.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes the same time for a login that does not exist."""
    matches = await asyncio.to_thread(_verify, password_hash or NOBODY, password)
    return matches and password_hash is not None
