"""Phones of the tests' people."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from factories import Someone
from phones import NewPhone, Phone


@pytest.fixture
def phone_of(client: Callable[..., httpx.AsyncClient]) -> NewPhone:
    """A fresh phone on which someone is signed in."""

    def make(someone: Someone, **more: Any) -> Phone:
        return Phone(client(someone, **more))

    return make
