"""One row of a list as it would be written, with what is wrong with it. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from msgspec import Struct

from wangge.matching.normalising import Keys, Normaliser
from wangge.registries.cells import code_of, count_of, day_in, degrees_of, is_formula_error, text_of, words_of
from wangge.registries.problems import severity_of

_LENGTHS = {"address": 400, "contact_name": 80, "contact_phone": 40, "status": 60, "division": 80, "registration_no": 40}
_TOTAL = re.compile(
    r"^(本页|本表)?(合计|总计|小计|共计|累计|总数)(数|[:：\d（(]|$)|^共\d+[家户条人]|^(填表|制表|审核|报送|填报)(人|单位|日期|时间)|^(备注|注|说明)[:：]"
)
_INDUSTRY = re.compile(r"[A-T]?\d{2,4}|[A-T]")


class ListRow(Struct):
    """A row; the names are those of ``RegistryImportRow``."""

    number: int
    severity: str
    problems: list[dict[str, str]]
    raw: list[Any] | None
    row_key: str
    digest: str
    uscc: str | None
    registration_no: str | None
    name: str
    address: str
    contact_name: str
    contact_phone: str
    industry_code: str | None
    employees: int | None
    registered_on: date | None
    status: str
    division: str
    lon: float | None
    lat: float | None
    keys: Keys


def is_no_row(cells: Sequence[Any], headings: Sequence[str]) -> bool:
    """Empty, a total or a note at the foot, or the headings once more (as on every printed page)."""
    texts = [text for cell in islice(cells, 12) if (text := text_of(cell))]
    if not texts:
        return not any(text_of(cell) for cell in cells)
    first = texts[0].replace(" ", "")
    if _TOTAL.match(first) or (len(texts) > 1 and len(first) < 4 and _TOTAL.match(texts[1].replace(" ", ""))):
        return True
    return len(texts) > 1 and texts[0] in headings and sum(text in headings for text in texts) >= len(texts) * 0.8


class RowReader:
    """Reads the rows of one list.

    Args:
        columns: Field → place of its column.
        normaliser: Makes the keys that rows are compared by.
    """

    def __init__(self, columns: Mapping[str, int], normaliser: Normaliser) -> None:
        self._columns, self._normaliser = columns, normaliser

    def read(self, number: int, cells: Sequence[Any]) -> ListRow:
        """The row at this number of the spreadsheet."""
        problems: list[dict[str, str]] = []

        def wrong(code: str, field: str, value: str = "") -> None:
            problems.append({"code": code, "field": field, "value": value[:80]})

        def cell(field: str) -> Any:
            place = self._columns.get(field, -1)
            value = cells[place] if 0 <= place < len(cells) else ""
            if is_formula_error(value):
                wrong("formula_error", field, str(value))
                return ""
            return value

        def short(field: str) -> str:
            text = words_of(cell(field))
            if len(text) > _LENGTHS[field]:
                wrong("cut", field)
            return text[: _LENGTHS[field]]

        name = text_of(cell("name"))
        if not name:
            wrong("name_missing", "name")
        elif len(name) > 200:
            wrong("name_too_long", "name", name)
            name = name[:200]
        raw_code = cell("uscc")
        uscc, older, why = code_of(raw_code)
        if why:
            wrong(why, "uscc", text_of(raw_code))
        registration_no = short("registration_no") or older
        if registration_no == uscc:
            registration_no = None
        industry = words_of(cell("industry_code")).upper()
        if industry and not _INDUSTRY.fullmatch(industry):
            wrong("industry_unknown", "industry_code", industry)
            industry = ""
        raw_count = cell("employees")
        employees, odd = count_of(raw_count)
        if odd:
            wrong("employees_unreadable", "employees", text_of(raw_count))
        raw_day = cell("registered_on")
        registered_on, odd = day_in(raw_day)
        if odd:
            wrong("day_unreadable", "registered_on", text_of(raw_day))
        raw_lon, raw_lat = cell("lon"), cell("lat")
        lon, lat, odd = degrees_of(raw_lon, raw_lat)
        if odd:
            wrong("position_unreadable", "lon", f"{text_of(raw_lon)}, {text_of(raw_lat)}")
        address, contact_name, contact_phone = short("address"), short("contact_name"), short("contact_phone")
        status, division = short("status"), short("division")
        keys = self._normaliser.keys(name, address, contact_phone) if name else _NO_KEYS
        found = {severity_of(problem["code"]) for problem in problems}
        severity = "error" if "error" in found else "warning" if found else "none"
        said = (
            uscc,
            registration_no,
            name,
            address,
            contact_name,
            contact_phone,
            industry,
            employees,
            registered_on,
            status,
            division,
            lon,
            lat,
        )
        return ListRow(
            number,
            severity,
            problems,
            [text_of(one) for one in cells] if problems else None,
            _key(uscc, registration_no, keys),
            _hash("\x1f".join(map(str, said))),
            uscc,
            registration_no,
            name,
            address,
            contact_name,
            contact_phone,
            industry or None,
            employees,
            registered_on,
            status,
            division,
            lon,
            lat,
            keys,
        )


_NO_KEYS = Keys("", "", "", "", "", "", ())


def _key(uscc: str | None, registration_no: str | None, keys: Keys) -> str:
    """What makes a row the same row in the next file of its registry."""
    if uscc:
        return uscc
    if registration_no:
        return f"r:{registration_no}"
    return f"n:{_hash(keys.name_key + keys.place + chr(31) + keys.address_key)}" if keys.core else ""


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
