"""HTTP of evidence: tus 1.0.0 for bytes from phones, and reading what has arrived."""

from email.utils import formatdate
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, head, patch, post, route
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import acting_for
from wangge.accounts.actor import UNFINISHED, Actor
from wangge.core.db import unit_of_work
from wangge.core.etag import READ_HEADERS, has_it
from wangge.core.settings import Settings
from wangge.evidence import repository, service
from wangge.evidence.errors import TusVersionUnsupported, UploadTypeUnsupported
from wangge.evidence.files import EvidenceFiles, evidence_files
from wangge.evidence.rules import UNKNOWN_TYPE, Part, file_extension, upload_subject, whole_number
from wangge.evidence.schemas import EvidenceRead
from wangge.evidence.uploading import UploadState, begin_upload, receive_bytes, upload_state
from wangge.record_log.server_key import ServerKey

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = "creation,creation-with-upload,expiration"
UPLOAD_TYPE = "application/offset+octet-stream"


def speak_tus(app: ASGIApp) -> ASGIApp:
    """Middleware: every answer of the uploads, errors too, names the protocol's version (tus 1.0.0, Tus-Resumable)."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                version = TUS_VERSION.encode()
                message["headers"] = [*message["headers"], (b"tus-resumable", version), (b"tus-version", version)]
            await send(message)

        await app(scope, receive, send_with_version)

    return middleware


def as_it_is(app: ASGIApp) -> ASGIApp:
    """Middleware: photos are compressed already; squeezing them again costs time and their announced length."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        scope["headers"] = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        await app(scope, receive, send)

    return middleware


