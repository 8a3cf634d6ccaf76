"""Every refusal is a problem (RFC 9457): type, detail in the caller's language, request id; and nothing of the inside."""

from string import Formatter
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from factories import Territory
from fixture_types import Client
from litestar import Litestar, get
from litestar.testing import AsyncTestClient
from sqlalchemy.exc import DBAPIError

from wangge.accounts.errors import ClientHeaderMissing
from wangge.app import create_app
from wangge.core import errors, problems
from wangge.core.errors import LANGUAGES, WanggeError
from wangge.core.logging import request_log
from wangge.core.settings import Settings, load_settings


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["type"], problem["status"]) == (code, status)
    assert problem["detail"] and problem["title"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert UUID(problem["request_id"]).version == 7
    return problem


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/nothing", "/api/me/nothing", "/api/../api/nothing"])
async def test_an_unknown_route_is_not_found(territory: Territory, client: Client, method: str, path: str) -> None:
    problem = assert_problem(await client(territory["county"]).request(method, path), 404, "not_found")
    assert "找不到" in problem["detail"]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/grids/not-an-id"])
async def test_a_path_that_only_looks_like_a_route_is_not_found(client: Client, path: str) -> None:
    assert_problem(await client().get(path), 404, "not_found")


async def test_a_method_that_a_route_does_not_take(territory: Territory, client: Client) -> None:
    answer = await client(territory["county"], language="en").delete("/api/me")
    problem = assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]
    assert "method" in problem["detail"]


@pytest.mark.parametrize("language", [None, "zh-CN", "zh", "fr", "*", "", "de;q=0.1"])
async def test_chinese_is_spoken_unless_english_is_asked_for(client: Client, language: str | None) -> None:
    http = client(language=language or "")
    if language is None:
        del http.headers["Accept-Language"]
    assert assert_problem(await http.get("/api/me"), 401, "not_signed_in")["detail"] == "请先登录。"


@pytest.mark.parametrize("language", ["en", "EN-us", "en-GB,en;q=0.9,zh;q=0.8"])
async def test_english_is_spoken_when_asked_for(client: Client, language: str) -> None:
    assert assert_problem(await client(language=language).get("/api/me"), 401, "not_signed_in")["detail"] == "Please sign in."


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"nothing", b'{"a":"\\ud800"}', b"", b'{"operations":[' + b"[" * 50_000])
async def test_a_body_that_is_no_json(territory: Territory, client: Client, body: bytes) -> None:
    http = client(territory["community"])
    for path in ("/api/sync/push", "/api/auth/sign-in"):
        answer = await http.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422)
        assert_problem(answer, answer.status_code, "bad_request" if answer.status_code == 400 else "invalid_input")


@pytest.mark.parametrize("media_type", ["application/x-msgpack", "text/plain", "multipart/form-data", "application/xml", "nonsense", ""])
async def test_json_under_another_media_type_is_not_read(territory: Territory, client: Client, media_type: str) -> None:
    http = client(territory["community"], language="en")
    for path, body in (("/api/sync/push", b'{"operations":[]}'), ("/api/auth/sign-in", b'{"login":"x","password":"x"}')):
        answer = await http.post(path, content=body, headers={"Content-Type": media_type})
        assert "content type" in assert_problem(answer, 415, "media_type_not_supported")["detail"]


async def test_json_may_name_its_encoding(territory: Territory, client: Client) -> None:
    http, headers = client(territory["community"]), {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await http.post("/api/sync/push", content=b'{"operations":[]}', headers=headers)).status_code == 200


async def test_too_large_a_body(territory: Territory, client: Client) -> None:
    http = client(territory["community"], language="en")
    answer = await http.post("/api/auth/sign-in", content=b" " * (16 * 2**20 + 1), headers={"Content-Type": "application/json"})
    assert "in parts" in assert_problem(answer, 413, "body_too_large")["detail"]


