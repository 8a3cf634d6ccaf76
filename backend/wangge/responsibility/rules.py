"""Who is responsible, from the facts alone.

Source:
    The notice 二(一)(二): the city runs the central districts and, wherever they stand, non-local and key employers; districts
    and streets act by entrustment; other counties hold the power themselves; villages and communities only cooperate.
    劳动保障监察条例 §4 (entrusting), §13 (competence by place); 行政处罚法 §20 (written, in the principal's name, never further).
"""

from datetime import timedelta

from wangge.responsibility import sentences as say
from wangge.responsibility.facts import EntrustmentFact, Facts, UnitFact
from wangge.responsibility.schemas import Acting, Assisting, Competent, Ref, Responsibility, Step
from wangge.units.schemas import UnitRef

STREET, COMMUNITY = 3, 4


def competent_unit(facts: Facts) -> UnitFact | None:
    """The nearest unit upwards that holds the matter by its own power; for a designated employer the city's."""
    holders = [u for u in facts.units if u.own_source is not None and (not facts.designations or u.level == 1)]
    return min(holders, key=lambda u: (-u.level, u.code), default=None)


def entrustments_that_count(facts: Facts, competent: UnitFact, among: tuple[EntrustmentFact, ...]) -> list[EntrustmentFact]:
    """Those that the competent unit gave. An area never takes designated employers along: those are entrusted by name."""
    counting = [t for t in among if t.principal_id == competent.id and (t.reach == "employers" or not facts.designations)]
    return sorted(counting, key=lambda t: (t.agent_name, t.valid_from, t.id))


def _ref(unit: UnitFact) -> UnitRef:
    return UnitRef(unit.id, unit.name, unit.kind)  # type: ignore[arg-type]


def _powers_of(facts: Facts, competent: UnitFact) -> list[str]:
    return [p.code for p in facts.powers if competent.kind in p.own]


def _acting(facts: Facts, competent: UnitFact, entrusted: list[EntrustmentFact]) -> list[Acting]:
    own = _powers_of(facts, competent)
    acting = [
        Acting(UnitRef(t.agent_id, t.agent_name, t.agent_kind), t.id, t.document_name, [p for p in own if p in t.powers], t.last_day)  # type: ignore[arg-type]
        for t in entrusted
    ]
    given = {power for one in acting for power in one.powers}
    if kept := [p for p in own if p not in given]:
        acting.append(Acting(_ref(competent), None, None, kept, None))
    return acting


def _assisting(facts: Facts, acting: list[Acting]) -> list[Assisting]:
    busy = {one.unit.id for one in acting}
    units = [
        Assisting(_ref(u), None, u.level, "assist", [p.code for p in facts.powers if u.kind in p.assist])
        for u in sorted(facts.units, key=lambda u: (-u.level, u.code))
        if u.level >= STREET and u.id not in busy
    ]
    people = [
        Assisting(None, Ref("person", owner.id, owner.name), grid.level, owner.kind, [])
        for grid in sorted(facts.grids, key=lambda g: -g.level)
        for owner in grid.owners
    ]
    return units + people


def _lapsed_steps(facts: Facts, competent: UnitFact, entrusted: list[EntrustmentFact]) -> list[Step]:
    still = {t.agent_id for t in entrusted}
    ended = [t for t in entrustments_that_count(facts, competent, facts.lapsed) if t.agent_id not in still]
    return [say.lapsed(t, competent, t.last_day + timedelta(days=1)) for t in ended]


def who_is_responsible(facts: Facts) -> Responsibility:
    """The answer with its chain of reasons; a place where nobody can be found is answered too."""
    chain: list[Step] = say.place(facts)
    competent = competent_unit(facts) if facts.place == "found" else None
    answer = Responsibility(facts.matter, facts.on, facts.place, list(facts.grids), None, [], [], chain)
    if facts.place != "found":
        return answer
    chain.extend(say.designation(d, facts) for d in facts.designations)
    if competent is None:
        chain.append(say.nobody_competent(facts))
        answer.assisting = _assisting(facts, [])
        return answer
    basis = "designation" if facts.designations else "own_power"
    answer.competent = Competent(_ref(competent), basis, competent.own_source or "")  # type: ignore[arg-type]
    chain.append(say.competence(facts, competent))
    entrusted = entrustments_that_count(facts, competent, facts.entrustments)
    answer.acting = _acting(facts, competent, entrusted)
    chain.extend(say.entrusted(t, facts) for t in entrusted)
    chain.extend(_lapsed_steps(facts, competent, entrusted))
    kept = next((one.powers for one in answer.acting if one.by is None), [])
    if not entrusted:
        chain.append(say.acts_itself(facts, competent))
    elif kept:
        chain.append(say.retained(facts, competent, kept))
    if facts.matter.code == "complaints":
        chain.extend(say.intake(facts, u, competent) for u in facts.units if u.counter_since is not None)
    answer.assisting = _assisting(facts, answer.acting)
    if helpers := [one.unit for one in answer.assisting if one.unit]:
        chain.append(say.assist(facts, helpers))
    return answer
