"""Reading the limits in force."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

IN_FORCE = text(
    "select distinct on (key) key, value from policies where valid_from <= china_today() order by key, valid_from desc"
)


async def policies_in_force(db: AsyncSession) -> dict[str, Any]:
    """Every limit as it stands today, by key."""
    return {key: value for key, value in await db.execute(IN_FORCE)}
