"""HTTP of responsibility."""

from datetime import date
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.responsibility import service
from wangge.responsibility.schemas import Responsibility


class ResponsibilityController(Controller):
    """Who is responsible (谁负责), and why."""

    path = "/responsibility"
    tags = ("responsibility",)

    @get("/")
    async def answer(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        matter: FromQuery[str] = "",
        lon: FromQuery[float | None] = None,
        lat: FromQuery[float | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        on: FromQuery[date | None] = None,
    ) -> Responsibility:
        """Who is competent, who acts, who assists: for a place or an employer, a matter and a day, with the chain of reasons."""
        return await service.responsibility(db, actor, lon, lat, employer_id, matter, on)
