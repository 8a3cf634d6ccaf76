"""The spreadsheet of a book: a sheet for each section, whole, with text as text. Runs in the working process."""

from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from wangge.books.document import Cell, Column, Document, Facts, Figures, Map, Photos, Section, Table, Text

PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(document: Document, path: Path) -> None:
    """Write the XLSX: the cover first, then every section."""
    book = xlsxwriter.Workbook(str(path), PLAIN)
    day = datetime.fromisoformat(document.day).replace(tzinfo=UTC)
    book.set_properties({"title": f"{document.series} {document.title}", "created": day})
    formats = _Formats(book)
    _cover(book, document, formats)
    for section in document.sections:
        _section(book, document, section, formats)
    book.close()


class _Formats:
    """The few looks of cells."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.name = book.add_format({"bold": True, "valign": "top"})
        self.head = book.add_format({"bold": True, "bg_color": "#E8F1F5", "border": 1, "valign": "vcenter", "text_wrap": True})
        self.body = book.add_format({"num_format": "@", "valign": "top"})
        self.mark = book.add_format({"num_format": "@", "font_color": "#A83F06", "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})
        self.soft = book.add_format({"font_color": "#4D5F68"})


def _cover(book: xlsxwriter.Workbook, document: Document, formats: _Formats) -> None:
    sheet = book.add_worksheet(document.series[:31])
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, document.series, formats.soft)
    sheet.write_string(1, 0, document.title, formats.title)
    sheet.write_string(2, 0, document.subtitle, formats.soft)
    for y, (name, value) in enumerate(document.cover, 4):
        sheet.write_string(y, 0, name, formats.name)
        sheet.write_string(y, 1, value, formats.body)


def _section(book: xlsxwriter.Workbook, document: Document, section: Section, formats: _Formats) -> None:
    """A sheet; a lone table begins in the first row, so that it can be filtered and pasted elsewhere."""
    parts = [p for p in section.parts if not isinstance(p, Map)]
    if not parts:
        return
    sheet = book.add_worksheet(section.sheet[:31])
    y, wide = 0, False
    for part in sorted(parts, key=lambda p: isinstance(p, Table)):
        match part:
            case Facts():
                y = _pairs(sheet, y, part.facts, formats)
            case Figures():
                y = _pairs(sheet, y, [(words, number) for number, words, _ in part.figures], formats)
            case Text():
                sheet.write_string(y, 0, part.text)
                y += 2
            case Photos():
                columns = [("SHA-256", 68), ("", 30), ("", 40)]
                rows: list[list[Cell]] = [[p.sha256, p.caption, p.detail] for p in part.photos]
                y = _rows(sheet, y, [Column(title=t, width=w / 8, how="code") for t, w in columns], rows, formats)
                wide = True
            case Table():
                y = _rows(sheet, y, part.columns, part.rows, formats)
                if not part.rows:
                    sheet.write_string(y, 0, part.empty, formats.soft)
                    y += 1
                elif part.total > len(part.rows):
                    sheet.write_string(y, 0, part.left_out, formats.soft)
                    y += 1
                y += 1
                wide = True
    if not wide:
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 60)


def _pairs(sheet: xlsxwriter.worksheet.Worksheet, y: int, pairs: list[tuple[str, str]], formats: _Formats) -> int:
    for name, value in pairs:
        sheet.write_string(y, 0, name, formats.name)
        sheet.write_string(y, 1, value, formats.body)
        y += 1
    return y + 1


def _rows(sheet: xlsxwriter.worksheet.Worksheet, y: int, columns: list[Column], rows: list[list[Cell]], formats: _Formats) -> int:
    for x, column in enumerate(columns):
        least = 20 if column.how == "code" else 17 if column.how == "moment" else 8
        sheet.set_column(x, x, max(least, column.width * 10))
        sheet.write_string(y, x, column.title, formats.head)
    if y == 0:
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    for row in rows:
        y += 1
        for x, (column, value) in enumerate(zip(columns, row, strict=True)):
            _cell(sheet, y, x, column, value, formats)
    return y + 1


def _cell(sheet: xlsxwriter.worksheet.Worksheet, y: int, x: int, column: Column, value: Cell, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | float):
        sheet.write_number(y, x, value, formats.number)
    elif column.how in ("day", "moment") and value[:4].isdigit():
        sheet.write_datetime(y, x, datetime.fromisoformat(value), formats.day if column.how == "day" else formats.moment)
    else:
        sheet.write_string(y, x, value, formats.mark if column.marks else formats.body)