async def requires_tus(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let in only clients of our version of the protocol.

    Raises:
        TusVersionUnsupported: another version or none.
    """
    if connection.scope["method"] != "OPTIONS" and connection.headers.get("tus-resumable") != TUS_VERSION:  # type: ignore[typeddict-item]
        raise TusVersionUnsupported()


def _headers(state: UploadState) -> dict[str, str]:
    headers = {"Upload-Offset": str(state.offset), "Cache-Control": "no-store"}
    if state.receipt:
        headers["X-Wangge-Stored-Sha256"] = state.receipt.sha256  # all that phones of releases before look at
        headers["X-Wangge-Byte-Receipt"] = msgspec.json.encode(state.receipt).decode()
    if state.expires_at:
        headers["Upload-Expires"] = formatdate(state.expires_at, usegmt=True)
    return headers


class UploadController(Controller):
    """Bytes of photos and notes from phones, resumable from the last byte (tus 1.0.0)."""

    path = "/uploads"
    tags = ("evidence",)
    middleware = (speak_tus,)
    guards = (requires_tus,)
    opt = {UNFINISHED: {"wipe"}}  # noqa: RUF012  # a phone that is to be erased sends what it holds first

    # Handlers are registered in the order of their names, and the first on a path gets an OPTIONS of the framework's own
    # unless it is one: hence a name that comes first.
    @route(["/", "/{upload_id:uuid}"], http_method=[HttpMethod.OPTIONS], status_code=204)
    async def abilities(self, engine: NamedDependency[AsyncEngine]) -> Response[None]:
        """What this server's uploads can do."""
        async with unit_of_work(engine) as db:
            max_bytes = await repository.max_bytes(db)
        return Response(None, headers={"Tus-Extension": TUS_EXTENSIONS, "Tus-Max-Size": str(max_bytes)})

    # The body's limit is the upload's own length, checked byte by byte where it is written; it never rests in memory.
    @post("/", status_code=201, request_max_body_size=None)
    async def create(
        self,
        request: Request[Any, Any, Any],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        server_key: NamedDependency[ServerKey],
    ) -> Response[None]:
        """Begin the upload of one file of an announced photo; a body, if any, is its first bytes."""
        acting, files = acting_for(request, engine), evidence_files(settings.evidence_dir)
        evidence_id, part = upload_subject(request.headers.get("upload-metadata", ""))
        length = whole_number("Upload-Length", request.headers.get("upload-length"))
        state = await begin_upload(acting, files, server_key, evidence_id, part, length)
        if request.headers.get("content-type") == UPLOAD_TYPE and state.offset == 0:
            state = await receive_bytes(acting, files, server_key, state.id, 0, request.receive)
        return Response(None, headers={**_headers(state), "Location": f"/api/uploads/{state.id}"})

    @head("/{upload_id:uuid}")
    async def offset(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[UUID],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        server_key: NamedDependency[ServerKey],
    ) -> Response[None]:
        """How many bytes have arrived."""
        state = await upload_state(acting_for(request, engine), evidence_files(settings.evidence_dir), server_key, upload_id)
        return Response(None, headers={**_headers(state), "Upload-Length": str(state.length)})

    @patch("/{upload_id:uuid}", status_code=204, request_max_body_size=None)
    async def append(
        self,
        request: Request[Any, Any, Any],
        upload_id: FromPath[UUID],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        server_key: NamedDependency[ServerKey],
    ) -> Response[None]:
        """Append bytes; after the last one ``X-Wangge-Byte-Receipt`` is the signed receipt for them."""
        if request.headers.get("content-type") != UPLOAD_TYPE:
            raise UploadTypeUnsupported()
        claimed = whole_number("Upload-Offset", request.headers.get("upload-offset"))
        files = evidence_files(settings.evidence_dir)
        state = await receive_bytes(acting_for(request, engine), files, server_key, upload_id, claimed, request.receive)
        return Response(None, headers=_headers(state))


async def _file(
    request: Request[Any, Any, Any], db: AsyncSession, actor: Actor, files: EvidenceFiles, evidence_id: UUID, part: Part
) -> Response[Any]:
    file = await service.file_to_read(db, actor, files, evidence_id, part)
    headers = {**READ_HEADERS, "ETag": f'"{file.sha256}"'}
    if has_it(request, headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    name = f"{evidence_id}-{part}{file_extension(file.media_type)}"
    headers["Content-Disposition"] = f'{"inline" if file.is_shown else "attachment"}; filename="{name}"'
    headers["Content-Length"] = str(file.size_bytes)
    return Stream(files.store.read(file.sha256), media_type=file.media_type, headers=headers)


class EvidenceController(Controller):
    """Photos and notes that phones have announced, and their bytes as they came."""

    path = "/evidence"
    tags = ("evidence",)
    middleware = (as_it_is,)

    @get("/{evidence_id:uuid}")
    async def describe(self, evidence_id: FromPath[UUID], db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> EvidenceRead:
        """A photo: what was announced, and which of its files have arrived."""
        return await service.describe_evidence(db, actor, evidence_id)

    @get("/{evidence_id:uuid}/copy", content_media_type=UNKNOWN_TYPE)
    async def copy(
        self,
        request: Request[Any, Any, Any],
        evidence_id: FromPath[UUID],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """The evidence copy, or a note's one file, byte for byte as sealed on the phone."""
        return await _file(request, db, actor, evidence_files(settings.evidence_dir), evidence_id, "copy")

    @get("/{evidence_id:uuid}/original", content_media_type=UNKNOWN_TYPE)
    async def original(
        self,
        request: Request[Any, Any, Any],
        evidence_id: FromPath[UUID],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """The camera's own file, byte for byte."""
        return await _file(request, db, actor, evidence_files(settings.evidence_dir), evidence_id, "original")

    @get("/{evidence_id:uuid}/thumbnail", media_type="image/jpeg")
    async def thumbnail(
        self,
        request: Request[Any, Any, Any],
        evidence_id: FromPath[UUID],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        settings: NamedDependency[Settings],
    ) -> Response[Any]:
        """A small upright JPEG without metadata, for lists and maps."""
        sha256, data = await service.thumbnail_of(db, actor, evidence_files(settings.evidence_dir), evidence_id)
        name = f"{evidence_id}-thumbnail.jpg"
        headers = {**READ_HEADERS, "ETag": f'"{sha256}-thumbnail"', "Content-Disposition": f'inline; filename="{name}"'}
        if has_it(request, headers["ETag"]):
            return Response(b"", status_code=304, headers=headers)
        return Response(data, media_type="image/jpeg", headers=headers)