async def test_the_request_id_is_the_servers_own_and_on_every_answer(territory: Territory, client: Client) -> None:
    answers = [await client().get("/api/health", headers={"X-Request-Id": "mine"}) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert "mine" not in ids and len(set(ids)) == 2
    assert all(UUID(i).version == 7 for i in ids)


@pytest.mark.parametrize("path", ["/%00", "/" + "a" * 5000, "/..%2f..%2fetc%2fpasswd", "/assets/%ff", "/a.b/../x.js"])
async def test_a_path_that_no_file_has_is_not_found(client: Client, path: str) -> None:
    answer = await client().get(path)
    assert answer.status_code in (200, 404)  # the app's own page, where one has been built
    assert "root:x:" not in answer.text  # a line of /etc/passwd; the page names its style `:root`
    if answer.status_code == 404:
        assert_problem(answer, 404, "not_found")


async def test_a_null_character_in_a_query_is_the_callers_mistake(territory: Territory, client: Client) -> None:
    assert_problem(await client(territory["county"]).get("/api/employers", params={"q": "a\x00"}), 422, "text_unstorable")


def subclasses(of: type[WanggeError]) -> list[type[WanggeError]]:
    return [of, *(c for direct in of.__subclasses__() for c in subclasses(direct))]


def test_every_error_of_the_catalogue_is_one_fact_in_two_languages(app: Litestar) -> None:
    catalogue = subclasses(WanggeError)[1:]
    codes = [error.code for error in catalogue]
    assert len(codes) == len(set(codes)), "a code stands for one fact"
    for error in catalogue:
        assert error.code.isidentifier() and error.code.islower()
        assert 400 <= error.status < 600
        assert error.__doc__ and error.zh.endswith("。") and error.en.endswith(".")
        assert any("\u4e00" <= c <= "\u9fff" for c in error.zh) and error.en.isascii()
        zh, en = [
            {name.removesuffix("_zh").removesuffix("_en") for _, name, _, _ in Formatter().parse(text) if name}
            for text in (error.zh, error.en)
        ]
        assert zh == en, f"{error.code} says different things"


def test_a_problem_is_kept_in_every_language() -> None:
    both = errors.in_every_language(errors.RateLimited(retry_after_s=7))
    assert set(both) == set(LANGUAGES)
    assert all("7" in both[language]["detail"] for language in LANGUAGES)


async def test_a_bug_is_answered_as_one_and_shows_nothing_of_the_inside(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    @get("/boom", sync_to_thread=False)
    def boom() -> None:
        raise RuntimeError("secret inside")

    @get("/db", sync_to_thread=False)
    def db() -> None:
        raise DBAPIError("select secret", {}, asyncpg.UndefinedTableError("secret inside"))

    @get("/deadlock", sync_to_thread=False)
    def deadlock() -> None:
        raise asyncpg.DeadlockDetectedError("secret inside")

    made = Litestar([boom, db, deadlock], exception_handlers=problems.EXCEPTION_HANDLERS, middleware=[request_log])
    async with AsyncTestClient(made, raise_server_exceptions=False) as http:
        for path, status, code in (("/boom", 500, "internal"), ("/db", 500, "internal"), ("/deadlock", 503, "server_busy")):
            answer = await http.get(path, headers={"Accept-Language": "en"})
            assert_problem(answer, status, code)
            assert "secret" not in answer.text
    assert answer.headers["retry-after"] == "5"


async def test_a_database_that_is_away_is_busy_and_not_a_bug(settings: Settings) -> None:
    made = create_app(load_settings({"WANGGE_DATA_DIR": str(settings.data_dir)}), "postgresql://wangge_app@127.0.0.1:1/none")
    async with made.lifespan():
        http = httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://x", headers={"Authorization": "Bearer x"})
        problem = assert_problem(await http.get("/api/me"), 503, "server_busy")
        assert "还在本机" in problem["detail"]


def test_the_guard_is_an_error_of_the_catalogue_too() -> None:
    assert ClientHeaderMissing().status == 400
