"""Who acts in a request: looked up by the session's token in the same statement that binds row-level security."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
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
ENTER = "select * from wangge_enter({})"
ENTER_SESSION = text(ENTER.format(":token, :address, :agent, :touch, cast(:unsent as int[]), :version"))
ENTER_AND = ENTER.format("$1, $2, $3, $4, $5, $6") + " entered left join lateral {} on true"
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
    return _actor_of((await session.execute(ENTER_SESSION, _said(token, origin))).mappings().one())


async def enter_and(
    connection: "asyncpg.Connection[Any]", request: Request[Any, Any, Any], function: str, *values: Any
) -> tuple[Actor, Any]:
    """Enter, and ask a function of the database at once, on the driver's own connection: one turn, for hot paths.

    Args:
        connection: outside of a transaction the entering ends with the statement.
        request: whose person enters; it counts as use of her session.
        function: a call, such as ``f(entered.state, $7)``: its parameters go on from 7, and it takes the state of the entering, so that
            it is not asked before.
        values: what its parameters are.

    Returns:
        the actor, and the row with the function's columns.

    Raises:
        as ``provide_actor``.
    """
    said = _said(shown_token(request), origin_of(request))
    row = await connection.fetchrow(ENTER_AND.format(function), *said.values(), *values)
    return admitted(request, _actor_of(row)), row


def _actor_of(row: Any) -> Actor:
    if row["state"] == "unknown":
        raise NotSignedIn()
    if row["state"] == "idle":
        raise SessionIdle(minutes=row["idle_minutes"])
    if row["state"] != "ok":
        raise SessionExpired()
    fields = {name: row[name] for name in Actor.__dataclass_fields__}
    return Actor(**{**fields, "rights": frozenset(row["rights"]), "scope": tuple(row["scope"]), "must": tuple(row["must"])})


def _said(token: str, origin: Origin | None) -> dict[str, Any]:
    """What ``wangge_enter`` is told, in its order."""
    said: dict[str, Any] = {"token": token_hash(token)}
    if origin is None:
        return {**said, "address": None, "agent": None, "touch": False, "unsent": None, "version": None}
    return {
        **said,
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
        OtherAccount, DeviceWipe, DeviceNotEnrolled, PasswordChangeRequired, TotpEnrolmentRequired: see ``admitted``.
    """
    return admitted(request, await enter(db, shown_token(request), origin_of(request)))


def shown_token(request: Request[Any, Any, Any]) -> str:
    """The session's token.

    Raises:
        NotSignedIn: the request shows none.
    """
    token = token_of(request)
    if not token:
        raise NotSignedIn()
    return token


def admitted(request: Request[Any, Any, Any], actor: Actor) -> Actor:
    """The actor, where she may do what she asks before anything else.

    Raises:
        OtherAccount: the request was made for another account: a shared phone's cookie changed hands, and what one person
            captured must not be pushed as another's.
        DeviceWipe, DeviceNotEnrolled, PasswordChangeRequired, TotpEnrolmentRequired: that comes first.
    """
    if request.headers.get("x-wangge-account", str(actor.account_id)).lower() != str(actor.account_id):
        raise OtherAccount(name=actor.person_name)
    allowed = request.route_handler.opt.get(UNFINISHED, ())
    for what, error in MUST.items():
        if what in actor.must and what not in allowed:
            raise error()
    return actor
