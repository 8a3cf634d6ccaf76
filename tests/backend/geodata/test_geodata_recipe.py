"""The recipe makes what is stored, and stays close to its sources."""

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape


@pytest.fixture(scope="module")
def fresh() -> tuple[dict[str, bytes], Any]:
    import recipe

    return recipe.build()


def test_stored_files_hold_what_a_fresh_build_makes(fresh: tuple[dict[str, bytes], Any]) -> None:
    import recipe

    assert recipe.differing(fresh[0]) == []


def test_compressed_files_carry_no_time_and_no_name(geodata: Path) -> None:
    for path in geodata.glob("*.gz"):
        head = path.read_bytes()[:10]
        assert head[3] == 0 and head[4:8] == b"\0\0\0\0", path.name


def test_outlines_stay_within_ten_centimetres_of_the_sources(fresh: tuple[dict[str, bytes], Any]) -> None:
    assert max(fresh[1].outline_deviation_m.values()) < 0.1


def test_the_city_covers_what_its_source_covers(geoms: dict[str, Any], geodata: Path) -> None:
    source = json.loads((geodata / "sources" / "weifang_city_tianditu.geojson").read_text(encoding="utf-8"))
    given = shape(source["features"][0]["geometry"])
    assert geoms["370700"].symmetric_difference(given).area < 1e-6  # square degrees: about 0.01 km²


def test_sizes_stay_small(geodata: Path) -> None:
    assert (geodata / "weifang_grids.geojson.gz").stat().st_size < 4_000_000
    assert (geodata / "weifang_basemap.geojson").stat().st_size < 60_000


def test_backdrop_names_each_place_of_the_first_three_levels(props: dict[str, Any], geodata: Path) -> None:
    places = json.loads((geodata / "weifang_places.geojson").read_text(encoding="utf-8"))["features"]
    assert {p["properties"]["code"] for p in places} == {c for c, p in props.items() if p["level"] < 4}
