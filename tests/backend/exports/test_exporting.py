"""What goes out comes back the same; nobody exports what she may not see; every export leaves a line."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import shapely
from factories import COMMUNITIES, EAST_NORTH_1, WEST, WEST_NORTH, WEST_NORTH_1, Owner, Territory, make_employer, make_policy, today
from fixture_types import Client

from wangge.spatial_files.features import SpatialFile
from wangge.spatial_files.reading import read_spatial_file

FORMATS = ["geojson", "shapefile", "gpkg", "kml", "csv"]
SUFFIX = {"geojson": ".geojson", "shapefile": ".zip", "gpkg": ".gpkg", "kml": ".kml", "csv": ".csv"}


def read_back(answer: Any, format_: str) -> SpatialFile:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["content-disposition"].endswith(SUFFIX[format_])
    found = read_spatial_file(answer.content, f"a{SUFFIX[format_]}", "EPSG:4326" if format_ == "csv" else None)
    assert isinstance(found, SpatialFile)
    return found


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
async def test_grids_come_back_as_they_went(format_: str, encoding: str, owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["city"])
    answer = await http.get("/api/exports/grids", params={"format": format_, "level": 4, "encoding": encoding})

    back = read_back(answer, format_)
    rows = await owner.fetch("select code, ST_AsBinary(geom) as g from grids where level = 4 order by code")
    assert {str(f.attributes["编码"]) for f in back.features} == {r["code"] for r in rows}
    assert all("网格" in str(f.attributes["名称"]) for f in back.features)
    shapes = {str(f.attributes["编码"]): f.geometry for f in back.features}
    assert all(shapely.from_wkb(bytes(r["g"])).equals(shapes[r["code"]]) for r in rows)
    assert not [d for d in back.all_defects() if d.severity == "error"]


@pytest.mark.parametrize("format_", FORMATS)
async def test_employers_come_back_as_they_went_without_contacts(format_: str, owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, position=(119.1234567, 36.8), name="潍坊鄌郚机械厂", uscc="913700007456765902")
    await make_employer(owner, WEST_NORTH_1, position=None, name="没有位置的单位")

    answer = await client(territory["county"]).get("/api/exports/employers", params={"format": format_})

    back = read_back(answer, format_)
    assert len(back.features) == (1 if format_ == "shapefile" else 2)
    placed = next(f for f in back.features if f.attributes["名称"] == "潍坊鄌郚机械厂")
    assert placed.geometry == shapely.Point(119.1234567, 36.8) and placed.attributes["代码"] == "913700007456765902"
    assert b"13912345678" not in answer.content and "张三".encode() not in answer.content


async def test_nobody_exports_what_she_may_not_see(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, position=(119.5, 36.8), name="东县单位")
    http = client(territory["county"])

    back = read_back(await http.get("/api/exports/grids", params={"format": "geojson"}), "geojson")
    assert {str(f.attributes["编码"]) for f in back.features} == {p.rsplit(".", 1)[-1] for p in [WEST, WEST_NORTH] + [
        c for c in COMMUNITIES if c.startswith(WEST)]} | {"370702002"}  # fmt: skip
    assert b"\xe4\xb8\x9c\xe5\x8e\xbf" not in (await http.get("/api/exports/employers", params={"format": "csv"})).content
    elsewhere = await http.get("/api/exports/grids", params={"grid_id": str(territory.grids[EAST_NORTH_1])})
    assert elsewhere.status_code == 404


async def test_an_export_over_the_limit_says_how_many_there_are(owner: Owner, territory: Territory, client: Client) -> None:
    await make_policy(owner, "export_max_features", 3)
    answer = await client(territory["county"]).get("/api/exports/grids")
    assert (answer.status_code, answer.json()["type"], answer.json()["count"]) == (422, "export_too_large", 7)


async def test_every_export_leaves_a_line(owner: Owner, territory: Territory, client: Client) -> None:
    await client(territory["street"]).get("/api/exports/grids", params={"format": "kml"})
    line = await owner.fetchrow("select action, details::text from audit_log where person_id = $1", territory["street"].id)
    assert line["action"] == "grids_exported" and '"format": "kml"' in line["details"]


async def test_the_grids_of_another_day_are_the_grids_of_that_day(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    grid = territory.grids[WEST_NORTH_1]
    await owner.execute("update grid_versions set valid_from = valid_from - interval '10 days'")
    renamed = await http.post("/api/grid-changes", json={"kind": "rename", "grid_id": str(grid), "name": "改了名"})
    assert renamed.status_code in (200, 201), renamed.text

    names: Callable[[Any], set[str]] = lambda a: {str(f.attributes["名称"]) for f in read_back(a, "geojson").features}  # noqa: E731
    now = names(await http.get("/api/exports/grids", params={"level": 4}))
    on_today = names(await http.get("/api/exports/grids", params={"level": 4, "on": str(today())}))
    before = names(await http.get("/api/exports/grids", params={"level": 4, "on": str(today() - timedelta(days=2))}))
    assert now == on_today and "改了名" in now
    assert "改了名" not in before and len(before) == len(now) == 4
