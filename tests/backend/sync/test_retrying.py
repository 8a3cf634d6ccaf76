"""A desk has a kept operation applied again: as its author, as it came, once, and only where it may."""

from uuid import UUID

import httpx
import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Someone, Territory, make_employer, make_kept_operation
from fixture_types import Client
from phones import NewPhone, announce, check_in, visit
from sealing import sealing_phone

from wangge.core.ids import new_id


async def retry(phone_of: NewPhone, someone: Someone, op_id: UUID) -> httpx.Response:
    return await phone_of(someone, language="en").http.post(f"/api/sync/operations/{op_id}/retry")


@pytest.fixture
async def employer(owner: Owner, territory: Territory) -> UUID:
    """One that lay in another county when she was there."""
    return await make_employer(owner, EAST_SOUTH_2)


async def mend(owner: Owner, employer: UUID) -> None:
    """The desk finds that the employer had been in her grid all along."""
    await owner.execute(
        "update employers e set grid_id = g.id, grid_path = g.path from grids g where e.id = $1 and g.path = $2::text::ltree",
        employer, WEST_NORTH_1,
    )  # fmt: skip
    await owner.execute("delete from employer_moves where employer_id = $1", employer)


async def test_what_was_mended_is_applied_as_its_authors(owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone) -> None:
    her = phone_of(territory["community"])
    op, visit_id = check_in(employer), new_id()
    later = visit(employer, entity_id=visit_id)
    photo = announce(visit_id, employer)
    assert [o["outcome"] for o in await her.push(op, later, photo)] == ["quarantined"] * 3
    assert (await retry(phone_of, territory["city"], op.op_id)).json()["outcome"] == "quarantined"
    await mend(owner, employer)

    for each in (op, later, photo):
        answer = await retry(phone_of, territory["city"], each.op_id)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["outcome"], told["problem"], told["body"]) == ("applied", None, each.body)
        assert told["retry"]["by"]["id"] == str(territory["city"].id)

    row = await owner.fetchrow("select person_id, grid_path::text from check_ins where id = $1", op.entity_id)
    assert row is not None
    assert tuple(row) == (territory["community"].id, WEST_NORTH_1)
    lines = await owner.fetch(
        "select details ->> 'before' as before, details ->> 'outcome' as after, person_id from audit_log "
        "where action = 'operation_retried' and subject_id = $1 order by at",
        op.op_id,
    )
    assert [tuple(line) for line in lines] == [
        ("quarantined", "quarantined", territory["city"].id),
        ("quarantined", "applied", territory["city"].id),
    ]
    # the phone asks again with the same text, and hears that it is done, with the first receipt
    assert [o["outcome"] for o in await her.push(op)] == ["duplicate"]
    me = (await her.http.get("/api/me")).json()
    assert {r["op_id"]: r["outcome"] for r in me["retried"]} == {str(o.op_id): "applied" for o in (op, later, photo)}


async def test_a_second_time_changes_nothing(owner: Owner, territory: Territory, employer: UUID, phone_of: NewPhone) -> None:
    op = check_in(employer)
    await phone_of(territory["community"]).push(op)
    await mend(owner, employer)
    assert (await retry(phone_of, territory["city"], op.op_id)).json()["outcome"] == "applied"
    assert (await retry(phone_of, territory["city"], op.op_id)).json()["outcome"] == "applied"
    assert await owner.fetchval("select count(*) from check_ins where id = $1", op.entity_id) == 1
    assert await owner.fetchval("select count(*) from operation_retries where op_id = $1", op.op_id) == 1


async def test_a_seal_is_looked_at_again(owner: Owner, territory: Territory, client: Client, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    phone = await sealing_phone(owner, client, territory["community"])
    op = phone.check_in(employer)  # its key is not known yet
    [outcome] = await phone.push(op)
    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "seal_broken")
    op_id = UUID(outcome["op_id"])
    assert (await retry(phone_of, territory["street"], op_id)).json()["problem"]["type"] == "seal_broken"
    await phone.make_key_known()
    told = (await retry(phone_of, territory["street"], op_id)).json()
    assert (told["outcome"], told["flags"]) == ("applied", ["no_position"])


@pytest.mark.parametrize("who", ["other_street", "other_county"])
async def test_another_areas_is_not_to_be_found(owner: Owner, who: str, territory: Territory, phone_of: NewPhone) -> None:
    kept = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)
    assert (await retry(phone_of, territory[who], kept)).status_code == 404


async def test_a_supervisor_may_not(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    kept = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)
    assert (await retry(phone_of, territory["community"], kept)).json()["type"] == "right_missing"


async def test_what_is_closed_stays_closed(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    kept = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)
    street = phone_of(territory["street"], language="en")
    await street.http.post(f"/api/sync/operations/{kept}/close", json={"reason": "重复登记"})
    assert (await retry(phone_of, territory["street"], kept)).json()["type"] == "operation_not_open"


async def test_a_text_that_cannot_be_read_stays_kept(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    kept = await make_kept_operation(owner, territory["community"].id, WEST_NORTH_1)
    answer = await retry(phone_of, territory["street"], kept)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "quarantined")
    assert await owner.fetchval("select count(*) from sync_operations") == 1
