"""Grids whose owner may not work today, or not much longer."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    WEST,
    WEST_NORTH_1,
    WEST_SOUTH,
    WEST_SOUTH_2,
    Owner,
    Territory,
    make_certificate,
    make_duty,
    make_person,
    make_policy,
    today,
)
from fixture_types import Client

IN_THE_OWNERS_WORDS = """
    select d.grid_path, d.id from duties d where $1::date between d.valid_from and coalesce(d.valid_to, 'infinity')
    and {} (select from certificates c join certificate_requirements r on r.certificate_kind = c.kind join people p on p.id = c.person_id
            where p.id = d.person_id and r.person_kind = p.kind and c.issued_on <= $1 and coalesce(c.expires_on, 'infinity') >= $1 + {}
            and coalesce(c.revoked_on, 'infinity') > $1)
"""


def day(offset: int) -> date:
    return today() + timedelta(days=offset)


async def listed(client: Client, territory: Territory, role: str, kind: str, **params: Any) -> list[dict[str, Any]]:
    answer = await client(territory[role]).get(f"/api/gaps/{kind}", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def kinds(client: Client, territory: Territory, role: str = "county") -> dict[str, int]:
    return dict((await client(territory[role]).get("/api/gaps/counts")).json()["kinds"])


async def certify(owner: Owner, person: UUID, **certificate: Any) -> None:
    """Her only certificate from now on."""
    await owner.execute("delete from certificates where person_id = $1", person)
    await make_certificate(owner, person, **certificate)


@pytest.mark.parametrize(
    ("certificate", "uncertified", "expiring"),
    [
        ({}, 0, 0),
        ({"expires_on": -1}, 1, 0),
        ({"expires_on": 0}, 0, 1),
        ({"expires_on": 30}, 0, 1),
        ({"expires_on": 31}, 0, 0),
        ({"revoked_on": 0}, 1, 0),
        ({"revoked_on": 1}, 0, 0),
        ({"issued_on": 1}, 1, 0),
        ({"kind": "enforcement_certificate"}, 1, 0),
    ],
)
async def test_a_certificate_covers_its_days_and_its_kind_of_person(
    certificate: dict[str, Any], uncertified: int, expiring: int, owner: Owner, territory: Territory, client: Client
) -> None:
    given = {k: day(v) if isinstance(v, int) else v for k, v in certificate.items()}
    await certify(owner, territory["community"].id, **given)

    found = await kinds(client, territory)

    assert (found["owner_uncertified"], found["owner_expiring"]) == (uncertified, expiring)


async def test_the_longest_certificate_counts(owner: Owner, territory: Territory, client: Client) -> None:
    await certify(owner, territory["community"].id, expires_on=day(5))
    await make_certificate(owner, territory["community"].id, issued_on=day(-1), expires_on=day(900))

    found = await kinds(client, territory)

    assert (found["owner_uncertified"], found["owner_expiring"]) == (0, 0)


async def test_how_long_ahead_is_a_policy(owner: Owner, territory: Territory, client: Client) -> None:
    await certify(owner, territory["community"].id, expires_on=day(50))
    assert (await kinds(client, territory))["owner_expiring"] == 0

    await make_policy(owner, "certificate_reminder_days", 60)

    assert (await kinds(client, territory))["owner_expiring"] == 1


async def test_a_row_names_grid_owner_and_last_certificate(owner: Owner, territory: Territory, client: Client) -> None:
    await certify(owner, territory["community"].id, issued_on=day(-900), expires_on=day(-3))
    await make_certificate(owner, territory["community"].id, issued_on=day(-2000), expires_on=day(-1000))

    (row,) = await listed(client, territory, "county", "owner_uncertified")

    assert row["grid"]["code"] == WEST_NORTH_1.rsplit(".", 1)[-1]
    assert row["person"] == {"id": str(territory["community"].id), "name": territory["community"].name}
    assert row["certificate"] == {"kind": "post_certificate", "expires_on": day(-3).isoformat(), "revoked_on": None}


async def test_whoever_never_had_one_is_shown_without(owner: Owner, territory: Territory, client: Client) -> None:
    await owner.execute("delete from certificates where person_id = $1", territory["community"].id)

    (row,) = await listed(client, territory, "county", "owner_uncertified", q=territory["community"].name)

    assert row["certificate"] is None


async def test_a_street_is_not_told_wrongly_of_an_inspector_whose_file_is_the_countys(
    owner: Owner, territory: Territory, client: Client
) -> None:
    inspector = await make_person(owner, WEST, kind="full_time_inspector")
    await make_duty(owner, inspector, WEST_NORTH_1)

    assert (await kinds(client, territory, "street"))["owner_uncertified"] == 0
    await owner.execute("update certificates set revoked_on = $1, revoked_reason = '测试' where person_id = $2", day(0), inspector)
    assert [r["person"]["id"] for r in await listed(client, territory, "street", "owner_uncertified")] == [str(inspector)]


@pytest.mark.parametrize("role", ["city", "county", "street", "other_county", "other_street"])
async def test_each_role_is_told_its_own_as_the_owner_finds_them(role: str, owner: Owner, territory: Territory, client: Client) -> None:
    for name, offset in (("community", -1), ("other_community", 9), (f"owner_of:{WEST_SOUTH}.370702002001", 20)):
        await certify(owner, territory[name].id, expires_on=day(offset))
    ended = await make_person(owner, WEST_SOUTH_2)
    await make_duty(owner, ended, WEST_SOUTH_2, valid_from=day(-9), valid_to=day(-1))
    await certify(owner, ended, expires_on=day(-1))
    mine = "select id from ({}) s(path, id) where path <@ $2::text::ltree"

    for kind, sql in (
        ("owner_uncertified", IN_THE_OWNERS_WORDS.format("not exists", 0)),
        ("owner_expiring", f"({IN_THE_OWNERS_WORDS.format('exists', 0)}) intersect ({IN_THE_OWNERS_WORDS.format('not exists', 31)})"),
    ):
        expected = {str(r[0]) for r in await owner.fetch(mine.format(sql), today(), territory[role].path)}
        assert {i["id"] for i in await listed(client, territory, role, kind)} == expected
        assert (await kinds(client, territory, role))[kind] == len(expected)


async def test_orders_and_export_work(owner: Owner, territory: Territory, client: Client) -> None:
    await certify(owner, territory["community"].id, expires_on=day(9))
    for sort in ("grid", "-person", "expires_on", "-expires_on"):
        assert len(await listed(client, territory, "city", "owner_expiring", sort=sort)) == 1
    lines = (await client(territory["city"]).get("/api/gaps/owner_expiring.csv")).content.decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[2:5] == [territory["community"].name, "岗位培训合格证书", day(9).isoformat()]
