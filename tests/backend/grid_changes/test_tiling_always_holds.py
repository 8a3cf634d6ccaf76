"""Whatever is done to the grids, in whatever order: they tile to the last bit, and every employer lies in exactly one."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from factories import (
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH,
    Owner,
    Territory,
    make_employer,
    make_grid,
    untiled,
)
from fixture_types import Client
from ground import assert_all_tile, employers_of
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

URL = "/api/grid-changes"
lon = st.integers(1_189_500_000, 1_194_500_000).map(lambda n: n / 1e7)
lat = st.integers(366_500_000, 369_500_000).map(lambda n: n / 1e7)
# Corners, points on borders, and points anywhere: a new border likes to end where an old one does.
special = st.tuples(st.sampled_from([119.0, 119.1, 119.2, 119.3, 119.4]), st.sampled_from([36.7, 36.75, 36.8, 36.9]))
point = st.one_of(st.tuples(lon, lat), special)
lines = st.lists(point, min_size=2, max_size=5, unique=True)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("split"), st.integers(0, 50), lines),
        st.tuples(st.just("merge"), st.integers(0, 50), st.integers(0, 50)),
        st.tuples(st.just("move_boundary"), st.integers(0, 50), lines),
        st.tuples(st.just("reshape"), st.integers(0, 50), st.tuples(st.integers(0, 20), point)),
        st.tuples(st.just("draw"), st.integers(0, 0), st.tuples(point, st.sampled_from([0.003, 0.02, 0.05]))),
        st.tuples(st.just("street_border"), st.integers(0, 0), st.floats(-0.02, 0.02)),
        st.tuples(st.just("undo"), st.integers(0, 50), st.none()),
    ),
    min_size=1,
    max_size=5,
)

Grid = dict[str, Any]
StartOver = Callable[[], Awaitable[Territory]]
SHAPES = "select id, name, ST_AsBinary(geom) from grids where valid_to is null order by id"


async def _grids(owner: Owner) -> list[Grid]:
    """The communities of the street at work on, as they are."""
    rows = await owner.fetch(
        "select id::text, ST_AsGeoJSON(geom, 15) as geom from grids where valid_to is null and parent_id = "
        "(select id from grids where path = $1::text::ltree) order by code", WEST_NORTH,
    )  # fmt: skip
    return [{"id": r["id"], "rings": json.loads(r["geom"])["coordinates"][0]} for r in rows]


def _command(step: tuple[Any, ...], grids: list[Grid], territory: Territory) -> dict[str, Any] | None:
    kind, number, more = step
    grid = grids[number % len(grids)]
    other = grids[(number + 1) % len(grids)]
    match kind:
        case "split":
            return {"kind": kind, "grid_id": grid["id"], "line": more}
        case "merge":
            third = grids[more % len(grids)]
            ids = [grid["id"], third["id"]]
            return {"kind": kind, "grid_ids": ids, "keep_id": ids[more % 2]} if ids[0] != ids[1] else None
        case "move_boundary":
            return {"kind": kind, "grid_ids": [grid["id"], other["id"]], "line": more} if grid is not other else None
        case "reshape":
            at, (x, y) = more
            rings = json.loads(json.dumps(grid["rings"]))
            at %= len(rings[0]) - 1
            rings[0][at] = [x, y]
            rings[0][-1] = rings[0][0]
            return {"kind": kind, "grid_id": grid["id"], "polygon": {"type": "Polygon", "coordinates": rings}}
        case "draw":
            (x, y), half = more
            ring = [[x - half, y - half], [x + half, y - half / 2], [x + half / 3, y + half], [x - half, y - half]]
            return {
                "kind": kind,
                "parent_id": str(territory.grids[WEST_NORTH]),
                "name": "新",
                "polygon": {"type": "Polygon", "coordinates": [ring]},
            }
        case "street_border":
            ids = [str(territory.grids[WEST_NORTH]), str(territory.grids[WEST_SOUTH])]
            return {
                "kind": "move_boundary",
                "grid_ids": ids,
                "line": [[118.95, 36.7 + more], [119.2, 36.7 + more / 2], [119.45, 36.7 - more]],
            }
    return None


async def _employers_everywhere(owner: Owner) -> None:
    """Employers on corners and borders, and a few inside."""
    for x in (119.0, 119.1, 119.2, 119.3, 119.4):
        for y in (36.7, 36.75, 36.8, 36.9):
            await make_employer(owner, position=(x, y))
    for n in range(12):
        await make_employer(owner, position=(119.0 + (n * 0.0731) % 0.4, 36.7 + (n * 0.0317) % 0.2))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(todo=steps)
async def test_random_changes_keep_the_tiling_exact_and_every_employer_in_one_grid(
    owner: Owner, start_over: StartOver, client: Client, todo: list[tuple[Any, ...]]
) -> None:
    territory = await start_over()
    async with owner.transaction():
        await _employers_everywhere(owner)
    http = client(territory["county"])
    employers, shapes = await employers_of(owner), await owner.fetch(SHAPES)
    made: list[str] = []
    for step in todo:
        if step[0] == "undo":
            if made:
                assert (await http.post(f"{URL}/{made.pop()}/undo")).status_code == 200
        elif command := _command(step, await _grids(owner), territory):
            answer = await http.post(URL, json=command)
            assert answer.status_code in (201, 422), answer.text
            made += [answer.json()["id"]] if answer.status_code == 201 else []
            event(f"{step[0]}: {'made' if answer.status_code == 201 else answer.json()['errors'][0]['code']}")
        await assert_all_tile(owner)
    # and back again, the last first: everything is where it was
    for change in reversed(made):
        answer = await http.post(f"{URL}/{change}/undo")
        assert answer.status_code == 200, answer.text
        await assert_all_tile(owner)
    assert await employers_of(owner) == employers
    assert await owner.fetch(SHAPES) == shapes


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("a border that moves on one side only", "update grids set geom = ST_Translate(geom, 0.01, 0) where path = $1::text::ltree"),
        ("a grid that ends and leaves a hole", "update grids set valid_to = current_date where path = $1::text::ltree"),
        ("a vertex that the neighbours do not have", "update grids set geom = ST_Segmentize(geom, 0.15) where path = $1::text::ltree"),
        ("a grid that is taken out of its parent", "update grids set parent_id = null where path = $1::text::ltree"),
        ("a grid that is deleted", "delete from grids where path = $1::text::ltree"),
    ],
)
async def test_not_even_the_owner_can_leave_a_gap_or_an_overlap(what: str, statement: str, owner: Owner, territory: Territory) -> None:
    for table in ("grid_versions", "sessions", "accounts", "certificates", "people_private", "duties", "appointments", "people", "units"):
        await owner.execute(f"delete from {table}")

    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await owner.execute(statement, WEST_NORTH_1)

    assert refused.value.constraint_name == "ck_grids_tile_parent", what
    await assert_all_tile(owner)


async def test_an_overlapping_grid_is_refused_when_it_commits_not_before(owner: Owner, territory: Territory) -> None:
    transaction = owner.transaction()
    await transaction.start()
    await make_grid(owner, f"{WEST_NORTH}.370702001009", (119.0, 36.7, 119.1, 36.8))
    with pytest.raises(asyncpg.CheckViolationError):
        await transaction.commit()
    assert await owner.fetchval("select count(*) from grids where code = '370702001009'") == 0


async def test_two_halves_of_a_move_in_one_transaction_are_judged_together(owner: Owner, territory: Territory) -> None:
    async with owner.transaction():
        moved = "update grids set geom = ST_Multi(ST_GeomFromText($2, 4326)) where path = $1::text::ltree"
        await owner.execute(moved, WEST_NORTH_1, "POLYGON((119 36.7,119.2 36.7,119.25 36.8,119.2 36.9,119 36.9,119 36.7))")
        await owner.execute(moved, WEST_NORTH_2, "POLYGON((119.2 36.7,119.4 36.7,119.4 36.9,119.2 36.9,119.25 36.8,119.2 36.7))")

    await assert_all_tile(owner)


async def test_a_report_names_gaps_and_overlaps_with_their_size(owner: Owner, territory: Territory, client: Client) -> None:
    whole = await client(territory["county"]).get(f"/api/grids/{territory.grids[WEST_NORTH]}/tiling")
    assert whole.json() == {"ok": True, "total": 0, "faults": []}
    async with untiled(owner):
        shape = "POLYGON((119 36.7,119.15 36.7,119.25 36.9,119 36.9,119 36.7))"
        await owner.execute("update grids set geom = ST_Multi(ST_GeomFromText($2, 4326)) where path = $1::text::ltree", WEST_NORTH_1, shape)

    report = (await client(territory["county"]).get(f"/api/grids/{territory.grids[WEST_NORTH]}/tiling")).json()

    assert (report["ok"], report["total"]) == (False, 2)
    assert {f["kind"]: len(f["names"]) for f in report["faults"]} == {"gap": 0, "overlap": 2}
    for fault in report["faults"]:
        assert fault["area_m2"] == pytest.approx(0.05 * 0.1 / 2 * 111_000 * 89_150, rel=0.02)
        assert fault["geom"]["type"] == "Polygon"
    assert (await client(territory["other_county"]).get(f"/api/grids/{territory.grids[WEST_NORTH]}/tiling")).status_code == 404


async def test_small_faults_are_mended_and_large_ones_are_not(owner: Owner, territory: Territory, client: Client) -> None:
    await _employers_everywhere(owner)
    async with untiled(owner):
        shape = "POLYGON((119 36.7,119.1999 36.7,119.2001 36.9,119 36.9,119 36.7))"
        await owner.execute("update grids set geom = ST_Multi(ST_GeomFromText($2, 4326)) where path = $1::text::ltree", WEST_NORTH_1, shape)
    body = {"kind": "mend", "parent_id": str(territory.grids[WEST_NORTH])}
    http = client(territory["county"])

    refused = await http.post(URL, json={**body, "mend_m2": 100})
    assert refused.json()["errors"][0]["code"] == "not_tiling"
    answer = await http.post(URL, json={**body, "mend_m2": 100_000})

    assert answer.status_code == 201, answer.text
    await assert_all_tile(owner)


async def test_on_ground_that_does_not_tile_no_change_goes_through(owner: Owner, territory: Territory, client: Client) -> None:
    async with untiled(owner):
        shape = "POLYGON((119 36.7,119.19 36.7,119.19 36.9,119 36.9,119 36.7))"
        await owner.execute("update grids set geom = ST_Multi(ST_GeomFromText($2, 4326)) where path = $1::text::ltree", WEST_NORTH_1, shape)

    for language, sentence in (("zh-CN", "没有保存"), ("en", "nothing was saved")):
        body = {"kind": "split", "grid_id": str(territory.grids[WEST_NORTH_2]), "line": [[119.3, 37], [119.3, 36]]}
        answer = await client(territory["county"], language=language).post(URL, json=body)
        assert (answer.status_code, answer.json()["type"]) == (409, "grids_do_not_tile")
        assert sentence in answer.json()["detail"]
    assert await owner.fetchval("select count(*) from grid_changes") == 0
