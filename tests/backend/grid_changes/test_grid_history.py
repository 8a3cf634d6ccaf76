"""The grids on a day, a grid's states, and the grid that an employer lay in on a day."""

from datetime import timedelta
from typing import Any

from factories import WEST_NORTH, WEST_NORTH_1, Owner, Territory, make_employer, today
from fixture_types import Client

from wangge.core.ids import new_id

CUT = [[119.12, 36.95], [119.12, 36.65]]


async def _cut_yesterday(owner: Owner, territory: Territory, client: Client) -> dict[str, Any]:
    """A split that was made two days ago, as far as the records say."""
    body = {"kind": "split", "grid_id": str(territory.grids[WEST_NORTH_1]), "line": CUT, "names": ["东片"]}
    made: dict[str, Any] = (await client(territory["county"]).post("/api/grid-changes", json=body)).json()
    async with owner.transaction():
        for table, column in (("grid_versions", "valid_to"), ("grid_versions", "valid_from"), ("employer_moves", "moved_at")):
            await owner.execute(f"update {table} set {column} = {column} - interval '2 days' where {column} > now() - interval '1 hour'")
    return made


async def test_the_grids_of_a_day_are_those_when_it_ended(owner: Owner, territory: Territory, client: Client) -> None:
    await make_employer(owner, position=(119.05, 36.8))
    await make_employer(owner, position=(119.15, 36.8))
    await owner.execute("update employers set registered_at = now() - interval '9 days'")
    made = await _cut_yesterday(owner, territory, client)
    await make_employer(owner, position=(119.16, 36.8))
    http = client(territory["county"])
    parent = {"parent_id": str(territory.grids[WEST_NORTH])}

    async def on(days_ago: int) -> list[tuple[str, int]]:
        answer = await http.get("/api/grids", params=parent | {"on": (today() - timedelta(days=days_ago)).isoformat()})
        assert answer.status_code == 200, answer.text
        return [(g["code"], g["employers"]) for g in answer.json()["items"]]

    assert await on(3) == [("370702001001", 2), ("370702001002", 0)]
    assert await on(2) == [("370702001001", 1), ("370702001001002", 1), ("370702001002", 0)]
    assert await on(0) == [("370702001001", 1), ("370702001001002", 2), ("370702001002", 0)]
    assert await on(10_000) == []
    whole = await http.get(f"/api/grids/{territory.grids[WEST_NORTH_1]}", params={"on": (today() - timedelta(days=3)).isoformat()})
    now = await http.get(f"/api/grids/{territory.grids[WEST_NORTH_1]}")
    assert whole.json()["area_km2"] > now.json()["area_km2"]
    new = next(g["id"] for g in made["summary"]["grids"] if g["fate"] == "new")
    assert (await http.get(f"/api/grids/{new}", params={"on": (today() - timedelta(days=3)).isoformat()})).status_code == 404


async def test_a_grid_tells_every_state_it_has_had_and_who_made_it(owner: Owner, territory: Territory, client: Client) -> None:
    made = await _cut_yesterday(owner, territory, client)
    http = client(territory["street"])

    page = (await http.get(f"/api/grids/{territory.grids[WEST_NORTH_1]}/history")).json()

    assert [(s["change_id"], s["change_kind"], s["valid_to"] is None) for s in page["items"]] == [
        (made["id"], "split", True), (None, None, False),
    ]  # fmt: skip
    assert page["items"][0]["valid_from"] == page["items"][1]["valid_to"]
    assert (await client(territory["other_county"]).get(f"/api/grids/{territory.grids[WEST_NORTH_1]}/history")).status_code == 404
    assert (await http.get(f"/api/grids/{new_id()}/history")).status_code == 404


async def test_which_grid_an_employer_lay_in_on_a_day(owner: Owner, territory: Territory, client: Client) -> None:
    employer = await make_employer(owner, position=(119.15, 36.8))
    stayed = await make_employer(owner, position=(119.05, 36.8))
    made = await _cut_yesterday(owner, territory, client)
    http = client(territory["county"])

    stays = (await http.get(f"/api/employers/{employer}/grids")).json()
    then = (await http.get(f"/api/employers/{employer}/grids", params={"on": (today() - timedelta(days=3)).isoformat()})).json()

    assert [(s["code"], s["change_id"]) for s in stays] == [("370702001001002", made["id"]), ("370702001001", None)]
    assert [s["code"] for s in then] == ["370702001001"]
    assert [(s["code"], s["until"]) for s in (await http.get(f"/api/employers/{stayed}/grids")).json()] == [("370702001001", None)]
    assert (await client(territory["other_county"]).get(f"/api/employers/{employer}/grids")).status_code == 404


async def test_what_is_written_past_the_service_is_remembered_too(owner: Owner, territory: Territory) -> None:
    await owner.execute("update grids set name = '改名' where path = $1::text::ltree", WEST_NORTH_1)

    names = await owner.fetch("select name from grid_versions where grid_id = $1 order by id", territory.grids[WEST_NORTH_1])
    assert [r[0] for r in names] == ["网格370702001001", "改名"]


async def test_the_editor_shows_the_grids_of_a_day_at_full_precision(owner: Owner, territory: Territory, client: Client) -> None:
    await _cut_yesterday(owner, territory, client)
    http = client(territory["county"])

    async def on(**params: str) -> list[tuple[str, str]]:
        answer = await http.get(f"/api/grids/{territory.grids[WEST_NORTH]}/editing", params=params)
        assert answer.status_code == 200, answer.text
        return [(f["properties"]["code"], f["properties"]["role"]) for f in answer.json()["features"]]

    before = [("370702001", "parent"), ("370702001001", "child"), ("370702001002", "child")]
    after = [*before[:2], ("370702001001002", "child"), before[2]]
    assert await on(on=(today() - timedelta(days=3)).isoformat()) == before
    assert await on(on=(today() - timedelta(days=2)).isoformat()) == after
    assert await on() == after
    early = await http.get(f"/api/grids/{territory.grids[WEST_NORTH]}/editing", params={"on": "1999-01-01"})
    assert early.status_code == 404
