"""Seals at arrival: what holds is applied, what does not is kept and named, and the chains tell what never came."""

from datetime import timedelta
from typing import Any

import pytest
from factories import Owner, Someone, Territory, make_employer, make_session
from fixture_types import Client
from sealing import SealedOp, SealingPhone, new_key, sealing_phone, sha256

from wangge.core.canonical import base64url
from wangge.core.clock import utc_now
from wangge.core.signatures import sign
from wangge.seals.rules import key_proof_text


@pytest.fixture
async def phone(owner: Owner, territory: Territory, client: Client) -> SealingPhone:
    """The west north 1 supervisor's phone, its key known."""
    made = await sealing_phone(owner, client, territory["community"])
    assert (await made.make_key_known()).status_code == 200
    return made


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> Any:
    return await make_employer(owner, territory["community"].path)


async def journal(owner: Owner, op: SealedOp) -> dict[str, Any]:
    return dict(await owner.fetchrow("select * from sync_operations where op_sha256 = $1", op.op_sha256))


async def test_what_is_sealed_is_applied_and_the_journal_keeps_the_seal(owner: Owner, phone: SealingPhone, employer: Any) -> None:
    first, second = phone.check_in(employer), phone.visit(employer)

    outcomes = await phone.push(first, second)

    assert [(o["outcome"], "unsealed" in o["flags"]) for o in outcomes] == [("applied", False)] * 2
    line = await journal(owner, second)
    assert (line["key_id"], line["signature"]) == (phone.key_id, second.signature)
    assert (line["chain_id"], line["device_seq"], line["prev_sha256"]) == (phone.chain_id, 2, first.op_sha256)


async def test_a_repeat_gets_the_same_receipt(phone: SealingPhone, employer: Any) -> None:
    op = phone.check_in(employer)

    [first], [again] = await phone.push(op), await phone.push(op)

    assert (first["outcome"], again["outcome"]) == ("applied", "duplicate")
    assert first["receipt"] == again["receipt"]


async def test_what_comes_without_a_seal_is_applied_and_flagged(owner: Owner, phone: SealingPhone, employer: Any) -> None:
    op = phone.check_in(employer)

    [outcome] = await phone.push(SealedOp(op.body, None, None))

    assert (outcome["outcome"], outcome["flags"][-1]) == ("applied", "unsealed")
    assert (await journal(owner, op))["flags"][-1] == "unsealed"


async def test_what_was_received_before_receipts_were_signed_gets_one_when_it_is_asked_for(
    owner: Owner, phone: SealingPhone, employer: Any
) -> None:
    op = phone.check_in(employer)
    await phone.push(op)
    await owner.execute("update sync_operations set receipt_signature = null, receipt_key_id = null")

    [again], [once_more] = await phone.push(op), await phone.push(op)

    assert again["receipt"]["signature"] == once_more["receipt"]["signature"] == (await journal(owner, op))["receipt_signature"]


async def _wrong_signature(phone: SealingPhone, op: SealedOp, **_: Any) -> tuple[SealingPhone, SealedOp]:
    return phone, SealedOp(op.body, op.key_id, sign(new_key(), op.body.encode()))


async def _another_text(phone: SealingPhone, op: SealedOp, **_: Any) -> tuple[SealingPhone, SealedOp]:
    return phone, SealedOp(op.body.replace("4g", "5g"), op.key_id, op.signature)


async def _unknown_key(phone: SealingPhone, op: SealedOp, **_: Any) -> tuple[SealingPhone, SealedOp]:
    phone.key = new_key()
    return phone, phone.seal(op.body)


async def _malformed(phone: SealingPhone, op: SealedOp, **_: Any) -> tuple[SealingPhone, SealedOp]:
    return phone, SealedOp(op.body, op.key_id, "no signature\x00")


async def _half_a_seal(phone: SealingPhone, op: SealedOp, **_: Any) -> tuple[SealingPhone, SealedOp]:
    return phone, SealedOp(op.body, op.key_id, None)


async def _after_the_phone_was_stopped(phone: SealingPhone, op: SealedOp, owner: Owner, **_: Any) -> tuple[SealingPhone, SealedOp]:
    await owner.execute("update devices set revoked_at = now() - interval '1 hour' where id = $1", phone.device_id)
    return phone, op


async def _from_the_accounts_other_phone(
    phone: SealingPhone, op: SealedOp, owner: Owner, client: Client, **_: Any
) -> tuple[SealingPhone, SealedOp]:
    other = await sealing_phone(owner, client, phone.someone)
    await other.make_key_known()
    return other, other.seal(op.body)


