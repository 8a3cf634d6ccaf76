"""Make rows for tests, as the owner, whom no policy hides anything from. A test names only what matters to it.

Every function takes the owner's asyncpg connection first and returns the new id, or a small record of what it made.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from wangge.accounts.actor import token_hash
from wangge.core.clock import china_day, utc_now
from wangge.core.ids import new_id

Owner: TypeAlias = "asyncpg.Connection[Any]"
Point = tuple[float, float]
Box = tuple[float, float, float, float]

LONG_AGO = date(2026, 1, 1)
NO_PASSWORD = "$argon2id$v=19$m=19456,t=2,p=1$nobody$nobody"
OF_A_TEST = "a test"
_NUMBERS = count(1)

# The territory of the tests: a square city of two counties (west, east), each of two streets (north, south), each of two
# communities (west, east). Borders are shared to the last bit.
CITY = "370700"
WEST, EAST = f"{CITY}.370702", f"{CITY}.370703"
WEST_NORTH, WEST_SOUTH = f"{WEST}.370702001", f"{WEST}.370702002"
EAST_NORTH, EAST_SOUTH = f"{EAST}.370703001", f"{EAST}.370703002"
WEST_NORTH_1, WEST_NORTH_2 = f"{WEST_NORTH}.370702001001", f"{WEST_NORTH}.370702001002"
WEST_SOUTH_1, WEST_SOUTH_2 = f"{WEST_SOUTH}.370702002001", f"{WEST_SOUTH}.370702002002"
EAST_NORTH_1, EAST_NORTH_2 = f"{EAST_NORTH}.370703001001", f"{EAST_NORTH}.370703001002"
EAST_SOUTH_1, EAST_SOUTH_2 = f"{EAST_SOUTH}.370703002001", f"{EAST_SOUTH}.370703002002"
COMMUNITIES = (
    WEST_NORTH_1, WEST_NORTH_2, WEST_SOUTH_1, WEST_SOUTH_2, EAST_NORTH_1, EAST_NORTH_2, EAST_SOUTH_1, EAST_SOUTH_2,
)  # fmt: skip
BOXES: dict[str, Box] = {
    CITY: (119.0, 36.5, 119.8, 36.9),
    WEST: (119.0, 36.5, 119.4, 36.9),
    EAST: (119.4, 36.5, 119.8, 36.9),
    WEST_NORTH: (119.0, 36.7, 119.4, 36.9),
    WEST_SOUTH: (119.0, 36.5, 119.4, 36.7),
    EAST_NORTH: (119.4, 36.7, 119.8, 36.9),
    EAST_SOUTH: (119.4, 36.5, 119.8, 36.7),
    WEST_NORTH_1: (119.0, 36.7, 119.2, 36.9),
    WEST_NORTH_2: (119.2, 36.7, 119.4, 36.9),
    WEST_SOUTH_1: (119.0, 36.5, 119.2, 36.7),
    WEST_SOUTH_2: (119.2, 36.5, 119.4, 36.7),
    EAST_NORTH_1: (119.4, 36.7, 119.6, 36.9),
    EAST_NORTH_2: (119.6, 36.7, 119.8, 36.9),
    EAST_SOUTH_1: (119.4, 36.5, 119.6, 36.7),
    EAST_SOUTH_2: (119.6, 36.5, 119.8, 36.7),
}
OUTSIDE: Point = (121.0, 38.0)
ROLE_OF_LEVEL = {1: "city", 2: "county", 3: "street", 4: "community"}
UNIT_KIND_OF_LEVEL = {1: "command_centre", 2: "county", 3: "street", 4: "community"}


LINES_OF_LONGITUDE, LINES_OF_LATITUDE = (119.0, 119.2, 119.4, 119.6, 119.8), (36.5, 36.7, 36.9)


def outline(box: Box) -> str:
    """A box as WKT, with a vertex wherever a border of the territory may meet its side: grids tile to the last vertex."""
    west, south, east, north = box
    lons = [west, *(lon for lon in LINES_OF_LONGITUDE if west < lon < east), east]
    lats = [south, *(lat for lat in LINES_OF_LATITUDE if south < lat < north), north]
    ring = [(lon, south) for lon in lons] + [(east, lat) for lat in lats[1:]]
    ring += [(lon, north) for lon in lons[-2::-1]] + [(west, lat) for lat in lats[-2::-1]]
    return f"POLYGON(({','.join(f'{lon!r} {lat!r}' for lon, lat in ring)}))"


@asynccontextmanager
async def untiled(owner: Owner) -> AsyncIterator[None]:
    """Grids that need not tile: what is written inside is never proved. Only the owner can do this, and no test should want to
    but those that need awkward areas lying about."""
    async with owner.transaction():
        yield
        await owner.execute("delete from tiling_checks")


def today() -> date:
    """Today in China."""
    return china_day(utc_now())


def middle_of(path: str) -> Point:
    """The middle of a grid of the tests' territory."""
    west, south, east, north = BOXES[path]
    return (west + east) / 2, (south + north) / 2


def level_of(path: str) -> int:
    """1 city to 4 community."""
    return path.count(".") + 1


