"""Uploaded files as they came, by their SHA-256 in the data folder; written as they arrive, never held in memory."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from wangge.core.settings import Settings
from wangge.evidence.store import FolderStore
from wangge.spatial_files.errors import FileIsEmpty, FileTooLarge

_BUFFER_BYTES = 1 << 20


class ImportFiles:
    """The folder of imported files."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.data_dir / "imports"
        self._store = FolderStore(self._root)

    def path(self, sha256: str) -> Path:
        """Where the file of this hash lies."""
        return self._store.path(sha256)

    async def take(self, body: AsyncIterator[bytes], limit_bytes: int) -> tuple[str, int]:
        """Store a body as it arrives.

        Returns:
            Its SHA-256 in hex and its size in bytes.

        Raises:
            FileTooLarge: as soon as more has arrived than allowed.
            FileIsEmpty: nothing came.
        """
        incoming = self._root / "incoming"
        await asyncio.to_thread(incoming.mkdir, parents=True, exist_ok=True)
        partial = incoming / uuid4().hex
        digest, size, waiting = hashlib.sha256(), 0, bytearray()
        file = await asyncio.to_thread(partial.open, "xb")
        try:
            async for chunk in body:
                size += len(chunk)
                if size > limit_bytes:
                    raise FileTooLarge(size_bytes=size, limit_bytes=limit_bytes)
                waiting += chunk
                if len(waiting) >= _BUFFER_BYTES:
                    await asyncio.to_thread(_write, file.fileno(), digest, bytes(waiting))
                    waiting.clear()
            if not size:
                raise FileIsEmpty()
            await asyncio.to_thread(_write, file.fileno(), digest, bytes(waiting))
            await asyncio.to_thread(os.fsync, file.fileno())
            await self._store.keep(partial, digest.hexdigest())
        finally:
            file.close()
            await asyncio.to_thread(partial.unlink, missing_ok=True)
        return digest.hexdigest(), size


def _write(fd: int, digest: "hashlib._Hash", data: bytes) -> None:
    digest.update(data)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
