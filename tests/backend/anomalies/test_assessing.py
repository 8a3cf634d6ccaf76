"""From a push to the desk: a day is noted, looked at, kept, concluded on, and looked at again when more comes in."""

import io
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from factories import OF_A_TEST, WEST_NORTH_1, WEST_NORTH_2, Owner, Someone, Territory, make_employer
from fixture_types import Client
from python_calamine import CalamineWorkbook
from sqlalchemy.ext.asyncio import AsyncEngine

from wangge.anomalies.assessing import assess_next
from wangge.core.clock import china_day, day_begins, utc_now
from wangge.core.ids import new_id

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sync"))
from phones import Data, Op, Phone, announce, check_in, visit

HERE, FAR = (119.1, 36.8), (119.3, 36.8)


@pytest.fixture(autouse=True)
async def _at_once(owner: Owner) -> AsyncIterator[None]:
    """Days are looked at without rest."""
    await owner.execute(
        "insert into policies (key, valid_from, value, unit, source) values ('anomaly_wait_s', china_today(), '-1', 's', $1)", OF_A_TEST
    )
    yield


async def assess(engine: AsyncEngine) -> int:
    """Everything due; how many days that was."""
    days = 0
    while await assess_next(engine):
        days += 1
    return days


def bound(lon: float, lat: float, **more: Any) -> Data:
    """What the phone binds: where it was, to ten metres."""
    fix = {"lon": lon, "lat": lat, "accuracy_m": 10.0, "age_s": 0.0, **more}
    return {"server_offset_ms": 0, "position": fix, "network": "4g", "battery": 0.5, "app_version": "0.1.0"}


@pytest.fixture
async def phone(territory: Territory, client: Client) -> Phone:
    return Phone(client(territory["community"]))


@pytest.fixture
async def shop(owner: Owner) -> UUID:
    return await make_employer(owner, WEST_NORTH_1)


def lately() -> datetime:
    """Now; in the first hours of a day in China the end of the day before: what happened up to two hours earlier is of the same day."""
    now = utc_now()
    begun = day_begins(china_day(now))
    return now if now - begun > timedelta(hours=2) else begun - timedelta(minutes=1)


async def two_far_apart(phone: Phone, shop: UUID) -> tuple[Op, Op]:
    """A check-in, and a minute later one 18 km away."""
    began = lately() - timedelta(minutes=30)
    near = check_in(shop, HERE, captured_at=began, binding=bound(*HERE))
    far = check_in(shop, FAR, captured_at=began + timedelta(minutes=1), binding=bound(*FAR))
    assert [o["outcome"] for o in await phone.push(near, far)] == ["applied", "applied"]
    return near, far


async def listed(client: Client, who: Someone, **params: Any) -> list[Data]:
    """What the desk sees."""
    answer = await client(who).get("/api/anomalies", params=params)
    assert answer.status_code == 200, answer.text
    items: list[Data] = answer.json()["items"]
    return items


async def test_an_odd_check_in_comes_to_the_desk_with_what_was_seen(
    phone: Phone, shop: UUID, territory: Territory, client: Client, engine: AsyncEngine
) -> None:
    near, far = await two_far_apart(phone, shop)
    assert await assess(engine) == 1

    (found,) = await listed(client, territory["county"])
    assert (found["subject_kind"], found["subject_id"], found["score"]) == ("check_in", str(far.entity_id), 50)
    assert found["person"]["name"] and found["employer_id"] == str(shop)
    (reason,) = found["reasons"]
    assert (reason["code"], reason["from_id"], reason["seconds"]) == ("teleport", str(near.entity_id), 60)
    assert 17_000 < reason["metres"] < 18_500


async def test_a_day_is_looked_at_once_and_again_when_more_comes_in(phone: Phone, shop: UUID, owner: Owner, engine: AsyncEngine) -> None:
    await two_far_apart(phone, shop)
    assert [await assess(engine), await assess(engine)] == [1, 0]
    await phone.push(visit(shop, captured_at=lately(), binding=bound(*FAR)))
    assert await assess(engine) == 1
    assert await owner.fetchval("select count(*) from anomalies") == 1


async def test_a_day_that_only_rests_is_left_alone(phone: Phone, shop: UUID, owner: Owner, engine: AsyncEngine) -> None:
    await owner.execute("update policies set value = '3600' where key = 'anomaly_wait_s' and source = $1", OF_A_TEST)
    await two_far_apart(phone, shop)
    assert await assess(engine) == 0


