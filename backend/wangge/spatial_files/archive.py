"""Zip archives from outside: looked at before anything is unpacked, and unpacked only as far as it is needed.

Bounds are on what really comes out, since an archive can lie about its sizes. Names without the UTF-8 mark are taken
as UTF-8 or GBK, whichever they are: Chinese Windows writes GBK.
"""

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from wangge.spatial_files.errors import FileDamaged, ZipEncrypted, ZipPathUnsafe, ZipTooLarge
from wangge.spatial_files.limits import Limits
from wangge.spatial_files.texts import best_codec

_UTF8_MARK = 0x800
_ENCRYPTED_MARK = 0x1
_RATIO_COUNTS_FROM = 1_000_000
_CHUNK = 1 << 16


class Archive:
    """The files of one archive by path; folders and what macOS adds are left out."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Look at the directory.

        Raises:
            FileDamaged: not a zip, or one whose directory is broken.
            ZipTooLarge, ZipPathUnsafe, ZipEncrypted: as declared in the directory.
        """
        self._limits = limits
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError) as exc:
            raise FileDamaged(what_zh="压缩包目录无法读取", what_en="the archive's directory cannot be read") from exc
        entries = self._zip.infolist()
        if len(entries) > limits.max_zip_entries:
            raise ZipTooLarge(what_zh="文件个数", what_en="number of files", limit=limits.max_zip_entries)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            path = _name_of(entry)
            if _is_unsafe(path) or stat.S_ISLNK(entry.external_attr >> 16):
                raise ZipPathUnsafe()
            if path.endswith("/") or path.startswith("__MACOSX/") or PurePosixPath(path).name.startswith("."):
                continue
            if entry.flag_bits & _ENCRYPTED_MARK:
                raise ZipEncrypted()
            self._check_size(entry.file_size, entry.compress_size)
            self._entries.setdefault(path, entry)
        if sum(entry.file_size for entry in self._entries.values()) > limits.max_unpacked_bytes:
            raise ZipTooLarge(what_zh="解压后字节数", what_en="unpacked size in bytes", limit=limits.max_unpacked_bytes)

    @property
    def paths(self) -> list[str]:
        """All paths, as in the archive."""
        return list(self._entries)

    def read(self, path: str) -> bytes:
        """The bytes of one entry.

        Raises:
            FileDamaged: it does not unpack, or its checksum fails.
            ZipTooLarge: more comes out than allowed, whatever the directory says.
        """
        entry = self._entries[path]
        out = bytearray()
        try:
            with self._zip.open(entry) as packed:
                while chunk := packed.read(_CHUNK):
                    out += chunk
                    self._unpacked += len(chunk)
                    self._check_size(len(out), entry.compress_size)
                    if self._unpacked > self._limits.max_unpacked_bytes:
                        raise ZipTooLarge(what_zh="解压后字节数", what_en="unpacked size in bytes", limit=self._limits.max_unpacked_bytes)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError, OverflowError) as exc:
            name = PurePosixPath(path).name[:60]
            raise FileDamaged(what_zh=f"“{name}”解压失败", what_en=f"“{name}” does not unpack") from exc
        return bytes(out)

    def _check_size(self, size: int, packed: int) -> None:
        if size > _RATIO_COUNTS_FROM and size > self._limits.max_zip_ratio * max(packed, 1):
            raise ZipTooLarge(what_zh="压缩比", what_en="compression ratio", limit=self._limits.max_zip_ratio)


def _name_of(entry: zipfile.ZipInfo) -> str:
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_MARK:
        try:
            raw = name.encode("cp437")
            name = raw.decode(best_codec([raw]))
        except UnicodeError:
            pass  # keep what the archive gave
    return name


def _is_unsafe(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return "\x00" in path or ".." in parts or path.startswith(("/", "\\")) or (len(path) > 1 and path[1] == ":")
