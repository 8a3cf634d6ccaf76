"""HTTP of tracks."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.tracks import service
from wangge.tracks.schemas import PatrolTrack


class TrackController(Controller):
    """Tracks (轨迹)."""

    path = "/patrols"
    tags = ("patrols",)

    @get("/{patrol_id:uuid}/track")
    async def read(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], patrol_id: FromPath[UUID]) -> PatrolTrack:
        """The way of a patrol while on duty; each look is written down."""
        return await service.track_of_patrol(db, actor, patrol_id)
