"""``photo``: the longest wait between two frames while a photo of 12 megapixels becomes ready; see hands.py."""

from benchmarks import hands
from benchmarks.bench import Bench
from benchmarks.measuring import compare


async def run(bench: Bench) -> None:
    """Five photos; beside it how long each took to be ready."""
    figures = await hands.measured(bench)
    bench.report(compare("photo.ready", "ms", figures["ready"], figures["ready"], more_is_better=False))
    hands.report(bench, "photo", figures)
