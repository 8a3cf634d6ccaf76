"""Accounts and phones as administrators look after them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from factories import (
    CITY,
    EAST_SOUTH,
    WEST,
    WEST_NORTH_1,
    Owner,
    Someone,
    Territory,
    make_appointment,
    make_employer,
    make_person,
    make_person_with_account,
    make_policy,
)
from fixture_types import Client

from wangge.accounts.passwords import hash_password

PASSWORD, NEW = "Kestrel-over-7-dunes", "Heron#by#8#lakes"
HASH = hash_password(PASSWORD)


@pytest.fixture
async def her(owner: Owner, territory: Territory) -> Someone:
    """A supervisor of the west with a password."""
    return await make_person_with_account(owner, WEST_NORTH_1, password_hash=HASH, login="wang.li", name="王丽")


async def sign_in(
    client: Client, password: str = PASSWORD, login: str = "wang.li", **more: Any
) -> tuple[httpx.AsyncClient, httpx.Response]:
    http = client()
    http.headers["X-Wangge-Client"] = "field/0.3.1"
    return http, await http.post("/api/auth/sign-in", json={"login": login, "password": password, **more})


# ---- accounts


async def test_an_account_is_opened_with_a_password_for_the_first_sign_in_alone(owner: Owner, territory: Territory, client: Client) -> None:
    person = await make_person(owner, WEST_NORTH_1, name="新人")
    await make_appointment(owner, person, "community", WEST_NORTH_1)
    desk = client(territory["county"])
    found = (await desk.get("/api/accounts/candidates", params={"q": "新"})).json()["items"]
    assert [(c["id"], c["role"]) for c in found] == [(str(person), "community")]

    made = await desk.post("/api/accounts", json={"person_id": str(person), "login": "xin.ren"})

    assert made.status_code == 201, made.text
    http, answer = await sign_in(client, made.json()["temporary_password"], "xin.ren")
    assert answer.json()["must"] == ["change_password"]
    body = {"current_password": made.json()["temporary_password"], "new_password": NEW}
    assert (await http.post("/api/me/password", json=body)).status_code == 204
    line = await owner.fetchrow("select * from audit_log where subject_id = $1 and action = 'account_created'", UUID(made.json()["id"]))
    assert line["person_id"] == territory["county"].id and made.json()["temporary_password"] not in line["details"]


async def test_a_person_has_one_account_and_a_login_one_person(owner: Owner, her: Someone, territory: Territory, client: Client) -> None:
    other = await make_person(owner, WEST_NORTH_1)
    desk = client(territory["county"])

    assert (await desk.post("/api/accounts", json={"person_id": str(her.id), "login": "again"})).json()["type"] == "account_exists"
    assert (await desk.post("/api/accounts", json={"person_id": str(other), "login": "wang.li"})).json()["type"] == "login_taken"
    bad = await desk.post("/api/accounts", json={"person_id": str(other), "login": "王 丽"})
    assert [e["field"] for e in bad.json()["errors"]] == ["login"]


async def test_nobody_opens_an_account_for_a_person_of_another_county(owner: Owner, territory: Territory, client: Client) -> None:
    theirs = await make_person(owner, EAST_SOUTH)

    answer = await client(territory["county"]).post("/api/accounts", json={"person_id": str(theirs), "login": "theirs"})

    assert answer.status_code == 404
    assert await owner.fetchval("select count(*) from accounts where login = 'theirs'") == 0


async def test_closing_an_account_ends_its_sessions_at_once_and_opening_it_lets_in_again(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    desk = client(territory["county"])
    assert (await client(her).get("/api/me")).status_code == 200

    closed = await desk.post(f"/api/accounts/{her.account_id}/disable", json={"reason": "调离"})

    assert (closed.json()["is_active"], closed.json()["disabled_reason"], closed.json()["open_sessions"]) == (False, "调离", 0)
    assert (await client(her).get("/api/me")).json()["type"] == "session_expired"
    assert (await sign_in(client))[1].json()["type"] == "no_appointment"
    assert (await desk.post(f"/api/accounts/{her.account_id}/enable")).json()["is_active"] is True
    assert (await sign_in(client))[1].status_code == 200
    lines = await owner.fetch("select action, details::text from audit_log where subject_id = $1 and person_id = $2 order by id",
                              her.account_id, territory["county"].id)  # fmt: skip
    assert [line["action"] for line in lines] == ["account_disabled", "account_enabled"]
    assert '"before": {"is_active": true}' in lines[0]["details"]


async def test_the_unit_above_manages_and_not_oneself_or_a_colleague(owner: Owner, territory: Territory, client: Client) -> None:
    colleague = await make_person_with_account(owner, WEST)
    county = territory["county"]
    for target in (county, colleague):
        for act, body in (("disable", {"reason": "x"}), ("reset", {}), ("revoke-sessions", None), ("enable", None)):
            answer = await client(county).post(f"/api/accounts/{target.account_id}/{act}", json=body)
            assert (answer.status_code, answer.json()["type"]) == (403, "own_account"), act
    assert (await client(territory["city"]).post(f"/api/accounts/{county.account_id}/reset", json={})).status_code == 200
    auditor = await make_person_with_account(owner, CITY, role="auditor")
    assert (await client(territory["city"]).post(f"/api/accounts/{auditor.account_id}/reset", json={})).status_code == 200


async def test_a_reset_code_works_once_for_its_login_and_in_its_time(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    async def reset(code: str, login: str = "wang.li", password: str = NEW) -> httpx.Response:
        return await client().post("/api/auth/reset-password", json={"login": login, "code": code, "new_password": password})

    desk = client(territory["county"])
    code = (await desk.post(f"/api/accounts/{her.account_id}/reset", json={})).json()["code"]

    assert (await reset(code, "county")).json()["type"] == "reset_code_wrong"
    assert (await reset("AAAA-AAAA-AAAA-AAAA")).json()["attempts_left"] == 4
    assert (await reset(code, password="short")).status_code == 422, "a weak password does not spend the code"
    assert (await reset(code.lower().replace("-", ""))).status_code == 204
    assert (await client(her).get("/api/me")).json()["type"] == "session_expired"
    assert (await reset(code)).json()["type"] == "reset_code_wrong"
    assert (await sign_in(client, NEW))[1].status_code == 200
    late = (await desk.post(f"/api/accounts/{her.account_id}/reset", json={})).json()["code"]
    await owner.execute("update one_time_codes set expires_at = now() - interval '1 s' where used_at is null")
    assert (await reset(late)).json()["type"] == "reset_code_wrong"


async def test_a_reset_can_take_a_lost_authenticator_away(owner: Owner, her: Someone, territory: Territory, client: Client) -> None:
    await owner.execute("update accounts set totp_secret = 'x', totp_confirmed_at = now() where id = $1", her.account_id)
    answer = await client(territory["county"]).post(f"/api/accounts/{her.account_id}/reset", json={"clears_totp": True})

    body = {"login": "wang.li", "code": answer.json()["code"], "new_password": NEW}
    assert (await client().post("/api/auth/reset-password", json=body)).status_code == 204
    assert (await sign_in(client, NEW))[1].status_code == 200


async def test_sessions_of_the_subtree_are_listed_and_ended(owner: Owner, her: Someone, territory: Territory, client: Client) -> None:
    desk = client(territory["county"])
    (session,) = (await desk.get("/api/sessions", params={"q": "wang.li"})).json()["items"]

    assert (await desk.post(f"/api/sessions/{session['id']}/revoke")).json() == {"ended": 1}
    assert (await client(her).get("/api/me")).json()["type"] == "session_expired"
    assert (await desk.get("/api/sessions", params={"q": "wang.li"})).json()["total"] == 0


# ---- phones


async def enrolled(client: Client, territory: Territory, her: Someone, device: UUID) -> tuple[httpx.AsyncClient, httpx.Response]:
    code = (await client(territory["county"]).post(f"/api/accounts/{her.account_id}/enrolment")).json()["code"]
    return await sign_in(client, device_id=str(device), device_model="Redmi Note 12", enrolment_code=code)


async def test_the_qr_code_carries_the_deployments_address_and_the_code(her: Someone, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).post(
        f"/api/accounts/{her.account_id}/enrolment", headers={"Origin": "https://wangge.example:8443"}
    )

    offer = answer.json()
    assert offer["link"] == f"https://wangge.example:8443/enrol#wang.li:{offer['code']}"
    assert offer["qr_svg"].startswith("<svg")


async def test_where_phones_must_be_enrolled_others_are_told_and_the_enrolled_one_works(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    await make_policy(owner, "device_enrolment_required", True)
    stranger, answer = await sign_in(client, device_id=str(uuid4()))
    assert answer.json()["must"] == ["enrol_device"]
    for path in ("/api/sync/pull", "/api/employers"):
        assert (await stranger.get(path)).json()["type"] == "device_not_enrolled"
    assert (await stranger.post("/api/sync/push", json={"operations": []})).json()["type"] == "device_not_enrolled"

    phone, answer = await enrolled(client, territory, her, uuid4())

    assert answer.json()["must"] == []
    assert (await phone.get("/api/sync/pull")).status_code == 200


async def test_an_enrolment_code_is_good_once_for_its_account_and_some_minutes(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    other = await make_person_with_account(owner, WEST_NORTH_1, password_hash=HASH, login="li.ming")
    desk = client(territory["county"])
    code = (await desk.post(f"/api/accounts/{her.account_id}/enrolment")).json()["code"]

    foreign = await sign_in(client, login=other.login, device_id=str(uuid4()), enrolment_code=code)
    assert foreign[1].json()["type"] == "enrolment_code_wrong"
    assert (await sign_in(client, device_id=str(uuid4()), enrolment_code=code))[1].status_code == 200
    assert (await sign_in(client, device_id=str(uuid4()), enrolment_code=code))[1].json()["type"] == "enrolment_code_wrong"
    late = (await desk.post(f"/api/accounts/{her.account_id}/enrolment")).json()["code"]
    await owner.execute("update one_time_codes set expires_at = now() - interval '1 s' where used_at is null")
    assert (await sign_in(client, device_id=str(uuid4()), enrolment_code=late))[1].json()["type"] == "enrolment_code_wrong"


async def test_the_list_says_what_the_phone_last_said(her: Someone, territory: Territory, client: Client) -> None:
    device = uuid4()
    phone, _ = await enrolled(client, territory, her, device)
    await phone.get("/api/me", headers={"X-Wangge-Unsent": "12,3"})

    (row,) = (await client(territory["county"]).get("/api/devices", params={"q": "Redmi"})).json()["items"]

    assert (row["device_id"], row["state"], row["app_version"]) == (str(device), "enrolled", "0.3.1")
    assert (row["unsent_operations"], row["unsent_photos"]) == (12, 3)
    assert row["unsent_reported_at"] and row["last_seen_at"]


async def test_a_stopped_phone_is_out_until_it_is_enrolled_again(her: Someone, territory: Territory, client: Client) -> None:
    device, desk = uuid4(), client(territory["county"])
    phone, _ = await enrolled(client, territory, her, device)

    row = await desk.post(f"/api/devices/{device}/accounts/{her.account_id}/revoke", json={"reason": "丢失"})

    assert row.json()["state"] == "revoked"
    assert (await phone.get("/api/me")).json()["type"] == "session_expired"
    assert (await sign_in(client, device_id=str(device)))[1].json()["type"] == "device_revoked"
    assert (await sign_in(client, device_id=str(uuid4())))[1].status_code == 200, "her other phone is not stopped"
    assert (await enrolled(client, territory, her, device))[1].status_code == 200


async def test_a_phone_to_be_erased_may_push_and_confirm_and_nothing_else(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    await make_employer(owner, WEST_NORTH_1)
    device, desk = uuid4(), client(territory["county"])
    phone, _ = await enrolled(client, territory, her, device)
    order = f"/api/devices/{device}/accounts/{her.account_id}"
    await desk.post(f"{order}/revoke", json={"reason": "丢失"})

    ordered = await desk.post(f"{order}/wipe", json={"reason": "丢失，可能被拾取"})

    assert ordered.json()["state"] == "wipe_ordered"
    for path in ("/api/me", "/api/sync/pull", "/api/employers", "/api/me/sessions"):
        assert (await phone.get(path)).json()["type"] == "device_wipe", path
    assert (await phone.post("/api/sync/push", json={"operations": []})).status_code == 200
    assert (await phone.post("/api/me/device/wiped", json={"left_unsent": 0})).status_code == 204
    (row,) = (await desk.get("/api/devices", params={"status": "wiped"})).json()["items"]
    assert row["wiped_at"] and row["wipe_reason"] == "丢失，可能被拾取"
    assert (await phone.get("/api/me")).json()["type"] == "session_expired", "with the store its session is gone"
    actions = [r[0] for r in await owner.fetch("select action from audit_log where subject_id = $1 order by id", device)]
    assert actions == ["device_enrolled", "device_revoked", "device_wipe_ordered", "device_wiped"]


async def test_a_phone_whose_session_ran_out_still_learns_that_it_is_to_be_erased(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    device = uuid4()
    phone, _ = await enrolled(client, territory, her, device)
    await owner.execute("update sessions set expires_at = now() - interval '1 day' where device_id = $1", device)
    assert (await phone.get("/api/me")).json()["type"] == "session_expired"

    await client(territory["county"]).post(f"/api/devices/{device}/accounts/{her.account_id}/wipe", json={"reason": "丢失"})

    assert (await phone.get("/api/me")).json()["type"] == "device_wipe"
    assert (await phone.post("/api/sync/push", json={"operations": []})).status_code == 200


async def test_a_phone_cannot_say_that_it_is_erased_when_nobody_asked(
    owner: Owner, her: Someone, territory: Territory, client: Client
) -> None:
    device = uuid4()
    phone, _ = await enrolled(client, territory, her, device)

    assert (await phone.post("/api/me/device/wiped", json={})).status_code == 204
    assert await owner.fetchval("select wiped_at from devices where id = $1", device) is None
    assert (await phone.get("/api/me")).status_code == 200


# ---- whole numbers


async def test_a_masked_number_is_seen_whole_for_a_reason_that_is_kept(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, contact_phone="13912345678")
    city = client(territory["city"])
    assert (await city.get(f"/api/employers/{employer}")).json()["contact_phone"] == "139****5678"

    assert (await city.post(f"/api/employers/{employer}/unmask", json={"reason": "   "})).status_code == 422
    answer = await city.post(f"/api/employers/{employer}/unmask", json={"reason": "核实举报"})

    assert answer.json()["contact_phone"] == "13912345678"
    line = await owner.fetchrow("select * from audit_log where subject_id = $1 and action = 'employer_contact_unmasked'", employer)
    assert line["person_id"] == territory["city"].id and "核实举报" in line["details"] and "13912345678" not in line["details"]


async def test_whole_numbers_are_limited_by_the_hour(owner: Owner, territory: Territory, client: Client) -> None:
    await make_policy(owner, "unmask_per_hour", 2)
    employer, city = await make_employer(owner, WEST_NORTH_1), client(territory["city"])
    answers = [await city.post(f"/api/employers/{employer}/unmask", json={"reason": "核实"}) for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]


async def test_an_account_moves_with_its_person(owner: Owner, her: Someone) -> None:
    await owner.execute(
        "update people set grid_path = $2::text::ltree, unit_id = (select id from units where grid_path = $2::text::ltree) where id = $1",
        her.id, EAST_SOUTH,
    )  # fmt: skip

    for table, column in (("accounts", "id"), ("sessions", "account_id")):
        assert str(await owner.fetchval(f"select grid_path::text from {table} where {column} = $1", her.account_id)) == EAST_SOUTH
