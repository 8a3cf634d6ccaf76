"""The book of a grid (一格一册): gathered from the database into a document, at any level."""

from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.books import contents
from wangge.books.asked import Asked
from wangge.books.document import Column, Document, Facts, Figures, Map, Section, Table, Text
from wangge.books.map_drawing import Dot, Drawing, Outline, backdrop, bounds, draw
from wangge.books.parts import cover, table, visits_table
from wangge.books.words import LEVELS, NO_USCC, Words, day_text
from wangge.certificates.errors import KIND_NAMES
from wangge.core.repository import Where
from wangge.people.sheet import KIND_WORDS

NUMBERED_DOTS = 60
"""Up to so many employers the map writes each one's number of the register beside its dot."""
CUT = 0.7
"""How far borders beside the grid are read, as a share of the same; a narrow grid's sheet shows more of them than ``AROUND``."""
AROUND = 0.08
"""How much of the surroundings a map shows, as a share of the grid's longer side."""


async def grid_book(db: AsyncSession, asked: Asked, folder: Path) -> Document:
    """Everything of the book; the map is drawn into ``folder``."""
    say, limits = Words(asked.language), asked.limits
    grid = await contents.grid(db, asked.grid_id)
    path = asked.grid_path
    counts = await contents.counts(db, path)
    employers = await contents.employers(db, path, limits.sheet_rows)
    visits, visits_total = await contents.visits(
        db, Where("v.grid_path <@ cast(:path as ltree)", path=path), asked.period_from, asked.period_to, limits.sheet_rows
    )
    duties = await contents.duties(db, path, limits.sheet_rows)
    children = await contents.by_child(db, asked.grid_id, path, asked.period_from, asked.period_to) if grid["level"] < 4 else []
    key_list = await contents.key_list(db, path, limits.sheet_rows)
    uncovered = await contents.uncovered(db, path, limits.sheet_rows)
    sections = [
        Section(
            title=say("网格概况", "The grid"), sheet=say("概况", "Overview"),
            parts=[_figures(say, counts, visits_total), _facts(say, grid, counts, duties, asked)],
        ),
        Section(
            title=say("网格地图", "Map"), sheet=say("地图", "Map"),
            parts=[await _map(db, say, asked, grid, employers, folder)],
        ),
        Section(title=say("责任人员与四定", "People and duties"), sheet=say("责任人员", "People"), parts=[_people(say, asked, duties)]),
    ]  # fmt: skip
    if children:
        sections.append(Section(title=say("下级网格汇总", "The grids below"), sheet=say("下级网格", "Grids below"),
                                parts=[_children(say, asked, children)]))  # fmt: skip
    sections += [
        Section(title=say("用人单位名册", "Employers"), sheet=say("用人单位", "Employers"),
                parts=[_employers(say, asked, employers, counts["total"], grid)]),
        Section(title=say("重点监管单位", "Key supervision list"), sheet=say("重点监管", "Key list"),
                parts=[_key_list(say, asked, key_list, counts["key_list"])]),
        Section(title=say("覆盖情况", "Coverage"), sheet=say("未覆盖单位", "Uncovered"),
                parts=[_coverage(say, counts), _uncovered(say, asked, uncovered, counts["uncovered"])]),
        Section(title=say("期间走访记录", "Visits of the period"), sheet=say("走访", "Visits"),
                parts=[visits_table(say, asked, visits, visits_total, with_employer=True)]),
    ]  # fmt: skip
    return Document(
        kind="grid", language=asked.language, series=say("一格一册", "Grid book"), title=grid["name"],
        subtitle=" › ".join(grid["above"] or []), day=day_text(asked.made_at),
        cover=[(say("网格编码", "Grid code"), grid["code"]), (say("网格级别", "Level"), say.of(LEVELS, str(grid["level"]))),
               *cover(say, asked)],
        words=say_words(say), sections=sections, contents=True,
        counts={"employers": counts["total"], "uncovered": counts["uncovered"], "key_list": counts["key_list"], "visits": visits_total,
                "people": len({(d["person"], d["unit"]) for d in duties})},
    )  # fmt: skip


def say_words(say: Words) -> dict[str, str]:
    """What the template itself says."""
    return {
        "contents": say("目  录", "Contents"), "page": say("第 {} 页 · 共 {} 页", "Page {} of {}"), "blank": say("未填写", "not filled in"),
        "continued": say("（续）", " (continued)"),
    }  # fmt: skip


def _figures(say: Words, counts: dict[str, Any], visits: int) -> Figures:
    covered = counts["total"] - counts["uncovered"]
    return Figures(figures=[
        (f"{counts['total']:,}", say("用人单位", "employers"), ""), (f"{covered:,}", say("已覆盖", "covered"), "covered"),
        (f"{counts['uncovered']:,}", say("未覆盖", "uncovered"), "uncovered"),
        (f"{counts['key_list']:,}", say("重点监管", "on the key list"), "key"), (f"{visits:,}", say("期间走访", "visits"), ""),
    ])  # fmt: skip


