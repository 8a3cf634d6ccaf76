"""The dry run: every odd file over HTTP, defects by feature, questions, answers, repairs with consent, features left out."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from factories import WEST_NORTH, Owner, Someone, Territory
from fixture_types import Client
from import_reading import read_to_its_end

Upload = Callable[..., Any]
CLEAN: set[str] = set()
# What each file of tests/fixtures/spatial comes to when it is imported as counties of Weifang; codes are of single features.
EXPECTED: dict[str, str | set[str]] = {
    "antimeridian.geojson": {"crosses_antimeridian"},
    "bom_utf8.geojson": CLEAN,
    "bowtie.geojson": {"self_intersection"},
    "cgcs2000_4490.zip": CLEAN,
    "clockwise_shell.geojson": {"clockwise_shell"},
    "cnname_gbk_cpg936.zip": CLEAN,
    "encoded_gb18030.geojson": CLEAN,
    "gbk_no_cpg_ldid4d.zip": CLEAN,
    "gbk_with_cpg.zip": CLEAN,
    "gcj02_undeclared.geojson": "asks datum",
    "gk3_cm120_4549.zip": CLEAN,
    "gk3_zone40_4528.zip": CLEAN,
    "hole_outside.geojson": {"hole_outside_shell"},
    "kml_entity_expansion.kml": "refused spatial_file_xml_entities",
    "legacy_crs_member_4490.geojson": CLEAN,
    "mixed_types_3d.geojson": {"height_dropped", "wrong_geometry_type", "parts_overlap"},
    "nan_number.geojson": {"wrong_geometry_type", "nan_coordinate"},
    "no_dbf.zip": {"attributes_missing"},
    "no_prj.zip": "asks datum",
    "null_and_empty.geojson": {"null_geometry", "empty_geometry"},
    "out_of_range.geojson": {"out_of_range"},
    "points_gbk.csv": "asks datum",
    "truncated.geojson": "refused spatial_file_damaged",
    "two_point_ring.geojson": {"too_few_points"},
    "unclosed_ring.geojson": {"ring_unclosed"},
    "utf8_field_name_cut_mid_character.zip": {"field_name_cut"},
    "utf8_no_cpg_ldid00.zip": {"field_name_cut"},
    "zip_ratio_1000.zip": "refused spatial_file_zip_too_large",
    "zip_without_shp.zip": "refused shapefile_incomplete",
}
# What has to do with where the file lies, which the readers' own tests do not know of.
OF_PLACE = {"gap", "sliver_gap", "overlap", "sliver_overlap", "outside_parent", "outside_all_parents", "missing_name", "suspicious_datum"}
OF_PLACE |= {"missing_code", "duplicate_code"}


def outcome_of(found: dict[str, Any]) -> str | set[str]:
    if found["state"] == "failed":
        return f"refused {found['problem']['type']}"
    if found["state"] == "needs_answer":
        return f"asks {found['report']['question']['kind']}"
    assert found["state"] == "ready"
    return {one["code"] for one in found["report"]["codes"]} - OF_PLACE


async def test_every_odd_file_ends_as_it_should(weifang: dict[str, Someone], odd_files: Path, upload: Upload, client: Client) -> None:
    http = client(weifang["city"])
    begun = {name: await upload(weifang["city"], (odd_files / name).read_bytes(), name, wait=False) for name in EXPECTED}
    ended = {name: await read_to_its_end(http, one["id"]) for name, one in begun.items()}

    assert {name: outcome_of(found) for name, found in ended.items()} == EXPECTED
    for found in ended.values():
        pages = [f"/api/spatial-imports/{found['id']}/features", f"/api/spatial-imports/{found['id']}/preview.geojson"]
        assert [(await http.get(page)).status_code for page in pages] == [200, 200]
    listed = (await http.get("/api/spatial-imports", params={"page_size": 100})).json()
    assert listed["total"] == len(EXPECTED)


async def test_nothing_is_written_by_a_dry_run(owner: Owner, territory: Territory, upload: Upload, squares: Callable[..., bytes]) -> None:
    before = await owner.fetch("select id, name, ST_AsText(geom) from grids order by id")

    found = await upload(territory["county"], squares(), "社区.geojson", grid_id=territory.grids[WEST_NORTH])

    assert found["state"] == "ready" and found["report"]["blockers"] == []
    assert found["report"]["columns"]["code"] == "code" and found["report"]["columns"]["name"] == "name"
    assert await owner.fetch("select id, name, ST_AsText(geom) from grids order by id") == before


async def test_every_defect_is_listed_with_its_place_and_size(
    territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    def spoil(features: list[dict[str, Any]]) -> None:
        features[0]["geometry"]["coordinates"][0][1:3] = [[119.21, 36.7], [119.21, 36.9]]  # overlaps the east by 0.01°
        features[1]["geometry"]["coordinates"][0][2] = [119.4, 36.88]  # leaves a gap in the north-east
        features[1]["properties"]["code"] = "370702001001"

    found = await upload(territory["county"], squares(spoil), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    http = client(territory["county"])
    page = (await http.get(f"/api/spatial-imports/{found['id']}/features", params={"severity": "error"})).json()

    assert {b["code"] for b in found["report"]["blockers"]} == {"errors"}
    assert {(one["code"], one["count"]) for one in found["report"]["codes"]} == {("overlap", 1), ("gap", 1), ("duplicate_code", 2)}
    defects = {(f["number"], d["code"]): d for f in page["items"] for d in f["defects"]}
    assert set(defects) == {(1, "duplicate_code"), (2, "duplicate_code"), (1, "overlap"), (1, "gap")}
    assert defects[1, "overlap"]["area_m2"] == pytest.approx(0.01 * 0.2 * 111_000 * 89_300, rel=0.02)
    assert defects[1, "overlap"]["others"] == [2]
    lon, lat = defects[1, "gap"]["position"]
    assert 119.2 < lon < 119.4 and 36.88 < lat < 36.9
    english = (await client(territory["county"], language="en").get(f"/api/spatial-imports/{found['id']}/features")).json()
    assert "overlaps feature 2" in " ".join(d["detail"] for d in english["items"][0]["defects"])
    preview = (await http.get(f"/api/spatial-imports/{found['id']}/preview.geojson")).json()
    kinds = [f["properties"]["kind"] for f in preview["features"]]
    assert (kinds.count("feature"), kinds.count("defect"), preview["total"]) == (2, 4, 2)
    only = (await http.get(f"/api/spatial-imports/{found['id']}/features", params={"code": "gap"})).json()
    assert [f["number"] for f in only["items"]] == [1]
    assert (await http.get(f"/api/spatial-imports/{found['id']}/features", params={"q": "东社区"})).json()["total"] == 1


async def patched(client: Client, who: Someone, found: dict[str, Any], **answers: Any) -> dict[str, Any]:
    http = client(who)
    answer = await http.patch(f"/api/spatial-imports/{found['id']}", json={"version": found["version"], **answers})
    assert answer.status_code == 200, answer.text
    return await read_to_its_end(http, found["id"])


async def test_a_shifted_datum_is_asked_about_with_a_sketch_for_each_answer(
    weifang: dict[str, Someone], odd_files: Path, upload: Upload, client: Client
) -> None:
    data = (odd_files / "gcj02_undeclared.geojson").read_bytes()
    found = await upload(weifang["city"], data, "区县.geojson")
    question = found["report"]["question"]

    assert question["kind"] == "datum" and question["choices"][0]["value"] == "GCJ-02"
    assert found["report"]["blockers"] == [{"code": "open_question", "count": 1}]
    bounds = {choice["value"]: choice["bounds"] for choice in question["choices"]}
    assert bounds["EPSG:4326"][0] - bounds["GCJ-02"][0] == pytest.approx(0.0059, abs=0.001)  # 524 m further east
    assert all(choice["shapes"] for choice in question["choices"])

    answered = await patched(client, weifang["city"], found, datum="GCJ-02")
    assert answered["state"] == "ready" and answered["report"]["datum"] == {
        "code": "GCJ-02", "basis": "asked", "detail": "GCJ-02 经纬度（高德、腾讯地图）",
    }  # fmt: skip
    wrongly = await patched(client, weifang["city"], answered, datum="EPSG:4326")
    assert "suspicious_datum" in {one["code"] for one in wrongly["report"]["codes"]}


async def test_a_repair_is_made_only_with_consent(
    territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    def cross(features: list[dict[str, Any]]) -> None:
        ring = features[1]["geometry"]["coordinates"][0]
        ring[1:1] = [[119.25, 36.7], [119.3, 36.69], [119.27, 36.69], [119.28, 36.7]]  # a bow tie on the southern border

    found = await upload(territory["county"], squares(cross), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    http = client(territory["county"])

    async def second() -> dict[str, Any]:
        return dict((await http.get(f"/api/spatial-imports/{found['id']}/features")).json()["items"][1])

    before = await second()
    assert "self_intersection" in [d["code"] for d in before["defects"]]
    assert [(r["code"], r["agreed"]) for r in before["repairs"]] == [("make_valid", False)]
    assert before["repairs"][0]["after_m2"] > before["repairs"][0]["before_m2"] > 0 and before["repairs"][0]["preview"]

    other = await patched(client, territory["county"], found, repairs=[{"code": "make_valid", "positions": [0]}])
    assert "self_intersection" in [d["code"] for d in (await second())["defects"]]  # agreed to for another feature
    await patched(client, territory["county"], other, repairs=[{"code": "make_valid"}])
    after = await second()
    assert "self_intersection" not in [d["code"] for d in after["defects"]] and after["repairs"][0]["agreed"]


async def test_slivers_count_as_mended_up_to_the_size_agreed_to(
    territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    def shrink(features: list[dict[str, Any]]) -> None:
        for place in (1, 2):
            features[0]["geometry"]["coordinates"][0][place][0] = 119.19999  # nine decimetres, twenty-two kilometres long

    found = await upload(territory["county"], squares(shrink), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    assert [one["code"] for one in found["report"]["codes"]] == ["sliver_gap"] and found["report"]["blockers"]
    small = await patched(client, territory["county"], found, mend_m2=1000)
    assert small["report"]["blockers"]
    mended = await patched(client, territory["county"], small, mend_m2=30_000)
    assert mended["report"]["blockers"] == []
    assert mended["report"]["codes"][0]["severity"] == "mended"


async def test_what_is_broken_can_be_left_out(weifang: dict[str, Someone], odd_files: Path, upload: Upload, client: Client) -> None:
    found = await upload(weifang["city"], (odd_files / "null_and_empty.geojson").read_bytes(), "a.geojson")
    assert found["report"]["counts"]["errors"] >= 3

    left = await patched(client, weifang["city"], found, skip_errors=True)
    assert left["report"]["counts"]["left_out"] >= 3
    one_left = await patched(client, weifang["city"], left, skip_errors=False, left_out=[0])
    assert one_left["report"]["counts"]["left_out"] == 1


async def test_one_file_may_fill_many_parents(territory: Territory, upload: Upload) -> None:
    """All communities of a county: by where they lie, and by the column that names the street."""
    boxes = {
        "370702001001": (119.0, 36.7), "370702001002": (119.2, 36.7), "370702002001": (119.0, 36.5), "370702002002": (119.2, 36.5),
    }  # fmt: skip
    features = [
        {
            "type": "Feature",
            "properties": {"社区编码": code, "社区名称": f"社区{code[-6:]}", "街道": code[:9]},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y], [x + 0.2, y], [x + 0.2, y + 0.2], [x, y + 0.2], [x, y]]],
            },
        }
        for code, (x, y) in boxes.items()
    ]
    for feature in features:  # as the territory's numbers are, to the last bit
        feature["geometry"]["coordinates"] = [  # type: ignore[index]
            [[round(a, 6), round(b, 6)] for a, b in feature["geometry"]["coordinates"][0]]  # type: ignore[index]
        ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()

    found = await upload(territory["county"], data, "全县社区.geojson", level=4)

    assert found["report"]["blockers"] == [], found["report"]
    columns = found["report"]["columns"]
    assert (columns["code"], columns["name"], columns["parent"]) == ("社区编码", "社区名称", "街道")
    assert [(p["code"], p["features"]) for p in found["report"]["parents"]] == [("370702001", 2), ("370702002", 2)]


async def test_a_stale_answer_is_refused_and_so_is_one_from_elsewhere(
    territory: Territory, upload: Upload, squares: Callable[..., bytes], client: Client
) -> None:
    found = await upload(territory["county"], squares(), "a.geojson", grid_id=territory.grids[WEST_NORTH])
    address = f"/api/spatial-imports/{found['id']}"

    stale = await client(territory["county"]).patch(address, json={"version": found["version"] - 1, "datum": "GCJ-02"})
    assert (stale.status_code, stale.json()["type"]) == (409, "version_stale")
    for path in (address, f"{address}/features", f"{address}/preview.geojson"):
        assert (await client(territory["other_county"]).get(path)).status_code == 404
    assert (await client(territory["other_county"]).patch(address, json={"version": found["version"]})).status_code == 404
    assert (await client(territory["other_county"]).get("/api/spatial-imports")).json()["total"] == 0
    assert (await client(territory["city"]).get(address)).status_code == 200


async def test_two_imports_at_once_do_not_meet(territory: Territory, upload: Upload, squares: Callable[..., bytes]) -> None:
    def rename(features: list[dict[str, Any]]) -> None:
        features[0]["properties"]["name"] = "改名"

    grid = territory.grids[WEST_NORTH]
    one, other = await asyncio.gather(
        upload(territory["county"], squares(), "a.geojson", grid_id=grid),
        upload(territory["county"], squares(rename), "b.geojson", grid_id=grid),
    )
    assert one["id"] != other["id"] and one["sha256"] != other["sha256"]
    assert {one["state"], other["state"]} == {"ready"}
