"""HTTP of one's own account: password, second factor, sessions, and the end of a phone's store."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts import own, store_keys
from wangge.accounts.acting import acting_for
from wangge.accounts.actor import BY_ONESELF, UNFINISHED, Actor
from wangge.accounts.origin import origin_of
from wangge.accounts.schemas import (
    Confirm,
    DeviceWiped,
    PasswordChange,
    RecoveryCodes,
    Revoked,
    Security,
    SessionRead,
    StoreKey,
    StoreKeyKept,
    TotpCode,
    TotpOffer,
)
from wangge.accounts.secrets_box import SecretsBox

Asking = Request[Any, Any, Any]
OPEN = {UNFINISHED: BY_ONESELF}


class OwnController(Controller):
    """What a person does with her own account."""

    path = "/me"
    tags = ("own account",)

    @get("/security", opt=OPEN)
    async def secured(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Security:
        """Age of the password, second factor, recovery codes left."""
        return await own.security(db, actor)

    @post("/password", status_code=204, opt=OPEN)
    async def password(self, request: Asking, data: JSONBody[PasswordChange], engine: NamedDependency[AsyncEngine]) -> None:
        """Choose a new password; all other sessions end."""
        await own.change_password(engine, acting_for(request, engine), origin_of(request), data)

    @post("/totp", status_code=200, opt=OPEN)
    async def begin_totp(
        self, request: Asking, data: JSONBody[Confirm], engine: NamedDependency[AsyncEngine], box: NamedDependency[SecretsBox]
    ) -> TotpOffer:
        """A secret for the authenticator, as QR code; in force once confirmed."""
        return await own.begin_totp(engine, acting_for(request, engine), box, origin_of(request), data)

    @post("/totp/confirm", status_code=200, opt=OPEN)
    async def confirm_totp(
        self, request: Asking, data: JSONBody[TotpCode], engine: NamedDependency[AsyncEngine], box: NamedDependency[SecretsBox]
    ) -> RecoveryCodes:
        """Put the second factor in force; the recovery codes are shown this once."""
        return await own.confirm_totp(engine, acting_for(request, engine), box, origin_of(request), data.code)

    @post("/totp/remove", status_code=204)
    async def remove_totp(self, request: Asking, data: JSONBody[Confirm], engine: NamedDependency[AsyncEngine]) -> None:
        """Do without the second factor, where the role allows that."""
        await own.remove_totp(engine, acting_for(request, engine), origin_of(request), data)

    @post("/recovery-codes", status_code=200)
    async def recovery_codes(self, request: Asking, data: JSONBody[Confirm], engine: NamedDependency[AsyncEngine]) -> RecoveryCodes:
        """New recovery codes in place of the former ones."""
        return await own.renew_recovery_codes(engine, acting_for(request, engine), origin_of(request), data)

    @get("/sessions")
    async def sessions(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> list[SessionRead]:
        """One's open sessions."""
        return await own.own_sessions(db, actor)

    @post("/sessions/{session_id:uuid}/revoke", status_code=200)
    async def revoke(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], session_id: FromPath[UUID]) -> Revoked:
        """End one of them."""
        return await own.revoke_own(db, actor, session_id)

    @post("/sessions/revoke-others", status_code=200)
    async def revoke_others(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Revoked:
        """End all but this one."""
        return await own.revoke_others(db, actor)

    @put("/device/store-key", status_code=200, opt=OPEN)
    async def keep_store_key(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[StoreKey], box: NamedDependency[SecretsBox]
    ) -> StoreKeyKept:
        """Keep the key that opens one's store on this phone when its PIN was forgotten."""
        return await store_keys.keep_store_key(db, actor, box, data)

    @get("/device/store-key", opt={UNFINISHED: {"wipe", *BY_ONESELF}})
    async def store_key(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], box: NamedDependency[SecretsBox]
    ) -> StoreKey:
        """That key again, right after signing in with the password."""
        return await store_keys.give_store_key(db, actor, box)

    @post("/device/wiped", status_code=204, opt={UNFINISHED: {"wipe"}})
    async def wiped(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], data: JSONBody[DeviceWiped]) -> None:
        """This phone has erased its store, as it was told."""
        await own.device_wiped(db, data.left_unsent)
