"""Books of grids and employers: made in the background, read again with other programs, kept for a while, within the scope."""

import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_SOUTH_2,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    Owner,
    Territory,
    make_check_in,
    make_employer,
    make_evidence,
    make_policy,
    make_visit,
    middle_of,
    today,
)
from fixture_types import Acting, Client
from printed import fonts_of, made, pages_of, sheets_of, taken, text_of
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.books.fonts import find_fonts
from wangge.books.making import _make, tidy_books
from wangge.core.clock import utc_now
from wangge.core.ids import new_id
from wangge.core.settings import Settings

FULL = bool(os.environ.get("WANGGE_TEST_FULL"))


@pytest.fixture
async def lived_in(owner: Owner, territory: Territory) -> dict[str, UUID]:
    """A grid with employers of every kind, a visit with a finding, and names that strain the type."""
    community = territory["community"]
    ids = {
        "visited": await make_employer(
            owner, WEST_NORTH_1, name="潍坊市鼎𬭎纺织有限公司", uscc="91370700729253432M", last_visited_at=utc_now()
        ),
        "key": await make_employer(owner, WEST_NORTH_1, name="=SUM(1,2) 食品厂😀", address="东风东街 8 号"),
        "nowhere": await make_employer(owner, WEST_NORTH_1, name="没有位置的店", position=None),
        "beside": await make_employer(owner, WEST_NORTH_2, name="邻村砖厂"),
        "far": await make_employer(owner, EAST_SOUTH_2, name="别县单位"),
    }
    await owner.execute("update employers set on_key_list = true, grade = 'C' where id = $1", ids["key"])
    check_in = await make_check_in(owner, community, ids["visited"], position=middle_of(WEST_NORTH_1), distance_m=7)
    ids["visit"] = await make_visit(
        owner, community, ids["visited"], check_in_id=check_in, findings=[("wage_arrears", "major")], note="已当场告知"
    )
    await make_evidence(owner, community, ids["visited"], subject_kind="visit", subject_id=ids["visit"])
    return ids


async def test_the_book_of_a_grid_says_what_there_is_in_letters_that_can_be_read(
    owner: Owner, territory: Territory, client: Client, lived_in: dict[str, UUID], tmp_path: Path
) -> None:
    http = client(territory["county"])
    book = await made(http, kind="grid", grid_id=str(territory.grids[WEST_NORTH_1]))

    assert (book["state"], book["problem"]) == ("ready", None)
    assert book["facts"] == {"employers": 3, "uncovered": 2, "key_list": 1, "visits": 1, "people": 1}
    pdf, xlsx = await taken(http, book, "pdf"), await taken(http, book, "xlsx")
    text = text_of(pdf)
    for words in ("一格一册", "目录", "网格地图", "责任人员与四定", "岗位培训合格证书", "用人单位名册", "91370700729253432M",
                  "重点监管单位", "从未走访", "没有位置", "期间走访记录", "拖欠工资（严重）", territory["community"].name):  # fmt: skip
        assert words in re.sub(r"\s+", "", text), words
    # a rare sign of the names' standard is there as itself; one that no font of ours has, by its number
    assert "鼎𬭎纺织" in text or "〔U+2CB4E〕" in text
    assert "😀" not in text and "〔U+1F600〕" in text
    assert "别县单位" not in text and "邻村砖厂" not in text
    known = find_fonts(None).known
    assert {sign for sign in text if ord(sign) not in known and not sign.isspace()} == set()
    fonts = fonts_of(pdf, tmp_path)
    assert fonts and all((f["embedded"], f["unicode"]) == ("yes", "yes") for f in fonts)
    pages = pages_of(pdf, tmp_path)
    assert len(pages) == book["pages"]
    dark = [sum(page.histogram()[:200]) / (page.width * page.height) for page in pages]
    assert all(share > 0.002 for share in dark), f"a page is blank: {dark}"
    sheets = sheets_of(xlsx)
    assert list(sheets) == ["一格一册", "概况", "责任人员", "用人单位", "重点监管", "未覆盖单位", "走访"]
    assert [row[1] for row in sheets["用人单位"][1:]] == ["=SUM(1,2) 食品厂😀", "没有位置的店", "潍坊市鼎𬭎纺织有限公司"]
    lines = await owner.fetch("select action, details->>'format' from audit_log where subject_id = $1 order by id", UUID(book["id"]))
    assert [tuple(line) for line in lines] == [("book_begun", None), ("book_made", None), ("book_taken", "pdf"), ("book_taken", "xlsx")]


