"""The unified social credit code (统一社会信用代码), GB 32100-2015; the check digits by python-stdnum."""

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def clean_credit_code(text: str) -> str:
    """The code as it is stored: upper case, half-width, without blanks and dashes."""
    half_width = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return "".join(c for c in half_width if not c.isspace() and c not in "-－—").upper()


def credit_code_is_valid(code: str) -> bool:
    """Whether a cleaned code has 18 characters of the right alphabet and the right check digit."""
    try:
        return bool(uscc.validate(code) == code)  # it tolerates dashes of every kind, which must not be stored
    except ValidationError:
        return False


def inner_code_is_valid(code: str) -> bool:
    """Whether characters 9-17 hold as an organisation code (GB 11714-1997). Real codes fail this at times: only a warning."""
    body, check = code[8:16], code[16]
    total = sum(w * INNER_ALPHABET.index(c) for w, c in zip(INNER_WEIGHTS, body, strict=True))
    return check == {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
