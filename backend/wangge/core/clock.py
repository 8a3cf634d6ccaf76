"""Time as the house uses it: moments in UTC, days in China."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(UTC)


def china_day(moment: datetime) -> date:
    """The calendar day in China on which ``moment`` falls."""
    return moment.astimezone(CHINA).date()
