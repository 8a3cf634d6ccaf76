"""What a phone sends of a day in the field beside visits: talks, incidents, breaks and tracks."""

from datetime import timedelta
from typing import Any

import pytest
from factories import (
    EAST_SOUTH_2,
    OUTSIDE,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    Owner,
    Territory,
    make_employer,
    make_patrol,
    middle_of,
)
from phones import NewPhone, announce, days_ago, finish, incident, journal, pause, resume, start, talk, track

from wangge.core.clock import utc_now
from wangge.core.ids import new_id


async def row(owner: Owner, table: str, entity_id: Any) -> dict[str, Any]:
    return dict(await owner.fetchrow(f"select * from {table} where id = $1", entity_id))


def point(path: str) -> dict[str, float]:
    lon, lat = middle_of(path)
    return {"lon": lon, "lat": lat}


# ---- talks


async def test_a_talk_at_an_employer_is_kept_with_its_topics_and_what_was_handed_out(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    me = territory["community"]
    employer = await make_employer(owner, WEST_NORTH_1)
    patrol = await make_patrol(owner, me, [employer])
    photo_id = new_id()
    op = talk(employer, patrol_id=patrol, evidence_ids=[str(photo_id)],
              materials=[{"kind": "leaflet", "count": 15}, {"kind": "poster", "count": 1}])  # fmt: skip
    outcomes = await phone_of(me).push(op, announce(op.entity_id, employer, "talk", entity_id=photo_id))
    assert [(o["outcome"], o["flags"]) for o in outcomes] == [("applied", [])] * 2
    stored = await row(owner, "talks", op.entity_id)
    assert (stored["employer_id"], stored["patrol_id"], stored["grid_id"]) == (employer, patrol, territory.grids[WEST_NORTH_1])
    assert (stored["topics"], stored["audience"], stored["people_count"]) == (["wages", "tips"], "职工和家属", 20)
    assert stored["evidence_expected"] == 1
    given = await owner.fetch("select kind, count from talk_materials where talk_id = $1 order by kind", op.entity_id)
    assert [tuple(r) for r in given] == [("leaflet", 15), ("poster", 1)]
    assert (await row(owner, "evidence", photo_id))["subject_kind"] == "talk"
    assert (await row(owner, "employers", employer))["last_visited_at"] is None, "a talk is no visit"


@pytest.mark.parametrize(
    ("position", "declared", "grid", "flags"),
    [
        (middle_of(WEST_NORTH_1), None, WEST_NORTH_1, []),
        (None, WEST_NORTH_1, WEST_NORTH_1, []),
        (None, None, WEST_NORTH_1, []),
        (middle_of(WEST_NORTH_2), WEST_NORTH_1, WEST_NORTH_2, ["outside_own_grid"]),
        (OUTSIDE, WEST_NORTH_1, WEST_NORTH_1, ["outside_all_grids"]),
        ((181.0, 36.8), WEST_NORTH_1, WEST_NORTH_1, []),
    ],
    ids=["by its point", "by the grid named", "by hers", "next door", "outside all", "off the earth"],
)
async def test_where_a_talk_without_an_employer_belongs(
    owner: Owner, territory: Territory, phone_of: NewPhone,
    position: tuple[float, float] | None, declared: str | None, grid: str, flags: list[str],
) -> None:  # fmt: skip
    spot = {"lon": position[0], "lat": position[1]} if position else None
    op = talk(place="文化广场", position=spot, accuracy_m=12, grid_id=territory.grids[declared] if declared else None)
    photo = announce(op.entity_id, None, "talk")
    outcomes = await phone_of(territory["community"]).push(op, photo)
    assert [o["outcome"] for o in outcomes] == ["applied"] * 2
    assert outcomes[0]["flags"] == flags
    stored = await row(owner, "talks", op.entity_id)
    assert (stored["grid_id"], stored["place"], stored["employer_id"]) == (territory.grids[grid], "文化广场", None)
    assert (await row(owner, "evidence", photo.entity_id))["grid_path"] == stored["grid_path"]


async def test_a_talk_sent_twice_is_one(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    phone = phone_of(territory["community"])
    op = talk(place="村委会")
    first, second = (await phone.push(op))[0], (await phone.push(op))[0]
    assert (first["outcome"], second["outcome"]) == ("applied", "duplicate")
    assert first["receipt"] == second["receipt"]
    assert await owner.fetchval("select count(*) from talks") == 1
    assert await owner.fetchval("select sum(count) from talk_materials") == 15


async def test_a_talk_at_another_grids_employer_is_quarantined_and_kept(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = talk(await make_employer(owner, EAST_SOUTH_2))
    (outcome,) = await phone_of(territory["community"]).push(op)
    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "employer_out_of_scope")
    assert (await journal(owner, op))[0]["body"] == op.body
    assert await owner.fetchval("select count(*) from talks") == 0


async def test_a_talk_waits_for_its_employer_and_patrol(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    ops = [talk(new_id()), talk(patrol_id=new_id())]
    outcomes = await phone_of(territory["community"]).push(*ops)
    assert [o["outcome"] for o in outcomes] == ["waiting_for_parent"] * 2


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"topics": ["wages", "gossip"]}, "topics", "unknown_word"),
        ({"materials": [{"kind": "gold", "count": 1}]}, "materials", "unknown_word"),
        ({"materials": [{"kind": "leaflet", "count": 1}, {"kind": "leaflet", "count": 2}]}, "materials", "named_twice"),
        ({"topics": []}, "topics", "invalid"),
        ({"people_count": -1}, "people_count", "invalid"),
        ({"materials": [{"kind": "leaflet", "count": 0}]}, "materials[0].count", "invalid"),
    ],
)
async def test_a_talk_that_does_not_hold_is_quarantined_with_its_field(
    territory: Territory, phone_of: NewPhone, wrong: dict[str, Any], field: str, code: str
) -> None:
    (outcome,) = await phone_of(territory["community"], language="en").push(talk(**wrong))
    assert outcome["outcome"] == "quarantined"
    (error,) = outcome["problem"]["errors"]
    assert (error["field"], error["code"]) == (field, code)


