"""The files of books in the data folder: ``<id>.pdf`` and ``<id>.xlsx``, until their time is over."""

import hashlib
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

from wangge.books.schemas import BookFormat

FORMATS: tuple[BookFormat, ...] = ("pdf", "xlsx")


def path_of(folder: Path, book_id: UUID, format_: BookFormat) -> Path:
    """Where a book's file lies."""
    return folder / f"{book_id}.{format_}"


def keep(made_in: Path, folder: Path, book_id: UUID) -> dict[str, Any]:
    """Move a made book's files into the folder; returns sizes in bytes and SHA-256 by the table's columns. Slow: call in a thread."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    facts: dict[str, Any] = {}
    for format_ in FORMATS:
        made = made_in / f"book.{format_}"
        with made.open("rb") as file:
            facts[f"{format_}_sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        facts[f"{format_}_bytes"] = made.stat().st_size
        shutil.move(made, path_of(folder, book_id, format_))
    return facts


def ids_in(folder: Path) -> set[UUID]:
    """The books that have files there. Slow: call in a thread."""
    found = set()
    for file in folder.glob("*.*") if folder.is_dir() else ():
        try:
            found.add(UUID(file.stem))
        except ValueError:  # not one of ours: left alone
            continue
    return found


def remove(folder: Path, ids: set[UUID]) -> None:
    """Delete these books' files. Slow: call in a thread."""
    for book_id in ids:
        for format_ in FORMATS:
            path_of(folder, book_id, format_).unlink(missing_ok=True)
