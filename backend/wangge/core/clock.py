"""Time as the house uses it: moments in UTC, days in China."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
# Nothing happened before, and nothing will be asked of what comes after: a day beyond them counts as the first or the last of them,
# so that no question leaves the moments which database and calendar can hold.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def utc_now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(UTC)


def china_day(moment: datetime) -> date:
    """The calendar day in China on which ``moment`` falls."""
    return moment.astimezone(CHINA).date()


def day_begins(day: date) -> datetime:
    """The first moment of a day in China; of one before 1900 or after 2999, that of the nearest day between."""
    return datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), time(), CHINA)


def day_ends(day: date) -> datetime:
    """The moment in which the next day begins in China; bounds as for ``day_begins``."""
    return day_begins(day) + timedelta(days=1)
