"""Parts that both kinds of book have."""

from typing import Any

from wangge.books.asked import Asked
from wangge.books.document import Cell, Column, Table
from wangge.books.words import ACTIVITIES, Words, long_day, moment_text
from wangge.core.clock import china_day


def cover(say: Words, asked: Asked) -> list[tuple[str, str]]:
    """The last lines of a cover: the period, who made the book, when."""
    first, last = long_day(asked.period_from, asked.language), long_day(asked.period_to, asked.language)
    return [
        (say("走访期间", "Visits"), f"{first} — {last}"),
        (say("制作单位", "Unit"), asked.unit or ""),
        (say("制作人", "Made by"), asked.made_by),
        (say("制作日期", "Made on"), long_day(china_day(asked.made_at), asked.language)),
    ]


def table(say: Words, asked: Asked, columns: list[Column], rows: list[list[Cell]], total: int, empty: str) -> Table:
    """A table with the book's limits; what paper leaves out is said below it."""
    printed = asked.limits.printed_rows
    left_out = ""
    if total > printed:
        left_out = say(
            f"本表共 {total:,} 行，此处印出前 {printed:,} 行；其余见随册电子表格（最多 {asked.limits.sheet_rows:,} 行）。",
            f"{total:,} rows in all, of which the first {printed:,} are printed; see the spreadsheet for the others "
            f"(at most {asked.limits.sheet_rows:,}).",
        )
    return Table(columns=columns, rows=rows, total=total, printed=printed, empty=empty, left_out=left_out)


def visits_table(say: Words, asked: Asked, visits: list[dict[str, Any]], total: int, *, with_employer: bool) -> Table:
    """Visits of a grid, or of one employer."""
    subject = [Column(title=say("用人单位", "Employer"), width=2.8)] if with_employer else []
    columns = [
        Column(title=say("时间", "When"), width=1.75, how="moment"), Column(title=say("走访人", "Who"), width=1, under=True), *subject,
        Column(title=say("内容", "What"), width=1.3), Column(title=say("见到的人", "Met"), width=1, under=True),
        Column(title=say("发现问题", "Findings"), width=2.4, marks=True), Column(title=say("情况记录", "Note"), width=2.4),
        Column(title=say("照片", "Photos"), width=0.6, how="number"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [moment_text(v["happened_at"]), v["person"]["name"] or "", *([v["employer_name"] or ""] if with_employer else []),
         say.join([say.of(ACTIVITIES, a) for a in v["activities"]]), v["people_met"], say.findings(v["findings"]), v["note"], v["arrived"]]
        for v in visits
    ]  # fmt: skip
    empty = say(f"{asked.period_from} 至 {asked.period_to} 没有走访记录。", f"No visits from {asked.period_from} to {asked.period_to}.")
    return table(say, asked, columns, rows, total, empty)
