"""Changing the grids over HTTP: split, merge, move a border, reshape, draw, rename, undo; what follows, and what is refused."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    EAST,
    EAST_NORTH_1,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    WEST_NORTH_2,
    WEST_SOUTH,
    WEST_SOUTH_1,
    Owner,
    Someone,
    Territory,
    make_employer,
    make_patrol,
    make_policy,
    make_visit,
    today,
)
from fixture_types import Acting, Client
from ground import assert_all_tile, employers_of, grid_of
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from wangge.core.clock import utc_now
from wangge.core.ids import new_id

URL = "/api/grid-changes"
DOWN_THE_MIDDLE = [[119.1, 36.95], [119.1, 36.65]]


def split_of(territory: Territory, path: str = WEST_NORTH_1, line: list[list[float]] | None = None, **more: Any) -> dict[str, Any]:
    return {"kind": "split", "grid_id": str(territory.grids[path]), "line": line or DOWN_THE_MIDDLE, **more}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


async def make(client: Client, someone: Someone, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client(someone).post(URL, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_split_keeps_the_largest_piece_and_numbers_the_others(owner: Owner, territory: Territory, client: Client) -> None:
    west = await make_employer(owner, position=(119.05, 36.8))
    east = await make_employer(owner, position=(119.15, 36.8))
    on_the_cut = await make_employer(owner, position=(119.12, 36.8))
    visit = await make_visit(owner, territory["community"], east)
    line = [[119.12, 36.95], [119.12, 36.65]]

    made = await make(client, territory["county"], split_of(territory, line=line, names=["东片"]))

    assert [(g["code"], g["name"], g["fate"]) for g in made["summary"]["grids"] if g["fate"] != "noded"] == [
        ("370702001001", "网格370702001001", "kept"), ("370702001001002", "东片", "new"),
    ]  # fmt: skip
    assert made["summary"]["employers_moved"] == 1
    assert await grid_of(owner, west) == WEST_NORTH_1
    assert await grid_of(owner, east) == f"{WEST_NORTH}.370702001001002"
    assert await grid_of(owner, on_the_cut) == WEST_NORTH_1  # on the line: the lower code
    assert await owner.fetchval("select grid_path::text from visits where id = $1", visit) == f"{WEST_NORTH}.370702001001002"
    owners = await owner.fetch("select person_id from duties d join grids g on g.id = d.grid_id where g.code = '370702001001002'")
    assert [r[0] for r in owners] == [territory["community"].id]
    assert len(made["before"]["features"]) == 1
    assert len(made["after"]["features"]) == 2
    await assert_all_tile(owner)


async def test_neighbours_of_every_level_get_the_vertices_where_a_border_ends(owner: Owner, territory: Territory, client: Client) -> None:
    made = await make(client, territory["county"], split_of(territory, WEST_NORTH_2, [[119.1, 36.8], [119.5, 36.85]]))

    noded = {g["code"] for g in made["summary"]["grids"] if g["fate"] == "noded"}
    assert noded == {"370702", "370702001", "370702001001"}  # in scope; beyond the border:
    beyond = await owner.fetch(
        "select g.path::text from grid_versions v join grids g on g.id = v.grid_id "
        "where v.opened_by = $1 and not g.path <@ $2::text::ltree",
        UUID(made["id"]), WEST,
    )  # fmt: skip
    assert {r[0] for r in beyond} == {EAST, f"{EAST}.370703001", EAST_NORTH_1}
    await assert_all_tile(owner)


async def test_a_merge_moves_everything_to_the_grid_that_stays(owner: Owner, territory: Territory, client: Client) -> None:
    placed = await make_employer(owner, WEST_NORTH_2)
    declared = await make_employer(owner, WEST_NORTH_2, position=None)
    patrol = await make_patrol(owner, territory.people[f"owner_of:{WEST_NORTH_2}"], [placed], path=WEST_NORTH_2)
    body = {"kind": "merge", "grid_ids": [str(territory.grids[p]) for p in (WEST_NORTH_1, WEST_NORTH_2)],
            "keep_id": str(territory.grids[WEST_NORTH_1]), "name": "北片"}  # fmt: skip

    made = await make(client, territory["county"], body)

    assert {await grid_of(owner, e) for e in (placed, declared)} == {WEST_NORTH_1}
    assert await owner.fetchval("select grid_path::text from patrols where id = $1", patrol) == WEST_NORTH_1
    assert await owner.fetchval("select name from grids where path = $1::text::ltree", WEST_NORTH_1) == "北片"
    assert await owner.fetchval("select valid_to from grids where path = $1::text::ltree", WEST_NORTH_2) == today()
    assert await owner.fetchval("select valid_to from duties where grid_path = $1::text::ltree", WEST_NORTH_2) == today()
    assert await owner.fetchval("select grid_path::text from units where id = $1", territory.units[WEST_NORTH_2]) == WEST_NORTH_1
    assert made["summary"]["employers_moved"] == 2
    await assert_all_tile(owner)


async def test_a_moved_border_ends_where_the_old_one_did(owner: Owner, territory: Territory, client: Client) -> None:
    east = await make_employer(owner, position=(119.24, 36.8))
    grids = [str(territory.grids[p]) for p in (WEST_NORTH_1, WEST_NORTH_2)]
    line = [[119.2001, 36.9001], [119.25, 36.8], [119.2, 36.6999]]

    made = await make(client, territory["county"], {"kind": "move_boundary", "grid_ids": grids, "line": line})

    assert await grid_of(owner, east) == WEST_NORTH_1
    assert {g["fate"] for g in made["summary"]["grids"]} == {"kept"}  # both ends snapped: no neighbour got a vertex
    await assert_all_tile(owner)


async def test_the_border_of_two_streets_is_that_of_their_communities(owner: Owner, territory: Territory, client: Client) -> None:
    moved = await make_employer(owner, position=(119.1, 36.71))
    grids = [str(territory.grids[p]) for p in (WEST_NORTH, WEST_SOUTH)]
    line = [[119.0, 36.7], [119.1, 36.72], [119.4, 36.7]]

    made = await make(client, territory["county"], {"kind": "move_boundary", "grid_ids": grids, "line": line})

    assert await grid_of(owner, moved) == WEST_SOUTH_1
    assert {g["level"] for g in made["summary"]["grids"] if g["fate"] == "kept"} == {3, 4}
    await assert_all_tile(owner)


async def test_a_reshaped_grid_takes_from_its_siblings_and_gives_to_them(owner: Owner, territory: Territory, client: Client) -> None:
    won = await make_employer(owner, position=(119.21, 36.8))
    outline = {
        "type": "Polygon",
        "coordinates": [[[119.0, 36.7], [119.2, 36.7], [119.23, 36.8], [119.2, 36.9], [119.0, 36.9], [119.0, 36.7]]],
    }

    await make(client, territory["county"], {"kind": "reshape", "grid_id": str(territory.grids[WEST_NORTH_1]), "polygon": outline})

    assert await grid_of(owner, won) == WEST_NORTH_1
    await assert_all_tile(owner)


async def test_a_new_grid_is_drawn_out_of_its_siblings(owner: Owner, territory: Territory, client: Client) -> None:
    inside = await make_employer(owner, position=(119.2, 36.8))  # on the border of two, and inside the new one
    body = {"kind": "draw", "parent_id": str(territory.grids[WEST_NORTH]), "polygon": square(119.15, 36.75, 119.25, 36.85), "name": "中片"}

    made = await make(client, territory["county"], body)

    (new,) = [g for g in made["summary"]["grids"] if g["fate"] == "new"]
    assert await grid_of(owner, inside) == f"{WEST_NORTH}.{new['code']}"
    await assert_all_tile(owner)


async def test_a_rename_touches_nothing_else(owner: Owner, territory: Territory, client: Client) -> None:
    body = {"kind": "rename", "grid_id": str(territory.grids[WEST_NORTH_1]), "name": " 新名 "}

    made = await make(client, territory["county"], body)

    assert [(f["properties"]["name"]) for f in made["before"]["features"] + made["after"]["features"]] == ["网格370702001001", "新名"]


async def test_an_undo_puts_everything_back(owner: Owner, territory: Territory, client: Client) -> None:
    placed = await make_employer(owner, WEST_NORTH_2)
    declared = await make_employer(owner, WEST_NORTH_2, position=None)
    grids = "select id, code, name, valid_to, ST_AsText(geom) from grids order by id"
    before = [tuple(r) for r in await owner.fetch(grids)]
    duties = await owner.fetch("select id, valid_to from duties order by id")
    http = client(territory["county"])
    merged = await make(
        client, territory["county"],
        {"kind": "merge", "grid_ids": [str(territory.grids[p]) for p in (WEST_NORTH_1, WEST_NORTH_2)],
         "keep_id": str(territory.grids[WEST_NORTH_1])},
    )  # fmt: skip
    cut = await make(client, territory["county"], split_of(territory, line=[[119.1, 36.95], [119.1, 36.65]]))

    refused = await http.post(f"{URL}/{merged['id']}/undo")
    assert (refused.status_code, refused.json()["type"]) == (409, "changed_since")
    assert [c["id"] for c in refused.json()["changes"]] == [cut["id"]]
    looked = await http.post(f"{URL}/{cut['id']}/undo", params={"dry_run": "true"})
    assert looked.json()["ok"] is True
    for change in (cut, merged):
        answer = await http.post(f"{URL}/{change['id']}/undo")
        assert answer.status_code == 200, answer.text
        await assert_all_tile(owner)

    after = [tuple(r) for r in await owner.fetch(grids)]
    assert [r for r in after if r[3] is None] == before
    assert {await grid_of(owner, e) for e in (placed, declared)} == {WEST_NORTH_2}
    assert await owner.fetchval("select grid_path::text from units where id = $1", territory.units[WEST_NORTH_2]) == WEST_NORTH_2
    now = {r["id"]: r["valid_to"] for r in await owner.fetch("select id, valid_to from duties")}
    assert {r["id"]: r["valid_to"] for r in duties} == {i: now[i] for i in (r["id"] for r in duties)}
    again = await http.post(f"{URL}/{cut['id']}/undo")
    assert again.json()["type"] == "already_undone"


async def test_a_preview_tells_what_the_change_then_does(owner: Owner, territory: Territory, client: Client) -> None:
    moving = [await make_employer(owner, position=(119.15, 36.75 + n / 100)) for n in range(3)]
    await make_employer(owner, position=(119.02, 36.8))
    await make_patrol(owner, territory["community"], moving[:1])
    http = client(territory["county"])
    body = split_of(territory, names=["东片"], line=[[119.12, 36.95], [119.12, 36.65]])
    grids = await employers_of(owner)

    looked = (await http.post(f"{URL}/preview", json=body)).json()

    assert (looked["ok"], looked["problems"], looked["tiling"]["ok"]) == (True, [], True)
    assert (looked["employers"]["moving"], looked["employers"]["staying"]) == (3, 1)
    assert {m["to_name"] for m in looked["employers"]["sample"]} == {"东片"}
    assert looked["patrols"]["open"] == 1
    (owner_of_it,) = looked["people"]
    assert (owner_of_it["name"], owner_of_it["employers_before"], owner_of_it["employers_after"]) == (territory["community"].name, 4, 4)
    assert (len(owner_of_it["grids_before"]), len(owner_of_it["grids_after"])) == (1, 2)
    assert await employers_of(owner) == grids  # nothing was written
    made = await http.post(URL, json={**body, "basis": looked["basis"]})
    assert made.status_code == 201
    assert made.json()["summary"]["employers_moved"] == 3
    assert {(g["code"], g["fate"]) for g in looked["grids"]} == {(g["code"], g["fate"]) for g in made.json()["summary"]["grids"]}


async def test_a_preview_names_the_phones_that_may_have_unsent_work_by_their_last_contact(
    owner: Owner, territory: Territory, client: Client
) -> None:
    her, away = territory["community"], territory["other_community"]
    for person in (her, away):
        device = new_id()
        await owner.execute(
            "insert into devices (id, account_id, name, last_seen_at) values ($1, $2, '', now() - interval '3 days')",
            device,
            person.account_id,
        )
        await owner.execute("update sessions set device_id = $1 where account_id = $2", device, person.account_id)

    looked = (await client(territory["county"]).post(f"{URL}/preview", json=split_of(territory))).json()

    assert [(p["person_id"], p["last_contact_at"] < (utc_now() - timedelta(days=2)).isoformat()) for p in looked["phones"]] == [
        (str(her.id), True)
    ]


async def test_a_change_on_ground_that_has_moved_is_refused_with_what_was_changed(territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    body = split_of(territory)
    looked = (await http.post(f"{URL}/preview", json=body)).json()
    first = await make(client, territory["county"], split_of(territory, line=[[118.9, 36.8], [119.3, 36.8]]))

    refused = await http.post(URL, json={**body, "basis": looked["basis"]})

    assert (refused.status_code, refused.json()["type"]) == (409, "ground_has_moved")
    assert [c["id"] for c in refused.json()["changes"]] == [first["id"]]


REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("a line that does not cut",
     {"kind": "split", "grid_id": WEST_NORTH_1, "line": [[119.1, 36.95], [119.1, 36.8]]}, "line", "line_does_not_cut"),
    ("a line of one point", {"kind": "split", "grid_id": WEST_NORTH_1, "line": [[119.1, 36.8], [119.1, 36.8]]}, "line", "line_invalid"),
    ("a corner too small for a grid",
     {"kind": "split", "grid_id": WEST_NORTH_1, "line": [[118.9999, 36.70015], [119.00015, 36.6999]]}, "line", "grid_too_small"),
    ("grids with grids below",
     {"kind": "split", "grid_id": WEST_NORTH, "line": [[119.1, 37], [119.1, 36]]}, "grid_id", "grid_has_children"),
    ("a stranger's grid", {"kind": "split", "grid_id": EAST_NORTH_1, "line": [[119.5, 37], [119.5, 36]]}, "grid_id", "grid_unknown"),
    ("one's own county's border",
     {"kind": "move_boundary", "grid_ids": [WEST, EAST], "line": [[119.3, 37], [119.3, 36]]}, "grid_ids", "grid_unknown"),
    ("a merge of strangers",
     {"kind": "merge", "grid_ids": [WEST_NORTH_1, WEST_SOUTH_1], "keep_id": WEST_NORTH_1}, "grid_ids", "not_siblings"),
    ("no change", {"kind": "reshape", "grid_id": WEST_NORTH_1, "polygon": square(119.0, 36.7, 119.2, 36.9)}, "polygon", "nothing_changes"),
    ("a bow tie", {"kind": "reshape", "grid_id": WEST_NORTH_1,
                   "polygon": {"type": "Polygon", "coordinates": [[[119, 36.7], [119.2, 36.9], [119.2, 36.7], [119, 36.9], [119, 36.7]]]}},
     "polygon", "polygon_invalid"),
    ("two parts", {"kind": "reshape", "grid_id": WEST_NORTH_1, "polygon": {"type": "MultiPolygon", "coordinates": [
        square(119.0, 36.7, 119.05, 36.9)["coordinates"], square(119.1, 36.7, 119.2, 36.9)["coordinates"]]}}, "polygon", "grid_in_parts"),
    ("a sibling swallowed",
     {"kind": "reshape", "grid_id": WEST_NORTH_1, "polygon": square(119.0, 36.7, 119.4, 36.9)}, "polygon", "grid_would_vanish"),
    ("outside of the parent",
     {"kind": "draw", "parent_id": WEST_NORTH, "polygon": square(120, 36, 120.1, 36.1), "name": "x"}, "polygon", "nothing_changes"),
    ("a blank name", {"kind": "rename", "grid_id": WEST_NORTH_1, "name": " "}, "name", "name_missing"),
    ("nothing to mend", {"kind": "mend", "parent_id": WEST_NORTH, "mend_m2": 10}, "parent_id", "nothing_changes"),
    ("a layer with a gap",
     {"kind": "replace", "parent_id": WEST_NORTH, "features": [{"name": "a", "polygon": square(119.0, 36.7, 119.3, 36.9)}]},
     "features", "not_tiling"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field", "code"), [pytest.param(b, f, c, id=i) for i, b, f, c in REFUSALS])
async def test_what_cannot_be_made_says_why(
    body: dict[str, Any], field: str, code: str, owner: Owner, territory: Territory, client: Client
) -> None:
    def ids(value: Any) -> Any:
        if isinstance(value, list):
            return [ids(v) for v in value]
        return str(territory.grids[value]) if isinstance(value, str) and value in territory.grids else value

    asked = {k: ids(v) for k, v in body.items()}
    looked = await client(territory["county"]).post(f"{URL}/preview", json=asked)
    answer = await client(territory["county"], language="en").post(URL, json=asked)

    assert looked.status_code == 200, looked.text
    assert (looked.json()["ok"], [(p["field"], p["code"]) for p in looked.json()["problems"]]) == (False, [(field, code)])
    assert (answer.status_code, [(e["field"], e["code"]) for e in answer.json()["errors"]]) == (422, [(field, code)])
    assert await owner.fetchval("select count(*) from grid_changes") == 0


async def test_the_city_moves_a_county_border(owner: Owner, territory: Territory, client: Client) -> None:
    moved = await make_employer(owner, position=(119.39, 36.8))
    grids = [str(territory.grids[p]) for p in (WEST, EAST)]

    await make(
        client, territory["city"], {"kind": "move_boundary", "grid_ids": grids, "line": [[119.4, 36.9], [119.38, 36.8], [119.4, 36.5]]}
    )

    assert await grid_of(owner, moved) == EAST_NORTH_1
    await assert_all_tile(owner)


async def test_a_layer_replaces_the_grids_of_a_street(owner: Owner, territory: Territory, client: Client) -> None:
    in_the_gap = await make_employer(owner, position=(119.1000004, 36.8))
    features = [
        {"name": "西", "code": "370702001001", "polygon": square(119.0, 36.7, 119.1, 36.9)},
        {"name": "中", "polygon": square(119.100001, 36.7, 119.25, 36.9)},
        {"name": "东", "polygon": square(119.2499995, 36.7, 119.4, 36.9)},
    ]
    body = {"kind": "replace", "parent_id": str(territory.grids[WEST_NORTH]), "features": features}
    http = client(territory["county"])

    refused = (await http.post(f"{URL}/preview", json={**body, "mend_m2": 1})).json()
    assert {f["kind"] for f in refused["tiling"]["faults"]} == {"gap", "overlap"}
    made = await make(client, territory["county"], {**body, "mend_m2": 5000})

    assert [(g["code"], g["name"], g["fate"]) for g in made["summary"]["grids"] if g["fate"] != "noded"] == [
        ("370702001001", "西", "kept"), ("370702001002", "东", "kept"), ("370702001001002", "中", "new"),
    ]  # fmt: skip
    assert (await grid_of(owner, in_the_gap)).startswith(WEST_NORTH)
    await assert_all_tile(owner)


async def test_the_first_grid_of_an_empty_parent_leaves_a_second_one(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, position=(119.05, 36.8))
    body = {"kind": "draw", "parent_id": str(territory.grids[WEST_NORTH_1]), "polygon": square(119.0, 36.7, 119.1, 36.9), "name": "x"}
    refused = await client(territory["county"]).post(URL, json=body)
    assert refused.json()["errors"][0]["code"] == "grid_unknown"  # nothing lies below a community
    async with owner.transaction():
        for level in (4, 3):
            await owner.execute("update grids set valid_to = current_date where level = $1 and path <@ $2::text::ltree", level, WEST)
        await owner.execute(
            "update employers set grid_id = $1, grid_path = $2::text::ltree, grid_source = 'none'", territory.grids[WEST], WEST
        )

    made = await make(
        client, territory["city"],
        {"kind": "draw", "parent_id": str(territory.grids[WEST]), "polygon": square(119.0, 36.5, 119.2, 36.95), "name": "新街道"},
    )  # fmt: skip

    assert [(g["code"], g["fate"]) for g in made["summary"]["grids"] if g["fate"] == "new"] == [("370702901", "new"), ("370702902", "new")]
    assert await grid_of(owner, employer) == f"{WEST}.370702901"
    await assert_all_tile(owner)


async def test_changes_are_listed_and_bounded_by_the_scope(territory: Territory, client: Client) -> None:
    made = await make(client, territory["county"], split_of(territory))
    found = (await client(territory["county"]).get(URL, params={"grid_id": str(territory.grids[WEST_NORTH_1]), "kind": "split"})).json()
    assert [c["id"] for c in found["items"]] == [made["id"]]
    assert (await client(territory["other_county"]).get(URL)).json()["items"] == []
    assert (await client(territory["other_county"]).get(f"{URL}/{made['id']}")).status_code == 404
    assert (await client(territory["other_county"]).post(f"{URL}/{made['id']}/undo")).status_code == 404
    assert (await client(territory["city"]).get(f"{URL}/{made['id']}")).status_code == 200


async def test_an_editor_gets_every_digit_and_no_more_than_it_can_draw(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    url = f"/api/grids/{territory.grids[WEST_NORTH]}/editing"

    features = (await http.get(url)).json()["features"]
    await make_policy(owner, "grid_editing_features_max", 1)
    refused = await http.get(url)

    assert [(f["properties"]["role"], f["properties"]["code"]) for f in features] == [
        ("parent", "370702001"), ("child", "370702001001"), ("child", "370702001002"),
    ]  # fmt: skip
    stored = await owner.fetchval("select ST_AsGeoJSON(geom, 15) from grids where path = $1::text::ltree", WEST_NORTH_1)
    assert features[1]["geometry"]["coordinates"] == json.loads(stored)["coordinates"]
    assert (refused.status_code, refused.json()["type"], refused.json()["count"]) == (422, "too_many_features", 2)
    assert (await client(territory["other_county"]).get(url)).status_code == 404


APPLY = """
    select apply_grid_change(
        jsonb_build_object('id', gen_random_uuid(), 'kind', 'rename', 'grid_id', cast(:place as uuid), 'summary', '{}'::jsonb),
        array[cast(:grid as uuid)], array[null::bigint], array[cast(:fate as text)], array['x'], array['x'], array[4],
        array[null::uuid], array[ST_AsBinary(ST_GeomFromText(:wkt))], array[null::uuid], array[cast(:heir as uuid)], '{}', '{}', '{}', '{}')
