"""The file of an employer on paper (一企一档): gathered from the database into a document.

What the file says of an employer is listed in ``FACTS``: a new field of the form is a line there, and prints.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.books import contents
from wangge.books.asked import Asked
from wangge.books.document import Cell, Column, Document, Facts, Figures, Map, Photo, Photos, Section, Table
from wangge.books.events import PRINTED, event_words
from wangge.books.grid_book import AROUND, CUT, say_words
from wangge.books.map_drawing import Dot, Drawing, Outline, backdrop, draw
from wangge.books.parts import cover, table, visits_table
from wangge.books.words import NO_USCC, POSITION_SOURCES, REVIEW_STATES, Words, day_text, moment_text
from wangge.core.masking import mask_phone
from wangge.core.paging import Page
from wangge.core.repository import Where
from wangge.employer_files.repository import merged_ids
from wangge.employer_files.timeline import timeline
from wangge.evidence.files import EvidenceFiles

MAP_HEIGHT = 1100
"""An employer's map leaves room for its facts: tenths of a millimetre."""
Say = Callable[[Words, dict[str, Any]], str]


@dataclass(frozen=True)
class Fact:
    """One field of the file: its names, and its value as the book writes it."""

    zh: str
    en: str
    say: Say


def _plain(key: str) -> Say:
    return lambda say, row: "" if row[key] is None else str(row[key])


def _code(say: Words, row: dict[str, Any]) -> str:
    return row["uscc"] or say.of(NO_USCC, row["no_uscc_reason"]) or say("无信用代码", "no credit code")


def _contact(say: Words, row: dict[str, Any]) -> str:
    return " ".join(filter(None, (row["contact_name"], mask_phone(row["contact_phone"]))))


def _position(say: Words, row: dict[str, Any]) -> str:
    if not row["position"]:
        return say("没有位置", "no position")
    lon, lat = row["position"]
    accuracy = f" ± {row['accuracy_m']:.0f} m" if row["accuracy_m"] else ""
    return f"{lat:.5f}, {lon:.5f}{accuracy}"


def _flags(say: Words, row: dict[str, Any]) -> str:
    named = {"on_key_list": ("重点监管", "key list"), "is_key": ("重点单位", "key employer"), "is_non_local": ("外地驻潍", "non-local")}
    return say.join([say(*words) for key, words in named.items() if row[key]]) or say("无", "none")


COMPLETE, INCOMPLETE = ("填写完整", "complete"), ("尚未填完", "not complete")
FACTS: dict[tuple[str, str], list[Fact]] = {
    ("基本信息", "Identity"): [
        Fact("单位名称", "Name", _plain("name")),
        Fact("统一社会信用代码", "Credit code", _code),
        Fact("地址", "Address", _plain("address")),
        Fact("行业代码", "Industry code", _plain("industry_code")),
        Fact("用工人数", "Staff", _plain("employees")),
        Fact("联系人", "Contact", _contact),
        Fact("备注", "Note", _plain("note")),
    ],
    ("位置与网格", "Place and grid"): [
        Fact("所在网格", "Grid", lambda say, row: " › ".join((row["grid"] or {}).get("path_names", []))),
        Fact("坐标", "Position", _position),
        Fact("坐标来源", "Source of it", lambda say, row: say.of(POSITION_SOURCES, row["position_source"])),
    ],
    ("监管状态", "Supervision"): [
        Fact("档案状态", "File", lambda say, row: say.of(REVIEW_STATES, row["review_state"])),
        Fact("诚信等级", "Grade", lambda say, row: row["grade"] or say("未评级", "not graded")),
        Fact("重点标记", "Marks", _flags),
        Fact("登记表", "Survey form", lambda say, row: say(*(COMPLETE if row["is_complete"] else INCOMPLETE))),
        Fact("登记时间", "Registered", lambda say, row: moment_text(row["registered_at"])),
        Fact("最近走访", "Last visit", lambda say, row: day_text(row["last_visited_at"]) or say("从未走访", "never")),
        Fact("未覆盖原因", "Why uncovered", lambda say, row: say.reasons(row["reasons"]) or say("已覆盖", "covered")),
    ],
}


