"""Small helpers for SQL text: conditions that are there only when asked for."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.paging import Page


class Where:
    """Conditions and their bound values, put together; the texts come from the code, the values from the caller."""

    def __init__(self, *always: str, **values: Any) -> None:
        self.conditions = list(always)
        self.values: dict[str, Any] = dict(values)

    def add(self, condition: str, **values: Any) -> "Where":
        """Require this condition too."""
        self.conditions.append(condition)
        self.values.update(values)
        return self

    def __str__(self) -> str:
        return " and ".join(self.conditions) or "true"


async def fetch_page(db: AsyncSession, select: str, count: str, where: Where, page: int, page_size: int) -> Page[dict[str, Any]]:
    """One page of rows and the total; ``select`` and ``count`` hold ``{where}`` and already carry their ordering."""
    total = await db.scalar(text(count.format(where=where)), where.values)
    rows = await db.execute(
        text(select.format(where=where) + " limit :limit offset :offset"),
        {**where.values, "limit": page_size, "offset": (page - 1) * page_size},
    )
    return Page([dict(r) for r in rows.mappings()], total or 0, page, page_size)
