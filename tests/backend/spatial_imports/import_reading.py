"""Waiting for an import."""

import asyncio
from typing import Any

import httpx


async def read_to_its_end(http: httpx.AsyncClient, import_id: str) -> dict[str, Any]:
    """The import once nothing goes on any more."""
    for _ in range(600):
        answer = await http.get(f"/api/spatial-imports/{import_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if found["state"] not in ("reading", "applying"):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"it is still {found['state']} ({found['stage']})")
