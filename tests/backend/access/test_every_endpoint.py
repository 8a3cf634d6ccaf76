"""What holds for every endpoint: nobody signed out gets in, no right no entry, unsafe requests come from our own pages."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from factories import Owner, Territory, make_session
from fixture_types import Client, LookedAt, StartOver
from litestar import Litestar

from wangge.core.clock import utc_now
from wangge.gaps.kinds import KINDS

PUBLIC = {
    ("GET", "/api/health"),
    ("GET", "/api/ready"),
    ("POST", "/api/auth/sign-in"),
    ("POST", "/api/auth/reset-password"),
    ("GET", "/api/map/places"),
    ("GET", "/api/map/basemap"),
}
ID = "01900000-0000-7000-8000-000000000000"  # fixed: every test worker must collect the same names
# What a path takes so that the request gets as far as asking who is there.
FILLED = {"kind": "grid_without_owner", "layer": "grids", "level": "3", "z": "9", "x": "425", "y": "199"}
# What an endpoint must be asked for besides.
QUERIES = {
    "/api/responsibility": "?matter=patrol&lon=119.1&lat=36.8",
    "/api/certificates/{certificate_id}/scan": "?version=1",
    "/api/evidence/chains": f"?person_id={ID}",
    "/api/log/proof/inclusion": f"?subject_id={ID}",
    "/api/log/proof/consistency": "?first=1",
    "/api/employers/{employer_id}/versions/compare": "?first=1&last=2",
}
PLAN = {"id": ID, "assignee_id": ID, "planned_on": "2030-01-01", "employer_ids": [ID]}
ENTRUSTMENT = {
    "id": ID, "principal_id": ID, "agent_id": ID, "matters": ["patrol"], "powers": ["patrol"], "reach": "area", "grid_id": ID,
    "valid_from": "2030-01-01", "valid_to": "2030-12-31",
}  # fmt: skip
CERTIFICATE = {"id": ID, "person_id": ID, "kind": "post_certificate", "number": "x", "issuer": "x", "issued_on": "2026-01-01"}
BODIES: dict[str, dict[str, Any]] = {
    "/api/patrols": PLAN,
    "/api/patrols/{patrol_id}/cancel": {"reason": "x", "version": 1},
    "/api/employers/{employer_id}/review": {"decision": "accept", "version": 1},
    "/api/coverage/uncovered": {},
    "/api/employers/{employer_id}/place": {"position": [119.1, 36.6], "version": 1},
    "/api/sync/push": {"operations": []},
    "/api/employers/{employer_id}/file": {"version": 1, "changes": {"on_roll": 1}},
    "/api/employers/{employer_id}/restore": {"version": 1, "to_version": 1, "reason": "误改"},
    "/api/employers/{employer_id}/merge": {"merged_id": ID, "reason": "同一家", "version": 1, "merged_version": 1},
    "/api/employer-merges/{merge_id}/undo": {"reason": "是两家"},
    "/api/employer-conflicts/{conflict_id}/resolve": {"value": 3, "reason": "查了名册", "version": 1},
    "/api/anomalies/{anomaly_id}/review": {"conclusion": "explained", "note": "有原因", "version": 1},
    "/api/employers/{employer_id}/signals": {"id": ID, "kind": "complaint", "since": "2026-01-02"},
    "/api/employers/{employer_id}/signals/{signal_id}/end": {"until": "2026-02-02", "note": "已结清", "version": 1},
    "/api/employers/{employer_id}/signals/{signal_id}/withdraw": {"reason": "记错单位", "version": 1},
    "/api/key-list/{entry_id}/acknowledge": {"version": 1},
    "/api/rating-rounds": {"id": ID, "grid_id": ID, "year": 2025},
    "/api/rating-rounds/{round_id}/accept": {"grades": ["A"], "version": 1},
    "/api/rating-rounds/{round_id}/publish": {"version": 1},
    "/api/ratings/{rating_id}/decide": {"grade": "A", "version": 1},
    "/api/ratings/{rating_id}/objections": {"id": ID, "filed_on": "2026-01-02", "filed_by": "张三", "grounds": "不符"},
    "/api/ratings/{rating_id}/objections/{objection_id}/decide": {"decision": "rejected", "reason": "属实", "version": 1},
    "/api/me/device/key": {"public_key": "x", "proof": "x"},
    "/api/evidence/packages": {"reason": "案卷移送", "employer_id": ID},
    "/api/sync/operations/{operation_id}/withdraw": {"reason": "重复"},
    "/api/sync/operations/{operation_id}/close": {"reason": "重复"},
    "/api/spatial-imports/{import_id}": {"version": 1},
    "/api/spatial-imports/{import_id}/apply": {"version": 1},
    "/api/spatial-imports/{import_id}/withdraw": {"version": 1},
    "/api/registry-imports/{import_id}": {"version": 1},
    "/api/registry-imports/{import_id}/apply": {"version": 1},
    "/api/registry-imports/{import_id}/withdraw": {"version": 1},
    "/api/registry-rows/{row_id}/place": {"position": [119.1, 36.6], "version": 1},
    "/api/matches": {"kind": "registry_row", "subject_id": ID, "verdict": "new_file"},
    "/api/grid-changes": {"kind": "rename", "grid_id": ID, "name": "x"},
    "/api/grid-changes/preview": {"kind": "rename", "grid_id": ID, "name": "x"},
    "/api/books": {"kind": "grid", "grid_id": ID},
    "/api/units": {"id": ID, "code": "1", "name": "x", "kind": "street", "grid_id": ID},
    "/api/units/{unit_id}": {"version": 1, "name": "x", "kind": "street"},
    "/api/units/{unit_id}/close": {"version": 1, "closed_on": "2030-01-01", "reason": "x"},
    "/api/units/{unit_id}/intake": {"open": True, "on": "2030-01-01"},
    "/api/units/{unit_id}/powers": {"matters": ["penalty"], "source": "x", "valid_from": "2030-01-01"},
    "/api/units/{unit_id}/powers/end": {"power_ids": [ID], "last_day": "2030-01-01", "reason": "x"},
    "/api/entrustments": ENTRUSTMENT,
    "/api/entrustments/preview": ENTRUSTMENT,
    "/api/entrustments/{entrustment_id}": ENTRUSTMENT,
    "/api/entrustments/{entrustment_id}/put-in-force": {"version": 1},
    "/api/entrustments/{entrustment_id}/end": {"version": 1, "how": "ended", "reason": "x"},
    "/api/entrustments/{entrustment_id}/extend": {"id": ID, "valid_to": "2030-01-01"},
    "/api/employers/{employer_id}/designations": {"id": ID, "kind": "key", "valid_from": "2026-01-01", "reason": "x", "source": "x"},
    "/api/employers/{employer_id}/designations/{designation_id}/end": {"last_day": "2030-01-01", "reason": "x"},
    "/api/duties": {"id": ID, "person_id": ID, "grid_id": ID, "duty": "x", "valid_from": "2030-01-01"},
    "/api/duties/{duty_id}": {"duty": "x", "tasks": "", "is_main": False, "valid_to": None, "version": 1},
    "/api/duties/{duty_id}/end": {"ends_on": "2030-01-01", "reason": "x", "version": 1},
    "/api/certificates": CERTIFICATE,
    "/api/certificates/{certificate_id}": {"number": "x", "issuer": "x", "issued_on": "2026-01-01", "expires_on": None, "version": 1},
    "/api/certificates/{certificate_id}/revoke": {"revoked_on": "2026-01-01", "reason": "x", "version": 1},
    "/api/people": {"id": ID, "name": "x", "kind": "staff", "unit_id": ID},
    "/api/people/{person_id}": {
        "name": "x",
        "kind": "staff",
        "employee_no": None,
        "gender": None,
        "birth_year": None,
        "education": None,
        "post": "",
        "version": 1,
    },
    "/api/people/{person_id}/decide": {"decision": "approve", "version": 1},
    "/api/people/{person_id}/nominate": {"version": 1},
    "/api/people/{person_id}/appointments": {"unit_id": ID, "valid_from": "2026-01-01"},
    "/api/people/{person_id}/unmask": {"fields": ["phone"], "reason": "xx"},
    "/api/people/{person_id}/hand-over": {
        "id": ID,
        "cause": "leaving",
        "reason": "x",
        "ends_on": "2026-01-01",
        "duties": [],
        "patrols": [],
    },
    "/api/training/plans": {"id": ID, "year": 2026, "title": "x", "unit_id": ID, "target_people": 1},
    "/api/training/plans/{plan_id}": {"title": "x", "target_people": 1, "goal": "", "version": 1},
    "/api/training/plans/{plan_id}/courses": {"id": ID, "title": "x", "hours": 1},
    "/api/training/plans/{plan_id}/exams": {"id": ID, "title": "x", "held_on": "2026-01-01", "certificate_kind": "post_certificate"},
    "/api/training/exams/{exam_id}/scores": {"scores": [{"person_id": ID, "score": 1}]},
    "/api/employers/{employer_id}/unmask": {"reason": "核对电话"},
    "/api/me/password": {"current_password": "x", "new_password": "x"},
    "/api/me/totp": {"current_password": "x"},
    "/api/me/totp/confirm": {"code": "000000"},
    "/api/me/totp/remove": {"current_password": "x"},
    "/api/me/recovery-codes": {"current_password": "x"},
    "/api/me/device/wiped": {"left_unsent": 0},
    "/api/me/device/store-key": {"key_id": ID, "key": "A" * 43 + "="},
    "/api/accounts": {"person_id": ID, "login": "new.login"},
    "/api/accounts/{account_id}/disable": {"reason": "离岗"},
    "/api/accounts/{account_id}/reset": {},
    "/api/devices/{device_id}/accounts/{account_id}/revoke": {"reason": "丢失"},
    "/api/devices/{device_id}/accounts/{account_id}/wipe": {"reason": "丢失"},
    "/api/incidents/{incident_id}/acknowledge": {"version": 1},
    "/api/incidents/{incident_id}/close": {"note": "已劝离", "version": 2},
}
# What an upload must say before it is asked who sends it.
UPLOADING = {
    "Tus-Resumable": "1.0.0", "Upload-Length": "4", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
    "Upload-Metadata": f"evidence_id {b64encode(ID.encode()).decode()},part {b64encode(b'copy').decode()}",
}  # fmt: skip
RIGHTS = [
    ("GET", "/api/grids", "grid.read"),
    ("GET", f"/api/grids/{ID}", "grid.read"),
    ("GET", "/api/map/tiles/grids/9/425/199", "grid.read"),
    ("GET", "/api/map/tiles/employers/9/425/199", "employer.read"),
    ("GET", "/api/map/base", "grid.read"),
    ("GET", "/api/map/base/tiles/9/425/199", "grid.read"),
    ("GET", "/api/map/base/own", "field.pull"),
    ("GET", "/api/employers", "employer.read"),
    ("GET", f"/api/employers/{ID}", "employer.read"),
    ("POST", f"/api/employers/{ID}/review", "employer.review"),
    ("GET", "/api/coverage/uncovered", "coverage.read"),
    ("POST", "/api/coverage/uncovered", "coverage.read"),
    ("GET", "/api/coverage/counts", "coverage.read"),
    ("GET", "/api/coverage/trend", "coverage.read"),
    ("GET", "/api/coverage/tiles/uncovered/9/425/199", "coverage.read"),
    ("GET", "/api/coverage/tiles/grids/3/9/425/199", "coverage.read"),
    ("GET", "/api/coverage/uncovered.csv", "coverage.read"),
    ("GET", "/api/coverage/uncovered.xlsx", "coverage.read"),
    ("GET", "/api/coverage/uncovered.geojson", "coverage.read"),
    ("GET", "/api/coverage/uncovered.gpkg", "coverage.read"),
    ("GET", "/api/people/assignable", "patrol.plan"),
    ("GET", "/api/patrols", "patrol.read"),
    ("GET", f"/api/patrols/{ID}", "patrol.read"),
    ("POST", "/api/patrols", "patrol.plan"),
    ("POST", f"/api/patrols/{ID}/cancel", "patrol.plan"),
    ("GET", "/api/check-ins", "records.read"),
    ("GET", "/api/visits", "records.read"),
    ("GET", "/api/talks", "records.read"),
    ("GET", "/api/talks/export.xlsx", "export.read"),
    ("GET", f"/api/patrols/{ID}/track", "track.read"),
    ("GET", "/api/incidents", "incident.read"),
    ("GET", "/api/incidents/counts", "incident.read"),
    ("GET", f"/api/incidents/{ID}", "incident.read"),
    ("POST", f"/api/incidents/{ID}/acknowledge", "incident.handle"),
    ("POST", f"/api/incidents/{ID}/close", "incident.handle"),
    ("GET", "/api/spatial-imports", "grid.edit"),
    ("POST", "/api/spatial-imports", "grid.edit"),
    ("GET", f"/api/spatial-imports/{ID}", "grid.edit"),
    ("PATCH", f"/api/spatial-imports/{ID}", "grid.edit"),
    ("GET", f"/api/spatial-imports/{ID}/features", "grid.edit"),
    ("GET", f"/api/spatial-imports/{ID}/preview.geojson", "grid.edit"),
    ("GET", f"/api/spatial-imports/{ID}/changes", "grid.edit"),
    ("POST", f"/api/spatial-imports/{ID}/apply", "grid.edit"),
    ("POST", f"/api/spatial-imports/{ID}/withdraw", "grid.edit"),
    ("GET", "/api/registry-imports", "registry.read"),
    ("POST", "/api/registry-imports", "registry.edit"),
    ("GET", f"/api/registry-imports/{ID}", "registry.read"),
    ("PATCH", f"/api/registry-imports/{ID}", "registry.edit"),
    ("GET", f"/api/registry-imports/{ID}/rows", "registry.read"),
    ("GET", f"/api/registry-imports/{ID}/marked.xlsx", "registry.read"),
    ("POST", f"/api/registry-imports/{ID}/apply", "registry.edit"),
    ("POST", f"/api/registry-imports/{ID}/withdraw", "registry.edit"),
    ("GET", "/api/registry-rows", "registry.read"),
    ("GET", "/api/registry-rows/export.xlsx", "export.read"),
    ("POST", f"/api/registry-rows/{ID}/place", "registry.match"),
    ("GET", "/api/matches", "registry.match"),
    ("POST", "/api/matches", "registry.match"),
    ("GET", "/api/matches/decisions", "registry.read"),
    ("POST", f"/api/matches/decisions/{ID}/undo", "registry.match"),
    ("GET", "/api/exports/grids", "export.read"),
    ("GET", "/api/books", "book.make"),
    ("POST", "/api/books", "book.make"),
    ("GET", f"/api/books/{ID}", "book.make"),
    ("GET", f"/api/books/{ID}/pdf", "book.make"),
    ("GET", f"/api/books/{ID}/xlsx", "book.make"),
    ("GET", "/api/exports/employers", "export.read"),
    ("POST", f"/api/employers/{ID}/place", "employer.review"),
    ("GET", "/api/gaps/counts", "gap.read"),
    ("GET", "/api/gaps/grid_without_owner", "gap.read"),
    *[("GET", f"/api/gaps/{kind}.csv", "gap.read") for kind in KINDS],
    ("GET", f"/api/grids/{ID}/history", "grid.read"),
    ("GET", f"/api/grids/{ID}/editing", "grid.edit"),
    ("GET", f"/api/grids/{ID}/tiling", "grid.read"),
    ("GET", "/api/grid-changes", "grid.read"),
    ("GET", f"/api/grid-changes/{ID}", "grid.read"),
    ("POST", "/api/grid-changes", "grid.edit"),
    ("POST", "/api/grid-changes/preview", "grid.edit"),
    ("POST", f"/api/grid-changes/{ID}/undo", "grid.edit"),
    ("GET", f"/api/employers/{ID}/grids", "employer.read"),
    ("GET", "/api/matters", "responsibility.read"),
    ("GET", "/api/responsibility?matter=patrol&lon=119.1&lat=36.8", "responsibility.read"),
    ("GET", "/api/units", "unit.read"),
    ("POST", "/api/units", "unit.edit"),
    ("PUT", f"/api/units/{ID}", "unit.edit"),
    ("POST", f"/api/units/{ID}/close", "unit.edit"),
    ("POST", f"/api/units/{ID}/intake", "unit.edit"),
    ("POST", f"/api/units/{ID}/powers", "unit.edit"),
    ("POST", f"/api/units/{ID}/powers/end", "unit.edit"),
    ("GET", f"/api/units/{ID}", "unit.read"),
    ("GET", f"/api/units/{ID}/history", "unit.read"),
    ("GET", "/api/entrustments", "entrustment.read"),
    ("GET", "/api/entrustments/export.csv", "entrustment.read"),
    ("GET", f"/api/entrustments/{ID}", "entrustment.read"),
    ("GET", f"/api/entrustments/{ID}/employers", "entrustment.read"),
    ("GET", f"/api/entrustments/{ID}/document", "entrustment.read"),
    ("POST", "/api/entrustments", "entrustment.edit"),
    ("POST", "/api/entrustments/preview", "entrustment.edit"),
    ("PUT", f"/api/entrustments/{ID}", "entrustment.edit"),
    ("PUT", f"/api/entrustments/{ID}/document", "entrustment.edit"),
    ("POST", f"/api/entrustments/{ID}/put-in-force", "entrustment.edit"),
    ("POST", f"/api/entrustments/{ID}/end", "entrustment.edit"),
    ("POST", f"/api/entrustments/{ID}/extend", "entrustment.edit"),
    ("GET", f"/api/employers/{ID}/designations", "employer.read"),
    ("POST", f"/api/employers/{ID}/designations", "entrustment.edit"),
    ("POST", f"/api/employers/{ID}/designations/{ID}/end", "entrustment.edit"),
    ("GET", "/api/duties", "people.read"),
    ("POST", "/api/duties", "duty.assign"),
    ("PATCH", f"/api/duties/{ID}", "duty.assign"),
    ("POST", f"/api/duties/{ID}/end", "duty.assign"),
    ("GET", "/api/certificates", "people.read"),
    ("GET", "/api/certificates/counts", "people.read"),
    ("GET", "/api/certificates/requirements", "people.read"),
    ("GET", "/api/certificates/export.xlsx", "export.read"),
    ("GET", "/api/certificates/import-template.xlsx", "people.train"),
    ("POST", "/api/certificates/import", "people.train"),
    ("POST", "/api/certificates/import-marked.xlsx", "people.train"),
    ("POST", "/api/certificates", "people.train"),
    ("PATCH", f"/api/certificates/{ID}", "people.train"),
    ("POST", f"/api/certificates/{ID}/revoke", "people.train"),
    ("POST", f"/api/certificates/{ID}/scan?version=1", "people.train"),
    ("GET", f"/api/certificates/{ID}/scan?version=1", "people.read"),
    ("GET", "/api/people", "people.read"),
    ("GET", f"/api/people/{ID}", "people.read"),
    ("GET", "/api/people/export.xlsx", "export.read"),
    ("GET", "/api/people/import-template.xlsx", "people.nominate"),
    ("POST", "/api/people/import", "people.nominate"),
    ("POST", "/api/people/import-marked.xlsx", "people.nominate"),
    ("POST", "/api/people", "people.nominate"),
    ("PATCH", f"/api/people/{ID}", "people.nominate"),
    ("POST", f"/api/people/{ID}/nominate", "people.nominate"),
    ("POST", f"/api/people/{ID}/decide", "people.approve"),
    ("POST", f"/api/people/{ID}/appointments", "people.approve"),
    ("POST", f"/api/people/{ID}/hand-over", "people.approve"),
    ("POST", f"/api/people/{ID}/unmask", "identity.read"),
    ("GET", f"/api/people/{ID}/assignable", "patrol.plan"),
    ("GET", f"/api/people/{ID}/open-work", "people.read"),
    ("GET", f"/api/hand-overs/{ID}", "people.read"),
    ("GET", "/api/training/plans", "people.read"),
    ("GET", f"/api/training/plans/{ID}", "people.read"),
    ("GET", "/api/training/results", "people.read"),
    ("GET", "/api/training/score-sheet.xlsx", "people.train"),
    ("POST", "/api/training/plans", "people.train"),
    ("PATCH", f"/api/training/plans/{ID}", "people.train"),
    ("POST", f"/api/training/plans/{ID}/courses", "people.train"),
    ("POST", f"/api/training/plans/{ID}/exams", "people.train"),
    ("POST", f"/api/training/exams/{ID}/scores", "people.train"),
    ("POST", f"/api/training/exams/{ID}/scores/import", "people.train"),
    ("POST", f"/api/employers/{ID}/unmask", "identity.read"),
    ("GET", f"/api/employers/{ID}/file", "employer.read"),
    ("POST", f"/api/employers/{ID}/file", "employer.edit"),
    ("GET", f"/api/employers/{ID}/surveys", "employer.read"),
    ("GET", f"/api/employers/{ID}/versions", "employer.read"),
    ("GET", f"/api/employers/{ID}/versions/compare?first=1&last=2", "employer.read"),
    ("POST", f"/api/employers/{ID}/restore", "employer.edit"),
    ("GET", f"/api/employers/{ID}/timeline", "employer.read"),
    ("POST", f"/api/employers/{ID}/merge", "employer.merge"),
    ("POST", f"/api/employer-merges/{ID}/undo", "employer.merge"),
    ("GET", "/api/employer-conflicts", "conflict.read"),
    ("POST", f"/api/employer-conflicts/{ID}/resolve", "conflict.resolve"),
    ("GET", "/api/accounts", "account.manage"),
    ("POST", "/api/accounts", "account.manage"),
    ("GET", "/api/accounts/candidates", "account.manage"),
    ("GET", f"/api/accounts/{ID}", "account.manage"),
    ("POST", f"/api/accounts/{ID}/disable", "account.manage"),
    ("POST", f"/api/accounts/{ID}/enable", "account.manage"),
    ("POST", f"/api/accounts/{ID}/reset", "account.manage"),
    ("POST", f"/api/accounts/{ID}/revoke-sessions", "account.manage"),
    ("POST", f"/api/accounts/{ID}/enrolment", "device.manage"),
    ("GET", "/api/sessions", "account.manage"),
    ("POST", f"/api/sessions/{ID}/revoke", "account.manage"),
    ("GET", "/api/devices", "device.manage"),
    ("POST", f"/api/devices/{ID}/accounts/{ID}/revoke", "device.manage"),
    ("POST", f"/api/devices/{ID}/accounts/{ID}/wipe", "device.manage"),
    ("GET", "/api/anomalies", "anomaly.read"),
    ("GET", "/api/anomalies/export.xlsx", "anomaly.read"),
    ("POST", f"/api/anomalies/{ID}/review", "anomaly.review"),
    ("GET", f"/api/employers/{ID}/standing", "key_list.read"),
    ("GET", "/api/standing/rules", "key_list.read"),
    ("POST", f"/api/employers/{ID}/signals", "signal.record"),
    ("POST", f"/api/employers/{ID}/signals/{ID}/end", "signal.record"),
    ("POST", f"/api/employers/{ID}/signals/{ID}/withdraw", "signal.record"),
    ("GET", "/api/key-list", "key_list.read"),
    ("GET", "/api/key-list/export.xlsx", "key_list.read"),
    ("POST", f"/api/key-list/{ID}/acknowledge", "key_list.acknowledge"),
    ("GET", "/api/rating-rounds", "rating.read"),
    ("POST", "/api/rating-rounds", "rating.review"),
    ("GET", f"/api/rating-rounds/{ID}", "rating.read"),
    ("POST", f"/api/rating-rounds/{ID}/accept", "rating.review"),
    ("POST", f"/api/rating-rounds/{ID}/publish", "rating.publish"),
    ("GET", "/api/ratings", "rating.read"),
    ("GET", "/api/ratings/export.xlsx", "rating.read"),
    ("GET", f"/api/ratings/{ID}", "rating.read"),
    ("POST", f"/api/ratings/{ID}/decide", "rating.review"),
    ("POST", f"/api/ratings/{ID}/objections", "rating.review"),
    ("POST", f"/api/ratings/{ID}/objections/{ID}/decide", "rating.publish"),
    ("GET", "/api/audit", "audit.read"),
    ("GET", "/api/audit/lines.csv", "audit.read"),
    ("GET", "/api/sync/pull", "field.pull"),
    ("POST", "/api/sync/push", "field.capture"),
    ("GET", "/api/sync/operations", "records.read"),
    ("GET", f"/api/evidence/chains?person_id={ID}", "records.read"),
    ("POST", "/api/evidence/packages", "evidence.export"),
    ("POST", f"/api/sync/operations/{ID}/withdraw", "field.capture"),
    ("POST", f"/api/sync/operations/{ID}/close", "records.close"),
    ("POST", f"/api/sync/operations/{ID}/retry", "records.retry"),
]
# Open to everyone who is signed in: oneself, what no role is denied, and what is decided by whose record it is.
OWN = {
    ("GET", "/api/me"), ("POST", "/api/auth/sign-out"), ("GET", "/api/me/security"), ("POST", "/api/me/password"),
    ("POST", "/api/me/totp"), ("POST", "/api/me/totp/confirm"), ("POST", "/api/me/totp/remove"), ("POST", "/api/me/recovery-codes"),
    ("GET", "/api/me/sessions"), ("POST", f"/api/me/sessions/{ID}/revoke"), ("POST", "/api/me/sessions/revoke-others"),
    ("PUT", "/api/me/device/store-key"), ("GET", "/api/me/device/store-key"), ("GET", "/api/unsent-files/key"),
    ("POST", "/api/me/device/wiped"), ("GET", "/api/rights"), ("GET", "/api/map/extent"),
    ("GET", "/api/me/certificates"), ("GET", "/api/catalogues"),
    ("GET", f"/api/evidence/{ID}"), ("GET", f"/api/evidence/{ID}/copy"), ("GET", f"/api/evidence/{ID}/original"),
    ("GET", f"/api/evidence/{ID}/thumbnail"), ("POST", "/api/uploads"), ("HEAD", f"/api/uploads/{ID}"),
    ("PATCH", f"/api/uploads/{ID}"),
    ("POST", "/api/me/device/key"), ("GET", "/api/log/key"), ("GET", "/api/log/roots"), ("GET", "/api/log/head"),
    ("GET", f"/api/log/proof/inclusion?subject_id={ID}"), ("GET", "/api/log/proof/consistency?first=1"),
}  # fmt: skip


@pytest.fixture
async def territory(looked_at: LookedAt) -> Territory:
    """The territory as the test before left it: nothing gets in here."""
    found: Territory = await looked_at(as_it_is)
    return found


@pytest.fixture
def owner(_owner: Owner) -> Owner:
    """The owner's connection; nothing is cleaned away."""
    return _owner