def _facts(say: Words, grid: dict[str, Any], counts: dict[str, Any], duties: list[dict[str, Any]], asked: Asked) -> Facts:
    share = f"{(counts['total'] - counts['uncovered']) / counts['total']:.1%}" if counts["total"] else say("没有单位", "no employers")
    owners = [d["person"] + (say("（主责）", " (main)") if d["is_main"] else "") for d in duties if d["grid"] == grid["name"]]
    return Facts(facts=[
        (say("网格名称", "Name"), grid["name"]), (say("网格编码", "Code"), grid["code"]),
        (say("级别", "Level"), say.of(LEVELS, str(grid["level"]))), (say("上级网格", "Above it"), " › ".join(grid["above"] or [])),
        (say("面积", "Area"), f"{grid['area_km2']:,.2f} km²"), (say("设立日期", "Since"), day_text(grid["valid_from"])),
        (say("本级责任人", "Answers for it"), say.join(owners)), (say("覆盖率", "Share covered"), share),
        (say("资料截至", "As of"), day_text(asked.made_at)),
        (say("走访期间", "Visits from"), f"{day_text(asked.period_from)} {say('至', 'to')} {day_text(asked.period_to)}"),
    ])  # fmt: skip


def _people(say: Words, asked: Asked, duties: list[dict[str, Any]]) -> Table:
    columns = [
        Column(title=say("姓名", "Name"), width=1.1), Column(title=say("人员类别", "Kind"), width=1, under=True),
        Column(title=say("责任区域", "Grid"), width=1.6), Column(title=say("主责/协助", "Main or assisting"), width=1, under=True),
        Column(title=say("职责", "Duty"), width=2.2), Column(title=say("任务", "Tasks"), width=1, under=True),
        Column(title=say("起始日期", "From"), width=1.1, how="day"), Column(title=say("截止日期", "To"), width=1, how="day", under=True),
        Column(title=say("证书", "Certificate"), width=2.1), Column(title=say("证书编号", "Number"), width=1, how="code", under=True),
        Column(title=say("有效期至", "Valid until"), width=1.15, how="day"),
    ]  # fmt: skip
    rows = [
        [d["person"], say.of(KIND_WORDS, d["kind"]), d["grid"], say("主责", "main") if d["is_main"] else say("协助", "assisting"),
         d["duty"], d["tasks"], day_text(d["valid_from"]), day_text(d["valid_to"]),
         say.of(KIND_NAMES, d["certificate"]) or say("当前没有有效证书", "no valid certificate"), d["number"] or "",
         day_text(d["expires_on"]) or (say("长期", "no end") if d["certificate"] else "")]
        for d in duties
    ]  # fmt: skip
    empty = say("本网格今天没有人负责。请在“人员”中为它指定责任人。", "Nobody answers for this grid today. Assign somebody under People.")
    return table(say, asked, columns, rows, len(rows), empty)


def _children(say: Words, asked: Asked, children: list[dict[str, Any]]) -> Table:
    columns = [
        Column(title=say("网格", "Grid"), width=2), Column(title=say("编码", "Code"), width=1, how="code", under=True),
        Column(title=say("责任人", "Answers for it"), width=2), Column(title=say("单位", "Employers"), width=0.8, how="number"),
        Column(title=say("未覆盖", "Uncovered"), width=0.8, how="number"), Column(title=say("重点", "Key"), width=0.7, how="number"),
        Column(title=say("走访", "Visits"), width=0.7, how="number"),
    ]  # fmt: skip
    rows = [
        [c["grid"]["name"], c["grid"]["code"], c["owners"] or say("无人负责", "nobody"), c["total"], c["uncovered"], c["key_list"],
         c["visits"]]
        for c in children
    ]  # fmt: skip
    return table(say, asked, columns, rows, len(rows), "")


def _employers(say: Words, asked: Asked, employers: list[dict[str, Any]], total: int, grid: dict[str, Any]) -> Table:
    several = grid["level"] < 4
    columns = [
        Column(title=say("序号", "No."), width=0.55, how="number"),
        Column(title=say("单位名称", "Name"), width=3.4),
        Column(title=say("统一社会信用代码", "Credit code"), width=1, how="code", under=True),
        Column(title=say("地址", "Address"), width=2.7), Column(title=say("所在网格", "Grid"), width=1, under=True),
        Column(title=say("用工", "Staff"), width=0.6, how="number"), Column(title=say("等级", "Grade"), width=0.6),
        Column(title=say("重点", "Key"), width=1, under=True),
        Column(title=say("最近走访", "Last visit"), width=1.15, how="day"),
        Column(title=say("未覆盖原因", "Why uncovered"), width=1.6, marks=True),
    ]  # fmt: skip
    rows = [
        [n, e["name"], _code(say, e), e["address"], e["grid"] if several else "", e["employees"], e["grade"] or "",
         say("重点", "key") if e["on_key_list"] else "", day_text(e["last_visited_at"]), say.reasons(e["reasons"])]
        for n, e in enumerate(employers, 1)
    ]  # fmt: skip
    if not several:
        columns = [c for i, c in enumerate(columns) if i != 4]
        rows = [[c for i, c in enumerate(row) if i != 4] for row in rows]
    empty = say(
        "本网格还没有用人单位。采集或导入后，重新制作本册。", "No employers here yet. Register or import some, then make the book again."
    )
    return table(say, asked, columns, rows, total, empty)


