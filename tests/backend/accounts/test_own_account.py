"""One's own account: password, second factor, sessions, and what must be done first."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pyotp
import pytest
from factories import CITY, WEST, WEST_NORTH_1, Owner, Someone, Territory, make_person_with_account, make_policy
from fixture_types import Client

from wangge.accounts.passwords import hash_password
from wangge.core.clock import utc_now
from wangge.core.settings import Settings

PASSWORD, NEW = "Kestrel-over-7-dunes", "Heron#by#8#lakes"
HASH = hash_password(PASSWORD)


@pytest.fixture
async def her(owner: Owner, territory: Territory) -> Someone:
    return await make_person_with_account(owner, WEST, password_hash=HASH, login="wang.li", name="王丽")


async def sign_in(client: Client, password: str = PASSWORD, kind: str = "console", **more: Any) -> tuple[httpx.AsyncClient, httpx.Response]:
    http = client()
    http.headers["X-Wangge-Client"] = f"{kind}/0.1.0"
    return http, await http.post("/api/auth/sign-in", json={"login": "wang.li", "password": password, **more})


# ---- passwords


async def test_a_new_password_replaces_the_old_one_and_ends_the_other_sessions(owner: Owner, her: Someone, client: Client) -> None:
    other, _ = await sign_in(client)
    this, _ = await sign_in(client)

    answer = await this.post("/api/me/password", json={"current_password": PASSWORD, "new_password": NEW})

    assert answer.status_code == 204, answer.text
    assert (await this.get("/api/me")).status_code == 200
    assert (await other.get("/api/me")).json()["type"] == "session_expired"
    assert await owner.fetchval("select action from audit_log where subject_id = $1", her.account_id) == "password_changed"
    assert (await sign_in(client))[1].status_code == 401
    assert (await sign_in(client, NEW))[1].status_code == 200


WEAK = {
    "short": ("Ab1#efg", {"too_short"}),
    "simple": ("kestrelsoverdunes", {"too_simple"}),
    "common": ("Password@123", {"common"}),
    "common in China": ("Woaini1314!", {"common"}),
    "her login": ("Wang.Li-2026-x", {"holds_name"}),
    "her name": ("王丽-Kestrel-9", {"holds_name"}),
    "the same": (PASSWORD, {"used_before"}),
    "everything": ("123456", {"too_short", "too_simple", "common"}),
}


@pytest.mark.parametrize(("password", "codes"), WEAK.values(), ids=WEAK)
async def test_a_weak_password_is_refused_with_everything_that_is_wrong(
    password: str, codes: set[str], her: Someone, client: Client
) -> None:
    answer = await client(her).post("/api/me/password", json={"current_password": PASSWORD, "new_password": password})

    assert answer.status_code == 422
    assert {e["code"] for e in answer.json()["errors"]} == codes
    assert {e["field"] for e in answer.json()["errors"]} == {"new_password"}


async def test_the_last_passwords_are_not_taken_again_and_older_ones_are(owner: Owner, her: Someone, client: Client) -> None:
    await make_policy(owner, "password_history", 3)
    http, chain = client(her), [PASSWORD, *(f"Kestrel-{n}-dunes-{n}x" for n in range(3))]
    for current, new in pairwise(chain):
        assert (await http.post("/api/me/password", json={"current_password": current, "new_password": new})).status_code == 204

    recent = await http.post("/api/me/password", json={"current_password": chain[-1], "new_password": chain[1]})
    old = await http.post("/api/me/password", json={"current_password": chain[-1], "new_password": chain[0]})

    assert recent.json()["errors"][0]["code"] == "used_before"
    assert old.status_code == 204
    assert await owner.fetchval("select count(*) from past_passwords where account_id = $1", her.account_id) == 2


async def test_guessing_at_the_current_password_locks_the_login(her: Someone, client: Client) -> None:
    http = client(her)
    answers = [await http.post("/api/me/password", json={"current_password": f"x{n}", "new_password": NEW}) for n in range(5)]

    assert [a.status_code for a in answers] == [401] * 4 + [423]
    assert (await sign_in(client))[1].json()["type"] == "account_locked"


async def test_a_temporary_password_opens_nothing_until_it_is_changed(owner: Owner, her: Someone, client: Client) -> None:
    await owner.execute("update accounts set must_change_password = true where id = $1", her.account_id)
    http, answer = await sign_in(client)

    assert answer.json()["must"] == ["change_password"]
    for path in ("/api/employers", "/api/patrols", "/api/rights"):
        assert (await http.get(path)).json()["type"] == "password_change_required"
    assert (await http.post("/api/me/password", json={"current_password": PASSWORD, "new_password": NEW})).status_code == 204
    assert (await http.get("/api/me")).json()["must"] == []
    assert (await http.get("/api/employers")).status_code == 200


async def test_an_outdated_password_must_be_changed_at_the_desk_alone(owner: Owner, her: Someone, client: Client) -> None:
    await make_policy(owner, "password_max_age_days_desk", 90)
    await owner.execute("update accounts set password_set_at = now() - interval '91 days' where id = $1", her.account_id)

    assert (await sign_in(client))[1].json()["must"] == ["change_password"]
    assert (await sign_in(client, kind="field"))[1].json()["must"] == []


# ---- second factor


async def enrol(http: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """Set the authenticator up with the code of the step before this one, so that this step's is still unused."""
    offer = (await http.post("/api/me/totp", json={"current_password": PASSWORD})).json()
    assert offer["qr_svg"].startswith("<svg") and offer["secret"] in offer["uri"]
    totp = pyotp.TOTP(offer["secret"])
    answer = await http.post("/api/me/totp/confirm", json={"code": totp.at(utc_now() - timedelta(seconds=30))})
    assert answer.status_code == 200, answer.text
    return totp, answer.json()["codes"]


