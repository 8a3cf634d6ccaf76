"""The steps in words that a clerk understands, in Chinese and in English, each with its source."""

from datetime import date

from wangge.responsibility.facts import DesignationFact, EntrustmentFact, Facts, UnitFact
from wangge.responsibility.schemas import Ref, Step
from wangge.units.schemas import UnitRef

NOTICE_TERRITORY = "网格化监管通知 二(一)"
NOTICE_UNITS = "网格化监管通知 二(二)"
NOTICE_PEOPLE = "网格化监管通知 二(三)"
BY_PLACE = "劳动保障监察条例 §13"
ENTRUSTING = "行政处罚法 §20；劳动保障监察条例 §4"
NO_INSPECTION = "网格化监管通知 二(一)；国办发〔2024〕54号"
DESIGNATION_ZH = {"non_local": "外地驻潍单位", "key": "重点单位"}
DESIGNATION_EN = {"non_local": "a non-local employer", "key": "a key employer"}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _unit(unit: UnitFact) -> Ref:
    return Ref("unit", unit.id, unit.name)


def _document(entrustment: EntrustmentFact) -> str:
    number = f"（{entrustment.document_number}）" if entrustment.document_number else ""
    return f"《{entrustment.document_name}》{number}"


def _powers(facts: Facts, codes: list[str]) -> tuple[str, str]:
    known = [p for p in facts.powers if p.code in codes]
    return "、".join(p.zh for p in known), ", ".join(p.en for p in known)


def place(facts: Facts) -> list[Step]:
    """Where it is, or why that cannot be said; and whether anybody answers for the community grid."""
    if facts.place == "outside_city":
        zh = "该位置不在全市任何网格内，不归本市管辖。请核对坐标；确在本市的，请联系市级补划网格。"
        en = "This place lies in no grid of the city and is not the city's. Check the position; if it is, ask the city to draw the grid."
        return [Step("place", zh, en, NOTICE_TERRITORY, [])]
    if facts.place == "outside_scope":
        zh, en = (
            "该位置在本市，但不在您的网格范围内，请由该地的机构或市级查询。",
            "This place is in the city, but outside your grids; ask its own unit or the city.",
        )
        return [Step("place", zh, en, NOTICE_TERRITORY, [])]
    names = " › ".join(g.name for g in facts.grids)
    deepest = facts.grids[-1]
    who_zh, who_en = (f"“{facts.employer.name}”", f"“{facts.employer.name}”") if facts.employer else ("该位置", "This place")
    refs = [Ref("grid", g.id, g.name) for g in facts.grids]
    if facts.employer:
        refs.insert(0, Ref("employer", facts.employer.id, facts.employer.name))
    zh, en = f"{who_zh}在{names}。", f"{who_en} lies in {names}."
    if facts.employer and not facts.employer.placed:
        zh += "档案没有坐标，按登记的网格确定。"
        en += " The file has no position; the grid is the one it was registered in."
    if deepest.level < 4:
        zh += f"只能确定到“{deepest.name}”，没有落在社区网格内，责任可能不完整。"
        en += f" It can only be told down to {deepest.name}, not to a community grid, so the answer may be incomplete."
    steps = [Step("place", zh, en, NOTICE_TERRITORY, refs)]
    if deepest.level == 4 and not deepest.owners:
        zh, en = (
            f"社区网格“{deepest.name}”当天没有责任人，应先定人。",
            f"Nobody answered for the community grid {deepest.name} that day; appoint somebody first.",
        )
        steps.append(Step("no_owner", zh, en, NOTICE_PEOPLE, [Ref("grid", deepest.id, deepest.name)]))
    return steps


def designation(fact: DesignationFact, facts: Facts) -> Step:
    """That the employer is non-local or key."""
    since, kind = _day(fact.valid_from), fact.kind
    zh = f"该单位自{since}起为{DESIGNATION_ZH[kind]}（{fact.reason}；依据：{fact.source}），按通知由市级指挥中心直接管辖，不随所在地走。"
    en = (
        f"It has been {DESIGNATION_EN[kind]} since {fact.valid_from} ({fact.reason}; source: {fact.source}); by the notice the city's "
        "command centre is in charge, wherever it stands."
    )
    refs = [Ref("employer", facts.employer.id, facts.employer.name)] if facts.employer else []
    return Step("designation", zh, en, NOTICE_UNITS, refs)


