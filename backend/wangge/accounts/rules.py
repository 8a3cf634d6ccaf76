"""What makes a password good enough (GB/T 22239-2019 8.1.4.1); the numbers are policies."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from wangge.core.errors import FieldProblem

COMMON = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that everybody tries first, English and Chinese habits (source: docs/dependencies.md)."""
    return frozenset(COMMON.read_text().split())


def is_common(password: str) -> bool:
    """Whether it is one of them, also with digits or signs hung on at its ends."""
    plain = password.lower()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    listed = common_passwords()
    return plain in listed or core in listed or len(set(plain)) < 4


def classes(password: str) -> int:
    """How many kinds of characters it mixes: small letters, capitals, digits, anything else (Chinese too)."""
    kinds = {
        "upper" if c.isascii() and c.isupper() else "lower" if c.isascii() and c.islower() else "digit" if c.isdigit() else "other"
        for c in password
    }
    return len(kinds)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def password_problems(
    password: str, login: str, person_name: str, policies: Mapping[str, Any], field: str = "new_password"
) -> list[FieldProblem]:
    """Everything that is wrong with a new password, at once; empty when it is good."""
    found = []
    min_length, min_classes = int(policies["password_min_length"]), int(policies["password_classes_min"])
    if len(password) < min_length:
        found.append(FieldProblem(field, "too_short", f"至少要 {min_length} 个字符", f"At least {min_length} characters"))
    if classes(password) < min_classes:
        zh = f"大写字母、小写字母、数字、其他字符中至少要有 {min_classes} 种"
        en = f"Mix at least {min_classes} of: capitals, small letters, digits, other characters"
        found.append(FieldProblem(field, "too_simple", zh, en))
    plain = _plain(password)
    if (len(login) >= 3 and _plain(login) in plain) or (len(person_name) >= 2 and _plain(person_name) in plain):
        found.append(FieldProblem(field, "holds_name", "不能包含账号或姓名", "It must not hold the login or the name"))
    if is_common(password):
        zh, en = "这是常见密码，很容易被猜到，请换一个", "This is one of the common passwords that are tried first; choose another"
        found.append(FieldProblem(field, "common", zh, en))
    return found
