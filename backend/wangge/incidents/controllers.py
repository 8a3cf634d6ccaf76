"""HTTP of incidents."""

from datetime import date
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.incidents import service
from wangge.incidents.schemas import IncidentAcknowledge, IncidentClose, IncidentCounts, IncidentRead


class IncidentController(Controller):
    """Incidents (突发事件)."""

    path = "/incidents"
    tags = ("incidents",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        status: FromQuery[str | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        on: FromQuery[date | None] = None,
        q: FromQuery[str] = "",
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[IncidentRead]:
        """Incidents, those that nobody has taken on yet first."""
        return await service.list_incidents(db, actor, status, grid_id, on, q, page, page_size)

    @get("/counts")
    async def counts(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> IncidentCounts:
        """How many wait, and how many are being dealt with."""
        return await service.count_incidents(db, actor)

    @get("/{incident_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], incident_id: FromPath[UUID]) -> IncidentRead:
        """One incident."""
        return await service.incident_detail(db, actor, incident_id)

    @post("/{incident_id:uuid}/acknowledge", status_code=200)
    async def acknowledge(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        incident_id: FromPath[UUID],
        data: JSONBody[IncidentAcknowledge],
    ) -> IncidentRead:
        """Take it on."""
        return await service.acknowledge_incident(db, actor, incident_id, data)

    @post("/{incident_id:uuid}/close", status_code=200)
    async def close(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        incident_id: FromPath[UUID],
        data: JSONBody[IncidentClose],
    ) -> IncidentRead:
        """Close it, with what came of it."""
        return await service.close_incident(db, actor, incident_id, data)