@dataclass(frozen=True)
class Someone:
    """A person with an account, an appointment and an open session."""

    id: UUID
    name: str
    role: str
    path: str
    account_id: UUID
    appointment_id: UUID
    login: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What a request of hers carries."""
        return {"Authorization": f"Bearer {self.token}", "X-Wangge-Client": "test/0.1.0"}


@dataclass
class Territory:
    """The tests' territory; ``grids`` and ``units`` by path, ``people`` by the names below.

    ``city``, ``county`` (west), ``street`` (west north), ``community`` (holds west north 1); and their opposite numbers
    ``other_county`` (east), ``other_street`` (east south), ``other_community`` (holds east south 2). Every community but
    west south 2 has an owner, made by ``owner_of:<path>`` for those not named here.
    """

    grids: dict[str, UUID] = field(default_factory=dict)
    units: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, Someone] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Someone:
        return self.people[name]


async def make_grid(
    owner: Owner,
    path: str,
    box: Box | None = None,
    *,
    wkt: str | None = None,
    name: str | None = None,
    parent_id: UUID | None = None,
    synthetic: bool = False,
) -> UUID:
    """A grid; its shape is ``wkt``, else ``box``, else that of the tests' territory. Its parent is found by the path."""
    grid_id, code = new_id(), path.rsplit(".", 1)[-1]
    square = outline(box or BOXES.get(path, (119.0, 36.5, 119.1, 36.6)))
    await owner.execute(
        """
        insert into grids (id, code, name, level, parent_id, path, geom, label, is_synthetic, valid_from)
        select $1, $2, $3, nlevel(p), coalesce($4, (select g.id from grids g where nlevel(p) > 1 and g.path = subpath(p, 0, -1))),
               p, shape, ST_PointOnSurface(shape), $7, $8
        from (select $5::text::ltree as p, ST_Multi(ST_GeomFromText($6, 4326)) as shape) s
        """,
        grid_id, code, name or f"网格{code}", parent_id, path, wkt or square, synthetic, LONG_AGO,
    )  # fmt: skip
    return grid_id


async def make_unit(owner: Owner, path: str, *, name: str | None = None, kind: str | None = None) -> UUID:
    """An organisation at a grid."""
    unit_id, code = new_id(), path.rsplit(".", 1)[-1]
    await owner.execute(
        """insert into units (id, code, name, kind, parent_id, grid_id, grid_path)
           select $1, $2, $3, $4, (select u.id from units u where nlevel(g.path) > 1 and u.grid_path = subpath(g.path, 0, -1) limit 1),
                  g.id, g.path
           from grids g where g.path = $5::text::ltree""",
        unit_id, f"{code}-{next(_NUMBERS)}", name or f"机构{code}", kind or UNIT_KIND_OF_LEVEL[level_of(path)], path,
    )  # fmt: skip
    return unit_id


async def make_person(
    owner: Owner,
    path: str,
    *,
    name: str | None = None,
    kind: str | None = None,
    phone: str = "13800000001",
    certified: bool = True,
    state: str = "appointed",
) -> UUID:
    """A person of a unit at a grid, with a certificate for all her days unless told otherwise; the unit is made where none is."""
    unit_id = await owner.fetchval("select id from units where grid_path = $1::text::ltree order by code limit 1", path)
    if unit_id is None:
        unit_id = await make_unit(owner, path)
    person_id = new_id()
    kind = kind or ("legal_supervisor" if level_of(path) == 4 else "staff")
    await owner.execute(
        "insert into people (id, name, kind, state, unit_id, grid_path) values ($1, $2, $3, $4, $5, $6::text::ltree)",
        person_id, name or f"人员{next(_NUMBERS)}", kind, state, unit_id, path,
    )  # fmt: skip
    await owner.execute("insert into people_private (person_id, phone) values ($1, $2)", person_id, phone)
    if certified:
        await make_certificate(owner, person_id)
    return person_id


async def make_certificate(
    owner: Owner,
    person_id: UUID,
    *,
    kind: str | None = None,
    number: str | None = None,
    issued_on: date = date(2015, 1, 1),
    expires_on: date | None = None,
    revoked_on: date | None = None,
) -> UUID:
    """A certificate; of the kind that lets the person work unless told otherwise, and without end."""
    certificate_id = new_id()
    await owner.execute(
        """insert into certificates (id, person_id, kind, number, issuer, issued_on, expires_on, revoked_on, grid_path)
           select $1, p.id, coalesce($3, case p.kind when 'legal_supervisor' then 'post_certificate' else 'inspector_certificate' end), $4,
                  '山东省人力资源和社会保障厅', $5, $6, $7, p.grid_path
           from people p where p.id = $2""",
        certificate_id, person_id, kind, number or f"鲁-{next(_NUMBERS):06d}", issued_on, expires_on, revoked_on,
    )  # fmt: skip
    return certificate_id


async def make_duty(
    owner: Owner, person_id: UUID, path: str, *, valid_from: date = LONG_AGO, valid_to: date | None = None, is_main: bool = False
) -> UUID:
    """That a person answers for a grid."""
    duty_id = new_id()
    await owner.execute(
        """insert into duties (id, person_id, grid_id, grid_path, duty, is_main, valid_from, valid_to)
           select $1, $2, g.id, g.path, '采集、宣传、走访', $6, $4, $5 from grids g where g.path = $3::text::ltree""",
        duty_id, person_id, path, valid_from, valid_to, is_main,
    )  # fmt: skip
    return duty_id


