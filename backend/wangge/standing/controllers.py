"""HTTP of how an employer stands."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.standing import service
from wangge.standing.schemas import EmployerStanding, StandingRules


class StandingController(Controller):
    """How an employer stands (监管状况)."""

    tags = ("standing",)

    @get("/employers/{employer_id:uuid}/standing")
    async def employer(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], employer_id: FromPath[UUID]
    ) -> EmployerStanding:
        """An employer's grade, key list, ratings and signals."""
        return await service.employer_standing(db, actor, employer_id)

    @get("/standing/rules")
    async def rules(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> StandingRules:
        """The words and rules in force today."""
        return await service.standing_rules(db, actor)