async def _by_somebody_else(
    phone: SealingPhone, op: SealedOp, owner: Owner, client: Client, someone_else: Someone
) -> tuple[SealingPhone, SealedOp]:
    other = await sealing_phone(owner, client, someone_else, device_id=phone.device_id)
    await other.make_key_known()
    return other, op


BROKEN = {
    "wrong signature": (_wrong_signature, "seal_broken", "signature_wrong"),
    "another text": (_another_text, "seal_broken", "signature_wrong"),
    "unknown key": (_unknown_key, "seal_broken", "key_unknown"),
    "malformed": (_malformed, "seal_broken", "malformed"),
    "half a seal": (_half_a_seal, "seal_broken", "malformed"),
    "after the phone was stopped": (_after_the_phone_was_stopped, "seal_broken", "key_revoked"),
    "replay by the account's other phone": (_from_the_accounts_other_phone, "sealed_elsewhere", "other_device"),
    "replay by somebody else": (_by_somebody_else, "sealed_elsewhere", "other_account"),
}


@pytest.mark.parametrize(("breaking", "problem", "reason"), BROKEN.values(), ids=BROKEN)
async def test_a_seal_that_does_not_hold_is_kept_without_effect_and_named(
    breaking: Any, problem: str, reason: str, owner: Owner, phone: SealingPhone, employer: Any, client: Client, territory: Territory
) -> None:
    good = phone.check_in(employer, captured_at=utc_now() - timedelta(hours=2))
    sender, bad = await breaking(phone=phone, op=phone.visit(employer), owner=owner, client=client, someone_else=territory["street"])

    outcomes = await sender.push(bad, *([good] if sender is phone else []))

    assert (outcomes[0]["outcome"], outcomes[0]["problem"]["type"], outcomes[0]["problem"]["reason"]) == ("quarantined", problem, reason)
    assert await owner.fetchval("select count(*) from visits") == 0
    assert (await journal(owner, bad))["body"] == bad.body
    assert [o["outcome"] for o in outcomes[1:]] in ([], ["applied"])
    shown = (await client(territory["county"], language="en").get("/api/sync/operations", params={"outcome": "quarantined"})).json()
    assert [item["problem"]["type"] for item in shown["items"]] == [problem]


async def test_what_was_sealed_before_the_phone_was_stopped_still_counts(owner: Owner, phone: SealingPhone, employer: Any) -> None:
    op = phone.check_in(employer)
    await owner.execute("update devices set revoked_at = now() where id = $1", phone.device_id)

    [outcome] = await phone.push(op)

    assert outcome["outcome"] == "applied"


# ---- keys


async def test_a_key_is_made_known_once_and_me_tells_it(owner: Owner, phone: SealingPhone) -> None:
    assert (await phone.make_key_known()).json() == {"key_id": phone.key_id, "is_revoked": False}

    me = (await phone.http.get("/api/me")).json()

    assert me["seal_keys"] == [{"key_id": phone.key_id, "is_revoked": False}]
    assert len(me["receipt_keys"]) >= 1
    assert await owner.fetchval("select was_enrolled from device_keys where key_id = $1", phone.key_id) is False
    assert await owner.fetchval("select count(*) from audit_log where action = 'seal_key_registered' and subject_id = $1",
                                phone.device_id) == 1  # fmt: skip


async def test_a_key_needs_the_private_half_and_the_curve(phone: SealingPhone) -> None:
    stranger = new_key()
    proof = key_proof_text(phone.someone.account_id, phone.device_id, phone.public_key)
    wrong = [
        {"public_key": phone.public_key, "proof": sign(stranger, proof)},
        {"public_key": phone.public_key, "proof": "x"},
        {"public_key": base64url(b"no key"), "proof": sign(phone.key, proof)},
    ]

    answers = [await phone.http.post("/api/me/device/key", json=body) for body in wrong]

    assert [a.json()["type"] for a in answers] == ["seal_key_invalid"] * 3


async def test_a_key_belongs_to_one_phone_of_one_account(owner: Owner, phone: SealingPhone, client: Client, territory: Territory) -> None:
    other = await sealing_phone(owner, client, territory["street"], key=phone.key)
    same_person = await sealing_phone(owner, client, phone.someone, key=phone.key)

    assert (await other.make_key_known()).json()["type"] == "seal_key_taken"
    assert (await same_person.make_key_known()).json()["type"] == "seal_key_taken"