async def make_appointment(
    owner: Owner, person_id: UUID, role: str, path: str, *, valid_from: date = LONG_AGO, valid_to: date | None = None
) -> UUID:
    """A role of a person in a unit at a grid."""
    appointment_id = new_id()
    await owner.execute(
        """insert into appointments (id, person_id, role, unit_id, grid_path, valid_from, valid_to)
           select $1, $2, $3, u.id, u.grid_path, $5, $6 from units u where u.grid_path = $4::text::ltree order by u.code limit 1""",
        appointment_id, person_id, role, path, valid_from, valid_to,
    )  # fmt: skip
    return appointment_id


async def make_account(
    owner: Owner, person_id: UUID, *, login: str | None = None, password_hash: str = NO_PASSWORD, is_active: bool = True
) -> UUID:
    """A sign-in; without a real ``password_hash`` nobody can use it by password."""
    account_id = new_id()
    await owner.execute(
        "insert into accounts (id, person_id, login, password_hash, is_active) values ($1, $2, $3, $4, $5)",
        account_id, person_id, login or f"login-{next(_NUMBERS)}", password_hash, is_active,
    )  # fmt: skip
    return account_id


async def make_policy(owner: Owner, key: str, value: Any, valid_from: date = LONG_AGO + timedelta(days=1)) -> None:
    """A limit's new value from a day on; gone before the next test."""
    await owner.execute(
        "insert into policies (key, valid_from, value, unit, source) values ($1, $2, $3::text::jsonb, '', $4)",
        key, valid_from, json.dumps(value), OF_A_TEST,
    )  # fmt: skip


async def make_session(
    owner: Owner, account_id: UUID, appointment_id: UUID, *, expires_at: datetime | None = None, revoked: bool = False
) -> str:
    """An open session; returns its token."""
    token = f"token-{new_id()}"
    await owner.execute(
        """insert into sessions (id, account_id, appointment_id, token_sha256, expires_at, revoked_at)
           values ($1, $2, $3, $4, $5, case when $6 then now() end)""",
        new_id(), account_id, appointment_id, token_hash(token), expires_at or utc_now() + timedelta(days=1), revoked,
    )  # fmt: skip
    return token


async def make_person_with_account(
    owner: Owner,
    path: str,
    *,
    role: str | None = None,
    duties: Sequence[str] | None = None,
    name: str | None = None,
    kind: str | None = None,
    phone: str = "13800000001",
    login: str | None = None,
    password_hash: str = NO_PASSWORD,
    certified: bool = True,
) -> Someone:
    """Someone signed in, with the role of the grid's level; a community supervisor holds that grid unless told otherwise."""
    role = role or ROLE_OF_LEVEL[level_of(path)]
    person_id = await make_person(owner, path, name=name, kind=kind, phone=phone, certified=certified)
    appointment_id = await make_appointment(owner, person_id, role, path)
    for held in duties if duties is not None else ([path] if role == "community" else []):
        await make_duty(owner, person_id, held)
    account_id = await make_account(owner, person_id, login=login, password_hash=password_hash)
    token = await make_session(owner, account_id, appointment_id)
    row = await owner.fetchrow("select p.name, a.login from people p join accounts a on a.person_id = p.id where p.id = $1", person_id)
    return Someone(person_id, row["name"], role, path, account_id, appointment_id, row["login"], token)


async def make_territory(owner: Owner) -> Territory:
    """The territory of the tests with its units and people (see ``Territory``)."""
    made = Territory()
    for path in BOXES:
        made.grids[path] = await make_grid(owner, path)
        made.units[path] = await make_unit(owner, path)
    named = {
        "city": CITY, "county": WEST, "street": WEST_NORTH, "community": WEST_NORTH_1,
        "other_county": EAST, "other_street": EAST_SOUTH, "other_community": EAST_SOUTH_2,
    }  # fmt: skip
    for name, path in named.items():
        made.people[name] = await make_person_with_account(owner, path)
    for path in COMMUNITIES:
        if path not in (WEST_NORTH_1, EAST_SOUTH_2, WEST_SOUTH_2):
            made.people[f"owner_of:{path}"] = await make_person_with_account(owner, path)
    return made


_FROM_POSITION: Any = object()


async def make_employer(
    owner: Owner,
    path: str | None = None,
    *,
    position: Point | None = _FROM_POSITION,
    name: str | None = None,
    uscc: str | None = None,
    address: str = "北海路 1 号",
    contact_name: str = "张三",
    contact_phone: str = "13912345678",
    employees: int | None = 20,
    last_visited_at: datetime | None = None,
    review_state: str = "accepted",
    registered_by: UUID | None = None,
    duplicate_of: UUID | None = None,
    note: str = "",
    is_complete: bool = True,
    grade: str | None = None,
    on_key_list: bool = False,
) -> UUID:
    """An employer's file, complete unless told otherwise. With only a ``path`` it stands in the middle of that grid; its grid
    follows from its position as for one found in the field, ``path`` being the declared grid; ``position=None``: it has none."""
    employer_id = new_id()
    if position is _FROM_POSITION:
        position = middle_of(path) if path else None
    lon, lat = position if position else (None, None)
    await owner.execute(
        """
        insert into employers (id, name, uscc, address, contact_name, contact_phone, industry_code, employees, position, accuracy_m,
                               position_source, grid_id, grid_path, grid_source, review_state, review_reason, registered_by,
                               duplicate_of, last_visited_at, note, version)
        select $1, $2, $3, $4, $5, $6, '5212', $7, ST_SetSRID(ST_MakePoint($8::float8, $9::float8), 4326),
               case when $8::float8 is not null then 10 end, case when $8::float8 is not null then 'map' end,
               g.grid_id, g.grid_path, g.grid_source, $10, '', $11, $12, $13, $14, 1
        from grids_for_registering(array[$8::float8], array[$9::float8],
                                   array[(select id from grids where path = $15::text::ltree)]) g
        """,
        employer_id, name or f"单位{next(_NUMBERS):04d}", uscc, address, contact_name, contact_phone, employees, lon, lat,
        review_state, registered_by, duplicate_of, last_visited_at, note, path,
    )  # fmt: skip
    if is_complete or grade or on_key_list:
        standing = "update employers set is_complete = $2, grade = $3, on_key_list = $4 where id = $1"
        await owner.execute(standing, employer_id, is_complete, grade, on_key_list)
    return employer_id


