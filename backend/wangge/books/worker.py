"""The process that makes one book: ``python -m wangge.books.worker``, its job as JSON on standard input.

It reads the database itself, in the scope of whoever asked, and sets the type, so that neither keeps a server's requests waiting.
It prints the name of each stage and leaves ``book.pdf``, ``book.xlsx`` and ``made`` in the job's folder.
"""

import asyncio
import os
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from wangge.books import repository
from wangge.books.document import Document, Made
from wangge.books.employer_file import employer_file
from wangge.books.errors import BookInterrupted
from wangge.books.fonts import find_fonts
from wangge.books.grid_book import grid_book
from wangge.books.typesetting import typeset
from wangge.books.workbook import write_workbook
from wangge.core.db import make_engine, unit_of_work
from wangge.core.errors import WanggeError, in_every_language
from wangge.evidence.files import EvidenceFiles


class Job(Struct):
    """The database (as the API's own role), the secret of the attempt, and the folders to work with."""

    database_url: str
    attempt: str
    folder: str
    evidence_dir: str
    fonts_dir: str | None


def _stage(name: str) -> None:
    print(name, flush=True)


def main(job: Job) -> None:
    """Make the book; a refusal that people should hear of is left in ``made``."""
    folder = Path(job.folder)
    try:
        fonts = find_fonts(Path(job.fonts_dir) if job.fonts_dir else None)
        _stage("gathering")
        document = asyncio.run(_gather(job, folder))
        _stage("typesetting")
        pages = typeset(document, folder, fonts)
        _stage("spreadsheet")
        write_workbook(document, folder / "book.xlsx")
        made = Made(pages=pages, facts=document.counts)
    except WanggeError as error:
        made = Made(problem={str(language): problem for language, problem in in_every_language(error).items()})
    (folder / "made").write_bytes(msgspec.json.encode(made))


async def _gather(job: Job, folder: Path) -> Document:
    """The document, read in one transaction: all of it is true of one moment.

    Raises:
        BookInterrupted: the attempt is no more.
    """
    engine = make_engine(job.database_url, pool_size=1)
    try:
        async with unit_of_work(engine) as db:
            await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            asked = await repository.enter_to_read(db, job.attempt)
            if asked is None:
                raise BookInterrupted()
            if asked.kind == "grid":
                return await grid_book(db, asked, folder)
            return await employer_file(db, asked, folder, EvidenceFiles(Path(job.evidence_dir)))
    finally:
        await engine.dispose()


if __name__ == "__main__":
    os.nice(10)  # requests come first
    main(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))
