"""What the fixtures of ``conftest.py`` hand out, by name, for the tests' signatures."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import httpx
from factories import Someone
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor

Client: TypeAlias = Callable[..., httpx.AsyncClient]
Acting: TypeAlias = Callable[[Someone], AbstractAsyncContextManager[tuple[AsyncSession, Actor]]]
