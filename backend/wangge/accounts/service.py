"""Signing in and out, and what the signed-in person should know of herself."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor, token_hash
from wangge.accounts.errors import AccountHasNoAppointment, AccountLocked, WrongPassword
from wangge.accounts.passwords import password_matches
from wangge.accounts.schemas import Me, PersonRead, ScopeGrid, SignIn, UnitRead
from wangge.core.clock import CHINA, utc_now
from wangge.core.db import unit_of_work
from wangge.core.errors import RateLimited
from wangge.policies.service import policies_in_force

TOKEN_BYTES = 32


def _locked(until: datetime) -> AccountLocked:
    return AccountLocked(until=until.astimezone(UTC).isoformat(), until_local=f"{until.astimezone(CHINA):%H:%M}")


async def sign_in(engine: AsyncEngine, data: SignIn, address: str, session_days: int) -> tuple[str, datetime]:
    """Open a session and return its token (given out once, stored only as a hash) and its end.

    Runs its own transactions: a wrong guess must be counted although the request fails.

    Raises:
        RateLimited: too many attempts from this address in this minute.
        WrongPassword, AccountLocked, AccountHasNoAppointment: as they say.
    """
    login = data.login.strip()
    async with unit_of_work(engine) as db:
        attempts = await db.scalar(text("select auth_attempt(:address)"), {"address": address})
        limit = await db.scalar(text("select (policy('sign_in_per_minute_per_address'))::int"))
        account = (await db.execute(text("select * from auth_account(:login)"), {"login": login})).mappings().one()
    if attempts > limit:
        raise RateLimited(retry_after_s=60)
    now = utc_now()
    if account["locked_until"]:
        raise _locked(account["locked_until"])
    if not await password_matches(account["password_hash"], data.password):
        async with unit_of_work(engine) as db:
            failed = (await db.execute(text("select * from auth_failed(:login)"), {"login": login})).mappings().one()
        if failed["attempts_left"] == 0:
            raise _locked(failed["locked_until"])
        raise WrongPassword(attempts_left=failed["attempts_left"])
    if not account["is_active"] or account["appointment_id"] is None:
        raise AccountHasNoAppointment()
    token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), now + timedelta(days=session_days)
    async with unit_of_work(engine) as db:
        await db.execute(
            text("select auth_open_session(:account, :appointment, :token, :device, :name, :expires)"),
            {"account": account["account_id"], "appointment": account["appointment_id"], "token": token_hash(token),
             "device": data.device_id, "name": data.device_name, "expires": expires_at},
        )  # fmt: skip
    return token, expires_at


async def sign_out(db: AsyncSession) -> None:
    """Revoke the acting session."""
    await db.execute(text("select auth_revoke_session()"))


def mask_phone(phone: str) -> str:
    """A phone number with its middle hidden: 138****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


async def describe(db: AsyncSession, actor: Actor) -> Me:
    """The signed-in person as she may see herself."""
    grids = await db.execute(text("select id, code, name, level, path from scope_grids()"))
    return Me(
        person=PersonRead(actor.person_id, actor.person_name, actor.person_kind, mask_phone(actor.person_phone)),
        account_id=actor.account_id,
        login=actor.login,
        role=actor.role,
        rights=sorted(actor.rights),
        unit=UnitRead(actor.unit_id, actor.unit_code, actor.unit_name, actor.unit_level),
        scope=[ScopeGrid(*row) for row in grids],
        session_expires_at=actor.expires_at,
        server_time=utc_now(),
        policies=await policies_in_force(db),
    )
