"""Where the odd files are, and the streets that we know."""

import json
from pathlib import Path

import pytest
from shapely.geometry import shape

from wangge.spatial_files.features import KnownBoundary

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def odd_files() -> Path:
    return ROOT / "tests/fixtures/spatial"


@pytest.fixture(scope="session")
def streets() -> list[KnownBoundary]:
    """The 122 streets of Weifang."""
    found = json.loads((ROOT / "geodata/sources/weifang_streets_tianditu.geojson").read_text(encoding="utf-8"))
    return [KnownBoundary(str(f["properties"]["code"]), f["properties"]["name"], shape(f["geometry"])) for f in found["features"]]
