"""Who acts in a request: looked up by the session's token in the same statement that binds row-level security."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.errors import (
    ClientHeaderMissing,
    DeviceNotEnrolled,
    DeviceWipe,
    NotSignedIn,
    OtherAccount,
    PasswordChangeRequired,
    RightMissing,
    SessionExpired,
    SessionIdle,
    TotpEnrolmentRequired,
)
from wangge.accounts.origin import Origin, origin_of
from wangge.core.errors import WanggeError

COOKIE, COOKIE_PATH = "wangge_session", "/api"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ENTER = text("select * from wangge_enter(:token, :address, :agent, :touch, cast(:unsent as int[]), :version)")
# What must be done before anything else, gravest first. A route that helps with it says so: ``opt={UNFINISHED: {...}}``.
UNFINISHED = "unfinished"
MUST: dict[str, type[WanggeError]] = {
    "wipe": DeviceWipe,
    "enrol_device": DeviceNotEnrolled,
    "change_password": PasswordChangeRequired,
    "enrol_totp": TotpEnrolmentRequired,
}
BY_ONESELF = {"enrol_device", "change_password", "enrol_totp"}


@dataclass(frozen=True)
class Actor:
    """The signed-in person and the appointment she acts under; ``scope`` are ltree paths.

    ``must`` names what she has to do before anything else (``MUST``).
    """

    session_id: UUID
    account_id: UUID
    login: str
    person_id: UUID
    person_name: str
    person_kind: str
    person_phone: str
    role: str
    rights: frozenset[str]
    unit_id: UUID
    unit_code: str
    unit_name: str
    unit_level: int
    scope: tuple[str, ...]
    device_id: UUID | None
    expires_at: datetime
    session_kind: str
    idle_minutes: int
    must: tuple[str, ...]

    def require(self, right: str) -> None:
        """Go on only with this right.

        Raises:
            RightMissing: the role does not carry it.
        """
        if right not in self.rights:
            raise RightMissing(right=right)


def token_hash(token: str) -> bytes:
    """What the database keeps of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def token_of(request: Request[Any, Any, Any]) -> str | None:
    """The session's token: the cookie, or a bearer token for programs."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer if scheme.lower() == "bearer" and bearer else request.cookies.get(COOKIE)


async def enter(session: AsyncSession, token: str, origin: Origin | None = None) -> Actor:
    """Bind the transaction to the session's person and scope; with its ``origin`` the request counts as use of the session.

    Raises:
        NotSignedIn: nobody has this token.
        SessionExpired, SessionIdle: the session ran out, was revoked or left unused, or its appointment ended.
    """
    row = (await session.execute(ENTER, {"token": token_hash(token), **_origin_values(origin)})).mappings().one()
    if row["state"] == "unknown":
        raise NotSignedIn()
    if row["state"] == "idle":
        raise SessionIdle(minutes=row["idle_minutes"])
    if row["state"] != "ok":
        raise SessionExpired()
    fields = {name: row[name] for name in Actor.__dataclass_fields__}
    return Actor(**{**fields, "rights": frozenset(row["rights"]), "scope": tuple(row["scope"]), "must": tuple(row["must"])})


def _origin_values(origin: Origin | None) -> dict[str, Any]:
    if origin is None:
        return {"address": None, "agent": None, "touch": False, "unsent": None, "version": None}
    return {
        "address": origin.address,
        "agent": origin.agent,
        "touch": not origin.background,
        "unsent": list(origin.unsent) if origin.unsent else None,
        "version": origin.app_version,
    }


async def sent_by_own_pages(request: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard of every route: a writing request must carry a header that no foreign page can set.

    Raises:
        ClientHeaderMissing: it does not.
    """
    if request.scope.get("method") not in SAFE_METHODS and not request.headers.get("x-wangge-client"):
        raise ClientHeaderMissing()


async def provide_actor(request: Request[Any, Any, Any], db: NamedDependency[AsyncSession]) -> Actor:
    """The request's actor.

    Raises:
        NotSignedIn, SessionExpired: see ``enter``.
        OtherAccount: the request was made for another account: a shared phone's cookie changed hands, and what one person
            captured must not be pushed as another's.
        DeviceWipe, DeviceNotEnrolled, PasswordChangeRequired, TotpEnrolmentRequired: that comes first.
    """
    token = token_of(request)
    if not token:
        raise NotSignedIn()
    actor = await enter(db, token, origin_of(request))
    if request.headers.get("x-wangge-account", str(actor.account_id)).lower() != str(actor.account_id):
        raise OtherAccount(name=actor.person_name)
    allowed = request.route_handler.opt.get(UNFINISHED, ())
    for what, error in MUST.items():
        if what in actor.must and what not in allowed:
            raise error()
    return actor
