"""The deployment's archive while the server runs, and the extracts cut from it: each made once, in another process, and kept."""

import asyncio
import hashlib
import time
from html.parser import HTMLParser
from pathlib import Path

import anyio
import anyio.to_process
import structlog

from wangge.base_maps.archive import Archive, ArchiveUnusable, stamp_of
from wangge.base_maps.extracting import TileArea, write_extract

log = structlog.get_logger()
DAY_S = 86_400


class BaseMaps:
    """``source``: the archive, or None; ``folder``: where the extracts are kept."""

    def __init__(self, source: Path | None, folder: Path) -> None:
        self._source, self._folder = source, folder
        self._archive: Archive | None = None
        self._refused: str | None = None
        self._making: dict[str, asyncio.Lock] = {}
        self._empty: set[str] = set()
        # One at a time: each takes a processor for a second.
        self._turn: anyio.CapacityLimiter | None = None

    async def archive(self) -> Archive | None:
        """The archive as it is now; None where there is none. One that was replaced is opened anew."""
        if self._source is None:
            return None
        return await asyncio.to_thread(self._current, self._source)

    def _current(self, source: Path) -> Archive | None:
        try:
            stamp = stamp_of(source)
        except OSError as error:
            stamp = f"gone: {error.strerror}"
        if self._archive and self._archive.stamp == stamp:
            return self._archive
        if stamp == self._refused:
            return None
        try:
            self._archive, self._refused = Archive(source), None
        except ArchiveUnusable as error:
            self._archive, self._refused = None, stamp
            log.error("base_map_unusable", why=str(error))
        return self._archive

    async def extract(self, archive: Archive, area: TileArea, max_zoom: int, max_bytes: int, keep_days: int) -> Path | None:
        """The file with this area's part of the archive; None where that is nothing."""
        key = hashlib.sha256(f"{archive.stamp},{area},{max_zoom},{max_bytes}".encode()).hexdigest()[:32]
        if key in self._empty:
            return None
        target = anyio.Path(self._folder / f"{key}.pmtiles")
        async with self._making.setdefault(key, asyncio.Lock()):
            if await target.exists():
                await asyncio.to_thread(Path(target).touch)  # it is still asked for
                return Path(target)
            self._turn = self._turn or anyio.CapacityLimiter(1)
            made = await anyio.to_process.run_sync(write_extract, archive.path, Path(target), area, max_zoom, max_bytes, limiter=self._turn)
            await asyncio.to_thread(self._forget_old, keep_days)
        self._making.pop(key, None)
        if not made:
            self._empty.add(key)
        return Path(target) if made else None

    def _forget_old(self, keep_days: int) -> None:
        before = time.time() - keep_days * DAY_S
        for file in self._folder.glob("*.p*"):
            if file.stat().st_mtime < before:
                file.unlink(missing_ok=True)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def attribution_of(archive: Archive) -> str:
    """Whom the map is owed to, as plain words: archives write it as HTML, which nobody here shall run."""
    reader = _Words()
    reader.feed(str(archive.metadata.get("attribution") or ""))
    reader.close()
    return " ".join("".join(reader.words).split())
