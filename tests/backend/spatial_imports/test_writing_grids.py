"""Areas of a file become the grids of their parents: previewed, written in one change, all parents or none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from factories import WEST_NORTH, WEST_NORTH_1, WEST_NORTH_2, WEST_SOUTH, Owner, Territory, make_employer
from fixture_types import Client
from import_reading import read_to_its_end

Upload = Callable[..., Any]


def move_the_border(features: list[dict[str, Any]]) -> None:
    """The border between the two communities 0.1° further west; the east has another name."""
    for place in (1, 2):
        features[0]["geometry"]["coordinates"][0][place][0] = 119.1
    for place in (0, 3, 4):
        features[1]["geometry"]["coordinates"][0][place][0] = 119.1
    features[1]["properties"]["name"] = "新东社区"


async def apply(client: Client, who: Any, found: dict[str, Any], **body: Any) -> Any:
    return await client(who).post(f"/api/spatial-imports/{found['id']}/apply", json={"version": found["version"], **body})


async def test_a_moved_border_moves_its_employers_after_a_preview(
    owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    employer = await make_employer(owner, position=(119.15, 36.8))
    found = await upload(territory["county"], squares(move_the_border), "社区.geojson", grid_id=territory.grids[WEST_NORTH])
    http = client(territory["county"])

    preview = (await http.get(f"/api/spatial-imports/{found['id']}/changes")).json()
    assert preview["ok"], preview["problems"]
    assert preview["employers"]["moving"] == 1 and preview["employers"]["sample"][0]["to_name"] == "新东社区"
    assert await owner.fetchval("select grid_path::text from employers where id = $1", employer) == WEST_NORTH_1

    answer = await apply(client, territory["county"], found, basis=preview["basis"])

    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert (len(result["changes"]), result["unchanged"], result["employers_moved"]) == (1, 0, 1)
    change = (await http.get(f"/api/grid-changes/{result['changes'][0]['id']}")).json()
    assert change["kind"] == "replace" and "社区.geojson" in change["note"]
    assert await owner.fetchval("select grid_path::text from employers where id = $1", employer) == WEST_NORTH_2
    assert await owner.fetchval("select name from grids where path = $1::text::ltree and valid_to is null", WEST_NORTH_2) == "新东社区"
    assert await owner.fetchval("select id from grids where path = $1::text::ltree", WEST_NORTH_2) == territory.grids[WEST_NORTH_2]


async def test_slivers_agreed_to_are_mended_and_the_tiling_holds(
    owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    def shrink(features: list[dict[str, Any]]) -> None:
        move_the_border(features)
        for place in (1, 2):
            features[0]["geometry"]["coordinates"][0][place][0] = 119.09999

    found = await upload(territory["county"], squares(shrink), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    http = client(territory["county"])
    assert (await apply(client, territory["county"], found)).json()["type"] == "import_has_defects"
    await http.patch(f"/api/spatial-imports/{found['id']}", json={"version": found["version"], "mend_m2": 50_000})
    mended = await read_to_its_end(http, found["id"])

    answer = await apply(client, territory["county"], mended)

    assert answer.status_code == 200, answer.text
    parent = territory.grids[WEST_NORTH]
    assert await owner.fetchval(
        """select ST_Equals(p.geom, ST_Union(c.geom)) from grids p join grids c on c.parent_id = p.id and c.valid_to is null
           where p.id = $1 group by p.id""",
        parent,
    )
    assert (await http.get(f"/api/grids/{parent}/tiling")).json()["ok"]


def county_layer(spoil: bool = False) -> bytes:
    boxes = [("A", 119.0, 36.7), ("B", 119.2, 36.7), ("C", 119.0, 36.5), ("D", 119.2, 36.5)]
    features = []
    for name, x, y in boxes:
        east, north = round(x + 0.2, 1), round(y + 0.2, 1)
        ring = [[x, y], [east, y], [east, north], [x, north], [x, y]]
        if name == "C" and not spoil:  # the southern street's border bends
            ring[1:3] = [[119.1, 36.5], [119.2, 36.7]]
        if name == "D" and not spoil:
            ring = [[119.1, 36.5], [119.4, 36.5], [119.4, 36.7], [119.2, 36.7], [119.1, 36.5]]
        name = f"{name}社区"
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


async def test_a_whole_county_is_written_together(owner: Owner, territory: Territory, upload: Upload, client: Client) -> None:
    found = await upload(territory["county"], county_layer(), "全县.geojson", level=4)
    assert found["report"]["blockers"] == [], found["report"]["codes"]
    http = client(territory["county"])
    for parent in found["report"]["parents"]:
        preview = (await http.get(f"/api/spatial-imports/{found['id']}/changes", params={"parent_id": parent["id"]})).json()
        assert preview["ok"], preview["problems"]

    answer = await apply(client, territory["county"], found)

    assert answer.status_code == 200, answer.text
    assert len(answer.json()["result"]["changes"]) == 2
    names = await owner.fetch("select name from grids where level = 4 and valid_to is null and path <@ '370700.370702' order by name")
    assert [r[0] for r in names] == ["A社区", "B社区", "C社区", "D社区"]
    assert await owner.fetchval("select id from grids where path = $1::text::ltree", WEST_SOUTH) == territory.grids[WEST_SOUTH]


async def test_when_one_parent_cannot_be_written_none_is(owner: Owner, territory: Territory, upload: Upload, client: Client) -> None:
    found = await upload(territory["county"], county_layer(), "全县.geojson", level=4)
    await owner.execute("update spatial_import_features set code = $1 where name = 'D社区'", "370703001001")  # taken in the other county

    answer = await apply(client, territory["county"], found)

    assert (answer.status_code, answer.json()["type"]) == (409, "grid_code_taken")
    assert await owner.fetchval("select count(*) from grids where name like '%A社区%'") == 0
    again = (await client(territory["county"]).get(f"/api/spatial-imports/{found['id']}")).json()
    assert again["state"] == "ready" and again["result"] is None


@pytest.mark.parametrize("format_", ["geojson", "shapefile", "gpkg", "kml", "csv"])
async def test_what_was_exported_is_imported_as_the_same_grids(format_: str, territory: Territory, upload: Upload, client: Client) -> None:
    http, grid = client(territory["county"]), territory.grids[WEST_NORTH]
    exported = await http.get("/api/exports/grids", params={"grid_id": str(grid), "level": 4, "format": format_})
    name = exported.headers["content-disposition"].rsplit("''", 1)[1]
    found = await upload(territory["county"], exported.content, name, grid_id=grid)
    if format_ == "csv":  # a table says nothing of its datum
        assert found["report"]["question"]["kind"] == "datum"
        await http.patch(f"/api/spatial-imports/{found['id']}", json={"version": found["version"], "datum": "EPSG:4326"})
        found = await read_to_its_end(http, found["id"])
    assert found["report"]["blockers"] == [] and found["report"]["codes"] == []

    answer = await apply(client, territory["county"], found)

    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "nothing_changes"
