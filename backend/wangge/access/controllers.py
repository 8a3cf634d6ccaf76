"""HTTP of the rights matrix."""

from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.access import service
from wangge.access.schemas import RightsMatrix
from wangge.accounts.actor import Actor
from wangge.core.problems import language_of


class RightsController(Controller):
    """Which role may do what."""

    path = "/rights"
    tags = ("access",)

    @get("/")
    async def matrix(
        self, request: Request[Any, Any, Any], db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]
    ) -> RightsMatrix:
        """The rights matrix; open to everyone who is signed in."""
        return await service.rights_matrix(db, language_of(request))
