"""The rights matrix through the API: every endpoint, as every role, inside and outside its scope, against ``role_rights``.

What each endpoint asks for stands in test_every_endpoint.py (``RIGHTS``, ``OWN``, ``BODIES``); an endpoint that is missing there
fails here. An endpoint with an id in its path is tried with a thing inside the scope and one outside; ``THINGS`` says which kind of
thing an id names. A new kind needs one entry there; without it the endpoint is tried with an id of nothing.
"""

import re
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from factories import (
    CITY,
    EAST,
    EAST_SOUTH_2,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    Owner,
    Someone,
    Territory,
    make_anomaly,
    make_book,
    make_certificate,
    make_designation,
    make_duty,
    make_employer,
    make_entrustment,
    make_evidence,
    make_exam,
    make_file_history,
    make_hand_over,
    make_import,
    make_incident,
    make_kept_operation,
    make_merge,
    make_own_power,
    make_patrol,
    make_person,
    make_person_with_account,
    make_registry,
    make_session,
    make_standing,
)
from fixture_types import Client
from litestar import Litestar
from test_every_endpoint import BODIES, FILLED, ID, OWN, PUBLIC, QUERIES, RIGHTS, UPLOADING

from wangge.core.ids import new_id

# Who tries: each role at a place with things inside it and, but for the city, outside.
PLACES = {"city": CITY, "county": WEST, "street": WEST_NORTH, "community": WEST_NORTH_1, "auditor": WEST, "nobody": CITY}
ROLES = tuple(PLACES)
# An id in a path, by the endpoint's first word where the same word means two things.
THINGS = {"employer_id": "employer", "patrol_id": "patrol", "grid_id": "grid", "evidence_id": "evidence", "account_id": "account",
          "device_id": "device", "session_id": "session", "unit_id": "unit", "entrustment_id": "entrustment",
          "designation_id": "designation", "person_id": "person", "certificate_id": "certificate", "duty_id": "duty",
          "exam_id": "exam", "plan_id": "plan", "hand_over_id": "hand_over", "change_id": "grid_change", "import_id": "import",
          "signal_id": "signal", "entry_id": "key_list_entry", "round_id": "rating_round", "rating_id": "rating",
          "objection_id": "rating_objection", "anomaly_id": "anomaly", "operation_id": "operation", "incident_id": "incident",
          "conflict_id": "conflict", "merge_id": "merge", "book_id": "book", "row_id": "registry_row"}  # fmt: skip
THINGS_AT = {("/api/registry-imports", "import_id"): "registry_import"}
# What does not end well by itself with a thing inside the scope, and how it ends: the right was there.
ENDS = {
    ("GET", "/api/entrustments/{entrustment_id}/document"): {404},  # none was uploaded
    ("GET", "/api/certificates/{certificate_id}/scan"): {404},
    ("POST", "/api/people/{person_id}/appointments"): {404},  # the body names a unit, a person that there is not
    ("POST", "/api/training/exams/{exam_id}/scores"): {404},
    ("GET", "/api/me/device/store-key"): {409},  # these sessions are on no phone
    ("GET", "/api/evidence/{evidence_id}/copy"): {404},  # announced, and its bytes have not arrived
    ("GET", "/api/evidence/{evidence_id}/original"): {404},
    ("POST", "/api/sync/operations/{operation_id}/withdraw"): {404},  # somebody else captured it
    ("GET", "/api/evidence/{evidence_id}/thumbnail"): {404},
    ("POST", "/api/employers/{employer_id}/merge"): {404},  # the body names a file that there is not
    ("GET", "/api/map/base/own"): {404},  # the deployment has none here
    ("GET", "/api/log/proof/inclusion"): {404},  # of an operation that there is not
    ("GET", "/api/log/proof/consistency"): {200, 422},  # 422 while the log is empty
}


@cache
def operations(app: Litestar) -> list[tuple[str, str]]:
    """Every documented operation that needs a session."""
    found = [
        (method.upper(), path)
        for path, item in app.openapi_schema.to_schema()["paths"].items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete", "head")
    ]
    return [o for o in found if o not in PUBLIC]


