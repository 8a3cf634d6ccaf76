"""The evidence folder of one deployment: partial files, the store, and the workers that look at images."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import structlog

from wangge.evidence.images import THUMBNAIL_PX, make_thumbnail
from wangge.evidence.incoming import Incoming
from wangge.evidence.store import EvidenceStore, FolderStore

log = structlog.get_logger()
IMAGE_WORKERS = 2  # decoding is processor and memory; more would starve the requests
THUMBNAIL_NAME = f"{THUMBNAIL_PX}.jpg"
P = ParamSpec("P")
T = TypeVar("T")


class EvidenceFiles:
    """Everything on disk about evidence; one per folder and process."""

    def __init__(self, root: Path) -> None:
        self.incoming = Incoming(root)
        self.store: EvidenceStore = FolderStore(root)
        self._swept_at: float | None = None
        self._images = ThreadPoolExecutor(IMAGE_WORKERS, thread_name_prefix="evidence-image")
        self._making: dict[str, asyncio.Task[bytes]] = {}
        self._background: set[asyncio.Task[Any]] = set()

    async def look(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something slow on an image, off the event loop, a few at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._images, partial(function, *args, **kwargs))

    def is_sweep_due(self, every_s: float) -> bool:
        """Whether abandoned uploads have not been swept for so long (seconds); asking promises to do it."""
        now = time.monotonic()
        if self._swept_at is not None and now - self._swept_at < every_s:
            return False
        self._swept_at = now
        return True

    def later(self, work: Awaitable[None]) -> None:
        """Do something after the answer; a failure is logged, and whoever needs the result makes it again."""

        async def run() -> None:
            try:
                await work
            except Exception as exc:  # nobody is waiting for it
                log.error("evidence_background_failed", exc_info=exc)

        task = asyncio.ensure_future(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _make_thumbnail(self, sha256: str) -> bytes:
        data = b"".join([chunk async for chunk in self.store.read(sha256)])
        thumbnail = await self.look(make_thumbnail, data)
        await self.store.keep_derived(sha256, THUMBNAIL_NAME, thumbnail)
        return thumbnail

    async def thumbnail(self, sha256: str) -> bytes:
        """The thumbnail of a stored copy, made now if it is missing; many who ask at once wait for one making.

        Raises:
            FileNotFoundError: the copy is not in the store.
            ValueError: it cannot be decoded.
        """
        made = await self.store.read_derived(sha256, THUMBNAIL_NAME)
        if made is not None:
            return made
        task = self._making.get(sha256)
        if task is None:
            task = self._making[sha256] = asyncio.ensure_future(self._make_thumbnail(sha256))
            task.add_done_callback(lambda _: self._making.pop(sha256, None))
        return await asyncio.shield(task)


@cache
def evidence_files(root: Path) -> EvidenceFiles:
    """The process's one ``EvidenceFiles`` of a folder."""
    return EvidenceFiles(root)
