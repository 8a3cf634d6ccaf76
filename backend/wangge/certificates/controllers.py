"""HTTP of certificates."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.certificates import documents, service, sheet
from wangge.certificates.schemas import (
    CertificateChange,
    CertificateCounts,
    CertificateEnter,
    CertificateRead,
    CertificateRevoke,
    OwnCertificates,
    Requirement,
)
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.core.problems import language_of
from wangge.core.settings import Settings
from wangge.core.sheets import spreadsheet
from wangge.people.schemas import SheetReport

Requirements = list[Requirement]  # inside the controller, ``list`` is its handler


class CertificateController(Controller):
    """Certificates (证书)."""

    path = "/certificates"
    tags = ("certificates",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        person_id: FromQuery[UUID | None] = None,
        kind: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[CertificateRead]:
        """Certificates by subtree, person, kind and state (valid, expiring, expired, revoked, coming)."""
        return await service.list_certificates(db, actor, grid_id, person_id, kind, status, q, sort, page, page_size)

    @get("/counts")
    async def counts(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], grid_id: FromQuery[UUID | None] = None
    ) -> CertificateCounts:
        """How many end soon, and who is not certified, by unit."""
        return await service.count_certificates(db, actor, grid_id)

    @get("/requirements")
    async def requirements(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Requirements:
        """Which kind of person needs which certificate, dated, with the source."""
        return await service.list_requirements(db, actor)

    @get("/export.xlsx")
    async def export(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        grid_id: FromQuery[UUID | None] = None,
        person_id: FromQuery[UUID | None] = None,
        kind: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        q: FromQuery[str] = "",
        sort: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """The same list as a spreadsheet."""
        content = await sheet.export_certificates(db, actor, grid_id, person_id, kind, status, q, sort, language_of(request))
        return spreadsheet(content, "certificates.xlsx")

    @get("/import-template.xlsx")
    async def template(self, request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[bytes]:
        """An empty sheet to fill in."""
        actor.require("people.train")
        return spreadsheet(await sheet.template(language_of(request)), "certificates-template.xlsx")

    @post("/import", status_code=200)
    async def import_sheet(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        apply: FromQuery[bool] = False,
    ) -> SheetReport:
        """What a filled-in sheet (the body is the file) would do; with ``apply`` do it, all rows or none."""
        return await sheet.import_certificates(db, actor, await request.body(), apply, language_of(request))

    @post("/import-marked.xlsx", status_code=200)
    async def marked(
        self, request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]
    ) -> Response[bytes]:
        """The same sheet, every wrong cell in red with its reason."""
        content = await sheet.marked_up(db, actor, await request.body(), language_of(request))
        return spreadsheet(content, "certificates-marked.xlsx")

    @post("/")
    async def enter(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[CertificateEnter]
    ) -> CertificateRead:
        """Enter a certificate."""
        return await service.enter_certificate(db, actor, data)

    @patch("/{certificate_id:uuid}")
    async def change(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        certificate_id: FromPath[UUID],
        data: JSONBody[CertificateChange],
    ) -> CertificateRead:
        """Correct a certificate."""
        return await service.change_certificate(db, actor, certificate_id, data)

    @post("/{certificate_id:uuid}/scan", status_code=200)
    async def attach_scan(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        settings: NamedDependency[Settings],
        certificate_id: FromPath[UUID],
        version: FromQuery[int],
        name: FromQuery[str] = "",
    ) -> CertificateRead:
        """Keep a scan (PDF, JPEG or PNG; the body is the file)."""
        content = await request.body()
        return await documents.attach_scan(db, actor, settings.evidence_dir, certificate_id, content, name, version)

    @get("/{certificate_id:uuid}/scan")
    async def scan(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        settings: NamedDependency[Settings],
        certificate_id: FromPath[UUID],
    ) -> Stream:
        """The scan."""
        content, kind = await documents.read_scan(db, actor, settings.evidence_dir, certificate_id)
        headers = {"Cache-Control": "no-store", "Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
        return Stream(content, media_type=kind, headers=headers)

    @post("/{certificate_id:uuid}/revoke", status_code=200)
    async def revoke(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        certificate_id: FromPath[UUID],
        data: JSONBody[CertificateRevoke],
    ) -> CertificateRead:
        """Let a certificate count no longer."""
        return await service.revoke_certificate(db, actor, certificate_id, data)


class OwnCertificateController(Controller):
    """One's own certificates."""

    path = "/me/certificates"
    tags = ("certificates",)

    @get("/")
    async def own(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> OwnCertificates:
        """Whether one may be sent out today, and what one holds."""
        return await service.own_certificates(db)
