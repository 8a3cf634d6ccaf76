"""What a decision on a rating needs, without the database."""

from datetime import date, timedelta
from typing import Any

from wangge.core.errors import FieldProblem


def grades_of(scale: dict[str, Any]) -> list[str]:
    """The grades of a scale, the best first."""
    return [g["grade"] for g in scale["grades"]]


def unknown_grades(field: str, wanted: list[str], known: list[str]) -> list[FieldProblem]:
    """A problem for grades that the scale does not have."""
    wrong = [g for g in wanted if g not in known]
    if not wrong:
        return []
    zh, en = f"没有“{'、'.join(wrong)}”级，可用：{'、'.join(known)}。", f"No grade {', '.join(wrong)}; use: {', '.join(known)}."
    return [FieldProblem(field, "unknown_value", zh, en)]


def objection_until(published_on: date | None, days: int) -> date | None:
    """The last day on which an objection is taken; the day of publication is not counted (Civil Code §201)."""
    return published_on + timedelta(days=days) if published_on else None