def competence(facts: Facts, unit: UnitFact) -> Step:
    """Whose power it is by law."""
    zh_m, en_m = facts.matter.zh, facts.matter.en.lower()
    source = "；".join(dict.fromkeys([BY_PLACE, NOTICE_TERRITORY, *(unit.own_source or "").split("；")]))
    below = next((u for u in facts.units if u.level == 2 and u.own_source is None), None)
    if facts.designations:
        zh = f"“{zh_m}”由{unit.name}依法定职权管辖。"
        en = f"{unit.name} is competent for {en_m} by its own power."
    elif unit.level == 1 and below is not None:
        zh = f"{below.name}属于中心市区，当天对“{zh_m}”没有自己的法定职权，只能受委托实施；由{unit.name}依法定职权管辖。"
        en = (
            f"{below.name} belongs to the central city and had no power of its own over {en_m} that day: it can only act by entrustment. "
            f"{unit.name} is competent by its own power."
        )
        return Step("competence", zh, en, source, [_unit(unit), _unit(below)])
    else:
        zh = f"“{zh_m}”由{unit.name}在本辖区依法定职权管辖。"
        en = f"{unit.name} is competent for {en_m} in its territory by its own power."
    return Step("competence", zh, en, source, [_unit(unit)])


def nobody_competent(facts: Facts) -> Step:
    """That no unit holds the matter by its own power there: a gap to be closed."""
    why = "，应由市级管辖但市级没有登记这项职权" if facts.designations else ""
    zh = f"没有登记哪个机构当天对“{facts.matter.zh}”有法定职权{why}。请市级在“机构”中补登职权。"
    en = f"No unit is recorded as competent for {facts.matter.en.lower()} that day. The city should enter the power under Units."
    return Step("nobody_competent", zh, en, BY_PLACE, [])


def entrusted(fact: EntrustmentFact, facts: Facts) -> Step:
    """That an agent acts, by which document, in what and until when."""
    zh_p, en_p = _powers(facts, list(fact.powers))
    ground_zh = f"在{fact.area_name}范围内" if fact.reach == "area" and fact.area_name else "对名单中的该单位"
    ground_en = f"in {fact.area_name}" if fact.reach == "area" and fact.area_name else "for this employer by name"
    zh = (
        f"按{_document(fact)}，{fact.principal_name}委托{fact.agent_name}{ground_zh}实施：{zh_p}，期限{_day(fact.valid_from)}至"
        f"{_day(fact.last_day)}。以委托机构的名义实施，后果由委托机构承担，不得再委托。"
    )
    en = (
        f"By {_document(fact)} {fact.principal_name} entrusts {fact.agent_name} {ground_en} to {en_p}, from {fact.valid_from} to "
        f"{fact.last_day}: in the principal's name, at its responsibility, never further."
    )
    refs = [Ref("entrustment", fact.id, fact.document_name), Ref("unit", fact.agent_id, fact.agent_name)]
    return Step("entrusted", zh, en, ENTRUSTING, refs)


def lapsed(fact: EntrustmentFact, competent: UnitFact, since: date) -> Step:
    """That an entrustment is over and the principal acts itself again."""
    zh = f"{_document(fact)}对{fact.agent_name}的委托已于{_day(fact.last_day)}结束，自{_day(since)}起由{competent.name}自己实施。"
    en = f"The entrustment of {fact.agent_name} by {_document(fact)} ended on {fact.last_day}; {competent.name} acts itself since {since}."
    return Step("lapsed", zh, en, ENTRUSTING, [Ref("entrustment", fact.id, fact.document_name)])


def acts_itself(facts: Facts, unit: UnitFact) -> Step:
    """That nobody is entrusted."""
    by_name = "点名" if facts.designations else ""
    zh = f"当天没有{by_name}委托其他机构的有效委托，由{unit.name}自己实施。"
    en = f"No entrustment held that day{' that names this employer' if facts.designations else ''}: {unit.name} acts itself."
    return Step("acts_itself", zh, en, ENTRUSTING, [_unit(unit)])


def retained(facts: Facts, unit: UnitFact, codes: list[str]) -> Step:
    """What the principal has kept for itself."""
    zh_p, en_p = _powers(facts, codes)
    zh = f"没有委托出去的权限（{zh_p}）由{unit.name}自己行使，并监督受托机构。"
    en = f"What is not entrusted ({en_p}) {unit.name} exercises itself, and it supervises its agents."
    return Step("retained", zh, en, ENTRUSTING, [_unit(unit)])


def intake(facts: Facts, unit: UnitFact, competent: UnitFact) -> Step:
    """That a counter takes tips and complaints in, and to whom they go."""
    since = unit.counter_since or facts.on
    zh = f"{unit.name}自{_day(since)}起设有举报投诉窗口，可以当场接收，接收后转{competent.name}受理。"
    en = f"{unit.name} has kept a counter for complaints since {since}; it takes them in and passes them to {competent.name}."
    return Step("intake", zh, en, NOTICE_UNITS, [_unit(unit)])


def assist(facts: Facts, helpers: list[UnitRef]) -> Step:
    """Who only helps, and what a community may never do."""
    names = [u.name for u in helpers]
    zh, en = f"{'、'.join(names)}配合。", f"{', '.join(names)} assist."
    if any(u.kind == "community" for u in helpers):
        zh += "社区（村）只配合采集、宣传和日常巡查，不得实施行政检查和处罚。"
        en += " Communities only help to collect, publicise and patrol; they may not inspect or penalise."
    return Step("assist", zh, en, NO_INSPECTION, [Ref("unit", u.id, u.name) for u in helpers])
