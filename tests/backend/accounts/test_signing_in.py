"""Signing in and out: by password, without telling who has an account, and without letting anyone guess for long."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest
from factories import WEST_NORTH_1, Owner, Someone, Territory, make_person_with_account, make_policy, today
from fixture_types import Client
from litestar import Litestar

from wangge.accounts.passwords import hash_password
from wangge.app import create_app
from wangge.cluster import ClusterUrls
from wangge.core.masking import mask_phone
from wangge.core.settings import Settings, load_settings

PASSWORD = "正确的 password 1"
HASH = hash_password(PASSWORD)


@pytest.fixture
async def her(owner: Owner, territory: Territory) -> Someone:
    return await make_person_with_account(owner, WEST_NORTH_1, password_hash=HASH, login="wang.li", phone="13800001234")


@pytest.fixture
def nobody(client: Client) -> httpx.AsyncClient:
    return client()


async def sign_in(http: httpx.AsyncClient, login: str = "wang.li", password: str = PASSWORD, **more: object) -> httpx.Response:
    return await http.post("/api/auth/sign-in", json={"login": login, "password": password, **more})


async def test_signing_in_tells_who_she_is_and_opens_a_session(owner: Owner, her: Someone, nobody: httpx.AsyncClient) -> None:
    device = uuid4()
    answer = await sign_in(nobody, device_id=str(device), device_name="红米")
    assert answer.status_code == 200
    me = answer.json()
    assert (me["person"]["id"], me["person"]["kind"]) == (str(her.id), "legal_supervisor")
    assert me["person"]["phone_masked"] == "138****1234"
    assert (me["role"], me["login"], me["unit"]["level"]) == ("community", "wang.li", 4)
    assert me["rights"] == sorted(me["rights"]) and "field.capture" in me["rights"]
    assert [(grid["path"], grid["level"]) for grid in me["scope"]] == [(WEST_NORTH_1, 4)]
    assert me["policies"]["geofence_radius_m"] == 100
    ends = datetime.fromisoformat(me["session_expires_at"]) - datetime.fromisoformat(me["server_time"])
    assert abs(ends - timedelta(days=14)) < timedelta(minutes=1)
    assert (await nobody.get("/api/me")).json() | {"server_time": 0} == me | {"server_time": 0}
    row = await owner.fetchrow("select * from devices where id = $1", device)
    assert (row["account_id"], row["name"]) == (her.account_id, "红米")


async def test_the_token_travels_only_in_a_cookie_that_scripts_cannot_read(owner: Owner, her: Someone, nobody: httpx.AsyncClient) -> None:
    answer = await sign_in(nobody)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/api" in cookie and "Secure" not in cookie
    assert f"Max-Age={14 * 86400}" in cookie
    token = answer.cookies["wangge_session"]
    assert len(token) >= 40 and token not in answer.text
    stored = await owner.fetch("select * from sessions where account_id = $1", her.account_id)
    assert token not in str([dict(r) for r in stored])


async def test_the_cookie_is_for_https_alone_where_the_deployment_says_so(her: Someone, database: ClusterUrls, settings: Settings) -> None:
    made = create_app(load_settings({"WANGGE_SECURE_COOKIES": "1", "WANGGE_DATA_DIR": str(settings.data_dir)}), database.app)
    async with made.lifespan():
        http = httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="https://x", headers={"X-Wangge-Client": "t/1"})
        assert "Secure" in (await sign_in(http)).headers["set-cookie"]


async def test_a_wrong_password_says_how_often_she_may_still_try(her: Someone, client: Client) -> None:
    answer = await sign_in(client(), password="wrong")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"], problem["attempts_left"]) == ("wrong_password", 401, 4)
    assert problem["detail"] == "账号或密码不对，还可以再试 4 次。"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "set-cookie" not in answer.headers
    problem = (await sign_in(client(language="en-GB,en;q=0.9"), password="wrong")).json()
    assert problem["detail"] == "Wrong account or password; 3 attempt(s) left."


async def test_five_wrong_guesses_lock_the_login_for_a_while_and_then_it_opens(owner: Owner, her: Someone, client: Client) -> None:
    http = client(language="en")
    answers = [await sign_in(http, password=f"guess {n}") for n in range(5)]
    assert [a.status_code for a in answers] == [401] * 4 + [423]
    assert [a.json().get("attempts_left") for a in answers] == [4, 3, 2, 1, None]
    locked = (await sign_in(http)).json()
    assert (locked["type"], locked["status"]) == ("account_locked", 423)
    until = datetime.fromisoformat(locked["until"])
    assert timedelta(minutes=14) < until - datetime.now(UTC) <= timedelta(minutes=15)
    assert re.search(r"locked until \d\d:\d\d", locked["detail"])
    await owner.execute("update sign_in_failures set locked_until = now() - interval '1 s'")
    assert (await sign_in(http, password="wrong")).json()["attempts_left"] == 4
    assert (await sign_in(http)).status_code == 200
    assert (await sign_in(client(), password="wrong")).json()["attempts_left"] == 4, "a good sign-in forgives what was before"


async def test_a_login_that_does_not_exist_is_answered_like_any_other(her: Someone, client: Client) -> None:
    def shape(answer: httpx.Response) -> tuple[int, dict[str, object]]:
        body = answer.json()
        return answer.status_code, {k: v for k, v in body.items() if k not in ("request_id", "until")}

    for n in range(7):
        known, unknown = [await sign_in(client(), login=login, password=f"guess {n}") for login in ("wang.li", "nobody.here")]
        assert shape(known) == shape(unknown)


async def test_blanks_around_the_login_do_not_matter_and_its_case_does(her: Someone, client: Client) -> None:
    assert (await sign_in(client(), login="  wang.li ")).status_code == 200
    assert (await sign_in(client(), login="Wang.Li")).status_code == 401


@pytest.mark.parametrize("why", ["closed", "no appointment", "ended", "not yet"])
async def test_without_an_appointment_today_the_right_password_is_told_so(owner: Owner, her: Someone, client: Client, why: str) -> None:
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    await owner.execute("delete from sessions where account_id = $1", her.account_id)
    if why == "closed":
        await owner.execute("update accounts set is_active = false where id = $1", her.account_id)
    elif why == "no appointment":
        await owner.execute("delete from appointments where person_id = $1", her.id)
    elif why == "ended":
        await owner.execute("update appointments set valid_to = $2 where person_id = $1", her.id, yesterday)
    else:
        await owner.execute("update appointments set valid_from = $2 where person_id = $1", her.id, tomorrow)
    answer = await sign_in(client(language="en"))
    assert (answer.status_code, answer.json()["type"]) == (403, "no_appointment")
    assert "Ask your unit" in answer.json()["detail"]
    assert (await sign_in(client(), password="wrong")).json()["type"] == "wrong_password", "a stranger learns nothing of it"


async def test_too_many_attempts_from_one_address_wait(owner: Owner, her: Someone, client: Client) -> None:
    await make_policy(owner, "sign_in_per_minute_per_address", 3)
    answers = [await sign_in(client(), login=f"someone {n}", password="x") for n in range(3)]
    assert {a.status_code for a in answers} == {401}
    answer = await sign_in(client())
    assert (answer.status_code, answer.json()["type"]) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "60"
    await owner.execute("update sign_in_attempts set minute = minute - interval '1 minute'")
    assert (await sign_in(client())).status_code == 200


async def test_a_forwarded_address_counts_only_from_a_trusted_proxy(
    owner: Owner, her: Someone, client: Client, database: ClusterUrls, settings: Settings
) -> None:
    await make_policy(owner, "sign_in_per_minute_per_address", 2)
    for n in range(2):
        await client().post("/api/auth/sign-in", json={"login": "x", "password": "x"}, headers={"X-Forwarded-For": f"10.0.0.{n}"})
    assert (await sign_in(client())).status_code == 429
    assert [r["address"] for r in await owner.fetch("select address from sign_in_attempts")] == ["127.0.0.1"]
    proxied = create_app(load_settings({"WANGGE_TRUSTED_PROXIES": "127.0.0.1", "WANGGE_DATA_DIR": str(settings.data_dir)}), database.app)
    async with proxied.lifespan():
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(proxied), base_url="http://x",
            headers={"X-Wangge-Client": "t/1", "X-Forwarded-For": "6.6.6.6, 10.0.0.9"},
        )  # fmt: skip
        assert (await sign_in(http)).status_code == 200
    assert await owner.fetchval("select count(*) from sign_in_attempts where address = '10.0.0.9'") == 1


async def test_guesses_at_once_are_all_counted(owner: Owner, her: Someone, client: Client) -> None:
    answers = await asyncio.gather(*(sign_in(client(), password=f"guess {n}") for n in range(6)))
    assert sorted({a.status_code for a in answers}) == [401, 423]
    assert (await sign_in(client())).status_code == 423


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(her: Someone, nobody: httpx.AsyncClient) -> None:
    token = (await sign_in(nobody)).cookies["wangge_session"]
    answer = await nobody.post("/api/auth/sign-out")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await nobody.get("/api/me")).json()["type"] == "not_signed_in"
    answer = await nobody.get("/api/me", headers={"Cookie": f"wangge_session={token}"})
    assert (answer.status_code, answer.json()["type"]) == (401, "session_expired")


async def test_a_session_may_be_carried_as_a_bearer_token(her: Someone, client: Client) -> None:
    assert (await client(her).get("/api/me")).json()["login"] == "wang.li"
    for header in (b"Bearer wrong", b"Bearer ", b"Basic eDp4", "Bearer 令牌".encode()):
        answer = await client().get("/api/me", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["type"]) == (401, "not_signed_in")


@pytest.mark.parametrize("path", ["/api/auth/sign-in", "/api/auth/sign-out", "/api/sync/push"])
async def test_a_writing_request_needs_the_header_that_only_our_pages_send(her: Someone, client: Client, path: str) -> None:
    http = client(her, language="en")
    del http.headers["X-Wangge-Client"]
    answer = await http.post(path, json={"login": "wang.li", "password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (400, "client_header_missing")
    assert "X-Wangge-Client" in answer.json()["detail"]
    assert "set-cookie" not in answer.headers


BAD_FORMS = {
    "no password": ({"login": "x"}, "password"),
    "an empty login": ({"login": "", "password": "x"}, "login"),
    "a login without end": ({"login": "x" * 65, "password": "x"}, "login"),
    "a password without end": ({"login": "x", "password": "x" * 257}, "password"),
    "a device that is none": ({"login": "x", "password": "x", "device_id": "phone"}, "device_id"),
    "a field not known": ({"login": "x", "password": "x", "role": "city"}, "role"),
}


@pytest.mark.parametrize(("form", "field"), BAD_FORMS.values(), ids=BAD_FORMS)
async def test_a_form_that_does_not_hold_is_refused_field_by_field(her: Someone, client: Client, form: object, field: str) -> None:
    for language, word in (("zh-CN", "需要改正"), ("en", "need correcting")):
        answer = await client(language=language).post("/api/auth/sign-in", json=form)
        assert (answer.status_code, answer.json()["type"]) == (422, "invalid_input")
        assert word in answer.json()["detail"]
        assert [e["field"] for e in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("login", ["\x00", "a\x00b", "' or 1=1 --", "%", "王" * 64])
async def test_odd_logins_are_answered(her: Someone, client: Client, login: str) -> None:
    answer = await sign_in(client(), login=login)
    assert answer.json()["type"] == ("text_unstorable" if "\x00" in login else "wrong_password")


async def test_the_apis_role_reads_no_table_of_sign_in(app: Litestar, her: Someone, database: ClusterUrls) -> None:
    connection = await asyncpg.connect(database.app)
    try:
        for table in (
            "accounts",
            "sessions",
            "devices",
            "one_time_codes",
            "past_passwords",
            "sign_in_attempts",
            "sign_in_failures",
            "audit_log",
        ):
            for statement in (f"select * from {table}", f"delete from {table}", f"truncate {table}"):
                if statement in ("select * from devices", "select * from audit_log"):
                    continue  # no secrets in them: shown by right and scope, so nothing to whoever is nobody (below)
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        for statement in (
            "select password_hash from accounts", "select totp_secret from accounts", "select token_sha256 from sessions",
            "select code_sha256 from one_time_codes", "select auth_drop_totp(gen_random_uuid())", "select audit_prune()",
            "update accounts set password_hash = ''",
            "select held_paths(gen_random_uuid(), now()::date)",
            "create table mine ()", "create temp table mine ()", "set role wangge_owner", "alter table people disable row level security",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        for table in ("people", "employers", "grids", "patrols", "visits", "sync_operations", "changes", "devices", "audit_log"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0, f"{table} without a session"
    finally:
        await connection.close()


async def test_sign_ins_and_failures_are_in_the_audit_log_without_passwords(owner: Owner, her: Someone, client: Client) -> None:
    await sign_in(client(), password="a wrong secret")
    await sign_in(client())
    lines = await owner.fetch("select action, details::text from audit_log where subject_id = $1 or subject_id in "
                              "(select id from sessions where account_id = $1) order by id", her.account_id)  # fmt: skip
    assert [line["action"] for line in lines] == ["sign_in_failed", "signed_in"]
    assert "secret" not in str(lines)


@pytest.mark.parametrize(("phone", "masked"), [("13800001234", "138****1234"), ("", ""), ("110", "****"), ("0536-8888888", "053****8888")])
def test_a_phone_number_is_shown_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(("number", "masked"), [("370702198001010015", "3707************15"), (None, "")])
async def test_an_identity_number_is_shown_masked(owner: Owner, number: str | None, masked: str) -> None:
    assert await owner.fetchval("select mask_id_number($1)", number) == masked
