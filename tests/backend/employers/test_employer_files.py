"""An employer's file, read and reviewed."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from factories import (
    WEST_NORTH_1,
    Owner,
    Territory,
    make_check_in,
    make_employer,
    make_evidence,
    make_visit,
)
from fixture_types import Client

from wangge.core.ids import new_id


async def audited(owner: Owner, subject_id: UUID) -> list[tuple[str, UUID]]:
    rows = await owner.fetch("select action, person_id from audit_log where subject_id = $1 order by id", subject_id)
    return [(r["action"], r["person_id"]) for r in rows]


async def test_a_file_tells_everything_and_its_reading_is_written_down(owner: Owner, territory: Territory, client: Client) -> None:
    county, supervisor = territory["county"], territory["community"]
    employer_id = await make_employer(
        owner, WEST_NORTH_1, name="海源餐饮", note="后门在北侧", registered_by=supervisor.id, review_state="waiting_review"
    )
    check_in_id = await make_check_in(owner, supervisor, employer_id, position=(119.1, 36.8), distance_m=3.5, flags=["poor_accuracy"])
    visit_id = await make_visit(
        owner, supervisor, employer_id, check_in_id=check_in_id, findings=[("wage_arrears", "major")], note="三人未发"
    )
    photo = await make_evidence(owner, supervisor, employer_id, subject_kind="visit", subject_id=visit_id)
    own_photo = await make_evidence(owner, supervisor, employer_id, state="stored")

    answer = await client(county).get(f"/api/employers/{employer_id}")

    assert answer.status_code == 200
    file = answer.json()
    assert (file["name"], file["note"], file["version"], file["accuracy_m"]) == ("海源餐饮", "后门在北侧", 1, 10)
    assert (file["contact_name"], file["contact_phone"]) == ("张三", "13912345678")
    assert file["reasons"] == ["no_file"]
    (visit,) = file["visits"]
    assert visit["id"] == str(visit_id)
    assert visit["person"] == {"id": str(supervisor.id), "name": supervisor.name}
    assert [(f["kind"], f["severity"]) for f in visit["findings"]] == [("wage_arrears", "major")]
    assert visit["check_in"]["id"] == str(check_in_id)
    assert (visit["check_in"]["distance_m"], visit["check_in"]["flags"]) == (3.5, ["poor_accuracy"])
    assert [(e["id"], e["state"], e["thumbnail"]) for e in visit["evidence"]] == [(str(photo), "expected", False)]
    assert [(e["id"], e["state"], e["thumbnail"]) for e in file["evidence"]] == [(str(own_photo), "stored", True)]
    assert await audited(owner, employer_id) == [("employer_read", county.id)]


async def test_visits_come_newest_first_and_at_most_fifty(owner: Owner, territory: Territory, client: Client) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)
    for _ in range(51):
        newest = await make_visit(owner, territory["community"], employer_id)

    visits = (await client(territory["county"]).get(f"/api/employers/{employer_id}")).json()["visits"]

    assert len(visits) == 50
    assert visits[0]["id"] == str(newest)
    assert visits == sorted(visits, key=lambda v: v["happened_at"], reverse=True)


@pytest.mark.parametrize(
    ("role", "phone"),
    [("community", "13912345678"), ("street", "13912345678"), ("county", "13912345678"), ("city", "139****5678")],
)
async def test_a_contacts_telephone_is_whole_only_for_those_who_go_there_or_send_somebody(
    role: str, phone: str, owner: Owner, territory: Territory, client: Client
) -> None:
    employer_id = await make_employer(owner, WEST_NORTH_1)

    file = (await client(territory[role]).get(f"/api/employers/{employer_id}")).json()

    assert file["contact_phone"] == phone


async def test_an_unknown_file_is_not_found_in_both_languages(territory: Territory, client: Client) -> None:
    for language, sentence in (("zh-CN", "找不到这条记录"), ("en", "No such record")):
        answer = await client(territory["county"], language=language).get(f"/api/employers/{new_id()}")
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith(sentence)


# ---- review


async def review(client: Client, territory: Territory, employer_id: UUID, language: str = "zh-CN", **body: Any) -> Any:
    return await client(territory["county"], language=language).post(f"/api/employers/{employer_id}/review", json=body)


@pytest.fixture
async def waiting(owner: Owner, territory: Territory) -> UUID:
    """An employer registered in the field."""
    return await make_employer(
        owner, WEST_NORTH_1, uscc="91370700TTTT000017", review_state="waiting_review", registered_by=territory["community"].id
    )


async def test_a_county_accepts_what_was_found(waiting: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    answer = await review(client, territory, waiting, decision="accept", version=1)

    assert answer.status_code == 200
    assert (answer.json()["review_state"], answer.json()["version"]) == ("accepted", 2)
    assert answer.json()["reviewed_by"]["id"] == str(territory["county"].id)
    assert (await audited(owner, waiting))[0] == ("employer_accepted", territory["county"].id)


async def test_a_return_says_why(waiting: UUID, owner: Owner, territory: Territory, client: Client) -> None:
    answer = await review(client, territory, waiting, decision="return", version=1, reason=" 与在册单位重复 ")

    assert (answer.json()["review_state"], answer.json()["review_reason"]) == ("returned", "与在册单位重复")
    assert (await audited(owner, waiting))[0][0] == "employer_returned"


@pytest.mark.parametrize(("language", "sentence"), [("zh-CN", "退回时请写明原因。"), ("en", "Say why you return it.")])
async def test_a_return_without_a_reason_is_refused(
    language: str, sentence: str, waiting: UUID, owner: Owner, territory: Territory, client: Client
) -> None:
    answer = await review(client, territory, waiting, language, decision="return", version=1, reason="  ")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "reason", "code": "reason_missing", "detail": sentence}]
    assert await owner.fetchval("select review_state from employers where id = $1", waiting) == "waiting_review"


@pytest.mark.parametrize(
    "body",
    [{}, {"decision": "maybe", "version": 1}, {"decision": "accept"}, {"decision": "accept", "version": "one"},
     {"decision": "accept", "version": 1, "extra": True}, []],
)  # fmt: skip
async def test_a_decision_of_another_shape_is_refused(body: Any, waiting: UUID, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).post(f"/api/employers/{waiting}/review", json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "invalid_input"


async def test_a_file_that_changed_meanwhile_is_looked_at_again_first(
    waiting: UUID, owner: Owner, territory: Territory, client: Client
) -> None:
    await owner.execute("update employers set version = 7 where id = $1", waiting)

    for language, sentence in (("zh-CN", "您打开之后，这条记录有了变化"), ("en", "This has changed since you opened it")):
        answer = await review(client, territory, waiting, language, decision="accept", version=1)
        assert (answer.status_code, answer.json()["type"], answer.json()["version"]) == (409, "version_stale", 7)
        assert answer.json()["detail"].startswith(sentence)


async def test_what_has_been_decided_is_not_decided_again(owner: Owner, territory: Territory, client: Client) -> None:
    accepted = await make_employer(owner, WEST_NORTH_1)

    answer = await review(client, territory, accepted, decision="return", version=1, reason="晚了")

    assert (answer.status_code, answer.json()["type"]) == (409, "not_waiting_for_review")


@pytest.mark.parametrize("where", ["own county", "another county"])
async def test_a_credit_code_on_file_anywhere_in_the_city_is_not_accepted_twice(
    where: str, waiting: UUID, owner: Owner, territory: Territory, client: Client
) -> None:
    path = WEST_NORTH_1 if where == "own county" else territory["other_community"].path
    await make_employer(owner, path, uscc="91370700TTTT000017")

    for language, sentence in (("zh-CN", "已有在册单位使用这个信用代码"), ("en", "An accepted file has this credit code")):
        answer = await review(client, territory, waiting, language, decision="accept", version=1)
        assert (answer.status_code, answer.json()["type"]) == (422, "credit_code_taken")
        assert answer.json()["detail"].startswith(sentence)


async def test_of_two_that_carry_one_code_only_one_is_accepted_however_close_the_decisions(
    waiting: UUID, owner: Owner, territory: Territory, client: Client
) -> None:
    twin = await make_employer(owner, WEST_NORTH_1, uscc="91370700TTTT000017", review_state="waiting_review")

    answers = await asyncio.gather(
        *(review(client, territory, employer_id, decision="accept", version=1) for employer_id in (waiting, twin))
    )

    assert sorted(a.status_code for a in answers) == [200, 422]
    assert next(a for a in answers if a.status_code == 422).json()["type"] == "credit_code_taken"


async def test_of_two_decisions_on_one_file_only_one_counts(waiting: UUID, territory: Territory, client: Client) -> None:
    answers = await asyncio.gather(*(review(client, territory, waiting, decision="accept", version=1) for _ in range(2)))

    assert sorted(a.status_code for a in answers) == [200, 409]


async def test_a_street_cannot_review(waiting: UUID, territory: Territory, client: Client) -> None:
    answer = await client(territory["street"]).post(f"/api/employers/{waiting}/review", json={"decision": "accept", "version": 1})

    assert (answer.status_code, answer.json()["right"]) == (403, "employer.review")