async def employer_file(db: AsyncSession, asked: Asked, folder: Path, files: EvidenceFiles) -> Document:
    """Everything of the book; map and thumbnails are written into ``folder``."""
    assert asked.employer_id is not None  # noqa: S101  (by the table's constraint)
    say, limits = Words(asked.language), asked.limits
    row = await contents.employer(db, asked.employer_id)
    visits, visits_total = await contents.visits(
        db, Where("v.employer_id = :employer_id", employer_id=asked.employer_id), asked.period_from, asked.period_to, limits.sheet_rows
    )
    happened = await timeline(db, await merged_ids(db, asked.employer_id), PRINTED, 1, limits.sheet_rows, newest_first=False)
    photos = await contents.photos(db, asked.employer_id, limits.photos)
    photos_total = photos[0]["total"] if photos else 0
    findings = [(v, f) for v in visits for f in v["findings"]]
    sections = [
        Section(title=say(*title), sheet=say(*title), parts=[Facts(facts=[(say(f.zh, f.en), f.say(say, row)) for f in facts])])
        for title, facts in FACTS.items()
    ]
    if row["position"]:
        sections[1].parts.append(await _map(db, say, row, folder))
    sections += [
        Section(title=say("走访记录", "Visits"), sheet=say("走访", "Visits"),
                parts=[Figures(figures=[(str(visits_total), say("期间走访", "visits"), ""),
                                        (str(len(findings)), say("发现问题", "findings"), "uncovered" if findings else ""),
                                        (str(photos_total), say("照片", "photos"), "")]),
                       visits_table(say, asked, visits, visits_total, with_employer=False)]),
        Section(title=say("发现问题", "Findings"), sheet=say("发现问题", "Findings"), parts=[_findings(say, asked, findings)]),
        Section(title=say("照片", "Photos"), sheet=say("照片", "Photos"), parts=[await _photos(say, photos, photos_total, folder, files)]),
        Section(title=say("档案时间线", "Timeline"), sheet=say("时间线", "Timeline"),
                parts=[_timeline(say, asked, happened)]),
    ]  # fmt: skip
    return Document(
        kind="employer", language=asked.language, series=say("一企一档", "Employer file"), title=row["name"],
        subtitle=_code(say, row), day=day_text(asked.made_at),
        cover=[(say("所在网格", "Grid"), " › ".join((row["grid"] or {}).get("path_names", []))), *cover(say, asked)],
        words=say_words(say), sections=sections, contents=False,
        counts={"visits": visits_total, "findings": len(findings), "photos": photos_total, "events": happened.total},
    )  # fmt: skip


def _findings(say: Words, asked: Asked, findings: list[tuple[dict[str, Any], dict[str, Any]]]) -> Table:
    columns = [
        Column(title=say("走访时间", "Visit"), width=1.4, how="moment"), Column(title=say("走访人", "Who"), width=1),
        Column(title=say("问题", "Finding"), width=5, marks=True),
    ]  # fmt: skip
    rows = [[moment_text(v["happened_at"]), v["person"]["name"] or "", say.findings([f])] for v, f in findings]
    return table(say, asked, columns, rows, len(rows), say("期间走访没有发现问题。", "The visits of the period found nothing."))


def _timeline(say: Words, asked: Asked, happened: Page[dict[str, Any]]) -> Table:
    columns = [
        Column(title=say("时间", "When"), width=1.5, how="moment"), Column(title=say("事项", "What"), width=1.8),
        Column(title=say("人员", "Who"), width=1.1), Column(title=say("说明", "Detail"), width=3.7),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[moment_text(event["at"]), *event_words(say, event)] for event in happened.items]
    return table(say, asked, columns, rows, happened.total, "")


async def _map(db: AsyncSession, say: Words, row: dict[str, Any], folder: Path) -> Map:
    grid = await contents.grid(db, row["grid"]["id"])
    lon, lat = row["position"]
    state = "uncovered" if row["reasons"] else "covered"
    drawing = Drawing(
        own=Outline(grid["shape"], grid["name"]),
        beside=[Outline(n["shape"], n["name"]) for n in await contents.beside(db, grid["id"], CUT) if n["shape"]],
        lines=backdrop(grid["shape"], AROUND), dots=[Dot(lon, lat, state, row["on_key_list"], row["name"])],
        margin=AROUND, height_max=MAP_HEIGHT, unit=say("千米", "km"), metre=say("米", "m"), north=say("北", "N"),
    )  # fmt: skip
    (folder / "map.svg").write_text(draw(drawing), encoding="utf-8")
    legend = [("own", grid["name"]), ("beside", say("相邻网格", "grids beside it")), (state, say("本单位", "this employer"))]
    return Map(file="map.svg", legend=legend, note="")


async def _photos(say: Words, photos: list[dict[str, Any]], total: int, folder: Path, files: EvidenceFiles) -> Photos:
    kinds = {"visit": ("走访照片", "visit"), "check_in": ("签到照片", "check-in"), "employer": ("单位照片", "employer"),
             "talk": ("宣传照片", "talk"), "incident": ("事件照片", "incident")}  # fmt: skip
    shown = []
    for n, photo in enumerate(photos):
        file = None
        if photo["copy_state"] == "stored":
            try:
                (folder / f"photo-{n}.jpg").write_bytes(await files.thumbnail(photo["copy_sha256"]))
                file = f"photo-{n}.jpg"
            except (FileNotFoundError, ValueError):  # said on the page: the picture cannot be shown
                file = None
        where = say("相册", "gallery") if photo["source"] == "gallery" else say("现场拍摄", "taken on the spot")
        shown.append(Photo(file=file, caption=f"{say.of(kinds, photo['subject_kind'])} {moment_text(photo['captured_at'])}",
                           detail=f"{photo['person'] or ''} {where}".strip(), sha256=photo["copy_sha256"]))  # fmt: skip
    missing = say("照片尚未传到或无法显示", "not arrived, or cannot be shown")
    return Photos(photos=shown, empty=say("没有照片。", "No photos."), missing=missing)
