"""Run benchmarks and judge them: ``python -m benchmarks [NAME ...] [--json FILE]``; ``scripts/bench`` sets up and calls this."""

import argparse
import asyncio
import json
import os
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.catalogue import CATALOGUE, expanded, listing
from benchmarks.measuring import table

ROOT = Path(__file__).resolve().parents[1]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure against floors and bars.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; all without one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--list", action="store_true", help="say what there is, with floors and bars")
    parser.add_argument("--rows", type=int, metavar="N", help="a smaller size, for benchmarks of lists")
    arguments = parser.parse_args()
    try:
        arguments.names = expanded(arguments.names)
    except KeyError as unknown:
        parser.error(unknown.args[0])
    return arguments


def main() -> int:
    """Run, print, write; 1 when a bar fails."""
    arguments = _arguments()
    if arguments.list:
        print(listing())
        return 0
    bench = Bench(Path(os.environ.get("WANGGE_BENCH_DIR") or ROOT / ".cache" / "bench").absolute())
    bench.rows = arguments.rows
    for name in arguments.names:
        print(f"{name}: {CATALOGUE[name].what}", file=sys.stderr, flush=True)
        asyncio.run(import_module(f"benchmarks.{name}").run(bench))
    print(table(bench.results))
    if arguments.json:
        figures = {r.name: r.as_json() for r in bench.results}
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    failed = [r.name for r in bench.results if not r.holds]
    print(f"Below the bar: {', '.join(failed)}" if failed else "Every bar holds.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
