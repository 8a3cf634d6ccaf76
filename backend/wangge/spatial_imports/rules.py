"""Decisions on imports that need no file and no database."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET, structs

from wangge.core.errors import WanggeError, in_every_language
from wangge.spatial_files.repairs import RepairCode
from wangge.spatial_imports.schemas import Answers, AnswersPatch

# Column names as offices write them, most telling first; compared without blanks, signs and case.
_CODE = (r"(网格|区划|社区|街道|行政区?)?(编码|代码|编号)", r"code|dm|bm|gridcode|grid_code|wgbm|xzqdm|zoning", r"id|gid|objectid")
_NAME = (r"(网格|区划|社区|街道|行政区|单位|企业)?(名称?|全称)", r"name|mc|wgmc|xzqmc|title", r"label|姓名")
_PARENT = (r"(上级|所属|父)(网格|社区|街道|乡镇|区县|县区)?(编码|代码|名称?)?", r"parent(code|name|id)?|pcode|pid|sjdm", r"街道|乡镇|镇街")
_MATCH = (r"(统一社会)?信用代码|uscc|creditcode|社会信用代码|代码|code", r"(单位)?(编号|id)")
_ACCURACY = (r"(定位)?精度(米|m)?|accuracy(m)?|误差",)
_SIGNS = re.compile(r"[\s_\-()（）:：]+")

TILING = frozenset({"overlap", "sliver_overlap", "gap", "sliver_gap", "outside_parent"})
STATES_OPEN = ("needs_answer", "ready", "failed")


def guessed(fields: Sequence[str], patterns: Iterable[str]) -> str | None:
    """The first field whose whole name is like a pattern; patterns go from sure to doubtful."""
    for pattern in patterns:
        found = re.compile(pattern, re.IGNORECASE)
        for field in fields:
            if found.fullmatch(_SIGNS.sub("", field)):
                return field
    return None


def suggested_columns(fields: Sequence[str], answers: Answers) -> dict[str, str | None]:
    """Which column is what: as answered where that column is there, else by its name. An answered "" means none."""

    def chosen(answer: str | None, patterns: Iterable[str]) -> str | None:
        if answer is not None:
            return answer if answer in fields else None
        return guessed(fields, patterns)

    return {
        "code": chosen(answers.code_column, _CODE[:2]),
        "name": chosen(answers.name_column, _NAME),
        "parent": chosen(answers.parent_column, _PARENT),
        "match": chosen(answers.match_column, _MATCH),
        "accuracy": chosen(answers.accuracy_column, _ACCURACY),
    }


def merged(answers: Answers, patch: AnswersPatch) -> Answers:
    """The answers with those changed that were sent."""
    sent = {
        name: value
        for name in Answers.__struct_fields__
        if (value := getattr(patch, name)) is not UNSET
    }  # fmt: skip
    return structs.replace(answers, **sent)


def agreed_repairs(answers: Answers, position: int) -> set[RepairCode]:
    """What was agreed to for the feature at this place."""
    return {one.code for one in answers.repairs if one.positions is None or position in one.positions}


def severity_of(defects: Iterable[dict[str, Any]]) -> str:
    """The gravest of a feature's defects; what applying mends counts as a warning."""
    found = {defect["severity"] for defect in defects}
    return "error" if "error" in found else "warning" if found else "none"


def will_be_mended(code: str, area_m2: float | None, mend_m2: float) -> bool:
    """Whether applying gives this overlap or gap to a neighbour, as somebody agreed."""
    return code in TILING and area_m2 is not None and area_m2 <= mend_m2


def plain_number(text: Any) -> float | None:
    """A number of metres from a cell, or None."""
    try:
        value = float(str(text).strip().removesuffix("米").removesuffix("m"))
    except ValueError:
        return None
    return value if 0 <= value <= 100_000 else None


def kept_problem(error: WanggeError) -> dict[str, Any]:
    """A problem as an import's row keeps it: in every language."""
    return {str(language): problem for language, problem in in_every_language(error).items()}
