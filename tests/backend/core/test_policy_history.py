"""Limits are dated: what held on the day of a record judges it."""

from datetime import UTC, date, datetime

import pytest

from wangge.policies.service import PolicyHistory

NOW = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
HISTORY = PolicyHistory(
    [("radius", date(2026, 6, 1), 200), ("radius", date(2026, 1, 1), 100), ("radius", date(2026, 6, 16), 900),
     ("age", date(2026, 1, 1), 60)],
    NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "radius"),
    [
        (datetime(2026, 5, 31, 15, 59, tzinfo=UTC), 100),
        (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), 200),  # midnight in China
        (NOW, 200),
        (datetime(2026, 6, 20, tzinfo=UTC), 200),  # a clock ahead: as of now
        (datetime(1999, 1, 1, tzinfo=UTC), 100),  # before all rows: the first
    ],
)
def test_the_value_of_the_day_holds(moment: datetime, radius: int) -> None:
    assert HISTORY.at(moment) == {"radius": radius, "age": 60}
