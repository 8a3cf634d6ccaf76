"""Reading a PMTiles archive in place: only the directories and the tiles that are asked for, never the whole file.

Format: PMTiles specification version 3. Everything here blocks and belongs into a thread.
"""

import hashlib
import os
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from pmtiles.reader import Reader
from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    find_tile,
    zxy_to_tileid,
)

# Directories kept opened: a city's tiles of one zoom lie in a few of them.
DIRECTORIES_KEPT = 64
# Root and leaf and one spare (the specification wants no more than two levels; readers allow four).
DEEPEST = 4
MEDIA_TYPES = {
    TileType.MVT: "application/vnd.mapbox-vector-tile", TileType.PNG: "image/png", TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp", TileType.AVIF: "image/avif",
}  # fmt: skip
ENCODINGS = {Compression.NONE: None, Compression.GZIP: "gzip"}


class ArchiveUnusable(Exception):
    """The file is no PMTiles archive that we can serve; the message says why."""


class Archive:
    """An open archive.

    Raises:
        ArchiveUnusable: not readable, another format or version, or of tiles that no map here can draw.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
            self.stamp = stamp_of(path)
            self.header: HeaderDict = Reader(self.read).header()
        except OSError as error:
            raise ArchiveUnusable(f"{path} cannot be read: {error.strerror or error}") from error
        except (MagicNumberNotFound, SpecVersionUnsupported, UnicodeDecodeError, ValueError, IndexError) as error:
            raise ArchiveUnusable(f"{path} is not a PMTiles archive of version 3.") from error
        if self.header["tile_type"] not in MEDIA_TYPES:
            raise ArchiveUnusable(f"{path} holds {self.header['tile_type'].name} tiles; vector tiles (MVT) or images are needed.")
        if self.header["tile_compression"] not in ENCODINGS or self.header["internal_compression"] is not Compression.GZIP:
            raise ArchiveUnusable(f"{path} is compressed in another way than by gzip.")
        self._directories: OrderedDict[tuple[int, int], list[Entry]] = OrderedDict()
        self._lock = Lock()
        try:
            self.metadata: dict[str, Any] = Reader(self.read).metadata()
            self._directory(self.header["root_offset"], self.header["root_length"])
        except (OSError, EOFError, ValueError, IndexError) as error:
            raise ArchiveUnusable(f"{path} is damaged: {error}") from error

    @property
    def is_vector(self) -> bool:
        """Whether its tiles are vector tiles."""
        return self.header["tile_type"] is TileType.MVT

    @property
    def media_type(self) -> str:
        """Of its tiles."""
        return MEDIA_TYPES[self.header["tile_type"]]

    @property
    def encoding(self) -> str | None:
        """How its tiles are compressed, as HTTP names it."""
        return ENCODINGS[self.header["tile_compression"]]

    @property
    def layers(self) -> list[str]:
        """Names of a vector map's layers."""
        return [str(layer["id"]) for layer in self.metadata.get("vector_layers", []) if "id" in layer]

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file."""
        return os.pread(self._file.fileno(), length, offset)

    def entry(self, tile_id: int) -> Entry | None:
        """Where a tile's bytes lie, by its number along the Hilbert curve; None where the archive has no such tile."""
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(DEEPEST):
            found = find_tile(self._directory(offset, length), tile_id)
            if found is None or found.run_length > 0:
                return found
            offset, length = self.header["leaf_directory_offset"] + found.offset, found.length
        return None

    def content(self, entry: Entry) -> bytes:
        """A tile's bytes, compressed as they are stored."""
        return self.read(self.header["tile_data_offset"] + entry.offset, entry.length)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile's bytes, compressed as they are stored; None where the archive has none."""
        entry = self.entry(zxy_to_tileid(z, x, y))
        return self.content(entry) if entry else None

    def _directory(self, offset: int, length: int) -> list[Entry]:
        key = offset, length
        with self._lock:
            if key in self._directories:
                self._directories.move_to_end(key)
                return self._directories[key]
        opened = deserialize_directory(self.read(offset, length))
        with self._lock:
            self._directories[key] = opened
            if len(self._directories) > DIRECTORIES_KEPT:
                self._directories.popitem(last=False)
        return opened


def stamp_of(path: Path) -> str:
    """What changes when the file does: size, time and place on the disk; such an archive is far too large to be hashed.

    Raises:
        OSError: it is not there.
    """
    facts = path.stat()
    return hashlib.sha256(f"{facts.st_size},{facts.st_mtime_ns},{facts.st_ino}".encode()).hexdigest()[:16]
