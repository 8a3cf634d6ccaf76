"""Setting a document in type: Typst makes the PDF. Runs in the working process, never in the server's."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

from wangge.books.document import Document, Table
from wangge.books.fonts import FAMILIES, Fonts

TEMPLATE = Path(__file__).with_name("book.typ")


def typeset(document: Document, folder: Path, fonts: Fonts) -> int:
    """Write ``book.pdf`` into the folder, which holds the document's drawings and thumbnails; returns the number of pages.

    A character that the fonts lack is printed by its number, so that nothing is blank and nothing is lost.
    """
    (folder / "book.json").write_text(json.dumps(_printed(document, fonts), ensure_ascii=False), encoding="utf-8")
    shutil.copyfile(TEMPLATE, folder / "book.typ")
    compiler = typst.Compiler(folder / "book.typ", root=folder, font_paths=[fonts.folder], ignore_system_fonts=True)
    day = datetime.fromisoformat(document.day).replace(tzinfo=UTC)
    compiler.compile(output=folder / "book.pdf", format="pdf", timestamp=day)
    return int(compiler.query("<pages>", field="value", one=True))


def _printed(document: Document, fonts: Fonts) -> Any:
    """The document as the template reads it: without the rows that paper leaves out."""
    sections = [
        msgspec.structs.replace(
            section,
            parts=[msgspec.structs.replace(p, rows=p.rows[: p.printed]) if isinstance(p, Table) else p for p in section.parts],
        )
        for section in document.sections
    ]
    plain = msgspec.to_builtins(msgspec.structs.replace(document, sections=sections))
    return {**fonts.only_known(plain), "fonts": FAMILIES}
