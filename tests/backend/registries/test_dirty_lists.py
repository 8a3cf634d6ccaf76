"""Lists as departments make them: each is imported, or refused row by row with a reason that a clerk understands."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from factories import Owner, Territory
from fixture_types import Client
from python_calamine import CalamineWorkbook
from registry_lists import csv_list, to_its_end, xlsx_list

GOOD = "91370700729253432M"
OTHER = "91330100799655058B"
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/registries"
FULL_WIDTH = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)})


async def rows_of(owner: Owner, import_id: str) -> dict[str, Any]:
    return {r["name"]: dict(r) for r in await owner.fetch("select * from registry_import_rows where import_id = $1::uuid", import_id)}


async def test_two_rows_of_headings_below_a_title_merged_with_a_total_and_a_signature(
    owner: Owner, territory: Territory, send: Any
) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:H1", "西区2026年3月新设市场主体名单")
        for area, words in (
            ("A2:A3", "序号"),
            ("B2:B3", "企业名称"),
            ("C2:C3", "统一社会信用代码"),
            ("D2:E2", "联系人"),
            ("F2:F3", "住所（经营场所）"),
            ("G2:G3", "从业人数"),
            ("H2:H3", "成立日期"),
        ):
            sheet.merge_range(area, words)
        sheet.write("D3", "姓名")
        sheet.write("E3", "电话")
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row("A4", [1, "歌尔股份有限公司", GOOD.translate(FULL_WIDTH), "姜某", "0536-3051234", "东方路２６８号", "约50人"])
        sheet.write_datetime("H4", datetime(2001, 6, 25), day)
        sheet.write_row("A5", [2, "小李饭店", "", "李某", 13905360001, "北海路 1 号", 3, "2020年3月1日"])
        sheet.write_row("A6", [3, "合计商贸行", "", "", "", "", "", "37000"])
        sheet.write_row("A7", ["合计", "3家", "", "", "", "", 53])
        sheet.write("A9", "填表人：王某　　审核：赵某")

    found = await send(territory["county"], xlsx_list(fill))

    report = found["report"]
    assert (found["state"], report["header_row"], report["header_rows"]) == ("ready", 2, 2)
    assert [report["headings"][place] for place in (report["columns"]["contact_name"], report["columns"]["contact_phone"])] == [
        "联系人姓名",
        "联系人电话",
    ]
    assert report["counts"] == {"rows": 3, "errors": 0, "warnings": 0, "passed_over": 3}
    rows = await rows_of(owner, found["id"])
    goertek = rows["歌尔股份有限公司"]
    assert (goertek["uscc"], goertek["employees"], goertek["registered_on"]) == (GOOD, 50, date(2001, 6, 25))
    assert goertek["address"] == "东方路268号" and goertek["number"] == 4
    assert (rows["小李饭店"]["contact_phone"], rows["小李饭店"]["registered_on"]) == ("13905360001", date(2020, 3, 1))
    assert rows["合计商贸行"]["registered_on"] == date(2001, 4, 19)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_text_in_every_encoding_offices_use(encoding: str, owner: Owner, territory: Territory, send: Any) -> None:
    data = csv_list([["单位名称", "信用代码", "地址"], ["潍坊鄌郚镇企业", GOOD, "北海路1号"]], encoding)

    found = await send(territory["county"], data, "a.csv")

    assert found["report"]["counts"]["rows"] == 1 and set(await rows_of(owner, found["id"])) == {"潍坊鄌郚镇企业"}


async def test_a_file_of_the_old_excel_is_read(owner: Owner, territory: Territory, send: Any) -> None:
    found = await send(territory["county"], (FIXTURES / "social_insurance.xls").read_bytes(), "社保.xls", source="social_insurance")

    assert found["state"] == "ready", found
    rows = await rows_of(owner, found["id"])
    assert rows["潍坊鑫源机械制造有限公司"]["employees"] == 26
    assert rows["潍坊鑫源机械制造有限公司"]["registration_no"] == "370702001234"


async def test_two_hundred_columns_and_headings_again_on_every_page(owner: Owner, territory: Territory, send: Any) -> None:
    headings = [f"指标{n}" for n in range(200)]
    headings[150], headings[199] = "纳税人名称", "社会信用代码（纳税人识别号）"
    row = ["x"] * 200
    row[150], row[199] = "一号店", GOOD
    other = ["x"] * 200
    other[150], other[199] = "二号店", OTHER

    found = await send(territory["county"], csv_list([headings, row, headings, other]), "a.csv", source="tax")

    assert found["report"]["columns"]["uscc"] == 199
    assert set(await rows_of(owner, found["id"])) == {"一号店", "二号店"}


async def test_formulas_count_with_their_values_and_never_run(owner: Owner, territory: Territory, send: Any) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row("A1", ["企业名称", "统一社会信用代码", "从业人数", "地址"])
        sheet.write_row("A2", ["=cmd|'/c calc'!A1店", "", "", ""])
        sheet.write_formula("A3", '="歌尔"&"股份"', None, "歌尔股份")
        sheet.write_formula("C3", "=20+30", None, 50)
        sheet.write_formula("A4", "=B9", None, "#REF!")
        sheet.write_string("D4", "北海路2号")

    found = await send(territory["county"], xlsx_list(fill))

    rows = await owner.fetch("select * from registry_import_rows where import_id = $1::uuid order by number", found["id"])
    assert rows[1]["name"] == "歌尔股份" and rows[1]["employees"] == 50
    assert "name_missing" in rows[-1]["problems"] and rows[-1]["severity"] == "error"


REFUSED = [
    (["", GOOD, "", ""], "name_missing", "error"),
    (["甲公司", GOOD[:-1] + "N", "", ""], "code_wrong_check", "error"),
    (["甲公司", "9137070072925", "", ""], "code_is_old", "warning"),
    (["甲公司", "91370700", "", ""], "code_wrong_length", "error"),
    (["甲公司", "9.13707E+17", "", ""], "code_as_number", "error"),
    (["甲公司", GOOD, "很多", ""], "employees_unreadable", "warning"),
    (["甲公司", GOOD, "", "去年"], "day_unreadable", "warning"),
    (["甲公司", "91350100M000100Y43", "", ""], None, None),
]


@pytest.mark.parametrize(("cells", "code", "severity"), REFUSED)
async def test_what_is_wrong_with_a_row_is_said_in_words(
    cells: list[str], code: str | None, severity: str | None, territory: Territory, send: Any, client: Client
) -> None:
    data = csv_list([["企业名称", "统一社会信用代码", "从业人数", "成立日期"], cells, ["乙公司", OTHER, "3", "2020-1-2"]])

    found = await send(territory["county"], data, "a.csv")

    assert found["report"]["counts"]["rows"] == 2
    told = (await client(territory["county"]).get(f"/api/registry-imports/{found['id']}/rows")).json()["items"]
    if code is None:
        assert told == []
        return
    assert [(p["code"], p["severity"]) for p in told[0]["problems"]] == [(code, severity)]
    assert told[0]["number"] == 2 and told[0]["problems"][0]["detail"].endswith("。")
    english = (await client(territory["county"], language="en").get(f"/api/registry-imports/{found['id']}/rows")).json()["items"]
    assert "。" not in english[0]["problems"][0]["detail"]


async def test_a_row_that_stands_twice_is_refused_and_told_where_the_first_is(territory: Territory, send: Any, client: Client) -> None:
    data = csv_list([["企业名称", "信用代码"], ["甲公司", GOOD], ["乙公司", OTHER], ["甲 公司", GOOD]])

    found = await send(territory["county"], data, "a.csv")

    assert found["report"]["counts"]["errors"] == 1
    (row,) = (await client(territory["county"]).get(f"/api/registry-imports/{found['id']}/rows")).json()["items"]
    assert (row["number"], row["problems"][0]["detail"]) == (4, "与第 2 行是同一家单位，只导入第 2 行。")


async def test_the_marked_sheet_holds_what_needs_mending_and_can_be_imported_again(territory: Territory, send: Any, client: Client) -> None:
    data = csv_list([["企业名称", "信用代码", "从业人数"], ["甲公司", "123", "5"], ["乙公司", OTHER, "很多"], ["丙公司", GOOD, "7"]])
    found = await send(territory["county"], data, "a.csv")

    answer = await client(territory["county"]).get(f"/api/registry-imports/{found['id']}/marked.xlsx")

    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert table[0] == ["原行号", "问题", "企业名称", "信用代码", "从业人数"]
    assert [row[0] for row in table[1:]] == [2, 3]
    assert "应为 18 位" in table[1][1] and table[1][2:] == ["甲公司", "123", "5"]
    again = await send(territory["county"], answer.content, "改正后.xlsx")
    assert again["report"]["columns"] == {"name": 2, "uscc": 3, "employees": 4}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<html><table><tr><td>x</td></tr></table></html>", "list_is_web_page"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 a photo", "list_kind_unknown"),
        (b"PK\x03\x04 cut off", "list_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 400, "list_locked"),
        (b"   \n\n", "list_empty"),
        ("企业名称,地址\n\xff\xfe甲".encode("latin-1", "ignore") + b"\x81\x20\xff\xff", "list_undecodable"),
    ],
)
async def test_what_is_no_list_is_refused_with_a_sentence(data: bytes, problem: str, territory: Territory, send: Any) -> None:
    found = await send(territory["county"], data, "a.xls")

    assert (found["state"], found["problem"]["type"]) == ("failed", problem)
    assert "。" in found["problem"]["detail"]


async def test_a_list_without_headings_asks_and_reads_on_with_the_answer(territory: Territory, send: Any, client: Client) -> None:
    data = csv_list([["甲", "乙", "丙"], ["一号店", "北海路1号", GOOD], ["二号店", "北海路2号", OTHER]])
    found = await send(territory["county"], data, "a.csv")
    assert (found["state"], found["report"]["question"]["kind"]) == ("needs_answer", "header")

    http = client(territory["county"])
    answers = {"version": found["version"], "header_row": 1, "columns": {"name": 0, "address": 1, "uscc": 2}}
    answer = await http.patch(f"/api/registry-imports/{found['id']}", json=answers)

    assert answer.status_code == 200, answer.text
    assert (await to_its_end(http, found["id"]))["report"]["counts"]["rows"] == 2