async def test_what_came_late_and_explains_it_takes_the_anomaly_away(phone: Phone, shop: UUID, owner: Owner, engine: AsyncEngine) -> None:
    began = lately() - timedelta(minutes=90)
    await phone.push(
        check_in(shop, HERE, captured_at=began, binding=bound(*HERE)),
        # with a clock that ran on: an hour later by the server's time
        check_in(shop, FAR, captured_at=began + timedelta(minutes=1), binding=bound(*FAR)),
    )
    await assess(engine)
    assert await owner.fetchval("select count(*) from anomalies") == 1
    await owner.execute("update policies set value = '100000' where key = 'anomaly_speed_max_kmh'")
    try:
        await phone.push(visit(shop, captured_at=lately(), binding=bound(*FAR)))
        await assess(engine)
    finally:
        await owner.execute("update policies set value = '150' where key = 'anomaly_speed_max_kmh'")
    assert await owner.fetchval("select count(*) from anomalies") == 0


@pytest.mark.parametrize("fix", [{"age_s": 1e300}, {"age_s": -1e300}, {"lat": 4000.0}])
async def test_a_fix_that_no_phone_can_mean_holds_up_no_day(fix: Data, phone: Phone, shop: UUID, owner: Owner, engine: AsyncEngine) -> None:
    odd = bound(*HERE)
    odd["position"] |= fix
    await phone.push(check_in(shop, HERE, binding=bound(*HERE)), visit(shop, binding=odd))
    assert await assess(engine) == 1
    assert await owner.fetchval("select count(*) from anomaly_days_due") == 0


async def photo(
    owner: Owner, phone: Phone, shop: UUID, *, dhash: int | None = None, original: str = "c" * 64, source: str = "camera"
) -> Op:
    """A visit with a photo that has arrived; a fingerprint, when it has one."""
    visited = visit(shop)
    parts = {"copy": {"sha256": f"{new_id().hex}{new_id().hex}", "bytes": 3, "width": 4, "height": 3},
             "original": {"sha256": original, "bytes": 5}}  # fmt: skip
    announced = announce(visited.entity_id, shop, source=source, **parts)
    assert [o["outcome"] for o in await phone.push(visited, announced)] == ["applied", "applied"]
    await owner.execute("update evidence set copy_state = 'stored', thumbnail_state = 'made' where id = $1", announced.entity_id)
    await owner.execute("select keep_photo_hash($1, $2)", announced.entity_id, dhash)
    return announced


async def test_a_photo_used_twice_is_found_wherever_the_first_was_taken(
    phone: Phone, shop: UUID, owner: Owner, territory: Territory, client: Client, engine: AsyncEngine
) -> None:
    elsewhere = await make_employer(owner, territory["other_community"].path)
    first = await photo(owner, Phone(client(territory["other_community"])), elsewhere)
    again = await photo(owner, phone, shop)
    await assess(engine)

    (found,) = await listed(client, territory["county"])
    assert (found["subject_id"], [r["code"] for r in found["reasons"]]) == (str(again.entity_id), ["same_file"])
    assert found["reasons"][0]["as_id"] == str(first.entity_id) and found["visit_id"] and found["has_picture"]


@pytest.mark.parametrize("flipped", [[], [0], [3, 17], [0, 16, 32, 48, 63], [1, 2, 3, 4, 5]])
async def test_a_picture_that_differs_in_a_few_bits_is_found_by_its_quarters(
    flipped: list[int], phone: Phone, shop: UUID, owner: Owner, engine: AsyncEngine
) -> None:
    first_hash = -6_148_914_691_236_517_206  # 0xAAAA...: the sign bit counts too
    other = first_hash
    for bit in flipped:
        other ^= 1 << bit if bit < 63 else -(1 << 63)
    first = await photo(owner, phone, shop, dhash=first_hash, original="1" * 64)
    second = await photo(owner, phone, shop, dhash=other, original="2" * 64)
    await assess(engine)

    rows = await owner.fetch("select subject_id, reasons from anomalies")
    assert [r["subject_id"] for r in rows] == [second.entity_id]
    assert f'"as_id": "{first.entity_id}"' in rows[0]["reasons"] and f'"bits": {len(flipped)}' in rows[0]["reasons"]


async def test_pictures_that_differ_more_and_pictures_of_nothing_are_not_alike(
    phone: Phone, shop: UUID, owner: Owner, engine: AsyncEngine
) -> None:
    for n, dhash in enumerate((0x1234_5678_9ABC_DEF0, 0x1234_5678_9ABC_DEF0 ^ 0b1010_1010_1010_10, None, None)):
        await photo(owner, phone, shop, dhash=dhash, original=f"{n}" * 64)
    await assess(engine)
    assert await owner.fetchval("select count(*) from anomalies") == 0


async def test_a_photo_from_the_gallery_alone_is_kept_but_no_work_item(
    phone: Phone, shop: UUID, owner: Owner, territory: Territory, client: Client, engine: AsyncEngine
) -> None:
    await photo(owner, phone, shop, source="gallery")
    await assess(engine)
    assert await listed(client, territory["county"]) == []
    assert [i["score"] for i in await listed(client, territory["county"], min_score=1)] == [15]
    assert len(await listed(client, territory["county"], min_score=1, reason="gallery")) == 1
    assert await listed(client, territory["county"], min_score=1, reason="teleport") == []