async def make_patrol(
    owner: Owner,
    assignee: Someone,
    employer_ids: Sequence[UUID],
    *,
    planned_by: UUID | None = None,
    planned_on: date | None = None,
    status: str = "planned",
    title: str = "日常巡查",
    path: str | None = None,
) -> UUID:
    """A patrol with its stops in the given order; its grid is the smallest that holds all its stops, or ``path``."""
    patrol_id = new_id()
    paths = [r[0] for r in await owner.fetch("select grid_path::text from employers where id = any($1)", list(employer_ids))]
    labels = [p.split(".") for p in paths] or [assignee.path.split(".")]
    shared = 0
    while all(len(one) > shared and one[shared] == labels[0][shared] for one in labels):
        shared += 1
    await owner.execute(
        """insert into patrols (id, title, note, assignee_id, planned_on, planned_by, status, closing_note, grid_id, grid_path, version)
           select $1, $2, '', $3, $4, $5, $6, '', g.id, g.path, 1 from grids g where g.path = $7::text::ltree""",
        patrol_id, title, assignee.id, planned_on or today(), planned_by or assignee.id, status,
        path or ".".join(labels[0][:shared]),
    )  # fmt: skip
    await owner.execute(
        """insert into patrol_stops (id, patrol_id, employer_id, seq, status, assignee_id, is_open, grid_path)
           select gen_random_uuid(), $1, e.id, w.seq, 'planned', $2, $3, e.grid_path
           from unnest($4::uuid[]) with ordinality as w(id, seq) join employers e on e.id = w.id""",
        patrol_id, assignee.id, status in ("planned", "started"), list(employer_ids),
    )  # fmt: skip
    return patrol_id


async def make_check_in(
    owner: Owner,
    person: Someone,
    employer_id: UUID,
    *,
    patrol_id: UUID | None = None,
    position: Point | None = None,
    distance_m: float | None = None,
    is_on_site: bool = True,
    flags: Sequence[str] = (),
    happened_at: datetime | None = None,
) -> UUID:
    """A check-in at an employer."""
    check_in_id, moment = new_id(), happened_at or utc_now()
    lon, lat = position if position else (None, None)
    await owner.execute(
        """insert into check_ins (id, employer_id, person_id, device_id, patrol_id, position, accuracy_m, age_s, distance_m, is_on_site,
                                  flags, captured_at, happened_at, grid_id, grid_path)
           select $1, e.id, $2, gen_random_uuid(), $3, ST_SetSRID(ST_MakePoint($4::float8, $5::float8), 4326), 12, 1, $6, $7, $8,
                  $9, $9, e.grid_id, e.grid_path
           from employers e where e.id = $10""",
        check_in_id, person.id, patrol_id, lon, lat, distance_m, is_on_site, list(flags), moment, employer_id,
    )  # fmt: skip
    return check_in_id


async def make_visit(
    owner: Owner,
    person: Someone,
    employer_id: UUID,
    *,
    patrol_id: UUID | None = None,
    check_in_id: UUID | None = None,
    findings: Sequence[tuple[str, str]] = (),
    evidence_expected: int = 0,
    happened_at: datetime | None = None,
    note: str = "",
) -> UUID:
    """A visit to an employer; ``findings`` are ``(kind, severity)``. The employer counts as visited by it."""
    visit_id, moment = new_id(), happened_at or utc_now()
    await owner.execute(
        """insert into visits (id, employer_id, person_id, device_id, patrol_id, check_in_id, activities, people_met, note,
                               evidence_expected, flags, captured_at, happened_at, grid_id, grid_path)
           select $1, e.id, $2, gen_random_uuid(), $3, $4, array['collect', 'publicise'], '李四', $5, $6, '{}', $7, $7, e.grid_id,
                  e.grid_path
           from employers e where e.id = $8""",
        visit_id, person.id, patrol_id, check_in_id, note, evidence_expected, moment, employer_id,
    )  # fmt: skip
    for kind, severity in findings:
        await owner.execute(
            """insert into findings (id, visit_id, kind, severity, note, grid_path)
               select $1, v.id, $3, $4, '', v.grid_path from visits v where v.id = $2""",
            new_id(), visit_id, kind, severity,
        )  # fmt: skip
    return visit_id


async def make_kept_operation(owner: Owner, person_id: UUID, path: str, *, outcome: str = "quarantined") -> UUID:
    """An operation in the journal that was not applied; returns its id."""
    op_id = new_id()
    await owner.execute(
        """insert into sync_operations (person_id, op_id, op_sha256, kind, v, body, outcome, grid_path)
           values ($1, $2, $3, 'visit.record', 1, '{}', $4, $5::text::ltree)""",
        person_id, op_id, hashlib.sha256(op_id.bytes).hexdigest(), outcome, path,
    )  # fmt: skip
    return op_id


