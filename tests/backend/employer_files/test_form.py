"""The survey form: values and checks, by the vectors that the phone is held to as well; and what settles edits that meet."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from wangge.employer_files.checks import problems_of
from wangge.employer_files.form import Unfit, clean_value, columns, fields, form, industries
from wangge.employer_files.settling import Said, settle
from wangge.employers.credit_code import credit_code_is_valid, inner_code_is_valid

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures" / "survey" / "vectors.json").read_text())
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda v: f"{v['field']}={v['said']}"[:60])
def test_a_value_is_taken_or_refused(vector: dict[str, Any]) -> None:
    field = fields()[vector["field"]]
    if "code" in vector:
        with pytest.raises(Unfit) as refused:
            clean_value(field, vector["said"])
        assert refused.value.code == vector["code"]
    else:
        value = clean_value(field, vector["said"])
        assert value == vector["value"] and type(value) is type(vector["value"])


@pytest.mark.parametrize("vector", VECTORS["checks"], ids=lambda v: v["name"])
def test_the_checks_find_what_does_not_hold(vector: dict[str, Any]) -> None:
    found = problems_of(vector["answers"], VECTORS["policies"], date.fromisoformat(vector["today"]))
    assert [p.code for p in found] == vector["codes"]


def test_every_check_is_shown_to_fail_by_some_vector_or_is_one_of_a_family() -> None:
    shown = {code for v in VECTORS["checks"] for code in v["codes"]}
    families = {c["code"] for c in form()["checks"] if c["code"].endswith(("_staff", "_owed"))}
    assert {c["code"] for c in form()["checks"]} - shown - families <= {"minors_staff", "contract_month", "average_total", "hours_week",
                                                                        "overtime_month"}  # fmt: skip


def test_the_form_names_only_fields_that_it_has() -> None:
    for check in form()["checks"]:
        assert set(check["fields"]) <= set(fields()) and check["zh"] and check["en"]
    assert len(fields()) == sum(len(s["fields"]) for s in form()["sections"])
    assert columns() == {"name", "uscc", "no_uscc_reason", "address", "contact_name", "contact_phone", "industry_code", "employees", "note"}


def test_the_industries_are_twenty_sections_and_ninety_seven_divisions() -> None:
    codes = industries()
    assert sum(code.isalpha() for code in codes) == 20
    assert {code for code in codes if code.isdigit()} == {f"{n:02d}" for n in range(1, 98)}


@given(st.text("0123456789", min_size=6, max_size=6), st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 17), st.data())
def test_a_check_digit_notices_every_single_slip(division: str, body: str, at: int, data: st.DataObject) -> None:
    code = f"91{division}{body}"
    code += str(uscc.calc_check_digit(code))
    assert credit_code_is_valid(code)
    allowed = "0123456789" if 2 <= at < 8 else ALPHABET
    other = data.draw(st.sampled_from([c for c in allowed if c != code[at]]))
    assert not credit_code_is_valid(code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize(
    "code", ["914403001922038216", "9144030071526726XG", "91330100799655058B", "913700007456765902", "91370700729253432M"]
)
def test_real_codes_hold_in_their_inner_code_too(code: str) -> None:
    assert credit_code_is_valid(code) and inner_code_is_valid(code)


NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


def word(n: int, value: Any, base: int, arrived: int, store: str | None = None, seq: int = 0, minutes: int = 0) -> Said:
    key = uuid5(UUID(int=0), str(n))
    return Said(key, value, base, arrived, None, uuid5(UUID(int=1), store) if store else None, seq, NOON + timedelta(minutes=minutes))


def test_a_word_from_a_desk_ends_what_had_arrived_and_meets_what_had_not_seen_it() -> None:
    desk = word(9, "desk", 3, 4, minutes=30)
    assert settle([word(1, "a", 1, 2, "A"), word(2, "b", 1, 3, "B")], desk) == (settle([], desk))
    blind = settle([word(3, "c", 1, 5, "C", minutes=10)], desk)
    assert blind is not None and blind.value == "desk" and {c.value for c in blind.candidates} == {"desk", "c"}
    seeing = settle([word(3, "c", 4, 5, "C")], desk)
    assert seeing is not None and seeing.value == "c" and not seeing.candidates


def test_two_who_say_the_same_do_not_dispute() -> None:
    found = settle([word(1, 5, 1, 2, "A"), word(2, 5, 1, 3, "B")], None)
    assert found is not None and found.value == 5 and found.candidates == ()


@given(
    st.permutations(range(4)), st.lists(st.integers(0, 2), min_size=4, max_size=4), st.lists(st.sampled_from("ABC"), min_size=4, max_size=4)
)
def test_what_is_settled_does_not_depend_on_the_order_of_arrival(order: list[int], values: list[int], stores: list[str]) -> None:
    def come(indexes: list[int]) -> Any:
        arrived = [word(i, values[i], 1, 2 + n, stores[i], i, minutes=values[i]) for n, i in enumerate(indexes)]
        found = settle(arrived, None)
        assert found is not None
        return found.value, sorted((c.value, str(c.op_id)) for c in found.candidates)

    assert come(list(range(4))) == come(order)
