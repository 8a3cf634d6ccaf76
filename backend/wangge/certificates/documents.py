"""Scans of certificates: bytes by their hash in the evidence store, never altered."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.certificates import repository
from wangge.certificates.errors import ScanNotAccepted
from wangge.certificates.schemas import CertificateRead
from wangge.certificates.service import open_certificate, read_certificate
from wangge.core.audit import audit
from wangge.core.errors import NotFound
from wangge.evidence.files import evidence_files

# What a scan may be, by its first bytes.
KINDS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
NAME_MOST = 120


def media_type_of(head: bytes) -> str | None:
    """The kind of a scan by its first bytes; None where it is none that is taken."""
    return next((kind for start, kind in KINDS.items() if head.startswith(start)), None)


def _write(folder: Path, content: bytes) -> tuple[Path, str]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{uuid4().hex}.scan"
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    return file, hashlib.sha256(content).hexdigest()


async def attach_scan(
    db: AsyncSession, actor: Actor, evidence_dir: Path, certificate_id: UUID, content: bytes, name: str, version: int
) -> CertificateRead:
    """Keep a scan of a certificate and name it in the register; an older one stays in the store.

    Raises:
        NotFound, VersionStale, CertificateRevoked: as they say.
        ScanNotAccepted: neither PDF nor JPEG nor PNG.
    """
    actor.require("people.train")
    if media_type_of(content[:16]) is None:
        raise ScanNotAccepted()
    row = await open_certificate(db, certificate_id, version)
    file, sha256 = await asyncio.to_thread(_write, evidence_dir / "incoming", content)
    try:
        await evidence_files(evidence_dir).store.keep(file, sha256)
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)
    await repository.attach_document(db, certificate_id, sha256, Path(name).name[:NAME_MOST] or "扫描件")
    details = {"before": row["document_sha256"], "after": sha256}
    await audit(db, "certificate_scan_attached", "certificate", certificate_id, details, row["grid_path"])
    return await read_certificate(db, certificate_id)


async def read_scan(db: AsyncSession, actor: Actor, evidence_dir: Path, certificate_id: UUID) -> tuple[AsyncIterator[bytes], str]:
    """The scan's bytes and their kind; the read is audited, for a scan shows personal data.

    Raises:
        NotFound: not in one's scope, or no scan.
    """
    actor.require("people.read")
    found = await repository.document_of(db, certificate_id)
    if found is None:
        raise NotFound()
    store = evidence_files(evidence_dir).store
    try:
        kind = media_type_of(await store.head(found["sha256"], 16))
    except FileNotFoundError:
        raise NotFound() from None
    await audit(db, "certificate_scan_read", "certificate", certificate_id, grid_path=found["grid_path"])
    return store.read(found["sha256"]), kind or "application/octet-stream"
