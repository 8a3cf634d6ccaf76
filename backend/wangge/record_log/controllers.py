"""HTTP of the record log: roots, keys and proofs, for everyone who is signed in."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.record_log import service
from wangge.record_log.schemas import ConsistencyProof, InclusionProof, LogHead, LogRootRead, ServerKeyRead
from wangge.record_log.server_key import ServerKey

Size = Annotated[int, Parameter(ge=1, le=2**62)]
Hash = Annotated[str, Parameter(pattern="^[0-9a-f]{64}$")]


class RecordLogController(Controller):
    """The append-only log of what arrived, and proofs that it stays as it was."""

    path = "/log"
    tags = ("record log",)

    @get("/key")
    async def keys(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> list[ServerKeyRead]:
        """The server's public keys, today's first."""
        return await service.server_keys(db)

    @get("/roots")
    async def roots(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        since: FromQuery[date | None] = None,
        until: FromQuery[date | None] = None,
    ) -> list[LogRootRead]:
        """Daily roots, the newest first: keep them, and nothing before them can be altered unnoticed."""
        return await service.published_roots(db, since, until)

    @get("/head")
    async def head(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], server_key: NamedDependency[ServerKey]
    ) -> LogHead:
        """The log as it stands, signed now."""
        return await service.head(db, server_key)

    @get("/proof/inclusion")
    async def inclusion(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        subject_id: FromQuery[UUID],
        sha256: FromQuery[Hash | None] = None,
        tree_size: FromQuery[Size | None] = None,
    ) -> InclusionProof:
        """That an operation or a photo's file is in the log."""
        return await service.inclusion(db, subject_id, sha256, tree_size)

    @get("/proof/consistency")
    async def consistency(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        first: FromQuery[Size],
        second: FromQuery[Size | None] = None,
    ) -> ConsistencyProof:
        """That the log of one size begins with the log of another."""
        return await service.consistency(db, first, second)
