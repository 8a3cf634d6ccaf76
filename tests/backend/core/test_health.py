"""Alive, and ready: what is missing is said, to operators, in words."""

import httpx
import pytest
from fixture_types import Client
from litestar import Litestar

from wangge import __version__
from wangge.app import create_app
from wangge.cluster import ClusterUrls, PrivateCluster
from wangge.core.migrate import newest_revision
from wangge.core.settings import Settings, load_settings


async def ready(app: Litestar) -> httpx.Response:
    async with app.lifespan():
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")
        assert (await http.get("/api/health")).json() == {"status": "ok"}
        return await http.get("/api/ready")


async def test_everything_in_its_place_is_ready(client: Client) -> None:
    answer = await client().get("/api/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready", "database": "ok", "migrations": "ok", "evidence_store": "ok", "version": __version__,
    }  # fmt: skip


async def test_a_database_that_is_away_is_said(settings: Settings) -> None:
    answer = await ready(create_app(settings, "postgresql://wangge_app@127.0.0.1:1/none"))
    assert answer.status_code == 503
    said = answer.json()
    assert said["status"] == "not ready"
    assert said["database"].startswith("unreachable")
    assert said["migrations"] == "unknown"


async def test_a_database_that_is_not_migrated_is_said(settings: Settings, cluster_of_tests: PrivateCluster, worker_id: str) -> None:
    name = f"test_bare_{worker_id}"
    urls: ClusterUrls = cluster_of_tests.create_database(name, replace=True)
    try:
        answer = await ready(create_app(settings, urls.app))
    finally:
        cluster_of_tests.drop_database(name)
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert answer.json()["migrations"] == f"at nothing, needs {newest_revision()}: run 'wangge db upgrade'"


async def test_an_older_schema_is_said(settings: Settings, database: ClusterUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wangge.core.health.newest_revision", lambda: "0002_next")
    answer = await ready(create_app(settings, database.app))
    assert (answer.status_code, answer.json()["database"]) == (503, "ok")
    assert answer.json()["migrations"].startswith(f"at {newest_revision()}, needs 0002_next")


async def test_a_missing_evidence_store_is_said(settings: Settings, database: ClusterUrls, tmp_path: object) -> None:
    made = create_app(load_settings({"WANGGE_DATA_DIR": f"{tmp_path}/gone"}), database.app)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://x")  # not started: it makes the folder itself
    answer = await http.get("/api/ready")
    assert answer.status_code == 503
    assert "WANGGE_DATA_DIR" in answer.json()["evidence_store"]
