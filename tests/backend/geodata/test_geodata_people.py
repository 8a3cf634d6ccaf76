"""The invented people: every role is filled, each grid has at most one owner, beats hang together."""

import re
from collections import Counter
from typing import Any

import pytest


def supervisors(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [p for p in people if p["kind"] == "legal_supervisor"]


def test_every_unit_has_its_people(people: list[dict[str, Any]], props: dict[str, Any]) -> None:
    at = Counter((p["role"], p["unit_code"]) for p in people if p["kind"] != "legal_supervisor")
    wanted = {("city", "370700"): 3}
    wanted |= {("county", c): 2 for c, p in props.items() if p["level"] == 2}
    wanted |= {("street", c): 1 for c, p in props.items() if p["level"] == 3}
    assert at == wanted


def test_refs_names_and_phones_are_unique_and_phones_fictitious(people: list[dict[str, Any]]) -> None:
    for field in ("ref", "name", "phone"):
        assert len({p[field] for p in people}) == len(people)
    assert all(re.fullmatch(r"1640000\d{4}", p["phone"]) for p in people)


def test_a_grid_has_at_most_one_owner(people: list[dict[str, Any]], props: dict[str, Any]) -> None:
    owned = Counter(code for p in people for code in p["grid_codes"])
    assert set(owned) <= set(props)
    assert max(owned.values()) == 1


def test_a_supervisor_owns_one_to_four_connected_grids_of_one_street(
    people: list[dict[str, Any]], props: dict[str, Any], geoms: dict[str, Any]
) -> None:
    for p in supervisors(people):
        beat = p["grid_codes"]
        assert 1 <= len(beat) <= 4
        assert p["unit_code"] == beat[0]
        assert len({props[c]["parent_code"] for c in beat}) == 1
        reached, rest = [beat[0]], set(beat[1:])
        for here in reached:
            near = sorted(c for c in rest if geoms[here].intersection(geoms[c]).length > 0)
            reached += near
            rest -= set(near)
        assert not rest, p["ref"]


@pytest.mark.parametrize(("unit", "share"), [("370702", 0.94), ("370705", 0.94), ("370783", 0.94), (None, 0.6)])
def test_share_of_owned_grids(unit: str | None, share: float, people: list[dict[str, Any]], props: dict[str, Any]) -> None:
    unit_of = {c: p["path"].split(".")[1] for c, p in props.items() if p["level"] == 4}
    full = {"370702", "370705", "370783"}
    here = {c for c, u in unit_of.items() if (u == unit if unit else u not in full)}
    owned = {c for p in supervisors(people) for c in p["grid_codes"]} & here
    assert len(owned) / len(here) == pytest.approx(share, abs=0.01)
    assert owned < here
