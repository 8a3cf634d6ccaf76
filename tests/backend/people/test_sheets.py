"""The register by spreadsheet: rows in the user's words, all or none, twice like once."""

import io
from typing import Any

import pytest
import xlsxwriter
from factories import EAST_NORTH_1, WEST_NORTH_1, Owner, Territory, make_person
from fixture_types import Client
from python_calamine import CalamineWorkbook

from wangge.core.sheets import day_of

HEAD = ("工号*", "姓名*", "人员类别*", "机构编码*", "职务", "性别", "出生年份", "文化程度", "身份证号", "手机号")
ID_NUMBER = "11010519491231002X"


def sheet_of(*rows: tuple[Any, ...]) -> bytes:
    """A spreadsheet of these rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet()
    for y, row in enumerate(rows):
        page.write_row(y, 0, row)
    book.close()
    return out.getvalue()


def cells_of(content: bytes) -> list[list[Any]]:
    """What a spreadsheet says."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.fixture
async def unit_code(owner: Owner, territory: Territory) -> str:
    """The code of a unit of the county."""
    code: str = await owner.fetchval("select code from units where id = $1", territory.units[WEST_NORTH_1])
    return code


async def test_a_sheet_is_imported_once_whatever_how_often(owner: Owner, territory: Territory, client: Client, unit_code: str) -> None:
    http = client(territory["county"])
    rows = [HEAD, ("A1", "张建明", "法律监督员", unit_code, "", "", "", "本科", ID_NUMBER, "13912345678"),
            ("A2", "=HYPERLINK(1)", "工作人员", unit_code, "科员", "男", 1985, "", "", "")]  # fmt: skip

    dry = (await http.post("/api/people/import", content=sheet_of(*rows))).json()
    assert (dry["rows"], dry["added"], dry["faulty"], dry["applied"]) == (2, 2, 0, False)
    assert await owner.fetchval("select count(*) from people where employee_no is not null") == 0
    done = (await http.post("/api/people/import?apply=true", content=sheet_of(*rows))).json()
    assert (done["added"], done["applied"]) == (2, True)
    again = (await http.post("/api/people/import?apply=true", content=sheet_of(*rows))).json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    rows[1] = ("A1", "张建民", "法律监督员", unit_code, "组长", "", "", "", "", "")
    assert (await http.post("/api/people/import?apply=true", content=sheet_of(*rows))).json()["changed"] == 1
    found = await owner.fetchrow("select * from people p join people_private v on v.person_id = p.id where employee_no = 'A1'")
    assert (found["name"], found["state"], found["birth_year"], found["gender"]) == ("张建民", "nominated", 1949, "female")
    assert (found["education"], found["phone"], found["name_pinyin"]) == ("bachelor", "13912345678", "zhangjianmin zjm")


async def test_every_wrong_cell_is_named_and_nothing_is_imported(
    owner: Owner, territory: Territory, client: Client, unit_code: str
) -> None:
    http = client(territory["county"])
    stranger = await make_person(owner, EAST_NORTH_1)
    await owner.execute("update people set employee_no = 'E1' where id = $1", stranger)
    content = sheet_of(
        HEAD, ("", "无号", "法律监督员", unit_code), ("B1", "甲", "网格长", unit_code), ("B2", "乙", "工作人员", "999"),
        ("B3", "丙", "工作人员", unit_code, "", "", "85", "", "123", "12"), ("B3", "丁", "工作人员", unit_code),
        ("E1", "戊", "工作人员", unit_code), ("B9", "好", "工作人员", unit_code),
    )  # fmt: skip

    report = (await http.post("/api/people/import", content=content)).json()

    assert {(p["row"], p["column"]) for p in report["problems"]} == {
        (2, "employee_no"), (3, "kind"), (4, "unit_code"), (5, "birth_year"), (5, "id_number"), (5, "phone"), (6, "employee_no"),
        (7, "employee_no"),
    }  # fmt: skip
    assert "可填：工作人员、专职监察员" in next(p["detail"] for p in report["problems"] if p["row"] == 3)
    assert (report["faulty"], report["added"]) == (6, 1)
    refused = await http.post("/api/people/import?apply=true", content=content)
    assert (refused.status_code, refused.json()["type"], refused.json()["count"]) == (422, "sheet_has_errors", 6)
    assert await owner.fetchval("select count(*) from people where employee_no like 'B%'") == 0
    marked = await http.post("/api/people/import-marked.xlsx", content=content)
    assert marked.headers["content-type"].endswith("spreadsheetml.sheet")
    assert cells_of(marked.content)[2][:2] == ["B1", "甲"]
    # the template is a sheet that the import reads
    template = (await http.get("/api/people/import-template.xlsx")).content
    assert tuple(cells_of(template)[0]) == HEAD
    assert (await http.post("/api/people/import", content=template)).json()["rows"] == 0


async def test_an_export_is_masked_holds_the_scope_and_is_audited(owner: Owner, territory: Territory, client: Client) -> None:
    before = await owner.fetchval("select count(*) from audit_log where action = 'people_exported'")

    answer = await client(territory["county"]).get("/api/people/export.xlsx")

    rows = cells_of(answer.content)
    here = await owner.fetch("select name from people where grid_path <@ '370700.370702'")
    assert {r[1] for r in rows[1:]} == {r[0] for r in here}
    assert {r[7] for r in rows[1:]} == {"138****0001"}
    assert await owner.fetchval("select count(*) from audit_log where action = 'people_exported'") == before + 1


async def test_certificates_come_by_sheet_too(owner: Owner, territory: Territory, client: Client) -> None:
    http, person = client(territory["county"]), await make_person(owner, WEST_NORTH_1, certified=False)
    await owner.execute("update people set employee_no = 'C1' where id = $1", person)
    head = ("工号*", "姓名", "证书种类*", "证书编号*", "发证机关*", "发证日期*", "有效期至")
    bad = sheet_of(
        head, ("C1", "", "岗位培训合格证书", "1", "省厅", "2026年3月1日", "2025-01-01"), ("C9", "", "驾驶证", "2", "省厅", "昨天")
    )
    good = sheet_of(head, ("C1", "", "岗位培训合格证书", "1", "省厅", "2026年3月1日", "2029/2/28"))

    report = (await http.post("/api/certificates/import", content=bad)).json()
    assert {(p["row"], p["column"]) for p in report["problems"]} == {
        (2, "expires_on"), (3, "employee_no"), (3, "kind"), (3, "issued_on"),
    }  # fmt: skip
    assert (await http.post("/api/certificates/import?apply=true", content=good)).json()["added"] == 1
    again = (await http.post("/api/certificates/import?apply=true", content=good)).json()
    assert (again["added"], again["unchanged"]) == (0, 1)
    row = await owner.fetchrow("select issued_on::text, expires_on::text, entered_by from certificates where person_id = $1", person)
    assert (row[0], row[1], row[2]) == ("2026-03-01", "2029-02-28", territory["county"].id)
    exported = cells_of((await http.get("/api/certificates/export.xlsx", params={"person_id": str(person)})).content)
    assert exported[1][1] == "C1"


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-3-1", "2026-03-01"), ("2026/03/01", "2026-03-01"), ("2026年3月1日", "2026-03-01"), ("20260301", "2026-03-01"),
     ("2026-02-30", "None"), ("昨天", "None"), ("1", "None")],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: str) -> None:
    assert str(day_of(text)) == day