async def test_a_street_sums_its_grids_and_the_same_data_make_the_same_bytes(
    territory: Territory, client: Client, lived_in: dict[str, UUID]
) -> None:
    http = client(territory["street"])
    street = {"kind": "grid", "grid_id": str(territory.grids[WEST_NORTH]), "period_to": str(today())}
    one, other = await made(http, **street), await made(http, **street)

    assert one["id"] != other["id"]
    assert (one["pdf_sha256"], one["xlsx_sha256"]) == (other["pdf_sha256"], other["xlsx_sha256"])
    head, *below = sheets_of(await taken(http, one, "xlsx"))["下级网格"]
    assert head == ["网格", "编码", "责任人", "单位", "未覆盖", "重点", "走访"]
    assert [[row[1], *row[3:]] for row in below] == [["370702001001", 3, 2, 1, 1], ["370702001002", 1, 1, 0, 0]]
    assert one["facts"]["employers"] == sum(row[3] for row in below)


async def test_the_file_of_an_employer_holds_its_visits_photos_and_timeline_in_english_too(
    owner: Owner, territory: Territory, client: Client, lived_in: dict[str, UUID]
) -> None:
    http = client(territory["county"], language="en")
    book = await made(http, kind="employer", employer_id=str(lived_in["visited"]))
    text = text_of(await taken(http, book, "pdf"))

    assert book["facts"] == {"visits": 1, "findings": 1, "photos": 1, "events": 5}
    photo = await owner.fetchval("select copy_sha256 from evidence where subject_id = $1", lived_in["visit"])
    for words in (
        "Employer file",
        "91370700729253432M",
        "wages in arrears (major)",
        "7 m from the employer",
        "not arrived",
        photo[:32],
        "Wage arrears",
        "signal",
    ):
        assert words in text, words
    assert "13912345678" not in text and "139****5678" in text
    assert sheets_of(await taken(http, book, "xlsx"))["Photos"][1][0] == photo


