"""A plan, a course, an exam, scores by hand and by sheet, and the certificate that comes of it."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from factories import EAST_NORTH_1, WEST, WEST_NORTH_1, Owner, Territory, make_exam, make_exam_result, make_person, make_policy, today
from fixture_types import Client

from wangge.core.ids import new_id
from wangge.training.rules import pass_mark_of, score_of

DAY = timedelta(days=1)


def sheet_of(*rows: tuple[Any, ...]) -> bytes:
    """A spreadsheet of these rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for y, row in enumerate(rows):
        page.write_row(y, 0, row)
    book.close()
    return out.getvalue()


async def test_from_a_plan_to_a_certificate(owner: Owner, territory: Territory, client: Client) -> None:
    http, person = client(territory["county"]), await make_person(owner, WEST_NORTH_1, certified=False, state="approved")
    plan = {"id": str(new_id()), "year": 2026, "title": "监督员岗前培训", "unit_id": str(territory.units[WEST]), "target_people": 40}
    made = await http.post("/api/training/plans", json=plan)
    assert made.status_code == 201, made.text
    path = f"/api/training/plans/{plan['id']}"
    course = {"id": str(new_id()), "title": "劳动合同法", "hours": 8, "teacher": "王老师", "material_url": "https://example.org/a.pdf"}
    assert (await http.post(f"{path}/courses", json=course)).json()["course_list"][0]["hours"] == 8
    exam = {"id": str(new_id()), "title": "结业考试", "held_on": today().isoformat(), "certificate_kind": "post_certificate"}
    detail = (await http.post(f"{path}/exams", json=exam)).json()
    assert (detail["exam_list"][0]["pass_mark"], detail["trained"]) == (60, 0)

    scores = {"scores": [{"person_id": str(person), "score": 59.5}]}
    entered = (await http.post(f"/api/training/exams/{exam['id']}/scores", json=scores)).json()
    assert entered["items"][0]["is_passed"] is False
    certificate = {"id": str(new_id()), "person_id": str(person), "kind": "post_certificate", "number": "鲁岗培9", "issuer": "省厅",
                   "issued_on": today().isoformat(), "exam_result_id": entered["items"][0]["id"]}  # fmt: skip
    assert (await http.post("/api/certificates", json=certificate)).json()["type"] == "exam_not_passed"
    assert await owner.fetchval("select count(*) from certificates where person_id = $1", person) == 0  # all or nothing
    scores["scores"][0]["score"] = 60
    await http.post(f"/api/training/exams/{exam['id']}/scores", json=scores)
    waiting = (await http.get("/api/training/results", params={"to_certify": "true"})).json()
    assert [r["person"]["id"] for r in waiting["items"]] == [str(person)]
    assert (await http.post("/api/certificates", json=certificate)).status_code == 201
    assert (await http.get("/api/training/results", params={"to_certify": "true"})).json()["total"] == 0
    assert (await http.get(path)).json()["trained"] == 1
    scores["scores"][0]["score"] = 10
    refused = await http.post(f"/api/training/exams/{exam['id']}/scores", json=scores)
    assert (refused.status_code, refused.json()["type"]) == (409, "result_has_certificate")


async def test_a_plan_is_seen_by_those_below_and_kept_by_its_own(owner: Owner, territory: Territory, client: Client) -> None:
    exam = await make_exam(owner, WEST, territory["county"].id)
    plan = await owner.fetchval("select plan_id from exams where id = $1", exam)
    mine = await make_person(owner, WEST_NORTH_1)
    theirs = await make_person(owner, EAST_NORTH_1)
    await make_exam_result(owner, exam, mine, territory["county"].id)

    assert (await client(territory["street"]).get(f"/api/training/plans/{plan}")).json()["exam_list"][0]["passed"] == 1
    assert (await client(territory["other_county"]).get(f"/api/training/plans/{plan}")).status_code == 404
    scores = {"scores": [{"person_id": str(mine), "score": 90}, {"person_id": str(theirs), "score": 90}]}
    refused = await client(territory["county"]).post(f"/api/training/exams/{exam}/scores", json=scores)
    assert refused.status_code == 404
    assert await owner.fetchval("select score from exam_results where person_id = $1", mine) == 80