def filled(path: str, ids: dict[str, Any] | None = None) -> str:
    """The path with its places filled, ids by kind of thing."""
    room = path.partition("/{")[0]

    def of(name: str) -> str:
        kind = THINGS_AT.get((room, name), THINGS.get(name, ""))
        return FILLED.get(name, str((ids or {}).get(kind, ID)))

    return re.sub(r"\{(\w+)\}", lambda m: of(m[1]), path) + QUERIES.get(path, "")


def right_of(method: str, path: str) -> str | None:
    """The right that an endpoint asks for; None where it asks for none."""
    return {(m, p): right for m, p, right in RIGHTS}.get((method, filled(path)))


async def test_every_endpoint_says_what_it_asks_for(app: Litestar) -> None:
    named = {(m, p) for m, p, _ in RIGHTS} | OWN

    unnamed = [o for o in operations(app) if (o[0], filled(o[1])) not in named]
    known = [(m, re.sub(r"\\{\w+\\}", "[^/]+", re.escape(p))) for m, p in operations(app)]
    gone = {(m, p) for m, p in named if not any(m == method and re.fullmatch(pattern, p.partition("?")[0]) for method, pattern in known)}

    assert unnamed == [], "add these to RIGHTS or OWN in test_every_endpoint.py"
    assert gone == set(), "no such endpoint any more"


async def _things(owner: Owner, territory: Territory, path: str, below: Someone) -> dict[str, UUID]:
    """One thing of each kind at a community, and an account, a session and a phone of somebody below the one who tries."""
    holder = territory["community"] if path == WEST_NORTH_1 else territory["other_community"]
    employer = await make_employer(owner, path, review_state="waiting_review")
    device = new_id()
    await owner.execute("insert into devices (id, account_id, name) values ($1, $2, '手机')", device, below.account_id)
    await make_session(owner, below.account_id, below.appointment_id)
    session = await owner.fetchval("select id from sessions where account_id = $1 limit 1", below.account_id)
    person = await make_person(owner, path)
    county, street = territory.units[path[: len(WEST)]], territory.units[path[: len(WEST_NORTH)]]
    await make_own_power(owner, county)
    exam = await make_exam(owner, path, below.id)
    change = await owner.fetchval(
        """insert into grid_changes (id, kind, made_by, effective_on, grid_id, grid_path, note, summary)
           select gen_random_uuid(), 'rename', $1, current_date, id, path, '', '{}' from grids where path = $2::text::ltree returning id""",
        below.id, path,
    )  # fmt: skip
    return {
        "unit": territory.units[path],
        "entrustment": await make_entrustment(owner, county, street, path=path[: len(WEST_NORTH)]),
        "designation": await make_designation(owner, employer, "key", below.id),
        "person": person,
        "certificate": await make_certificate(owner, person, kind="enforcement_certificate"),
        "duty": await make_duty(owner, person, path),
        "exam": exam,
        "plan": await owner.fetchval("select plan_id from exams where id = $1", exam),
        "hand_over": await make_hand_over(owner, person, below.id, holder.id),
        "grid_change": change,
        "import": await make_import(owner, path, below.id),
        "incident": await make_incident(owner, holder),
        "employer": employer,
        "conflict": await make_file_history(owner, holder, employer),
        "merge": await make_merge(owner, employer, await make_employer(owner, path), below.id),
        "anomaly": await make_anomaly(owner, holder, employer),
        "patrol": await make_patrol(owner, holder, [employer]),
        "grid": territory.grids[path],
        "evidence": await make_evidence(owner, holder, employer),
        "account": below.account_id,
        "device": device,
        "session": session,
        "book": await make_book(owner, path, below.id),
        "operation": await make_kept_operation(owner, holder.id, path),
        **await make_standing(owner, employer, below.id),
        **await make_registry(owner, path, below.id, employer),
    }


@pytest.fixture
async def inside(owner: Owner, territory: Territory) -> dict[str, UUID]:
    return await _things(owner, territory, WEST_NORTH_1, territory["community"])


@pytest.fixture
async def outside(owner: Owner, territory: Territory) -> dict[str, UUID]:
    return await _things(owner, territory, EAST_SOUTH_2, territory["other_community"])


async def the_one_who_tries(owner: Owner, role: str) -> Someone | None:
    if role == "nobody":
        return None
    return await make_person_with_account(owner, PLACES[role], role=role)