async def test_a_word_that_is_no_longer_offered_is_good_for_the_days_on_which_it_was(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    await owner.execute("update talk_topics set valid_to = china_today() - 1 where code = 'dispatch'")
    try:
        outcomes = await phone_of(territory["community"]).push(
            talk(topics=["dispatch"], captured_at=days_ago(3)), talk(topics=["dispatch"])
        )
    finally:
        await owner.execute("update talk_topics set valid_to = null where code = 'dispatch'")
    assert [o["outcome"] for o in outcomes] == ["applied", "quarantined"]


async def test_a_photo_of_somebody_elses_talk_is_quarantined(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    theirs = talk(place="广场")
    await phone_of(territory["other_community"]).push(theirs)
    (outcome,) = await phone_of(territory["community"]).push(announce(theirs.entity_id, None, "talk"))
    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "subject_not_yours")


async def test_a_photo_of_a_visit_names_its_employer(territory: Territory, phone_of: NewPhone) -> None:
    (outcome,) = await phone_of(territory["community"]).push(announce(new_id(), None, "visit"))
    assert outcome["problem"]["errors"][0]["field"] == "employer_id"


# ---- incidents


async def test_an_incident_is_stored_open_where_it_happened(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = incident(position=point(WEST_NORTH_2), accuracy_m=8, note="讨要工资，堵住大门")
    (outcome,) = await phone_of(territory["community"]).push(op)
    assert (outcome["outcome"], outcome["flags"]) == ("applied", ["outside_own_grid"])
    stored = await row(owner, "incidents", op.entity_id)
    assert (stored["status"], stored["kind"], stored["severity"], stored["people_count"]) == ("open", "collective_wage", "serious", 30)
    assert (stored["grid_id"], stored["place"]) == (territory.grids[WEST_NORTH_2], "工地门口")


async def test_an_incident_waits_for_nothing(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = phone_of(territory["community"])
    theirs = await make_employer(owner, EAST_SOUTH_2)
    hers = await make_employer(owner, WEST_NORTH_1)
    not_here, out_of_reach, at_hers = incident(employer_id=new_id()), incident(employer_id=theirs), incident(employer_id=hers)
    outcomes = await me.push(not_here, out_of_reach, at_hers)
    assert [o["outcome"] for o in outcomes] == ["applied"] * 3
    assert [o["flags"] for o in outcomes] == [["employer_not_here", "no_position"]] * 2 + [["no_position"]]
    stored = [await row(owner, "incidents", op.entity_id) for op in (not_here, out_of_reach, at_hers)]
    assert [s["employer_id"] for s in stored] == [None, None, hers]
    assert {s["grid_id"] for s in stored} == {territory.grids[WEST_NORTH_1]}


async def test_a_photo_of_an_incident_follows_it(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = incident(position=point(WEST_NORTH_1))
    photo = announce(op.entity_id, None, "incident")
    phone = phone_of(territory["community"])
    assert [o["outcome"] for o in await phone.push(photo)] == ["waiting_for_parent"]
    assert [o["outcome"] for o in await phone.push(op)] == ["applied"]
    stored = await row(owner, "evidence", photo.entity_id)
    assert (stored["subject_id"], stored["employer_id"], stored["grid_id"]) == (op.entity_id, None, territory.grids[WEST_NORTH_1])


async def test_an_incident_sent_twice_is_one(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    phone, op = phone_of(territory["community"]), incident()
    assert [(await phone.push(op))[0]["outcome"] for _ in range(2)] == ["applied", "duplicate"]
    assert await owner.fetchval("select count(*) from incidents") == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kind": "boredom"}, "kind"), ({"severity": "meh"}, "severity"), ({"people_count": -3}, "people_count")],
)
async def test_an_incident_that_does_not_hold_is_quarantined_with_its_field(
    territory: Territory, phone_of: NewPhone, wrong: dict[str, Any], field: str
) -> None:
    (outcome,) = await phone_of(territory["community"]).push(incident(**wrong))
    assert outcome["outcome"] == "quarantined"
    assert [e["field"] for e in outcome["problem"]["errors"]] == [field]


async def test_another_persons_incident_id_is_not_taken_over(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    op = incident()
    await phone_of(territory["other_community"]).push(op)
    (outcome,) = await phone_of(territory["community"]).push(incident(entity_id=op.entity_id))
    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "entity_id_taken")
    assert (await row(owner, "incidents", op.entity_id))["person_id"] == territory["other_community"].id


# ---- breaks


async def test_a_break_has_its_beginning_and_its_end_in_whatever_order_they_come(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    me = territory["community"]
    began, over = days_ago(0.2), days_ago(0.1)
    for turned in (False, True):
        patrol = await make_patrol(owner, me, [])
        first = pause(patrol, captured_at=began)
        second = resume(patrol, first.entity_id, captured_at=over)
        phone = phone_of(me)
        outcomes = [(await phone.push(op))[0]["outcome"] for op in ([second, first] if turned else [first, second])]
        assert outcomes == (["waiting_for_parent", "applied"] if turned else ["applied", "applied"])
        stored = await row(owner, "patrol_pauses", first.entity_id)
        assert (stored["paused_at"], stored["resumed_at"], stored["patrol_id"]) == (began, over, patrol)


async def test_a_break_sent_again_and_the_earliest_word_of_its_end_count_once(
    owner: Owner, territory: Territory, phone_of: NewPhone
) -> None:
    me = territory["community"]
    patrol = await make_patrol(owner, me, [])
    phone, first = phone_of(me), pause(patrol, captured_at=days_ago(0.3))
    early, late = days_ago(0.2), days_ago(0.1)
    await phone.push(first, resume(patrol, first.entity_id, captured_at=late), resume(patrol, first.entity_id, captured_at=early))
    assert (await phone.push(first))[0]["outcome"] == "duplicate"
    assert (await row(owner, "patrol_pauses", first.entity_id))["resumed_at"] == early
    assert await owner.fetchval("select count(*) from patrol_pauses") == 1


async def test_a_break_of_somebody_elses_patrol_is_quarantined(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    patrol = await make_patrol(owner, territory["other_community"], [await make_employer(owner, EAST_SOUTH_2)])
    op = pause(patrol)
    await phone_of(territory["other_community"]).push(op)
    outcomes = await phone_of(territory["community"]).push(pause(patrol), resume(patrol, op.entity_id))
    assert [o["problem"]["type"] for o in outcomes] == ["patrol_not_yours"] * 2
    assert (await row(owner, "patrol_pauses", op.entity_id))["resumed_at"] is None


# ---- tracks

# some 89 m a step to the east, one wobble of 9 m in between
WALK = [(0, 119.1000, 36.7, 10), (60, 119.1010, 36.7, 12), (120, 119.1011, 36.7, 9), (180.5, 119.1020, 36.7, 15)]


async def test_a_stretch_is_a_line_in_time_and_standing_still_adds_nothing(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = territory["community"]
    patrol = await make_patrol(owner, me, [])
    began = (utc_now() - timedelta(minutes=20)).replace(microsecond=0)
    op = track(patrol, WALK, began, offset_ms=5_000)
    _, outcome = await phone_of(me).push(start(patrol), op)
    assert (outcome["outcome"], outcome["flags"]) == ("applied", [])
    stored = await owner.fetchrow(
        """select ST_GeometryType(geom) as kind, ST_Zmflag(geom) as zm, ST_M(ST_StartPoint(geom)) as first, ST_M(ST_EndPoint(geom)) as last,
                  ST_Length(geom::geography) as length_m, * from tracks where id = $1""",
        op.entity_id,
    )
    true_start = began + timedelta(seconds=5)
    assert (stored["kind"], stored["zm"], stored["accuracies_m"]) == ("ST_LineString", 1, [10, 12, 9, 15])
    assert (stored["begins_at"], stored["ends_at"]) == (true_start, true_start + timedelta(seconds=180.5))
    assert stored["first"] == pytest.approx(true_start.timestamp()) and stored["last"] - stored["first"] == pytest.approx(180.5)
    assert stored["walked_m"] == pytest.approx(stored["length_m"], rel=0.01) == pytest.approx(178.6, abs=2)
    assert stored["grid_path"] == (await row(owner, "patrols", patrol))["grid_path"]


async def test_a_stretch_sent_twice_is_one_and_waits_for_its_patrol(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = territory["community"]
    patrol = await make_patrol(owner, me, [])
    phone, op = phone_of(me), track(patrol, WALK)
    assert [(await phone.push(op))[0]["outcome"] for _ in range(2)] == ["applied", "duplicate"]
    assert (await phone.push(track(new_id(), WALK)))[0]["outcome"] == "waiting_for_parent"
    assert await owner.fetchval("select count(*) from tracks") == 1


async def test_nobodys_way_is_kept_under_anothers_patrol(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    patrol = await make_patrol(owner, territory["other_community"], [await make_employer(owner, EAST_SOUTH_2)])
    (outcome,) = await phone_of(territory["community"]).push(track(patrol, WALK))
    assert (outcome["outcome"], outcome["problem"]["type"]) == ("quarantined", "patrol_not_yours")
    assert await owner.fetchval("select count(*) from tracks") == 0


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ([WALK[0]], "points"),
        ([(0, 119.1, 36.7, 10), (10, 219.1, 36.7, 10)], "points"),
        ([(0, 119.1, 36.7, 10), (10, 119.1, 36.7, -1)], "points"),
        ([(10, 119.1, 36.7, 10), (5, 119.1, 36.7, 10)], "points"),
        ([(0, 119.1, 36.7, 10), (90_000, 119.1, 36.7, 10)], "points"),
        ([(i, 119.1, 36.7, 10) for i in range(301)], "points"),
        ([(0, 119.1, 36.7, 10), (10, 119.1, 36.7)], "points[1]"),
    ],
    ids=["one point", "off the earth", "negative accuracy", "back in time", "longer than a day", "too many", "not four numbers"],
)
async def test_a_stretch_that_cannot_be_is_quarantined_with_its_field(
    owner: Owner, territory: Territory, phone_of: NewPhone, points: list[Any], field: str
) -> None:
    patrol = await make_patrol(owner, territory["community"], [])
    (outcome,) = await phone_of(territory["community"], language="en").push(track(patrol, points))
    assert outcome["outcome"] == "quarantined"
    assert [e["field"] for e in outcome["problem"]["errors"]] == [field]
    assert await owner.fetchval("select count(*) from tracks") == 0


async def test_a_stretch_of_another_year_is_quarantined(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    patrol = await make_patrol(owner, territory["community"], [])
    (outcome,) = await phone_of(territory["community"]).push(track(patrol, WALK, days_ago(400)))
    assert [e["field"] for e in outcome["problem"]["errors"]] == ["began_at"]


async def test_a_whole_day_with_breaks_and_tracks_is_applied_in_one_push(owner: Owner, territory: Territory, phone_of: NewPhone) -> None:
    me = territory["community"]
    employer = await make_employer(owner, WEST_NORTH_1)
    patrol = await make_patrol(owner, me, [employer], path=WEST_NORTH)
    rest = pause(patrol)
    ops = [start(patrol), track(patrol, WALK), rest, resume(patrol, rest.entity_id), talk(employer, patrol_id=patrol),
           incident(employer_id=employer), track(patrol, WALK), finish(patrol)]  # fmt: skip
    assert {o["outcome"] for o in await phone_of(me).push(*ops)} == {"applied"}
