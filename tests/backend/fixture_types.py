"""What the fixtures of ``conftest.py`` hand out, by name, for the tests' signatures."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import httpx
from factories import Someone, Territory
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor

Client: TypeAlias = Callable[..., httpx.AsyncClient]
Acting: TypeAlias = Callable[[Someone], AbstractAsyncContextManager[tuple[AsyncSession, Actor]]]
LookedAt: TypeAlias = Callable[[Callable[..., Awaitable[Any]]], Awaitable[Any]]
StartOver: TypeAlias = Callable[[], Awaitable[Territory]]
