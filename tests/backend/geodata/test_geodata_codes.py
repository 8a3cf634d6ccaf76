"""Codes, paths and names of the grids agree with the published list of divisions."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

PATH = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


def divisions(geodata: Path) -> dict[str, dict[str, str]]:
    with (geodata / "sources" / "weifang_divisions.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row for row in csv.DictReader(lines)}


def test_codes_are_unique(grids: list[dict[str, Any]], props: dict[str, Any]) -> None:
    assert len(props) == len(grids) == 7198
    assert len({p["path"] for p in props.values()}) == len(grids)


def test_paths_follow_the_parents(props: dict[str, Any]) -> None:
    for code, p in props.items():
        assert PATH.fullmatch(p["path"])
        assert p["path"].split(".")[-1] == code
        assert p["path"].count(".") == p["level"] - 1
        if p["level"] == 1:
            assert p["parent_code"] is None
        else:
            parent = props[p["parent_code"]]
            assert parent["level"] == p["level"] - 1
            assert p["path"] == f"{parent['path']}.{code}"


def test_each_village_and_each_street_has_its_grid_and_its_name(props: dict[str, Any], geodata: Path) -> None:
    listed = divisions(geodata)
    for level, name in ((4, "village"), (3, "street")):
        mine = {p["division_code"]: p["name"] for p in props.values() if p["level"] == level}
        # Three streets of 高密 carry the county's name in the list and not on the outlines.
        given = {code: row["name"].removeprefix("高密市") for code, row in listed.items() if row["level"] == name}
        assert mine == given


def test_code_shapes_by_level(props: dict[str, Any]) -> None:
    for code, p in props.items():
        if p["level"] == 4:
            assert code == f"{p['division_code']}001"
            assert code.startswith(p["parent_code"])
        elif p["level"] == 3:
            assert f"{code}000" == p["division_code"]


def test_zones_are_grids_beside_the_counties(props: dict[str, Any]) -> None:
    zones = {c: p for c, p in props.items() if p["kind"] == "zone"}
    assert set(zones) == {"370772", "370700G1", "370700X1"}
    assert {c for c, p in zones.items() if not p["has_county_code"]} == {"370700G1", "370700X1"}
    assert all(p["synthetic"] for p in zones.values())
    members = {p["parent_code"]: set() for p in zones.values()} | {c: set() for c in zones}
    for code, p in props.items():
        if p["level"] == 3 and p["parent_code"] in zones:
            members[p["parent_code"]].add(code)
            assert p["geo_county_code"] == zones[p["parent_code"]]["geo_county_code"]
    assert members["370772"] == {"370772004", "370772005"}
    assert members["370700G1"] == {"370705009", "370705010"}
    assert members["370700X1"] == {"370704008", "370704009"}


def test_only_the_damaged_names_are_flagged(props: dict[str, Any]) -> None:
    flagged = {p["division_code"] for p in props.values() if p["name_damaged"]}
    assert flagged == {"370703001005", "370724002342", "370784001378"}


def test_invented_borders_say_so(props: dict[str, Any]) -> None:
    real = Counter(p["level"] for p in props.values() if not p["synthetic"])
    assert real == {1: 1, 2: 9}