# ---- concluding


async def conclude(client: Client, who: Someone, anomaly: Data, conclusion: str = "explained", **more: Any) -> Any:
    body = {"conclusion": conclusion, "note": "骑车摔坏手机，换机后定位漂移", "version": anomaly["version"], **more}
    return await client(who).post(f"/api/anomalies/{anomaly['id']}/review", json=body)


async def test_a_conclusion_stays_when_the_day_is_looked_at_again_and_falls_when_something_new_shows(
    phone: Phone, shop: UUID, owner: Owner, territory: Territory, client: Client, engine: AsyncEngine
) -> None:
    _, far = await two_far_apart(phone, shop)
    await assess(engine)
    (found,) = await listed(client, territory["county"])
    answer = await conclude(client, territory["county"], found)
    assert (answer.status_code, answer.json()["conclusion"]) == (200, "explained")
    assert answer.json()["reviewed_by"]["id"] == str(territory["county"].id)
    assert await listed(client, territory["county"]) == []
    assert len(await listed(client, territory["county"], status="explained")) == 1

    await phone.push(visit(shop, captured_at=lately(), binding=bound(*FAR)))
    await assess(engine)
    assert await listed(client, territory["county"]) == []

    # three more fixes to the last digit like the far one: another reason
    for minutes in (3, 6, 9):
        moment = lately() - timedelta(minutes=minutes)
        await phone.push(check_in(shop, FAR, captured_at=moment, binding=bound(*FAR)))
    await assess(engine)
    (again,) = await listed(client, territory["county"], reason="teleport")
    assert again["subject_id"] == str(far.entity_id) and {r["code"] for r in again["reasons"]} == {"teleport", "frozen_position"}


async def test_concluding_needs_a_reason_the_present_version_and_another_person(
    phone: Phone, shop: UUID, owner: Owner, territory: Territory, client: Client, engine: AsyncEngine
) -> None:
    await two_far_apart(phone, shop)
    await assess(engine)
    (found,) = await listed(client, territory["county"])
    stale = await conclude(client, territory["county"], found, version=found["version"] + 1)
    assert (stale.status_code, stale.json()["type"]) == (409, "version_stale")
    short = await conclude(client, territory["county"], found, note="")
    assert (short.status_code, short.json()["errors"][0]["field"]) == (422, "note")
    await owner.execute("update anomalies set person_id = $1", territory["county"].id)
    own = await conclude(client, territory["county"], found)
    assert (own.status_code, own.json()["type"]) == (403, "own_anomaly")
    await owner.execute("update anomalies set person_id = $1", territory["community"].id)
    assert (await conclude(client, territory["county"], found, "confirmed")).status_code == 200
    (line,) = await owner.fetch(
        "select details from audit_log where action = 'anomaly_reviewed' and subject_id = $1", UUID(found["subject_id"])
    )
    assert "换机" in line["details"] and "confirmed" in line["details"]


async def test_outside_ones_grids_there_is_no_anomaly(
    phone: Phone, shop: UUID, territory: Territory, client: Client, engine: AsyncEngine
) -> None:
    await two_far_apart(phone, shop)
    await assess(engine)
    (found,) = await listed(client, territory["county"])
    assert await listed(client, territory["other_county"]) == []
    assert (await conclude(client, territory["other_county"], found)).status_code == 404
    assert (await client(territory["community"]).get("/api/anomalies")).status_code == 403


async def test_an_anomaly_moves_with_its_employer(
    phone: Phone, shop: UUID, owner: Owner, territory: Territory, engine: AsyncEngine
) -> None:
    await two_far_apart(phone, shop)
    await assess(engine)
    await owner.execute("update employers set grid_id = g.id, grid_path = g.path from grids g where g.path = $1::text::ltree", WEST_NORTH_2)
    assert await owner.fetchval("select grid_path::text from anomalies") == WEST_NORTH_2


async def test_nobody_learns_of_a_day_that_is_not_due(phone: Phone, shop: UUID, territory: Territory, engine: AsyncEngine) -> None:
    await two_far_apart(phone, shop)
    await assess(engine)
    async with engine.connect() as never_bound:
        rows = await never_bound.exec_driver_sql("select * from anomaly_observations($1, china_today())", (territory["community"].id,))
        assert rows.all() == []


async def test_the_export_holds_the_list(phone: Phone, shop: UUID, territory: Territory, client: Client, engine: AsyncEngine) -> None:
    await two_far_apart(phone, shop)
    await assess(engine)
    answer = await client(territory["county"]).get("/api/anomalies/export.xlsx")
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert table[0][:3] == ["时间", "人员", "记录"] and table[1][2] == "签到" and table[1][6] == "移动过快"
