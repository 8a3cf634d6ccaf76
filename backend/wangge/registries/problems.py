"""What can be wrong with one row, in a clerk's words. ``error`` refuses the row, ``warning`` leaves the cell out and takes the row."""

from typing import Any

from wangge.core.errors import Language

PROBLEMS: dict[str, tuple[str, str, str]] = {
    "name_missing": ("error", "没有单位名称，这一行无法导入。请补上名称。", "The employer's name is missing; fill it in."),
    "name_too_long": (
        "error",
        "单位名称超过 200 字，像是填错了列。",
        "The name has more than 200 characters; it looks like another column.",
    ),
    "code_wrong_check": (
        "error",
        "统一社会信用代码“{value}”校验不对，可能有一位写错。请对照营业执照改正。",
        "The check digit of credit code {value} does not match; compare it with the licence.",
    ),
    "code_wrong_length": (
        "error",
        "统一社会信用代码“{value}”应为 18 位。请对照营业执照改正。",
        "Credit code {value} should have 18 characters; compare it with the licence.",
    ),
    "code_as_number": (
        "error",
        "表格把信用代码当成了数字（{value}），后几位已经丢失。请把这一列设为“文本”格式，重新填写代码。",
        "The spreadsheet has turned the credit code into a number ({value}) and lost its end."
        " Format the column as text and enter it again.",
    ),
    "code_is_old": (
        "warning",
        "“{value}”不是 18 位统一社会信用代码，已作为原登记号保留。",
        "{value} is no 18-character credit code; kept as an older registration number.",
    ),
    "code_inner_unusual": (
        "warning",
        "信用代码“{value}”中的组织机构代码校验位不合常规，请核对（照常导入）。",
        "The organisation code within {value} has an unusual check digit; please check (imported all the same).",
    ),
    "employees_unreadable": (
        "warning",
        "人数“{value}”读不出来，这一格没有导入。",
        "The number of people {value!r} cannot be read; left out.",
    ),
    "day_unreadable": (
        "warning",
        "日期“{value}”读不出来，这一格没有导入。请写成 2026-03-01。",
        "The day {value!r} cannot be read; left out. Write 2026-03-01.",
    ),
    "industry_unknown": (
        "warning",
        "行业代码“{value}”不是国标的 1 至 4 位代码，这一格没有导入。",
        "Industry code {value!r} is none of GB/T 4754; left out.",
    ),
    "position_unreadable": ("warning", "经纬度“{value}”不是有效位置，这一格没有导入。", "Position {value!r} is no place; left out."),
    "formula_error": (
        "warning",
        "公式出错（{value}），这一格没有导入。请改成数值。",
        "The formula shows an error ({value}); left out. Replace it with a value.",
    ),
    "cut": ("warning", "内容太长，只保留了前面部分。", "Too long; only the beginning was kept."),
    "repeated": (
        "error",
        "与第 {value} 行是同一家单位，只导入第 {value} 行。",
        "The same employer as in row {value}; only that row is imported.",
    ),
}


def severity_of(code: str) -> str:
    """``error`` or ``warning``."""
    return PROBLEMS[code][0]


def in_words(problem: dict[str, Any], language: Language) -> dict[str, Any]:
    """A kept problem with its sentence."""
    severity, zh, en = PROBLEMS[problem["code"]]
    return {**problem, "severity": severity, "detail": (zh if language == "zh" else en).format(value=problem.get("value", ""))}
