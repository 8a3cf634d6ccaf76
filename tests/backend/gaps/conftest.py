"""What the tests of the gap board share."""

import pytest
from factories import Owner


@pytest.fixture
async def untiled(owner: Owner) -> None:
    """Territory may be broken on purpose in this test."""
