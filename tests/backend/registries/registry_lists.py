"""Lists as departments make them, and waiting for an import."""

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import xlsxwriter


async def to_its_end(http: httpx.AsyncClient, import_id: str) -> dict[str, Any]:
    """The import once nothing goes on any more."""
    for _ in range(150):
        answer = await http.get(f"/api/registry-imports/{import_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if found["state"] not in ("reading", "applying"):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"it is still {found['state']} ({found['stage']})")


def csv_list(rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def xlsx_list(fill: Callable[[Any, Any], None]) -> bytes:
    """A workbook with one sheet, filled by ``fill(book, sheet)``."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book, book.add_worksheet("名单"))
    book.close()
    return out.getvalue()
