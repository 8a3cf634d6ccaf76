"""Opening what departments send: XLSX and XLS by calamine, CSV in UTF-8 or GBK as a stream; nothing in a file is ever run."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from wangge.registries.errors import (
    ListFileDamaged,
    ListIsEmpty,
    ListIsWebPage,
    ListKindUnknown,
    ListLocked,
    ListSheetMissing,
    ListUndecodable,
)
from wangge.registries.headers import Merged

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GB18030 (GBK)", "utf-16": "UTF-16", "big5": "Big5"}
_BLOCK = 1 << 20
_SEPARATORS = ",\t;|，"


@dataclass
class OpenSheet:
    """One sheet: its rows from the first, and what is merged in it."""

    name: str
    rows: Iterator[list[Any]]
    merged: list[Merged] = field(default_factory=list)
    encoding: str | None = None
    sheets: list[str] = field(default_factory=list)


def open_sheet(path: Path, asked_sheet: str | None, asked_encoding: str | None) -> OpenSheet:
    """The asked sheet of a file, else its first with anything in it.

    Raises:
        ListIsEmpty, ListKindUnknown, ListFileDamaged, ListIsWebPage, ListLocked, ListSheetMissing, ListUndecodable: as they say.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\x00 \r\n\t"):
        raise ListIsEmpty()
    if head.startswith((ZIP, OLE)):
        return _workbook(path, head, asked_sheet)
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"mime-version")):
        raise ListIsWebPage()
    if b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ListKindUnknown()
    return _text_table(path, asked_encoding)


def _workbook(path: Path, head: bytes, asked: str | None) -> OpenSheet:
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        if asked is not None and asked not in names:
            raise ListSheetMissing(sheet=asked)
        for name in [asked] if asked else names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height or asked:
                break
        else:
            raise ListIsEmpty()
        left = sheet.start[1] if sheet.start else 0
        merged = [((a, b - left), (c, d - left)) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
    except CalamineError as exc:
        if head.startswith(OLE) and "encrypt" in _all_of(path, b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P"):
            raise ListLocked() from exc
        if "assword" in str(exc):
            raise ListLocked() from exc
        raise ListFileDamaged() from exc
    return OpenSheet(sheet.name, (list(row) for row in sheet.iter_rows()), merged, None, names)


def _all_of(path: Path, mark: bytes) -> str:
    return "encrypt" if mark in path.read_bytes() else ""


def _encoding_of(path: Path) -> str:
    """UTF-8 where the whole file is, else GB18030 where the whole file is."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", True)
            return name
        except UnicodeDecodeError:
            continue
    raise ListUndecodable()


def _text_table(path: Path, asked: str | None) -> OpenSheet:
    encoding = asked if asked in ENCODINGS else _encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = [line for line in (file.readline() for _ in range(30)) if line.strip()]
    if sample and sample[0].lower().startswith("sep="):
        separator = sample[0].strip()[4:5] or ","
    else:
        separator = max(_SEPARATORS, key=lambda sign: (sum(min(line.count(sign), 50) for line in sample), sign == ","))
    if not any(separator in line for line in sample) and len(sample) > 1 and len(sample[0]) > 200:
        raise ListKindUnknown()
    csv.field_size_limit(1_000_000)
    return OpenSheet("", _lines(path, encoding, separator), [], ENCODINGS.get(encoding.removesuffix("-sig"), encoding), [])


def _lines(path: Path, encoding: str, separator: str) -> Iterator[list[Any]]:
    with path.open(encoding=encoding, errors="strict", newline="") as file:
        try:
            for row in csv.reader(file, delimiter=separator):
                if len(row) == 1 and row[0].lower().startswith("sep="):
                    row = []
                yield list(row)
        except UnicodeDecodeError as exc:
            raise ListUndecodable() from exc
        except csv.Error as exc:
            raise ListFileDamaged() from exc
