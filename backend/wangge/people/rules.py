"""The life of a person in the register, and what an ID number must be: pure decisions."""

from datetime import date
from typing import Literal

from pypinyin import lazy_pinyin

State = Literal["nominated", "approved", "appointed", "left", "rejected"]
Kind = Literal["staff", "full_time_inspector", "part_time_inspector", "legal_supervisor"]
Role = Literal["city", "county", "street", "community", "auditor"]
# What may follow what: nomination by the unit, the county's decision, appointment, leaving; who left or was refused may be
# nominated again (notice: nominated by the own unit, approved by the county, trained, examined, certified, appointed).
FOLLOWS: dict[State, frozenset[State]] = {
    "nominated": frozenset({"approved", "rejected"}),
    "approved": frozenset({"appointed", "left"}),
    "appointed": frozenset({"appointed", "approved", "left"}),
    "left": frozenset({"nominated"}),
    "rejected": frozenset({"nominated"}),
}
ROLE_OF_UNIT: dict[str, Role] = {
    "command_centre": "city", "county": "county", "zone": "county", "street": "street", "community": "community",
}  # fmt: skip
# Staff do not inspect and own no grid; everybody else is appointed only with a certificate (持证上岗).
APPOINTED_WITHOUT_CERTIFICATE: frozenset[str] = frozenset({"staff"})
# Characters that are read otherwise when they are a surname.
SURNAMES = {"曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "乐": "yue", "尉": "yu",
            "朴": "piao", "翟": "zhai", "种": "chong", "缪": "miao", "员": "yun", "召": "shao", "华": "hua", "任": "ren"}  # fmt: skip
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"


def may_follow(now: State, then: State) -> bool:
    """Whether a person in one state may come into another."""
    return then in FOLLOWS[now]


def pinyin_of(name: str) -> str:
    """The syllables and the initials of a name, lower case: ``zhangjianming zjm``; empty where there is nothing to spell."""
    syllables = [s for s in lazy_pinyin(name.strip()) if s.strip()]
    if syllables and name.strip()[0] in SURNAMES:
        syllables[0] = SURNAMES[name.strip()[0]]
    return f"{''.join(syllables)} {''.join(s[0] for s in syllables)}".lower() if syllables else ""


def clean_id_number(text: str) -> str:
    """An ID number as it is stored: no spaces, the check digit X in upper case."""
    return "".join(text.split()).upper()


def birthday_of(id_number: str) -> date | None:
    """The day of birth that a valid 18-character ID number carries (GB 11643-1999, check digit ISO 7064 MOD 11-2), else None."""
    if len(id_number) != 18 or not id_number[:17].isascii() or not id_number[:17].isdigit():
        return None
    total = sum(int(digit) * weight for digit, weight in zip(id_number, ID_WEIGHTS, strict=False))
    if ID_CHECK[total % 11] != id_number[17]:
        return None
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def gender_of(id_number: str) -> Literal["female", "male"]:
    """What the 17th digit of a valid ID number says."""
    return "male" if int(id_number[16]) % 2 else "female"


def phone_is_plausible(phone: str) -> bool:
    """Digits of a mobile or fixed line, with or without dashes; 7 to 20 characters."""
    digits = phone.replace("-", "").replace(" ", "")
    return digits.lstrip("+").isdigit() and 7 <= len(digits) <= 20