async def test_thousands_of_employers_fit_into_a_book(
    owner: Owner, territory: Territory, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    many = 5000 if FULL else 1000
    await owner.execute(
        """insert into employers (id, name, uscc, address, contact_name, contact_phone, employees, position, grid_id, grid_path,
                                  grid_source, review_state, review_reason, note, version, last_visited_at)
           select gen_random_uuid(), '潍坊第' || n || '号商贸有限公司', null, '潍坊市奎文区东风东街 ' || n || ' 号', '', '', n % 90,
                  ST_SetSRID(ST_MakePoint(119.01 + (n % 71) * 0.0025, 36.71 + (n / 71) * 0.0025), 4326), g.id, g.path, 'position',
                  'accepted', '', '', 1, now()
           from generate_series(1, $2) n, grids g where g.path = $1::text::ltree""",
        WEST_NORTH_1,
        many,
    )
    http = client(territory["street"])
    book = await made(http, kind="grid", grid_id=str(territory.grids[WEST_NORTH_1]))

    assert book["state"] == "ready", book["problem"]
    seconds = await owner.fetchval("select extract(epoch from finished_at - made_at) from books where id = $1", UUID(book["id"]))
    with capsys.disabled():
        print(f"\n{many} employers: {seconds:.0f} s, {book['pages']} pages, PDF {book['pdf_bytes'] / 1e6:.1f} MB, "
              f"XLSX {book['xlsx_bytes'] / 1e6:.1f} MB")  # fmt: skip
    assert book["pages"] > many // 41
    assert book["pdf_bytes"] < 20_000_000
    assert len(sheets_of(await taken(http, book, "xlsx"))["用人单位"]) == many + 1
    assert f"潍坊第{many}号商贸有限公司" in text_of(await taken(http, book, "pdf"))


async def test_what_paper_leaves_out_is_said_and_is_in_the_spreadsheet(
    owner: Owner, territory: Territory, client: Client, lived_in: dict[str, UUID]
) -> None:
    await make_policy(owner, "book_printed_rows", 1)
    http = client(territory["county"])
    book = await made(http, kind="grid", grid_id=str(territory.grids[WEST_NORTH_1]))
    text = re.sub(r"\s+", "", text_of(await taken(http, book, "pdf")))

    assert "本表共3行，此处印出前1行" in text
    assert len(sheets_of(await taken(http, book, "xlsx"))["用人单位"]) == 4


async def test_nobody_makes_sees_or_takes_a_book_outside_her_scope(
    territory: Territory, client: Client, acting: Acting, lived_in: dict[str, UUID]
) -> None:
    theirs = await made(client(territory["other_county"]), kind="employer", employer_id=str(lived_in["far"]))
    http = client(territory["county"])

    assert theirs["state"] == "ready"
    assert (await http.post("/api/books", json={"kind": "grid", "grid_id": str(territory.grids[EAST_SOUTH_2])})).status_code == 404
    assert (await http.post("/api/books", json={"kind": "employer", "employer_id": str(lived_in["far"])})).status_code == 404
    for path in ("", "/pdf", "/xlsx"):
        assert (await http.get(f"/api/books/{theirs['id']}{path}")).status_code == 404
    assert (await http.get("/api/books")).json()["total"] == 0


async def test_an_employers_book_follows_it_into_another_county(
    owner: Owner, territory: Territory, client: Client, lived_in: dict[str, UUID]
) -> None:
    book = await made(client(territory["county"]), kind="employer", employer_id=str(lived_in["visited"]))
    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path from grids g where e.id = $1 and g.path = $2::text::ltree",
        lived_in["visited"], EAST_SOUTH_2,
    )  # fmt: skip

    assert (await client(territory["county"]).get(f"/api/books/{book['id']}/pdf")).status_code == 404
    assert (await client(territory["other_county"]).get(f"/api/books/{book['id']}/pdf")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "grid"}, "grid_id"),
        ({"kind": "employer"}, "employer_id"),
        ({"kind": "grid", "period_from": "2026-02-02", "period_to": "2026-01-01"}, "period_from"),
        ({"kind": "grid", "period_to": "9999-12-31"}, "period_to"),
    ],
)
async def test_a_wish_that_does_not_hold_is_answered_field_by_field(
    body: dict[str, Any], field: str, territory: Territory, client: Client
) -> None:
    if field.startswith("period"):
        body = {**body, "grid_id": str(territory.grids[WEST_NORTH_1])}
    answer = await client(territory["county"]).post("/api/books", json=body)

    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


async def _waiting(owner: Owner, territory: Territory, **changes: Any) -> tuple[UUID, UUID]:
    """A book that is said to be made, and by nobody."""
    book, attempt, county = new_id(), new_id(), territory["county"]
    await owner.execute(
        """insert into books (id, kind, grid_id, grid_path, title, language, period_from, period_to, state, stage, attempt, scope, made_by,
                              alive_at, expires_at)
           select $1, 'grid', g.id, g.path, g.name, 'zh', current_date - 365, current_date, 'making', '', $2, array[$3], $4, $5, $6
           from grids g where g.path = $7::text::ltree""",
        book, attempt, county.path, county.id, changes.get("alive_at", utc_now()),
        changes.get("expires_at", utc_now() + timedelta(days=1)), WEST_NORTH_1,
    )  # fmt: skip
    return book, attempt


async def test_a_person_has_so_many_books_made_at_once_and_the_same_one_once(owner: Owner, territory: Territory, client: Client) -> None:
    await make_policy(owner, "book_waiting", 1)
    book, _ = await _waiting(owner, territory)
    first, last = await owner.fetchrow("select period_from, period_to from books where id = $1", book)
    http = client(territory["county"])
    grid = str(territory.grids[WEST_NORTH_1])

    same = await http.post("/api/books", json={"kind": "grid", "grid_id": grid, "period_from": str(first), "period_to": str(last)})
    another = await http.post("/api/books", json={"kind": "grid", "grid_id": grid, "period_to": str(first)})

    assert (same.status_code, same.json()["id"]) == (201, str(book))
    assert (another.status_code, another.json()["type"]) == (429, "book_queue_full")
    assert (await http.get(f"/api/books/{book}/pdf")).json()["type"] == "book_not_ready"