async def test_a_session_without_a_phone_has_no_key(owner: Owner, phone: SealingPhone, client: Client) -> None:
    token = await make_session(owner, phone.someone.account_id, phone.someone.appointment_id)
    phone.http.headers["Authorization"] = f"Bearer {token}"

    assert (await phone.make_key_known()).json()["type"] == "no_phone_in_session"


async def test_a_phone_that_was_stopped_needs_a_new_key(owner: Owner, phone: SealingPhone, employer: Any) -> None:
    await owner.execute("update devices set revoked_at = now() where id = $1", phone.device_id)
    await owner.execute("update devices set revoked_at = null where id = $1", phone.device_id)

    assert (await phone.make_key_known()).json()["type"] == "seal_key_revoked"
    assert (await phone.http.get("/api/me")).json()["seal_keys"] == [{"key_id": phone.key_id, "is_revoked": True}]
    phone.key = new_key()
    assert (await phone.make_key_known()).status_code == 200
    assert (await phone.push(phone.check_in(employer)))[0]["outcome"] == "applied"


# ---- chains


async def chains(client: Client, reader: Someone, of: Someone) -> list[dict[str, Any]]:
    answer = await client(reader).get("/api/evidence/chains", params={"person_id": str(of.id)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_chain_that_came_whole_says_so_whatever_the_order(
    phone: SealingPhone, employer: Any, client: Client, territory: Territory
) -> None:
    ops = [phone.check_in(employer) for _ in range(5)]
    for op in (ops[3], ops[0], ops[4], ops[2], ops[1]):
        await phone.push(op)

    [chain] = await chains(client, territory["county"], phone.someone)

    assert (chain["first_seq"], chain["last_seq"], chain["operations"], chain["unsealed"], chain["is_whole"]) == (1, 5, 5, 0, True)
    assert (chain["device_id"], chain["chain_id"]) == (str(phone.device_id), str(phone.chain_id))


async def test_gaps_forks_and_breaks_are_told(phone: SealingPhone, employer: Any, client: Client, territory: Territory) -> None:
    ops = [phone.check_in(employer) for _ in range(9)]
    restored = SealingPhone(phone.http, phone.someone, phone.device_id, phone.key, phone.chain_id, seq=4, last=ops[3].op_sha256)
    fork = restored.check_in(employer)  # a copy of the store went on by itself: two operations of number 5
    liar = SealingPhone(phone.http, phone.someone, phone.device_id, phone.key, phone.chain_id, seq=9, last=sha256(b"another past"))
    broken = liar.check_in(employer)

    await phone.push(ops[2], ops[3], ops[4], fork, ops[7], ops[8], broken)

    [chain] = await chains(client, territory["county"], phone.someone)
    assert chain["missing"] == [[None, 2], [6, 7]]
    assert chain["forks"] == [5]
    assert chain["breaks"] == [10]
    assert not chain["is_whole"]


async def test_each_store_has_a_chain_of_its_own(phone: SealingPhone, employer: Any, client: Client, territory: Territory) -> None:
    await phone.push(phone.check_in(employer))
    anew = SealingPhone(phone.http, phone.someone, phone.device_id)
    await anew.make_key_known()
    await anew.push(anew.check_in(employer), anew.check_in(employer))

    found = await chains(client, territory["county"], phone.someone)

    assert sorted((c["operations"], c["is_whole"]) for c in found) == [(1, True), (2, True)]


async def test_chains_are_shown_to_those_above_and_to_oneself(
    phone: SealingPhone, employer: Any, client: Client, territory: Territory
) -> None:
    await phone.push(phone.check_in(employer))

    assert len(await chains(client, territory["street"], phone.someone)) == 1
    assert len(await chains(client, phone.someone, phone.someone)) == 1
    assert await chains(client, territory["other_county"], phone.someone) == []
    assert await chains(client, territory["county"], territory["other_community"]) == []


@pytest.mark.parametrize("number", [0, -3, 2**63, 10**30])
async def test_impossible_numbers_are_kept_and_stand_in_no_chain(number: int, owner: Owner, phone: SealingPhone, employer: Any) -> None:
    op = phone.check_in(employer, device_seq=number)

    [outcome] = await phone.push(op)

    assert outcome["outcome"] in ("applied", "quarantined")
    assert (await journal(owner, op))["device_seq"] is None


async def test_a_seal_without_an_operation_is_kept_too(owner: Owner, phone: SealingPhone) -> None:
    op = phone.seal("{no json")

    [outcome] = await phone.push(op)

    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "operation_unreadable")
    assert (await journal(owner, op))["signature"] == op.signature
