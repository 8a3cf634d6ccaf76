"""Reading a package that somebody hands in: nothing in it is believed, and nothing is unpacked to disk."""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wangge.evidence_packages.findings import Report
from wangge.evidence_packages.format import (
    DEVICE_KEYS,
    FORMAT,
    LOG,
    MANIFEST,
    MANIFEST_SEAL,
    OPERATIONS,
    PHOTOS,
    SERVER_KEYS,
    VERSION,
    Manifest,
    ManifestSeal,
    PackedDeviceKey,
    PackedLog,
    PackedOperation,
    PackedPhoto,
    PackedServerKey,
)

TEXT_MAX_BYTES = 512 * 2**20
CHUNK_BYTES = 2**20
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError)
T = TypeVar("T")


class Unreadable(Exception):
    """The package cannot be read; says where."""


@dataclass(frozen=True)
class Read:
    """A package as read; ``hashes`` are those of the files as they are here, by path."""

    manifest: Manifest
    manifest_sha256: str
    manifest_seal: ManifestSeal
    operations: list[PackedOperation]
    photos: list[PackedPhoto]
    log: PackedLog
    device_keys: list[PackedDeviceKey]
    server_keys: list[PackedServerKey]
    hashes: dict[str, str]


def _hash_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _decoded(archive: zipfile.ZipFile, name: str, shape: Any) -> Any:
    try:
        if archive.getinfo(name).file_size > TEXT_MAX_BYTES:
            raise Unreadable(name)
        return msgspec.json.decode(archive.read(name), type=shape)
    except (KeyError, msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise Unreadable(name) from exc


def read_package(path: Path, report: Report) -> Read:
    """Read a package and compare its files with its manifest; what differs is reported.

    Raises:
        Unreadable: it is no package of this format, or its archive is damaged beyond reading.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, report)
    except BROKEN_ARCHIVE as exc:
        raise Unreadable(str(exc) or path.name) from exc


def _read(archive: zipfile.ZipFile, report: Report) -> Read:
    manifest: Manifest = _decoded(archive, MANIFEST, Manifest)
    if (manifest.format, manifest.v) != (FORMAT, VERSION):
        raise Unreadable(f"{MANIFEST}: {manifest.format} v{manifest.v}")
    return Read(
        manifest=manifest,
        manifest_sha256=_hash_of(archive, MANIFEST),
        manifest_seal=_decoded(archive, MANIFEST_SEAL, ManifestSeal),
        operations=_decoded(archive, OPERATIONS, list[PackedOperation]),
        photos=_decoded(archive, PHOTOS, list[PackedPhoto]),
        log=_decoded(archive, LOG, PackedLog),
        device_keys=_decoded(archive, DEVICE_KEYS, list[PackedDeviceKey]),
        server_keys=_decoded(archive, SERVER_KEYS, list[PackedServerKey]),
        hashes=_compared(archive, manifest, report),
    )


def _compared(archive: zipfile.ZipFile, manifest: Manifest, report: Report) -> dict[str, str]:
    hashes = {}
    for name in archive.namelist():
        try:
            hashes[name] = _hash_of(archive, name)
        except BROKEN_ARCHIVE:  # the archive's own checksum already says so
            hashes[name] = ""
    listed = {file.path: file.sha256 for file in manifest.files}
    for name, sha256 in listed.items():
        if name not in hashes:
            report.fail("file_missing", name)
        elif hashes[name] != sha256:
            report.fail("file_altered", name, expected=sha256, found=hashes[name] or "damaged")
    for name in hashes.keys() - listed.keys() - {MANIFEST, MANIFEST_SEAL}:
        report.fail("file_not_listed", name)
    return hashes