async def make_evidence(
    owner: Owner,
    person: Someone,
    employer_id: UUID,
    *,
    subject_kind: str = "employer",
    subject_id: UUID | None = None,
    state: str = "expected",
    copy: bytes = b"copy",
    original: bytes = b"original",
) -> UUID:
    """A photo as announced; its bytes are not in the store."""
    evidence_id = new_id()
    await owner.execute(
        """insert into evidence (id, subject_kind, subject_id, employer_id, person_id, device_id, media_type, source, copy_sha256,
                                 copy_bytes, copy_width, copy_height, copy_state, original_sha256, original_bytes, original_state,
                                 thumbnail_state, stored_at, captured_at, grid_id, grid_path)
           select $1, $2, $3, e.id, $4, gen_random_uuid(), 'image/jpeg', 'camera', $5, $6, 4, 3, $7::text, $8, $9, 'expected',
                  case when $7 = 'stored' then 'due' else 'none' end, case when $7 = 'stored' then now() end, now(), e.grid_id, e.grid_path
           from employers e where e.id = $10""",
        evidence_id, subject_kind, subject_id or employer_id, person.id, hashlib.sha256(copy).hexdigest(), len(copy), state,
        hashlib.sha256(original).hexdigest(), len(original), employer_id,
    )  # fmt: skip
    return evidence_id


async def make_talk(
    owner: Owner, person: Someone, employer_id: UUID, *, patrol_id: UUID | None = None, topics: Sequence[str] = ("wages",)
) -> UUID:
    """A talk at an employer, with ten leaflets handed out."""
    talk_id = new_id()
    await owner.execute(
        """insert into talks (id, employer_id, person_id, device_id, patrol_id, place, audience, people_count, topics, note,
                              evidence_expected, flags, captured_at, happened_at, grid_id, grid_path)
           select $1, e.id, $2, gen_random_uuid(), $3, '', '职工', 12, $4, '', 0, '{}', now(), now(), e.grid_id, e.grid_path
           from employers e where e.id = $5""",
        talk_id, person.id, patrol_id, list(topics), employer_id,
    )  # fmt: skip
    await owner.execute(
        "insert into talk_materials (talk_id, kind, count, grid_path) select id, 'leaflet', 10, grid_path from talks where id = $1", talk_id
    )
    return talk_id


async def make_incident(
    owner: Owner, person: Someone, path: str | None = None, *, kind: str = "collective_wage", severity: str = "serious"
) -> UUID:
    """An incident that nobody has taken on yet, in a grid (her own where none is named)."""
    incident_id = new_id()
    await owner.execute(
        """insert into incidents (id, kind, severity, people_count, place, note, person_id, device_id, evidence_expected, flags,
                                  captured_at, happened_at, status, closing_note, version, grid_id, grid_path)
           select $1, $2, $3, 30, '工地门口', '', $4, gen_random_uuid(), 0, '{}', now(), now(), 'open', '', 1, g.id, g.path
           from grids g where g.path = $5::text::ltree and g.valid_to is null""",
        incident_id, kind, severity, person.id, path or person.path,
    )  # fmt: skip
    return incident_id


async def make_pause(owner: Owner, person: Someone, patrol_id: UUID) -> UUID:
    """A break of a patrol that is over."""
    pause_id = new_id()
    await owner.execute(
        """insert into patrol_pauses (id, patrol_id, person_id, paused_at, resumed_at, grid_path)
           select $1, id, $2, now() - interval '1 hour', now(), grid_path from patrols where id = $3""",
        pause_id, person.id, patrol_id,
    )  # fmt: skip
    return pause_id


async def make_track(owner: Owner, person: Someone, patrol_id: UUID, *, ended: datetime | None = None) -> UUID:
    """A stretch of a patrol's way, ten minutes and some 900 m long."""
    track_id, end = new_id(), ended or utc_now()
    await owner.execute(
        """insert into tracks (id, patrol_id, person_id, device_id, seq, geom, accuracies_m, walked_m, begins_at, ends_at, flags, grid_path)
           select $1, id, $2, gen_random_uuid(), 0,
                  ST_SetSRID(ST_MakeLine(ST_MakePointM(119.1, 36.7, extract(epoch from $4::timestamptz) - 600),
                                         ST_MakePointM(119.11, 36.7, extract(epoch from $4::timestamptz))), 4326),
                  '{10, 12}', 892, $4::timestamptz - interval '10 minutes', $4, '{}', grid_path from patrols where id = $3""",
        track_id, person.id, patrol_id, end,
    )  # fmt: skip
    return track_id


MATTERS = (
    "wage_payment", "contracts", "social_insurance", "working_hours", "young_workers", "women", "dispatch", "complaints", "survey",
    "publicity", "patrol", "special_inspection", "written_review", "penalty",
)  # fmt: skip
STREET_POWERS = ("collect", "publicise", "patrol", "accept_complaints", "investigate_preliminary")
ALL_POWERS = (*STREET_POWERS, "review_documents", "inspect", "order_correction", "penalise")


async def make_own_power(
    owner: Owner,
    unit_id: UUID,
    matters: Sequence[str] = MATTERS,
    *,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
    source: str = "三定规定",
) -> None:
    """That a unit holds these matters by law."""
    await owner.execute(
        """insert into unit_powers (id, unit_id, grid_path, matter_code, basis, source, valid_from, valid_to)
           select gen_random_uuid(), u.id, u.grid_path, m, 'own', $3, $4, $5
           from units u cross join unnest($2::text[]) m where u.id = $1""",
        unit_id, list(matters), source, valid_from, valid_to,
    )  # fmt: skip


