"""HTTP of designations."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.designations import service
from wangge.designations.schemas import Designate, DesignationEnd, Designations


class DesignationController(Controller):
    """Non-local and key employers (外地驻潍单位、重点单位)."""

    path = "/employers/{employer_id:uuid}/designations"
    tags = ("employers",)

    @get("/")
    async def list(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], employer_id: FromPath[UUID]) -> Designations:
        """An employer's designations."""
        return await service.list_designations(db, actor, employer_id)

    @post("/", status_code=200)
    async def designate(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], employer_id: FromPath[UUID], data: JSONBody[Designate]
    ) -> Designations:
        """Set an employer as non-local or key."""
        return await service.designate(db, actor, employer_id, data)

    @post("/{designation_id:uuid}/end", status_code=200)
    async def end(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        designation_id: FromPath[UUID],
        data: JSONBody[DesignationEnd],
    ) -> Designations:
        """End a designation."""
        return await service.end_designation(db, actor, employer_id, designation_id, data)
