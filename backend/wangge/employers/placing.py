"""Putting an employer on the map from the desk: where it stands decides whose grid it belongs to."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.errors import FieldProblem, InvalidInput, NotFound, VersionStale
from wangge.employers import repository
from wangge.employers.errors import PlaceOutsideScope
from wangge.employers.schemas import EmployerDetail, Placement
from wangge.employers.service import employer_detail


async def place_employer(db: AsyncSession, actor: Actor, employer_id: UUID, data: Placement) -> EmployerDetail:
    """Say where an employer stands; its grid follows, and with it who answers for it and all that was recorded there.

    In no community grid it stays with the grid it was declared for.

    Raises:
        NotFound, VersionStale, InvalidInput: as they say.
        PlaceOutsideScope: the place belongs to a grid that is not the actor's.
    """
    actor.require("employer.review")
    lon, lat = data.position
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput([FieldProblem("position", "not_on_earth", "经度应在 ±180、纬度在 ±90 度以内。",
                                         "Longitude is within ±180, latitude within ±90 degrees.")])  # fmt: skip
    employer = await repository.employer_for_update(db, employer_id)
    if employer is None:
        raise NotFound()
    if employer["version"] != data.version:
        raise VersionStale(version=employer["version"])
    path = await repository.place(db, employer_id, lon, lat)
    if path is None:
        raise PlaceOutsideScope()
    before = {"position": [employer["lon"], employer["lat"]], "grid_path": employer["grid_path"]}
    after = {"position": [lon, lat], "grid_path": path}
    await audit(db, "employer_placed", "employer", employer_id, {"before": before, "after": after}, path)
    return await employer_detail(db, actor, employer_id)
