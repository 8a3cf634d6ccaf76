"""Cells as departments fill them in: codes with blanks, full-width digits, days as text, "约50人"."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from wangge.core.sheets import day_of
from wangge.employers.credit_code import clean_credit_code, credit_code_is_valid, inner_code_is_valid

_SPACE = re.compile(r"\s+")
_EXCEL_BEGAN = date(1899, 12, 30)
_SPREADSHEET_ERRORS = {"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_AS_NUMBER = re.compile(r"\d(\.\d+)?E\+?1\d")
_ODD = re.compile("[\x00-\x1f\xa0\u2000-\u200f\u3000\ud800-\udfff]|  ")
EMPTY_WORDS = {"-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "n/a", "nan", "0"}


def text_of(cell: Any) -> str:
    """A cell as text: days as YYYY-MM-DD, whole numbers without a point, no signs that cannot be stored."""
    if isinstance(cell, str):
        if not _ODD.search(cell):
            return cell.strip()
        return _SPACE.sub(" ", _UNSTORABLE.sub("", cell).replace("\u3000", " ")).strip()
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def words_of(cell: Any) -> str:
    """Text in half-width letters and digits; "无", "-" and the like are nothing."""
    text = text_of(cell)
    if not text:
        return ""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "" if text.lower() in EMPTY_WORDS else text


def is_formula_error(cell: Any) -> bool:
    """Whether a formula has left its error instead of a value."""
    return isinstance(cell, str) and cell.startswith("#") and cell.strip().upper() in _SPREADSHEET_ERRORS


def code_of(cell: Any) -> tuple[str | None, str | None, str]:
    """The credit code, an older number instead of it, and what is wrong (empty: nothing).

    ``code_as_number``: the spreadsheet has turned 18 digits into a number, and with that lost the last ones.
    """
    if isinstance(cell, int | float) and abs(cell) >= 1e15:
        return None, None, "code_as_number"
    text = words_of(cell)
    if not text:
        return None, None, ""
    code = (text if text.isascii() and text.isalnum() else clean_credit_code(text)).upper().lstrip("'`‘")
    if _AS_NUMBER.fullmatch(code):
        return None, None, "code_as_number"
    if len(code) == 18:
        if not credit_code_is_valid(code):
            return None, None, "code_wrong_check"
        return code, None, "" if inner_code_is_valid(code) else "code_inner_unusual"
    if re.fullmatch(r"\d{13}|\d{15}|[0-9A-Z]{20}|\d{9}|\d{8}[0-9X]", code):  # registration, tax and organisation numbers before 2015
        return None, code, "code_is_old"
    return None, None, "code_wrong_length"


def count_of(cell: Any) -> tuple[int | None, bool]:
    """A number of people; whether the cell holds something that is none."""
    text = text_of(cell)
    if text.isdigit() and text.isascii() and len(text) < 7:
        return int(text), False
    text = unicodedata.normalize("NFKC", text).replace(",", "")
    if text.lower() in EMPTY_WORDS - {"0"} or not text:
        return None, False
    found = re.fullmatch(r"(?:约|大约|共)?(\d{1,7})(?:\.0+)?(?:人|名)?(?:左右|以上)?", text)
    if not found or int(found[1]) > 2_000_000:
        return None, True
    return int(found[1]), False


def day_in(cell: Any) -> tuple[date | None, bool]:
    """A day as people and spreadsheets write it, also as the spreadsheet's own number; whether it is something else."""
    if isinstance(cell, datetime):
        return cell.date(), False
    if isinstance(cell, date):
        return cell, False
    text = words_of(cell)
    if not text:
        return None, False
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text), False
        except ValueError:
            return None, True
    if re.fullmatch(r"[1-5]\d{4}(\.\d+)?", text):
        return _EXCEL_BEGAN + timedelta(days=int(float(text))), False
    found = day_of(re.split(r"[ T]", text.replace(" 年", "年").replace("年 ", "年").replace("月 ", "月"))[0])
    return found, found is None


def degrees_of(lon: Any, lat: Any) -> tuple[float | None, float | None, bool]:
    """A point in degrees, swapped where the columns are; whether what is there is no point."""
    texts = (words_of(lon), words_of(lat))
    if not any(texts):
        return None, None, False
    try:
        x, y = float(texts[0]), float(texts[1])
    except ValueError:
        return None, None, True
    if -90 <= x <= 90 < y <= 180:
        x, y = y, x
    if not (-180 <= x <= 180 and -90 <= y <= 90) or (x == 0 and y == 0):
        return None, None, True
    return x, y, False
