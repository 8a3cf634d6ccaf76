"""What a first work package weighs: the budget of ``scripts/bench field``, kept by every run of the tests."""

from factories import WEST_NORTH_1, Owner, Territory
from fixture_types import Client
from phones import Phone

EMPLOYERS = 2000
MOST_BYTES = 400 * 1024


async def test_two_thousand_employers_fit_the_budget_of_a_poor_network(owner: Owner, territory: Territory, client: Client) -> None:
    await owner.execute(
        """
        insert into employers (id, name, address, contact_name, contact_phone, employees, position, accuracy_m, position_source, grid_id,
                               grid_path, grid_source, review_state, review_reason, note, version)
        select gen_random_uuid(), '潍坊' || chr(19968 + n * 7 % 5000) || chr(19968 + n % 5000) || '机械有限公司', '测试路' || n || '号',
               '王女士', '0536-' || lpad(n::text, 7, '0'), n % 200,
               ST_SetSRID(ST_MakePoint(119.1 + n * 1e-5, 36.8), 4326), 30, 'map', g.id, g.path, 'position', 'accepted', '', '', 1
        from generate_series(1, $1) n, grids g where g.path = $2::text::ltree
        """,
        EMPLOYERS, WEST_NORTH_1,
    )  # fmt: skip
    phone = Phone(client(territory["community"]))
    wire, is_complete = 0, False
    while not is_complete:
        params = {"limit": 500} | ({"cursor": phone.cursor} if phone.cursor else {})
        answer = await phone.http.get("/api/sync/pull", params=params)
        assert answer.headers.get("content-encoding") == "gzip" or len(answer.content) < 800
        wire += int(answer.headers["content-length"])
        phone.cursor, is_complete = answer.json()["cursor"], answer.json()["up_to_date"]

    assert wire <= MOST_BYTES, f"{wire / 1024:.0f} KB"
