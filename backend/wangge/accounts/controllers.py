"""HTTP of signing in and out, and of the signed-in person."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts import own, service
from wangge.accounts.actor import BY_ONESELF, COOKIE, COOKIE_PATH, UNFINISHED, Actor, enter
from wangge.accounts.origin import origin_of
from wangge.accounts.schemas import Me, PasswordReset, SignIn
from wangge.accounts.secrets_box import SecretsBox
from wangge.core.db import unit_of_work
from wangge.core.settings import Settings


class AuthController(Controller):
    """Signing in and out."""

    path = "/auth"
    tags = ("auth",)

    @post("/sign-in", status_code=200)
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[SignIn],
        engine: NamedDependency[AsyncEngine],
        settings: NamedDependency[Settings],
        box: NamedDependency[SecretsBox],
    ) -> Response[Me]:
        """Open a session; its token travels only in an HttpOnly cookie."""
        token, _ = await service.sign_in(engine, box, data, origin_of(request), settings.session_days)
        async with unit_of_work(engine) as db:
            me = await service.describe(db, await enter(db, token))
        cookie = Cookie(COOKIE, value=token, path=COOKIE_PATH, httponly=True, samesite="strict", secure=settings.secure_cookies,
                        max_age=settings.session_days * 86400)  # fmt: skip
        return Response(me, cookies=[cookie])

    @post("/reset-password", status_code=204)
    async def reset_password(
        self, request: Request[Any, Any, Any], data: JSONBody[PasswordReset], engine: NamedDependency[AsyncEngine]
    ) -> None:
        """Choose a new password with the one-time code of an administrator."""
        await own.reset_password(engine, data, origin_of(request))

    @post("/sign-out", status_code=204, opt={UNFINISHED: {"wipe", *BY_ONESELF}})
    async def sign_out(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Response[None]:
        """End the session; what a phone still holds stays on it."""
        await service.sign_out(db)
        answer = Response(None)
        answer.delete_cookie(COOKIE, path=COOKIE_PATH)
        return answer


class MeController(Controller):
    """Oneself."""

    path = "/me"
    tags = ("auth",)

    @get("/", opt={UNFINISHED: BY_ONESELF})
    async def me(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Me:
        """Who is signed in, her rights, her grids, and the limits in force."""
        return await service.describe(db, actor)