def _code(say: Words, employer: dict[str, Any]) -> str:
    return employer["uscc"] or say.of(NO_USCC, employer["no_uscc_reason"]) or say("无信用代码", "no credit code")


def _key_list(say: Words, asked: Asked, found: list[dict[str, Any]], total: int) -> Table:
    columns = [
        Column(title=say("序号", "No."), width=0.5, how="number"), Column(title=say("单位名称", "Name"), width=3.2),
        Column(title=say("统一社会信用代码", "Credit code"), width=1, how="code", under=True),
        Column(title=say("地址", "Address"), width=3), Column(title=say("等级", "Grade"), width=0.6),
        Column(title=say("用工", "Staff"), width=0.6, how="number"), Column(title=say("最近走访", "Last visit"), width=1.1, how="day"),
    ]  # fmt: skip
    rows = [
        [n, e["name"], _code(say, e), e["address"], e["grade"] or "", e["employees"], day_text(e["last_visited_at"])]
        for n, e in enumerate(found, 1)
    ]
    return table(say, asked, columns, rows, total, say("本网格目前没有重点监管单位。", "No employer of this grid is on the key list."))


def _coverage(say: Words, counts: dict[str, Any]) -> Table | Text:
    if not counts["uncovered"]:
        return Text(text=say("本网格的用人单位全部覆盖。", "Every employer of this grid is covered."))
    return Table(
        columns=[Column(title=say("未覆盖原因", "Why"), width=3), Column(title=say("单位数", "Employers"), width=1, how="number"),
                 Column(title=say("占全部单位", "Of all"), width=1, how="number")],
        rows=[[say.reasons([reason]), n, f"{n / counts['total']:.1%}"] for reason, n in counts["by_reason"].items() if n],
        total=len(counts["by_reason"]), printed=len(counts["by_reason"]), empty="",
    )  # fmt: skip


def _uncovered(say: Words, asked: Asked, found: list[dict[str, Any]], total: int) -> Table:
    columns = [
        Column(title=say("序号", "No."), width=0.5, how="number"), Column(title=say("单位名称", "Name"), width=3.2),
        Column(title=say("所在网格", "Grid"), width=1.6), Column(title=say("未覆盖原因", "Why"), width=2.6, marks=True),
        Column(title=say("最近走访", "Last visit"), width=1.1, how="day"),
    ]  # fmt: skip
    rows = [[n, e["name"], e["grid"], say.reasons(e["reasons"]), day_text(e["last_visited_at"])] for n, e in enumerate(found, 1)]
    return table(say, asked, columns, rows, total, say("没有未覆盖的单位。", "No uncovered employers."))


async def _map(db: AsyncSession, say: Words, asked: Asked, grid: dict[str, Any], employers: list[dict[str, Any]], folder: Path) -> Map:
    box = _reach(grid["shape"])
    below = await contents.child_shapes(db, grid["id"], box / 2000) if grid["level"] < 4 else []
    beside = await contents.beside(db, grid["id"], CUT)
    placed = [(n, e) for n, e in enumerate(employers, 1) if e["lon"] is not None]
    numbered = grid["level"] == 4 and len(placed) <= NUMBERED_DOTS
    drawing = Drawing(
        own=Outline(grid["shape"], grid["name"]),
        below=[Outline(c["shape"], c["name"], tuple(c["label"])) for c in below],
        beside=[Outline(n["shape"], n["name"]) for n in beside if n["shape"]],
        lines=backdrop(grid["shape"], AROUND),
        dots=[
            Dot(e["lon"], e["lat"], "uncovered" if e["reasons"] else "covered", e["on_key_list"], str(n) if numbered else "")
            for n, e in placed
        ],
        margin=AROUND, unit=say("千米", "km"), metre=say("米", "m"), north=say("北", "N"),
    )  # fmt: skip
    (folder / "map.svg").write_text(draw(drawing), encoding="utf-8")
    legend = [("own", say("本网格", "this grid")), ("beside", say("相邻网格", "grids beside it"))]
    if below:
        legend.append(("below", say("下级网格", "grids below")))
    legend += [("covered", say("已覆盖单位", "covered")), ("uncovered", say("未覆盖单位", "uncovered"))]
    legend.append(("key", say("重点监管", "key list")))
    if drawing.lines:
        legend.append(("water", say("河流、海岸", "rivers, coast")))
    note = say(f"图上标注 {len(placed)} 家有位置的单位。", f"{len(placed)} employers with a position are drawn.")
    if numbered and placed:
        note += say("数字为“用人单位名册”中的序号。", " The numbers are those of the register.")
    return Map(file="map.svg", legend=legend, note=note)


def _reach(shape: dict[str, Any]) -> float:
    west, south, east, north = bounds(shape)
    return max(east - west, north - south)
