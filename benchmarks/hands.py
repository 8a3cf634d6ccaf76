"""``keystrokes`` and ``photo``: whether the screen keeps up with a person's hands, with 5,000 employers on a phone whose page is slowed
4 times (the DevTools protocol does not slow workers, in which photos are prepared).

``keystrokes`` is the longest task while she types into the search and into a visit's note, each key of which is kept as a draft: at
most 200 ms. The floor is what the browser calls a long task (50 ms). ``photo`` is the longest wait between two frames from the
moment she has taken a photo of 12 megapixels to the moment it is ready: made smaller, both files hashed, encrypted, stored, shown:
at most 100 ms. Its floor is the longest wait between two frames while nothing happens. One run of the browser gives both.
"""

import json
import random
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.bench import Bench
from benchmarks.catalogue import CATALOGUE
from benchmarks.measuring import compare
from benchmarks.phone import browse, served_phone

RUNS = 5
PIXELS = (4000, 3000)
BROWSER = Path(__file__).with_name("hands.mjs")
_measured: dict[str, list[float]] = {}


@cache
def _photo(folder: Path) -> Path:
    """12 megapixels that compress as a camera's do (some 4 MB)."""
    path = folder / "12mp.jpg"
    rough = Image.frombytes("RGB", (800, 600), random.Random(12).randbytes(800 * 600 * 3))  # noqa: S311
    rough.resize(PIXELS, Image.Resampling.BICUBIC).save(path, "JPEG", quality=92)
    return path


async def measured(bench: Bench) -> dict[str, list[float]]:
    """The figures of one run of the browser, taken once for both names."""
    if not _measured:
        async with served_phone(bench, "bench_hands") as phone:
            settings: dict[str, Any] = {**phone, "runs": RUNS, "photo": str(_photo(bench.folder))}
            _measured.update(await browse(BROWSER, json.dumps(settings)))
            shutil.rmtree(settings["profile"], ignore_errors=True)
    return _measured


def report(bench: Bench, name: str, figures: dict[str, list[float]]) -> None:
    """One name against its floor and its bar."""
    bench.report(compare(name, "ms", figures[name], figures[f"{name}_floor"], more_is_better=False, bar=CATALOGUE[name].bar))
