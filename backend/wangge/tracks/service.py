"""Reading where somebody walked: personal, so every look at another's way is written down."""

from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import NotFound
from wangge.tracks import repository
from wangge.tracks.schemas import PatrolTrack


async def track_of_patrol(db: AsyncSession, actor: Actor, patrol_id: UUID) -> PatrolTrack:
    """The way of a patrol; the look is in the audit log.

    Raises:
        RightMissing: the role may not see tracks.
        NotFound: the patrol is not in one's scope.
    """
    actor.require("track.read")
    patrol = await repository.patrol_or_none(db, patrol_id)
    if patrol is None:
        raise NotFound()
    found = await repository.stretches(db, patrol_id)
    if found and patrol["assignee_id"] != actor.person_id:
        await audit(db, "track_read", "patrol", patrol_id, {"stretches": len(found)}, patrol["grid_path"])
    whole = {
        "patrol_id": patrol_id,
        "walked_m": sum(stretch["walked_m"] for stretch in found),
        "stretches": found,
        "pauses": await repository.pauses(db, patrol_id),
    }
    return msgspec.convert(whole, PatrolTrack)
