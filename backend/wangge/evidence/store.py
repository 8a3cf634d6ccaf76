"""Where evidence bytes rest: by content, never altered. The folder is the embedded form of the interface."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

CHUNK_BYTES = 256 * 1024


class EvidenceStore(Protocol):
    """Bytes by their SHA-256 (lower-case hex); things made from them beside. What is kept survives a power cut."""

    async def keep(self, source: Path, sha256: str) -> None:
        """Take a file whose hash has been verified; the source stays. A repeated photo costs nothing."""

    async def size(self, sha256: str) -> int | None:
        """Bytes stored under the hash, or None."""

    async def head(self, sha256: str, count: int) -> bytes:
        """The first ``count`` bytes."""

    def read(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in pieces."""

    async def keep_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Store something made from the bytes, replacing an older one."""

    async def read_derived(self, sha256: str, name: str) -> bytes | None:
        """Something made from the bytes, or None where it has not been made."""


def fsync_folder(folder: Path) -> None:
    """Make a folder's entries survive a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folders(root: Path, folder: Path) -> None:
    """Make a folder below ``root``, each new level's entry on disk."""
    if not folder.is_dir():
        if folder != root:
            make_folders(root, folder.parent)
        folder.mkdir(parents=folder == root, exist_ok=True)
        fsync_folder(folder.parent)


class FolderStore:
    """``store/ab/cd/<sha256>``, read-only files; ``derived/ab/cd/<sha256>-<name>``, which can always be made again."""

    def __init__(self, root: Path) -> None:
        self._kept = root / "store"
        self._derived = root / "derived"

    def path(self, sha256: str) -> Path:
        """Where the bytes lie."""
        return self._kept / sha256[:2] / sha256[2:4] / sha256

    def derived_path(self, sha256: str, name: str) -> Path:
        """Where something made from them lies."""
        return self._derived / sha256[:2] / sha256[2:4] / f"{sha256}-{name}"

    def _keep(self, source: Path, sha256: str) -> None:
        target = self.path(sha256)
        if target.is_file() and target.stat().st_size == source.stat().st_size:
            return
        make_folders(self._kept, target.parent)
        temporary = target.with_name(f".{uuid4().hex}")
        try:
            os.link(source, temporary)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without hard links
            with source.open("rb") as reading, temporary.open("xb") as writing:
                shutil.copyfileobj(reading, writing, CHUNK_BYTES)
                writing.flush()
                os.fsync(writing.fileno())
        temporary.chmod(0o444)
        temporary.replace(target)
        fsync_folder(target.parent)

    async def keep(self, source: Path, sha256: str) -> None:
        """See ``EvidenceStore``; the source must be fsynced."""
        await asyncio.to_thread(self._keep, source, sha256)

    async def size(self, sha256: str) -> int | None:
        """See ``EvidenceStore``."""
        try:
            return (await asyncio.to_thread(self.path(sha256).stat)).st_size
        except FileNotFoundError:
            return None

    def _head(self, sha256: str, count: int) -> bytes:
        with self.path(sha256).open("rb") as file:
            return file.read(count)

    async def head(self, sha256: str, count: int) -> bytes:
        """See ``EvidenceStore``."""
        return await asyncio.to_thread(self._head, sha256, count)

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """See ``EvidenceStore``."""
        file = await asyncio.to_thread(self.path(sha256).open, "rb")
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk
        finally:
            file.close()

    def _keep_derived(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{uuid4().hex}")
        temporary.write_bytes(data)
        temporary.replace(target)

    async def keep_derived(self, sha256: str, name: str, data: bytes) -> None:
        """See ``EvidenceStore``."""
        await asyncio.to_thread(self._keep_derived, self.derived_path(sha256, name), data)

    async def read_derived(self, sha256: str, name: str) -> bytes | None:
        """See ``EvidenceStore``."""
        try:
            return await asyncio.to_thread(self.derived_path(sha256, name).read_bytes)
        except FileNotFoundError:
            return None
