"""Reading visits and check-ins at the desk."""

from datetime import date
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.clock import day_begins, day_ends
from wangge.core.paging import Page
from wangge.core.repository import Where
from wangge.grids.service import in_subtree
from wangge.visits import repository
from wangge.visits.schemas import CheckInRead, VisitRead


async def _narrow(
    db: AsyncSession, actor: Actor, table: str, on: date | None, grid_id: UUID | None, patrol_id: UUID | None,
    employer_id: UUID | None,
) -> Where:  # fmt: skip
    # besides her scope a person sees what she did herself, wherever that was
    where = await in_subtree(db, actor, Where(), grid_id, f"{table}.grid_path", also=f"{table}.person_id = app_person()")
    if on:
        where.add(f"{table}.happened_at >= :start and {table}.happened_at < :end", start=day_begins(on), end=day_ends(on))
    if patrol_id:
        where.add(f"{table}.patrol_id = :patrol_id", patrol_id=patrol_id)
    if employer_id:
        where.add(f"{table}.employer_id = :employer_id", employer_id=employer_id)
    return where


async def list_check_ins(
    db: AsyncSession, actor: Actor, on: date | None, grid_id: UUID | None, patrol_id: UUID | None, employer_id: UUID | None,
    page: int, page_size: int,
) -> Page[CheckInRead]:  # fmt: skip
    """Check-ins of one's scope, by day (in China), grid, patrol or employer."""
    actor.require("records.read")
    found = await repository.check_ins_page(db, await _narrow(db, actor, "c", on, grid_id, patrol_id, employer_id), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[CheckInRead])


async def list_visits(
    db: AsyncSession, actor: Actor, on: date | None, grid_id: UUID | None, patrol_id: UUID | None, employer_id: UUID | None,
    page: int, page_size: int,
) -> Page[VisitRead]:  # fmt: skip
    """Visits of one's scope, by day (in China), grid, patrol or employer."""
    actor.require("records.read")
    found = await repository.visits_page(db, await _narrow(db, actor, "v", on, grid_id, patrol_id, employer_id), page, page_size)
    return msgspec.convert(msgspec.structs.asdict(found), Page[VisitRead])


async def records_of_patrol(db: AsyncSession, patrol_id: UUID) -> tuple[list[CheckInRead], list[VisitRead]]:
    """All that was done on a patrol, newest first, for a caller who may read the patrol."""
    check_ins = msgspec.convert(await repository.check_ins_of_patrol(db, patrol_id), list[CheckInRead])
    return check_ins, msgspec.convert(await repository.visits_of_patrol(db, patrol_id), list[VisitRead])
