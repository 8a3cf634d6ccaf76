"""HTTP of seals."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import UNFINISHED, Actor
from wangge.seals import service
from wangge.seals.schemas import ChainRead, SealKeyRead, SealKeyRegistration


class SealController(Controller):
    """Phones' keys, and the chains of what they recorded."""

    tags = ("seals",)

    @post("/me/device/key", status_code=200, opt={UNFINISHED: {"wipe"}})
    async def register(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[SealKeyRegistration]
    ) -> SealKeyRead:
        """Make this phone's sealing key known."""
        return await service.register_key(db, actor, data)

    @get("/evidence/chains")
    async def chains(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromQuery[UUID]) -> list[ChainRead]:
        """What has arrived of what a person's phones recorded: gaps, forks and breaks."""
        return await service.chains(db, actor, person_id)
