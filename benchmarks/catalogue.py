"""Every benchmark by name: what it measures, its floor, its bar, and what it needs from the machine.

Standard library only: ``scripts/bench`` asks this module before anything is installed.
"""

import sys
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Bar:
    """What must hold: the ratio to the floor at least, or the value at most, ``limit``."""

    of: Literal["ratio", "value"]
    limit: float

    def margin(self, figure: float) -> float:
        """How far inside the bar a figure is, as a share of the bar; below zero it fails."""
        return (figure / self.limit - 1) if self.of == "ratio" else (1 - figure / self.limit)

    def __str__(self) -> str:
        return f"ratio >= {self.limit:g}" if self.of == "ratio" else f"value <= {self.limit:g}"


@dataclass(frozen=True)
class Benchmark:
    """One name. ``what`` and ``floor`` are sentences for the list; ``needs`` are steps of ``scripts/bench``."""

    name: str
    what: str
    floor: str
    bar: Bar
    needs: tuple[str, ...]


CATALOGUE = {
    b.name: b
    for b in (
        Benchmark(
            "push",
            "operations/s through POST /api/sync/push, in batches of 200 from one phone",
            "a bare multi-row INSERT of the same rows, fsync on, without triggers, foreign keys or access rules",
            Bar("ratio", 0.25),
            ("postgis",),
        ),
        Benchmark(
            "tile",
            "ms for a z11 employers tile over 1,000,000 points through the API, cold, as county and as city",
            "the bare ST_AsMVT query of the same tile, run by the tables' owner",
            Bar("ratio", 0.8),
            ("postgis",),
        ),
        Benchmark(
            "rls",
            "ms for a list, a count, a z11 tile and the 50 nearest of 1,000,000 employers as county and as city; the worst ratio",
            "the same statement run by the tables' owner, whom no policy binds",
            Bar("ratio", 0.77),
            ("postgis",),
        ),
        Benchmark(
            "grids",
            "ms in the transaction of a border that moves 5,000 employers, of 10,000 grids and 1,000,000 employers",
            "the bare UPDATE of the same employers' grid, with all its triggers",
            Bar("ratio", 0.5),
            ("postgis",),
        ),
        Benchmark(
            "list_import",
            "s for a registry's list of 1,000,000 rows: read and checked, written, matched with the files (--rows N for a smaller one)",
            "the bare COPY of the same CSV into a table without keys, policies or triggers",
            Bar("value", 3600),
            ("postgis",),
        ),
        Benchmark(
            "coverage",
            "ms from the answer to a visit's push until the kept counts of 1,000,000 employers in 10,000 grids say so; and every "
            "question about the uncovered, p50 and p95 of 8 people at once",
            "counting the employers anew; of the questions, the plain statement run by the tables' owner, 8 at once",
            Bar("value", 3000),
            ("postgis",),
        ),
        Benchmark(
            "cold_start",
            "ms from an offline start of a fresh browser to the usable list of 5,000 employers, CPU slowed 4 times",
            "a bare page with its own service worker and 5,000 rows in IndexedDB, read and shown without any framework",
            Bar("value", 1500),
            ("postgis", "npm_packages", "front_end", "browser"),
        ),
        Benchmark(
            "shell_size",
            "KB gzip of the field entry's JavaScript and CSS before the map is asked for",
            "Vue's own runtime, minified and compressed the same way",
            Bar("value", 150),
            ("npm_packages", "front_end"),
        ),
        Benchmark(
            "keystrokes",
            "ms of the longest task while typing a search over 5,000 employers and a visit's note, CPU slowed 4 times",
            "what the browser calls a long task",
            Bar("value", 200),
            ("postgis", "npm_packages", "front_end", "browser"),
        ),
        Benchmark(
            "photo",
            "ms of the longest wait between two frames while a 12-megapixel photo becomes ready, CPU slowed 4 times",
            "the longest wait between two frames of the same page at rest",
            Bar("value", 100),
            ("postgis", "npm_packages", "front_end", "browser"),
        ),
        Benchmark(
            "work_package",
            "KB on the wire of a phone's first work package of 2,000 employers",
            "the same things as one bare JSON array, compressed the same way",
            Bar("value", 400),
            ("postgis",),
        ),
        Benchmark(
            "packages",
            "ms in the server for a kept work package of 5,000 employers; its KB on the wire, an empty delta, and 50,000 until the first",
            "the bare query of the same rows as one JSON text; of a delta select 1",
            Bar("value", 40),
            ("postgis",),
        ),
    )
}

# Names that stand for several: ``scripts/bench field`` is what the phone promises.
GROUPS = {"import": ("list_import",), "field": ("shell_size", "cold_start", "keystrokes", "photo", "work_package", "packages")}


def expanded(names: list[str]) -> list[str]:
    """The benchmarks that some names stand for; without names, all of them.

    Raises:
        KeyError: no benchmark or group is called so.
    """
    wanted = [one for name in names for one in GROUPS.get(name, (name,))] or list(CATALOGUE)
    if unknown := [name for name in wanted if name not in CATALOGUE]:
        raise KeyError(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join((*CATALOGUE, *GROUPS))}")
    return list(dict.fromkeys(wanted))


def listing() -> str:
    """The names with their meaning, for ``scripts/bench --list``."""
    groups = "".join(f"\n{name:<13} {', '.join(parts)}" for name, parts in GROUPS.items())
    return "\n".join(f"{b.name:<13} {b.what}\n{'':<13} floor: {b.floor}\n{'':<13} bar: {b.bar}" for b in CATALOGUE.values()) + groups


def main(arguments: list[str]) -> None:
    """``list`` prints the names; ``needs NAME...`` prints the steps that these names need, in order."""
    verb, *names = arguments
    if verb == "list":
        print(listing())
        return
    try:
        wanted = {need for name in expanded(names) for need in CATALOGUE[name].needs}
    except KeyError as unknown:
        sys.exit(unknown.args[0])
    print("\n".join(step for step in ("postgis", "npm_packages", "front_end", "browser") if step in wanted))


if __name__ == "__main__":
    main(sys.argv[1:])
