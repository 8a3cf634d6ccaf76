"""What we were given: the files of `geodata/sources/`, read as they are."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

SOURCES = Path(__file__).resolve().parent.parent / "sources"

CITY_CODE = "370700"

# A zone without a county code of its own gets a stable code of ours: the city's six digits, a letter and a serial.
OWN_ZONE_CODES = {"370772000000": "370772", "Z-GAOXIN": "370700G1", "Z-XIASHAN": "370700X1"}

# Names that lost or swapped a character somewhere before the 2023 list; kept as found and flagged.
DAMAGED_NAMES = {
    "370703001005": "文化街社区居民委会",  # 员 is missing
    "370724002342": "孔村委员会",  # 民 is missing
    "370784001378": "韩家村村村会",  # 委 has become 村
}


@dataclass(frozen=True)
class Village:
    """A village or community of the 2023 list: its twelve digits and its name as published."""

    code: str
    name: str


@dataclass(frozen=True)
class Outline:
    """A polygon of the sources with its properties, WGS84 degrees."""

    props: dict[str, Any]
    geom: BaseGeometry


def outlines(name: str) -> list[Outline]:
    """The features of one source file, in the order of the file."""
    found = json.loads((SOURCES / name).read_text(encoding="utf-8"))
    return [Outline(f["properties"], shape(f["geometry"])) for f in found["features"]]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one source table."""
    with (SOURCES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def villages_by_street() -> dict[str, list[Village]]:
    """Villages and communities of each street (nine digits), by ascending code."""
    found: dict[str, list[Village]] = {}
    for row in rows("weifang_divisions.csv"):
        if row["level"] == "village":
            found.setdefault(row["code"][:9], []).append(Village(row["code"], row["name"]))
    names = {v.code: v.name for street in found.values() for v in street}
    if any(names.get(code) != name for code, name in DAMAGED_NAMES.items()):
        raise ValueError("DAMAGED_NAMES no longer matches weifang_divisions.csv")
    return {street: sorted(members, key=lambda v: v.code) for street, members in found.items()}
