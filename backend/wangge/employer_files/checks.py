"""What must hold between the fields of the form: the checks of ``form.json``, worked out. The same in pwa/src/shared/survey/checks.ts.

A check is left out while what it compares is not filled in; a sum of which some parts are missing can only be too big.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wangge.core.errors import FieldProblem
from wangge.employer_files.form import form


@dataclass(frozen=True)
class Problem:
    """A check that does not hold: an ``error`` must be put right, a ``warning`` may stand with a reason, an ``alert`` is acted on."""

    code: str
    severity: str
    fields: tuple[str, ...]
    left: Any = None
    right: Any = None
    limit: Any = None

    def as_json(self) -> dict[str, Any]:
        """As it is stored, and said by the screens in the reader's language."""
        return {"code": self.code, "severity": self.severity, "fields": list(self.fields), "left": self.left, "right": self.right,
                "limit": self.limit}  # fmt: skip


class _Sum:
    """A sum; ``is_partial`` where some of its parts are missing."""

    def __init__(self, parts: list[Any]) -> None:
        given = [p for p in parts if p is not None]
        self.value = sum(given) if given else None
        self.is_partial = len(given) < len(parts)


class Answers:
    """What a form says, with the limits of its day."""

    def __init__(self, values: Mapping[str, Any], policies: Mapping[str, Any], today: date) -> None:
        self.values, self.policies, self.today = values, policies, today.isoformat()

    def get(self, key: str) -> Any:
        """A field's value; an empty text is none."""
        value = self.values.get(key)
        return None if value == "" else value

    def work_out(self, said: Any) -> tuple[Any, bool]:
        """An expression's value (None: not filled in), and whether it is a sum with parts missing."""
        if isinstance(said, str):
            return self.get(said), False
        if not isinstance(said, dict):
            return said, False
        if "sum" in said:
            total = _Sum([self.get(key) for key in said["sum"]])
            return total.value, total.is_partial
        if "policy" in said:
            return self.policies.get(said["policy"]), False
        if "share" in said:
            (percent, _), (base, is_partial) = (self.work_out(part) for part in said["share"])
            return (None if percent is None or base is None or is_partial else percent * base / 100), False
        first, last = (self.get(key) for key in said["days"])
        return (None if first is None or last is None else (date.fromisoformat(last) - date.fromisoformat(first)).days), False

    def fits(self, condition: Mapping[str, Any]) -> bool:
        """Whether a ``when`` or ``unless`` applies."""
        value = self.get(condition["field"])
        if "above" in condition:
            return value is not None and value > condition["above"]
        return value in condition["in"]


def _broken(check: Mapping[str, Any], answers: Answers) -> Problem | None:
    fields = tuple(check["fields"])
    if "one_of" in check:
        return None if any(answers.get(key) is not None for key in check["one_of"]) else Problem(check["code"], check["severity"], fields)
    left, _ = answers.work_out(check["left"])
    right, is_partial = answers.work_out(check["right"])
    problem = Problem(check["code"], check["severity"], fields, left, right, answers.policies.get(check.get("limit", "")))
    op = check["op"]
    if op == "filled":
        return problem if left is None else None
    if left is None or (right is None and op != "not_future"):
        return None
    if op == "not_future":
        holds = left <= answers.today[: len(left)]
    elif op == "is":
        holds = left == right
    elif op == "<=":
        holds = left <= right
    elif op == ">=":
        holds = left >= right
    else:
        holds = left == right or (is_partial and right < left)
    return None if holds else problem


def problems_of(values: Mapping[str, Any], policies: Mapping[str, Any], today: date) -> list[Problem]:
    """Every check that does not hold, in the form's order. ``policies`` are the limits of ``today``, a day in China."""
    answers = Answers(values, policies, today)
    return [
        problem
        for check in form()["checks"]
        if ("when" not in check or answers.fits(check["when"]))
        and not ("unless" in check and answers.fits(check["unless"]))
        and (problem := _broken(check, answers))
    ]


def said(problem: Problem) -> FieldProblem:
    """A problem in both languages, by the first field it is about."""
    check = next(c for c in form()["checks"] if c["code"] == problem.code)
    values = {"left": _shown(problem.left), "right": _shown(problem.right), "limit": _shown(problem.limit)}
    return FieldProblem(problem.fields[0], problem.code, check["zh"].format(**values), check["en"].format(**values))


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
