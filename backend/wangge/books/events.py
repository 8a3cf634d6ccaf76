"""What happened to an employer, in the words of its printed file: what it was, who did it, and the particulars."""

from collections.abc import Callable, Mapping
from typing import Any

from wangge.books.words import Words
from wangge.employer_files.timeline import KINDS, TimelineKind

# How each value of the file came about, and what only the desk has to look after, is not printed.
PRINTED: tuple[TimelineKind, ...] = tuple(kind for kind in KINDS if kind not in {"version", "evidence", "anomaly", "conflict"})

Facts = Mapping[str, Any]
NAMES = {
    "registered": ("登记建档", "registered"), "reviewed accepted": ("审核通过", "accepted"), "reviewed returned": ("审核退回", "returned"),
    "reviewed waiting_review": ("审核", "review"), "move": ("迁入网格", "moved to another grid"),
    "designation key set": ("列为重点单位", "named a key employer"), "designation non_local set": ("列为外地驻潍单位", "named non-local"),
    "designation key ended": ("不再是重点单位", "no longer a key employer"),
    "designation non_local ended": ("不再是外地驻潍单位", "no longer non-local"),
    "check_in": ("签到", "check-in"), "visit": ("走访", "visit"), "finding": ("发现问题", "finding"), "talk": ("宣传", "talk"),
    "incident": ("突发事件", "incident"), "survey": ("填调查登记表", "survey form"),
    "signal recorded": ("登记线索", "signal"), "signal ended": ("线索了结", "signal settled"),
    "signal withdrawn": ("线索撤销", "signal withdrawn"),
    "key_list entered": ("列入重点监管", "on the key list"), "key_list acknowledged": ("签收重点监管", "key list acknowledged"),
    "key_list left": ("移出重点监管", "off the key list"),
    "rating published": ("公布诚信等级", "rating published"), "rating objection": ("提出等级异议", "objection to the rating"),
    "rating upheld": ("等级异议成立", "objection upheld"), "rating rejected": ("等级异议不成立", "objection rejected"),
    "merge": ("并入档案", "file merged"), "merge undone": ("撤销并入", "merge undone"),
}  # fmt: skip


def _named(say: Words, facts: Facts) -> str:
    """What a catalogue's row is called, with what was noted."""
    return _noted(say, say(facts["zh"], facts["en"]), facts["note"])


def _noted(say: Words, words: str, note: str | None) -> str:
    return f"{words}{say('：', ': ')}{note}" if words and note else words or note or ""


def _check_in(say: Words, facts: Facts) -> str:
    if facts["distance_m"] is None:
        return ""
    metres = round(facts["distance_m"])
    return say(f"距单位位置 {metres} 米", f"{metres} m from the employer's position")


def _survey(say: Words, facts: Facts) -> str:
    who = facts["filler"]
    return say(f"{facts['filled_on']} 填表", f"filled in on {facts['filled_on']}") + (say(f"，填表人 {who}", f" by {who}") if who else "")


def _rating(say: Words, facts: Facts) -> str:
    grade = facts["grade"]
    words = say(f"{facts['year']} 年", str(facts["year"])) + (say(f" {grade} 级", f", grade {grade}") if grade else "")
    return _noted(say, words, facts["note"])


PARTICULARS: dict[str, Callable[[Words, Facts], str]] = {
    "reviewed": lambda say, f: f["reason"] or "",
    "designation": lambda say, f: f["reason"] or "",
    "move": lambda say, f: f"{f['from'] or '—'} → {f['to'] or '—'}",
    "check_in": _check_in,
    "visit": lambda say, f: f["note"],
    "finding": lambda say, f: say.findings([f]),
    "talk": lambda say, f: f["note"],
    "incident": lambda say, f: f["note"],
    "survey": _survey,
    "signal": _named,
    "key_list": _named,
    "rating": _rating,
    "merge": lambda say, f: _noted(say, f["name"] or "", f["reason"]),
}


def _name_of(kind: str, facts: Facts) -> str:
    if kind == "reviewed":
        return f"{kind} {facts['state']}"
    if kind == "designation":
        return f"{kind} {facts['kind']} {facts['act']}"
    if kind == "merge":
        return "merge undone" if facts["undone"] else kind
    return f"{kind} {facts['act']}" if "act" in facts else kind


def event_words(say: Words, event: Mapping[str, Any]) -> tuple[str, str, str]:
    """What, who, and the particulars of a moment of the timeline."""
    kind, facts = event["kind"], event["facts"]
    particulars = PARTICULARS.get(kind)
    return say.of(NAMES, _name_of(kind, facts)), (event["person"] or {}).get("name") or "", particulars(say, facts) if particulars else ""
