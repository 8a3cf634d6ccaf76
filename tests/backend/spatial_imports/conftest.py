"""Files to import, the real outline of Weifang to import them into, and waiting for their reading."""

import gzip
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from factories import Owner, Someone, Territory, make_grid, make_person_with_account, make_unit
from fixture_types import Client
from import_reading import read_to_its_end

ROOT = Path(__file__).resolve().parents[3]
Upload = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def odd_files() -> Path:
    return ROOT / "tests/fixtures/spatial"


@pytest.fixture(scope="session")
def weifang_shapes() -> list[tuple[str, str, str]]:
    """The city, its counties and zones, its streets: path, name, WKT."""
    with gzip.open(ROOT / "geodata/weifang_grids.geojson.gz") as file:
        features = json.load(file)["features"]
    return [
        (f["properties"]["path"], f["properties"]["name"], shapely.to_wkt(shapely.geometry.shape(f["geometry"]), rounding_precision=-1))
        for f in features
        if f["properties"]["level"] <= 3
    ]


@pytest.fixture
async def weifang(owner: Owner, weifang_shapes: list[tuple[str, str, str]]) -> dict[str, Someone]:
    """The real city on a clean database, with somebody at its centre and somebody in the county of Kuiwen."""
    async with owner.transaction():
        for path, name, wkt in weifang_shapes:
            await make_grid(owner, path, wkt=wkt, name=name)
        people = {}
        for who, path in (("city", "370700"), ("county", "370700.370705")):
            await make_unit(owner, path)
            people[who] = await make_person_with_account(owner, path)
    return people


@pytest.fixture
def upload(client: Client) -> Upload:
    """``await upload(someone, data, name, ...)``: the import after its dry run."""

    async def send(someone: Someone, data: bytes, name: str, wait: bool = True, **query: Any) -> dict[str, Any]:
        http = client(someone)
        answer = await http.post(
            "/api/spatial-imports",
            params={"target": "grids", "file_name": name, **query},
            content=data,
            headers={"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        assert begun["state"] in ("reading", "failed") or not wait  # it may have ended before the answer was made
        return await read_to_its_end(http, begun["id"]) if wait else begun

    return send


@pytest.fixture
def squares(territory: Territory) -> Callable[..., bytes]:
    """The two communities of the street west north as GeoJSON, as the tests' territory has them or changed."""

    def make(change: Callable[[list[dict[str, Any]]], None] = lambda _: None) -> bytes:
        west = [[119.0, 36.7], [119.2, 36.7], [119.2, 36.9], [119.0, 36.9], [119.0, 36.7]]
        east = [[119.2, 36.7], [119.4, 36.7], [119.4, 36.9], [119.2, 36.9], [119.2, 36.7]]
        features = [
            {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for code, name, ring in (("370702001001", "西社区", west), ("370702001002", "东社区", east))
        ]
        change(features)
        return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()

    return make
