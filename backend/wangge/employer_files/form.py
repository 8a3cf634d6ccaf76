"""The survey form (用人单位调查登记表) as data: ``form.json`` says which fields there are and what must hold between them.

The phone and the desk read the same file (pwa/src/shared/survey); ``tests/fixtures/survey/vectors.json`` holds both to the same
answers.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from wangge.core.errors import FieldProblem
from wangge.employers.credit_code import clean_credit_code, credit_code_is_valid

HERE = Path(__file__).resolve().parent
COUNT_MAX = 2_000_000
MONEY_MAX = 10**12
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
DIVISION = re.compile(r"\d{6}(\d{3}(\d{3})?)?")
ID_TAIL = re.compile(r"\d{3}[\dX]")


@dataclass(frozen=True)
class FormField:
    """One field: its kind, its names, and whether it is a column of ``employers`` (else it is one of the answers)."""

    key: str
    kind: str
    zh: str
    en: str
    column: bool = False
    private: bool = False
    long: bool = False
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()


@cache
def form() -> dict[str, Any]:
    """The form as it lies in the file."""
    found: dict[str, Any] = json.loads((HERE / "form.json").read_text())
    return found


@cache
def fields() -> dict[str, FormField]:
    """Every field by its key, in the form's order."""
    rows = (f for section in form()["sections"] for f in section["fields"])
    return {f["key"]: FormField(**{**f, "choices": tuple(c["code"] for c in f.get("choices", ()))}) for f in rows}


@cache
def columns() -> frozenset[str]:
    """The fields that are columns of ``employers``."""
    return frozenset(key for key, field in fields().items() if field.column)


@cache
def industries() -> dict[str, str]:
    """Names of the industry's sections (门类) and divisions (大类), by code."""
    return {row["code"]: row["name"] for row in json.loads((HERE / "industries.json").read_text())["items"]}


