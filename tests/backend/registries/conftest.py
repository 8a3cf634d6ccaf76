"""Sending lists in and having them written."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from factories import Someone
from fixture_types import Client
from registry_lists import to_its_end

Send = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def send(client: Client) -> Send:
    """``await send(someone, data, name)``: the list after its dry run."""

    async def go(
        someone: Someone, data: bytes, name: str = "名单.xlsx", *, source: str = "market_regulation", wait: bool = True
    ) -> dict[str, Any]:
        http = client(someone)
        answer = await http.post("/api/registry-imports", params={"source": source, "file_name": name}, content=data)
        assert answer.status_code == 201, answer.text
        return await to_its_end(http, answer.json()["id"]) if wait else answer.json()

    return go


@pytest.fixture
def apply(client: Client) -> Send:
    """``await apply(someone, import)``: the list once it is written."""

    async def go(someone: Someone, found: dict[str, Any]) -> dict[str, Any]:
        http = client(someone)
        answer = await http.post(f"/api/registry-imports/{found['id']}/apply", json={"version": found["version"]})
        assert answer.status_code == 200, answer.text
        return await to_its_end(http, found["id"])

    return go
