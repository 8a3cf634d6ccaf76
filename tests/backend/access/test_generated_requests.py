"""Requests made up from the API's own description, good and bad ones, sent as every role: never a 500, never an answer that the
description does not know, never a word of another county's rows.

Schemathesis makes the requests; they are sent through the application's own loop. Half of the ids are replaced by those of things
outside the scope, so that there is something to leak. ``WANGGE_TEST_FULL`` makes many more of them.
"""

import contextlib
import os
import random
import re
import warnings
from typing import Any
from unittest import SkipTest
from uuid import UUID

import httpx
import pytest
import schemathesis
from factories import (
    CITY,
    EAST_SOUTH_2,
    WEST,
    WEST_NORTH,
    WEST_NORTH_1,
    Owner,
    Someone,
    Territory,
    make_check_in,
    make_employer,
    make_evidence,
    make_patrol,
    make_person_with_account,
    make_visit,
)
from fixture_types import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from litestar import Litestar
from schemathesis import GenerationMode

from wangge.core.ids import new_id

EXAMPLES = 60 if os.environ.get("WANGGE_TEST_FULL") else 2
ROLES = {"city": CITY, "county": WEST, "street": WEST_NORTH, "community": WEST_NORTH_1, "auditor": WEST}
SENTINEL = "哨兵绝密"
PHONE = "13700009999"
# Of these the request's own session would be the next victim; matrix and own tests try them.
LEFT_OUT = {"/api/auth/sign-out", "/api/auth/sign-in", "/api/auth/reset-password", "/api/me/password"}


def _drawn(strategy: Any) -> list[Any]:
    """Some examples of a strategy; the same ones in every run."""
    made: list[Any] = []

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        made.append(data.draw(strategy))

    collect()
    return made


def _cases(app: Litestar) -> list[Any]:
    """Requests for every operation, as the description has them and against it."""
    made: list[Any] = []
    for result in schemathesis.openapi.from_dict(app.openapi_schema.to_schema()).get_all_operations():
        operation = result.ok()
        if operation.path in LEFT_OUT or "/uploads" in operation.path:
            continue
        made += _drawn(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        # without parameters or body there is nothing to get wrong
        with contextlib.suppress(SkipTest, Unsatisfiable):
            made += _drawn(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    return made


@pytest.fixture(scope="session")
def cases(app: Litestar) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _cases(app)


@pytest.fixture
async def outside(owner: Owner, territory: Territory) -> dict[str, UUID]:
    """Things of the far county whose every word is told apart."""
    person = await make_person_with_account(owner, EAST_SOUTH_2, name=f"{SENTINEL}人员", login="sentinel.far", phone=PHONE)
    employer = await make_employer(
        owner, EAST_SOUTH_2, name=f"{SENTINEL}单位", address=f"{SENTINEL}路", contact_name=f"{SENTINEL}联系人", contact_phone=PHONE,
        note=f"{SENTINEL}备注", review_state="waiting_review",
    )  # fmt: skip
    patrol = await make_patrol(owner, person, [employer], title=f"{SENTINEL}巡查")
    check_in = await make_check_in(owner, person, employer, patrol_id=patrol)
    visit = await make_visit(owner, person, employer, patrol_id=patrol, check_in_id=check_in, note=f"{SENTINEL}走访")
    device = new_id()
    await owner.execute("insert into devices (id, account_id, name) values ($1, $2, $3)", device, person.account_id, f"{SENTINEL}手机")
    await owner.execute("update grids set name = $1 where path = $2::text::ltree", f"{SENTINEL}网格", EAST_SOUTH_2)
    return {
        "employer_id": employer, "patrol_id": patrol, "grid_id": territory.grids[EAST_SOUTH_2], "account_id": person.account_id,
        "evidence_id": await make_evidence(owner, person, employer), "device_id": device, "visit_id": visit, "assignee_id": person.id,
        "session_id": await owner.fetchval("select id from sessions where account_id = $1", person.account_id), "person_id": person.id,
        "subject_id": employer,
    }  # fmt: skip


def _aim(kwargs: dict[str, Any], case: Any, outside: dict[str, UUID], dice: random.Random) -> None:
    """Point half of the ids of a request at things outside the scope."""
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", str(outside[name]) if name in outside and dice.random() < 0.5 else _segment(value))
    kwargs["url"] = path
    params = kwargs.get("params")
    if isinstance(params, dict):
        for name in params:
            if name in outside and dice.random() < 0.5:
                params[name] = str(outside[name])


def _segment(value: Any) -> str:
    return re.sub(r"[^\w.\-~]", lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "replace")), str(value)) or "x"


async def _send(http: httpx.AsyncClient, case: Any, outside: dict[str, UUID], dice: random.Random) -> httpx.Response | None:
    kwargs = case.as_transport_kwargs(base_url="http://wangge.test")
    kwargs = {k: v for k, v in kwargs.items() if k in ("method", "params", "json", "data", "headers") and v is not None}
    headers = {k: v for k, v in dict(kwargs.pop("headers", {})).items() if k.lower() in ("content-type", "accept")}
    _aim(kwargs, case, outside, dice)
    if "data" in kwargs:
        kwargs["content"] = kwargs.pop("data")
    try:
        request = http.build_request(**kwargs, headers=headers)
    except (httpx.InvalidURL, ValueError, TypeError):
        return None  # httpx cannot even write it
    return await http.send(request)


def _known(case: Any, answer: httpx.Response) -> bool:
    """Whether the description knows such an answer: one it names, or one of the house's problems."""
    if answer.status_code < 400:
        return str(answer.status_code) in case.operation.definition.raw.get("responses", {}) or answer.status_code == 304
    if case.method.upper() == "HEAD":
        return True
    return bool(answer.headers.get("content-type", "").startswith("application/problem+json")) and {"type", "status", "detail"} <= set(
        answer.json()
    )


@pytest.mark.parametrize("role", ROLES)
async def test_no_made_up_request_breaks_the_api_or_gets_another_countys_rows(
    role: str, owner: Owner, territory: Territory, outside: dict[str, UUID], client: Client, cases: list[Any]
) -> None:
    someone: Someone = await make_person_with_account(owner, ROLES[role], role=role)
    dice = random.Random(role)
    http = client(someone)
    faults, sent = [], 0
    for case in cases:
        answer = await _send(http, case, outside, dice)
        if answer is None:
            continue
        sent += 1
        if answer.status_code == 401 and answer.json()["type"] == "session_expired":
            raise AssertionError(f"{case.method} {case.path} ended the session")
        if answer.status_code >= 500 or not _known(case, answer):
            faults.append((case.method, str(answer.request.url), answer.request.content[:200], answer.status_code, answer.text[:200]))
        if role != "city" and (SENTINEL in answer.text or PHONE in answer.text):
            asked = f"{answer.request.url}{answer.request.content.decode('utf-8', 'replace')}"
            if SENTINEL not in asked:
                faults.append((case.method, str(answer.request.url), "leaks", answer.text[:300]))

    assert faults == []
    assert sent > 100


async def test_the_sentinels_are_there_to_be_leaked(owner: Owner, territory: Territory, outside: dict[str, UUID], client: Client) -> None:
    http = client(territory["city"])

    assert SENTINEL in (await http.get(f"/api/employers/{outside['employer_id']}")).text
    assert SENTINEL in (await http.get("/api/accounts", params={"q": "sentinel"})).text
