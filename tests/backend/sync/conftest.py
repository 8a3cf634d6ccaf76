"""Phones of the tests' people."""

from typing import Any

import pytest
from factories import Someone
from fixture_types import Client
from phones import NewPhone, Phone


@pytest.fixture
def phone_of(client: Client) -> NewPhone:
    """A fresh phone on which someone is signed in."""

    def make(someone: Someone, **more: Any) -> Phone:
        return Phone(client(someone, **more))

    return make
