"""Making books in tests, and reading them with other programs than those that wrote them."""

import asyncio
import io
import subprocess
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from python_calamine import CalamineWorkbook


async def made(http: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """Ask for a book, and wait for its end."""
    answer = await http.post("/api/books", json=wanted)
    assert answer.status_code == 201, answer.text
    return await to_its_end(http, answer.json()["id"])


async def to_its_end(http: httpx.AsyncClient, book_id: str) -> dict[str, Any]:
    """The book once nobody works on it any more."""
    for _ in range(2000):
        answer = await http.get(f"/api/books/{book_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if found["state"] != "making":
            return found
        await asyncio.sleep(0.3)
    raise AssertionError(f"it is still being made ({found['stage']})")


async def taken(http: httpx.AsyncClient, book: dict[str, Any], format_: str) -> bytes:
    """A book's file."""
    answer = await http.get(f"/api/books/{book['id']}/{format_}")
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == book[f"{format_}_bytes"]
    return answer.content


def text_of(pdf: bytes) -> str:
    """What a reader that knows only the PDF finds in it, without the spaces that layout brings."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def fonts_of(pdf: bytes, folder: Path) -> list[dict[str, str]]:
    """The fonts in a PDF: name, whether embedded, whether its characters can be told."""
    (folder / "fonts.pdf").write_bytes(pdf)
    lines = subprocess.run(["pdffonts", str(folder / "fonts.pdf")], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    return [{"name": line[:37].strip(), "embedded": line.split()[-5], "unicode": line.split()[-3]} for line in lines]


def pages_of(pdf: bytes, folder: Path, dpi: int = 50) -> list[Image.Image]:
    """Every page as a picture in grey."""
    (folder / "pages.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-png", str(folder / "pages.pdf"), str(folder / "page")]
    subprocess.run(command, check=True, capture_output=True)
    return [Image.open(file) for file in sorted(folder.glob("page-*.png"))]


def sheets_of(xlsx: bytes) -> dict[str, list[list[Any]]]:
    """The rows of every sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
