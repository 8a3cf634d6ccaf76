"""HTTP of units, matters and powers."""

from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.units import service
from wangge.units.schemas import (
    IntakeSwitch,
    MattersAndPowers,
    PowerEnd,
    PowerGrant,
    UnitAdd,
    UnitClose,
    UnitDetail,
    UnitEdit,
    UnitHistory,
    UnitItem,
)


class MatterController(Controller):
    """Matters and powers (事项与权限): law as data."""

    path = "/matters"
    tags = ("units",)

    @get("/")
    async def list(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> MattersAndPowers:
        """Every matter and power, with which kinds of unit may hold them."""
        return await service.matters_and_powers(db, actor)


class UnitController(Controller):
    """Units (机构)."""

    path = "/units"
    tags = ("units",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        kind: FromQuery[str | None] = None,
        parent_id: FromQuery[UUID | None] = None,
        grid_id: FromQuery[UUID | None] = None,
        status: FromQuery[str | None] = None,
        above: FromQuery[bool] = False,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[UnitItem]:
        """Units by name, kind, parent, territory; open ones unless ``status`` says otherwise."""
        return await service.list_units(db, actor, q, kind, parent_id, grid_id, status, above, sort, page, page_size)

    @get("/{unit_id:uuid}")
    async def detail(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID]) -> UnitDetail:
        """A unit with its powers, people and entrustments."""
        return await service.unit_detail(db, actor, unit_id)

    @get("/{unit_id:uuid}/history")
    async def history(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID]) -> UnitHistory:
        """What has been done to a unit, from the audit log."""
        return await service.unit_history(db, actor, unit_id)

    @post("/")
    async def add(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[UnitAdd]) -> UnitDetail:
        """Found a unit."""
        return await service.add_unit(db, actor, data)

    @put("/{unit_id:uuid}")
    async def edit(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID], data: JSONBody[UnitEdit]
    ) -> UnitDetail:
        """Write a unit's particulars."""
        return await service.edit_unit(db, actor, unit_id, data)

    @post("/{unit_id:uuid}/close", status_code=200)
    async def close(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID], data: JSONBody[UnitClose]
    ) -> UnitDetail:
        """Close a unit."""
        return await service.close_unit(db, actor, unit_id, data)

    @post("/{unit_id:uuid}/intake", status_code=200)
    async def intake(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID], data: JSONBody[IntakeSwitch]
    ) -> UnitDetail:
        """Open or close the counter for tips and complaints."""
        return await service.switch_intake(db, actor, unit_id, data)

    @post("/{unit_id:uuid}/powers", status_code=200)
    async def grant_powers(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID], data: JSONBody[PowerGrant]
    ) -> UnitDetail:
        """Record powers that the law gives the unit."""
        return await service.grant_powers(db, actor, unit_id, data)

    @post("/{unit_id:uuid}/powers/end", status_code=200)
    async def end_powers(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], unit_id: FromPath[UUID], data: JSONBody[PowerEnd]
    ) -> UnitDetail:
        """End powers of the unit's own."""
        return await service.end_powers(db, actor, unit_id, data)
