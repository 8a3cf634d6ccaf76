"""Reading the limits in force, today or on the day when something happened."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.core.clock import china_day

HISTORY = text("select key, valid_from, value from policies order by valid_from")
IN_FORCE = text("select distinct on (key) key, value from policies where valid_from <= china_today() order by key, valid_from desc")


class PolicyHistory:
    """Every limit with all its dated values, so that late evidence is judged by what held when it was captured."""

    def __init__(self, rows: Iterable[tuple[str, date, Any]], now: datetime) -> None:
        self._rows = sorted(rows, key=lambda row: row[1])
        self._today = china_day(now)
        self._by_day: dict[date, dict[str, Any]] = {}

    def at(self, moment: datetime) -> dict[str, Any]:
        """The limits at a moment. One that has not come yet (a clock ahead) counts as now; before a limit's first day its
        first value holds."""
        day = min(china_day(moment), self._today)
        if day not in self._by_day:
            first = {key: value for key, _, value in reversed(self._rows)}
            self._by_day[day] = first | {key: value for key, valid_from, value in self._rows if valid_from <= day}
        return self._by_day[day]


async def policy_history(db: AsyncSession, now: datetime) -> PolicyHistory:
    """All limits with their histories."""
    return PolicyHistory(((key, valid_from, value) for key, valid_from, value in await db.execute(HISTORY)), now)


async def policies_in_force(db: AsyncSession) -> dict[str, Any]:
    """Every limit as it stands today, by key."""
    return {key: value for key, value in await db.execute(IN_FORCE)}
