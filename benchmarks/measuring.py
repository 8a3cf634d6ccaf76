"""Measuring: a thing and its floor in turns, and what comes of it as a line of the table."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.catalogue import Bar

RUNS = 7
HEADINGS = ("name", "value", "unit", "floor", "ratio", "bar", "margin", "runs", "spread")


@dataclass(frozen=True)
class Result:
    """One line. ``ratio`` is 1 when the thing does as well as its floor, and less when it does worse.

    ``spread`` is the interquartile range over the median, of what the bar judges (without a bar, of the ratio).
    """

    name: str
    value: float
    unit: str
    floor: float
    ratio: float
    runs: int
    spread: float
    bar: Bar | None = None

    @property
    def margin(self) -> float | None:
        """How far inside its bar, as a share of the bar; None without a bar."""
        return self.bar.margin(self.ratio if self.bar.of == "ratio" else self.value) if self.bar else None

    @property
    def holds(self) -> bool:
        """Whether the bar holds; a line without one always does."""
        return self.margin is None or self.margin >= 0

    def as_json(self) -> dict[str, float | int | str]:
        """The figures as they go into the JSON file."""
        return {"value": _short(self.value), "unit": self.unit, "floor": _short(self.floor), "ratio": round(self.ratio, 4),
                "runs": self.runs, "spread": round(self.spread, 4)}  # fmt: skip

    def cells(self) -> tuple[str, ...]:
        """The line of the table."""
        margin = "" if self.margin is None else f"{self.margin:+.0%}" + ("" if self.holds else " FAILS")
        return (self.name, _text(self.value), self.unit, _text(self.floor), f"{self.ratio:.3f}", str(self.bar or ""), margin,
                str(self.runs), f"{self.spread:.0%}")  # fmt: skip


def _short(figure: float) -> float:
    return round(figure, 1 if figure >= 1000 else 2 if figure >= 10 else 4)


def _text(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.1f}" if figure >= 10 else f"{figure:.3f}"


def _spread(figures: Sequence[float]) -> float:
    if len(figures) < 2:
        return 0.0
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return (high - low) / median(figures)


def compare(
    name: str, unit: str, values: Sequence[float], floors: Sequence[float], *, more_is_better: bool, bar: Bar | None = None
) -> Result:
    """A result from paired runs: the ratio is the median of the pairs' ratios, so that a slow minute hits both alike."""
    ratios = [v / f if more_is_better else f / v for v, f in zip(values, floors, strict=True)]
    judged = values if bar and bar.of == "value" else ratios
    return Result(name, median(values), unit, median(floors), median(ratios), len(values), _spread(judged), bar)


async def in_turns(
    thing: Callable[[int], Awaitable[float]], floor: Callable[[int], Awaitable[float]], turns_a_run: int, runs: int = RUNS
) -> tuple[list[float], list[float]]:
    """Take turns, A B A B; both get the turn's number and return the seconds that counted.

    Returns the seconds of each run, a run being ``turns_a_run`` turns of both. The first run warms up and is not counted.
    """
    values, floors = [0.0] * (runs + 1), [0.0] * (runs + 1)
    for run in range(runs + 1):
        for turn in range(turns_a_run):
            values[run] += await thing(turn)
            floors[run] += await floor(turn)
    return values[1:], floors[1:]


def table(results: Sequence[Result]) -> str:
    """The results as a table for a terminal; numbers to the right."""
    rows = [HEADINGS, *(r.cells() for r in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    left = {0, 2, 5}
    lines = [
        "  ".join(cell.ljust(width) if i in left else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
