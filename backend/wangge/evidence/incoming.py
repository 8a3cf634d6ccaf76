"""Files of uploads under way. A partial file's size is its offset, so there is nothing to lose in a crash.

Every write takes the file's OS lock, checks that the file ends where the writer believes, appends, and lets go: one
writer at a time, across processes too, and a half-open connection can never hold up the one that replaced it. The
writer that lost its place stops; its client asks again for the offset.
"""

import asyncio
import errno
import fcntl
import hashlib
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from wangge.evidence.errors import EvidenceStoreFull
from wangge.evidence.store import fsync_folder

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LostPlace(Exception):
    """The file does not end where the writer believes; ``size`` says where."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(size)


class Writer:
    """Appends to one partial file, as long as nobody else did."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __aenter__(self) -> Self:
        self._fd = await asyncio.to_thread(os.open, self._path, os.O_WRONLY | os.O_APPEND)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._fd)

    def _append(self, data: bytes, offset: int) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            size = os.fstat(self._fd).st_size
            if size != offset:
                raise LostPlace(size)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError as exc:
            if exc.errno in NO_SPACE:
                raise EvidenceStoreFull() from exc
            raise
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    async def append(self, data: bytes, offset: int) -> int:
        """Write at the end, which must be at ``offset`` bytes; returns the new end.

        Raises:
            LostPlace: the file ends elsewhere; nothing was written.
            EvidenceStoreFull: no space; what fitted stays.
        """
        writing = asyncio.ensure_future(asyncio.to_thread(self._append, data, offset))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])  # a cancelled request must not close the file under a write
            raise
        return offset + len(data)


class Incoming:
    """The folder of partial files, and the one beside it where refused bytes are kept."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "incoming"
        self._refused = root / "refused"

    def path(self, upload_id: UUID) -> Path:
        """Where an upload's bytes gather."""
        return self._folder / str(upload_id)

    def refused_path(self, upload_id: UUID) -> Path:
        """Where they lie after a refusal."""
        return self._refused / str(upload_id)

    def _create(self, upload_id: UUID) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.path(upload_id).open("xb"):
            pass
        fsync_folder(self._folder)

    async def create(self, upload_id: UUID) -> None:
        """Begin a partial file, before its row is committed: a row without a file is an upload that is gone."""
        await asyncio.to_thread(self._create, upload_id)

    async def state(self, upload_id: UUID) -> tuple[int, float] | None:
        """Bytes that have arrived and when the last of them did (Unix seconds), or None when the file is gone."""
        try:
            found = await asyncio.to_thread(self.path(upload_id).stat)
        except FileNotFoundError:
            return None
        return found.st_size, found.st_mtime

    def _seal(self, upload_id: UUID) -> str:
        with self.path(upload_id).open("rb") as file:
            os.fsync(file.fileno())
            return hashlib.file_digest(file, "sha256").hexdigest()

    async def seal(self, upload_id: UUID) -> str:
        """Bring a complete file to disk and return its SHA-256 in hex.

        Raises:
            FileNotFoundError: somebody else has finished it.
        """
        return await asyncio.to_thread(self._seal, upload_id)

    def _refuse(self, upload_id: UUID) -> None:
        self._refused.mkdir(parents=True, exist_ok=True)
        self.path(upload_id).replace(self.refused_path(upload_id))
        fsync_folder(self._refused)

    async def refuse(self, upload_id: UUID) -> None:
        """Put the bytes aside.

        Raises:
            FileNotFoundError: somebody else did.
        """
        await asyncio.to_thread(self._refuse, upload_id)

    async def discard(self, upload_id: UUID) -> None:
        """Drop the partial file: its bytes are kept elsewhere, or nobody wants them."""
        await asyncio.to_thread(self.path(upload_id).unlink, missing_ok=True)

    def _sweep(self, older_than_s: float) -> int:
        swept = 0
        for path in self._folder.glob("*"):
            try:
                with path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if time.time() - os.fstat(file.fileno()).st_mtime > older_than_s:
                        path.unlink()
                        swept += 1
            except (BlockingIOError, FileNotFoundError):
                continue
        return swept

    async def sweep(self, older_than_s: float) -> int:
        """Remove partial files that have not grown for so long (seconds); returns how many."""
        return await asyncio.to_thread(self._sweep, older_than_s)
