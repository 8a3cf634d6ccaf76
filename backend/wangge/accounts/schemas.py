"""Wire shapes of sign-in and of oneself."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct


class SignIn(Struct, forbid_unknown_fields=True):
    """A sign-in; ``device_id`` is the phone's own, kept from one sign-in to the next."""

    login: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    device_id: UUID | None = None
    device_name: Annotated[str, Meta(max_length=120)] = ""


class PersonRead(Struct):
    """A person, her phone number masked."""

    id: UUID
    name: str
    kind: str
    phone_masked: str


class UnitRead(Struct):
    """The unit of the acting appointment; ``level`` is its grid's level, 1 to 4."""

    id: UUID
    code: str
    name: str
    level: int


class ScopeGrid(Struct):
    """A grid of the acting scope."""

    grid_id: UUID
    code: str
    name: str
    level: int
    path: str


class Me(Struct):
    """Who is signed in, what she may do and where, and the limits in force."""

    person: PersonRead
    account_id: UUID
    login: str
    role: str
    rights: list[str]
    unit: UnitRead
    scope: list[ScopeGrid]
    session_expires_at: datetime
    server_time: datetime
    policies: dict[str, Any]