async def test_scores_come_by_sheet_all_rows_or_none(owner: Owner, territory: Territory, client: Client) -> None:
    http, exam = client(territory["county"]), await make_exam(owner, WEST, territory["county"].id)
    people = [await make_person(owner, WEST_NORTH_1) for _ in range(2)]
    for n, person in enumerate(people):
        await owner.execute("update people set employee_no = $2 where id = $1", person, f"X{n}")
    path, head = f"/api/training/exams/{exam}/scores/import", ("工号*", "姓名", "成绩*")
    bad = sheet_of(head, ("X0", "", 88), ("X9", "", 70), ("X1", "", 101), ("X0", "", 3))

    report = (await http.post(path, content=bad)).json()
    assert (report["rows"], report["faulty"], report["applied"]) == (4, 3, False)
    assert {(p["row"], p["column"]) for p in report["problems"]} == {(3, "employee_no"), (4, "score"), (5, "employee_no")}
    assert (await http.post(f"{path}?apply=true", content=bad)).json()["type"] == "sheet_has_errors"
    assert await owner.fetchval("select count(*) from exam_results") == 0
    good = sheet_of(head, ("X0", "", 88), ("X1", "", 59))
    for _ in range(2):
        assert (await http.post(f"{path}?apply=true", content=good)).json()["applied"] is True
    rows = await owner.fetch("select person_id, score, is_passed from exam_results")
    assert {r["person_id"]: (r["score"], r["is_passed"]) for r in rows} == {people[0]: (88, True), people[1]: (59, False)}


@pytest.mark.parametrize("content", [b"", b"no spreadsheet", sheet_of(("成绩",), (3,))])
async def test_a_file_that_is_no_sheet_of_scores_says_so(content: bytes, owner: Owner, territory: Territory, client: Client) -> None:
    exam = await make_exam(owner, WEST, territory["county"].id)

    answer = await client(territory["county"]).post(f"/api/training/exams/{exam}/scores/import", content=content)

    assert answer.json()["type"] in ("sheet_unreadable", "sheet_without_columns")


async def test_an_exam_to_come_has_no_scores(owner: Owner, territory: Territory, client: Client) -> None:
    exam = await make_exam(owner, WEST, territory["county"].id, held_on=today() + DAY)
    scores = {"scores": [{"person_id": str(UUID(int=1)), "score": 90}]}

    assert (await client(territory["county"]).post(f"/api/training/exams/{exam}/scores", json=scores)).json()["type"] == "exam_not_held"


async def test_a_new_pass_mark_changes_no_exam_held_before(owner: Owner, territory: Territory, client: Client) -> None:
    exam = await make_exam(owner, WEST, territory["county"].id)
    await make_exam_result(owner, exam, await make_person(owner, WEST_NORTH_1), territory["county"].id, score=65)

    await make_policy(owner, "exam_pass_mark", 70)

    assert (await client(territory["county"]).get("/api/training/results")).json()["items"][0]["is_passed"] is True


@pytest.mark.parametrize(("full", "given", "mark"), [(100, None, 60), (150, None, 90), (100, 80, 80), (100, 0, 0)])
def test_the_pass_mark_is_the_policys_share_unless_given(full: float, given: float | None, mark: float) -> None:
    assert pass_mark_of(60, full, given) == mark


@pytest.mark.parametrize(("text", "score"), [("88", 88), ("59.5", 59.5), ("-1", None), ("101", None), ("缺考", None), ("nan", None)])
def test_a_score_is_a_number_within_the_marks(text: str, score: float | None) -> None:
    assert score_of(text, 100) == score
