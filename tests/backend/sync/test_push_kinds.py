"""Each kind of operation, as it is meant to be used: applied, with the right rows and flags."""

from typing import Any

import pytest
from factories import (
    EAST_SOUTH_2,
    OUTSIDE,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_employer,
    make_patrol,
    middle_of,
)
from phones import NewPhone, announce, check_in, credit_code, days_ago, finding, finish, register, start, visit

from wangge.core.ids import new_id


async def row(owner: Owner, table: str, entity_id: Any) -> dict[str, Any]:
    return dict(await owner.fetchrow(f"select * from {table} where id = $1", entity_id))


async def test_a_registered_employer_waits_for_review_in_the_grid_that_holds_its_point(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    lon, lat = middle_of(WEST_NORTH_1)
    op = register("北海路小吃", uscc=credit_code(1).lower(), position={"lon": lon, "lat": lat}, accuracy_m=8, position_source="gps")
    (outcome,) = await phone_of(territory["community"]).push(op)
    assert (outcome["outcome"], outcome["flags"], outcome["problem"]) == ("applied", [], None)
    stored = await row(owner, "employers", op.entity_id)
    assert stored["uscc"] == credit_code(1)
    assert stored["review_state"] == "waiting_review"
    assert stored["grid_id"] == territory.grids[WEST_NORTH_1]
    assert stored["grid_source"] == "position"
    assert stored["registered_by"] == territory["community"].id


@pytest.mark.parametrize(
    ("position", "declared", "grid", "source", "flags"),
    [
        (None, WEST_NORTH_1, WEST_NORTH_1, "declared", []),
        (middle_of(WEST_NORTH_2), WEST_NORTH_1, WEST_NORTH_2, "position", ["outside_own_grid"]),
        (OUTSIDE, WEST_NORTH_1, WEST_NORTH_1, "declared", ["outside_all_grids"]),
        ((181.0, 36.8), WEST_NORTH_1, WEST_NORTH_1, "declared", ["no_position"]),
    ],
    ids=["no position", "in another grid", "outside all grids", "off the earth"],
)
async def test_where_a_found_employer_belongs(
    owner: Owner, territory: Territory, phone_of: NewPhone,
    position: tuple[float, float] | None, declared: str, grid: str, source: str, flags: list[str],
) -> None:  # fmt: skip
    spot = {"lon": position[0], "lat": position[1]} if position else None
    op = register(position=spot, declared_grid_id=territory.grids[declared])
    (outcome,) = await phone_of(territory["community"]).push(op)
    assert (outcome["outcome"], outcome["flags"]) == ("applied", flags)
    stored = await row(owner, "employers", op.entity_id)
    assert (stored["grid_id"], stored["grid_source"]) == (territory.grids[grid], source)


async def test_a_day_on_patrol_from_start_to_finish(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = territory["community"]
    employer = await make_employer(owner, WEST_NORTH_1)
    patrol = await make_patrol(owner, me, [employer])
    arrive = check_in(employer, middle_of(WEST_NORTH_1), patrol_id=patrol)
    photo_id = new_id()
    saw = visit(
        employer, patrol_id=patrol, check_in_id=arrive.entity_id, findings=[finding(), finding("other", "note")],
        evidence_ids=[str(photo_id)],
    )  # fmt: skip
    photo = announce(saw.entity_id, employer, entity_id=photo_id)
    outcomes = await phone_of(me).push(start(patrol), arrive, saw, photo, finish(patrol, "一家已走访"))
    assert [o["outcome"] for o in outcomes] == ["applied"] * 5
    assert [o["flags"] for o in outcomes] == [[]] * 5

    patrol_row = await row(owner, "patrols", patrol)
    assert (patrol_row["status"], patrol_row["closing_note"]) == ("finished", "一家已走访")
    assert patrol_row["started_at"] <= patrol_row["finished_at"]
    assert await owner.fetchval("select status from patrol_stops where patrol_id = $1", patrol) == "visited"
    here = await row(owner, "check_ins", arrive.entity_id)
    assert here["is_on_site"] and here["distance_m"] < 0.01 and here["patrol_id"] == patrol
    seen = await row(owner, "visits", saw.entity_id)
    assert (seen["check_in_id"], seen["evidence_expected"], seen["people_met"]) == (arrive.entity_id, 1, "店长")
    assert await owner.fetchval("select count(*) from findings where visit_id = $1", saw.entity_id) == 2
    assert (await row(owner, "employers", employer))["last_visited_at"] == seen["happened_at"]
    expected = await row(owner, "evidence", photo_id)
    assert (expected["subject_id"], expected["copy_state"], expected["original_state"]) == (saw.entity_id, "expected", "expected")


async def test_a_duplicate_credit_code_is_a_conflict_and_both_files_are_kept(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    on_file = await make_employer(owner, EAST_SOUTH_2, uscc=credit_code(7))
    op = register(uscc=credit_code(7), declared_grid_id=territory.grids[WEST_NORTH_1])
    (outcome,) = await phone_of(territory["community"], language="en").push(op)
    assert outcome["outcome"] == "conflict"
    assert outcome["flags"] == ["duplicate_credit_code"]
    assert outcome["problem"]["type"] == "credit_code_on_file"
    assert "Yours is kept too" in outcome["problem"]["detail"]
    assert (await row(owner, "employers", op.entity_id))["duplicate_of"] == on_file
    assert (await row(owner, "employers", on_file))["review_state"] == "accepted"


async def test_a_visit_to_a_conflicting_file_is_applied(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    await make_employer(owner, EAST_SOUTH_2, uscc=credit_code(7))
    op = register(uscc=credit_code(7), declared_grid_id=territory.grids[WEST_NORTH_1])
    outcomes = await phone_of(territory["community"]).push(visit(op.entity_id), op)
    assert [o["outcome"] for o in outcomes] == ["applied", "conflict"]


@pytest.mark.parametrize("code", ["913707021MA0000010", credit_code(1)[:-1], credit_code(1)[:-1] + "§", "１", "91370702MA000001AA"])
async def test_a_credit_code_that_cannot_be_right_is_quarantined_with_its_field(
    owner: Owner, territory: Territory, phone_of: NewPhone, code: str
) -> None:
    op = register(uscc=code)
    (outcome,) = await phone_of(territory["community"], language="en").push(op)
    assert outcome["outcome"] == "quarantined"
    (error,) = outcome["problem"]["errors"]
    assert (error["field"], error["code"]) == ("uscc", "credit_code_invalid")
    assert "check digit" in error["detail"]
    assert await owner.fetchval("select count(*) from employers") == 0


async def test_a_corrected_registration_wakes_what_waited_for_it(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    phone = phone_of(territory["community"])
    wrong = register(uscc=credit_code(1)[:-1], declared_grid_id=territory.grids[WEST_NORTH_1])
    saw = visit(wrong.entity_id)
    assert [o["outcome"] for o in await phone.push(wrong, saw)] == ["quarantined", "waiting_for_parent"]
    right = register(uscc=credit_code(1), declared_grid_id=territory.grids[WEST_NORTH_1], entity_id=wrong.entity_id)
    assert [o["outcome"] for o in await phone.push(right)] == ["applied"]
    assert await owner.fetchval("select count(*) from visits where id = $1", saw.entity_id) == 1
    assert [o["outcome"] for o in await phone.push(saw)] == ["duplicate"]


async def test_a_name_of_blanks_is_quarantined(territory: Territory, phone_of: NewPhone) -> None:
    (outcome,) = await phone_of(territory["community"]).push(register("  \u3000"))
    assert outcome["problem"]["errors"][0]["field"] == "name"


async def test_a_stop_outside_her_grid_may_be_visited(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = territory["community"]
    far = await make_employer(owner, EAST_SOUTH_2)
    patrol = await make_patrol(owner, me, [far])
    arrive = check_in(far, middle_of(EAST_SOUTH_2), patrol_id=patrol)
    saw = visit(far, patrol_id=patrol, check_in_id=arrive.entity_id)
    outcomes = await phone_of(me).push(arrive, saw, announce(saw.entity_id, far))
    assert [(o["outcome"], o["flags"]) for o in outcomes] == [("applied", [])] * 3
    assert (await row(owner, "visits", saw.entity_id))["grid_id"] == territory.grids[EAST_SOUTH_2]


async def test_another_grids_employer_is_quarantined_and_kept(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    theirs = await make_employer(owner, EAST_SOUTH_2)
    ops = [check_in(theirs), visit(theirs), announce(theirs, theirs, "employer")]
    outcomes = await phone_of(territory["community"]).push(*ops)
    assert {o["outcome"] for o in outcomes} == {"quarantined"}
    assert {o["problem"]["type"] for o in outcomes} == {"employer_out_of_scope"}
    bodies = {r["body"] for r in await owner.fetch("select body from sync_operations")}
    assert bodies == {op.body for op in ops}
    assert await owner.fetchval("select count(*) from visits") == 0
    assert (await row(owner, "employers", theirs))["last_visited_at"] is None


async def test_what_she_found_outside_her_grid_stays_hers_to_visit(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    lon, lat = middle_of(WEST_SOUTH_2)
    found = register(position={"lon": lon, "lat": lat})
    phone = phone_of(territory["community"])
    await phone.push(found)
    (outcome,) = await phone.push(visit(found.entity_id))
    assert outcome["outcome"] == "applied"


async def test_a_visit_ticks_off_only_her_own_stop(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    colleagues = await make_patrol(owner, territory[f"owner_of:{WEST_NORTH_2}"], [employer])
    (outcome,) = await phone_of(territory["community"]).push(visit(employer, patrol_id=colleagues))
    assert outcome["outcome"] == "applied"
    assert await owner.fetchval("select status from patrol_stops where patrol_id = $1", colleagues) == "planned"


async def test_a_patrol_of_somebody_else_cannot_be_started(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    patrol = await make_patrol(owner, territory["other_community"], [await make_employer(owner, EAST_SOUTH_2)])
    outcomes = await phone_of(territory["community"]).push(start(patrol), finish(patrol))
    assert [o["problem"]["type"] for o in outcomes] == ["patrol_not_yours"] * 2
    assert (await row(owner, "patrols", patrol))["status"] == "planned"


async def test_a_patrol_cancelled_meanwhile_stays_cancelled_and_its_visits_count(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    me = territory["community"]
    employer = await make_employer(owner, EAST_SOUTH_2)
    patrol = await make_patrol(owner, me, [employer])
    await owner.execute("update patrols set status = 'cancelled' where id = $1", patrol)
    outcomes = await phone_of(me).push(start(patrol), visit(employer, patrol_id=patrol), finish(patrol))
    assert [o["outcome"] for o in outcomes] == ["conflict", "applied", "conflict"]
    assert outcomes[0]["problem"]["type"] == "patrol_cancelled"
    assert (await row(owner, "patrols", patrol))["status"] == "cancelled"


async def test_the_later_of_two_finishes_stands_whichever_comes_first(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = territory["community"]
    early, late = days_ago(0.2), days_ago(0.1)
    for order in ([early, late], [late, early]):
        patrol = await make_patrol(owner, me, [])
        for moment in order:
            await phone_of(me).push(finish(patrol, "晚" if moment == late else "早", captured_at=moment))
        stored = await row(owner, "patrols", patrol)
        assert (stored["finished_at"], stored["closing_note"]) == (late, "晚")