def may_end_the_session(path: str) -> bool:
    """Whether what is tried there may sign the one who tries out, lock her account or change her password."""
    return path.startswith(("/api/me", "/api/auth", "/api/accounts", "/api/sessions", "/api/devices"))


async def ask(client: Client, someone: Someone | None, method: str, path: str, ids: dict[str, UUID] | None) -> Any:
    body = BODIES.get(path)
    headers = UPLOADING if "/uploads" in path else None
    return await client(someone, language="en").request(method, filled(path, ids), json=body, headers=headers)


def let_in(method: str, path: str, answer: Any) -> bool:
    """Whether an answer is one to somebody who has the right, about a thing inside her scope where the path names one."""
    status, names = answer.status_code, re.findall(r"\{(\w+)\}", path)
    if status == 401:  # the form asks for the password once more, and the one given is wrong
        return (method, path) in OWN and answer.json()["type"] in ("wrong_password", "account_locked")
    if (method, path) in ENDS:
        return status in ENDS[method, path]
    if names and (method, filled(path)) in OWN:  # by whose record it is: see the tests of evidence and sessions
        return status in (200, 204, 403, 404)
    if method == "GET" and not names:
        return bool(status < 400)
    if names and set(names) <= set(THINGS):
        return status < 500 and status not in (403, 404)
    return status < 500 and status != 403


def carried(rights: dict[str, set[str]], role: str, right: str | None) -> bool:
    return right is None or right in rights.get(role, set())


@pytest.fixture
async def rights(owner: Owner) -> dict[str, set[str]]:
    """The matrix as the database has it."""
    found: dict[str, set[str]] = {}
    for role, right in await owner.fetch("select role, right_code from role_rights"):
        found.setdefault(role, set()).add(right)
    return found


@pytest.mark.parametrize("role", ROLES)
async def test_each_endpoint_answers_each_role_as_the_matrix_says(
    role: str, owner: Owner, app: Litestar, client: Client, rights: dict[str, set[str]], inside: dict[str, UUID]
) -> None:
    deviations = []
    usual = await the_one_who_tries(owner, role)
    for method, path in operations(app):
        someone = await the_one_who_tries(owner, role) if may_end_the_session(path) else usual
        right = right_of(method, path)
        await owner.execute("update sessions set revoked_at = null where id = $1", inside["session"])
        answer = await ask(client, someone, method, path, inside)
        if role == "nobody":
            fine = answer.status_code == 401
        elif not carried(rights, role, right):
            fine = answer.status_code == 403 and answer.json()["right"] == right
        else:
            fine = let_in(method, path, answer)
        if not fine:
            deviations.append((method, path, right, answer.status_code, answer.text[:200]))

    assert not deviations, "\n".join(map(str, deviations))


@pytest.mark.parametrize("role", [r for r in ROLES if r not in ("city", "nobody")])
async def test_a_thing_outside_the_scope_is_not_there_for_any_role(
    role: str, owner: Owner, app: Litestar, client: Client, rights: dict[str, set[str]], outside: dict[str, UUID]
) -> None:
    deviations, tried = [], 0
    before = await _fingerprint(owner)
    usual = await the_one_who_tries(owner, role)
    for method, path in operations(app):
        if not any(f"{{{name}}}" in path for name in THINGS):
            continue
        right = right_of(method, path)
        someone = await the_one_who_tries(owner, role) if may_end_the_session(path) else usual
        answer = await ask(client, someone, method, path, outside)
        expected = {404} if carried(rights, role, right) and (method, filled(path)) not in OWN else {403, 404}
        tried += 1
        if answer.status_code not in expected:
            deviations.append((method, path, answer.status_code, answer.text[:200]))

    assert not deviations, "\n".join(map(str, deviations))
    assert tried > 15
    assert await _fingerprint(owner) == before, "something outside the scope was changed"


