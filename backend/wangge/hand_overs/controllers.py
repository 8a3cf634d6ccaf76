"""HTTP of hand-overs."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.hand_overs import service
from wangge.hand_overs.schemas import HandOverMake, HandOverRead, OpenWork


class HandOverController(Controller):
    """Hand-overs (交接)."""

    path = "/"
    tags = ("hand-overs",)

    @get("/people/{person_id:uuid}/open-work")
    async def open_work(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID]) -> OpenWork:
        """What is open with a person."""
        return await service.open_work(db, actor, person_id)

    @post("/people/{person_id:uuid}/hand-over")
    async def hand_over(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], person_id: FromPath[UUID], data: JSONBody[HandOverMake]
    ) -> HandOverRead:
        """Move all that is open with a person and end her post, in one transaction."""
        return await service.hand_over(db, actor, person_id, data)

    @get("/hand-overs/{hand_over_id:uuid}")
    async def read(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], hand_over_id: FromPath[UUID]) -> HandOverRead:
        """The record of a hand-over."""
        return await service.read_hand_over(db, actor, hand_over_id)
