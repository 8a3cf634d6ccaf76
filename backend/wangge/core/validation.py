"""What msgspec says of input, as a field problem in the user's language."""

import re

from wangge.core.errors import FieldProblem

MISSING = re.compile(r"missing required field `(?P<name>[^`]+)`")
UNKNOWN = re.compile(r"contains unknown field `(?P<name>[^`]+)`")
SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Expected `(?:str|array)` of length >= (\d+)"), "至少要有 {0} 个字（项）"),
    (re.compile(r"Expected `(?:str|array)` of length <= (\d+)"), "最多 {0} 个字（项）"),
    (re.compile(r"Expected `(?:int|float)` >= (\S+)"), "不能小于 {0}"),
    (re.compile(r"Expected `(?:int|float)` <= (\S+)"), "不能大于 {0}"),
    (re.compile(r"Invalid enum value (.+)"), "没有 {0} 这个选项"),
    (re.compile(r"Invalid UUID"), "编号格式不对"),
    (re.compile(r"Invalid RFC3339 encoded (?:datetime|date)"), "日期或时间格式不对"),
    (re.compile(r"Expected `(?:int|float)(?: \| null)?`, got"), "应为数字"),
    (re.compile(r"Expected `str(?: \| null)?`, got"), "应为文字"),
    (re.compile(r"Expected `[^`]*`, got"), "类型不对"),
)


def field_problem(message: str, field: str = "") -> FieldProblem:
    """The problem for one of msgspec's messages, such as ``Expected `str` of length >= 1 - at `$.name` ``.

    ``field`` is where the framework saw it, when it says so; a place in the message is more exact.
    """
    text, _, place = message.partition(" - at `$")
    name = place.strip("`. ") or ("" if field == "data" else field)
    for pattern, code, zh in ((MISSING, "missing", "必须填写"), (UNKNOWN, "unknown_field", "不认识这一项")):
        found = pattern.search(text)
        if found:
            name = f"{name}.{found['name']}" if name else found["name"]
            return FieldProblem(name, code, f"“{name}”{zh}。", text)
    for pattern, zh in SENTENCES:
        found = pattern.search(text)
        if found:
            return FieldProblem(name, "invalid", f"“{name}”{zh.format(*found.groups())}。", text)
    return FieldProblem(name, "invalid", f"“{name}”不符合要求。", text)
