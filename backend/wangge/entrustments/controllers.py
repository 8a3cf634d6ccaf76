"""HTTP of entrustments."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.acting import acting_for
from wangge.accounts.actor import Actor
from wangge.core.etag import READ_HEADERS
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.settings import Settings
from wangge.entrustments import deciding, documents, drawing_up, exporting, service
from wangge.entrustments.schemas import (
    EntrustmentDetail,
    EntrustmentEnd,
    EntrustmentExtend,
    EntrustmentItem,
    EntrustmentPreview,
    EntrustmentWrite,
    NamedEmployer,
    PutInForce,
)


class EntrustmentController(Controller):
    """Entrustments (委托)."""

    path = "/entrustments"
    tags = ("entrustments",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        status: FromQuery[str | None] = None,
        principal_id: FromQuery[UUID | None] = None,
        agent_id: FromQuery[UUID | None] = None,
        unit_id: FromQuery[UUID | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        matter: FromQuery[str | None] = None,
        expiring: FromQuery[bool] = False,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[EntrustmentItem]:
        """Entrustments by status, principal, agent, territory, matter, or ending soon."""
        return await service.list_entrustments(
            db, actor, q, status, principal_id, agent_id, unit_id, grid_id, matter, expiring, sort, page, page_size
        )

    @get("/export.csv", media_type="text/csv")
    async def csv(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        status: FromQuery[str | None] = None,
        unit_id: FromQuery[UUID | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        matter: FromQuery[str | None] = None,
        expiring: FromQuery[bool] = False,
    ) -> Response[str]:
        """The register of entrustments as CSV, for publication and for the file."""
        text = await exporting.register(db, actor, q, status, unit_id, grid_id, matter, expiring, language_of(request))
        headers = {"Content-Disposition": 'attachment; filename="entrustments.csv"', "Cache-Control": "no-store"}
        return Response(text, media_type="text/csv", headers=headers)

    @post("/preview", status_code=200)
    async def preview(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[EntrustmentWrite]
    ) -> EntrustmentPreview:
        """Whether it may be drawn up so, and which others it meets; stores nothing."""
        return await drawing_up.preview(db, actor, data)

    @get("/{entrustment_id:uuid}")
    async def detail(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], entrustment_id: FromPath[UUID]
    ) -> EntrustmentDetail:
        """An entrustment whole."""
        return await service.read_entrustment(db, actor, entrustment_id)

    @get("/{entrustment_id:uuid}/employers")
    async def employers(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        entrustment_id: FromPath[UUID],
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[NamedEmployer]:
        """The employers that it names."""
        return await service.list_employers(db, actor, entrustment_id, page, page_size)

    @post("/")
    async def draw_up(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[EntrustmentWrite]
    ) -> EntrustmentDetail:
        """Draw an entrustment up as a draft."""
        return await drawing_up.draw_up(db, actor, data)

    @put("/{entrustment_id:uuid}")
    async def change(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        entrustment_id: FromPath[UUID],
        data: JSONBody[EntrustmentWrite],
    ) -> EntrustmentDetail:
        """Rewrite a draft."""
        return await drawing_up.change_draft(db, actor, entrustment_id, data)

    @post("/{entrustment_id:uuid}/put-in-force", status_code=200)
    async def put_in_force(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], entrustment_id: FromPath[UUID], data: JSONBody[PutInForce]
    ) -> EntrustmentDetail:
        """Let a published draft count from its first day on."""
        return await deciding.put_in_force(db, actor, entrustment_id, data)

    @post("/{entrustment_id:uuid}/end", status_code=200)
    async def end(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        entrustment_id: FromPath[UUID],
        data: JSONBody[EntrustmentEnd],
    ) -> EntrustmentDetail:
        """End it early, or take it back."""
        return await deciding.end(db, actor, entrustment_id, data)

    @post("/{entrustment_id:uuid}/extend", status_code=200)
    async def extend(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        entrustment_id: FromPath[UUID],
        data: JSONBody[EntrustmentExtend],
    ) -> EntrustmentDetail:
        """Draw up the one that follows it."""
        return await drawing_up.extend(db, actor, entrustment_id, data)

    # The body's limit is the policy's, counted where it is written; it never rests in memory.
    @put("/{entrustment_id:uuid}/document", request_max_body_size=None)
    async def keep_document(
        self,
        request: Request[Any, Any, Any],
        entrustment_id: FromPath[UUID],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
    ) -> EntrustmentDetail:
        """Store the document's file (PDF, OFD, JPEG or PNG); the body is its bytes."""
        return await documents.keep_document(acting_for(request, engine), settings.data_dir, entrustment_id, request.stream())

    @get("/{entrustment_id:uuid}/document", content_media_type="application/octet-stream")
    async def read_document(
        self,
        entrustment_id: FromPath[UUID],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        settings: NamedDependency[Settings],
    ) -> Stream:
        """The document's file, byte for byte."""
        found = await documents.document_to_read(db, actor, settings.data_dir, entrustment_id)
        headers = {
            **READ_HEADERS,
            "Cache-Control": "no-store",
            "ETag": f'"{found.sha256}"',
            "Content-Length": str(found.size_bytes),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        }
        return Stream(documents.store_of(settings.data_dir).read(found.sha256), media_type=found.media_type, headers=headers)
