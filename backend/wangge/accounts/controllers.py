"""HTTP of signing in and out and of oneself."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts import service
from wangge.accounts.actor import COOKIE, COOKIE_PATH, Actor, enter
from wangge.accounts.schemas import Me, SignIn
from wangge.core.db import unit_of_work
from wangge.core.settings import Settings


def client_address(request: Request[Any, Any, Any], settings: Settings) -> str:
    """The caller's address; a forwarded one is believed only from a trusted proxy."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return forwarded if forwarded and peer in settings.trusted_proxies else peer


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
    ) -> Response[Me]:
        """Open a session; its token travels only in an HttpOnly cookie."""
        token, _ = await service.sign_in(engine, data, client_address(request, settings), settings.session_days)
        async with unit_of_work(engine) as db:
            me = await service.describe(db, await enter(db, token))
        cookie = Cookie(COOKIE, value=token, path=COOKIE_PATH, httponly=True, samesite="strict", secure=settings.secure_cookies,
                        max_age=settings.session_days * 86400)  # fmt: skip
        return Response(me, cookies=[cookie])

    @post("/sign-out", status_code=204)
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

    @get("/")
    async def me(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor]) -> Me:
        """Who is signed in, her rights, her grids, and the limits in force."""
        return await service.describe(db, actor)
