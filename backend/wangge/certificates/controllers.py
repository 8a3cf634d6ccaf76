"""HTTP of certificates."""

from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.certificates import service
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
