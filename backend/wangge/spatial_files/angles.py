"""Longitudes and latitudes as people type them: 119.1619, 119°09′42.8″E, 东经119度9分42.8秒, E119.1619, 36°42.5′."""

import math
import re
import unicodedata

_NUMBER = r"(\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})"
_DECIMAL = re.compile(rf"([+-]?)\s*{_NUMBER}(?:[eE]([+-]?\d{{1,2}}))?\s*(?:°|º|度)?")
_SEXAGESIMAL = re.compile(
    rf"([+-]?)\s*{_NUMBER}\s*(?:°|º|度|[:\s])\s*{_NUMBER}\s*(?:['′’‘分:\s]\s*(?:{_NUMBER}\s*(?:\"|″|”|“|''|′′|秒)?)?)?"
)
_SIDE = re.compile(r"^(东经|西经|北纬|南纬|[EWNSewns])|(东经|西经|北纬|南纬|[EWNSewns])$")
_NEGATIVE = {"西经", "南纬", "W", "w", "S", "s"}
_MAX_LENGTH = 60


def parse_angle(text: str) -> float | None:
    """Degrees, or metres when it is a projected coordinate; None when it is no number.

    Minutes and seconds of 60 or more are no angle. Full-width digits count as digits.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _MAX_LENGTH:
        return None
    side = _SIDE.search(plain)
    if side:
        plain = _SIDE.sub("", plain, count=1).strip()
    sign = -1.0 if side and side[0] in _NEGATIVE else 1.0
    if match := _DECIMAL.fullmatch(plain):
        value = float(match[2]) * 10.0 ** int(match[3] or 0)
    elif match := _SEXAGESIMAL.fullmatch(plain):
        minutes, seconds = float(match[3]), float(match[4] or 0)
        if minutes >= 60 or seconds >= 60:
            return None
        value = float(match[2]) + minutes / 60 + seconds / 3600
    else:
        return None
    value *= sign * (-1.0 if match[1] == "-" else 1.0)
    return value if math.isfinite(value) else None
