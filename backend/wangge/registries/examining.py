"""Reading a list from its first row to its last: find the headings, give the columns to fields, and judge row by row."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from wangge.core.errors import WanggeError
from wangge.matching.normalising import Normaliser
from wangge.registries.cells import text_of
from wangge.registries.errors import ListTooLong, ListTooWide
from wangge.registries.fields import FIELDS, guessed, is_own_mark
from wangge.registries.headers import LOOKED_AT, Header, found_header, header_at
from wangge.registries.jobs import CHUNK_ROWS, COLUMNS, ListFound, ListJob
from wangge.registries.problems import PROBLEMS
from wangge.registries.rows import ListRow, RowReader, is_no_row
from wangge.registries.sheet_files import OpenSheet, open_sheet
from wangge.spatial_imports.rules import kept_problem

SAMPLE_ROWS = 5
Told = Callable[[str], None]


def examine(job: ListJob, folder: Path, tell: Told) -> ListFound:
    """What is in the job's file. Rows go to ``folder`` as chunks of CSV, each told as ``chunk NAME ROWS`` where ROWS counts from
    the first row of the file; as many as ``job.done`` are passed over.
    """
    tell("opening")
    try:
        return _examined(job, folder, tell)
    except WanggeError as error:
        return ListFound(state="failed", problem=kept_problem(error))


def _examined(job: ListJob, folder: Path, tell: Told) -> ListFound:
    sheet = open_sheet(Path(job.path), job.answers.sheet, job.answers.encoding)
    head = list(islice(sheet.rows, LOOKED_AT + 10))
    width = max(map(len, head), default=0)
    if width > job.limits["registry_max_columns"]:
        raise ListTooWide(columns=width, limit=job.limits["registry_max_columns"])
    header = _header(job, sheet, head)
    report: dict[str, Any] = {"sheets": sheet.sheets, "sheet": sheet.name, "encoding": sheet.encoding}
    if header is None:
        report["question"] = {"kind": "header"}
        report["sample"] = [[text_of(cell)[:60] for cell in row[:40]] for row in head[:12]]
        return ListFound(state="needs_answer", report=report)
    columns, basis = _columns(job, header)
    below = head[header.first + header.depth :]
    report |= {
        "header_row": header.first + 1,
        "header_rows": header.depth,
        "headings": list(header.headings),
        "fingerprint": header.fingerprint,
        "columns": columns,
        "basis": basis,
        "sample": [[text_of(cell)[:60] for cell in row[: len(header.headings)]] for row in below if not is_no_row(row, header.headings)][
            :SAMPLE_ROWS
        ],
    }
    if columns.get("name", -1) < 0:
        report["question"] = {"kind": "columns"}
        return ListFound(state="needs_answer", report=report)
    tell("rows")
    reader = RowReader(columns, Normaliser(job.cities, job.counties))
    lines = enumerate(chain(below, sheet.rows), header.first + header.depth + 1)
    report |= _written(job, folder, tell, reader, header, lines)
    return ListFound(state="ready", report=report)


def _header(job: ListJob, sheet: OpenSheet, head: Sequence[Sequence[Any]]) -> Header | None:
    if job.answers.header_row:
        found = header_at(head, min(job.answers.header_row, LOOKED_AT) - 1, job.answers.header_rows, sheet.merged)
        return found if any(found.headings) else None
    return found_header(head, sheet.merged)


def _columns(job: ListJob, header: Header) -> tuple[dict[str, int], dict[str, str]]:
    """Field → column: as answered, else as remembered for these headings, else by the headings."""
    known = {field: place for field, place in guessed(header.headings).items() if not is_own_mark(header.headings[place])}
    columns, basis = dict(known), dict.fromkeys(known, "guessed")
    for said, how in ((job.remembered.get(header.fingerprint), "remembered"), (job.answers.columns, "answered")):
        for field, place in (said or {}).items():
            if field in FIELDS and place < max(len(header.headings), 1):
                columns[field], basis[field] = place, how
    return columns, basis


def _written(
    job: ListJob, folder: Path, tell: Told, reader: RowReader, header: Header, lines: Iterator[tuple[int, Sequence[Any]]]
) -> dict[str, Any]:
    counts, codes = Counter[str](rows=0, errors=0, warnings=0, passed_over=0), Counter[str]()
    chunk: list[ListRow] = []
    limit = job.limits["registry_max_rows"]
    for number, cells in lines:
        if is_no_row(cells, header.headings):
            counts["passed_over"] += 1
            continue
        row = reader.read(number, cells)
        counts["rows"] += 1
        if counts["rows"] > limit:
            raise ListTooLong(limit=limit)
        counts["errors"] += row.severity == "error"
        counts["warnings"] += row.severity == "warning"
        codes.update({problem["code"] for problem in row.problems})
        if counts["rows"] > job.done:
            chunk.append(row)
            if len(chunk) == CHUNK_ROWS:
                _hand_over(folder, tell, chunk, counts["rows"])
                chunk = []
    if chunk:
        _hand_over(folder, tell, chunk, counts["rows"])
    kinds = [{"code": code, "severity": PROBLEMS[code][0], "count": count} for code, count in codes.most_common()]
    return {"counts": dict(counts), "codes": kinds}


def _hand_over(folder: Path, tell: Told, rows: Sequence[ListRow], so_far: int) -> None:
    name = f"chunk-{so_far:09d}"
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        for row in rows:
            values = {**msgspec.structs.asdict(row), **_keys_as_text(row)}
            write.writerow([_cell(values[column]) for column in COLUMNS])
    tell(f"chunk {name} {so_far}")


def _keys_as_text(row: ListRow) -> dict[str, Any]:
    k = row.keys
    blocks = "{" + ",".join(f'"{_in_array(block)}"' for block in k.blocks) + "}"
    return {
        "problems": json.dumps(row.problems, ensure_ascii=False),
        "raw": None if row.raw is None else json.dumps(row.raw, ensure_ascii=False),
        "name_key": k.name_key,
        "core": k.core,
        "pinyin": k.pinyin,
        "place": k.place,
        "address_key": k.address_key,
        "blocks": blocks,
    }


def _in_array(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _cell(value: Any) -> str:
    r"""For COPY in CSV with ``\N`` as null: an empty text stays an empty text."""
    return "\\N" if value is None else str(value)
