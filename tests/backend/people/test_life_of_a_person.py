"""From nomination to appointment, and who may do what with whom."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST_NORTH,
    WEST,
    WEST_NORTH_1,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_certificate,
    make_person,
    make_person_with_account,
    today,
)
from fixture_types import Client

from wangge.core.ids import new_id
from wangge.people.rules import FOLLOWS, birthday_of, gender_of, may_follow, pinyin_of

DAY = timedelta(days=1)
ID_NUMBER = "11010519491231002X"  # the example of GB 11643-1999


def nomination(unit: UUID, **changes: Any) -> dict[str, Any]:
    """A legal supervisor to be."""
    return {"id": str(new_id()), "name": "欧阳晓", "kind": "legal_supervisor", "unit_id": str(unit), "employee_no": "K0001",
            "phone": "13912345678", "id_number": ID_NUMBER, "education": "college", **changes}  # fmt: skip


async def test_the_whole_way_from_nomination_to_appointment(owner: Owner, territory: Territory, client: Client) -> None:
    street, county = client(territory["street"]), client(territory["county"])
    answer = await street.post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))
    assert answer.status_code == 201, answer.text
    person = answer.json()
    path = f"/api/people/{person['id']}"
    assert (person["state"], person["gender"], person["birth_year"], person["certificate"]) == ("nominated", "female", 1949, "none")
    assert (person["phone_masked"], person["id_number_masked"]) == ("139****5678", "1101************2X")
    assert person["nominated_by"]["name"] == territory["street"].name

    # the street nominates, the county decides
    decide = {"decision": "approve", "version": person["version"]}
    assert (await street.post(f"{path}/decide", json=decide)).json()["right"] == "people.approve"
    appoint = {"unit_id": str(territory.units[WEST_NORTH_1]), "valid_from": today().isoformat()}
    assert (await county.post(f"{path}/appointments", json=appoint)).json()["type"] == "person_not_in_state"
    approved = (await county.post(f"{path}/decide", json=decide)).json()
    assert (approved["state"], approved["decided_by"]["name"]) == ("approved", territory["county"].name)

    # no certificate, no post
    assert (await county.post(f"{path}/appointments", json=appoint)).json()["type"] == "person_not_certified"
    certificate = {"id": str(new_id()), "person_id": person["id"], "kind": "post_certificate", "number": "鲁岗培1", "issuer": "省厅",
                   "issued_on": today().isoformat(), "expires_on": (today() + 20 * DAY).isoformat()}  # fmt: skip
    assert (await county.post("/api/certificates", json=certificate)).status_code == 201
    appointed = (await county.post(f"{path}/appointments", json=appoint)).json()
    assert (appointed["state"], appointed["certificate"], appointed["appointments"][0]["role"]) == ("appointed", "expiring", "community")
    again = await county.post(f"{path}/appointments", json=appoint)
    assert again.json()["type"] == "appointed_already"
    lines = [r[0] for r in await owner.fetch("select action from audit_log where subject_id = $1 order by id", UUID(person["id"]))]
    assert [a for a in lines if a != "person_read"] == ["person_nominated", "person_approved", "person_appointed"]


async def test_a_refusal_needs_a_reason_and_can_be_tried_again(territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    person = (await http.post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))).json()
    path, body = f"/api/people/{person['id']}", {"decision": "reject", "version": 1}

    assert (await http.post(f"{path}/decide", json=body)).json()["errors"][0]["field"] == "reason"
    refused = (await http.post(f"{path}/decide", json={**body, "reason": "年龄不符"})).json()
    assert (refused["state"], refused["decision_reason"]) == ("rejected", "年龄不符")
    assert (await http.post(f"{path}/decide", json={**body, "reason": "再来", "version": 2})).json()["type"] == "person_not_in_state"
    again = (await http.post(f"{path}/nominate", json={"version": refused["version"]})).json()
    assert (again["state"], again["decided_by"]) == ("nominated", None)


async def test_a_county_has_only_its_own_people(owner: Owner, territory: Territory, client: Client) -> None:
    http, stranger = client(territory["county"]), str(territory["other_community"].id)
    certificate = {"id": str(new_id()), "person_id": stranger, "kind": "post_certificate", "number": "x", "issuer": "x",
                   "issued_on": today().isoformat()}  # fmt: skip
    for answer in (
        await http.get(f"/api/people/{stranger}"),
        await http.get(f"/api/people/{stranger}/open-work"),
        await http.get(f"/api/people/{stranger}/assignable"),
        await http.post("/api/people", json=nomination(territory.units[EAST_NORTH])),
        await http.post(f"/api/people/{stranger}/decide", json={"decision": "approve", "version": 1}),
        await http.post(
            f"/api/people/{stranger}/appointments", json={"unit_id": str(territory.units[WEST]), "valid_from": today().isoformat()}
        ),
        await http.post(f"/api/people/{stranger}/unmask", json={"fields": ["phone"], "reason": "核实身份"}),
        await http.post("/api/certificates", json=certificate),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "not_found"), answer.request.url


async def test_nobody_decides_on_herself(owner: Owner, territory: Territory, client: Client) -> None:
    me = territory["county"]
    await owner.execute("update people set state = 'nominated' where id = $1", me.id)

    answer = await client(me).post(f"/api/people/{me.id}/decide", json={"decision": "approve", "version": 1})

    assert (answer.status_code, answer.json()["type"]) == (403, "own_nomination")


async def test_a_unit_appoints_only_to_its_own_role(territory: Territory, owner: Owner, client: Client) -> None:
    person = await make_person(owner, WEST_NORTH_1, state="approved")
    body = {"unit_id": str(territory.units[WEST_NORTH_1]), "valid_from": today().isoformat()}

    for role in ("city", "county", "street", "auditor"):
        answer = await client(territory["county"]).post(f"/api/people/{person}/appointments", json={**body, "role": role})
        assert answer.json()["type"] == "role_does_not_fit_unit", role


# ---- numbers that identify


async def test_whole_numbers_come_only_with_a_reason_that_is_recorded(owner: Owner, territory: Territory, client: Client) -> None:
    person = (await client(territory["street"]).post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))).json()
    path = f"/api/people/{person['id']}/unmask"

    assert (await client(territory["street"]).post(path, json={"fields": ["phone"], "reason": "核实"})).json()["right"] == "identity.read"
    assert (await client(territory["county"]).post(path, json={"fields": ["phone"], "reason": "  "})).status_code == 422
    found = await client(territory["county"]).post(path, json={"fields": ["id_number"], "reason": "办理证书"})

    assert found.json() == {"phone": None, "id_number": ID_NUMBER}
    line = await owner.fetchrow(
        "select person_id, details::text from audit_log where action = 'person_unmasked' and subject_id = $1", UUID(person["id"])
    )
    assert line["person_id"] == territory["county"].id
    assert '"reason": "办理证书"' in line["details"]
    assert ID_NUMBER not in line["details"]


async def test_no_answer_of_the_register_carries_a_whole_number(territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    person = (await http.post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))).json()

    for path in ("/api/people", f"/api/people/{person['id']}", f"/api/people/{person['id']}/open-work", "/api/people/export.xlsx"):
        answer = await http.get(path)
        assert answer.status_code == 200, answer.text
        assert ID_NUMBER.encode() not in answer.content
        assert b"13912345678" not in answer.content


async def test_wrong_numbers_and_taken_ones_are_named(territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    wrong = nomination(territory.units[WEST_NORTH_1], id_number="110105194912310021", phone="12")
    assert [e["field"] for e in (await http.post("/api/people", json=wrong)).json()["errors"]] == ["id_number", "phone"]
    assert (await http.post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))).status_code == 201
    same_id = nomination(territory.units[WEST_NORTH_1], employee_no="K2")
    assert (await http.post("/api/people", json=same_id)).json()["type"] == "id_number_taken"
    same_number = nomination(territory.units[WEST_NORTH_1], id_number=None)
    assert (await http.post("/api/people", json=same_number)).json()["type"] == "employee_number_taken"


async def test_a_file_is_corrected_and_keeps_what_was_not_sent(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    person = (await http.post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))).json()
    change = {"name": "欧阳小", "kind": "part_time_inspector", "employee_no": "K9", "gender": None, "birth_year": None,
              "education": None, "post": "所长", "version": 1, "phone": "13700000000"}  # fmt: skip

    changed = (await http.patch(f"/api/people/{person['id']}", json=change)).json()

    assert (changed["name"], changed["kind"], changed["phone_masked"]) == ("欧阳小", "part_time_inspector", "137****0000")
    assert await owner.fetchval("select id_number from people_private where person_id = $1", UUID(person["id"])) == ID_NUMBER
    assert (await http.patch(f"/api/people/{person['id']}", json=change)).json()["type"] == "version_stale"


# ---- finding


async def test_people_are_found_by_name_pinyin_number_and_state_of_their_certificate(
    owner: Owner, territory: Territory, client: Client
) -> None:
    http = client(territory["county"])
    (await http.post("/api/people", json=nomination(territory.units[WEST_NORTH_1]))).raise_for_status()
    ending = await make_person_with_account(owner, WEST_SOUTH_2, name="快到期", certified=False, duties=[])
    await make_certificate(owner, ending.id, issued_on=today() - 9 * DAY, expires_on=today() + 30 * DAY)
    bare = await make_person_with_account(owner, WEST_SOUTH_2, name="没有证", certified=False, duties=[])
    past = await make_person_with_account(owner, WEST_SOUTH_2, name="过期了", certified=False, duties=[])
    await make_certificate(owner, past.id, issued_on=today() - 9 * DAY, expires_on=today() - DAY)

    async def found(**params: Any) -> set[str]:
        answer = await http.get("/api/people", params={**params, "page_size": 200})
        assert answer.status_code == 200, answer.text
        return {p["name"] for p in answer.json()["items"]}

    for q in ("阳晓", "oyx", "ouyangx", "K0001"):
        assert await found(q=q) == {"欧阳晓"}
    assert await found(status="nominated") == {"欧阳晓"}
    assert await found(certificate="expiring") == {"快到期"}
    assert await found(certificate="missing") == {"没有证", "过期了"}
    assert not {"快到期", "没有证", "过期了"} & await found(certificate="valid")
    rows = {p["name"]: p for p in (await http.get("/api/people", params={"q": "期"})).json()["items"]}
    assert (rows["快到期"]["certificate"], rows["过期了"]["certificate"]) == ("expiring", "expired")
    assert bare.id


async def test_why_somebody_cannot_be_sent_out(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    bare = await make_person_with_account(owner, WEST_SOUTH_2, certified=False, duties=[])
    unemployed = await make_person(owner, WEST_SOUTH_2)

    async def why(person: UUID) -> list[str]:
        answer = (await http.get(f"/api/people/{person}/assignable")).json()
        assert answer["assignable"] is not bool(answer["obstacles"])
        assert all(o["sentence"] for o in answer["obstacles"])
        return [o["code"] for o in answer["obstacles"]]

    assert await why(territory["community"].id) == []
    assert await why(bare.id) == ["not_certified"]
    assert await why(unemployed) == ["no_appointment"]


# ---- rules


@pytest.mark.parametrize(("name", "pinyin"), [("张建明", "zhangjianming zjm"), ("曾晓", "zengxiao zx"), ("Ann", "ann a"), ("", "")])
def test_pinyin_finds_names(name: str, pinyin: str) -> None:
    assert pinyin_of(name) == pinyin


@pytest.mark.parametrize("wrong", ["", "11010519491231002", "11010519491231002Y", "110105194913310025", "１10105194912310021"])
def test_a_wrong_id_number_has_no_birthday(wrong: str) -> None:
    assert birthday_of(wrong) is None


def test_an_id_number_tells_birthday_and_gender() -> None:
    assert str(birthday_of(ID_NUMBER)) == "1949-12-31"
    assert str(birthday_of("440524188001010014")) == "1880-01-01"
    assert (gender_of(ID_NUMBER), gender_of("440524188001010014")) == ("female", "male")


def test_nobody_is_appointed_who_was_not_approved() -> None:
    assert {now for now in FOLLOWS if may_follow(now, "appointed")} == {"approved", "appointed"}
    assert {now for now in FOLLOWS if may_follow(now, "approved")} == {"nominated", "appointed"}