"""
HERE, THERE = "MULTIPOLYGON(((119 36.7,119.2 36.7,119.2 36.9,119 36.9,119 36.7)))", "MULTIPOLYGON(((119 36,120 36,120 37,119 36)))"


@pytest.mark.parametrize(
    ("who", "place", "grid", "fate", "wkt", "heir"),
    [
        ("county", WEST_NORTH, EAST_NORTH_1, "kept", HERE, None),
        ("county", WEST_NORTH, EAST_NORTH_1, "noded", THERE, None),
        ("county", WEST_NORTH, WEST, "kept", HERE, None),
        ("county", EAST, WEST_NORTH_1, "kept", HERE, None),
        ("county", WEST_NORTH, WEST_NORTH_1, "retired", HERE, EAST_NORTH_1),
        ("street", WEST_NORTH, WEST_NORTH_1, "kept", HERE, None),
    ],
)
async def test_the_database_itself_holds_the_line(
    who: str, place: str, grid: str, fate: str, wkt: str, heir: str | None, owner: Owner, territory: Territory, acting: Acting
) -> None:
    values = {"place": territory.grids[place], "grid": territory.grids[grid], "fate": fate, "wkt": wkt,
              "heir": territory.grids[heir] if heir else None}  # fmt: skip
    with pytest.raises(DBAPIError, match=r"outside the acting scope|given vertices|no right to change grids"):
        async with acting(territory[who]) as (db, _):
            await db.execute(text(APPLY), values)
    await assert_all_tile(owner)
