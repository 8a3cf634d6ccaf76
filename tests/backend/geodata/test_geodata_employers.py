"""The invented employers: codes that check out and belong to nobody, and a few that no grid can hold."""

import re
from collections import Counter
from typing import Any

import pytest
from shapely import STRtree
from shapely.geometry import Point
from stdnum.cn import uscc as stdnum_uscc


def test_there_are_three_thousand_with_unique_ids_and_codes(employers: list[dict[str, str]]) -> None:
    assert len(employers) == 3000
    assert len({e["id"] for e in employers}) == 3000
    assert len({e["uscc"] for e in employers}) == 3000


def test_credit_codes_pass_both_checks(employers: list[dict[str, str]]) -> None:
    from weifang import uscc

    for e in employers:
        assert re.fullmatch(r"9137\d{4}TTTT\d{4}[0-9X][0-9A-HJ-NP-RTUWXY]", e["uscc"])
        assert stdnum_uscc.is_valid(e["uscc"])
        assert uscc.organisation_check(e["uscc"][8:16]) == e["uscc"][16]


@pytest.mark.parametrize("code", ["914403001922038216", "9144030071526726XG", "91330100799655058B"])
def test_our_check_characters_agree_with_published_codes(code: str) -> None:
    from weifang import uscc

    assert uscc.check_character(code[:17]) == code[17]
    assert uscc.organisation_check(code[8:16]) == code[16]


def test_each_employer_lies_in_one_community_unless_flagged(
    employers: list[dict[str, str]], geoms: dict[str, Any], props: dict[str, Any]
) -> None:
    codes = [c for c, p in props.items() if p["level"] == 4]
    tree = STRtree([geoms[c] for c in codes])
    for e in employers:
        if e["oddity"] == "no_position":
            assert e["lon"] == e["lat"] == ""
            continue
        holding = tree.query(Point(float(e["lon"]), float(e["lat"])), predicate="intersects")
        assert len(holding) == (0 if e["oddity"] == "outside_city" else 1), e["id"]


def test_oddities_are_a_handful(employers: list[dict[str, str]]) -> None:
    assert Counter(e["oddity"] for e in employers) == {"": 2974, "outside_city": 14, "no_position": 12}


def test_contacts_are_nobody(employers: list[dict[str, str]]) -> None:
    assert all(re.fullmatch(r"0536-0\d{6}", e["contact_phone"]) for e in employers)
    assert all(re.fullmatch(r"\w(经理|主任|女士|先生|会计)", e["contact_name"]) for e in employers)
    assert all(e["address"].startswith("山东省潍坊市") and e["address"].endswith("号") for e in employers)
