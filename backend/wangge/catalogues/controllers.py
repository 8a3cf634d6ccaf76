"""HTTP of the catalogues."""

import hashlib
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.catalogues.schemas import Catalogues
from wangge.catalogues.service import read_catalogues
from wangge.core.etag import has_it


class CatalogueController(Controller):
    """Words that field records choose from."""

    path = "/catalogues"
    tags = ("catalogues",)

    @get("/")
    async def read(
        self, request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]
    ) -> Response[Catalogues]:
        """Topics, materials and kinds of incidents; 304 when the caller has them already. Anyone signed in may read them."""
        found = await read_catalogues(db)
        etag = f'"{hashlib.sha256(msgspec.json.encode(found)).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if has_it(request, etag):
            return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]
        return Response(found, headers=headers)
