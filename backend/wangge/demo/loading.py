"""Load the demo city from ``geodata/``: territory, organisation, people, employers, history. Once; then only today's patrol."""

import csv
import gzip
import json
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from wangge.accounts.passwords import hash_password
from wangge.core.ids import new_id
from wangge.core.settings import REPOSITORY
from wangge.demo.certificates import age_certificates, give_certificates
from wangge.demo.field_day import record_field_days
from wangge.demo.history import record_history, todays_patrol
from wangge.demo.organisation import load_organisation
from wangge.demo.standing import record_standing
from wangge.people.rules import pinyin_of

GEODATA = REPOSITORY / "geodata"
UNIT_KINDS = {"city": "command_centre", "county": "county", "zone": "zone", "street": "street", "community": "community"}
UNIT_NAMES = {"city": "{}劳动保障监察网格化管理指挥中心", "county": "{}劳动保障监察大队", "zone": "{}劳动保障监察大队",
              "street": "{}劳动保障所", "community": "{}劳动保障工作站"}  # fmt: skip
DUTIES = {
    "legal_supervisor": "采集、宣传、走访",
    "part_time_inspector": "组织采集，协助巡查",
    "full_time_inspector": "指导网格，查处违法",
}
START_OF_GRIDS = date(2026, 1, 1)
Say = Callable[[str], Any]


def _people() -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads(gzip.decompress((GEODATA / "demo_people.json.gz").read_bytes()))["people"]
    return people


async def _load_grids(conn: Any) -> None:
    features = json.loads(gzip.decompress((GEODATA / "weifang_grids.geojson.gz").read_bytes()))["features"]
    features.sort(key=lambda f: (f["properties"]["level"], f["properties"]["code"]))
    ids = {f["properties"]["code"]: new_id() for f in features}
    rows = [
        (ids[p["code"]], p["code"], p["name"], p["level"], ids.get(p["parent_code"]), p["path"], p["division_code"],
         json.dumps(f["geometry"]), p["label_lon"], p["label_lat"], p["synthetic"])
        for f in features
        for p in [f["properties"]]
    ]  # fmt: skip
    await conn.execute(
        """
        insert into grids (id, code, name, level, parent_id, path, division_code, geom, label, is_synthetic, valid_from)
        select id, code, name, level, parent_id, path::ltree, division_code, ST_Multi(ST_GeomFromGeoJSON(geojson)),
               ST_SetSRID(ST_MakePoint(lon, lat), 4326), synthetic, $12
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::float8[],
                    $10::float8[], $11::bool[])
          as t(id, code, name, level, parent_id, path, division_code, geojson, lon, lat, synthetic)
        """,
        *[list(column) for column in zip(*rows, strict=True)],
        START_OF_GRIDS,
    )
    units = [(new_id(), f["properties"]["code"], UNIT_NAMES[f["properties"]["kind"]].format(f["properties"]["name"]),
              UNIT_KINDS[f["properties"]["kind"]], f["properties"]["parent_code"]) for f in features]  # fmt: skip
    unit_ids = {code: unit_id for unit_id, code, *_ in units}
    await conn.execute(
        """
        insert into units (id, code, name, kind, parent_id, grid_id, grid_path)
        select u.id, u.code, u.name, u.kind, u.parent_id, g.id, g.path
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as u(id, code, name, kind, parent_id)
        join grids g on g.code = u.code
        """,
        [u[0] for u in units],
        [u[1] for u in units],
        [u[2] for u in units],
        [u[3] for u in units],
        [unit_ids.get(u[4]) for u in units],
    )


