"""Areas of an import as changes of grids: one replacement for each parent, all in one transaction."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor


async def write_grids(db: AsyncSession, actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    raise NotImplementedError
