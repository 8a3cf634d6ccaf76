"""Edits of employers' files from phones: fields that differ merge, one field said twice waits for a person, order matters to nothing."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_duty, make_employer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phones import Data, NewPhone, Op, edit, finding, journal, register, visit

from wangge.core.ids import new_id

PHONE_A, PHONE_B, PHONE_C = (uuid5(UUID(int=0), name) for name in "abc")
NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


async def file_of(owner: Owner, employer: UUID) -> Data:
    """The file as the owner finds it: what stands, what is disputed and between which values."""
    row = await owner.fetchrow(
        """select e.name, e.address, e.employees, f.answers::text as answers, f.disputed::text as disputed
           from employers e left join employer_forms f on f.employer_id = e.id where e.id = $1""",
        employer,
    )
    open_items = await owner.fetch(
        "select field, candidates::text from employer_conflicts where employer_id = $1 and resolved_at is null order by field", employer
    )
    return {
        "name": row["name"],
        "address": row["address"],
        "employees": row["employees"],
        "answers": json.loads(row["answers"] or "{}"),
        "disputed": json.loads(row["disputed"] or "[]"),
        "candidates": {r[0]: sorted(json.dumps(c["value"]) for c in json.loads(r[1])) for r in open_items},
    }


async def test_edits_of_different_fields_merge(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, employees=20)
    phone = phone_of(territory["community"])
    first = edit(employer, {"employees": 25, "legal_rep": "赵一"}, chain_id=str(PHONE_A))
    second = edit(employer, {"address": "新华路 8 号", "on_roll": 24}, chain_id=str(PHONE_B))
    outcomes = await phone.push(first) + await phone.push(second)
    assert [o["outcome"] for o in outcomes] == ["applied", "applied"]
    found = await file_of(owner, employer)
    assert (found["employees"], found["address"], found["answers"]) == (25, "新华路 8 号", {"legal_rep": "赵一", "on_roll": 24})
    assert found["candidates"] == {} and found["disputed"] == []
    await phone.pull()
    held = phone.held["employer", str(employer)]
    assert held["version"] == 3 and held["form"]["answers"] == {"legal_rep": "赵一", "on_roll": 24}


async def test_one_field_said_twice_keeps_both_and_waits_for_a_person(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    phone = phone_of(territory["community"])
    later = edit(employer, {"legal_rep": "赵一", "on_roll": 9}, captured_at=NOON + timedelta(hours=1), chain_id=str(PHONE_A))
    earlier = edit(employer, {"legal_rep": "钱二"}, captured_at=NOON, chain_id=str(PHONE_B))
    assert (await phone.push(later))[0]["outcome"] == "applied"
    (outcome,) = await phone.push(earlier)
    assert outcome["outcome"] == "conflict" and "法定代表人" in outcome["problem"]["detail"]
    found = await file_of(owner, employer)
    assert found["answers"] == {"legal_rep": "赵一", "on_roll": 9}  # the later word stands meanwhile
    assert found["candidates"] == {"legal_rep": ['"\\u8d75\\u4e00"', '"\\u94b1\\u4e8c"']} and found["disputed"] == ["legal_rep"]
    # somebody who has seen the dispute says it anew: all that was said before is answered
    await phone.pull()
    version = phone.held["employer", str(employer)]["version"]
    (outcome,) = await phone.push(edit(employer, {"legal_rep": "孙三"}, version, chain_id=str(PHONE_C)))
    assert outcome["outcome"] == "applied"
    assert (await file_of(owner, employer))["candidates"] == {}


async def test_the_same_hand_changes_its_mind_without_a_conflict(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    phone = phone_of(territory["community"])
    # a clock put back between the two: the number in the store's chain says which was later
    first = edit(employer, {"on_roll": 5}, chain_id=str(PHONE_A), device_seq=1, captured_at=NOON)
    second = edit(employer, {"on_roll": 6}, chain_id=str(PHONE_A), device_seq=2, captured_at=NOON - timedelta(days=1))
    assert [o["outcome"] for o in await phone.push(second, first)] == ["applied", "applied"]
    assert (await file_of(owner, employer))["answers"] == {"on_roll": 6}


async def test_an_import_meanwhile_is_a_conflict_and_one_before_is_none(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, address="旧址")
    async with owner.transaction():
        await owner.execute("select set_config('wangge.change_source', 'registry:1', true)")
        await owner.execute("update employers set address = '登记地址' where id = $1", employer)
    phone = phone_of(territory["community"])
    (blind,) = await phone.push(edit(employer, {"address": "实际地址"}, base_version=1))
    assert blind["outcome"] == "conflict"
    assert len((await file_of(owner, employer))["candidates"]["address"]) == 2
    other = await make_employer(owner, WEST_NORTH_1, address="旧址")
    await owner.execute("update employers set address = '登记地址' where id = $1", other)
    (seeing,) = await phone.push(edit(other, {"address": "实际地址"}, base_version=2))
    assert seeing["outcome"] == "applied" and (await file_of(owner, other))["address"] == "实际地址"


async def test_what_cannot_be_right_is_kept_in_quarantine_field_by_field(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    phone = phone_of(territory["community"])
    changes = {"on_roll": -1, "uscc": "914403001922038217", "pay_day": 40, "no_such_field": 1, "name": " ", "founded_on": "2026-02-30"}
    (outcome,) = await phone.push(edit(employer, changes))
    assert outcome["outcome"] == "quarantined"
    assert {e["field"] for e in outcome["problem"]["errors"]} == {f"changes.{key}" for key in changes}
    (outcome,) = await phone.push(edit(employer, {"a\x00b" * 50: 1, "pay_total": 1e308}, base_version=-(10**9)))
    assert outcome["outcome"] == "quarantined" and len(outcome["problem"]["errors"]) == 2
    (outcome,) = await phone.push(edit(employer, {"on_roll": 10, "on_roll_male": 4, "on_roll_female": 5}))
    assert [e["code"] for e in outcome["problem"]["errors"]] == ["roll_sex"]
    assert (await file_of(owner, employer))["answers"] == {}


async def test_an_edit_waits_for_the_employer_it_is_about(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    phone = phone_of(territory["community"])
    new = register("新单位", declared_grid_id=territory.grids[WEST_NORTH_1])
    change = edit(new.entity_id, {"on_roll": 3}, base_version=0)
    assert (await phone.push(change))[0]["outcome"] == "waiting_for_parent"
    await phone.push(new)
    assert [line["outcome"] for line in await journal(owner, change)] == ["applied"]
    assert (await file_of(owner, new.entity_id))["answers"] == {"on_roll": 3}


async def test_a_file_out_of_reach_is_not_written(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, EAST_SOUTH_2)
    (outcome,) = await phone_of(territory["community"]).push(edit(employer, {"on_roll": 3}))
    assert outcome["outcome"] == "quarantined" and outcome["problem"]["type"] == "employer_out_of_scope"
    assert (await file_of(owner, employer))["answers"] == {}


FULL = {
    "name": "北关饭店", "uscc": "91370700729253432M", "address": "北海路 1 号", "legal_rep": "周总", "contact_name": "吴会计",
    "contact_phone": "13900001111", "industry_code": "6210", "employees": 20, "staff_contracted": 20, "staff_budgeted": 0,
    "staff_dispatched": 0, "staff_retained": 0, "staff_students": 0, "staff_retired": 0, "on_roll": 20, "contracts_due": 20,
    "contracts_signed": 18, "pension_insured": 18, "injury_insured": 20, "pay_lowest": 2500, "arrears_people": 0,
}  # fmt: skip


async def test_a_filled_form_makes_the_file_complete_and_leaves_a_dated_row(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, last_visited_at=NOON)
    survey = {"filled_on": "2026-10-01", "filler": "吴会计", "answers": FULL, "kept": {"contract_month": "下周补签"}}
    op = edit(employer, FULL, survey=survey)
    assert (await phone_of(territory["community"]).push(op))[0]["outcome"] == "applied"
    row = await owner.fetchrow("select is_complete, last_visited_at from employers where id = $1", employer)
    assert tuple(row) == (True, NOON)  # filling in a form is no visit
    filling = await owner.fetchrow("select * from employer_surveys where id = $1", op.entity_id)
    assert (str(filling["filled_on"]), filling["filler"], json.loads(filling["kept"])) == ("2026-10-01", "吴会计", survey["kept"])
    assert json.loads(filling["answers"])["pay_lowest"] == 2500
    # and what makes it incomplete again is noticed, from wherever it comes
    await owner.execute("update employers set contact_phone = '' where id = $1", employer)
    assert not await owner.fetchval("select is_complete from employers where id = $1", employer)


async def test_children_at_work_are_an_incident_at_once(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    phone = phone_of(territory["community"])
    (outcome,) = await phone.push(edit(employer, {"under_16": 2}))
    assert outcome["flags"] == ["child_labour"]
    await phone.push(edit(employer, {"under_16": 2, "on_roll": 5}, base_version=2))  # said again: no second one
    rows = await owner.fetch("select kind, severity, people_count, status from incidents where employer_id = $1", employer)
    assert [tuple(r) for r in rows] == [("child_labour", "critical", 2, "open")]


async def test_every_change_leaves_a_version_whoever_makes_it(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1, name="旧名")
    phone = phone_of(territory["community"])
    await phone.push(visit(employer, findings=[finding()]))
    assert await owner.fetchval("select count(*) from employer_versions where employer_id = $1", employer) == 0
    await owner.execute("update employers set name = '新名' where id = $1", employer)
    await phone.push(edit(employer, {"name": "更新的名", "legal_rep": "李四"}, base_version=2))
    rows = await owner.fetch("select version, source, person_id, changes::text from employer_versions where employer_id = $1 order by id",
                             employer)  # fmt: skip
    assert [(r["version"], r["source"], json.loads(r["changes"])) for r in rows] == [
        (2, "system", {"name": ["旧名", "新名"]}),
        (3, "phone", {"name": ["新名", "更新的名"]}),
        (3, "phone", {"legal_rep": [None, "李四"]}),
    ]
    assert rows[1]["person_id"] == territory["community"].id


ONE_EDIT = st.fixed_dictionaries(
    {
        "phone": st.sampled_from([PHONE_A, PHONE_B, PHONE_C]),
        "changes": st.dictionaries(st.sampled_from(["on_roll", "employees", "migrant"]), st.integers(0, 2), min_size=1),
        "minutes": st.integers(0, 3),
    }
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ONE_EDIT, min_size=2, max_size=6), st.randoms(use_true_random=False))
async def test_the_order_of_arrival_changes_nothing(
    start_over: Callable[[], Awaitable[Territory]], owner: Owner, phone_of: NewPhone, edits: list[Any], random: Any
) -> None:
    territory = await start_over()
    ids = [new_id() for _ in edits]

    def ops_for(employer: UUID) -> Sequence[Op]:
        return [
            edit(employer, e["changes"], op_id=uuid5(employer, str(i)), chain_id=str(e["phone"]), device_seq=i,
                 captured_at=NOON + timedelta(minutes=e["minutes"], seconds=i))
            for i, e in zip(range(1, len(ids) + 1), edits, strict=True)
        ]  # fmt: skip

    results: list[Data] = []
    for _ in range(3):
        employer = await make_employer(owner, WEST_NORTH_1, name="一家", employees=1)
        ops = list(ops_for(employer))
        if results:
            random.shuffle(ops)
        phone = phone_of(territory["community"])
        at_once = random.random() < 0.5
        for outcome in (await phone.push(*ops)) if at_once else [o for op in ops for o in await phone.push(op)]:
            assert outcome["outcome"] in ("applied", "conflict")
        results.append(await file_of(owner, employer))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("second_person", [False, True])
async def test_two_people_at_the_same_employer(owner: Owner, territory: Territory, phone_of: NewPhone, second_person: bool) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    mine = phone_of(territory["community"])
    if second_person:
        await make_duty(owner, territory["other_community"].id, WEST_NORTH_1)
    theirs = phone_of(territory["other_community" if second_person else "community"])
    await mine.push(edit(employer, {"on_roll": 1}, chain_id=str(PHONE_A)))
    (outcome,) = await theirs.push(edit(employer, {"on_roll": 2}, chain_id=str(PHONE_B)))
    assert outcome["outcome"] == "conflict"