class Unfit(Exception):
    """A value that a field cannot hold; ``zh`` and ``en`` say why."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code, self.zh, self.en = code, zh, en
        super().__init__(code)


def _text(field: FormField, value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise Unfit("not_a_text", "应为文字。", "This should be text.")
    if field.max is not None and len(value) > field.max:
        raise Unfit("too_long", f"最多 {field.max} 个字。", f"{field.max} characters at most.")
    return value.strip()


def _number(field: FormField, value: Any, *, whole: bool, low: float, high: float, digits: int = 0) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unfit("not_a_number", "应为数字。", "This should be a number.")
    if whole and value != int(value):
        raise Unfit("not_whole", "应为整数。", "This should be a whole number.")
    if not low <= value <= high:
        raise Unfit("out_of_range", f"应在 {low:g} 到 {high:g} 之间。", f"Between {low:g} and {high:g}.")
    if round(value, digits) != value:
        raise Unfit("too_exact", f"最多 {digits} 位小数。", f"{digits} decimals at most.")
    return int(value) if whole or value == int(value) else value


def _matching(pattern: re.Pattern[str], value: Any, zh: str, en: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Unfit("malformed", zh, en)
    return value


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Unfit("malformed", "应为日期，例如 2026-03-01。", "This should be a date such as 2026-03-01.") from None


def _industry(value: Any) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    code = code[1:] if len(code) > 1 and code[0] in "ABCDEFGHIJKLMNOPQRST" else code
    if code not in industries() and not (re.fullmatch(r"\d{3,4}", code) and code[:2] in industries()):
        raise Unfit("unknown_industry", "没有这个行业代码。", "No such industry code.")
    return code


def _site(value: Any) -> dict[str, Any]:
    """One more place of the employer: ``{id, kind, name, address, position}``, position ``[lon, lat]`` in degrees or null."""
    if not isinstance(value, dict) or set(value) - {"id", "kind", "name", "address", "position"}:
        raise Unfit("malformed", "场所填写不完整。", "A site is incomplete.")
    position = value.get("position")
    try:
        site_id = str(UUID(value["id"]))
        if position is not None:
            lon, lat = (float(x) for x in position)
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise ValueError
            position = [lon, lat]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unfit("malformed", "场所填写不完整。", "A site is incomplete.") from None
    name, address = value.get("name"), value.get("address", "")
    if not (isinstance(name, str) and isinstance(address, str) and 0 < len(name.strip()) <= 200 and len(address) <= 400):
        raise Unfit("malformed", "每个场所都要有名称。", "Each site needs a name.")
    if value.get("kind") not in ("site", "project"):
        raise Unfit("malformed", "场所类别不对。", "Unknown kind of site.")
    return {"id": site_id, "kind": value["kind"], "name": name.strip(), "address": address.strip(), "position": position}


def _sites(field: FormField, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > (field.max or 0):
        raise Unfit("malformed", f"最多 {field.max} 个场所。", f"{field.max} sites at most.")
    return [_site(one) for one in value]


def clean_value(field: FormField, value: Any) -> Any:
    """The value as it is stored; null and an empty text mean that nothing is known.

    Raises:
        Unfit: the field cannot hold it.
    """
    if value is None or (isinstance(value, str) and not value.strip()) or value == []:
        return None
    match field.kind:
        case "text" | "phone":
            return _text(field, value)
        case "credit_code":
            code = clean_credit_code(_text(field, value))
            if not credit_code_is_valid(code):
                raise Unfit("credit_code_invalid", f"信用代码 {code} 不对，请对照营业执照改正。",
                            f"Credit code {code} cannot be right; compare it with the licence.")  # fmt: skip
            return code
        case "id_tail":
            tail = value.strip().upper() if isinstance(value, str) else value
            return _matching(ID_TAIL, tail, "应为证件号最后四位。", "The last four characters of the ID number.")
        case "division":
            return _matching(DIVISION, value, "应为 6、9 或 12 位区划代码。", "A division's code of 6, 9 or 12 digits.")
        case "month":
            return _matching(MONTH, value, "应为月份，例如 2026-03。", "This should be a month such as 2026-03.")
        case "date":
            return _date(value)
        case "industry":
            return _industry(value)
        case "choice":
            if value not in field.choices:
                raise Unfit("unknown_choice", "不在可选项中。", "Not one of the choices.")
            return value
        case "yes_no":
            if not isinstance(value, bool):
                raise Unfit("malformed", "应选“是”或“否”。", "Yes or no.")
            return value
        case "count":
            return _number(field, value, whole=True, low=0, high=COUNT_MAX)
        case "int":
            return _number(field, value, whole=True, low=field.min or 0, high=field.max or COUNT_MAX)
        case "money":
            return _number(field, value, whole=False, low=0, high=MONEY_MAX, digits=2)
        case "hours":
            return _number(field, value, whole=False, low=0, high=field.max or 24, digits=1)
        case "sites":
            return _sites(field, value)
    raise AssertionError(f"form.json has a field of an unknown kind: {field.kind}")


def clean_values(said: Mapping[str, Any], prefix: str = "") -> tuple[dict[str, Any], list[FieldProblem]]:
    """All values as they are stored, and what is wrong field by field (``prefix`` goes before the names)."""
    good: dict[str, Any] = {}
    wrong: list[FieldProblem] = []
    for key, value in said.items():
        field = fields().get(key)
        if field is None:
            named = key.replace("\x00", "")[:80]  # it is kept with the problem, whatever it is
            wrong.append(
                FieldProblem(f"{prefix}{named}", "unknown_field", f"登记表没有“{named}”这一项。", f"The form has no field {named}.")
            )
            continue
        try:
            good[key] = clean_value(field, value)
        except Unfit as unfit:
            wrong.append(FieldProblem(f"{prefix}{key}", unfit.code, f"{field.zh}：{unfit.zh}", f"{field.en}: {unfit.en}"))
            continue
        if key == "name" and good[key] is None:
            wrong.append(FieldProblem(f"{prefix}name", "missing", "单位名称必须填写。", "The employer's name is missing."))
    return good, wrong