async def test_with_a_second_factor_the_password_alone_does_not_open(owner: Owner, her: Someone, client: Client) -> None:
    totp, codes = await enrol(client(her))
    assert len(set(codes)) == 10

    assert (await sign_in(client))[1].json()["type"] == "totp_required"
    wrong = (await sign_in(client, totp="000000"))[1].json()
    assert (wrong["type"], wrong["attempts_left"]) == ("totp_wrong", 4)
    code = totp.at(utc_now())
    assert (await sign_in(client, totp=code))[1].status_code == 200
    assert (await sign_in(client, totp=code))[1].json()["type"] == "totp_wrong", "a code counts once"
    assert (await sign_in(client, totp=totp.at(utc_now() - timedelta(seconds=90))))[1].json()["type"] == "totp_wrong"


async def test_a_recovery_code_opens_once(owner: Owner, her: Someone, client: Client) -> None:
    _, codes = await enrol(client(her))

    assert (await sign_in(client, totp=codes[0].lower().replace("-", " ")))[1].status_code == 200
    assert (await sign_in(client, totp=codes[0]))[1].json()["type"] == "totp_wrong"
    assert (await client(her).get("/api/me/security")).json()["recovery_codes_left"] == 9


async def test_the_secret_and_the_codes_rest_encrypted_or_hashed(owner: Owner, her: Someone, client: Client, settings: Settings) -> None:
    totp, codes = await enrol(client(her))

    stored = await owner.fetchval("select totp_secret from accounts where id = $1", her.account_id)
    rows = str(await owner.fetch("select * from one_time_codes where account_id = $1", her.account_id))
    assert totp.secret not in stored
    assert not any(code in rows or code.replace("-", "") in rows for code in codes)
    key = settings.data_dir / "secrets" / "totp_key"
    assert key.stat().st_mode & 0o777 == 0o600


async def test_where_the_role_needs_it_nothing_opens_before_it_is_set_up(owner: Owner, her: Someone, client: Client) -> None:
    await make_policy(owner, "totp_required_roles", ["city", "county", "auditor"])
    http = client(her)

    assert (await http.get("/api/me")).json()["must"] == ["enrol_totp"]
    assert (await http.get("/api/employers")).json()["type"] == "totp_enrolment_required"
    await enrol(http)
    assert (await http.get("/api/employers")).status_code == 200
    assert (await http.post("/api/me/totp/remove", json={"current_password": PASSWORD})).json()["type"] == "totp_cannot_go"


