"""Bytes of photos and notes from phones by tus 1.0.0: resumable at any byte, verified against the announcement, receipted by the
server's signature.

No transaction is open while bytes travel: a slow phone may take hours, and an open transaction would hold up the change
feed of everyone. Each step enters the database by itself.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import msgspec
import structlog
from litestar.types import Receive
from sqlalchemy import RowMapping
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import Acting
from wangge.core.errors import NotFound
from wangge.core.ids import new_id
from wangge.evidence import repository
from wangge.evidence.errors import (
    EvidenceHashMismatch,
    PhotoTooLarge,
    UploadGone,
    UploadLengthMismatch,
    UploadOffsetMismatch,
    UploadTooLong,
    WaitingForParent,
)
from wangge.evidence.files import EvidenceFiles
from wangge.evidence.images import problem_of
from wangge.evidence.incoming import LostPlace, Writer
from wangge.evidence.notes import problem_of_note
from wangge.evidence.rules import Part, medium_of
from wangge.evidence.schemas import ByteReceipt
from wangge.record_log.server_key import ServerKey
from wangge.record_log.texts import moment_text

log = structlog.get_logger()

KEEP_PARTIAL_S = 7 * 86400
SWEEP_EVERY_S = 3600
IDLE_S = 60
BUFFERED_MESSAGES = 16


@dataclass(frozen=True)
class UploadState:
    """Where an upload stands: bytes here and in all; the receipt once stored; when an unfinished one runs out (Unix s)."""

    id: UUID
    offset: int
    length: int
    receipt: ByteReceipt | None = None
    expires_at: float | None = None


class Body:
    """A request's body as it arrives, a little read ahead, so that a cut loses nothing that reached this machine.

    Ends at the last byte, at a cut, or after ``IDLE_S`` seconds without any.
    """

    def __init__(self, receive: Receive) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(BUFFERED_MESSAGES)
        self._failure: Exception | None = None
        self._pump = asyncio.ensure_future(self._pump_all(receive))

    async def _pump_all(self, receive: Receive) -> None:
        try:
            await self._read(receive)
        except Exception as exc:  # passed on to the reader, who would otherwise wait for ever
            self._failure = exc
        await self._queue.put(None)

    async def _read(self, receive: Receive) -> None:
        more = True
        while more:
            try:
                message = await asyncio.wait_for(receive(), IDLE_S)
            except TimeoutError:
                break
            if message["type"] == "http.request":
                data, more = message["body"], message.get("more_body", False)
            else:
                data, more = _left_behind(receive), False
            if data:
                await self._queue.put(data)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._queue.get()) is not None:
            yield chunk
        if self._failure:
            raise self._failure

    def close(self) -> None:
        """Stop reading."""
        self._pump.cancel()


def _left_behind(receive: Receive) -> bytes:
    """What uvicorn had received but not handed over when the connection broke; it drops that with the request.

    On a connection that breaks after every few kilobytes this is all there is, and without it the upload would never end.
    Another server has no such attribute, and nothing to add.
    """
    return bytes(getattr(getattr(receive, "__self__", None), "body", b""))


async def _own_upload(acting: Acting, upload_id: UUID) -> RowMapping:
    async with acting() as (db, actor):
        upload = await repository.find_upload(db, upload_id)
    if upload is None or upload["person_id"] != actor.person_id:
        raise NotFound()
    return upload


async def _receipt(db: AsyncSession, key: ServerKey, evidence_id: UUID, part: Part, sha256: str, size: int) -> ByteReceipt:
    """What the server signs, once, for a file that is stored; for one that was stored before receipts were signed, now."""
    moment, log_size = await repository.moment_and_size(db)
    stored_at, of = moment_text(moment), str(evidence_id)
    signature = key.sign_bytes(of, part, sha256, size, stored_at, log_size)
    receipt = ByteReceipt(of, part, sha256, size, stored_at, log_size, key.key_id, signature)
    return await repository.give_receipt(db, evidence_id, part, receipt)


async def _stored(acting: Acting, key: ServerKey, upload: RowMapping) -> UploadState:
    if upload["receipt"]:
        receipt = msgspec.convert(upload["receipt"], ByteReceipt)
    else:
        async with acting() as (db, _):
            receipt = await _receipt(db, key, upload["evidence_id"], upload["part"], upload["sha256"], upload["length"])
    return UploadState(upload["id"], upload["length"], upload["length"], receipt)


async def _settled_by_another(acting: Acting, key: ServerKey, upload_id: UUID) -> UploadState:
    """The state of an upload whose partial file vanished after its row was read.

    A cut connection's request goes on settling what it had read while the phone asks again on a new one.
    """
    upload = await _own_upload(acting, upload_id)
    if upload["state"] != "stored":
        raise UploadGone()
    return await _stored(acting, key, upload)


async def _sweep(files: EvidenceFiles) -> None:
    if swept := await files.incoming.sweep(KEEP_PARTIAL_S):
        log.info("uploads_swept", files=swept)


async def begin_upload(acting: Acting, files: EvidenceFiles, key: ServerKey, evidence_id: UUID, part: Part, length: int) -> UploadState:
    """Begin an upload of one file of an announced photo or note; for one that is stored already, a complete upload.

    Args:
        acting: Opens a transaction as the signed-in person.
        files: The evidence folder.
        key: Signs the receipt of what is stored.
        evidence_id: The announced photo or note.
        part: Which of its files.
        length: Bytes that will come; the announced ones.

    Raises:
        PhotoTooLarge: over the policy ``evidence_max_bytes``.
        WaitingForParent: not announced yet.
        NotFound: another person's, or none of its files is called so.
        UploadLengthMismatch: not the announced length.

    Source:
        tus 1.0.0, creation and expiration extensions.
    """
    if files.is_sweep_due(SWEEP_EVERY_S):
        files.later(_sweep(files))
    upload_id = new_id()
    async with acting() as (db, actor):
        max_bytes = await repository.max_bytes(db)
        if length > max_bytes:
            raise PhotoTooLarge(bytes=length, max_bytes=max_bytes)
        evidence = await repository.find_evidence(db, evidence_id)
        if evidence is None:
            raise WaitingForParent()
        if evidence["person_id"] != actor.person_id or evidence[f"{part}_sha256"] is None:
            raise NotFound()
        if length != evidence[f"{part}_bytes"]:
            raise UploadLengthMismatch(length=length, announced=evidence[f"{part}_bytes"])
        if evidence[f"{part}_state"] == "stored":
            stored = await repository.finished_upload(db, evidence_id, part)
            if stored is None:
                stored = upload_id
                await repository.add_upload(db, upload_id, evidence_id, part, length, finished=True)
            known = evidence["byte_receipts"].get(part)
            receipt = msgspec.convert(known, ByteReceipt) if known else None
            receipt = receipt or await _receipt(db, key, evidence_id, part, evidence[f"{part}_sha256"], length)
            return UploadState(stored, length, length, receipt)
        await files.incoming.create(upload_id)
        await repository.add_upload(db, upload_id, evidence_id, part, length, finished=False)
    return UploadState(upload_id, 0, length, expires_at=time.time() + KEEP_PARTIAL_S)


async def upload_state(acting: Acting, files: EvidenceFiles, key: ServerKey, upload_id: UUID) -> UploadState:
    """Where an upload stands. One whose bytes are all here but were never settled (a crash) is settled now.

    Raises:
        NotFound: no such upload of this person.
        UploadGone: it ran out or was refused.
        EvidenceHashMismatch: settled now, and refused.
    """
    return await _state(acting, files, key, await _own_upload(acting, upload_id))


async def _state(acting: Acting, files: EvidenceFiles, key: ServerKey, upload: RowMapping) -> UploadState:
    if upload["state"] == "stored":
        return await _stored(acting, key, upload)
    if upload["finished_at"]:
        raise UploadGone()
    arrived = await files.incoming.state(upload["id"])
    if arrived is None:
        return await _settled_by_another(acting, key, upload["id"])
    size, touched_at = arrived
    if touched_at + KEEP_PARTIAL_S < time.time():
        raise UploadGone()
    if size == upload["length"]:
        return await _settle(acting, files, key, upload)
    return UploadState(upload["id"], size, upload["length"], expires_at=touched_at + KEEP_PARTIAL_S)


async def receive_bytes(
    acting: Acting, files: EvidenceFiles, key: ServerKey, upload_id: UUID, offset: int, receive: Receive
) -> UploadState:
    """Append a request's body at the claimed offset, however far it comes, and settle the upload at its last byte.

    The state that is returned after the last byte is committed, and carries the receipt.

    Raises:
        NotFound, UploadGone: as for ``upload_state``.
        UploadOffsetMismatch: the bytes end elsewhere, or another request went on with them; nothing is lost.
        UploadTooLong: more came than announced.
        EvidenceStoreFull: no space; what fitted stays.
        EvidenceHashMismatch: complete, and not the announced bytes.

    Source:
        tus 1.0.0, core protocol, PATCH.
    """
    body = Body(receive)
    try:
        upload = await _own_upload(acting, upload_id)
        state = await _state(acting, files, key, upload)
        if offset != state.offset:
            raise UploadOffsetMismatch(offset=state.offset)
        if state.offset == state.length:
            return state
        try:
            async with Writer(files.incoming.path(upload_id)) as writer:
                async for chunk in body:
                    room = state.length - offset
                    if room:
                        offset = await writer.append(chunk[:room], offset)
                    if len(chunk) > room:
                        raise UploadTooLong(length=state.length)
        except LostPlace as lost:
            raise UploadOffsetMismatch(offset=lost.size) from lost
        except FileNotFoundError:
            return await _settled_by_another(acting, key, upload_id)
    finally:
        body.close()
    return await _state(acting, files, key, upload)


async def _settle(acting: Acting, files: EvidenceFiles, key: ServerKey, upload: RowMapping) -> UploadState:
    """Verify a complete file and store it. Doing it twice, at once or after a crash, ends as doing it once.

    The partial file is dropped only after the commit, so that whatever happens before can be done again from it.
    """
    upload_id, evidence_id, part = upload["id"], upload["evidence_id"], cast(Part, upload["part"])
    try:
        if await files.incoming.seal(upload_id) != upload["sha256"]:
            await files.incoming.refuse(upload_id)
            async with acting() as (db, _):
                await repository.mark_refused(db, upload_id, evidence_id, part)
            log.warning("evidence_refused", evidence_id=str(evidence_id), part=part, upload_id=str(upload_id))
            raise EvidenceHashMismatch()
        path, media_type = files.incoming.path(upload_id), upload["media_type"]
        is_photo = medium_of(media_type) == "photo"
        if is_photo:
            problem = await files.look(problem_of, path, part, upload["max_pixels"])
        else:
            problem = await files.look(problem_of_note, path, media_type)
        await files.store.keep(files.incoming.path(upload_id), upload["sha256"])
    except FileNotFoundError:
        return await _settled_by_another(acting, key, upload_id)
    async with acting() as (db, _):
        await repository.mark_stored(db, upload_id, evidence_id, part, problem)
        receipt = await _receipt(db, key, evidence_id, part, upload["sha256"], upload["length"])
    await files.incoming.discard(upload_id)
    log.info("evidence_stored", evidence_id=str(evidence_id), part=part, bytes=upload["length"], problem=problem)
    if part == "copy" and is_photo and problem is None:
        files.later(_thumbnail_after_arrival(acting, files, evidence_id, upload["sha256"]))
    return UploadState(upload_id, upload["length"], upload["length"], receipt)


async def _thumbnail_after_arrival(acting: Acting, files: EvidenceFiles, evidence_id: UUID, sha256: str) -> None:
    try:
        await files.thumbnail(sha256)
        made = True
    except ValueError:
        made = False
    async with acting() as (db, _):
        await repository.mark_thumbnail(db, evidence_id, made=made)
