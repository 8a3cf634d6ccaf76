"""HTTP of evidence packages."""

from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.accounts.acting import acting_for
from wangge.core.clock import CHINA, utc_now
from wangge.core.settings import Settings
from wangge.evidence.controllers import as_it_is
from wangge.evidence.files import evidence_files
from wangge.evidence_packages import service
from wangge.evidence_packages.schemas import PackageRequest
from wangge.record_log.server_key import ServerKey


class EvidencePackageController(Controller):
    """Records with their proofs, in one file."""

    path = "/evidence/packages"
    tags = ("evidence",)
    middleware = (as_it_is,)

    @post("/", status_code=200, media_type="application/zip")
    async def make(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[PackageRequest],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        server_key: NamedDependency[ServerKey],
    ) -> Response[Any]:
        """A package about an employer or about visits; ``wangge evidence verify`` checks it without a server."""
        files = evidence_files(settings.evidence_dir)
        stream = await service.make_package(engine, acting_for(request, engine), files, server_key, data)
        name = f"wangge-evidence-{utc_now().astimezone(CHINA):%Y%m%d-%H%M%S}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Stream(stream, media_type="application/zip", headers=headers)
