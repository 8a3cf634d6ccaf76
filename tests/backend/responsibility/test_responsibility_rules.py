"""The rules alone: whatever the facts, an answer that the notice and the law allow."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge.responsibility.facts import (
    DesignationFact,
    EmployerFact,
    EntrustmentFact,
    Facts,
    GridFact,
    MatterFact,
    OwnerFact,
    PowerFact,
    UnitFact,
)
from wangge.responsibility.rules import competent_unit, who_is_responsible
from wangge.responsibility.schemas import Responsibility

DAY = date(2026, 11, 27)
STREET = ("collect", "publicise", "patrol")
ALL = (*STREET, "inspect", "penalise")
POWERS = tuple(
    PowerFact(code, f"{code}（中）", code, ("command_centre", "county"), ("street", "community") if code in STREET else ())
    for code in ALL
)  # fmt: skip
KINDS = {1: "command_centre", 2: "county", 3: "street", 4: "community"}


def number(n: int) -> UUID:
    return UUID(int=n)


def unit(level: int, own: bool = False, kind: str | None = None) -> UnitFact:
    return UnitFact(number(level), f"u{level}", f"机构{level}", kind or KINDS[level], level, "三定规定" if own else None)


def entrustment(n: int, principal: int, agent: int, powers: tuple[str, ...] = STREET, reach: str = "area") -> EntrustmentFact:
    return EntrustmentFact(
        number(100 + n), number(principal), f"机构{principal}", number(agent), f"机构{agent}", KINDS[agent], reach,  # type: ignore[arg-type]
        "网格" if reach == "area" else None, powers, DAY - timedelta(days=30), DAY + timedelta(days=30), f"委托书{n}", "",
    )  # fmt: skip


def designation(kind: str = "non_local") -> DesignationFact:
    return DesignationFact(number(50), kind, date(2026, 3, 1), "总部在外地", "2026 年名单")  # type: ignore[arg-type]


GRIDS = tuple(GridFact(number(200 + n), f"网格{n}", n, ()) for n in range(1, 5))
BASE = Facts(
    MatterFact("wage_payment", "工资支付", "Wage payment"), DAY, "found", EmployerFact(number(9), "某公司", True), GRIDS, powers=POWERS
)


def facts(county_own: bool, *entrustments: EntrustmentFact, county_kind: str = "county", designated: str | None = None) -> Facts:
    return msgspec.structs.replace(
        BASE,
        units=(unit(1, own=True), unit(2, own=county_own, kind=county_kind), unit(3), unit(4)),
        entrustments=entrustments,
        designations=(designation(designated),) if designated else (),
    )


@dataclass(frozen=True)
class Example:
    """A case of the notice: who must be competent, who must act with which powers, which steps must be said."""

    name: str
    facts: Facts
    competent: int
    acting: dict[int, tuple[str, ...]]
    steps: list[str]


DISTRICT = entrustment(1, 1, 2, ("inspect", "penalise"))
CITY_TO_STREET = entrustment(2, 1, 3)
COUNTY_TO_STREET = entrustment(3, 2, 3)
BY_NAME = entrustment(4, 1, 2, ("inspect",), reach="employers")
EXAMPLES = [
    Example("a county in its own power, nothing entrusted", facts(True), 2, {2: ALL}, ["competence", "acts_itself", "assist"]),
    Example(
        "a county and its street", facts(True, COUNTY_TO_STREET), 2, {3: STREET, 2: ("inspect", "penalise")},
        ["competence", "entrusted", "retained", "assist"],
    ),
    Example("a central district without an entrustment", facts(False), 1, {1: ALL}, ["competence", "acts_itself", "assist"]),
    Example(
        "a central district by entrustment", facts(False, DISTRICT), 1, {2: ("inspect", "penalise"), 1: STREET},
        ["competence", "entrusted", "retained", "assist"],
    ),
    Example(
        "a central district and its street, both entrusted by the city", facts(False, DISTRICT, CITY_TO_STREET), 1,
        {2: ("inspect", "penalise"), 3: STREET}, ["competence", "entrusted", "entrusted", "assist"],
    ),
    Example("a zone by entrustment", facts(False, DISTRICT, county_kind="zone"), 1, {2: ("inspect", "penalise"), 1: STREET},
            ["competence", "entrusted", "retained", "assist"]),
    Example(
        "a non-local employer in a county of its own power", facts(True, COUNTY_TO_STREET, designated="non_local"), 1, {1: ALL},
        ["designation", "competence", "acts_itself", "assist"],
    ),
    Example("a key employer in a central district whose area is entrusted", facts(False, DISTRICT, designated="key"), 1, {1: ALL},
            ["designation", "competence", "acts_itself", "assist"]),
    Example(
        "a key employer entrusted by name", facts(False, BY_NAME, designated="key"), 1,
        {2: ("inspect",), 1: (*STREET, "penalise")}, ["designation", "competence", "entrusted", "retained", "assist"],
    ),
    Example("a sub-delegation that must not count", facts(False, DISTRICT, COUNTY_TO_STREET), 1, {2: ("inspect", "penalise"), 1: STREET},
            ["competence", "entrusted", "retained", "assist"]),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
@pytest.mark.parametrize("matter", ["wage_payment", "complaints", "survey", "penalty"])
def test_the_cases_of_the_notice(example: Example, matter: str) -> None:
    answer = who_is_responsible(msgspec.structs.replace(example.facts, matter=MatterFact(matter, "事项", "Matter")))

    assert answer.competent is not None
    assert answer.competent.unit.id == number(example.competent)
    assert {one.unit.id: tuple(one.powers) for one in answer.acting} == {number(k): v for k, v in example.acting.items()}
    assert [s.step for s in answer.chain if s.step not in ("place", "no_owner")] == example.steps


def test_the_words_for_a_non_local_employer_say_whose_it_is_and_why() -> None:
    answer = who_is_responsible(facts(True, designated="non_local"))
    step = next(s for s in answer.chain if s.step == "designation")

    assert "外地驻潍单位" in step.zh
    assert "市级指挥中心直接管辖" in step.zh
    assert "2026年3月1日" in step.zh
    assert step.source == "网格化监管通知 二(二)"


def test_after_an_entrustment_has_lapsed_the_city_acts_itself_since_the_next_day() -> None:
    over = msgspec.structs.replace(DISTRICT, last_day=date(2026, 10, 31))
    answer = who_is_responsible(msgspec.structs.replace(facts(False), lapsed=(over,)))

    step = next(s for s in answer.chain if s.step == "lapsed")
    assert "2026年10月31日结束，自2026年11月1日起由机构1自己实施" in step.zh
    assert [(a.unit.id, tuple(a.powers)) for a in answer.acting] == [(number(1), ALL)]


def test_one_that_has_lapsed_and_been_followed_is_not_told() -> None:
    over = msgspec.structs.replace(DISTRICT, id=number(77), last_day=date(2026, 10, 31))
    answer = who_is_responsible(msgspec.structs.replace(facts(False, DISTRICT), lapsed=(over,)))

    assert "lapsed" not in [s.step for s in answer.chain]


def test_where_nobody_is_competent_that_is_said_as_a_gap() -> None:
    answer = who_is_responsible(msgspec.structs.replace(BASE, units=(unit(1), unit(2), unit(3), unit(4))))

    assert answer.competent is None
    assert answer.acting == []
    assert answer.chain[-1].step == "nobody_competent"
    assert {a.unit.id for a in answer.assisting if a.unit} == {number(3), number(4)}


@pytest.mark.parametrize("place", ["outside_city", "outside_scope"])
def test_a_place_out_of_reach_is_answered(place: str) -> None:
    answer = who_is_responsible(Facts(BASE.matter, DAY, place))  # type: ignore[arg-type]

    assert answer.place == place
    assert (answer.competent, answer.acting, [s.step for s in answer.chain]) == (None, [], ["place"])


def test_a_counter_is_named_for_complaints_only() -> None:
    with_counter = msgspec.structs.replace(
        facts(True), units=(unit(1, own=True), unit(2, own=True), msgspec.structs.replace(unit(3), counter_since=date(2026, 5, 1)), unit(4))
    )
    complaint = msgspec.structs.replace(with_counter, matter=MatterFact("complaints", "举报投诉", "Complaints"))

    assert "intake" not in [s.step for s in who_is_responsible(with_counter).chain]
    assert next(s for s in who_is_responsible(complaint).chain if s.step == "intake").zh.startswith("机构3自2026年5月1日起设有举报投诉窗口")


def test_the_people_of_the_grids_assist_and_an_ownerless_community_is_told() -> None:
    owner = OwnerFact(number(300), "李红梅", "legal_supervisor", "采集")
    grids = (*GRIDS[:3], msgspec.structs.replace(GRIDS[3], owners=(owner,)))

    assert "no_owner" in [s.step for s in who_is_responsible(facts(True)).chain]
    answer = who_is_responsible(msgspec.structs.replace(facts(True), grids=grids))
    assert "no_owner" not in [s.step for s in answer.chain]
    assert [(a.person.name, a.role, a.grid_level) for a in answer.assisting if a.person] == [("李红梅", "legal_supervisor", 4)]


# ---- whatever the facts

entrustments = st.builds(
    entrustment,
    n=st.integers(1, 40),
    principal=st.integers(1, 3),
    agent=st.integers(2, 3),
    powers=st.lists(st.sampled_from(ALL), min_size=1, max_size=5, unique=True).map(tuple),
    reach=st.sampled_from(["area", "employers"]),
)
any_facts = st.builds(
    lambda owns, found, lapsed, designated, depth: msgspec.structs.replace(
        BASE,
        grids=GRIDS[:depth],
        units=tuple(unit(level, own=level in owns) for level in range(1, depth + 1)),
        entrustments=tuple({t.id: t for t in found}.values()),
        lapsed=tuple(msgspec.structs.replace(t, last_day=DAY - timedelta(days=1)) for t in lapsed),
        designations=(designation(designated),) if designated else (),
    ),
    st.sets(st.sampled_from([1, 2])),
    st.lists(entrustments, max_size=6),
    st.lists(entrustments, max_size=3),
    st.sampled_from([None, "non_local", "key"]),
    st.integers(1, 4),
)


@given(any_facts)
def test_every_power_is_somebodys_where_somebody_is_competent(given_facts: Facts) -> None:
    answer = who_is_responsible(given_facts)

    held = {power for one in answer.acting for power in one.powers}
    assert held == (set(ALL) if answer.competent else set())


@given(any_facts)
def test_only_the_competent_units_entrustments_count_and_a_community_never_acts(given_facts: Facts) -> None:
    answer = who_is_responsible(given_facts)

    by_id = {t.id: t for t in given_facts.entrustments}
    for one in answer.acting:
        assert one.unit.kind != "community"
        if one.by is None:
            assert answer.competent is not None and one.unit.id == answer.competent.unit.id
        else:
            assert answer.competent is not None and by_id[one.by].principal_id == answer.competent.unit.id
            assert set(one.powers) <= set(by_id[one.by].powers)
    for helper in answer.assisting:
        assert not {"inspect", "penalise"} & set(helper.powers)


@given(any_facts)
def test_a_designated_employer_is_the_citys_or_nobodys(given_facts: Facts) -> None:
    competent = competent_unit(given_facts)

    if given_facts.designations and competent:
        assert competent.level == 1
        assert all(t.by is None or t.by in {e.id for e in given_facts.entrustments if e.reach == "employers"}
                   for t in who_is_responsible(given_facts).acting)  # fmt: skip


@given(any_facts, st.randoms())
def test_the_answer_does_not_depend_on_the_order_of_the_facts(given_facts: Facts, random: object) -> None:
    def shuffled(things: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(things, len(things)))  # type: ignore[attr-defined]

    mixed = msgspec.structs.replace(
        given_facts, units=shuffled(given_facts.units), entrustments=shuffled(given_facts.entrustments), lapsed=shuffled(given_facts.lapsed)
    )
    assert _essence(who_is_responsible(mixed)) == _essence(who_is_responsible(given_facts))


def _essence(answer: Responsibility) -> object:
    return (answer.competent, answer.acting, sorted(s.zh for s in answer.chain))


@given(any_facts)
def test_every_step_speaks_both_languages_and_names_its_source(given_facts: Facts) -> None:
    answer = who_is_responsible(given_facts)

    assert answer.chain[0].step == "place"
    for step in answer.chain:
        assert step.zh and step.en and step.source
        assert "None" not in step.zh + step.en