async def make_entrustment(
    owner: Owner,
    principal_id: UUID,
    agent_id: UUID,
    *,
    path: str | None = None,
    employer_ids: Sequence[UUID] = (),
    matters: Sequence[str] = MATTERS,
    powers: Sequence[str] = STREET_POWERS,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
    state: str = "in_force",
    ended_on: date | None = None,
    document_name: str = "委托书",
) -> UUID:
    """An entrustment over the grid at ``path``, else over the employers named; in force unless told otherwise."""
    entrustment_id = new_id()
    await owner.execute(
        """
        insert into entrustments (id, principal_id, principal_path, agent_id, agent_path, matters, powers, reach, grid_id, grid_path,
                                  valid_from, valid_to, document_name, document_number, published_on, published_where, overlap_reason,
                                  note, state, end_reason, version)
        values ($1, $2, '', $3, '', $4, $5, $6, (select id from grids where path = $7::text::ltree and valid_to is null), '', $8, $9, $10,
                '潍人社委〔2026〕1号', $8, '市人社局网站', '', '', 'draft', '', 1)
        """,
        entrustment_id, principal_id, agent_id, list(matters), list(powers), "employers" if path is None else "area", path, valid_from,
        valid_to or today() + timedelta(days=365), document_name,
    )  # fmt: skip
    await owner.execute(
        """insert into entrustment_employers (entrustment_id, employer_id, grid_path)
           select $1, id, grid_path from employers where id = any($2)""",
        entrustment_id, list(employer_ids),
    )  # fmt: skip
    if state != "draft":
        await owner.execute("update entrustments set state = 'in_force', put_in_force_at = now() where id = $1", entrustment_id)
    if state in ("ended", "revoked"):
        await owner.execute(
            "update entrustments set state = $2, ended_on = $3, ended_at = now(), end_reason = '测试' where id = $1",
            entrustment_id, state, ended_on,
        )  # fmt: skip
    return entrustment_id


async def make_designation(
    owner: Owner, employer_id: UUID, kind: str, person_id: UUID, *, valid_from: date = LONG_AGO, valid_to: date | None = None
) -> UUID:
    """That an employer is non-local or key."""
    designation_id = new_id()
    await owner.execute(
        """insert into employer_designations (id, employer_id, grid_path, kind, valid_from, valid_to, reason, source, set_by)
           select $1, e.id, e.grid_path, $3, $4, $5, '总部在外地', '2026 年名单', $6 from employers e where e.id = $2""",
        designation_id, employer_id, kind, valid_from, valid_to, person_id,
    )  # fmt: skip
    return designation_id


async def make_exam(
    owner: Owner, path: str, by: UUID, *, held_on: date | None = None, pass_mark: float = 60, kind: str = "post_certificate"
) -> UUID:
    """An exam, with a plan of its own and a course in it, of the unit at a grid."""
    plan_id, exam_id = new_id(), new_id()
    await owner.execute(
        """insert into training_plans (id, year, title, goal, target_people, unit_id, created_by, grid_path)
           select $1, 2026, '年度培训', '', 10, u.id, $2, u.grid_path from units u where u.grid_path = $3::text::ltree limit 1""",
        plan_id, by, path,
    )  # fmt: skip
    await owner.execute(
        """insert into courses (id, plan_id, title, teacher, hours, place, material_url, grid_path)
           values ($1, $2, '劳动合同法', '李老师', 8, '', '', $3::text::ltree)""",
        new_id(), plan_id, path,
    )  # fmt: skip
    await owner.execute(
        """insert into exams (id, plan_id, title, held_on, place, certificate_kind, pass_mark, full_mark, grid_path)
           values ($1, $2, '结业考试', $3, '', $4, $5, 100, $6::text::ltree)""",
        exam_id, plan_id, held_on or today(), kind, pass_mark, path,
    )  # fmt: skip
    return exam_id


async def make_exam_result(owner: Owner, exam_id: UUID, person_id: UUID, by: UUID, *, score: float = 80) -> UUID:
    """What a person scored."""
    result_id = new_id()
    await owner.execute(
        """insert into exam_results (id, exam_id, person_id, score, pass_mark, full_mark, entered_by, grid_path)
           select $1, x.id, p.id, $4, x.pass_mark, x.full_mark, $5, p.grid_path from exams x, people p where x.id = $2 and p.id = $3""",
        result_id, exam_id, person_id, score, by,
    )  # fmt: skip
    return result_id


async def make_hand_over(owner: Owner, person_id: UUID, by: UUID, receiver_id: UUID) -> UUID:
    """The record of a hand-over of one duty; nothing is moved."""
    hand_over_id = new_id()
    await owner.execute(
        """insert into hand_overs (id, person_id, cause, reason, ends_on, done_by, grid_path)
           select $1, p.id, 'leaving', '退休', current_date, $3, p.grid_path from people p where p.id = $2""",
        hand_over_id, person_id, by,
    )  # fmt: skip
    await owner.execute(
        """insert into hand_over_items (id, hand_over_id, kind, subject_id, outcome, receiver_id, reason, grid_path)
           select $1, h.id, 'duty', $1, 'moved', $3, '', h.grid_path from hand_overs h where h.id = $2""",
        new_id(), hand_over_id, receiver_id,
    )  # fmt: skip
    return hand_over_id


