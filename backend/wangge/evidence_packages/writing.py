"""Writing a package as it is sent: nothing of it rests on disk, and of photos no more than a piece at a time in memory."""

import hashlib
import zipfile
from collections.abc import AsyncIterator

import msgspec

from wangge.core.canonical import canonical_json
from wangge.core.clock import CHINA
from wangge.core.errors import LANGUAGES
from wangge.evidence.store import EvidenceStore
from wangge.evidence_packages.format import (
    DEVICE_KEYS,
    FORMAT,
    INDEXES,
    LOG,
    MANIFEST,
    MANIFEST_SEAL,
    OPERATIONS,
    PHOTOS,
    SERVER_KEYS,
    VERSION,
    Manifest,
    ManifestSeal,
    PackedFile,
)
from wangge.evidence_packages.gathering import Gathered
from wangge.evidence_packages.index_text import index_text
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import moment_text


class _Sink:
    """Where the archive is written to; what has been written is taken from it as it comes."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: there is no file behind it."""

    def close(self) -> None:
        """Nothing to do here either."""

    def taken(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def _texts(package: Gathered) -> dict[str, bytes]:
    parts = {
        OPERATIONS: package.operations,
        PHOTOS: package.photos,
        LOG: package.log,
        DEVICE_KEYS: package.device_keys,
        SERVER_KEYS: package.server_keys,
    }
    texts = {name: msgspec.json.format(msgspec.json.encode(part), indent=1) for name, part in parts.items()}
    return texts | {INDEXES[language]: index_text(package, language).encode() for language in LANGUAGES}


async def write_package(package: Gathered, store: EvidenceStore, key: ServerKey) -> AsyncIterator[bytes]:
    """The archive, piece by piece; its manifest and the signature over it come last."""
    sink = _Sink()
    made_at = package.made_at.astimezone(CHINA).timetuple()[:6]
    files: list[PackedFile] = []

    def entry(path: str, how: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, made_at)
        info.compress_type = how
        info.external_attr = 0o444 << 16
        return info

    with zipfile.ZipFile(sink, "w") as archive:
        for path, data in _texts(package).items():
            archive.writestr(entry(path, zipfile.ZIP_DEFLATED), data)
            files.append(PackedFile(path, hashlib.sha256(data).hexdigest(), len(data)))
            yield sink.taken()
        for photo in package.photos:
            if not photo.path:
                continue
            digest, size = hashlib.sha256(), 0
            info = entry(photo.path, zipfile.ZIP_STORED)
            info.file_size = photo.bytes
            with archive.open(info, "w") as out:
                async for chunk in store.read(photo.sha256):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                    yield sink.taken()
            files.append(PackedFile(photo.path, digest.hexdigest(), size))
        manifest = Manifest(FORMAT, VERSION, moment_text(package.made_at), package.made_by, package.reason, package.employer,
                            package.visit_ids, files)  # fmt: skip
        text = canonical_json(msgspec.to_builtins(manifest)).encode()
        archive.writestr(entry(MANIFEST, zipfile.ZIP_DEFLATED), text)
        seal = ManifestSeal(key.key_id, key.sign_manifest(hashlib.sha256(text).hexdigest()))
        archive.writestr(entry(MANIFEST_SEAL, zipfile.ZIP_DEFLATED), canonical_json(msgspec.to_builtins(seal)).encode())
    yield sink.taken()
