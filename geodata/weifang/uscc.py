"""Unified social credit codes for invented firms: both check characters right, no real firm behind them."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_WEIGHTS = [pow(3, i, 31) for i in range(17)]
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, over 0-9A-Z as 0-35


def check_character(body: str) -> str:
    """The eighteenth character for seventeen (GB 32100)."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code for eight (GB 11714)."""
    rest = 11 - sum(int(c, 36) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def invented(county6: str, serial: int) -> str:
    """`91` (a firm), the county, an organisation code `TTTT` + serial, and the check character.

    Organisation codes have been given out as digits and, since 2015, in series that begin with M; we know of none that
    begins with T. The source table uses the same block, so such codes are known by `TTTT` in places 9 to 12.
    """
    organisation = f"TTTT{serial:04d}"
    body = f"91{county6}{organisation}{organisation_check(organisation)}"
    return body + check_character(body)
