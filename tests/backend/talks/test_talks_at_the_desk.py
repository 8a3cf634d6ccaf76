"""Talks at the desk: listed by days, grid, topic and word; taken out as a sheet; and the catalogues that they choose from."""

import io
from datetime import timedelta

from factories import EAST_SOUTH_2, WEST_NORTH_1, WEST_NORTH_2, Owner, Territory, make_employer, make_talk, today
from fixture_types import Client
from python_calamine import CalamineWorkbook


async def test_talks_are_listed_by_scope_grid_day_topic_and_word(owner: Owner, territory: Territory, client: Client) -> None:
    me = territory["community"]
    shop = await make_employer(owner, WEST_NORTH_1, name="北关饭店")
    first = await make_talk(owner, me, shop)
    second = await make_talk(owner, me, await make_employer(owner, WEST_NORTH_2), topics=["tips", "dispatch"])
    await make_talk(owner, territory["other_community"], await make_employer(owner, EAST_SOUTH_2))
    http = client(territory["county"])

    async def ids(**params: str) -> list[str]:
        answer = await http.get("/api/talks", params=params)
        assert answer.status_code == 200, answer.text
        return [t["id"] for t in answer.json()["items"]]

    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert set(await ids()) == {str(first), str(second)}
    assert await ids(grid_id=str(territory.grids[WEST_NORTH_2])) == [str(second)]
    assert await ids(topic="dispatch") == [str(second)]
    assert await ids(q="北关") == [str(first)]
    assert await ids(employer_id=str(shop)) == [str(first)]
    assert await ids(since=tomorrow) == [] and len(await ids(until=today().isoformat())) == 2
    assert len((await client(territory["city"]).get("/api/talks")).json()["items"]) == 3


async def test_a_sheet_of_talks_speaks_words_and_is_audited(owner: Owner, territory: Territory, client: Client) -> None:
    await make_talk(owner, territory["community"], await make_employer(owner, WEST_NORTH_1, name="=北关饭店"))
    answer = await client(territory["county"]).get("/api/talks/export.xlsx", params={"topic": "wages"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["单位"], line["主题"], line["资料"], line["人数"]) == ("=北关饭店", "工资支付", "宣传单页 10", 12)
    details = await owner.fetchval(
        "select details::text from audit_log where action = 'talks_exported' and person_id = $1", territory["county"].id
    )
    assert '"rows": 1' in details and '"topic": "wages"' in details


async def test_a_talk_follows_its_employer_to_another_grid(owner: Owner, territory: Territory) -> None:
    employer = await make_employer(owner, WEST_NORTH_1)
    talk_id = await make_talk(owner, territory["community"], employer)
    await owner.execute(
        "update employers set grid_id = g.id, grid_path = g.path from grids g where g.path = $2::text::ltree and employers.id = $1",
        employer, WEST_NORTH_2,
    )  # fmt: skip
    for table, key in (("talks", "id"), ("talk_materials", "talk_id")):
        assert await owner.fetchval(f"select grid_path::text from {table} where {key} = $1", talk_id) == WEST_NORTH_2


async def test_anyone_signed_in_reads_the_catalogues_once(owner: Owner, territory: Territory, client: Client) -> None:
    http = client(territory["community"])
    answer = await http.get("/api/catalogues")
    lists = answer.json()
    assert [w["code"] for w in lists["talk_topics"]][:2] == ["contracts", "wages"]
    assert {"zh": "集体讨薪", "en": "Collective wage dispute"}.items() <= lists["incident_kinds"][0].items()
    assert len(lists["material_kinds"]) == 7
    counties = [row["name"] for row in await owner.fetch("select name from place_names() where level = 2")]
    assert {"山东", *[name.rstrip("市区县") for name in counties]} <= set(lists["place_names"])
    assert [len(name) for name in lists["place_names"]] == sorted((len(name) for name in lists["place_names"]), reverse=True)
    again = await http.get("/api/catalogues", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert await owner.fetchval("select count(*) from talk_topics where source = ''") == 0
