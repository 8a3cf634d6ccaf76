"""``keystrokes``: the longest task while she types; see hands.py."""

from benchmarks import hands
from benchmarks.bench import Bench


async def run(bench: Bench) -> None:
    """Five rounds of searching and writing."""
    hands.report(bench, "keystrokes", await hands.measured(bench))