async def as_it_is(_: Owner, territory: Territory) -> Territory:
    """Nothing more."""
    return territory


@cache
def endpoints(app: Litestar) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Every documented operation that needs a session, its path filled."""
    found = []
    for path, item in app.openapi_schema.to_schema()["paths"].items():
        for method in ("get", "post", "put", "patch", "delete", "head"):
            if method in item and (method.upper(), path) not in PUBLIC:
                filled = re.sub(r"\{(\w+)\}", lambda m: FILLED.get(m[1], ID), path) + QUERIES.get(path, "")
                found.append((method.upper(), filled, BODIES.get(path)))
    return found


async def test_nobody_gets_in_without_a_session(app: Litestar, territory: Territory, client: Client) -> None:
    http = client(language="en")
    answers = {
        (method, path): await http.request(method, path, json=body, headers=UPLOADING if "/uploads" in path else None)
        for method, path, body in endpoints(app)
    }

    assert len(answers) > 25
    assert {k: a.status_code for k, a in answers.items()} == dict.fromkeys(answers, 401)
    for (method, _), answer in answers.items():
        if method != "HEAD":
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["type"] == "not_signed_in"
            assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(("language", "sentence"), [("zh-CN", "请先登录。"), ("en-GB,zh;q=0.5", "Please sign in.")])
async def test_the_refusal_speaks_the_callers_language(language: str, sentence: str, territory: Territory, client: Client) -> None:
    assert (await client(language=language).get("/api/employers")).json()["detail"] == sentence


@pytest.mark.parametrize("how", ["expired", "revoked", "appointment ended"])
async def test_a_session_that_has_ended_says_so(how: str, owner: Owner, start_over: StartOver, client: Client) -> None:
    someone = (await start_over())["county"]
    past = utc_now() - timedelta(minutes=1)
    token = await make_session(
        owner, someone.account_id, someone.appointment_id,
        expires_at=past if how == "expired" else None, revoked=how == "revoked",
    )  # fmt: skip
    if how == "appointment ended":
        await owner.execute("update appointments set valid_to = current_date - 2 where id = $1", someone.appointment_id)

    answer = await client().get("/api/employers", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
    assert answer.json()["type"] == "session_expired"
    assert "未上传的记录都还在本机" in answer.json()["detail"]


async def test_the_public_backdrop_needs_no_session(client: Client) -> None:
    for path in ("/api/map/places", "/api/map/basemap"):
        answer = await client().get(path)
        assert answer.status_code == 200
        assert answer.json()["type"] == "FeatureCollection"
        assert answer.headers["content-type"].startswith("application/geo+json")


async def test_a_writing_request_without_the_client_header_is_refused(app: Litestar, territory: Territory, client: Client) -> None:
    http = client(territory["county"], language="en")
    del http.headers["X-Wangge-Client"]
    http.headers["Tus-Resumable"] = "1.0.0"

    for method, path, body in endpoints(app):
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await http.request(method, path, json=body)
            assert (answer.status_code, answer.json()["type"]) == (400, "client_header_missing"), path


TakeAway = Callable[[str, str], Awaitable[None]]


@pytest.fixture
async def take_away(owner: Owner) -> AsyncIterator[TakeAway]:
    """Take a right from a role until the test ends."""
    taken: list[tuple[str, str]] = []

    async def take(role: str, right: str) -> None:
        await owner.execute("delete from role_rights where role = $1 and right_code = $2", role, right)
        taken.append((role, right))

    had = {tuple(r) for r in await owner.fetch("select role, right_code from role_rights")}
    yield take
    put_back = [pair for pair in taken if pair in had]
    await owner.executemany("insert into role_rights (role, right_code) values ($1, $2) on conflict do nothing", put_back)


@pytest.mark.parametrize(("method", "path", "right"), RIGHTS)
async def test_no_right_no_entry(
    method: str, path: str, right: str, app: Litestar, take_away: TakeAway, territory: Territory, client: Client
) -> None:
    await take_away("county", right)
    body = next((body for m, p, body in endpoints(app) if (m, p) == (method, path)), None)

    answers = [await client(territory["county"], language=language).request(method, path, json=body) for language in ("zh-CN", "en")]

    for answer, sentence in zip(answers, ("您的岗位没有这项权限", "Your role does not carry this right"), strict=True):
        assert answer.status_code == 403
        assert answer.json()["type"] == "right_missing"
        assert answer.json()["right"] == right
        assert answer.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("community", "/api/coverage/uncovered"),
        ("community", "/api/coverage/counts"),
        ("community", "/api/grids"),
        ("community", "/api/people/assignable"),
        ("street", "/api/people/assignable"),
        ("street", f"/api/grids/{ID}/editing"),
        ("community", "/api/units"),
        ("community", "/api/entrustments"),
    ],
)
async def test_roles_carry_only_their_rights(role: str, path: str, territory: Territory, client: Client) -> None:
    assert (await client(territory[role]).get(path)).json()["type"] == "right_missing"


async def test_a_street_reads_but_does_not_plan_or_review(territory: Territory, client: Client) -> None:
    http = client(territory["street"])

    assert (await http.post("/api/patrols", json=PLAN)).json()["right"] == "patrol.plan"
    assert (await http.post(f"/api/employers/{ID}/review", json={"decision": "accept", "version": 1})).json()["right"] == (
        "employer.review"
    )


LISTS = [
    "/api/grids", "/api/employers", "/api/coverage/uncovered", "/api/patrols", "/api/check-ins", "/api/visits",
    "/api/people/assignable", "/api/grid-changes", "/api/units", "/api/entrustments", "/api/spatial-imports",
    "/api/people", "/api/duties", "/api/certificates", "/api/training/results", "/api/gaps/grid_without_owner",
    "/api/anomalies", "/api/talks", "/api/incidents", "/api/key-list", "/api/ratings", "/api/rating-rounds",
]  # fmt: skip


BAD_VALUES = [("page", 0), ("page", "x"), ("page_size", 0), ("page_size", 201), ("grid_id", "no-uuid"), ("on", "2026-02-30")]
TAKES_NO = {"/api/grids": ("grid_id",)} | dict.fromkeys(
    ["/api/employers", "/api/coverage/uncovered", "/api/units", "/api/entrustments", "/api/people", "/api/duties", "/api/certificates",
     "/api/training/results", "/api/spatial-imports", "/api/gaps/grid_without_owner", "/api/anomalies", "/api/talks",
     "/api/key-list", "/api/ratings", "/api/rating-rounds"], ("on",),
)  # fmt: skip


@pytest.mark.parametrize(("path", "field", "value"), [(p, f, v) for p in LISTS for f, v in BAD_VALUES if f not in TAKES_NO.get(p, ())])
async def test_bad_paging_and_filters_are_named_in_both_languages(
    path: str, field: str, value: object, territory: Territory, client: Client
) -> None:
    for language, word in (("zh-CN", "有 1 处填写需要改正"), ("en", "1 field(s) need correcting")):
        answer = await client(territory["county"], language=language).get(path, params={field: str(value)})
        assert answer.status_code == 422, answer.text
        body = answer.json()
        assert body["type"] == "invalid_input"
        assert body["detail"].startswith(word)
        assert [e["field"] for e in body["errors"]] == [field]


SORTED = [
    "/api/grids", "/api/employers", "/api/coverage/uncovered", "/api/patrols", "/api/grid-changes", "/api/units", "/api/entrustments",
    "/api/key-list", "/api/ratings",
]  # fmt: skip


@pytest.mark.parametrize("path", SORTED)
async def test_an_unknown_sort_is_refused_with_the_known_ones(path: str, territory: Territory, client: Client) -> None:
    for language, word in (("zh-CN", "不能按 nonsense 排序"), ("en", "Cannot sort by nonsense")):
        answer = await client(territory["county"], language=language).get(path, params={"sort": "-nonsense"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["detail"].startswith(word)


@pytest.mark.parametrize("path", LISTS)
async def test_hostile_text_in_a_search_is_only_text(path: str, territory: Territory, client: Client) -> None:
    http = client(territory["county"])
    for q in ("'; drop table employers; --", "%", "_", "\\", "😀", "a" * 3000, ":x", "{where}"):
        answer = await http.get(path, params={"q": q})
        assert answer.status_code == 200, (q, answer.text)
    if path not in ("/api/check-ins", "/api/visits", "/api/grid-changes", "/api/anomalies", "/api/rating-rounds"):
        assert (await http.get(path, params={"q": "%"})).json()["total"] == 0
        assert (await http.get(path, params={"q": "a\0b"})).json()["type"] == "text_unstorable"


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_past_the_end_is_empty(path: str, territory: Territory, client: Client) -> None:
    answer = await client(territory["county"]).get(path, params={"page": 100_000, "page_size": 200})

    assert answer.status_code == 200
    assert answer.json()["items"] == []
    assert (answer.json()["page"], answer.json()["page_size"]) == (100_000, 200)