async def make_anomaly(owner: Owner, person: Someone, employer_id: UUID, subject_id: UUID | None = None) -> UUID:
    """An odd check-in that nobody has concluded on."""
    anomaly_id = new_id()
    await owner.execute(
        """insert into anomalies (id, subject_kind, subject_id, person_id, employer_id, on_day, happened_at, score, reasons, note, version,
                                  grid_id, grid_path)
           select $1, 'check_in', $2, $3, e.id, china_today(), now(), 50, '[{"code": "teleport", "weight": 50}]', '', 1,
                  e.grid_id, e.grid_path
           from employers e where e.id = $4""",
        anomaly_id, subject_id or new_id(), person.id, employer_id,
    )  # fmt: skip
    return anomaly_id


async def make_file_history(owner: Owner, person: Someone, employer_id: UUID) -> UUID:
    """A filled form, the edit and the version that it made, and a field with two values; returns the conflict's id."""
    await owner.execute(
        """with e as (select id, grid_path from employers where id = $1),
           f as (insert into employer_forms (employer_id, answers, problems, errors, disputed, filled_on, grid_path)
                 select id, '{"on_roll": 3}', '[]', 0, '["on_roll"]', china_today(), grid_path from e),
           s as (insert into employer_surveys (id, employer_id, filled_on, filler, person_id, source, answers, kept, problems, captured_at,
                                               grid_path)
                 select gen_random_uuid(), id, china_today(), '', $2, 'phone', '{}', '{}', '[]', now(), grid_path from e)
           insert into employer_edits (op_id, field, edit_id, employer_id, value, base_version, arrived_version, person_id, origin, note,
                                       happened_at, grid_path)
           select gen_random_uuid(), 'on_roll', gen_random_uuid(), id, '3', 1, 2, $2, 'phone', '', now(), grid_path from e""",
        employer_id, person.id,
    )  # fmt: skip
    conflict_id = new_id()
    await owner.execute(
        """insert into employer_conflicts (id, employer_id, field, candidates, version, grid_path)
           select $2, id, 'on_roll', $3, 1, grid_path from employers where id = $1""",
        employer_id, conflict_id,
        json.dumps([{"value": n, "person_id": str(person.id), "at": utc_now().isoformat(), "origin": "phone", "edit_id": None, "note": ""}
                    for n in (3, 4)]),
    )  # fmt: skip
    return conflict_id


async def make_merge(owner: Owner, kept_id: UUID, merged_id: UUID, by: UUID, *, undone: bool = False) -> UUID:
    """Two files made one; ``undone``: and taken apart again, so that both are what they were."""
    merge_id = new_id()
    if not undone:
        await owner.execute("update employers set merged_into = $1, review_state = 'returned' where id = $2", kept_id, merged_id)
    await owner.execute(
        """insert into employer_merges (id, kept_id, merged_id, reason, merged_by, before, values_taken, undone_at, undone_by,
                                        undo_reason, grid_path)
           select $1, $2, $3, '同一家', $4::uuid, '{"review_state": "accepted"}', '{}', case when $5 then now() end,
                  case when $5 then $4::uuid end, '', grid_path from employers where id = $2""",
        merge_id, kept_id, merged_id, by, undone,
    )  # fmt: skip
    return merge_id


async def make_registry(owner: Owner, path: str, by: UUID, employer_id: UUID) -> dict[str, UUID]:
    """A list of an area with a row still in it, a row of the register that may be an employer, a decision, and remembered columns."""
    import_id, row_id = new_id(), new_id()
    keys = "'甲|', '甲', 'jia', '', '', '{}'"
    statements = (
        ("""insert into registry_imports (id, source, grid_id, grid_path, file_name, sha256, size_bytes, state,
            stage, rows_done, answers, version, made_by)
            select $1, 'tax', id, path, 'a.csv', repeat('0', 64), 1, 'ready', '', 1, '{}', 1, $2 from grids where path = $3::text::ltree""",
         import_id, by, path),
        (f"""insert into registry_import_rows (import_id, number, grid_path, severity, written, problems, row_key,
            digest, name, address, contact_name,
                contact_phone, status, division, name_key, core, pinyin, place, address_key, blocks)
            values ($1, 2, $2::text::ltree, 'none', false, '[]', 'k', '', '甲', '', '', '', '', '', {keys})""", import_id, path),
        (f"""insert into registry_rows (id, import_id, source, list_grid_id, number, row_key, digest, name, address,
            contact_name, contact_phone,
                status, division, grid_id, grid_path, grid_source, state, version, name_key, core, pinyin, place, address_key, blocks)
            select $1, $2, 'tax', id, 2, 'k', '', '甲', '', '', '', '', '', id, path, 'list', 'open', 1, {keys}
            from grids where path = $3::text::ltree""", row_id, import_id, path),
        ("""insert into registry_mappings (grid_id, source, fingerprint, grid_path, columns, remembered_by)
            select id, 'tax', 'f', path, '{}', $1 from grids where path = $2::text::ltree""", by, path),
        ("""insert into match_candidates (subject_id, employer_id, subject_kind, score, reasons, grid_path)
            values ($1, $2, 'registry_row', 60, '[]', $3::text::ltree)""", row_id, employer_id, path),
        ("""insert into match_decisions (id, subject_kind, subject_id, subject_name, employer_id, verdict, reasons, filled, grid_path)
            values (gen_random_uuid(), 'registry_row', $1, '甲', $2, 'same', '[]', '{}', $3::text::ltree)""", row_id, employer_id, path),
    )  # fmt: skip
    for statement, *values in statements:
        await owner.execute(statement, *values)
    return {"registry_import": import_id, "registry_row": row_id}


