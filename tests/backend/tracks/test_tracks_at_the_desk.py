"""Tracks at the desk: each look is written down, and they go when their days are over."""

from datetime import timedelta

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Territory, make_employer, make_patrol, make_pause, make_track
from fixture_types import Client

from wangge.cluster import ClusterUrls
from wangge.core.clock import utc_now
from wangge.patrols.rules import distance_m
from wangge.tracks.keeping import prune
from wangge.tracks.rules import walked_m


async def test_the_way_of_a_patrol_is_read_with_its_breaks_and_the_look_is_audited(
    owner: Owner, territory: Territory, client: Client
) -> None:
    me = territory["community"]
    patrol = await make_patrol(owner, me, [await make_employer(owner, WEST_NORTH_1)])
    await make_track(owner, me, patrol)
    rest = await make_pause(owner, me, patrol)
    found = (await client(territory["county"]).get(f"/api/patrols/{patrol}/track")).json()
    (stretch,) = found["stretches"]
    assert [p[:3] for p in stretch["points"]] == [[119.1, 36.7, 0], [119.11, 36.7, 600]]
    assert [p[3] for p in stretch["points"]] == [10, 12]
    assert found["walked_m"] == 892
    assert [p["id"] for p in found["pauses"]] == [str(rest)]
    looks = await owner.fetch("select person_id from audit_log where action = 'track_read' and subject_id = $1", patrol)
    assert [r[0] for r in looks] == [territory["county"].id]


async def test_it_is_not_for_others(owner: Owner, territory: Territory, client: Client) -> None:
    far = territory["other_community"]
    patrol = await make_patrol(owner, far, [await make_employer(owner, EAST_SOUTH_2)])
    await make_track(owner, far, patrol)
    assert (await client(territory["county"]).get(f"/api/patrols/{patrol}/track")).status_code == 404
    assert (await client(territory["community"]).get(f"/api/patrols/{patrol}/track")).json()["right"] == "track.read"


async def test_what_is_older_than_the_policy_says_goes(owner: Owner, territory: Territory, database: ClusterUrls) -> None:
    me = territory["community"]
    patrol = await make_patrol(owner, me, [])
    young = await make_track(owner, me, patrol, ended=utc_now() - timedelta(days=89))
    await make_track(owner, me, patrol, ended=utc_now() - timedelta(days=91))
    assert await prune(database.owner) == 1
    assert [r[0] for r in await owner.fetch("select id from tracks")] == [young]


@pytest.mark.parametrize(
    ("points", "metres"),
    [
        ([], 0),
        ([(119.1, 36.7)], 0),
        ([(119.1, 36.7), (119.1002, 36.7), (119.1, 36.7), (119.1002, 36.7)], 0),  # 18 m to and fro: standing still
        ([(119.1, 36.7), (119.1002, 36.7), (119.1004, 36.7), (119.1006, 36.7)], 35.66),  # slow, but away
        ([(119.1, 36.7), (119.11, 36.7), (119.1, 36.7)], 2 * distance_m((119.1, 36.7), (119.11, 36.7))),
    ],
    ids=["nothing", "one point", "jitter", "creeping", "there and back"],
)
def test_metres_are_counted_only_where_she_got_away(points: list[tuple[float, float]], metres: float) -> None:
    assert walked_m(points, 30) == pytest.approx(metres, abs=0.05)