async def _fingerprint(owner: Owner) -> list[Any]:
    """What the things outside say, whoever asks."""
    return [
        await owner.fetch("select id, version, review_state from employers where grid_path <@ $1::text::ltree order by id", EAST),
        await owner.fetch("select id, version, status from patrols where grid_path <@ $1::text::ltree order by id", EAST),
        await owner.fetch("select id, is_active from accounts where grid_path <@ $1::text::ltree order by id", EAST),
        await owner.fetch("select id, revoked_at from sessions where grid_path <@ $1::text::ltree order by id", EAST),
        await owner.fetch("select id, revoked_at, wipe_ordered_at from devices where grid_path <@ $1::text::ltree order by id", EAST),
        await owner.fetchval("select count(*) from one_time_codes where grid_path <@ $1::text::ltree", EAST),
        *[
            await owner.fetch(f"select md5(t::text) from {table} t where grid_path <@ $1::text::ltree order by id", EAST)
            for table in ("people", "units", "entrustments", "employer_designations", "certificates", "duties", "exams", "training_plans")
        ],
        await owner.fetch("select md5(g::text) from grids g where path <@ $1::text::ltree order by id", EAST),
    ]


async def test_the_auditor_writes_nothing(rights: dict[str, set[str]], owner: Owner) -> None:
    writes = {r[0] for r in await owner.fetch("select code from rights where kind = 'write'")}

    assert rights["auditor"] & writes == set()
    assert {"audit.read", "employer.read", "records.read"} <= rights["auditor"]
    assert not {"contact.read", "identity.read"} & rights["auditor"]


async def test_every_right_that_is_asked_for_is_described_and_given_to_someone(rights: dict[str, set[str]], owner: Owner) -> None:
    described = {r[0] for r in await owner.fetch("select code from rights")}

    assert {right for *_, right in RIGHTS} <= described
    assert {right for *_, right in RIGHTS} <= set().union(*rights.values())


SUBTREES = [
    ("/api/accounts", "accounts", "id", "account.manage"),
    ("/api/sessions", "sessions", "id", "account.manage"),
    ("/api/devices", "devices", "device_id", "device.manage"),
    ("/api/employers", "employers", "id", "employer.read"),
    ("/api/employers?q=%E5%8D%95%E4%BD%8D", "employers", "id", "employer.read"),
    ("/api/patrols", "patrols", "id", "patrol.read"),
    ("/api/check-ins", "check_ins", "id", "records.read"),
    ("/api/visits", "visits", "id", "records.read"),
    ("/api/duties", "duties", "id", "people.read"),
    ("/api/certificates", "certificates", "id", "people.read"),
    ("/api/entrustments", "entrustments", "id", "entrustment.read"),
    ("/api/grid-changes", "grid_changes", "id", "grid.read"),
]


@pytest.mark.parametrize("role", ["city", "county", "other_county", "auditor", "county_auditor"])
async def test_each_list_holds_the_subtree_of_whoever_may_read_it(
    role: str, owner: Owner, client: Client, inside: dict[str, UUID], outside: dict[str, UUID], rights: dict[str, set[str]]
) -> None:
    place = {"city": CITY, "county": WEST, "other_county": EAST, "auditor": CITY, "county_auditor": WEST}[role]
    kind = role.removeprefix("other_").removeprefix("county_") if role.endswith("auditor") else role.removeprefix("other_")
    someone = await make_person_with_account(owner, place, role=kind)
    deviations = []
    for path, table, key, right in SUBTREES:
        answer = await client(someone).get(path, params={"page_size": 200})
        if right not in rights[kind]:
            fine = answer.status_code == 403
        else:
            expected = {r[0] for r in await owner.fetch(f"select id from {table} where grid_path <@ $1::text::ltree", place)}
            found = [UUID(item[key]) for item in answer.json()["items"]]
            fine = set(found) == expected and len(found) == answer.json()["total"]
        if not fine:
            deviations.append((path, answer.status_code, answer.text[:200]))

    assert not deviations, "\n".join(map(str, deviations))


@pytest.mark.parametrize("role", ["county", "street", "community"])
async def test_a_phone_takes_the_subtree_and_nothing_else(
    role: str, owner: Owner, client: Client, territory: Territory, inside: dict[str, UUID], outside: dict[str, UUID]
) -> None:
    answer = await client(territory[role]).get("/api/sync/pull", params={"limit": 2000})

    ids = {item["id"] for item in answer.json()["items"] if item["kind"] == "employer"}
    expected = {str(r[0]) for r in await owner.fetch("select id from employers where grid_path <@ $1::text::ltree", territory[role].path)}
    assert ids == expected
    assert str(outside["employer"]) not in answer.text
