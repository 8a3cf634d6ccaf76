"""The key of a phone's store: kept for the person herself, on that phone, right after her password, and for nobody else."""

from base64 import b64encode
from typing import Any

import pytest
from factories import WEST_NORTH_1, Owner, Someone, Territory, make_person_with_account
from fixture_types import Acting, Client
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from wangge.accounts.passwords import hash_password
from wangge.core.ids import new_id

PATH = "/api/me/device/store-key"
KEY, OTHER = b64encode(bytes(range(32))).decode(), b64encode(bytes(32)).decode()
PASSWORD = "正确的 password 1"
HASH = hash_password(PASSWORD)


async def on_phone(client: Client, login: str, device_id: Any) -> Any:
    http = client()
    signed_in = await http.post("/api/auth/sign-in", json={"login": login, "password": PASSWORD, "device_id": str(device_id)})
    assert signed_in.status_code == 200, signed_in.text
    return http


@pytest.fixture
async def her(owner: Owner, territory: Territory) -> Someone:
    return await make_person_with_account(owner, WEST_NORTH_1, password_hash=HASH, login="wang.li")


@pytest.fixture
async def phone(client: Client, her: Someone) -> Any:
    return await on_phone(client, "wang.li", new_id())


def body(key: str = KEY, key_id: Any = None) -> dict[str, str]:
    return {"key_id": str(key_id or new_id()), "key": key}


async def test_it_is_kept_and_given_back_right_after_signing_in(phone: Any, owner: Owner) -> None:
    sent = body()
    kept = await phone.put(PATH, json=sent)
    assert kept.status_code == 200 and kept.json()["key_id"] == sent["key_id"]

    assert (await phone.get(PATH)).json() == sent
    lines = await owner.fetch("select action, details from audit_log where details->>'key_id' = $1 order by id", sent["key_id"])
    assert [line["action"] for line in lines] == ["store_key_kept", "store_key_given"]
    assert KEY not in "".join(line["details"] for line in lines)


async def test_it_lies_encrypted(phone: Any, owner: Owner) -> None:
    await phone.put(PATH, json=body())
    [row] = await owner.fetch("select * from phone_store_keys")
    assert KEY not in str(dict(row)) and KEY[:20] not in row["key_locked"]


async def test_the_same_key_sent_twice_is_kept_once_and_another_takes_its_place(phone: Any, owner: Owner) -> None:
    sent = body()
    first, again = await phone.put(PATH, json=sent), await phone.put(PATH, json=sent)
    assert first.json() == again.json()
    newer = body(OTHER)
    await phone.put(PATH, json=newer)
    assert (await phone.get(PATH)).json() == newer
    sql = "select count(*) from audit_log where action = 'store_key_kept' and details->>'key_id' = any($1::text[])"
    assert await owner.fetchval(sql, [sent["key_id"], newer["key_id"]]) == 2


async def test_it_is_refused_when_the_password_was_given_too_long_ago(phone: Any, owner: Owner) -> None:
    await phone.put(PATH, json=body())
    await owner.execute("update sessions set created_at = now() - interval '11 minutes'")
    refused = await phone.get(PATH)
    assert (refused.status_code, refused.json()["type"]) == (403, "fresh_sign_in_required")


async def test_another_phone_of_hers_another_person_on_that_phone_and_her_administrators_get_nothing(
    client: Client, territory: Territory, her: Someone, acting: Acting, owner: Owner
) -> None:
    device_id = new_id()
    phone = await on_phone(client, "wang.li", device_id)
    await phone.put(PATH, json=body())
    await make_person_with_account(owner, WEST_NORTH_1, password_hash=HASH, login="zhao.min")
    for login, device in (("wang.li", new_id()), ("zhao.min", device_id)):
        http = await on_phone(client, login, device)
        refused = await http.get(PATH)
        assert (refused.status_code, refused.json()["type"]) == (404, "store_key_not_kept")
    for role in ("city", "county", "street"):
        async with acting(territory[role]) as (db, _):
            assert (await db.execute(text("select * from phone_store_keys"))).all() == []


async def test_nobody_puts_a_key_into_anothers_place(client: Client, territory: Territory, her: Someone, acting: Acting) -> None:
    device_id = new_id()
    phone = await on_phone(client, "wang.li", device_id)
    await phone.put(PATH, json=body())
    async with acting(territory["county"]) as (db, _):
        changed = await db.execute(text("update phone_store_keys set key_id = gen_random_uuid()"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="row-level security"):
        async with acting(territory["county"]) as (db, _):
            sql = "insert into phone_store_keys (device_id, account_id, key_id, key_locked) values (:d, :a, gen_random_uuid(), 'x')"
            await db.execute(text(sql), {"d": device_id, "a": her.account_id})


async def test_a_desk_has_no_store(client: Client, territory: Territory) -> None:
    desk = client(territory["county"])
    for answer in (await desk.put(PATH, json=body()), await desk.get(PATH)):
        assert (answer.status_code, answer.json()["type"]) == (409, "not_on_a_phone")


@pytest.mark.parametrize("key", ["", "x", KEY[:-1], KEY + "A", "!" * 43 + "="])
async def test_what_is_no_key_is_refused(phone: Any, key: str) -> None:
    assert (await phone.put(PATH, json=body(key))).status_code == 422


async def test_it_is_given_to_a_phone_that_is_to_be_erased_and_goes_with_its_report(phone: Any, owner: Owner) -> None:
    sent = body()
    await phone.put(PATH, json=sent)
    await owner.execute("update devices set wipe_ordered_at = now()")
    assert (await phone.get(PATH)).json() == sent
    assert (await phone.post("/api/me/device/wiped", json={"left_unsent": 0})).status_code == 204
    assert await owner.fetchval("select count(*) from phone_store_keys") == 0


async def test_it_is_given_to_somebody_whose_password_an_administrator_has_just_reset(phone: Any, owner: Owner) -> None:
    sent = body()
    await phone.put(PATH, json=sent)
    await owner.execute("update accounts set must_change_password = true")
    assert (await phone.get(PATH)).json() == sent
