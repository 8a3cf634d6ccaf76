"""Wire shapes of the accounts and devices that an administrator looks after."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.schemas import Login

AccountState = Literal["active", "disabled", "locked", "no_appointment", "temporary_password"]
DeviceState = Literal["in_use", "enrolled", "revoked", "wipe_ordered", "wiped"]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class AccountItem(Struct):
    """An account in a list; ``may_manage`` is false for one's own and for those of one's own unit."""

    id: UUID
    login: str
    person_id: UUID
    person_name: str | None
    unit_name: str | None
    role: str | None
    is_active: bool
    disabled_reason: str
    must_change_password: bool
    password_set_at: datetime
    totp_confirmed_at: datetime | None
    last_used_at: datetime | None
    open_sessions: int
    devices: int
    created_at: datetime
    may_manage: bool


class Candidate(Struct):
    """A person of one's subtree who has no account yet."""

    id: UUID
    name: str
    kind: str
    unit_name: str | None
    role: str | None


class AccountCreate(Struct, forbid_unknown_fields=True):
    """An account to open for a person."""

    person_id: UUID
    login: Annotated[Login, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$")]


class AccountCreated(Struct):
    """A new account and its temporary password, shown this once only."""

    id: UUID
    login: str
    temporary_password: str


class AccountDisable(Struct, forbid_unknown_fields=True):
    """Why an account is closed."""

    reason: Reason


class ResetRequest(Struct, forbid_unknown_fields=True):
    """A reset; ``clears_totp`` also takes the lost authenticator away."""

    clears_totp: bool = False


class OneTimeCodeRead(Struct):
    """A code that works once, shown this once only; ``link`` and ``qr_svg`` are there for a phone's enrolment."""

    code: str
    expires_at: datetime
    login: str
    link: str | None = None
    qr_svg: str | None = None


class DeviceItem(Struct):
    """A phone of an account, as it last reported itself; ``key`` tells it from the same phone of another account."""

    key: str
    device_id: UUID
    account_id: UUID
    login: str
    person_name: str | None
    unit_name: str | None
    name: str
    model: str
    app_version: str
    state: DeviceState
    enrolled_at: datetime
    bound_at: datetime | None
    last_seen_at: datetime
    unsent_operations: int | None
    unsent_photos: int | None
    unsent_reported_at: datetime | None
    wipe_reason: str
    wipe_ordered_at: datetime | None
    wiped_at: datetime | None
    revoked_at: datetime | None
    open_sessions: int


class DeviceOrder(Struct, forbid_unknown_fields=True):
    """Why a phone is stopped or erased."""

    reason: Reason
