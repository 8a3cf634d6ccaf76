"""Spreadsheets: writing lists and templates (XLSX), reading what people send back. Slow, so callers run it in a thread."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter
from litestar import Response
from python_calamine import CalamineError, CalamineWorkbook

from wangge.core.errors import FieldProblem, Language, WanggeError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATE = re.compile(r"^(\d{4})\s*(?:[-/.年])\s*(\d{1,2})\s*(?:[-/.月])\s*(\d{1,2})\s*日?$")


class SheetUnreadable(WanggeError):
    """The file is no spreadsheet that can be read."""

    code, status = "sheet_unreadable", 422
    zh = "这个文件读不出来。请用模板填写，另存为 .xlsx 后再上传。"
    en = "This file cannot be read. Fill in the template and save it as .xlsx."


class SheetWithoutColumns(WanggeError):
    """Headings are missing."""

    code, status = "sheet_without_columns", 422
    zh = "表头缺少：{missing}。请用模板填写，不要改动表头。"
    en = "Missing headings: {missing}. Use the template and leave its headings as they are."


class SheetTooLong(WanggeError):
    """More rows than are taken at once."""

    code, status = "sheet_too_long", 422
    zh = "一次最多导入 {max} 行，这个文件有 {count} 行。请分成几个文件。"
    en = "At most {max} rows at once; this file has {count}. Split it."


class SheetHasErrors(WanggeError):
    """Nothing was imported, for some rows cannot be."""

    code, status = "sheet_has_errors", 422
    zh = "有 {count} 行需要改正，没有导入任何一行。请下载标注过的表格，改正后再导入。"
    en = "{count} row(s) need correcting; nothing was imported. Download the marked-up sheet and correct it."


@dataclass(frozen=True)
class Column:
    """A column: its key in the code, its headings, its width in characters; ``choices`` are code → (zh, en)."""

    key: str
    zh: str
    en: str
    width: int = 14
    required: bool = False
    choices: Mapping[str, tuple[str, str]] | None = None

    def heading(self, language: Language) -> str:
        """The heading, a star where it must be filled in."""
        return (self.zh if language == "zh" else self.en) + ("*" if self.required else "")

    def say(self, value: Any, language: Language) -> Any:
        """A cell's value as people read it."""
        if self.choices and value in self.choices:
            return self.choices[value][0 if language == "zh" else 1]
        return "" if value is None else value

    def read(self, text: str) -> str | None:
        """A choice's code by any of its words; other text as it stands. None where the word is not known."""
        if not self.choices or not text:
            return text
        for code, words in self.choices.items():
            if text.lower() in (code, words[0], words[1].lower()):
                return code
        return None


@dataclass
class SheetRow:
    """A row that was read: its number as the spreadsheet counts, its cells by key, what is wrong with it by key."""

    number: int
    cells: dict[str, str]
    problems: list[FieldProblem] = field(default_factory=list)

    def wrong(self, key: str, zh: str, en: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(FieldProblem(key, "wrong", zh, en))


def write_sheet(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    language: Language,
    notes: Mapping[tuple[int, str], str] | None = None,
) -> bytes:
    """One sheet as XLSX; ``notes`` mark cells, by (index of the row from 0, key), in red with a comment.

    Text is written as text: what looks like a formula stays what it is.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bg_color": "#E8F1F5", "border": 1, "valign": "vcenter", "text_wrap": True})
    body, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    wrong = book.add_format({"bg_color": "#FDE2E1", "font_color": "#B3261E", "num_format": "@"})
    sheet.set_row(0, 24)
    sheet.freeze_panes(1, 0)
    for x, column in enumerate(columns):
        sheet.set_column(x, x, column.width, body)
        sheet.write_string(0, x, column.heading(language), head)
        if column.choices:
            words = [w[0 if language == "zh" else 1] for w in column.choices.values()]
            sheet.data_validation(1, x, 5000, x, {"validate": "list", "source": words, "ignore_blank": True})
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            value, note = column.say(row.get(column.key), language), (notes or {}).get((y, column.key))
            if note:
                sheet.write_comment(y + 1, x, note, {"x_scale": 2, "author": "Wangge"})
            if isinstance(value, date | datetime):
                sheet.write_datetime(y + 1, x, value, day)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(y + 1, x, value)
            else:
                sheet.write_string(y + 1, x, str(value), wrong if note else body)
    book.close()
    return out.getvalue()


def spreadsheet(content: bytes, filename: str) -> Response[bytes]:
    """The answer that carries a spreadsheet; kept by no cache, for it may hold personal data."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


def _text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read_sheet(data: bytes, columns: Sequence[Column], max_rows: int) -> list[SheetRow]:
    """The rows of a file's first sheet, cells as text (days as YYYY-MM-DD, choices as their codes); empty rows are left out.

    Raises:
        SheetUnreadable, SheetWithoutColumns, SheetTooLong: as they say.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        table = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as exc:
        raise SheetUnreadable() from exc
    headings = [_text(cell).rstrip("*") for cell in (table[0] if table else [])]
    place = {c.key: next((i for i, h in enumerate(headings) if h in (c.zh, c.en)), None) for c in columns}
    missing = [c.zh for c in columns if c.required and place[c.key] is None]
    if missing:
        raise SheetWithoutColumns(missing="、".join(missing))
    rows = []
    for number, line in enumerate(table[1:], 2):
        cells = {key: _text(line[i]) if i is not None and i < len(line) else "" for key, i in place.items()}
        if not any(cells.values()):
            continue
        row = SheetRow(number, cells)
        for column in columns:
            text = cells[column.key]
            if column.required and not text:
                row.wrong(column.key, f"“{column.zh}”必须填写。", f"{column.en} is missing.")
            code = column.read(text)
            if code is None:
                words = "、".join(w[0] for w in (column.choices or {}).values())
                row.wrong(column.key, f"“{column.zh}”没有“{text}”这一项，可填：{words}。", f"{column.en} has no {text!r}.")
            else:
                cells[column.key] = code
        rows.append(row)
        if len(rows) > max_rows:
            raise SheetTooLong(max=max_rows, count=len(table) - 1)
    return rows


def day_of(text: str) -> date | None:
    """A day as people write it: 2026-3-1, 2026/03/01, 2026年3月1日, 20260301; None where it is none."""
    found = DATE.match(text)
    parts = found.groups() if found else (text[:4], text[4:6], text[6:]) if re.fullmatch(r"\d{8}", text) else None
    if parts is None:
        return None
    try:
        return date(*(int(p) for p in parts))
    except ValueError:
        return None