async def make_import(owner: Owner, path: str, by: UUID, *, state: str = "needs_answer") -> UUID:
    """A file that was read, with one feature and a question."""
    import_id = new_id()
    await owner.execute(
        """insert into spatial_imports (id, target, level, grid_id, grid_path, file_name, sha256, size_bytes, state, stage, answers,
                                        version, made_by)
           select $1, 'employer_points', null, g.id, g.path, '点位.csv', $2, 10, $3, '', '{}', 1, $4
           from grids g where g.path = $5::text::ltree""",
        import_id, hashlib.sha256(import_id.bytes).hexdigest(), state, by, path,
    )  # fmt: skip
    await owner.execute(
        """insert into spatial_import_features (import_id, position, grid_path, code, name, severity, left_out, codes, defects, repairs,
                                                attributes)
           values ($1, 0, $2::text::ltree, '', '', 'none', false, '{}', '[]', '[]', '{}')""",
        import_id, path,
    )  # fmt: skip
    return import_id


async def make_signal(
    owner: Owner, employer_id: UUID, kind: str, by: UUID, *, since: date | None = None, until: date | None = None, aspect: str | None = None
) -> UUID:
    """A dated fact about an employer, as a desk records it; today's unless told otherwise."""
    signal_id = new_id()
    await owner.execute(
        """insert into employer_signals (id, employer_id, kind, aspect, since, until, ended_by, source, reference, note, recorded_by,
                                         end_note, withdrawn_why, version, grid_path)
           select $1, e.id, k.code, coalesce($6, k.aspect), $4, $5, case when $5::date is not null then $7::uuid end, 'desk', '', '', $7,
                  '', '', 1, e.grid_path
           from employers e, signal_kinds k where e.id = $2 and k.code = $3::text""",
        signal_id, employer_id, kind, since or today(), until, aspect, by,
    )  # fmt: skip
    return signal_id


async def make_standing(owner: Owner, employer_id: UUID, by: UUID) -> dict[str, UUID]:
    """One of each thing that is said of how an employer stands, by kind: a signal, an entry on the key list, a round of its county
    (made once) with a published rating, a change of it and an objection to it."""
    made = {kind: new_id() for kind in ("key_list_entry", "rating_round", "rating", "rating_change", "rating_objection")}
    made["signal"] = await make_signal(owner, employer_id, "wage_arrears", by)
    await owner.execute(
        """insert into key_list_entries (id, employer_id, criterion, rule_from, must_acknowledge, facts, entered_on, acknowledged_note,
                                         version, grid_path)
           select $1, e.id, 'collective_petition', '2026-01-01', true, '{}', china_today(), '', 1, e.grid_path from employers e
           where e.id = $2""",
        made["key_list_entry"], employer_id,
    )  # fmt: skip
    round_id = await owner.fetchval(
        """insert into rating_rounds (id, year, scale, state, task_by, accept_grades, after_id, done, total, made_by, version, grid_id,
                                      grid_path)
           select $1, 2025, 'national_2016', 'reviewing', $3, '{}', $1, 0, 0, $3, 1, e.grid_id, e.grid_path
           from employers e where e.id = $2
           on conflict (grid_id, year) do update set version = rating_rounds.version returning id""",
        made["rating_round"], employer_id, by,
    )  # fmt: skip
    made["rating_round"] = round_id
    await owner.execute(
        """insert into ratings (id, round_id, employer_id, year, proposed_grade, aspects, reasons, state, grade, decision_reason,
                                published_on, published_by, version, grid_path)
           select $1, $2, e.id, 2025, 'B', '{}', '[]', 'published', 'A', '', china_today(), $4, 1, e.grid_path
           from employers e where e.id = $3""",
        made["rating"], round_id, employer_id, by,
    )  # fmt: skip
    await owner.execute(
        """insert into rating_changes (id, rating_id, from_grade, to_grade, was_published, reason, made_by, grid_path)
           select $1, t.id, 'B', 'A', false, '', $3, t.grid_path from ratings t where t.id = $2""",
        made["rating_change"], made["rating"], by,
    )  # fmt: skip
    await owner.execute(
        """insert into rating_objections (id, rating_id, filed_on, filed_by, grounds, due_on, recorded_by, decision_reason, version,
                                          grid_path)
           select $1, t.id, china_today(), '张三', '与事实不符', china_today() + 20, $3, '', 1, t.grid_path
           from ratings t where t.id = $2""",
        made["rating_objection"], made["rating"], by,
    )  # fmt: skip
    return made


async def make_book(owner: Owner, path: str, by: UUID) -> UUID:
    """A book of a grid whose making was said to have failed: nobody works on it, and it has no files."""
    book_id = new_id()
    await owner.execute(
        """insert into books (id, kind, grid_id, grid_path, title, language, period_from, period_to, state, stage, scope, made_by,
                              expires_at)
           select $1, 'grid', g.id, g.path, g.name, 'zh', current_date - 30, current_date, 'failed', '', array[$2], $3,
                  now() + interval '1 day'
           from grids g where g.path = $2::text::ltree""",
        book_id, path, by,
    )  # fmt: skip
    return book_id
