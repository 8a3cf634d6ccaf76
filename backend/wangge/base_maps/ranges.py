"""Part of a file by HTTP (RFC 9110, section 14): one range of bytes, so that a download goes on where it was cut off."""

import re

from wangge.base_maps.errors import RangeUnsatisfiable

ONE_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


def range_asked(header: str, if_range: str, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte to send; None for the whole file, which also answers several ranges or a range of other content.

    Raises:
        RangeUnsatisfiable: it begins beyond the end.
    """
    asked = ONE_RANGE.match(header.strip())
    if not asked or (if_range and if_range != etag) or asked.group(1) == asked.group(2) == "":
        return None
    first, last = asked.groups()
    if first == "":
        length = min(int(last), size)
        begin, end = size - length, size - 1
    else:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < begin:
            return None  # no range at all: the header does not count
    if begin >= size or end < begin:
        raise RangeUnsatisfiable(size=size)
    return begin, end
