"""Wire shapes of sign-in and of oneself."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.record_log.schemas import ServerKeyRead
from wangge.seals.schemas import SealKeyRead
from wangge.sync.schemas import RetriedOperation

Login = Annotated[str, Meta(min_length=1, max_length=64)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]


class SignIn(Struct, forbid_unknown_fields=True):
    """A sign-in; ``device_id`` is the phone's own, kept from one sign-in to the next.

    ``totp`` is the second factor (six digits, or a recovery code); ``enrolment_code`` binds the phone to the account.
    """

    login: Login
    password: Password
    device_id: UUID | None = None
    device_name: Annotated[str, Meta(max_length=120)] = ""
    device_model: Annotated[str, Meta(max_length=120)] = ""
    totp: Annotated[str, Meta(max_length=40)] = ""
    enrolment_code: Annotated[str, Meta(max_length=40)] = ""


class PasswordReset(Struct, forbid_unknown_fields=True):
    """A new password against the one-time code that an administrator gave."""

    login: Login
    code: Annotated[str, Meta(min_length=1, max_length=40)]
    new_password: Password


class PasswordChange(Struct, forbid_unknown_fields=True):
    """A new password of one's own."""

    current_password: Password
    new_password: Password


class Confirm(Struct, forbid_unknown_fields=True):
    """One's password once more, before something that an unattended desk must not allow."""

    current_password: Password


class TotpCode(Struct, forbid_unknown_fields=True):
    """The code that proves that the authenticator has the secret."""

    code: Annotated[str, Meta(min_length=6, max_length=6)]


class TotpOffer(Struct):
    """A secret for the authenticator: as text, as address, and as a QR code (SVG)."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodes(Struct):
    """Codes that each work once instead of the authenticator; shown this once only."""

    codes: list[str]


class Security(Struct):
    """How one's account is secured."""

    password_set_at: datetime
    totp_confirmed_at: datetime | None
    totp_required: bool
    recovery_codes_left: int


class SessionRead(Struct):
    """A session that is open; ``is_this`` is the one that asks."""

    id: UUID
    account_id: UUID
    login: str
    person_name: str | None
    kind: Literal["desk", "phone"]
    device_id: UUID | None
    device_name: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    agent: str
    is_this: bool


class Revoked(Struct):
    """How many sessions have been ended."""

    ended: int


class DeviceWiped(Struct, forbid_unknown_fields=True):
    """A phone's word that its store is gone; ``left_unsent`` counts records that the server had refused to take."""

    left_unsent: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class StoreKey(Struct, forbid_unknown_fields=True):
    """The key of a phone's store for a forgotten PIN: 32 bytes in base64, under the name the phone gave it."""

    key_id: UUID
    key: Annotated[str, Meta(pattern="^[A-Za-z0-9+/]{43}=$")]


class StoreKeyKept(Struct):
    """The server's word that it keeps a store key."""

    key_id: UUID
    kept_at: datetime


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
    """Who is signed in, what she may do and where, and the limits in force.

    ``seal_keys`` are those of this phone that the server knows, ``receipt_keys`` those that its receipts are signed with, ``retried`` her
    operations that a desk has had applied again.
    """

    person: PersonRead
    account_id: UUID
    login: str
    role: str
    rights: list[str]
    unit: UnitRead
    scope: list[ScopeGrid]
    session_expires_at: datetime
    session_kind: Literal["desk", "phone"]
    session_idle_minutes: int
    must: list[Literal["change_password", "enrol_totp", "enrol_device", "wipe"]]
    server_time: datetime
    policies: dict[str, Any]
    seal_keys: list[SealKeyRead]
    receipt_keys: list[ServerKeyRead]
    retried: list[RetriedOperation]