async def _load_people(conn: Any) -> None:
    people = _people()
    ids = {p["ref"]: new_id() for p in people}
    rows = [
        (ids[p["ref"]], p["name"], p["kind"], p["role"], p["unit_code"], p["phone"], pinyin_of(p["name"]), f"WF{n:05d}")
        for n, p in enumerate(people, 1)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    source = """
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
          as t(id, name, kind, role, unit_code, phone, name_pinyin, employee_no)
        join units u on u.code = t.unit_code
    """
    await conn.execute(
        """insert into people (id, name, kind, state, name_pinyin, employee_no, joined_on, unit_id, grid_path)
           select t.id, t.name, t.kind, 'appointed', t.name_pinyin, t.employee_no, $9::date, u.id, u.grid_path"""
        + source,
        *columns,
        START_OF_GRIDS,
    )
    await conn.execute("insert into people_private (person_id, phone) select t.id, t.phone" + source, *columns)
    await give_certificates(conn)
    await conn.execute(
        """insert into appointments (id, person_id, role, unit_id, grid_path, valid_from)
           select gen_random_uuid(), t.id, t.role, u.id, u.grid_path, $9::date"""
        + source,
        *columns,
        START_OF_GRIDS,
    )
    duties = [(ids[p["ref"]], code, DUTIES[p["kind"]]) for p in people if p["kind"] in DUTIES for code in p["grid_codes"]]
    await conn.execute(
        """
        insert into duties (id, person_id, grid_id, grid_path, duty, is_main, valid_from)
        select gen_random_uuid(), d.person_id, g.id, g.path, d.duty, true, $4::date
        from unnest($1::uuid[], $2::text[], $3::text[]) as d(person_id, grid_code, duty) join grids g on g.code = d.grid_code
        """,
        *[list(column) for column in zip(*duties, strict=True)],
        START_OF_GRIDS,
    )
    await conn.execute("create temp table demo_refs (ref text, person_id uuid) on commit drop")
    await conn.copy_records_to_table("demo_refs", records=list(ids.items()))


async def _load_employers(conn: Any) -> None:
    with gzip.open(GEODATA / "weifang_employers.csv.gz", "rt", encoding="utf-8") as file:
        rows = [
            (new_id(), r["name"], r["uscc"], r["industry_code"], float(r["lon"]) if r["lon"] else None,
             float(r["lat"]) if r["lat"] else None, int(r["employees"]), r["address"], r["contact_name"], r["contact_phone"])
            for r in csv.DictReader(file)
        ]  # fmt: skip
    await conn.execute(
        """
        insert into employers (id, name, uscc, industry_code, position, accuracy_m, position_source, employees, address,
                               contact_name, contact_phone, grid_id, grid_path, grid_source, review_state, review_reason, note, version)
        select t.id, t.name, t.uscc, t.industry_code, ST_SetSRID(ST_MakePoint(t.lon, t.lat), 4326),
               case when t.lon is not null then 30 end, case when t.lon is not null then 'map' end, t.employees, t.address,
               t.contact_name, t.contact_phone, g.grid_id, g.grid_path, g.grid_source, 'accepted', '', '', 1
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::int[], $8::text[],
                    $9::text[], $10::text[]) with ordinality
          as t(id, name, uscc, industry_code, lon, lat, employees, address, contact_name, contact_phone, ordinal)
        join grids_for_registering($5, $6, array_fill(null::uuid, array[cardinality($1)])) g on g.ordinal = t.ordinal
        """,
        *[list(column) for column in zip(*rows, strict=True)],
    )


async def _add_auditor(conn: Any) -> None:
    """Somebody of the command centre who sees everything and changes nothing (审计)."""
    auditor = new_id()
    await conn.execute(
        """
        with unit as (select id, grid_path from units where kind = 'command_centre' order by code limit 1),
        person as (
            insert into people (id, name, name_pinyin, kind, state, unit_id, grid_path)
            select $1, '高文静', $2, 'staff', 'appointed', id, grid_path from unit
        ),
        private as (insert into people_private (person_id, phone) values ($1, '19900000000'))
        insert into appointments (id, person_id, role, unit_id, grid_path, valid_from)
        select gen_random_uuid(), $1, 'auditor', id, grid_path, $3 from unit
        """,
        auditor,
        pinyin_of("高文静"),
        START_OF_GRIDS,
    )
    await conn.execute("insert into demo_refs (ref, person_id) values ('auditor', $1)", auditor)


async def _load_accounts(conn: Any, data_dir: Path) -> None:
    """Every demo person may sign in with the installation's own demo password; four have short names."""
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    file = data_dir / "secrets" / "demo.json"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    supervisor = await conn.fetchrow(
        """
        select d.person_id, subpath(min(d.grid_path::text)::ltree, 0, 3)::text as street
        from duties d join employers e on e.grid_id = d.grid_id
        where d.grid_path <@ '370700.370783' and nlevel(d.grid_path) = 4
        group by d.person_id order by count(*) desc, d.person_id limit 1
        """
    )
    short_names = {supervisor["person_id"]: "community"}
    for login, path in (("street", supervisor["street"]), ("county", supervisor["street"].rsplit(".", 1)[0]), ("city", "370700")):
        person = await conn.fetchval(
            "select person_id from appointments where grid_path = $1::text::ltree and role = $2 order by person_id limit 1",
            path,
            login,
        )
        short_names[person] = login
    short_names[await conn.fetchval("select person_id from demo_refs where ref = 'auditor'")] = "auditor"
    refs = await conn.fetch("select ref, person_id from demo_refs")
    password_hash = hash_password(password)
    await conn.copy_records_to_table(
        "accounts",
        columns=["id", "person_id", "login", "password_hash", "is_active"],
        records=[(new_id(), r["person_id"], short_names.get(r["person_id"], r["ref"]), password_hash, True) for r in refs],
    )
    people = await conn.fetch(
        "select a.login, p.name, u.name as unit from accounts a join people p on p.id = a.person_id "
        "join units u on u.id = p.unit_id "
        "where a.login = any($1)",
        list(short_names.values()),
    )
    file.touch(mode=0o600)
    file.write_text(json.dumps({"password": password, "people": {r["login"]: f"{r['name']}，{r['unit']}" for r in people}}))


async def load_demo(owner_url: str, data_dir: Path, say: Say) -> None:
    """Load the demo city in one transaction, telling each step; a second call only plans the demo supervisor's day."""
    conn = await asyncpg.connect(owner_url)
    try:
        is_empty = not await conn.fetchval("select exists (select from grids)")
        async with conn.transaction():
            if is_empty:
                say("  territory: 7,198 grids of four levels")
                await _load_grids(conn)
                say("  people: 2,648 with their duties")
                await _load_people(conn)
                await _add_auditor(conn)
                say("  employers: 3,000, each in the grid that holds its point")
                await _load_employers(conn)
                say("  powers, entrustments, non-local and key employers")
                await load_organisation(conn, data_dir)
                say("  sign-ins")
                await _load_accounts(conn, data_dir)
                say("  a week of patrols and visits, with photos")
                await record_history(conn, data_dir / "evidence")
                await record_field_days(conn)
                await record_standing(conn)
                await age_certificates(conn)
            elif not await conn.fetchval("select exists (select from certificates)"):
                await give_certificates(conn)  # loaded by a release that knew none
            await todays_patrol(conn)
        if is_empty:
            await conn.execute("analyze")  # the planner must not think that the tables are still empty
    finally:
        await conn.close()


def sign_in_lines(data_dir: Path) -> list[str]:
    """The demo sign-ins as lines for a terminal."""
    file = data_dir / "secrets" / "demo.json"
    if not file.is_file():
        return ["No demo city here: start without --no-demo to load one."]
    demo = json.loads(file.read_text())
    roles = {"city": "市 city", "county": "县区 county", "street": "街道 street", "community": "社区监督员 supervisor (phone)",
             "auditor": "审计 auditor (reads only)"}  # fmt: skip
    where = {"community": "/"}
    lines = ["Demo sign-ins (invented people), password: " + demo["password"]]
    lines += [f"  {login:<10} {roles[login]:<32} {where.get(login, '/console')}  {demo['people'].get(login, '')}" for login in roles]
    return lines
