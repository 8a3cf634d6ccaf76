"""The stored geodata, read once."""

import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

GEODATA = Path(__file__).resolve().parents[3] / "geodata"
sys.path.insert(0, str(GEODATA))


@pytest.fixture(scope="session")
def geodata() -> Path:
    """The folder of the stored geodata."""
    return GEODATA


@pytest.fixture(scope="session")
def grids() -> list[dict[str, Any]]:
    """Features of all grids, as stored."""
    found = json.loads(gzip.decompress((GEODATA / "weifang_grids.geojson.gz").read_bytes()))
    return found["features"]


@pytest.fixture(scope="session")
def props(grids: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Properties of each grid by its code."""
    return {g["properties"]["code"]: g["properties"] for g in grids}


@pytest.fixture(scope="session")
def geoms(grids: list[dict[str, Any]]) -> dict[str, BaseGeometry]:
    """Geometry of each grid by its code."""
    return {g["properties"]["code"]: shape(g["geometry"]) for g in grids}


@pytest.fixture(scope="session")
def employers() -> list[dict[str, str]]:
    text = gzip.decompress((GEODATA / "weifang_employers.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="session")
def people() -> list[dict[str, Any]]:
    return json.loads(gzip.decompress((GEODATA / "demo_people.json.gz").read_bytes()))["people"]
