"""Making packages: what is in one, who may, and what is written down."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from factories import OF_A_TEST, Owner, Territory, make_employer
from fixture_types import Client
from packages import Exported, archive_of, codes, files_of, verified
from sealing import SealedOp, SealingPhone, new_key, sealing_phone

from wangge.core.ids import new_id

PATH = "/api/evidence/packages"


async def make(client: Client, someone: Any, path: Path | None = None, **body: Any) -> Any:
    answer = await client(someone, language="en").post(PATH, json={"reason": "案卷移送", **body})
    if path and answer.status_code == 200:
        save(path, answer.content)
    return answer


def save(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def test_a_package_proves_everything_in_it(exported: Exported, tmp_path: Path) -> None:
    path = tmp_path / "good.zip"
    path.write_bytes(archive_of(exported.files))
    kept = tmp_path / "roots.json"
    kept.write_text(json.dumps(exported.roots))

    report = verified(path, "--key", exported.public_key, "--trust", str(kept))

    assert report["failures"] == []
    assert {n["code"] for n in report["notes"]} == {"phone_not_enrolled"}
    assert (report["operations"], report["sealed"], report["receipts"], report["photos"]) == (6, 6, 6, 3)
    assert report["byte_receipts"] == 3
    assert (report["log_entries"], report["signer"]["is_trusted"]) == (9, True)
    assert report["roots"] >= 2


def test_people_can_read_what_is_in_it(exported: Exported) -> None:
    zh, en = exported.files["index.zh.txt"].decode(), exported.files["index.en.txt"].decode()

    assert "用人单位: 潍坊昌盛纺织有限公司" in zh and "行政处罚案卷移送" in zh and "已封签" in zh and "工资已发放" in zh
    assert "check-in" in en and "sealed" in en and "evidence copy: photos/" in en
    assert "录音: notes/" in zh and "sound note: notes/" in en
    [note] = [name for name in exported.files if name.startswith("notes/")]
    assert note.endswith(".ogg")


async def test_visits_alone_are_taken_with_what_belongs_to_them(
    owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory, tmp_path: Path
) -> None:
    check_in_id, visit_id = new_id(), new_id()
    check_in = phone.check_in(employer, entity_id=check_in_id)
    payload = {"employer_id": employer, "activities": ["collect"], "people_met": "", "findings": [], "note": "", "evidence_ids": [],
               "check_in_id": check_in_id}  # fmt: skip
    visit = phone.record("visit.record", payload, entity_id=visit_id)
    other = phone.visit(employer, note="另一次")
    await phone.push(check_in, visit, other)

    answer = await make(client, territory["county"], tmp_path / "p.zip", visit_ids=[str(visit_id)])

    assert {op["op_sha256"] for op in json.loads(files_of(answer.content)["operations.json"])} == {check_in.op_sha256, visit.op_sha256}
    assert verified(tmp_path / "p.zip")["failures"] == []
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="wangge-evidence-')


async def test_what_came_unsealed_or_was_refused_is_in_it_and_said(
    owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory, tmp_path: Path
) -> None:
    bare = phone.check_in(employer)
    visit_id = new_id()
    refused = phone.visit(employer, entity_id=visit_id)
    phone.key, key = new_key(), phone.key
    wrong = phone.seal(refused.body)
    phone.key = key
    good = phone.seal(refused.body)
    await phone.push(SealedOp(bare.body, None, None), SealedOp(wrong.body, good.key_id, wrong.signature))
    again = phone.visit(employer, entity_id=visit_id)
    await phone.push(again)

    await make(client, territory["county"], tmp_path / "p.zip", employer_id=str(employer))

    report = verified(tmp_path / "p.zip")
    assert report["failures"] == []
    assert {n["code"] for n in report["notes"]} == {"unsealed", "refused_at_arrival", "key_not_compared", "phone_not_enrolled"}


async def test_a_replay_that_reached_the_server_is_in_the_package_under_its_name(
    owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory, tmp_path: Path
) -> None:
    """The other phone plays a visit of the first again, sealed by itself, before the first one has sent it."""
    visit_id = new_id()
    visit = phone.visit(employer, entity_id=visit_id)
    other = await sealing_phone(owner, client, phone.someone)
    await other.make_key_known()
    [outcome] = await other.push(other.seal(visit.body))
    await phone.push(phone.visit(employer, entity_id=visit_id))

    await make(client, territory["county"], tmp_path / "p.zip", employer_id=str(employer))

    assert outcome["problem"]["type"] == "sealed_elsewhere"
    report = verified(tmp_path / "p.zip")
    assert report["failures"] == []
    assert [n["details"] for n in report["notes"] if n["code"] == "refused_at_arrival"] == [{"problem": "sealed_elsewhere"}]


async def test_a_lost_photo_is_said_and_does_not_pass(
    owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory, tmp_path: Path
) -> None:
    visit_id = new_id()
    await phone.push(phone.visit(employer, entity_id=visit_id), phone.announce(employer, visit_id, b"one", b"two"))

    await make(client, territory["county"], tmp_path / "waiting.zip", employer_id=str(employer))
    await owner.execute("update evidence set copy_state = 'stored'")  # and the store has nothing
    await make(client, territory["county"], tmp_path / "lost.zip", employer_id=str(employer))

    assert verified(tmp_path / "waiting.zip")["ok"]
    assert codes(verified(tmp_path / "lost.zip")) == {"photo_missing"}


async def test_it_is_written_down_with_the_reason(
    owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory
) -> None:
    await phone.push(phone.check_in(employer))
    await make(client, territory["county"], employer_id=str(employer))

    line = await owner.fetchrow("select * from audit_log where action = 'evidence_package_made' and subject_id = $1", employer)
    assert line["person_id"] == territory["county"].id
    assert json.loads(line["details"])["reason"] == "案卷移送"


@pytest.mark.parametrize("role", ["street", "community"])
async def test_not_everybody_may(role: str, employer: UUID, client: Client, territory: Territory) -> None:
    answer = await make(client, territory[role], employer_id=str(employer))

    assert (answer.status_code, answer.json()["right"]) == (403, "evidence.export")


async def test_only_within_ones_grids(phone: SealingPhone, employer: UUID, client: Client, territory: Territory) -> None:
    visit_id = new_id()
    await phone.push(phone.visit(employer, entity_id=visit_id))

    for body in ({"employer_id": str(employer)}, {"visit_ids": [str(visit_id)]}):
        assert (await make(client, territory["other_county"], **body)).status_code == 404
        assert (await make(client, territory["county"], **body)).status_code == 200


async def test_what_cannot_be_a_package_is_said(
    owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory, some_id: UUID
) -> None:
    never_visited = await make_employer(owner, territory["community"].path)
    county = territory["county"]

    assert (await make(client, county, employer_id=str(never_visited))).json()["type"] == "package_empty"
    assert (await make(client, county, employer_id=str(some_id))).status_code == 404
    assert (await make(client, county, visit_ids=[str(some_id)])).status_code == 404
    assert (await make(client, county)).json()["errors"][0]["code"] == "one_of"
    assert (await make(client, county, employer_id=str(employer), visit_ids=[str(some_id)])).json()["errors"][0]["code"] == "one_of"
    assert (await make(client, county, employer_id=str(employer), reason="x")).status_code == 422


async def test_a_package_has_a_limit(owner: Owner, phone: SealingPhone, employer: UUID, client: Client, territory: Territory) -> None:
    await phone.push(phone.check_in(employer), phone.check_in(employer))
    await owner.execute(
        "insert into policies (key, valid_from, value, unit, source) values ($1, china_today(), '1', '', $2)",
        "evidence_package_operations_max", OF_A_TEST,
    )  # fmt: skip
    answer = await make(client, territory["county"], employer_id=str(employer))

    assert (answer.status_code, answer.json()["operations"], answer.json()["max"]) == (413, 2, 1)