async def test_a_server_without_fonts_says_what_to_install(
    owner: Owner, territory: Territory, client: Client, engine: AsyncEngine, settings: Settings, tmp_path: Path
) -> None:
    book, attempt = await _waiting(owner, territory)

    await _make(engine, replace(settings, fonts_dir=tmp_path), book, attempt, 600)

    found = (await client(territory["county"], language="en").get(f"/api/books/{book}")).json()
    assert (found["state"], found["problem"]["type"]) == ("failed", "book_font_missing")
    assert "fonts-noto-cjk" in found["problem"]["detail"]


async def test_a_book_that_takes_too_long_is_stopped(
    owner: Owner, territory: Territory, client: Client, engine: AsyncEngine, settings: Settings
) -> None:
    book, attempt = await _waiting(owner, territory)

    await _make(engine, settings, book, attempt, 0.05)

    found = (await client(territory["county"]).get(f"/api/books/{book}")).json()
    assert (found["state"], found["problem"]["type"]) == ("failed", "book_too_slow")


async def test_a_book_whose_maker_broke_says_so(
    owner: Owner, territory: Territory, client: Client, engine: AsyncEngine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, attempt = await _waiting(owner, territory)
    monkeypatch.setattr("wangge.core.apart.sys.executable", "/bin/false")

    await _make(engine, settings, book, attempt, 60)

    found = (await client(territory["county"]).get(f"/api/books/{book}")).json()
    assert (found["state"], found["problem"]["type"]) == ("failed", "book_making_failed")


async def test_books_end_with_their_server_and_go_when_their_time_is_over(
    owner: Owner, territory: Territory, client: Client, engine: AsyncEngine, settings: Settings
) -> None:
    http = client(territory["county"])
    kept = await made(http, kind="grid", grid_id=str(territory.grids[WEST_NORTH_2]))
    over = await made(http, kind="grid", grid_id=str(territory.grids[WEST_NORTH_1]))
    await owner.execute("update books set expires_at = now() - interval '1 s' where id = $1", UUID(over["id"]))
    lost, _ = await _waiting(owner, territory, alive_at=utc_now() - timedelta(minutes=5))
    alive, _ = await _waiting(owner, territory)

    await tidy_books(engine, settings)

    states = dict(await owner.fetch("select id, state from books"))
    assert states == {UUID(kept["id"]): "ready", lost: "failed", alive: "making"}
    assert (await http.get(f"/api/books/{lost}")).json()["problem"]["type"] == "book_interrupted"
    # those of earlier tests are gone as well: what has no row has no file
    assert {file.name for file in settings.books_dir.iterdir()} == {f"{kept['id']}.pdf", f"{kept['id']}.xlsx"}
    (settings.books_dir / f"{kept['id']}.pdf").unlink()
    assert (await http.get(f"/api/books/{kept['id']}/pdf")).json()["type"] == "book_gone"


async def test_the_list_is_searched_sorted_and_paged(owner: Owner, territory: Territory, client: Client) -> None:
    ids = [(await _waiting(owner, territory))[0] for _ in range(3)]
    await owner.execute("update books set title = '甲村', state = 'failed', attempt = null where id = $1", ids[0])
    http = client(territory["county"])

    async def found(**query: Any) -> list[str]:
        answer = await http.get("/api/books", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert set(await found()) == {str(i) for i in ids}
    assert await found(q="甲村") == await found(status="failed") == [str(ids[0])]
    assert await found(kind="employer") == []
    assert await found(sort="made_at", page_size=1, page=2) == [str(ids[1])]
    assert len(await found(grid_id=str(territory.grids[WEST_NORTH]))) == 3
    assert (await http.get("/api/books", params={"kind": "x"})).status_code == 422
