"""The codes of new grids. docs/decisions/0010.

A community grid is a village's 12 digits and a serial of three; the serial goes on from the highest ever used in the village, so
that a code never means two things. Where no village is known, its number is 900, which the statistics bureau does not give. New
streets take 901 and up below their county, new counties and zones ``N1`` and up below the city: real divisions bring their own.
"""

from collections.abc import Collection

VILLAGE_UNKNOWN = "900"
VILLAGE_DIGITS = 12


def next_codes(level: int, parent_code: str, origin_code: str | None, taken: Collection[str], count: int) -> list[str]:
    """Codes for ``count`` new grids of a level, none ever used.

    ``origin_code``: the code of the grid that most of the ground comes from; a community stays in its village.
    """
    if level == 4:
        village = origin_code[:VILLAGE_DIGITS] if origin_code and len(origin_code) >= VILLAGE_DIGITS else parent_code + VILLAGE_UNKNOWN
        first = 2 if village in taken else 1  # a village that is one grid without a serial counts as its first
        return _free(village, first, 3, taken, count)
    if level == 3:
        return _free(parent_code, 901, 3, taken, count)
    return _free(f"{parent_code}N", 1, 0, taken, count)


def _free(prefix: str, first: int, width: int, taken: Collection[str], count: int) -> list[str]:
    used = [int(code[len(prefix) :]) for code in taken if code.startswith(prefix) and code[len(prefix) :].isdecimal()
            and (not width or len(code) == len(prefix) + width)]  # fmt: skip
    start = max([first, *(n + 1 for n in used if n >= first)])
    return [f"{prefix}{n:0{width}d}" if width else f"{prefix}{n}" for n in range(start, start + count)]
