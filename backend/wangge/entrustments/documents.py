"""The document of an entrustment (委托书): kept by its content, told by its bytes, never shown as a page."""

import asyncio
import hashlib
import os
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import NotFound
from wangge.entrustments import repository, writing
from wangge.entrustments.errors import DocumentFixed, DocumentMissing, DocumentTooLarge, DocumentTypeUnknown
from wangge.entrustments.schemas import EntrustmentDetail
from wangge.entrustments.service import read_entrustment
from wangge.evidence.store import FolderStore, make_folders
from wangge.policies.service import policies_in_force

log = structlog.get_logger()
Acting = Callable[[], AbstractAsyncContextManager[tuple[AsyncSession, Actor]]]
EXTENSIONS = {"application/pdf": ".pdf", "application/ofd": ".ofd", "image/jpeg": ".jpg", "image/png": ".png"}
SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def store_of(data_dir: Path) -> FolderStore:
    """Where documents rest: by hash, as evidence does, in a folder of their own."""
    return FolderStore(data_dir / "documents")


def document_type(path: Path) -> str | None:
    """The media type that a file's bytes prove, or None where it is none that we take.

    Source: ISO 32000-1 (PDF), GB/T 33190-2016 (OFD: a zip with ``OFD.xml`` at its root), ITU-T T.81, ISO/IEC 15948.
    """
    with path.open("rb") as file:
        head = file.read(16)
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return media_type
    try:
        with zipfile.ZipFile(path) as archive:
            return "application/ofd" if "OFD.xml" in archive.namelist() else None
    except (zipfile.BadZipFile, NotImplementedError):
        return None


async def receive(chunks: AsyncIterator[bytes], folder: Path, max_bytes: int) -> tuple[Path, str, int]:
    """Write what arrives to a file; returns it with its SHA-256 and its size. The caller removes it.

    Raises:
        DocumentTooLarge: more bytes than the limit; what had arrived is removed.
    """
    await asyncio.to_thread(make_folders, folder, folder)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False) as file:
        path = Path(file.name)
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise DocumentTooLarge(max_mb=max_bytes // 2**20)
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_to_disk, file.fileno(), file.flush)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
    return path, digest.hexdigest(), size


def _to_disk(descriptor: int, flush: Callable[[], None]) -> None:
    flush()
    os.fsync(descriptor)


async def keep_document(acting: Acting, data_dir: Path, entrustment_id: UUID, chunks: AsyncIterator[bytes]) -> EntrustmentDetail:
    """Store the document's file and tie it to its entrustment; no transaction is open while bytes travel.

    A draft's file may be replaced; one in force takes a file only where it has none yet.

    Raises:
        RightMissing, NotFound, DocumentFixed, DocumentTooLarge, DocumentTypeUnknown: as they say.
    """
    async with acting() as (db, actor):
        await _may_take(db, actor, entrustment_id)
        max_bytes = (await policies_in_force(db))["entrustment_document_max_bytes"]
    path, sha256, size = await receive(chunks, data_dir / "documents", max_bytes)
    try:
        media_type = await asyncio.to_thread(document_type, path)
        if media_type is None:
            raise DocumentTypeUnknown()
        await store_of(data_dir).keep(path, sha256)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    async with acting() as (db, actor):
        place = await _may_take(db, actor, entrustment_id, sha256)
        await writing.keep_document(db, entrustment_id, sha256, media_type, size)
        await audit(db, "entrustment_document_kept", "entrustment", entrustment_id, {"sha256": sha256, "bytes": size}, place)
        return await read_entrustment(db, actor, entrustment_id)


async def _may_take(db: AsyncSession, actor: Actor, entrustment_id: UUID, sha256: str | None = None) -> str:
    actor.require("entrustment.edit")
    row = await writing.for_update(db, entrustment_id)
    if row is None:
        raise NotFound()
    if row["state"] not in ("draft", "in_force") or (row["state"] == "in_force" and row["document_sha256"] not in (None, sha256)):
        raise DocumentFixed()
    return str(row["principal_path"])


@dataclass(frozen=True)
class Document:
    """A stored document about to be read; ``name`` is a download's."""

    sha256: str
    size_bytes: int
    media_type: str
    name: str


async def document_to_read(db: AsyncSession, actor: Actor, data_dir: Path, entrustment_id: UUID) -> Document:
    """The document that a caller is about to read; the read is audited.

    Raises:
        NotFound, DocumentMissing: as they say.
    """
    actor.require("entrustment.read")
    row = await repository.entrustment_or_none(db, entrustment_id)
    if row is None:
        raise NotFound()
    if row["document_sha256"] is None:
        raise DocumentMissing()
    if (found := await store_of(data_dir).size(row["document_sha256"])) != row["document_bytes"]:
        log.error("document_bytes_missing", entrustment_id=str(entrustment_id), sha256=row["document_sha256"], bytes=found)
        raise DocumentMissing()
    await audit(db, "entrustment_document_read", "entrustment", entrustment_id, {}, row["ground"])
    name = (row["document_name"] or "entrustment") + EXTENSIONS[row["document_media_type"]]
    return Document(row["document_sha256"], row["document_bytes"], row["document_media_type"], name)