async def test_it_can_go_where_the_role_does_not_need_it_and_needs_the_password(her: Someone, client: Client) -> None:
    http = client(her)
    await enrol(http)

    assert (await http.post("/api/me/totp/remove", json={"current_password": "guess"})).json()["type"] == "wrong_password"
    assert (await http.post("/api/me/totp/remove", json={"current_password": PASSWORD})).status_code == 204
    assert (await sign_in(client))[1].status_code == 200


async def test_a_factor_in_force_is_not_replaced_by_whoever_finds_the_desk_open(her: Someone, client: Client) -> None:
    http = client(her)
    await enrol(http)

    assert (await http.post("/api/me/totp", json={"current_password": PASSWORD})).json()["type"] == "totp_not_begun"
    assert (await http.post("/api/me/totp/confirm", json={"code": "123456"})).json()["type"] == "totp_not_begun"


# ---- sessions


async def test_a_desk_left_alone_is_signed_out_and_a_phone_is_not(owner: Owner, her: Someone, client: Client) -> None:
    desk, _ = await sign_in(client)
    phone, _ = await sign_in(client, kind="field")
    await owner.execute("update sessions set last_used_at = now() - interval '31 minutes' where account_id = $1", her.account_id)

    answer = await desk.get("/api/me")

    assert (answer.status_code, answer.json()["type"], answer.json()["minutes"]) == (401, "session_idle", 30)
    assert (await phone.get("/api/me")).json()["session_kind"] == "phone"


async def test_what_a_page_asks_by_itself_does_not_keep_the_session_open(owner: Owner, her: Someone, client: Client) -> None:
    async def used() -> float:
        return float(
            await owner.fetchval("select extract(epoch from now() - last_used_at) from sessions where account_id = $1", her.account_id)
        )

    await owner.execute("update sessions set last_used_at = now() - interval '10 minutes' where account_id = $1", her.account_id)
    await client(her).get("/api/me", headers={"X-Wangge-Background": "1"})
    assert await used() > 500
    await client(her).get("/api/me")
    assert await used() < 60


async def test_use_is_written_down_at_most_once_a_minute(owner: Owner, her: Someone, client: Client) -> None:
    sql = "select last_used_at from sessions where account_id = $1"
    before = await owner.fetchval(sql, her.account_id)
    for _ in range(3):
        await client(her).get("/api/me")

    assert await owner.fetchval(sql, her.account_id) == before


async def test_her_sessions_are_listed_and_can_be_ended(her: Someone, client: Client) -> None:
    desk, _ = await sign_in(client)
    phone, _ = await sign_in(client, kind="field", device_id="01900000-0000-7000-8000-0000000000aa", device_model="Redmi Note 12")
    listed = (await desk.get("/api/me/sessions")).json()
    assert {(s["kind"], s["is_this"]) for s in listed} >= {("desk", True), ("phone", False)}
    (other,) = [s for s in listed if s["device_name"] == "Redmi Note 12"]

    assert (await desk.post(f"/api/me/sessions/{other['id']}/revoke")).json() == {"ended": 1}
    assert (await phone.get("/api/me")).json()["type"] == "session_expired"
    assert (await desk.post("/api/me/sessions/revoke-others")).json() == {"ended": 1}
    assert [s["is_this"] for s in (await desk.get("/api/me/sessions")).json()] == [True]


async def test_nobody_ends_somebody_elses_session_as_her_own(owner: Owner, her: Someone, territory: Territory, client: Client) -> None:
    theirs = await owner.fetchval("select id from sessions where account_id = $1", territory["city"].account_id)

    assert (await client(her).post(f"/api/me/sessions/{theirs}/revoke")).status_code == 404
    assert (await client(territory["city"]).get("/api/me")).status_code == 200


@pytest.mark.parametrize("path", [CITY, WEST, WEST_NORTH_1])
async def test_anyone_may_read_the_matrix(path: str, owner: Owner, territory: Territory, client: Client) -> None:
    someone = await make_person_with_account(owner, path)

    matrix = (await client(someone, language="en").get("/api/rights")).json()

    assert matrix["roles"] == ["city", "county", "street", "community", "auditor"]
    assert {r["code"]: r["roles"] for r in matrix["rights"]}["audit.read"] == ["city", "auditor"]
